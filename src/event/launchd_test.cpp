// SPDX-License-Identifier: Apache-2.0
#include "event/launchd.h"

#include <gtest/gtest.h>

#include <string>

namespace stopwarden::macos {
namespace {

std::string read(std::string_view subsystem, std::string_view message) {
  const LaunchdMessage m = read_launchd_message(subsystem, message);
  std::string out(m.domain);
  out.append("|").append(m.label).append("|").append(m.pid).append("|").append(m.signal);
  return out.append("|").append(m.requested_by).append("|").append(m.text);
}

TEST(Launchd, JobsOfTheSubsystem) {
  EXPECT_EQ(read("system/com.example.db [77]", "exited due to SIGKILL | sent by killall[123], ran for 5ms"),
            "system|com.example.db|77|SIGKILL|killall[123]|exited due to SIGKILL | sent by killall[123], ran for 5ms");
  EXPECT_EQ(read("gui/501/com.example.a [9]:", "bootout initiated by: launchctl[30]<-zsh[9]"),
            "gui/501|com.example.a|9||launchctl[30]<-zsh[9]|bootout initiated by: launchctl[30]<-zsh[9]");
  EXPECT_EQ(read("gui/501 [100005]", "removing service: com.example.a"),
            "gui/501|com.example.a||||removing service: com.example.a");
  EXPECT_EQ(read("system", "Setting service com.example.db to disabled"),
            "system|com.example.db||||Setting service com.example.db to disabled");
  EXPECT_EQ(read("pid/8/com.example.x [9]", "exited due to exit(1), ran for 2ms"),
            "pid/8|com.example.x|9|||exited due to exit(1), ran for 2ms");
  EXPECT_EQ(read("gui/501/com.example.a [9]", "removing job: caller = smd"),
            "gui/501|com.example.a|9||smd|removing job: caller = smd");
}

TEST(Launchd, JobsBeforeTheMessage) {
  EXPECT_EQ(read("", "(com.example.db[77]): Service exited due to SIGTERM | sent by launchd[1]"),
            "|com.example.db|77|SIGTERM|launchd[1]|Service exited due to SIGTERM | sent by launchd[1]");
  EXPECT_EQ(read("", "(com.example.db [77]) Successfully spawned db[77]"),
            "|com.example.db|77|||Successfully spawned db[77]");
  EXPECT_EQ(read("", "(system/com.example.db) service inactive: com.example.db"),
            "system|com.example.db||||service inactive: com.example.db");
}

TEST(Launchd, OtherTextGivesNothing) {
  EXPECT_EQ(read("com.apple.xpc.launchd", "hello"), "|||||hello");
  EXPECT_EQ(read("", ""), "|||||");
  EXPECT_EQ(read("", "(never closed"), "|||||(never closed");
  EXPECT_EQ(read("", "exited due to "), "|||||exited due to ");
  EXPECT_EQ(read("gui/x/com.a", "removing service: "),
            "||||"
            "|removing service: ");
}

TEST(Launchd, Labels) {
  EXPECT_EQ(launchd_label_of("system/com.example.db"), "com.example.db");
  EXPECT_EQ(launchd_label_of("gui/501/com.example.db"), "com.example.db");
  EXPECT_EQ(launchd_label_of("gui/501"), "");
  EXPECT_EQ(launchd_label_of("com.example.db"), "com.example.db");
  EXPECT_EQ(launchd_label_of_plist("/Library/LaunchDaemons/com.example.db.plist"), "com.example.db");
  EXPECT_EQ(launchd_label_of_plist("/Users/a/Library/LaunchAgents/x.plist"), "x");
  EXPECT_EQ(launchd_label_of_plist("/Library/Preferences/x.plist"), "");
  EXPECT_EQ(launchd_label_of_plist(".plist"), "");
}

}  // namespace
}  // namespace stopwarden::macos
