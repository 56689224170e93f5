// SPDX-License-Identifier: Apache-2.0
#include "detect/ledger/macos_targets.h"

#include <gtest/gtest.h>

#include "detect/ledger/targets.h"
#include "detect/ledger/targets_text.h"
#include "event/catalogue.h"
#include "event/log_name.h"

namespace stopwarden::ledger {
namespace {

struct Given {
  field::Number field;
  const char* text;
};

std::string targets(std::string_view channel, std::vector<Given> given) {
  std::vector<FieldValue> fields;
  for (const Given& g : given) fields.push_back({id_of(g.field), ValueKind::string, g.text});
  Event e;
  e.channel = channel;
  e.fields = fields;
  return targets_text(targets_of(e));
}

std::string launchd(const char* label, const char* message, const char* signal = "") {
  std::vector<Given> given{{field::ServiceLabel, label}, {field::LaunchdMessage, message}};
  if (*signal != '\0') given.push_back({field::SignalName, signal});
  return targets(log_name::macos_unifiedlog, given);
}

TEST(MacosTargets, WhatLaunchdSays) {
  EXPECT_EQ(launchd("com.example.db", "bootout initiated by: launchctl[3]<-zsh[2]"),
            "stop service:com.example.db launchd");
  EXPECT_EQ(launchd("com.example.db", "removing job: caller = smd"), "stop service:com.example.db launchd");
  EXPECT_EQ(launchd("com.example.db", "removing service: com.example.db"),
            "stop service:com.example.db launchd =stopped");
  EXPECT_EQ(launchd("com.example.db", "Setting service com.example.db to disabled"),
            "disable service:com.example.db launchd =disabled");
  EXPECT_EQ(launchd("com.example.db", "exited due to SIGKILL | sent by killall[3]", "SIGKILL"),
            "kill service:com.example.db launchd =terminated");
  EXPECT_EQ(launchd("com.example.db", "exited due to exit(1), ran for 2ms"),
            "stop service:com.example.db launchd =exited");
  EXPECT_EQ(launchd("com.example.db", "Successfully spawned db[7]"), "");
  EXPECT_EQ(launchd("", "removing service: "), "");
}

TEST(MacosTargets, SignalsAndFiles) {
  const auto es = [](std::vector<Given> given) { return targets(log_name::macos_es, std::move(given)); };
  EXPECT_EQ(
      es({{field::EventName, "signal"}, {field::SignalNumber, "9"}, {field::TargetImage, "/usr/local/bin/mysqld"}}),
      "kill process:mysqld signal");
  EXPECT_EQ(es({{field::EventName, "signal"}, {field::SignalNumber, "17"}, {field::TargetImage, "/x/mysqld"}}),
            "pause process:mysqld signal");
  EXPECT_EQ(es({{field::EventName, "signal"}, {field::SignalNumber, "1"}, {field::TargetImage, "/x/mysqld"}}), "");
  EXPECT_EQ(es({{field::EventName, "unlink"}, {field::TargetFilename, "/Library/LaunchDaemons/com.example.db.plist"}}),
            "delete service:com.example.db plist");
  EXPECT_EQ(es({{field::EventName, "rename"},
                {field::SourceFilename, "/Library/LaunchDaemons/com.example.db.plist"},
                {field::TargetFilename, "/tmp/x"}}),
            "delete service:com.example.db plist");
  EXPECT_EQ(es({{field::EventName, "close"}, {field::TargetFilename, "/Library/LaunchAgents/a.plist"}}),
            "reconfigure service:a plist");
  EXPECT_EQ(es({{field::EventName, "btm_launch_item_remove"}, {field::ServiceLabel, "com.example.db"}}),
            "delete service:com.example.db launchd");
  EXPECT_EQ(es({{field::EventName, "unlink"}, {field::TargetFilename, "/tmp/a.plist"}}), "");
  EXPECT_EQ(targets(log_name::macos_bsm,
                    {{field::EventName, "AUE_KILL"}, {field::SignalNumber, "15"}, {field::TargetProcessId, "333"}}),
            "kill process:pid 333 signal");
}

}  // namespace
}  // namespace stopwarden::ledger
