// SPDX-License-Identifier: Apache-2.0
#include "detect/ledger/targets.h"

#include <gtest/gtest.h>

#include "detect/ledger/targets_text.h"
#include "event/catalogue.h"

namespace stopwarden::ledger {
namespace {

std::string targets(std::string_view channel, std::string_view command_line) {
  const FieldValue field{id_of(field::CommandLine), ValueKind::string, command_line};
  Event event;
  event.channel = channel;
  event.fields = {&field, 1};
  return targets_text(targets_of(event));
}

TEST(Targets, CommandLinesAreReadAsTheSystemReadsThem) {
  EXPECT_EQ(targets("linux:auditd", "systemctl stop a"), "stop service:a systemctl");
  EXPECT_EQ(targets("Linux-Sysmon/Operational", "service a stop"), "stop service:a service");
  EXPECT_EQ(targets("macos:endpointsecurity", "launchctl bootout system/a"), "stop service:a launchctl");
  EXPECT_EQ(targets("esxi:shell", "vim-cmd vmsvc/power.off 3"), "power-off vm:3 vim-cmd");
  EXPECT_EQ(targets("Security", "systemctl stop a"), "");
  EXPECT_EQ(targets("aws:cloudtrail", "systemctl stop a"), "");
}

TEST(Targets, FieldsOfEveryReaderAreWanted) {
  FieldTable table;
  WantedFields wanted(table);
  add_target_fields(wanted);
  EXPECT_TRUE(wanted.contains(id_of(field::CommandLine)));
  EXPECT_TRUE(wanted.contains(id_of(field::Binary)));
  EXPECT_FALSE(wanted.contains(id_of(field::QueryName)));
}

}  // namespace
}  // namespace stopwarden::ledger
