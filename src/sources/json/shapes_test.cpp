// SPDX-License-Identifier: Apache-2.0
#include "sources/json/shapes.h"

#include <gtest/gtest.h>

#include <string>

#include "event/catalogue.h"
#include "sources/json/json_test_support.h"

namespace stopwarden::json {
namespace {

using testing::Lines;
using testing::Read;
using testing::run;
using testing::Wanted;

struct ShapeCase {
  const char* name;
  std::string json;
  std::vector<std::string> wanted;
  std::string head;
  std::string fields;
};

const ShapeCase kCases[] = {
    {"evtx_dump",
     R"({"Event":{"#attributes":{"xmlns":"x"},"System":{"Provider":{"#attributes":{"Name":"P","Guid":
     "aabbccdd-1122-3344-5566-77889900aabb"}},"EventID":{"#attributes":{"Qualifiers":16384},"#text":7036},"Version":0,
     "Level":4,"Keywords":"0x8080000000000000","TimeCreated":{"#attributes":{"SystemTime":"2026-11-25T01:02:03.5Z"}},
     "EventRecordID":12,"Correlation":null,"Execution":{"#attributes":{"ProcessID":4,"ThreadID":8}},"Channel":"System",
     "Computer":"db1","Security":{"#attributes":{"UserID":"S-1-5-18"}}},
     "EventData":{"param1":"MSSQL","param2":"stopped","Binary":"4D00"}}})",
     {"Provider_Name", "Provider_Guid", "EventID", "Version", "Level", "Keywords", "EventRecordID",
      "Execution_ProcessID", "Execution_ThreadID", "Channel", "Computer", "Security_UserID", "param1", "param2",
      "Binary"},
     "2026-11-25T01:02:03.500Z db1 System P 7036 12",
     "Provider_Name=P|Provider_Guid={AABBCCDD-1122-3344-5566-77889900AABB}|EventID=7036|Version=0|Level=4|"
     "Keywords=0x8080000000000000|EventRecordID=12|Execution_ProcessID=4|Execution_ThreadID=8|Channel=System|"
     "Computer=db1|Security_UserID=S-1-5-18|param1=MSSQL|param2=stopped|Binary=4D00"},
    {"evtx_dump, separate attributes",
     R"({"Event":{"System":{"Provider_attributes":{"Name":"P"},"EventID_attributes":{"Qualifiers":""},"EventID":1,
     "TimeCreated_attributes":{"SystemTime":"2026-01-01T00:00:00Z"},"Channel":"C","Computer":"h"},
     "EventData":{"Image":"a.exe"}}})",
     {"Image", "Provider_Name"},
     "2026-01-01T00:00:00.000Z h C P 1 -",
     "Provider_Name=P|Image=a.exe"},
    {"evtx_dump without Event, EventID as text",
     R"({"System":{"EventID":"4688","Channel":"Security"},"EventData":{"NewProcessName":"x"}})",
     {"EventID", "NewProcessName"},
     "-  Security  4688 -",
     "EventID=4688|NewProcessName=x"},
    {"unnamed Data, a list",
     R"({"Event":{"System":{"EventID":1},"EventData":{"Data":["a","b"],"Binary":null}}})",
     {"Data", "param1", "param2", "Binary"},
     "-    1 -",
     "Data=a|param1=a|Data=b|param2=b|Binary="},
    {"unnamed Data, #text",
     R"({"Event":{"System":{"EventID":1},"EventData":{"Data":{"#text":["a","b"]}}}})",
     {"Data", "param2"},
     "-    1 -",
     "Data=a|Data=b|param2=b"},
    {"unnamed Data, one text",
     R"({"Event":{"System":{"EventID":1},"EventData":{"Data":"only"}}})",
     {"Data", "param1"},
     "-    1 -",
     "Data=only|param1=only"},
    {"EventData is text",
     R"({"Event":{"System":{"EventID":1},"EventData":"only"}})",
     {"Data"},
     "-    1 -",
     "Data=only"},
    {"named Data",
     R"({"Event":{"System":{"EventID":1},"EventData":{"Data":[{"#attributes":{"Name":"Image"},"#text":"x"},
     {"@Name":"User","#text":"y"},{"@Name":"Company"}]}}})",
     {"Image", "User", "Company", "Data"},
     "-    1 -",
     "Image=x|User=y|Company="},
    {"names with blanks",
     R"({"Event":{"System":{"EventID":1116},"EventData":{"Threat Name":"t","Source Name":"s"}}})",
     {"ThreatName", "SourceName"},
     "-    1116 -",
     "ThreatName=t|SourceName=s"},
    {"UserData",
     R"({"Event":{"System":{"EventID":104},"UserData":{"LogFileCleared":{"#attributes":{"xmlns":"u"},
     "SubjectUserName":"bob","Channel":"System","Nested":{"#attributes":{"A":1},"#text":"n"}}}}})",
     {"SubjectUserName", "Nested", "Nested_A", "Channel"},
     "-    104 -",
     "SubjectUserName=bob|Channel=System|Nested_A=1|Nested=n"},
    {"EventData attribute",
     R"({"Event":{"System":{"EventID":1},"EventData":{"#attributes":{"Name":"N"},"Image":"i"}}})",
     {"EventData_Name", "Image"},
     "-    1 -",
     "EventData_Name=N|Image=i"},
    {"members beside the event",
     R"({"Event":{"System":{"EventID":1,"Channel":"C"},"RenderingInfo":{"Message":"m"}},"host":{"name":"shipper"}})",
     {"RenderingInfo.Message", "host.name"},
     "- shipper C  1 -",
     "RenderingInfo.Message=m|host.name=shipper"},
    {"winlogbeat",
     R"({"@timestamp":"2026-11-25T01:02:03.004Z","event":{"code":"1","created":"2026-11-25T09:00:00Z"},
     "host":{"name":"collector"},"process":{"executable":"e.exe"},"winlog":{"channel":"C","provider_name":"P",
     "event_id":"1","record_id":"77","computer_name":"h","process":{"pid":5,"thread":{"id":6}},
     "user":{"identifier":"S-1"},"event_data":{"Image":"i","param1":"p"},"user_data":{"xml_name":"X","SubjectUserName":"s"}}})",
     {"EventID", "Channel", "Provider_Name", "EventRecordID", "Computer", "Execution_ProcessID", "Execution_ThreadID",
      "Security_UserID", "Image", "param1", "Data", "SubjectUserName", "process.executable", "winlog.event_data.Image",
      "event.code"},
     "2026-11-25T01:02:03.004Z h C P 1 77",
     "event.code=1|process.executable=e.exe|Channel=C|Provider_Name=P|EventID=1|EventRecordID=77|Computer=h|"
     "Execution_ProcessID=5|Execution_ThreadID=6|Security_UserID=S-1|Image=i|winlog.event_data.Image=i|param1=p|Data=p|"
     "SubjectUserName=s"},
    {"winlogbeat, code only",
     R"({"winlog":{"channel":"C"},"event":{"code":4625},"host":{"name":"h"}})",
     {"EventID", "Computer"},
     "- h C  4625 -",
     "Computer=h|EventID=4625"},
    {"winlogbeat, flattened",
     R"({"winlog.channel":"C","winlog.event_id":7,"winlog.event_data.Image":"i"})",
     {"Image"},
     "-  C  7 -",
     "Image=i"},
    {"search result",
     R"({"_index":"x","_source":{"winlog":{"channel":"C","event_id":7,"event_data":{"Image":"i"}}}})",
     {"Image"},
     "-  C  7 -",
     "Image=i"},
    {"splunk result",
     R"({"preview":false,"result":{"EventCode":"4688","LogName":"Security","ComputerName":"h","_time":"2026-11-25T01:02:03.000+02:00"}})",
     {"EventID", "Channel"},
     "2026-11-24T23:02:03.000Z h Security  4688 -",
     "Channel=Security|EventID=4688"},
    {"winlogbeat 6",
     R"({"@timestamp":"2026-11-25T01:02:03Z","log_name":"C","source_name":"P","event_id":1,"record_number":"9",
     "computer_name":"h","process_id":4,"event_data":{"ProcessId":"7884"},"user":{"identifier":"S-1"}})",
     {"ProcessId", "Execution_ProcessID", "Security_UserID", "EventID"},
     "2026-11-25T01:02:03.000Z h C P 1 9",
     "EventID=1|Execution_ProcessID=4|ProcessId=7884|Security_UserID=S-1"},
    {"nxlog: the local time is moved to UTC",
     R"({"EventTime":"2020-08-05 02:09:26","EventReceivedTime":"2020-08-05 02:09:29","@timestamp":"2020-08-05T06:09:29.626Z",
     "host":"collector","Hostname":"h","Channel":"Security","SourceName":"P","EventID":4688,"RecordNumber":5,
     "Keywords":-9214364837600034816,"ExecutionProcessID":4,"ThreadID":8,"UserID":"S-1","OpcodeValue":0,"ProcessId":"116"})",
     {"Keywords", "Computer", "Provider_Name", "Execution_ProcessID", "ProcessId", "Security_UserID"},
     "2020-08-05T06:09:26.000Z h Security P 4688 5",
     "Computer=h|Provider_Name=P|Keywords=0x8020000000000000|Execution_ProcessID=4|Security_UserID=S-1|ProcessId=116"},
    {"nxlog: half-hour zone, late delivery",
     R"({"EventTime":"2020-08-05 11:39:26","EventReceivedTime":"2020-08-05 11:39:29","@timestamp":"2020-08-05T06:11:00Z","EventID":1,"Channel":"C"})",
     {},
     "2020-08-05T06:09:26.000Z  C  1 -",
     ""},
    {"nxlog with a zone",
     R"({"EventTime":"2020-08-05T02:09:26.5+02:00","EventReceivedTime":"2020-08-05 02:09:29","EventID":1,"Channel":"C"})",
     {},
     "2020-08-05T00:09:26.500Z  C  1 -",
     ""},
    {"nxlog without a UTC clock",
     R"({"EventTime":"2020-08-05 02:09:26","EventReceivedTime":"2020-08-05 02:09:29","EventID":1,"Channel":"C"})",
     {},
     "2020-08-05T02:09:26.000Z  C  1 -",
     ""},
    {"flat",
     R"({"EventID":13,"Channel":"C","Hostname":"h","TimeCreated":"2026-11-25 01:02:03.333","Details":"d","Level":"4"})",
     {"Details", "Computer", "Level"},
     "2026-11-25T01:02:03.333Z h C  13 -",
     "Computer=h|Details=d|Level=4"},
    {"Get-WinEvent",
     R"({"Id":7036,"ProviderName":"P","LogName":"System","MachineName":"h","RecordId":3,"ProcessId":4,
     "TimeCreated":"\/Date(1764032523004)\/","UserId":{"Value":"S-1"},"Properties":[{"Value":"a"},{"Value":5}]})",
     {"EventID", "Channel", "Computer", "Data", "param1", "param2", "Security_UserID"},
     "2025-11-25T01:02:03.004Z h System P 7036 3",
     "EventID=7036|Channel=System|Computer=h|Security_UserID=S-1|Data=a|param1=a|Data=5|param2=5"},
    {"artemis",
     R"({"event_id":1,"provider":"P","channel":"Application","computer":"h","record_id":2,"system_time":"2026-11-25T01:02:03Z",
     "raw_event_data":{"Data":{"#text":"t"},"Image":"i"}})",
     {"Data", "param1", "Image", "EventID"},
     "2026-11-25T01:02:03.000Z h Application P 1 2",
     "EventID=1|Data=t|param1=t|Image=i"},
    {"generic: paths, arrays, literal dots",
     R"({"requestParameters":{"x":1,"items":[{"id":"a"},{"id":"b"}]},"a.b":"dotted","a":{"b":"nested"},"tags":["x",["y"]],
     "eventTime":"2026-11-25T01:02:03Z","hostname":"h"})",
     {"requestParameters.x", "requestParameters.items.id", "a.b", "tags"},
     "2026-11-25T01:02:03.000Z h   - -",
     "requestParameters.x=1|requestParameters.items.id=a|requestParameters.items.id=b|a.b=dotted|a.b=nested|tags=x|"
     "tags=y"},
    {"generic: System is not always the event's",
     R"({"System":{"cpu":1},"a":2})",
     {"System.cpu", "a"},
     "-    - -",
     "System.cpu=1|a=2"},
    {"generic: host is text",
     R"({"host":"h","timestamp":1764032523})",
     {"host"},
     "2025-11-25T01:02:03.000Z h   - -",
     "host=h"},
    {"generic: milliseconds", R"({"ts":1764032523004})", {}, "2025-11-25T01:02:03.004Z    - -", ""},
    {"generic: seconds with a fraction", R"({"ts":1764032523.5})", {}, "2025-11-25T01:02:03.500Z    - -", ""},
    {"journal, microseconds as text",
     R"({"__REALTIME_TIMESTAMP":"1764032523004000","_HOSTNAME":"h"})",
     {},
     "2025-11-25T01:02:03.004Z h linux:journal  - -",
     ""},
    {"generic: no time that can be read", R"({"time":"yesterday","ts":null})", {}, "-    - -", ""},
    {"duplicate keys", R"({"a":1,"a":2,"a":1})", {"a"}, "-    - -", "a=1|a=2|a=1"},
    {"everything is wanted", R"({"x":{"y":"v"},"Image":"i"})", {"*"}, "-    - -", "?=v|Image=i"},
};

