// SPDX-License-Identifier: Apache-2.0
#include "detect/ledger/esxi_targets.h"

#include <gtest/gtest.h>

#include "detect/ledger/targets.h"
#include "detect/ledger/targets_text.h"
#include "event/catalogue.h"

namespace stopwarden::ledger {
namespace {

struct Given {
  field::Number field;
  const char* text;
};

std::string targets(std::string_view channel, std::vector<Given> given) {
  std::vector<FieldValue> fields;
  for (const Given& g : given) fields.push_back({id_of(g.field), ValueKind::string, g.text});
  Event e;
  e.channel = channel;
  e.fields = fields;
  return targets_text(targets_of(e));
}

std::string of_command(const char* line) { return targets("esxi:shell", {{field::CommandLine, line}}); }

TEST(EsxiTargets, TasksEventsAndStates) {
  EXPECT_EQ(targets("esxi:hostd", {{field::TaskName, "vim.VirtualMachine.powerOff"}, {field::VmId, "12"}}),
            "stop vm:12 hostd");
  EXPECT_EQ(targets("esxi:hostd", {{field::VmName, "SQL 01"}, {field::VmState, "powered off"}}),
            "stop vm:SQL 01 hostd =stopped");
  EXPECT_EQ(targets("esxi:hostd", {{field::VmName, "a"}, {field::StateTo, "VM_STATE_SUSPENDED"}}),
            "pause vm:a hostd =paused");
  EXPECT_EQ(targets("vcenter:vpxd",
                    {{field::EventTypeId, "vim.event.VmPoweredOffEvent"}, {field::VmName, "a"}, {field::VmId, "vm-1"}}),
            "stop vm:a vcenter =stopped");
  EXPECT_EQ(targets("vcenter:vpxd", {{field::TaskName, "vim.VirtualMachine.unregister"}, {field::VmId, "vm-1"}}),
            "unregister vm:vm-1 vcenter");
  EXPECT_EQ(targets("esxi:hostd", {{field::TaskName, "vim.host.ServiceSystem.stop"}}), "");
  EXPECT_EQ(targets("esxi:hostd", {{field::VmName, "a"}, {field::VmState, "powered on"}}), "");
}

TEST(EsxiTargets, Commands) {
  EXPECT_EQ(of_command("vim-cmd -U dcui /vmsvc/power.off 12"), "stop vm:12 vim-cmd");
  EXPECT_EQ(of_command("/bin/esxcli --formatter=csv vm process kill -t force -w 2099"), "kill vm:2099 esxcli");
  EXPECT_EQ(of_command("esxcli vm process kill --world-id=\"7\"; localcli vms vm kill -w 8"),
            "kill vm:7 esxcli; kill vm:8 esxcli");
  EXPECT_EQ(of_command("/etc/init.d/vpxa stop && service hostd stop | cat; chkconfig slpd off"),
            "stop service:vpxa init.d; stop service:hostd service; disable service:slpd chkconfig =disabled");
  EXPECT_EQ(of_command("for i in 1 2; do vim-cmd vmsvc/power.off $i; done"), "");
  EXPECT_EQ(of_command("esxcli vm process list"), "");
  EXPECT_EQ(of_command("service"), "");
  EXPECT_EQ(of_command("chkconfig --del slpd"), "disable service:slpd chkconfig =disabled");
  EXPECT_EQ(of_command("'\\"), "");
}

}  // namespace
}  // namespace stopwarden::ledger
