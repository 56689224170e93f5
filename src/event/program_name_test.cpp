// SPDX-License-Identifier: Apache-2.0
#include "event/program_name.h"

#include <gtest/gtest.h>

namespace stopwarden {
namespace {

TEST(ProgramName, KnownNamesWhateverTheirCaseAndFolder) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"sshd", "sshd"},
      {"CRON", "cron"},
      {"/usr/sbin/cron", "cron"},
      {"NetworkManager", "networkmanager"},
      {"systemd", "systemd"},
      {"", ""},
      {"/", ""},
      {"sshd ", ""},
      {"my-own-program", ""},
      {"a-name-that-is-longer-than-any-of-the-table", ""},
  };
  for (const auto& [given, want] : cases) EXPECT_EQ(known_program(given), want) << given;
}

TEST(ProgramName, AllAreFound) {
  for (const std::string_view name : known_programs()) EXPECT_EQ(known_program(name), name);
}

}  // namespace
}  // namespace stopwarden
