// SPDX-License-Identifier: Apache-2.0
#include "sources/xml/xml.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/text.h"

namespace stopwarden::xml {
namespace {

constexpr std::string_view kSpace = "http://schemas.microsoft.com/win/2004/08/events/event";

std::string system_part(int record) {
  return "<System><Provider Name='StopWarden-Test' Guid='{0a1b2c3d-0000-1111-2222-333344445555}'/>"
         "<EventID Qualifiers=\"16384\">7036</EventID><Version>0</Version><Level>4</Level><Task>0</Task>"
         "<Opcode>0</Opcode><Keywords>0x0080000000000000</Keywords>"
         "<TimeCreated SystemTime='2026-11-25T01:02:03.1234567Z'/><EventRecordID>" +
         std::to_string(record) +
         "</EventRecordID><Correlation ActivityID='{AA}'/><Execution ProcessID='624' ThreadID='812'/>"
         "<Channel>System</Channel><Computer>db01.example</Computer><Security UserID='S-1-5-18'/></System>";
}

std::string event(int record, const std::string& parts = "<EventData/>") {
  return "<Event xmlns='" + std::string(kSpace) + "'>" + system_part(record) + parts + "</Event>";
}

/// Everything a source tells, as lines.
class Log final : public EventSink {
 public:
  explicit Log(const FieldTable& table) : table_(&table) {}
  void on_event(const Event& e) override {
    records.push_back(e.record_id.value_or(0));
    offsets.push_back(e.origin.offset);
    numbers.push_back(e.origin.record);
    values.clear();
    for (const FieldValue& v : e.fields)
      values.push_back((v.field == kUnnamedField ? "?" : std::string(table_->name(v.field))) +
                       (v.kind == ValueKind::integer ? "#" : "=") + std::string(v.text));
    time = e.time;
    head = std::string(e.host) + "|" + std::string(e.channel) + "|" + std::string(e.provider) + "|" +
           std::to_string(e.event_id.value_or(0));
    raw = std::string(e.raw);
  }
  void on_drop(const Error& e) override {
    drops.push_back(std::string(errc_name(e.code)) + "@" + std::to_string(e.offset));
  }
  void on_oddity(const Error&) override {}
  bool has(std::string_view line) const { return std::find(values.begin(), values.end(), line) != values.end(); }

  std::vector<std::uint64_t> records, offsets, numbers;
  std::vector<std::string> values, drops;
  std::optional<EventTime> time;
  std::string head, raw;