TEST(JsonShapes, Table) {
  for (const ShapeCase& c : kCases) {
    const Read got = run(c.json, Wanted(c.wanted));
    ASSERT_EQ(got.events.size(), 1u) << c.name;
    EXPECT_EQ(got.heads[0], c.head) << c.name;
    EXPECT_EQ(got.events[0], c.fields) << c.name;
    EXPECT_EQ(got.drops, Lines{}) << c.name;
  }
}

TEST(JsonShapes, ValuesKeepTheirKindAndCanonicalText) {
  const Read got = run(R"({"a":1,"a":18446744073709551615,"a":9007199254740993,"a":-0,"a":1.0,"a":0.1,"a":1e3,"a":1e999,
    "a":"","a":"1","a":true,"a":false,"a":null,"a":[],"a":{}})",
                       Wanted({"a"}));
  ASSERT_EQ(got.events.size(), 1u);
  EXPECT_EQ(got.events[0],
            "a=1|a=18446744073709551615|a=9007199254740993|a=0|a=1|a=0.1|a=1000|a=1e999|a=|a=1|a=true|a=false|a=");
  EXPECT_EQ(got.kinds[0], "iiiirrrrssbbn");
}

TEST(JsonShapes, RowsHaveTheirOwnNames) {
  const auto all = shapes();
  for (std::size_t i = 0; i < all.size(); ++i)
    for (std::size_t j = i + 1; j < all.size(); ++j) EXPECT_NE(all[i].name, all[j].name);
  EXPECT_TRUE(all.back().recognise(Marks{}));
  EXPECT_EQ(path_rules().size(), static_cast<std::size_t>(kRulesCount));
}

