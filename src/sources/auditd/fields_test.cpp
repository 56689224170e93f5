// SPDX-License-Identifier: Apache-2.0
#include "sources/auditd/fields.h"

#include "sources/auditd/decode.h"
#include "sources/auditd/test_support.h"

namespace stopwarden::auditd {
namespace {

using Names = std::vector<std::string>;

TEST(AuditdDecode, ArgumentsAsAShellReadsThem) {
  struct Case {
    std::string_view body, want;
  };
  const Case cases[] = {
      {"argc=3 a0=\"systemctl\" a1=\"stop\" a2=\"nginx\"", "systemctl stop nginx"},
      {"argc=3 a0=\"sh\" a1=\"-c\" a2=6C73202D6C", "sh -c 'ls -l'"},
      {"a0=\"a\" a1=\"\" a2=\"it's\" a3=\"*.log\"", "a '' 'it'\\''s' *.log"},
      {"a0=\"find\" a1=\";\" a2=\"$x\"", "find ';' '$x'"},
      {"a0=\"x\" a1_len=9 a1[0]=\"abc\" a1[1]=646566 a1[2]=\"ghi\" a2=\"y\"", "x abcdefghi y"},
      {"a0=\"x\" a1=\"10\" a2=3130", "x 10 10"},
      {"a0=\"x\" a1=ABC", "x ABC"},
      {"argc=0", ""},
      {"", ""},
  };
  for (const Case& c : cases) {
    Arena arena;
    EXPECT_EQ(join_execve(c.body, arena), c.want) << c.body;
  }
}

TEST(AuditdDecode, TitlesAndHex) {
  Arena arena;
  EXPECT_EQ(decode_arguments("73797374656D63746C0073746F7000", arena), "systemctl stop");
  EXPECT_EQ(decode_arguments("7368002D63006C73202D6C", arena), "sh -c 'ls -l'");
  EXPECT_EQ(decode_arguments("737368643A206275726E205B707269765D", arena), "sshd: burn [priv]");
  EXPECT_EQ(decode_arguments("6100006200", arena), "a '' b");
  EXPECT_EQ(decode_arguments("bash", arena), "bash");
  EXPECT_EQ(decode_arguments("00", arena), "");
  EXPECT_EQ(decode_hex("2F62696E", arena), "/bin");
  EXPECT_EQ(decode_hex("2f62", arena), "2f62");
  EXPECT_EQ(decode_hex("2F6", arena), "2F6");
  EXPECT_EQ(decode_hex("", arena), "");
}

TEST(AuditdDecode, SocketAddresses) {
  const auto said = [](std::string_view hex) {
    Arena arena;
    const auto a = decode_address(hex, arena);
    return a ? std::string(a->family) + " " + std::string(a->text) + " " + std::to_string(a->port) : "none";
  };
  EXPECT_EQ(said("02000050C00002010000000000000000"), "inet 192.0.2.1 80");
  EXPECT_EQ(said("0A0001BB0000000020010DB800000000000000000000000100000000"), "inet6 2001:db8::1 443");
  EXPECT_EQ(said("0A0001BB00000000000000000000000000000000000000000000000000000000"), "inet6 :: 443");
  EXPECT_EQ(said("0A00005000000000"
                 "00000000000000000000FFFFC000020100000000"),
            "inet6 192.0.2.1 80");
  EXPECT_EQ(said("01002F72756E2F7800"), "local /run/x 0");
  EXPECT_EQ(said("0100007840"), "local @x@ 0");
  EXPECT_EQ(said("0200"), "none");
  EXPECT_EQ(said("100000000000"), "none");
  EXPECT_EQ(said("zz"), "none");
}

TEST(AuditdFields, TheTaxonomyOfAnExecution) {
  EXPECT_EQ(
      fields_of(exec_event(7), {"Image", "CommandLine", "CurrentDirectory", "ProcessId", "ParentProcessId", "User",
                                "ActorUserId", "LogonId", "TargetFilename", "key", "SYSCALL"}),
      "key=stops; SYSCALL=execve; Image=/usr/bin/systemctl; CommandLine=systemctl stop nginx; CurrentDirectory=/root; "
      "ProcessId=901; ParentProcessId=900; User=1000; User=root; ActorUserId=1000; LogonId=3;");
}

TEST(AuditdFields, EnrichedNamesAreTaken) {
  EXPECT_EQ(fields_of(line("SYSCALL", 7,
                           "arch=c000003e syscall=62 auid=1000 uid=0\x1D"
                           "ARCH=x86_64 SYSCALL=kill AUID=\"ann\" UID=\"root\""),
                      {"SYSCALL", "User", "AUID", "ActorUserId"}),
            "SYSCALL=kill; AUID=ann; User=ann; User=root; ActorUserId=1000;");
  EXPECT_EQ(fields_of(stop_event(7, "nginx"), {"User", "ActorUserId", "LogonId", "unit", "res"}),
            "unit=nginx; res=success;");
}

TEST(AuditdFields, SignalsHaveTheirNumber) {
  const auto sent = [](std::string_view body) { return fields_of(line("SYSCALL", 7, body), {"sig"}); };
  EXPECT_EQ(sent("arch=c000003e syscall=62 a0=385 a1=f a2=0"), "sig=15;");
  EXPECT_EQ(sent("arch=c000003e syscall=234 a0=385 a1=385 a2=9"), "sig=9;");
  EXPECT_EQ(sent("arch=c00000b7 syscall=129 a0=385 a1=13"), "sig=19;");
  EXPECT_EQ(sent("arch=c000003e syscall=59 a0=385 a1=f"), "");
}

TEST(AuditdFields, FilesOfACall) {
  const auto files = [](std::string_view call, std::string_view paths) {
    return fields_of(line("SYSCALL", 7, call) + line("CWD", 7, "cwd=\"/srv\"") + std::string(paths),
                     {"TargetFilename", "CreatedFilename", "DeletedFilename"});
  };
  EXPECT_EQ(files("arch=c000003e syscall=82 a0=1", line("PATH", 7, "name=\"/srv\" nametype=PARENT") +
                                                       line("PATH", 7, "name=\"a\" nametype=DELETE") +
                                                       line("PATH", 7, "name=2F746D702F782079 nametype=CREATE")),
            "TargetFilename=/srv/a; DeletedFilename=/srv/a; TargetFilename=/tmp/x y; CreatedFilename=/tmp/x y;");
  EXPECT_EQ(files("arch=c000003e syscall=257 a0=5", line("PATH", 7, "name=\"a\" nametype=NORMAL")),
            "TargetFilename=a;");
  EXPECT_EQ(files("arch=c000003e syscall=257 a0=ffffff9c", line("PATH", 7, "name=\"./a\" nametype=NORMAL")),
            "TargetFilename=/srv/a;");
  EXPECT_EQ(files("arch=c000003e syscall=257 a0=ffffff9c", line("PATH", 7, "name=(null) nametype=NORMAL")), "");
}

TEST(AuditdFields, Connections) {
  const Names names{"DestinationIp", "DestinationPort", "Initiated", "laddr", "saddr_fam", "path"};
  EXPECT_EQ(
      fields_of(line("SYSCALL", 7, "arch=c000003e syscall=42 a0=3") + line("SOCKADDR", 7, "saddr=02000050C0000201"),
                names),
      "saddr_fam=inet; laddr=192.0.2.1; DestinationIp=192.0.2.1; DestinationPort=80; Initiated=true;");
  EXPECT_EQ(
      fields_of(line("SYSCALL", 7, "arch=c000003e syscall=49 a0=3") +
                    line("SOCKADDR", 7, "saddr=02000050C0000201\x1DSADDR={ saddr_fam=inet laddr=192.0.2.1 lport=80 }"),
                names),
      "saddr_fam=inet; laddr=192.0.2.1;");
}

TEST(AuditdFields, OtherRecords) {
  EXPECT_EQ(fields_of(line("USER_CMD", 7,
                           "pid=1 uid=1000 auid=1000 ses=3 msg='cwd=\"/\" cmd=73797374656D63746C2073746F702061 "
                           "terminal=? res=success'"),
                      {"cmd", "CommandLine", "res", "CurrentDirectory"}),
            "cmd=systemctl stop a; res=success; CommandLine=systemctl stop a; CurrentDirectory=/;");
  EXPECT_EQ(fields_of(line("SYSCALL", 7, "key=610162"), {"key"}), "key=a; key=b;");
  EXPECT_EQ(fields_of(line("AVC", 7, "avc:  denied  { read write } for  pid=1"), {"seresult", "seperms"}),
            "seresult=denied; seperms=read write;");
  EXPECT_EQ(fields_of(line("USER_LOGIN", 7, "msg='op=login addr=192.0.2.9 res=success'"), {"SourceIp"}),
            "SourceIp=192.0.2.9;");
  EXPECT_EQ(fields_of(line("USER_LOGIN", 7, "msg='op=login addr=? res=success'"), {"SourceIp"}), "");
  EXPECT_EQ(fields_of(line("DAEMON_END", 7, "auditd normal halt"), {"type"}), "type=DAEMON_END;");
  EXPECT_EQ(fields_of("type=1131 audit(1700000000.1:2): pid=1\n", {"type"}), "type=SERVICE_STOP;");
}

/// A planner that chooses one field.
struct OneField final : FieldPlanner {
  const FieldChoice& choose(std::string_view, std::string_view provider, std::optional<std::uint32_t>) override {
    asked = std::string(provider);
    return choice;
  }
  FieldChoice choice;
  std::string asked;
};

struct Narrowed final : EventSink {
  void on_event(const Event& e) override {
    few = e.fields.size();
    for (const std::string_view text : e.reader->texts(e)) texts += std::string(text) + "|";
    all = e.reader->all_fields().size();
    again = e.reader->all_fields().size();
  }
  void on_drop(const Error&) override {}
  void on_oddity(const Error&) override {}
  std::size_t few = 0, all = 0, again = 0;
  std::string texts;
};

TEST(AuditdFields, APlannerNarrowsAndTheRestIsThereWhenAsked) {
  FieldTable table;
  WantedFields wanted(table);
  wanted.add_all_values();
  OneField planner;
  planner.choice.add(*table.find("CommandLine"));
  const auto source = make_auditd({&wanted, &planner});
  Narrowed sink;
  const std::string text = exec_event(7);
  source->parse(as_bytes(text), 0, 0, sink);
  EXPECT_EQ(planner.asked, "EXECVE");
  EXPECT_EQ(sink.few, 1u);
  EXPECT_EQ(sink.all, read(text, {}).events.size() == 1 ? sink.again : 0);
  EXPECT_GT(sink.all, 50u);
  EXPECT_NE(sink.texts.find("systemctl stop nginx"), std::string::npos);
  EXPECT_EQ(sink.texts.substr(0, 12), "type=SYSCALL");
}

TEST(AuditdFields, AnEventWithTooManyValuesLosesTheRest) {
  std::string body = "argc=200000";
  for (int i = 0; i < 200'000; ++i) body += " a" + std::to_string(i) + "=\"x\"";
  const Log log = read(line("SYSCALL", 7, kExecCall) + line("EXECVE", 7, body.substr(0, 900'000)) +
                           line("EXECVE", 7, body.substr(900'000)),
                       {"argc", "type", "a5"});
  EXPECT_EQ(log.events.size(), 1u);
  EXPECT_TRUE(log.drops.size() <= 1);
}

}  // namespace
}  // namespace stopwarden::auditd