 private:
  const FieldTable* table_;
};

enum class Want : std::uint8_t { named, everything };

/// Reads `bytes` as the pipeline does, with windows that begin with `window` bytes, and checks the contract.
Log read(std::string_view bytes, std::vector<std::string> fields = {}, std::size_t window = 1 << 16,
         Want want = Want::named) {
  static std::vector<std::unique_ptr<FieldTable>> tables;
  FieldTable& table = *tables.emplace_back(std::make_unique<FieldTable>());
  for (const std::string& name : fields) table.intern(name);
  WantedFields wanted(table);
  for (std::size_t i = 0; i < table.size(); ++i) wanted.add(FieldId{static_cast<std::uint16_t>(i)});
  if (want == Want::everything) wanted.add_all_values();
  Log log(table);
  const auto source = make_xml({&wanted});
  const auto parser = make_xml({&wanted});  // another object parses: units need no state of cut()
  std::size_t at = 0, length = window;
  std::uint64_t record = 0;
  while (at < bytes.size()) {
    length = std::min(length, bytes.size() - at);
    const bool last = length == bytes.size() - at;
    const Cut cut = source->cut(as_bytes(bytes.substr(at, length)), last ? AtEnd::yes : AtEnd::no);
    if (cut.kind == Cut::Kind::more) {
      EXPECT_FALSE(last || length >= source->window_max()) << "more at " << at;
      if (last || length >= source->window_max()) return log;
      length = std::min(length * 2, source->window_max());
      continue;
    }
    EXPECT_TRUE(cut.take > 0 && cut.take <= length) << cut.take;
    if (cut.take == 0 || cut.take > length) return log;
    if (cut.kind == Cut::Kind::unit) record += parser->parse(as_bytes(bytes.substr(at, cut.take)), at, record, log);
    if (cut.kind == Cut::Kind::drop) log.on_drop({cut.error.code, at + cut.error.offset, cut.error.what});
    at += cut.take;
    length = window;
  }
  return log;
}

using Numbers = std::vector<std::uint64_t>;
using Lines = std::vector<std::string>;

TEST(Xml, ReadsSystem) {
  const Log log = read(event(426), {"EventID_Qualifiers", "Provider_Guid", "Correlation_ActivityID"});
  ASSERT_EQ(log.records, Numbers{426});
  EXPECT_EQ(log.head, "db01.example|System|StopWarden-Test|7036");
  ASSERT_TRUE(log.time);
  EXPECT_EQ(format_time(*log.time, 7), "2026-11-25T01:02:03.1234567Z");
  EXPECT_EQ(log.values, (Lines{"Provider_Name=StopWarden-Test", "Provider_Guid={0A1B2C3D-0000-1111-2222-333344445555}",
                               "EventID_Qualifiers#16384", "EventID#7036", "Version#0", "Level#4", "Task#0", "Opcode#0",
                               "Keywords=0x80000000000000", "EventRecordID#426", "Correlation_ActivityID={AA}",
                               "Execution_ProcessID#624", "Execution_ThreadID#812", "Channel=System",
                               "Computer=db01.example", "Security_UserID=S-1-5-18"}));
  EXPECT_EQ(log.raw, event(426));
}

TEST(Xml, ReadsEventData) {
  const Log log =
      read(event(1,
                 "<EventData Name='Set'><Data Name='Source Name'>a&lt;b&#x20;&amp;&quot;</Data><Data>one</Data>"
                 "<Data Name=\"Empty\"/><Data>two</Data><Data Name='Image'> \r\n</Data><Binary>4D00</Binary>"
                 "<ComplexData Name='Blob'>0102</ComplexData><Data Name='Image'>again</Data>"
                 "<Data Name='Cd'>x<![CDATA[<y>&amp;]]>z</Data>"
                 "<Data Name='Logon'>0x00000000000003e7</Data></EventData>"),
           {"SourceName", "Empty", "EventData_Name", "Blob", "Cd", "Logon"});
  ASSERT_EQ(log.records.size(), 1u);
  EXPECT_EQ(Lines(log.values.begin() + 13, log.values.end()),
            (Lines{"EventData_Name=Set", "SourceName=a<b &\"", "Data=one", "param1=one", "Empty=", "Data=two",
                   "param2=two", "Image= \r\n", "Binary=4D00", "Blob=0102", "Image=again", "Cd=x<y>&amp;z",
                   "Logon=0x00000000000003e7", "Logon=0x3e7"}));
}

TEST(Xml, ReadsUserDataByItsLeaves) {
  const Log log =
      read(event(1,
                 "<UserData><LogFileCleared xmlns='urn:x' xmlns:q='urn:y'><q:SubjectUserName>eve</q:SubjectUserName>"
                 "<Nested><Deep At='1'>d</Deep></Nested><Event>inner</Event><None/></LogFileCleared></UserData>"),
           {"Deep", "Deep_At", "None", "Nested", "Event", "LogFileCleared"});
  EXPECT_EQ(Lines(log.values.begin() + 13, log.values.end()),
            (Lines{"SubjectUserName=eve", "Deep_At=1", "Deep=d", "Event=inner", "None="}));
}

TEST(Xml, RenderingIsKeptApart) {
  const Log log =
      read(event(1,
                 "<EventData><Data Name='Image'>a</Data></EventData><RenderingInfo Culture='de-DE'><Message>"
                 "Bild</Message><Channel>Sicherheit</Channel><Keywords><Keyword>K</Keyword></Keywords><Task/>"
                 "</RenderingInfo>"),
           {"Message", "RenderingInfo_Channel", "RenderingInfo_Culture", "RenderingInfo_Keyword"});
  EXPECT_EQ(log.head, "db01.example|System|StopWarden-Test|7036");
  EXPECT_EQ(Lines(log.values.begin() + 13, log.values.end()),
            (Lines{"Image=a", "RenderingInfo_Culture=de-DE", "Message=Bild", "RenderingInfo_Channel=Sicherheit",
                   "RenderingInfo_Keyword=K"}));
}

TEST(Xml, KeywordSearchesGetUnknownNamesToo) {
  const std::string parts = "<EventData><Data Name='Unheard'>v</Data><Data Name='X'><a b='c'>d</a></Data></EventData>";
  const Log all = read(event(1, parts), {}, 1 << 16, Want::everything);
  EXPECT_TRUE(all.has("?=v") && all.has("?=c") && all.has("?=d"));
  EXPECT_EQ(read(event(1, parts)).values.size(), 13u);
}

TEST(Xml, EveryShapeOfAFile) {
  const std::string two = event(1) + "\r\n" + event(2);
  std::string prefixed = event(1) + event(2);
  for (const std::string_view name : {"<Event ", "</Event>", "<System>", "</System>"})
    for (std::size_t at = 0; (at = prefixed.find(name, at)) != std::string::npos; at += name.size())
      prefixed.insert(at + (name[1] == '/' ? 2 : 1), "e:");
  const std::pair<const char*, std::string> cases[] = {
      {"in a row", two},
      {"mark", "\xEF\xBB\xBF" + two},
      {"declaration", "<?xml version='1.0' encoding='utf-8' standalone='yes'?>\n<Events>" + two + "</Events>\n"},
      {"comment", "<!-- <Event> --><Events>\n<!-- x -->" + two + "<!-- y --></Events>"},
      {"doctype", "<!DOCTYPE Events><Events>" + two + "</Events>"},
      {"evtxexport", "evtxexport 20181227\n\n" + event(1) + "\n\nEvent number : 2\n" + event(2) + "\n\n"},
      {"evtx_dump",
       "Record 1\n<?xml version=\"1.0\"?>\n" + event(1) + "\nRecord 2\n<?xml version=\"1.0\"?>\n" + event(2)},
      {"prefix", prefixed},
      {"utf16le", utf8_to_utf16("\xEF\xBB\xBF<Events>" + two + "</Events>", ByteOrder::little)},
      {"utf16be", utf8_to_utf16("\xEF\xBB\xBF<?xml version='1.0' encoding='utf-16'?>" + two, ByteOrder::big)},
      {"utf16 without mark", utf8_to_utf16(two, ByteOrder::little)},
  };
  for (const auto& [name, bytes] : cases) {
    EXPECT_TRUE(sniff_xml(as_bytes(bytes))) << name;
    for (const std::size_t window : {std::size_t{1}, std::size_t{7}, std::size_t{900}, std::size_t{1} << 16}) {
      const Log log = read(bytes, {}, window);
      EXPECT_EQ(log.records, (Numbers{1, 2})) << name << " " << window;
      EXPECT_EQ(log.numbers, (Numbers{1, 2})) << name << " " << window;
      EXPECT_EQ(log.drops, Lines{}) << name << " " << window;
      ASSERT_EQ(log.head, "db01.example|System|StopWarden-Test|7036") << name << " " << window;
    }
  }
}

TEST(Xml, Utf16ValuesComeAsUtf8) {
  const std::string parts = "<EventData><Data Name='Image'>gr\xC3\xBC\xC3\x9F \xF0\x9F\x98\x80</Data></EventData>";
  for (const ByteOrder order : {ByteOrder::little, ByteOrder::big}) {
    const Log log = read(utf8_to_utf16("\xEF\xBB\xBF" + event(1, parts), order));
    EXPECT_TRUE(log.has("Image=gr\xC3\xBC\xC3\x9F \xF0\x9F\x98\x80"));
    EXPECT_EQ(log.offsets, Numbers{2});
  }
}

TEST(Xml, ABadEventCostsItselfOnly) {
  const std::string good = event(1), last = event(9);
  const std::string at = std::to_string(good.size());
  const std::pair<std::string, Lines> cases[] = {
      {event(2, "<EventData><Data></EventData>"), {"bad_value@" + at}},
      {event(2, "<EventData a=>"), {"bad_value@" + at}},
      {"<Event xmlns='" + std::string(kSpace) + "'><EventData/></Event>", {"bad_value@" + at}},
      {"<Event/>", {"bad_value@" + at}},
      {event(2).substr(0, 300), {"truncated@" + at}},
      {event(2).substr(0, 300) + "<Data Name=\"x>", {"truncated@" + at}},
      {"<Other><b/></Other>", {"bad_value@" + at}},
      {"</Event>", {"bad_value@" + at}},
      {std::string("<Event xmlns='") + std::string(kSpace) + "'>\x01" + std::string(1, '\0') + "</Event>",
       {"bad_value@" + at}},
  };
  for (const auto& [bad, drops] : cases)
    for (const std::size_t window : {std::size_t{3}, std::size_t{1000}, std::size_t{1} << 16}) {
      const Log log = read(good + bad + last, {}, window);
      EXPECT_EQ(log.records, (Numbers{1, 9})) << bad << " " << window;
      EXPECT_EQ(log.drops, drops) << bad << " " << window;
      EXPECT_EQ(log.offsets, (Numbers{0, good.size() + bad.size()})) << bad;
    }
}

TEST(Xml, ANulInATagDoesNotPassForUtf16) {
  const std::string bad = std::string("<\0e:Event>", 10) + system_part(2) + "</Event>";
  for (const std::string& before : {std::string("\n"), event(1)})
    for (const std::size_t window : {std::size_t{1}, std::size_t{1000}, std::size_t{1} << 16}) {
      const Log log = read(before + bad + event(3), {}, window);
      EXPECT_EQ(log.records, before == "\n" ? Numbers{3} : (Numbers{1, 3})) << window;
      EXPECT_EQ(log.drops, Lines{"bad_value@" + std::to_string(before.size())}) << window;
    }
}

TEST(Xml, DroppedEventsKeepTheirNumbers) {
  const Log log = read(event(1) + event(2, "<a></b>") + event(3));
  EXPECT_EQ(log.records, (Numbers{1, 3}));
  EXPECT_EQ(log.numbers, (Numbers{1, 3}));
}

TEST(Xml, TheEndMayComeAnywhere) {
  const std::string text = "<Events>" + event(1) + event(2) + "<!-- end --></Events>";
  for (std::size_t length = 1; length < text.size(); ++length) {
    const Log log = read(text.substr(0, length), {}, 64);
    EXPECT_EQ(log.records.size(), length >= 8 + 2 * event(1).size() ? 2u : length >= 8 + event(1).size() ? 1u : 0u);
    EXPECT_LE(log.drops.size(), 1u);
  }
  EXPECT_EQ(read(text.substr(0, 8 + event(1).size() + 50)).drops,
            Lines{"truncated@" + std::to_string(8 + event(1).size())});
  EXPECT_EQ(read(event(1) + "<!-- never closed " + event(2)).drops.size(), 1u);
}

TEST(Xml, AnEventThatIsTooLongIsDroppedOnceAndTheRestGoesOn) {
  const std::string filler = "<EventData><Data Name='Image'>" + std::string(20u << 20, 'x') + "</Data></EventData>";
  const std::string text = event(1) + event(2, filler) + event(3);
  const Log log = read(text);
  EXPECT_EQ(log.records, (Numbers{1, 3}));
  EXPECT_EQ(log.drops, Lines{"limit_exceeded@" + std::to_string(event(1).size())});
  const Log broken = read(event(1) + event(2, filler).substr(0, 18u << 20) + event(3));
  EXPECT_EQ(broken.records, (Numbers{1, 3}));
  EXPECT_EQ(broken.drops.size(), 1u);
  const Log open = read(event(2, filler).substr(0, 18u << 20));
  EXPECT_EQ(open.drops, Lines{"limit_exceeded@0"});
}

TEST(Xml, TooManyElementsAreALimit) {
  std::string many = "<EventData>", deep = "<UserData>", sections = "<EventData><Data>";
  for (int i = 0; i < 70'000; ++i) {
    many += "<a/>";
    deep += "<a>";
    sections += "a<!---->";
  }
  const Log log = read(event(1, many + "</EventData>") + event(2, sections + "</Data></EventData>") + event(3));
  EXPECT_EQ(log.records, Numbers{3});
  EXPECT_EQ(log.drops.size(), 2u);
  deep.resize(deep.size() / 2 / 3 * 3 + 1);
  std::string nested = "<UserData>", close;
  for (int i = 0; i < 30'000; ++i) nested += "<a>", close += "</a>";
  EXPECT_EQ(read(event(1, nested + "x" + close + "</UserData>"), {"a"}).values.back(), "a=x");
}

TEST(Xml, ReferencesCannotHideTheRestOfAValue) {
  const Log log =
      read(event(1, "<EventData><Data Name='Image'>a&#0;b&#x000;c&#4294967296;d&#65;&#xD;&bad;&#;</Data></EventData>"));
  EXPECT_TRUE(
      log.has("Image=a\xEF\xBF\xBD"
              "b\xEF\xBF\xBD"
              "c\xEF\xBF\xBD"
              "dA\r&bad;&#;"))
      << log.values.back();
}

TEST(Xml, OddSystemValues) {
  const auto system = [](const std::string& parts) {
    return read("<Event xmlns='" + std::string(kSpace) + "'><System>" + parts + "</System></Event>");
  };
  EXPECT_EQ(system("").records.size(), 1u);
  EXPECT_FALSE(system("<TimeCreated SystemTime='yesterday'/>").time);
  EXPECT_FALSE(system("<TimeCreated/>").time);
  EXPECT_EQ(system("<EventID>99999999999</EventID>").head, "|||0");
  EXPECT_EQ(system("<EventID> 7036\n</EventID>").head, "|||7036");
  EXPECT_EQ(system("<EventID>x</EventID>").values, Lines{"EventID=x"});
  EXPECT_EQ(system("<EventID></EventID><Channel/>").values, Lines{});
  EXPECT_EQ(system("<Computer>123</Computer>").values, Lines{"Computer=123"});
  EXPECT_EQ(system("<Channel>A</Channel><Channel>B</Channel>").head, "|A||0");
}

TEST(Xml, SniffsNothingElse) {
  const std::string start = "<Event xmlns='" + std::string(kSpace) + "'>";
  const std::string like_it[] = {start,
                                 "\n <?xml version='1.0'?>\n<!-- c -->" + start,
                                 "<Events/>",
                                 "<Events></Events>",
                                 "<Events>\n",
                                 "<Event><System>",
                                 "<x:Events xmlns:x='y'><x:Event><x:System>"};
  for (const std::string& yes : like_it) EXPECT_TRUE(sniff_xml(as_bytes(yes))) << yes;
  const std::string not_like_it[] = {"",
                                     "<",
                                     "<Event",
                                     "<Event>",
                                     "<Eventful><System>",
                                     "<html><Event><System>",
                                     "<?xml version='1.0'?><feed/>",
                                     "text " + start,
                                     "<Events><row/>",
                                     "<Events>text",
                                     "{\"Event\":{}}",
                                     std::string("ElfFile\0", 8),
                                     "<!-- ",
                                     "\xFF\xFE",
                                     "<Events><calendar><Event>"};
  for (const std::string& no : not_like_it) EXPECT_FALSE(sniff_xml(as_bytes(no))) << no;
}

}  // namespace
}  // namespace stopwarden::xml
