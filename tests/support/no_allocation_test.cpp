// SPDX-License-Identifier: Apache-2.0
// Counts every allocation of this program: an event that no rule fires on must cost none once everything is warm.
#include <gtest/gtest.h>

#include "detect/sigma/fast.h"
#include "support/allocations.h"
#include "support/event_text.h"
#include "support/evtx_text.h"
#include "support/evtx_writer.h"
#include "support/reading.h"
#include "support/rules.h"

namespace stopwarden::test {
namespace {

/// Events of every log the rules look at, none of which stops anything; `n` rounds, so that several chunks are full.
std::string description(int n) {
  std::string out =
      "file computer=WS07.corp.example channel=System\n"
      R"evtxt(
define scm provider="Service Control Manager" guid={555908D1-A6D7-4695-8E1E-26931D2012F4} source="Service Control Manager" id=7036 qualifiers=16384 keywords=0x8080000000000000
  data param1 = "Windows Update"
  data param2 = "running"
  binary = utf16z "wuauserv/4"
define created provider=Microsoft-Windows-Security-Auditing guid={54849625-5478-4994-A5BA-3E3B0328C30D} channel=Security id=4688 version=2 level=0 task=13312
  data SubjectUserSid = sid S-1-5-21-1111111111-2222222222-3333333333-1105
  data SubjectUserName = "anna"
  data SubjectDomainName = "CORP"
  data SubjectLogonId = hex64 0x3e7a1
  data NewProcessId = hex64 0x1a4
  data NewProcessName = "C:\\Program Files\\Editor\\editor.exe"
  data TokenElevationType = "%%1936"
  data ProcessId = hex64 0xfa0
  data CommandLine = ""
  data ParentProcessName = "C:\\Windows\\explorer.exe"
  data MandatoryLabel = sid S-1-16-8192
define sysmon provider=Microsoft-Windows-Sysmon guid={5770385F-C22A-43E0-BF4C-06F5698FFBD9} channel=Microsoft-Windows-Sysmon/Operational id=1 version=5 task=1 user=S-1-5-18
  data UtcTime = sysmon-time
  data ProcessGuid = guid {23F38D93-AF71-6183-0000-001058F30C00}
  data ProcessId = uint32 420
  data Image = "C:\\Windows\\System32\\net.exe"
  data OriginalFileName = "net.exe"
  data CommandLine = ""
  data User = "CORP\\anna"
  data LogonId = hex64 0x3e7a1
  data IntegrityLevel = "Medium"
  data Hashes = "SHA256=00AA,IMPHASH=00BB"
  data ParentImage = "C:\\Windows\\System32\\cmd.exe"
  data ParentCommandLine = "cmd.exe"
define registry provider=Microsoft-Windows-Sysmon guid={5770385F-C22A-43E0-BF4C-06F5698FFBD9} channel=Microsoft-Windows-Sysmon/Operational id=13 version=2 task=13 user=S-1-5-18
  data EventType = "SetValue"
  data Image = "C:\\Windows\\system32\\services.exe"
  data TargetObject = "HKLM\\System\\CurrentControlSet\\Services\\Printer\\Start"
  data Details = "DWORD (0x00000002)"
define script provider=Microsoft-Windows-PowerShell guid={A0C1853B-5C40-4B15-8766-3CF1C58F985A} channel=Microsoft-Windows-PowerShell/Operational id=4104 task=2 opcode=15
  data MessageNumber = int32 1
  data MessageTotal = int32 1
  data ScriptBlockText = ""
  data ScriptBlockId = "b3c4a5d6-0000-4000-8000-000000000001"
  data Path = ""
define object provider=Microsoft-Windows-Security-Auditing guid={54849625-5478-4994-A5BA-3E3B0328C30D} channel=Security id=4657 level=0 task=12801
  data SubjectUserName = "anna"
  data SubjectDomainName = "CORP"
  data ObjectName = "\\REGISTRY\\MACHINE\\SYSTEM\\ControlSet001\\Services\\Printer"
  data ObjectValueName = "Description"
  data OperationType = "%%1905"
  data NewValueType = "%%1873"
  data NewValue = "Größere Drucker"
)evtxt";
  for (int i = 0; i < n; ++i) {
    const std::string number = std::to_string(i);
    out += "event scm time=2026-11-20T08:00:00Z\n  data param1 = \"Windows Update " + number + "\"\n";
    out += "event created time=2026-11-20T08:00:01Z\n  data CommandLine = \"editor.exe Überblick" + number + ".txt\"\n";
    out += "event sysmon time=2026-11-20T08:00:02Z\n  data CommandLine = \"net view \\\\\\\\FS02 /n" + number + "\"\n";
    out += "event registry time=2026-11-20T08:00:03Z\n  data Details = \"DWORD (0x" + number + ")\"\n";
    out += "event script time=2026-11-20T08:00:04Z\n  data ScriptBlockText = \"Get-Service | Out-File " + number +
           ".txt\"\n";
    out += "event object time=2026-11-20T08:00:05Z\n  data NewValue = \"Größerer Drucker " + number + "\"\n";
  }
  return out;
}

/// Matches each event; counts what is allocated from the event `warm` on.
class Counter final : public EventSink, public HitSink {
 public:
  Counter(sigma::Matcher& matcher, std::size_t warm) : matcher_(matcher), warm_(warm) {}
  void on_event(const Event& e) override {
    const std::uint64_t before = allocations();
    matcher_.match(e, *this);
    matching += allocations() - before;
    if (++events != warm_) return;
    EXPECT_GT(allocations(), 100u) << "this program does not count";
    matching = 0;
    calls_when_warm = allocations();
    bytes_when_warm = allocated_bytes();
  }
  void on_drop(const Error&) override { ++problems; }
  void on_oddity(const Error&) override { ++problems; }
  void on_hit(const Hit& hit) override { hits += hit.rule->title + "; "; }
  std::size_t events = 0, problems = 0;
  std::uint64_t matching = 0;  // of the allocations
  std::uint64_t calls_when_warm = 0, bytes_when_warm = 0;
  std::string hits;

