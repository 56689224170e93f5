// SPDX-License-Identifier: Apache-2.0
#include "sources/esxi/message.h"

#include <gtest/gtest.h>

#include <string>

#include "sources/text/test_reading.h"

namespace stopwarden::esxi {
namespace {

struct EsxiMessageTest : ::testing::Test {
  FieldTable table;
  WantedFields wanted{table};
  EsxiMessageTest() {
    for (const std::string_view name :
         {"opID",     "user",      "User",      "CommandLine", "Image",  "ProcessId", "LogonId",
          "SourceIp", "TaskName",  "TaskState", "TaskStatus",  "VmId",   "VmName",    "VmState",
          "VmxPath",  "StateFrom", "StateTo",   "EventTypeId", "result", "world"})
      wanted.add(*table.intern(name));
  }
  /// "channel|provider|fields" of a line.
  std::string read(std::string_view text) {
    text::Emitter emitter({&wanted});
    MessageReader reader(emitter);
    const auto line = read_line(text);
    if (!line) return "no line";
    text::Written out(table);
    emitter.begin();
    Event event;
    reader.read(*line, event);
    emitter.emit(event, out);
    const std::size_t bars = out.text.find("|||");
    return out.text.substr(0, bars) + "|" + out.text.substr(bars + 3, out.text.size() - bars - 4);
  }
};

TEST_F(EsxiMessageTest, ShellCommands) {
  EXPECT_EQ(read("2026-01-02T03:04:05Z shell[2101]: [root]: esxcli vm process kill -t force -w 2099"),
            "esxi:shell|shell|ProcessId=2101;User=root;CommandLine=esxcli vm process kill -t force -w 2099;"
            "Image=/bin/esxcli;");
  EXPECT_EQ(read("2026-01-02T03:04:05.1Z In(14) shell[2101]: [root]: /etc/init.d/hostd stop"),
            "esxi:shell|shell|ProcessId=2101;User=root;CommandLine=/etc/init.d/hostd stop;Image=/etc/init.d/hostd;");
  EXPECT_EQ(read("2026-01-02T03:04:05Z shell[2101]: Interactive shell session started"),
            "esxi:shell|shell|ProcessId=2101;");
}

TEST_F(EsxiMessageTest, AuditRecords) {
  EXPECT_EQ(read("<110>2026-01-02T03:04:05Z esx1 shell[2101]: [shell.cmd@6876 subject=\"root\" object=\"shell\" "
                 "command=\"echo \\\"a\\]\\\"\" result=\"success\" status=\"0\"]"),
            "esxi:shell|shell|EventTypeId=shell.cmd;User=root;CommandLine=echo \"a]\";result=success;"
            "ProcessId=2101;");
  EXPECT_EQ(read("<110>2026-01-02T03:04:05Z esx1 sshd[2101]: [ssh.session.end@6876 subject=\"root\" result=\"success"),
            "esxi:auth|sshd|EventTypeId=ssh.session.end;User=root;ProcessId=2101;");
}

TEST_F(EsxiMessageTest, Auth) {
  EXPECT_EQ(read("2026-01-02T03:04:05Z sshd[2101]: User 'root' running command 'vim-cmd vmsvc/power.off 7 2>&1'"),
            "esxi:auth|sshd|ProcessId=2101;User=root;CommandLine=vim-cmd vmsvc/power.off 7 2>&1;Image=/bin/vim-cmd;");
  EXPECT_EQ(
      read("2026-01-02T03:04:05Z sshd[2101]: Accepted keyboard-interactive/pam for root from 192.0.2.7 port 5 ssh2"),
      "esxi:auth|sshd|ProcessId=2101;User=root;SourceIp=192.0.2.7;");
  EXPECT_EQ(read("2026-01-02T03:04:05Z sshd[2101]: Failed password for invalid user a from b from 192.0.2.7 port 5"),
            "esxi:auth|sshd|ProcessId=2101;User=a from b;SourceIp=192.0.2.7;");
  EXPECT_EQ(read("2026-01-02T03:04:05Z DCUI[2101]: pam_authenticate status 0"), "esxi:auth|dcui|");
}

TEST_F(EsxiMessageTest, HostdTasks) {
  EXPECT_EQ(read("2026-01-02T03:04:05.678Z info hostd[2099] [Originator@6876 sub=Vimsvc.TaskManager "
                 "opID=vim-cmd-15-2e user=dcui] Task Created : haTask-12-vim.VirtualMachine.powerOff-345"),
            "esxi:hostd|hostd|opID=vim-cmd-15-2e;user=dcui;TaskName=vim.VirtualMachine.powerOff;TaskState=Created;"
            "VmId=12;");
  EXPECT_EQ(read("2026-01-02T03:04:05.678Z In(166) Hostd[2099]: [Originator@6876 sub=Vimsvc.TaskManager opID=esxui-1 "
                 "sid=52f user=vpxuser:CORP\\ann] Task Created : haTask-ha-host-vim.host.ServiceSystem.stop-9"),
            "esxi:hostd|hostd|opID=esxui-1;LogonId=52f;user=vpxuser:CORP\\ann;User=CORP\\ann;"
            "TaskName=vim.host.ServiceSystem.stop;TaskState=Created;");
  EXPECT_EQ(read("2026-01-02T03:04:05.678Z info hostd[2099] [Originator@6876 sub=Vimsvc.TaskManager] Task Completed : "
                 "haTask-12-vim.VirtualMachine.powerOff-345 Status success"),
            "esxi:hostd|hostd|TaskStatus=success;TaskName=vim.VirtualMachine.powerOff;TaskState=Completed;VmId=12;");
  EXPECT_EQ(read("2026-01-02T03:04:05.678Z [FFB81B70 info 'Vimsvc.TaskManager' opID=hostd-1 user=root] Task Created : "
                 "haTask-12-vim.VirtualMachine.terminate-345"),
            "esxi:hostd|hostd|opID=hostd-1;user=root;User=root;TaskName=vim.VirtualMachine.terminate;TaskState=Created;"
            "VmId=12;");
}

TEST_F(EsxiMessageTest, HostdEvents) {
  const std::string head =
      "2026-01-02T03:04:05.678Z info hostd[2099] [Originator@6876 sub=Vimsvc.ha-eventmgr] Event 7 : ";
  const struct {
    std::string_view text, want;
  } cases[] = {
      {"SQL 01 on  esx1.corp in ha-datacenter is stopping", "VmState=stopping;VmName=SQL 01;"},
      {"Web on call on  esx1 in ha-datacenter is powered off", "VmState=powered off;VmName=Web on call;"},
      {"on x in y on  esx1 in ha-datacenter is powered off", "VmState=powered off;VmName=on x in y;"},
      {"a on esx1 in dc is powered off.", "VmState=powered off;VmName=a;"},
      {"Guest OS shut down for a b on esx1 in dc", "VmState=shut down;VmName=a b;"},
      {"Removed a b on esx1 from dc", "VmState=removed;VmName=a b;"},
      {"User root@192.0.2.7 logged in as VMware-client/6.5.0", "User=root;SourceIp=192.0.2.7;"},
      {"Something is powered off", ""},
  };
  for (const auto& c : cases) EXPECT_EQ(read(head + std::string(c.text)), "esxi:hostd|hostd|" + std::string(c.want));
}

TEST_F(EsxiMessageTest, StateTransitions) {
  EXPECT_EQ(read("2026-01-02T03:04:05.678Z info hostd[2099] [Originator@6876 sub=Vmsvc.vm:/vmfs/volumes/5f-1/My vm/My "
                 "vm.vmx opID=vim-cmd-1 user=dcui] State Transition (VM_STATE_ON -> VM_STATE_POWERING_OFF)"),
            "esxi:hostd|hostd|opID=vim-cmd-1;user=dcui;StateFrom=VM_STATE_ON;StateTo=VM_STATE_POWERING_OFF;"
            "VmxPath=/vmfs/volumes/5f-1/My vm/My vm.vmx;VmName=My vm;");
}

TEST_F(EsxiMessageTest, VobdAndVmkernel) {
  EXPECT_EQ(read("2026-01-02T03:04:05.678Z: [UserLevelCorrelator] 12us: [esx.audit.ssh.session.opened] SSH session was "
                 "opened for 'root@192.0.2.7'."),
            "esxi:vobd|vobd|EventTypeId=esx.audit.ssh.session.opened;User=root;SourceIp=192.0.2.7;");
  EXPECT_EQ(read("2026-01-02T03:04:05.678Z In(14) vobd[2097]:  [UserLevelCorrelator] 12us: "
                 "[vob.user.maintenancemode.entered] x"),
            "esxi:vobd|vobd|EventTypeId=vob.user.maintenancemode.entered;");
  EXPECT_EQ(read("2026-01-02T03:04:05.678Z cpu3:2099 opID=abc)World: x"), "esxi:syslog|vmkernel|world=2099;opID=abc;");
}

TEST_F(EsxiMessageTest, VCenter) {
  EXPECT_EQ(read("2026-01-02T03:04:05.678Z info vpxd[45715] [Originator@6876 sub=vpxLro opID=7e] [VpxLRO] -- BEGIN "
                 "task-9 -- vm-42 -- vim.VirtualMachine.powerOff -- 52aa(52bb)"),
            "vcenter:vpxd|vpxd|opID=7e;TaskState=BEGIN;VmId=vm-42;TaskName=vim.VirtualMachine.powerOff;LogonId=52aa;");
  EXPECT_EQ(read("2026-01-02T03:04:05.678Z info vpxd[45715] [Originator@6876 sub=vpxLro] [VpxLRO] -- FINISH task-9"),
            "vcenter:vpxd|vpxd|TaskState=FINISH;");
  EXPECT_EQ(
      read("<14>1 2026-01-02T03:04:05.678Z vc1 vpxd 2099 - - Event [7] [1-1] [2026-01-02T03:04:05.6Z] "
           "[vim.event.VmPoweredOffEvent] [info] [CORP\\ann] [dc] [7] [SQL 01 on esx1 in dc is powered off]"),
      "vcenter:vpxd|vpxd|EventTypeId=vim.event.VmPoweredOffEvent;User=CORP\\ann;VmState=powered off;VmName=SQL 01;");
}

TEST(EsxiMessages, OfOthersAreLeftAlone) {
  EXPECT_TRUE(is_esxi("Hostd", "anything"));
  EXPECT_TRUE(is_esxi("anything", "[Originator@6876 sub=x] y"));
  EXPECT_TRUE(is_esxi("shell", "[root]: ls"));
  EXPECT_TRUE(is_esxi("sshd", "User 'root' running command 'ls'"));
  EXPECT_FALSE(is_esxi("sshd", "Accepted password for root from 192.0.2.7 port 5 ssh2"));
  EXPECT_FALSE(is_esxi("shell", "started"));
  EXPECT_FALSE(is_esxi("crond", "x"));
  EXPECT_FALSE(is_esxi("", ""));
}

}  // namespace
}  // namespace stopwarden::esxi
