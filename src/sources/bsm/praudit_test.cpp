// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "sources/bsm/bsm.h"
#include "sources/text/source_test_support.h"

namespace stopwarden::bsm {
namespace {

using text::testing::read_all;
using text::testing::Said;
using Lines = std::vector<std::string>;

constexpr std::string_view kHead = "<?xml version='1.0' ?>\n<audit>\n";
constexpr std::string_view kExec =
    "<record version=\"11\" event=\"execve(2)\" modifier=\"0\" time=\"Wed Nov 25 12:00:00 2026\" msec=\" + 381 msec\" "
    ">\n"
    "<exec_args><arg>launchctl</arg><arg>bootout</arg><arg>system/com.example&amp;db</arg></exec_args>"
    "<path>launchctl</path>\n<path>/bin/launchctl</path>\n"
    "<subject audit-uid=\"eve\" uid=\"root\" gid=\"wheel\" ruid=\"root\" rgid=\"wheel\" pid=\"812\" sid=\"100005\" "
    "tid=\"50331650 203.0.113.7\" />\n<return errval=\"success\" retval=\"0\" />\n</record>\n";
constexpr std::string_view kKill =
    "<record version=\"11\" event=\"kill(2)\" modifier=\"0\" time=\"Wed Nov  4 17:17:20 2026\" msec=\" + 7 msec\" >\n"
    "<argument arg-num=\"2\" value=\"0x9\" desc=\"signal\" />\n"
    "<process audit-uid=\"-1\" uid=\"root\" gid=\"wheel\" ruid=\"root\" rgid=\"wheel\" pid=\"333\" sid=\"1\" tid=\"0 "
    "0.0.0.0\" />\n"
    "<subject audit-uid=\"-1\" uid=\"root\" gid=\"wheel\" ruid=\"root\" rgid=\"wheel\" pid=\"900\" sid=\"100005\" "
    "tid=\"0 0.0.0.0\" />\n<return errval=\"failure : Operation not permitted\" retval=\"4294967295\" />\n</record>\n";

const std::vector<std::string> kNames{"EventName",     "ActorUserId",    "Image",           "CommandLine",
                                      "User",          "LogonId",        "ProcessId",       "SourceIp",
                                      "SignalNumber",  "Status",         "TargetProcessId", "path",
                                      "exec_args.arg", "argument.value", "subject.gid"};

TEST(Praudit, RecordsAreReadAsTheBinaryOnesAre) {
  const Said said =
      read_all(make_bsm, std::string(kHead) + std::string(kExec) + std::string(kKill) + "</audit>\n", kNames);
  ASSERT_EQ(said.events.size(), 2u);
  EXPECT_EQ(said.events[0],
            "2026-11-25T12:00:00.381Z  macos:bsm AUE_EXECVE 23|exec_args.arg=launchctl|exec_args.arg=bootout|"
            "exec_args.arg=system/com.example&db|path=launchctl|path=/bin/launchctl|subject.gid=wheel|"
            "EventName=AUE_EXECVE|Image=/bin/launchctl|CommandLine=launchctl bootout 'system/com.example&db'|User=eve|"
            "LogonId=100005|ProcessId=812|SourceIp=203.0.113.7|Status=success");
  EXPECT_EQ(said.events[1],
            "2026-11-04T17:17:20.007Z  macos:bsm AUE_KILL 15|argument.value=9|subject.gid=wheel|EventName=AUE_KILL|"
            "User=root|LogonId=100005|ProcessId=900|TargetProcessId=333|SignalNumber=9|Status=EPERM");
  EXPECT_EQ(said.places[0], "31+" + std::to_string(kExec.size() - 1) + "#1");
  EXPECT_EQ(said.notes, Lines{});
}

TEST(Praudit, WindowsDoNotMatter) {
  std::string input(kHead);
  for (int i = 0; i < 5; ++i) input += std::string(kExec) + std::string(kKill);
  input += "<record version=\"11\" event=\"exit(2)\" modifier";
  const Said whole = read_all(make_bsm, input, {"*"});
  EXPECT_EQ(whole.events.size(), 10u);
  EXPECT_EQ(whole.notes.size(), 1u);
  for (const std::size_t window : {1u, 7u, 31u, 100u, 512u, 1000u})
    EXPECT_EQ(read_all(make_bsm, input, {"*"}, window), whole) << window;
}

TEST(Praudit, BadRecordsAreLeftOut) {
  const std::string torn = "<record version=\"11\" event=\"exit(2)\" modifier=\"0\" >\n<path>/a</path>\n";
  const Said said = read_all(make_bsm, torn + std::string(kKill) + "<record version=\"11\" >\n</record>\n", {});
  EXPECT_EQ(said.events.size(), 1u);
  EXPECT_EQ(said.notes, (Lines{"drop truncated@0", "drop bad_value@" + std::to_string(torn.size() + kKill.size())}));
  const std::string long_one = "<record version=\"11\" event=\"exit(2)\" " + std::string(3 << 20, 'x');
  const Said longer = read_all(make_bsm, long_one + std::string(kKill), {}, 4096);
  EXPECT_EQ(longer.events.size(), 1u);
  EXPECT_EQ(longer.notes, Lines{"drop limit_exceeded@0"});
}

TEST(Praudit, Sniff) {
  EXPECT_TRUE(sniff_praudit(as_bytes(std::string(kHead) + std::string(kExec))));
  EXPECT_TRUE(sniff_praudit(as_bytes(kKill)));
  EXPECT_FALSE(sniff_praudit(as_bytes(std::string(kHead))));
  EXPECT_FALSE(sniff_praudit(as_bytes("a line with <record version=\"1\" event=\"x\" modifier=\"0\" >")));
  EXPECT_FALSE(
      sniff_praudit(as_bytes("<Events><Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'/>")));
}

}  // namespace
}  // namespace stopwarden::bsm