 private:
  sigma::Matcher& matcher_;
  std::size_t warm_;
};

struct NoAllocation : ::testing::Test {
  NoAllocation() {
    std::vector<Diagnostic> problems;
    const auto d = parse_evtxt(description(600), "events", problems);
    for (const Diagnostic& p : problems) ADD_FAILURE() << to_string(p);
    if (!d) return;
    auto file = write_evtx(*d);
    EXPECT_TRUE(file) << file.error().what;
    if (file) evtx = std::move(file).take();
    for (const EventSpec& e : all_events(*d)) {
      json += to_evtx_dump_json(e) + "\n";
      xml += to_xml(e) + "\n";
    }
  }

  /// None from the event `warm` to the last of 3,601, by either engine.
  void expect_none(const std::string& input, std::size_t warm) {
    sigma::ReferenceMatcher reference(builtin.rules);
    const sigma::Program program(builtin.rules);
    sigma::FastMatcher fast(program);
    expect_none(input, warm, reference);
    expect_none(input, warm, fast);
  }
  void expect_none(const std::string& input, std::size_t warm, sigma::Matcher& matcher) {
    Counter counter(matcher, warm);
    InputReader reader(SourceOptions{&builtin.wanted, matcher.planner()});
    PieceStream stream(input, SIZE_MAX);
    reader.read(stream, counter);
    const std::uint64_t seen = allocations() - counter.calls_when_warm;
    EXPECT_EQ(counter.events, 3601u);
    EXPECT_EQ(counter.problems, odd);
    EXPECT_EQ(counter.hits, "") << "the events must be harmless";
    EXPECT_EQ(seen, 0u) << allocated_bytes() - counter.bytes_when_warm << " bytes; " << counter.matching
                        << " of the allocations while matching";
  }

  const BuiltinRules builtin;
  std::string evtx, json, xml;
  std::size_t odd = 0;  // oddities of the input
};

/// As many lines of syslog, with what is read of known programs and structured data.
std::string syslog_lines() {
  const char* kinds[] = {
      "Mar  6 04:07:33 web1 sshd[123]: Accepted publickey for anna from 10.0.0.5 port 59229 ssh2: ED25519 SHA256:x",
      "<86>Mar  6 04:07:33 web1 sudo:     anna : TTY=pts/0 ; PWD=/home/anna ; USER=root ; COMMAND=/usr/bin/tail /tmp/x",
      "2026-03-06T04:07:33.194677+00:00 web1 systemd[1]: Started logrotate.service - Rotate log files.",
      "2026-03-06T04:07:33Z web1 CRON[99]: (root) CMD (run-parts /etc/cron.hourly)\n\tgoes on",
      "<165>1 2026-03-06T04:07:33Z web1 app 12 ID47 [e@32473 iut=\"3\" s=\"a\\\"b\"] text",
      "Mar  6 04:07:33 web1 kernel: [12.345678] eth0: link up",
  };
  std::string out = "Mar  6 04:07:33 web1 myapp: first\n";
  for (int i = 0; i < 600; ++i)
    for (const char* kind : kinds) out.append(kind).append(" ").append(std::to_string(i)).append("\n");
  return out;
}

TEST_F(NoAllocation, Syslog) {
  odd = 1;  // the year is assumed
  expect_none(syslog_lines(), 2000);
}

TEST_F(NoAllocation, Evtx) {
  EXPECT_GE(evtx.size(), 10u * 65'536) << "templates must be met anew in several chunks";
  expect_none(evtx, 300);
}

/// Warm when some blocks were read: the line at the end of a block is copied, into a buffer that grows with the
/// longest.
TEST_F(NoAllocation, JsonLines) {
  EXPECT_GE(json.size(), std::size_t{2} << 20);
  expect_none(json, 2700);
}

/// What pugixml takes by malloc is not counted.
TEST_F(NoAllocation, Xml) { expect_none(xml, 300); }

}  // namespace
}  // namespace stopwarden::test
