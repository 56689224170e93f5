// SPDX-License-Identifier: Apache-2.0
#include "sources/unifiedlog/unifiedlog.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "sources/text/source_test_support.h"

namespace stopwarden::unifiedlog {
namespace {

using text::testing::read_all;
using text::testing::Said;
using Lines = std::vector<std::string>;

const std::vector<std::string> kNames{"process",      "ProcessId",     "threadID",   "messageType",
                                      "sender",       "subsystem",     "category",   "message",
                                      "ServiceLabel", "ServiceDomain", "SignalName", "RequestedBy"};

struct LineCase {
  const char* name;
  std::string line, want;
};

const LineCase kCases[] = {
    {"syslog",
     "2026-11-25 02:02:03.123456+0100  localhost launchd[1]: [system/com.example.db [77]:] exited due to SIGKILL | "
     "sent by "
     "killall[123], ran for 5ms",
     "2026-11-25T01:02:03.123Z  macos:unifiedlog launchd -|process=launchd|ProcessId=1|"
     "subsystem=system/com.example.db [77]|message=exited due to SIGKILL | sent by killall[123], ran for 5ms|"
     "ServiceLabel=com.example.db|ServiceDomain=system|SignalName=SIGKILL|RequestedBy=killall[123]"},
    {"syslog, a program with blanks and a level",
     "2026-11-25 02:02:03.123456+0100  mac1 My App [x][59]: (Foundation) hello",
     "2026-11-25T01:02:03.123Z mac1 macos:unifiedlog  -|process=My App "
     "[x]|ProcessId=59|sender=Foundation|message=hello"},
    {"syslog, level", "2026-11-25 02:02:03.123456+0100  localhost kernel[0] <Notice>: (IOKit) up",
     "2026-11-25T01:02:03.123Z  macos:unifiedlog kernel -|process=kernel|ProcessId=0|messageType=Notice|sender=IOKit|"
     "message=up"},
    {"default",
     "2026-11-25 02:02:03.123456-0800 0x3058     Info        0x0                  599    0    sudo: (libx.dylib) "
     "[com.apple.sudo:main] text: more",
     "2026-11-25T10:02:03.123Z  macos:unifiedlog sudo -|process=sudo|ProcessId=599|threadID=0x3058|messageType=Info|"
     "sender=libx.dylib|subsystem=com.apple.sudo|category=main|message=text: more"},
    {"default without TTL",
     "2026-11-25 02:02:03.123456+0800 0x1d  Activity  0x80000000000ab54b   482  Some App: (UIKit) send",
     "2026-11-24T18:02:03.123Z  macos:unifiedlog  -|process=Some App|ProcessId=482|threadID=0x1d|messageType=Activity|"
     "sender=UIKit|message=send"},
    {"compact",
     "2026-11-25 02:02:03.123 Df launchd[1:2f2b54bb] [gui/501/com.example.a [9]:] bootout initiated by: "
     "launchctl[30]<-zsh[9]",
     "2026-11-25T02:02:03.123Z  macos:unifiedlog launchd "
     "-|process=launchd|ProcessId=1|threadID=2f2b54bb|messageType=Df|"
     "subsystem=gui/501/com.example.a [9]|message=bootout initiated by: "
     "launchctl[30]<-zsh[9]|ServiceLabel=com.example.a|"
     "ServiceDomain=gui/501|RequestedBy=launchctl[30]<-zsh[9]"},
    {"compact, activity", "2026-11-25 02:02:03.123 A  node[19887:b199c5] (Security) SecItemCopyMatching",
     "2026-11-25T02:02:03.123Z  macos:unifiedlog  -|process=node|ProcessId=19887|threadID=b199c5|messageType=A|"
     "sender=Security|message=SecItemCopyMatching"},
    {"compact, text in brackets", "2026-11-25 02:02:03.123 Df My App[59:7a] [BackgroundTask] Will add",
     "2026-11-25T02:02:03.123Z  macos:unifiedlog  -|process=My App|ProcessId=59|threadID=7a|messageType=Df|"
     "message=[BackgroundTask] Will add"},
    {"launchd's own log", "2026-11-25 02:02:03.123456 (gui/501 [100005]) <Notice>: removing service: com.example.a",
     "2026-11-25T02:02:03.123Z  macos:unifiedlog launchd -|process=launchd|ProcessId=1|messageType=Notice|"
     "subsystem=gui/501 [100005]|message=removing service: com.example.a|ServiceLabel=com.example.a|"
     "ServiceDomain=gui/501"},
};

TEST(UnifiedLog, EveryStyle) {
  for (const LineCase& c : kCases) {
    const Said said = read_all(make_unifiedlog, c.line + "\n", kNames);
    EXPECT_EQ(said.events, Lines{c.want}) << c.name;
    EXPECT_TRUE(sniff_unifiedlog(as_bytes(c.line))) << c.name;
  }
}

TEST(UnifiedLog, LinesWithoutATimeGoOnWithTheMessage) {
  const std::string input =
      "Filtering the log data using \"process == \"x\"\"\nTimestamp               Ty Process[PID:TID]\n"
      "2026-11-25 02:02:03.123 Df x[9:a] {\n  a = b;\n\n}\n"
      "2026-11-25 02:02:04.123 Df x[9:a] next\n" +
      std::string(100, '-') + "\nLog      - Default:          2, Info:                0\n";
  const Said said = read_all(make_unifiedlog, input, {"message"});
  EXPECT_EQ(said.events, (Lines{"2026-11-25T02:02:03.123Z  macos:unifiedlog  -|message={\n  a = b;\n\n}",
                                "2026-11-25T02:02:04.123Z  macos:unifiedlog  -|message=next"}));
  EXPECT_EQ(said.places, (Lines{"90+47#1", "138+38#2"}));
  EXPECT_EQ(said.notes, Lines{"oddity bad_value@90"});
}

TEST(UnifiedLog, WindowsDoNotMatter) {
  std::string input = "Timestamp                       (process)[PID]    \n";
  for (int i = 0; i < 40; ++i)
    input += kCases[static_cast<std::size_t>(i) % std::size(kCases)].line + (i % 3 == 0 ? "\n  more\n" : "\r\n");
  const Said whole = read_all(make_unifiedlog, input, {"*"});
  EXPECT_EQ(whole.events.size(), 40u);
  EXPECT_EQ(whole.notes, Lines{});
  for (const std::size_t window : {1u, 2u, 31u, 32u, 33u, 64u, 500u, 4096u})
    EXPECT_EQ(read_all(make_unifiedlog, input, {"*"}, window), whole) << window;
}

TEST(UnifiedLog, WhatCannotBeReadIsNamed) {
  const std::string good = "2026-11-25 02:02:04.123456+0100  localhost x[9]: next\n";
  EXPECT_EQ(read_all(make_unifiedlog, "noise\nmore noise\n" + good, {}).notes, Lines{"drop bad_value@0"});
  EXPECT_EQ(read_all(make_unifiedlog, "2026-11-25 02:02:04.123 INFO other log\n" + good, {}).notes,
            Lines{"drop bad_value@0"});
  const std::string first = good + std::string(5 << 20, 'x') + "\n" + good;
  for (const std::size_t window : {std::size_t{4096}, std::size_t{1} << 20}) {
    const Said said = read_all(make_unifiedlog, first, {}, window);
    EXPECT_EQ(said.events.size(), 1u);
    EXPECT_EQ(said.notes, Lines{"drop limit_exceeded@0"});
  }
}

TEST(UnifiedLog, SniffLeavesOtherLogsAlone) {
  EXPECT_TRUE(sniff_unifiedlog(
      as_bytes("Timestamp                       Thread     Type        Activity             PID    TTL  \n")));
  EXPECT_FALSE(sniff_unifiedlog(as_bytes("Timestamp  something else\n")));
  for (const std::string_view line :
       {"2026-11-25 02:02:03.123 INFO main thread started", "2026-11-25 02:02:03,123 Df x[1:2] y",
        "2026-11-25T02:02:03.123456+01:00 host launchd[1]: x", "Nov 25 02:02:03 host launchd[1]: x",
        "2026-11-25 02:02:03.123456 plain", "2026-11-25 02:02:03 (a) <b>: c", "", "{\"eventMessage\":\"x\"}"})
    EXPECT_FALSE(sniff_unifiedlog(as_bytes(line))) << line;
}

}  // namespace
}  // namespace stopwarden::unifiedlog
