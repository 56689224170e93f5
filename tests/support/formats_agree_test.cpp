// SPDX-License-Identifier: Apache-2.0
// The same event is the same event in every format: what a rule sees, and which finding it makes, must not depend on
// how somebody exported the log.
#include <gtest/gtest.h>

#include <map>

#include "event/catalogue.h"
#include "support/event_text.h"
#include "support/evtx_text.h"
#include "support/evtx_writer.h"
#include "support/reading.h"
#include "support/rules.h"

namespace stopwarden::test {
namespace {

const char kEvents[] = R"evtxt(
file computer=DB01.corp.example channel=System first-record=90417
event provider="Service Control Manager" guid={555908D1-A6D7-4695-8E1E-26931D2012F4} source="Service Control Manager" id=7036 qualifiers=16384 keywords=0x8080000000000000 time=2026-11-20T02:13:37.1234567Z pid=700 tid=704
  data param1 = "SQL Server (MSSQLSERVER)"
  data param2 = "stopped"
  binary = utf16z "MSSQLSERVER/1"
event provider="Service Control Manager" guid={555908D1-A6D7-4695-8E1E-26931D2012F4} source="Service Control Manager" id=7040 qualifiers=16384 keywords=0x8080000000000000 time=2026-11-20T02:13:38Z pid=700 tid=704 user=S-1-5-21-1111111111-2222222222-3333333333-1105
  data param1 = "Windows Defender Antivirus Service"
  data param2 = "auto start"
  data param3 = "disabled"
  data param4 = "WinDefend"
event provider=Microsoft-Windows-Security-Auditing guid={54849625-5478-4994-A5BA-3E3B0328C30D} channel=Security id=4688 version=2 level=0 task=13312 keywords=0x8020000000000000 time=2026-11-20T02:14:00.0000001Z
  data SubjectUserSid = sid S-1-5-21-1111111111-2222222222-3333333333-1105
  data SubjectUserName = "svc_deploy"
  data SubjectDomainName = "CORP"
  data SubjectLogonId = hex64 0x3e7a1
  data NewProcessId = hex64 0x1a4 as size
  data NewProcessName = "C:\\Windows\\System32\\net.exe"
  data TokenElevationType = "%%1936"
  data ProcessId = hex64 0xfa0 as size
  data CommandLine = "net  stop \"MSSQLSERVER\" /y & rem <done>"
  data TargetUserSid = sid S-1-0-0
  data TargetUserName = "-"
  data TargetDomainName = "-"
  data TargetLogonId = hex64 0x0
  data ParentProcessName = "C:\\Windows\\System32\\cmd.exe"
  data MandatoryLabel = sid S-1-16-12288
event provider=Microsoft-Windows-Sysmon guid={5770385F-C22A-43E0-BF4C-06F5698FFBD9} channel=Microsoft-Windows-Sysmon/Operational id=1 version=5 task=1 time=2026-11-20T02:14:00.5Z user=S-1-5-18 pid=2200 tid=2300
  data RuleName = "-"
  data UtcTime = sysmon-time
  data ProcessGuid = guid {23F38D93-AF71-6183-0000-001058F30C00}
  data ProcessId = uint32 420
  data Image = "C:\\Windows\\System32\\sc.exe"
  data CommandLine = "sc.exe \\\\FS02 config  VSS start= disabled"
  data CurrentDirectory = "C:\\"
  data User = "CORP\\svc_deploy"
  data LogonId = hex64 0x3e7a1
  data TerminalSessionId = uint32 2
  data IntegrityLevel = "High"
  data Hashes = "SHA256=00AA,IMPHASH=00BB"
  data ParentProcessId = uint32 4000
  data ParentImage = "C:\\Windows\\System32\\cmd.exe"
  data ParentCommandLine = "cmd.exe /c stop.cmd"
event provider=Stopwarden-Test-Classic channel=Application id=17137 qualifiers=16384 time=2026-11-20T08:02:00Z
  data = string ["payroll", "second insert", "third insert"]
  binary = binary F1420000
event provider=Stopwarden-Test-Classic channel=Application id=17148 qualifiers=16384 time=2026-11-20T08:02:01Z layout=flat
  data = "one"
  data = "two"
  data = "two"
event provider=Stopwarden-Test-Classic channel=Application id=17149 time=2026-11-20T08:02:02Z
  data = "alone"
event provider="Microsoft-Windows-Windows Defender" guid={11CD958A-C507-4EF3-B3F2-5FD9DFBD2C78} channel="Microsoft-Windows-Windows Defender/Operational" id=5007 time=2026-11-20T08:05:00Z user=S-1-5-18
  data "Product Name" = "Microsoft Defender Antivirus"
  data "Old Value" = "HKLM\\SOFTWARE\\Microsoft\\Windows Defender\\DisableRealtimeMonitoring = 0x0"
  data "New Value" = "HKLM\\SOFTWARE\\Microsoft\\Windows Defender\\DisableRealtimeMonitoring = 0x1"
event provider=Microsoft-Windows-Eventlog guid={FC65DDD8-D6EF-4962-83D5-6E5CFE9CE148} id=104 level=4 task=104 time=2026-11-20T08:03:00Z user=S-1-5-18
  userdata LogFileCleared xmlns="http://manifests.microsoft.com/win/2004/08/windows/eventlog"
  data SubjectUserName = "svc_deploy"
  data SubjectDomainName = "CORP"
  data Channel = "Application"
  data BackupPath = ""
event provider=Stopwarden-Test-Cases guid={7C1E6A52-3B0D-4F7E-8A11-00000000CA5E} id=121 time=2026-11-20T08:03:02Z layout=bare
  userdata Plain
  data Count = uint32 4
  data Name = "no namespace"
event provider=Stopwarden-Test-Cases guid={7C1E6A52-3B0D-4F7E-8A11-00000000CA5E} id=130 time=2026-11-20T08:04:00Z
  data ServiceName = "MSSQLSERVER"
  data StartType = "auto start"
  data ServiceName = "SQLWriter"
  data ServiceName = "VSS"
  data StartType = uint32 4
event provider=Stopwarden-Test-Cases guid={7C1E6A52-3B0D-4F7E-8A11-00000000CA5E} id=140 time=2026-11-20T08:06:00Z opcode=255 version=255 task=65535 level=255 keywords=0x0 pid=4294967295 tid=0
  data NonAscii = "Größe Привет 日本 \u{1F512}"
  data Lines = "first\r\nsecond\tthird"
  data Blanks = "  kept  "
  data Empty = ""
  data Null = null
  optional Gone = null
  data Min = int64 -9223372036854775808
  data Max = uint64 18446744073709551615
  data Yes = bool true
  data No = bool false
  data Guid = guid {555908D1-A6D7-4695-8E1E-26931D2012F4}
  data GuidText = "{555908D1-A6D7-4695-8E1E-26931D2012F4}"
  data Time = filetime 2026-11-20T02:13:37.1234567Z
  data Hex = hex32 0xff
  data Names = string ["MSSQLSERVER", "", "VSS"]
  data Ports = uint16 [135, 3389]
  data Bytes = binary 00FFAB10
event provider=Stopwarden-Test-Cases id=150 time=2026-11-20T08:07:00Z
event provider=Stopwarden-Test-Cases id=151 time=2026-11-20T08:07:01Z
  eventdata
)evtxt";

std::vector<std::string> data_names(const std::vector<EventSpec>& events) {
  std::vector<std::string> out;
  for (const EventSpec& e : events) {
    for (const Item& item : e.body.items) {
      std::string name;
      for (const char c : item.name)
        if (c != ' ') name += c;
      if (!name.empty()) out.push_back(name);
    }
  }
  return out;
}

/// The events above in three formats.
struct Copies {
  Copies() {
    std::vector<Diagnostic> problems;
    const auto description = parse_evtxt(kEvents, "events", problems);
    for (const Diagnostic& p : problems) ADD_FAILURE() << to_string(p);
    if (!description) return;
    auto file = write_evtx(*description);
    EXPECT_TRUE(file) << file.error().what;
    if (file) evtx = std::move(file).take();
    events = all_events(*description);
    xml = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n<Events>";
    for (const EventSpec& e : events) {
      xml += to_xml(e) + "\r\n";
      json += to_evtx_dump_json(e) + "\n";
    }
    xml += "</Events>";
  }
  std::vector<EventSpec> events;
  std::string evtx, xml, json;
};

using Fields = std::vector<std::pair<std::string, std::string>>;

/// By name, the values of a name in their order: JSON cannot say in which order repeated names came.
Fields by_name(Fields fields) {
  std::stable_sort(fields.begin(), fields.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  return fields;
}

void expect_same_heads(const Reading& want, const Reading& got) {
  EXPECT_TRUE(got.drops.empty() && got.oddities.empty()) << got.format;
  ASSERT_EQ(got.events.size(), want.events.size()) << got.format;
  for (std::size_t i = 0; i < want.events.size(); ++i) {
    const ReadEvent &w = want.events[i], &g = got.events[i];
    EXPECT_EQ(g.time, w.time) << got.format << " event " << i;
    EXPECT_EQ(g.host, w.host) << got.format << " event " << i;
    EXPECT_EQ(g.channel, w.channel) << got.format << " event " << i;
    EXPECT_EQ(g.provider, w.provider) << got.format << " event " << i;
    EXPECT_EQ(g.event_id, w.event_id) << got.format << " event " << i;
    EXPECT_EQ(g.record_id, w.record_id) << got.format << " event " << i;
    EXPECT_EQ(g.record, w.record) << got.format << " event " << i;
  }
}

TEST(FormatsAgree, OnTheFieldsThatRulesAskFor) {
  const Copies copies;
  FieldTable table;
  for (const std::string& name : data_names(copies.events)) ASSERT_TRUE(table.intern(name));
  WantedFields wanted(table);
  for (std::size_t i = 0; i < table.size(); ++i) wanted.add(FieldId{static_cast<std::uint16_t>(i)});
  const Reading evtx = read_all(copies.evtx, wanted), xml = read_all(copies.xml, wanted),
                json = read_all(copies.json, wanted);
  EXPECT_EQ(evtx.format, "evtx");
  EXPECT_EQ(xml.format, "xml");
  EXPECT_EQ(json.format, "json");
  expect_same_heads(evtx, xml);
  expect_same_heads(evtx, json);
  ASSERT_EQ(evtx.events.size(), copies.events.size());
  for (std::size_t i = 0; i < evtx.events.size(); ++i) {
    SCOPED_TRACE(copies.events[i].provider + " " + std::to_string(copies.events[i].id));
    EXPECT_EQ(xml.events[i].fields, evtx.events[i].fields);
    EXPECT_EQ(by_name(json.events[i].fields), by_name(evtx.events[i].fields));
  }
}

/// A keyword rule searches every value: none may be hidden in one of the formats. What only a format itself has
/// (namespaces) may come on top.
TEST(FormatsAgree, OnEveryValueAKeywordMayMeet) {
  const Copies copies;
  const FieldTable table;
  WantedFields wanted(table);
  wanted.add_all_values();
  const Reading evtx = read_all(copies.evtx, wanted), xml = read_all(copies.xml, wanted),
                json = read_all(copies.json, wanted);
  ASSERT_EQ(xml.events.size(), evtx.events.size());
  ASSERT_EQ(json.events.size(), evtx.events.size());
  for (std::size_t i = 0; i < evtx.events.size(); ++i) {
    SCOPED_TRACE(copies.events[i].provider + " " + std::to_string(copies.events[i].id));
    std::multimap<std::string, std::string> in_xml, in_json;
    for (const auto& [name, text] : xml.events[i].fields) in_xml.emplace(text, name);
    for (const auto& [name, text] : json.events[i].fields) in_json.emplace(text, name);
    for (const auto& [name, text] : evtx.events[i].fields) {
      if (text.empty() || text == format_time(copies.events[i].time, 7)) continue;
      EXPECT_TRUE(in_xml.count(text) != 0) << "XML hides " << name << "=" << text;
      EXPECT_TRUE(in_json.count(text) != 0) << "JSON hides " << name << "=" << text;
    }
  }
}

TEST(FormatsAgree, ANumberedNameIsThatOfTheFirstOnlyWhenNobodyElseHasIt) {
  FieldTable table;
  for (const char* name : {"Disk_1", "Asked", "Asked_1", "Twice"}) ASSERT_TRUE(table.intern(name));
  WantedFields wanted(table);
  for (std::size_t i = field::kCount; i < table.size(); ++i) wanted.add(FieldId{static_cast<std::uint16_t>(i)});
  const Reading got = read_all(R"({"Event":{"System":{"EventID":1},"EventData":{"Disk_1":"a","Asked":"b","Asked_1":"c",
    "Twice":"d","Twice_1":["e","f"],"Twice_2":"g","Twice_1_1":"h","_1":"i"}}}
    {"Event":{"System":{"EventID":1},"EventData":{"Twice_1":"the first one is not there"}}})",
                               wanted);
  ASSERT_EQ(got.events.size(), 2u);
  EXPECT_EQ(got.events[0].fields, (Fields{{"Disk_1", "a"},
                                          {"Asked", "b"},
                                          {"Asked_1", "c"},
                                          {"Twice", "d"},
                                          {"Twice", "e"},
                                          {"Twice", "f"},
                                          {"Twice", "g"}}));
  EXPECT_TRUE(got.events[1].fields.empty());
}