TEST(JsonPaths, HostileKeysAreForgotten) {
  const Wanted wanted({"a"});
  PathTable paths(wanted.fields(), path_rules());
  const std::size_t roots = paths.size();
  const std::uint32_t a = paths.child(kGenericRules, "a");
  EXPECT_EQ(paths.child(kGenericRules, "a"), a);
  EXPECT_TRUE(paths.path(a).used());
  for (int i = 0; i < 40'000; ++i) paths.child(kGenericRules, "key" + std::to_string(i));
  paths.limit(0);
  EXPECT_EQ(paths.size(), roots);
  EXPECT_TRUE(paths.path(paths.child(kGenericRules, "a")).used());
  std::uint32_t at = kGenericRules;
  for (int i = 0; i < 60; ++i) at = paths.child(at, std::string(1000, 'k'));
  EXPECT_TRUE(paths.path(at).overlong);
  EXPECT_FALSE(paths.path(at).used());
}

class Counter final : public EventSink {
 public:
  void on_event(const Event& e) override { fields += e.fields.size(); }
  void on_drop(const Error&) override { ++bad; }
  void on_oddity(const Error&) override { ++bad; }
  std::size_t fields = 0, bad = 0;
};

TEST(JsonSource, NoAllocationPerEventOnceWarm) {
  const Wanted wanted({"Image", "CommandLine", "EventID", "Computer", "Keywords", "a"});
  std::string unit;
  for (int i = 0; i < 200; ++i)
    unit +=
        R"({"EventTime":"2020-08-05 02:09:26","EventReceivedTime":"2020-08-05 02:09:29","Keywords":-9214364837600034816,)"
        R"("EventID":1,"Channel":"C","Hostname":"h","Image":"C:\\Windows\\x.exe","CommandLine":"x \"y\" ü","a":1.5})"
        "\n";
  const auto source = make_json({&wanted.fields()});
  Counter counter;
  source->parse(as_bytes(unit), 0, 0, counter);
  const std::size_t before = testing::allocations();
  source->parse(as_bytes(unit), 0, 0, counter);
  EXPECT_EQ(testing::allocations() - before, 0u);
  EXPECT_EQ(counter.fields, 2u * 200 * 6);
  EXPECT_EQ(counter.bad, 0u);
}

}  // namespace
}  // namespace stopwarden::json
