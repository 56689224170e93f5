// SPDX-License-Identifier: Apache-2.0
#include "finding/build.h"

#include <gtest/gtest.h>

#include "event/catalogue.h"
#include "finding/attack.h"
#include "finding/message.h"

namespace stopwarden {
namespace {

/// An event put together by name.
class Made {
 public:
  Made(FieldTable& table, std::string_view provider, std::uint32_t id,
       std::vector<std::pair<std::string_view, std::string_view>> fields) {
    for (const auto& f : fields) values_.push_back({*table.intern(f.first), ValueKind::string, f.second});
    event_.time = parse_time("2026-11-25T01:02:03.456Z");
    event_.host = "DB01";
    event_.channel = "Security";
    event_.provider = provider;
    event_.event_id = id;
    event_.record_id = 7;
    event_.origin = {69632, 3};
    event_.fields = values_;
  }
  Made(const Made&) = delete;
  Made& operator=(const Made&) = delete;
  Event& event() { return event_; }

 private:
  std::vector<FieldValue> values_;
  Event event_;
};

constexpr std::string_view kSecurity = "Microsoft-Windows-Security-Auditing", kSysmon = "Microsoft-Windows-Sysmon",
                           kScm = "Service Control Manager";

class Build : public testing::Test {
 protected:
  Build() {
    intern_finding_fields(table);
    rule.id = "2f0c7a3e-7c1b-4f57-9d3e-0d2f5a6b7c8d";
    rule.title = "Stop";
    rule.level = Level::high;
  }
  Finding build(Made& made, std::vector<Target> targets = {}, Redaction redaction = Redaction::on) {
    return FindingBuilder(table, redaction).build({&rule, 0, &made.event(), matched}, "logs/a.evtx", targets);
  }
  std::string uid(Made& made) { return hit_uid({&rule, 0, &made.event(), matched}); }
  FieldTable table;
  RuleInfo rule;
  std::vector<MatchedField> matched;
};

TEST_F(Build, ActorOfSysmon) {
  Made e(table, kSysmon, 1,
         {{"Image", "C:\\Windows\\System32\\net.exe"},
          {"CommandLine", "net use \\\\s\\c$ pw /user:u"},
          {"User", "CORP\\admin"},
          {"LogonId", "0x3e7a1"},
          {"ProcessId", "42"},
          {"ParentImage", "C:\\x\\cmd.exe"},
          {"ParentCommandLine", "cmd /c \"net user bob pw /add\""},
          {"ParentProcessId", "41"},
          {"Security_UserID", "S-1-5-18"}});
  const Finding f = build(e);
  EXPECT_EQ(f.actor.user_name, "CORP\\admin");
  EXPECT_EQ(f.actor.user_uid, "");  // S-1-5-18 is Sysmon's own service
  EXPECT_EQ(f.actor.process_path, "C:\\Windows\\System32\\net.exe");
  EXPECT_EQ(f.actor.cmd_line, "net use \\\\s\\c$ *** /user:u");
  EXPECT_EQ(f.actor.process_pid, "42");
  EXPECT_EQ(f.actor.session_uid, "0x3e7a1");
  EXPECT_EQ(f.actor.parent_path, "C:\\x\\cmd.exe");
  EXPECT_EQ(f.actor.parent_cmd_line, "cmd /c \"net user bob *** /add\"");
  EXPECT_EQ(f.actor.parent_pid, "41");
  EXPECT_EQ(build(e, {}, Redaction::off).actor.cmd_line, "net use \\\\s\\c$ pw /user:u");
}

TEST_F(Build, ActorOf4688IsWhoTheProcessRunsAs) {
  Made own(table, kSecurity, 4688,
           {{"SubjectUserSid", "S-1-5-21-1-500"},
            {"SubjectUserName", "admin"},
            {"SubjectDomainName", "CORP"},
            {"SubjectLogonId", "0x627b7"},
            {"NewProcessId", "0xef0"},
            {"NewProcessName", "C:\\Windows\\System32\\net.exe"},
            {"ProcessId", "0x828"},
            {"CommandLine", "net stop x"},
            {"TargetUserSid", "S-1-0-0"},
            {"TargetUserName", "-"},
            {"TargetDomainName", "-"},
            {"TargetLogonId", "0x0"},
            {"ParentProcessName", "C:\\Windows\\explorer.exe"}});
  Finding f = build(own);
  EXPECT_EQ(f.actor.user_name, "CORP\\admin");
  EXPECT_EQ(f.actor.user_uid, "S-1-5-21-1-500");
  EXPECT_EQ(f.actor.session_uid, "0x627b7");
  EXPECT_EQ(f.actor.process_pid, "3824");
  EXPECT_EQ(f.actor.parent_pid, "2088");
  EXPECT_EQ(f.actor.parent_path, "C:\\Windows\\explorer.exe");
  EXPECT_EQ(f.message, "CORP\\admin: Stop by net.exe on DB01");

  Made other(table, kSecurity, 4688,
             {{"SubjectUserSid", "S-1-5-18"},
              {"SubjectUserName", "DB01$"},
              {"SubjectDomainName", "CORP"},
              {"SubjectLogonId", "0x3e7"},
              {"NewProcessName", "C:\\Windows\\System32\\net.exe"},
              {"TargetUserName", "bob"},
              {"TargetDomainName", "CORP"},
              {"TargetUserSid", "S-1-0-0"},
              {"TargetLogonId", "0x99"}});
  f = build(other);
  EXPECT_EQ(f.actor.user_name, "CORP\\bob");
  EXPECT_EQ(f.actor.user_uid, "");
  EXPECT_EQ(f.actor.session_uid, "0x99");
}

TEST_F(Build, SecurityUserIdCountsOnlyWhereItIsTheCaller) {
  struct Row {
    std::string_view provider;
    std::uint32_t id;
    std::string_view want;
  };
  const std::vector<Row> rows{{kScm, 7040, "S-1-5-21-9"},
                              {kScm, 7045, "S-1-5-21-9"},
                              {"service control manager", 7042, "S-1-5-21-9"},
                              {kScm, 7036, ""},
                              {kScm, 7034, ""},
                              {kSysmon, 13, ""},
                              {"Microsoft-Windows-PowerShell", 4104, "S-1-5-21-9"},
                              {"MsiInstaller", 1034, "S-1-5-21-9"},
                              {"Microsoft-Windows-TaskScheduler", 141, ""},
                              {"Microsoft-Windows-Eventlog", 104, ""},
                              {"", 7040, ""}};
  for (const Row& row : rows) {
    Made e(table, row.provider, row.id, {{"Security_UserID", "S-1-5-21-9"}, {"AccountName", "LocalSystem"}});
    EXPECT_EQ(build(e).actor.user_uid, row.want) << row.provider << row.id;
    EXPECT_EQ(build(e).actor.user_name, "");  // the account a service runs as did nothing
  }
}

TEST_F(Build, TheServiceManagersOwnAccountIsNobodysAct) {
  Made by_manager(table, kSysmon, 13,
                  {{"Image", "C:\\Windows\\system32\\services.exe"},
                   {"TargetObject", "HKLM\\System\\CurrentControlSet\\Services\\MSSQLSERVER\\Start"},
                   {"User", "NT AUTHORITY\\SYSTEM"}});
  EXPECT_EQ(build(by_manager).actor.user_name, "");
  EXPECT_EQ(build(by_manager).actor.process_path, "C:\\Windows\\system32\\services.exe");
  Made by_hand(table, kSysmon, 13,
               {{"Image", "C:\\Windows\\regedit.exe"},
                {"TargetObject", "HKLM\\System\\CurrentControlSet\\Services\\MSSQLSERVER\\Start"},
                {"User", "CORP\\bob"}});
  EXPECT_EQ(build(by_hand).actor.user_name, "CORP\\bob");
}

TEST_F(Build, ActorOfOthers) {
  Made task(table, "Microsoft-Windows-TaskScheduler", 141, {{"UserName", "CORP\\bob"}, {"TaskName", "\\x"}});
  EXPECT_EQ(build(task).actor.user_name, "CORP\\bob");
  Made defender(table, "Microsoft-Windows-Windows Defender", 5001, {{"UserName", "CORP\\bob"}});
  EXPECT_EQ(build(defender).actor.user_name, "");
  Made shell(
      table, "Microsoft-Windows-PowerShell", 4103,
      {{"ContextInfo",
        "        Severity = Informational\r\n        Host Application = powershell.exe -Password x\r\n        User = "
        "CORP\\bob\r\n"},
       {"Execution_ProcessID", "99"}});
  EXPECT_EQ(build(shell).actor.user_name, "CORP\\bob");
  EXPECT_EQ(build(shell).actor.cmd_line, "powershell.exe -Password ***");
  EXPECT_EQ(build(shell).actor.process_pid, "99");
  Made handle(table, kSecurity, 4656,
              {{"SubjectUserName", "bob"},
               {"SubjectDomainName", "CORP"},
               {"ProcessId", "0x1a4"},
               {"ProcessName", "C:\\a.exe"}});
  EXPECT_EQ(build(handle).actor.process_pid, "420");
  EXPECT_EQ(build(handle).actor.process_path, "C:\\a.exe");
  Made nothing(table, kScm, 7036, {{"param1", "SQL Server"}, {"SubjectUserName", "-"}, {"SubjectUserSid", "S-1-0-0"}});
  const Actor a = build(nothing).actor;
  EXPECT_TRUE(a.user_name.empty() && a.user_uid.empty() && a.process_path.empty() && a.session_uid.empty());
}

TEST_F(Build, SourceIsAnAddressOrAbsent) {
  const std::vector<std::pair<std::string_view, std::string_view>> cases{{"10.0.0.5", "10.0.0.5"},
                                                                         {"fe80::1%12", "fe80::1%12"},
                                                                         {"::ffff:10.0.0.5", "::ffff:10.0.0.5"},
                                                                         {"-", ""},
                                                                         {"LOCAL", ""},
                                                                         {"", ""},
                                                                         {"::1", "::1"},
                                                                         {"1.2.3", ""},
                                                                         {"host:80", ""},
                                                                         {"\x1b[31m", ""}};
  for (const auto& [in, want] : cases) {
    Made e(table, kSecurity, 5145, {{"IpAddress", in}});
    EXPECT_EQ(build(e).source_ip, want) << in;
  }
}

TEST_F(Build, TakesTheRuleAndItsTags) {
  rule.tags = {"attack.t1489", "attack.impact", "attack.defense_evasion", "attack.T1562.001", "attack.stealth",
               "attack.t1489", "cve.2020-1",    "attack.g0001",           "attack.t14890",    "attack.t1562.1",
               "attack."};
  rule.description = "d";
  Made e(table, kSysmon, 1, {});
  const Finding f = build(e);
  ASSERT_EQ(f.attacks.size(), 2u);
  EXPECT_EQ(f.attacks[0].technique_uid, "T1489");
  EXPECT_EQ(f.attacks[1].technique_uid, "T1562.001");
  EXPECT_EQ(f.tactics, (std::vector<std::string>{"TA0040", "TA0005", "Stealth"}));
  EXPECT_EQ(f.severity, Level::high);
  EXPECT_EQ(f.analytic_uid, rule.id);
  EXPECT_EQ(f.evidences, (std::vector<Evidence>{{"logs/a.evtx", 69632, 3, "event"}}));
  EXPECT_EQ(f.count, 1u);
  rule.id.clear();
  rule.file = "mine.yml";
  EXPECT_EQ(build(e).analytic_uid, "mine.yml");
}

TEST_F(Build, MatchedValuesAreRedactedAndCut) {
  const std::string long_value(20'000, 'x');
  matched = {{"CommandLine", "psexec \\\\s -p pw x"}, {"", long_value}, {"ScriptBlockText", "é"}};
  Made e(table, kSysmon, 1, {});
  const Finding f = build(e);
  ASSERT_EQ(f.matched.size(), 3u);
  EXPECT_EQ(f.matched[0].second, "psexec \\\\s -p *** x");
  EXPECT_EQ(f.matched[1].second.size(), 8192 + std::string_view{"...(11808 more bytes)"}.size());
  std::string wide;
  while (wide.size() < 9000) wide += "é";
  wide.insert(wide.begin(), 'x');
  matched = {{"a", wide}};
  EXPECT_EQ(build(e).matched[0].second.substr(8191), "...(810 more bytes)");  // not cut inside a character
  matched.assign(100, {"f", "v"});
  EXPECT_EQ(build(e).matched.size(), 65u);
  EXPECT_EQ(build(e).matched.back().second, "...(36 more values)");
}

TEST_F(Build, UidIsOfTheRecordNotOfItsCopy) {
  Made a(table, kSecurity, 4688, {{"CommandLine", "x"}});
  a.event().raw = "binary";
  const std::string first = uid(a);
  EXPECT_EQ(first.size(), 32u);
  Made b(table, "microsoft-windows-SECURITY-auditing", 4688, {});
  b.event().raw = "{\"json\":1}";
  b.event().host = "db01";
  b.event().channel = "SECURITY";
  b.event().time = parse_time("2026-11-25T01:02:03Z");  // a copy that keeps whole seconds only
  b.event().origin = {5, 9};
  EXPECT_EQ(uid(b), first);
  rule.id = "2F0C7A3E-7C1B-4F57-9D3E-0D2F5A6B7C8D";
  EXPECT_EQ(uid(b), first);

  const auto differs = [&](const auto& change) {
    Made c(table, kSecurity, 4688, {});
    change(c.event());
    EXPECT_NE(uid(c), first);
  };
  differs([](Event& e) { e.record_id = 8; });
  differs([](Event& e) { e.event_id = 4689; });
  differs([](Event& e) { e.event_id.reset(); });
  differs([](Event& e) { e.host = "DB02"; });
  differs([](Event& e) { e.channel = "System"; });
  differs([](Event& e) { e.provider = "x"; });
  differs([](Event& e) { e.time = parse_time("2026-11-25T01:02:04Z"); });
  differs([](Event& e) { e.record_id.reset(); });
  rule.id = "other";
  EXPECT_NE(uid(a), first);
}

TEST_F(Build, UidWithoutRecordNumberIsOfBytesAndTime) {
  Made a(table, kSysmon, 1, {}), b(table, kSysmon, 1, {});
  for (Made* m : {&a, &b}) {
    m->event().record_id.reset();
    m->event().raw = "line";
  }
  b.event().origin = {100, 9};
  EXPECT_EQ(uid(a), uid(b));
  b.event().raw = "other line";
  EXPECT_NE(uid(a), uid(b));
  a.event().raw = b.event().raw = {};
  EXPECT_EQ(uid(a), uid(b));
  const std::string none = uid(a);
  matched = {{"Image", "x"}};
  EXPECT_NE(uid(a), none);
}

TEST_F(Build, WordsWhatHappened) {
  Made e(table, kSysmon, 1, {{"User", "CORP\\admin"}, {"Image", "C:\\Windows\\System32\\net.exe"}});
  using enum Target::Type;
  EXPECT_EQ(build(e, {{service, "MSSQLSERVER", "", "stop", "net", "", ""}}).message,
            "CORP\\admin: stop service MSSQLSERVER (net) by net.exe on DB01");
  EXPECT_EQ(build(e, {{service, "A", "", "stop", "sc", "", "SRV2"},
                      {service, "B", "", "stop", "sc", "", "SRV2"},
                      {process, "p.exe", "", "kill", "taskkill", "", ""}})
                .message,
            "CORP\\admin: stop services A, B (sc) at SRV2; kill process p.exe (taskkill) by net.exe on DB01");
  std::vector<Target> many;
  for (int i = 0; i < 8; ++i) many.push_back({service, "S" + std::to_string(i), "", "stop", "", "", ""});
  EXPECT_EQ(build(e, many).message, "CORP\\admin: stop services S0, S1, S2, S3, S4 and 3 more by net.exe on DB01");
  Made outcome(table, kScm, 7036, {});
  EXPECT_EQ(build(outcome, {{service, "", "SQL Server", "", "", "stopped", ""}}).message,
            "service SQL Server, now stopped on DB01");
  Made hostile(table, kSysmon, 1, {});
  hostile.event().host = "a\nb";
  EXPECT_EQ(build(hostile).message, "Stop on a b");
}

TEST_F(Build, AsksForEveryFieldItReads) {
  WantedFields wanted(table);
  add_finding_fields(wanted);
  for (const std::string_view name :
       {"Image", "SubjectUserSid", "TargetDomainName", "TargetLogonId", "ContextInfo", "IpAddress"})
    EXPECT_TRUE(wanted.want(name)) << name;
  EXPECT_FALSE(wanted.want("ScriptBlockText"));
}

TEST(AttackTable, TacticsByBothNames) {
  EXPECT_EQ(tactic_of_tag("attack.command-and-control")->uid, "TA0011");
  EXPECT_EQ(tactic_of_tag("attack.command_and_control")->uid, "TA0011");
  EXPECT_EQ(tactic_of_tag("ATTACK.Impact")->uid, "TA0040");
  EXPECT_EQ(tactic_key(*tactic_of_tag("attack.defense-impairment")), "Defense Impairment");
  EXPECT_EQ(tactic_of_tag("attack.nothing"), nullptr);
  EXPECT_EQ(tactic_of_tag("impact"), nullptr);
  for (const Tactic& t : tactics()) EXPECT_EQ(tactic_of_key(tactic_key(t)), &t);
}

}  // namespace
}  // namespace stopwarden