/// Uids by rule and record.
class Uids final : public EventSink, public HitSink {
 public:
  explicit Uids(const BuiltinRules& builtin) : matcher_(builtin.rules) {}
  void on_event(const Event& e) override { matcher_.match(e, *this); }
  void on_drop(const Error&) override {}
  void on_oddity(const Error&) override {}
  void on_hit(const Hit& hit) override {
    found[hit.rule->title + " #" + std::to_string(hit.event->record_id.value_or(0))] = hit_uid(hit);
  }
  std::map<std::string, std::string> found;

 private:
  sigma::ReferenceMatcher matcher_;
};

TEST(FormatsAgree, OnTheIdentityOfAFinding) {
  const Copies copies;
  const BuiltinRules builtin;
  std::vector<std::map<std::string, std::string>> found;
  for (const std::string* copy : {&copies.evtx, &copies.xml, &copies.json}) {
    Uids uids(builtin);
    InputReader reader(SourceOptions{&builtin.wanted});
    PieceStream stream(*copy, 4096);
    reader.read(stream, uids);
    found.push_back(uids.found);
  }
  EXPECT_GE(found[0].size(), 4u) << "the stops and disables above";
  EXPECT_EQ(found[1], found[0]);
  EXPECT_EQ(found[2], found[0]);
  std::map<std::string, int> distinct;
  for (const auto& [what, uid] : found[0]) EXPECT_EQ(++distinct[uid], 1) << what;
}

}  // namespace
}  // namespace stopwarden::test
