// SPDX-License-Identifier: Apache-2.0
// The systemd journal as journalctl prints it: -o json, json-pretty, json-seq, json-sse.
#include <gtest/gtest.h>

#include "sources/json/json_test_support.h"

namespace stopwarden::json {
namespace {

using testing::Lines;
using testing::Read;
using testing::run;
using testing::Wanted;

TEST(JsonJournal, TimeProviderAndNumber) {
  const Wanted wanted({"_SYSTEMD_UNIT"});
  const std::pair<const char*, const char*> cases[] = {
      // The sender's time, when it is not later than the entry's own.
      {R"({"__CURSOR":"s=5e;i=1f;b=0;m=1;t=2;x=3","__REALTIME_TIMESTAMP":"1764032523004000","_HOSTNAME":"h","SYSLOG_IDENTIFIER":"sshd","_SOURCE_REALTIME_TIMESTAMP":"1764032523001000"})",
       "2025-11-25T01:02:03.001Z h linux:journal sshd - 31"},
      {R"({"__SEQNUM":"77","__REALTIME_TIMESTAMP":"1764032523004000","_SOURCE_REALTIME_TIMESTAMP":"1764032524004000"})",
       "2025-11-25T01:02:03.004Z  linux:journal  - 77"},
      // Without an identifier the program's name; journald's audit entries are audit's.
      {R"({"__REALTIME_TIMESTAMP":"1764032523004000","_COMM":"CRON"})",
       "2025-11-25T01:02:03.004Z  linux:journal cron - -"},
      {R"({"_BOOT_ID":"b","_TRANSPORT":"audit","SYSLOG_IDENTIFIER":"audit"})", "-  linux:journal audit - -"},
      {R"({"_BOOT_ID":"b","SYSLOG_IDENTIFIER":"what somebody likes"})", "-  linux:journal  - -"},
  };
  for (const auto& [json, head] : cases) {
    const Read got = run(json, wanted);
    ASSERT_EQ(got.heads.size(), 1U) << json;
    EXPECT_EQ(got.heads[0], head) << json;
  }
}

TEST(JsonJournal, ValuesOfBytesAndSeveralValues) {
  const Wanted wanted({"MESSAGE", "message", "OTHER", "Image", "ActorUserId", "User"});
  const std::pair<const char*, const char*> cases[] = {
      {R"({"_BOOT_ID":"b","MESSAGE":[72,105,1,255],"_EXE":"/usr/bin/x","_UID":"1000"})",
       "MESSAGE=Hi\x01\xFF|message=Hi\x01\xFF|Image=/usr/bin/x|ActorUserId=1000"},
      {R"({"_BOOT_ID":"b","OTHER":["a","b"],"MESSAGE":["one",[116,119,111]]})",
       "OTHER=a|OTHER=b|MESSAGE=one|MESSAGE=two|message=one"},
      {R"({"_BOOT_ID":"b","OTHER":[[1,2],[65]]})", "OTHER=\x01\x02|OTHER=A"},
      {R"({"_BOOT_ID":"b","OTHER":null,"MESSAGE":null})", "OTHER=|MESSAGE="},
      // No array of bytes.
      {R"({"_BOOT_ID":"b","OTHER":[1,256]})", "OTHER=1|OTHER=256"},
      {R"({"_BOOT_ID":"b","OTHER":[]})", ""},
      {R"({"_BOOT_ID":"b","_UID":"1000","_AUDIT_LOGINUID":"0"})", "ActorUserId=0|User=root"},
      {R"({"_BOOT_ID":"b","_UID":"0","_PID":"1","_AUDIT_LOGINUID":"4294967295"})", ""},
  };
  for (const auto& [json, fields] : cases) {
    const Read got = run(json, wanted);
    ASSERT_EQ(got.events.size(), 1U) << json;
    EXPECT_EQ(got.events[0], fields) << json;
  }
}

TEST(JsonJournal, OtherLogsKeepTheirArraysOfNumbers) {
  const Wanted wanted({"a"});
  EXPECT_EQ(run(R"({"a":[72,105]})", wanted).events[0], "a=72|a=105");
}

TEST(JsonJournal, SequencesAndServerSentEvents) {
  const Wanted wanted({"MESSAGE"});
  const std::string a = R"({"_BOOT_ID":"b","MESSAGE":"1"})", b = R"({"_BOOT_ID":"b","MESSAGE":"2"})";
  for (const std::string& text : {"\x1E" + a + "\n\x1E" + b + "\n", "data: " + a + "\n\ndata: " + b + "\n\n"}) {
    const Read got = run(text, wanted);
    EXPECT_EQ(got.events, (Lines{"MESSAGE=1", "MESSAGE=2"})) << text;
    EXPECT_EQ(got.drops, Lines{}) << text;
    EXPECT_TRUE(sniff_json(as_bytes(text))) << text;
  }
  // A broken object costs itself.
  const Read got = run("data: " + a + "\n\ndata: {\"MESSAGE\":\"x\n\ndata: " + b + "\n\n", wanted);
  EXPECT_EQ(got.events, (Lines{"MESSAGE=1", "MESSAGE=2"}));
  EXPECT_EQ(got.drops.size(), 1U);
  EXPECT_FALSE(sniff_json(as_bytes(std::string_view("data: x"))));
}

}  // namespace
}  // namespace stopwarden::json
