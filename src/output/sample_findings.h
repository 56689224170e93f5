// SPDX-License-Identifier: Apache-2.0
// Findings for tests: every member in use, hardly any in use, and hostile ones.
#pragma once
#include <string>
#include <vector>

#include "finding/finding.h"

namespace stopwarden {

/// Everything a finding can say.
inline Finding full_finding() {
  Finding f;
  f.uid = "00112233445566778899aabbccddeeff";
  f.time = parse_time("2026-11-25T01:02:03.4567891Z");
  f.severity = Level::high;
  f.analytic_uid = "2f0c7a3e-7c1b-4f57-9d3e-0d2f5a6b7c8d";
  f.title = "Service Stop Via Net.EXE";
  f.description = "Detects a stop of services.\nSecond line.";
  f.status = "test";
  f.author = "stopwarden";
  f.license = "Apache-2.0";
  f.attacks = {{"T1489"}, {"T1562.001"}};
  f.tactics = {"TA0040", "Stealth"};
  f.tags = {"attack.impact", "attack.stealth", "attack.t1489", "attack.t1562.001"};
  f.falsepositives = {"Administrators"};
  f.references = {"https://example.org/a"};
  f.message = "CORP\\admin: stop services MSSQLSERVER, SQLWriter (net) by net.exe on DB01.corp.example from 10.0.0.5";
  f.host = "DB01.corp.example";
  f.channel = "Security";
  f.provider = "Microsoft-Windows-Security-Auditing";
  f.event_id = 4688;
  f.record_id = 4711;
  f.actor.user_name = "CORP\\admin";
  f.actor.user_uid = "S-1-5-21-1-2-3-500";
  f.actor.process_path = "C:\\Windows\\System32\\net.exe";
  f.actor.cmd_line = "net stop MSSQLSERVER /y";
  f.actor.process_pid = "4242";
  f.actor.parent_path = "C:\\Windows\\System32\\cmd.exe";
  f.actor.parent_cmd_line = "cmd.exe /c \"net stop\"";
  f.actor.parent_pid = "4141";
  f.actor.session_uid = "0x3e7a1";
  f.source_ip = "10.0.0.5";
  f.resources = {{Target::Type::service, "MSSQLSERVER", "SQL Server (MSSQLSERVER)", "stop", "net", "", ""},
                 {Target::Type::service, "SQLWriter", "", "stop", "net", "", ""},
                 {Target::Type::process, "sqlservr.exe", "", "kill", "taskkill", "stopped", "DB02"}};
  f.matched = {
      {"Image", "C:\\Windows\\System32\\net.exe"}, {"CommandLine", "net stop MSSQLSERVER /y"}, {"", "keyword"}};
  f.evidences = {{"logs/Security.evtx", 69632, 17, "event"}, {"copy.zip!/Security.json", 1234, 99, "event"}};
  f.evidences_left_out = 2;
  f.count = 3;
  return f;
}

/// What every finding has.
inline Finding bare_finding() {
  Finding f;
  f.uid = "ffeeddccbbaa99887766554433221100";
  f.analytic_uid = "rules/mine.yml";
  f.title = "Bare";
  f.message = "Bare";
  f.evidences = {{"-", 0, 1, "event"}};
  return f;
}

/// Text that tries to leave its place: terminal controls, line breaks, direction overrides, formulas, broken UTF-8,
/// separators of every format.
inline std::vector<std::string> hostile_texts() {
  return {"\x1b[2J\x1b[31mgone",
          "a\nb\rc\td",
          "=cmd|' /C calc'!A0",
          "+1+1",
          "-2+3",
          "@SUM(A1)",
          " =1+1",
          "\"=1+1",
          "'=1+1",
          "\t=1",
          "\r\n=1",
          "a\"b,c;d",
          "\xE2\x80\xAE"
          "gpj.exe",
          "a\xE2\x80\x8B"
          "b",
          "\xF3\xA0\x80\xA1tag",
          "\xFF\xFE\x80",
          "\xED\xA0\x80",
          std::string("nul\0in", 6),
          "\x7f\x08\x07",
          "\xC2\x9B"
          "31m",
          "\xE2\x80\xA8line",
          "{\"a\":\"b\"}",
          "\\u001b[0m",
          "\xEF\xBC\x9D"
          "1+1",
          "]]>",
          "<script>alert(1)</script>",
          "%s%n",
          std::string(3000, 'x')};
}

/// full_finding() with `text` wherever text can stand.
inline Finding hostile_finding(const std::string& text) {
  Finding f = full_finding();
  for (std::string* s : {&f.analytic_uid, &f.title, &f.description, &f.status, &f.author, &f.license, &f.message,
                         &f.host, &f.channel, &f.provider, &f.actor.user_name, &f.actor.user_uid, &f.actor.process_path,
                         &f.actor.cmd_line, &f.actor.parent_path, &f.actor.parent_cmd_line, &f.actor.session_uid})
    *s = text;
  f.actor.process_pid = f.actor.parent_pid = "";
  for (Target& t : f.resources) t = {t.type, text, text, text, text, text, text};
  for (auto& m : f.matched) m = {text, text};
  for (Evidence& e : f.evidences) e.file = text;
  f.tags = f.falsepositives = f.references = {text};
  return f;
}

inline std::vector<Finding> sample_findings() {
  std::vector<Finding> out{full_finding(), bare_finding()};
  for (const Level level : {Level::informational, Level::low, Level::medium, Level::high, Level::critical}) {
    Finding f = full_finding();
    f.severity = level;
    f.record_id.reset();
    f.actor = {};
    out.push_back(f);
    f.actor.cmd_line = "only a command line";
    f.source_ip = "fe80::1";
    f.tactics = {"TA0040"};
    out.push_back(f);
    f.actor = {};
    f.actor.parent_path = "/only/a/parent";
    f.tactics = {};
    f.attacks = {};
    out.push_back(f);
    f.actor = {};
    f.actor.user_uid = "S-1-5-18";
    f.tactics = {"Stealth", "TA0005"};
    f.resources = {{Target::Type::service, "", "Only a display name", "", "", "", ""},
                   {Target::Type::vm, "", "", "stop", "", "", ""},
                   {Target::Type::cloud, "i-0123", "", "", "", "", ""}};
    out.push_back(f);
    f.actor = {};
    f.actor.session_uid = "0x3e7";
    f.evidences = {};
    f.time.reset();
    out.push_back(f);
  }
  for (const std::string& text : hostile_texts()) out.push_back(hostile_finding(text));
  return out;
}

}  // namespace stopwarden
