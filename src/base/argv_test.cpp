// SPDX-License-Identifier: Apache-2.0
#include "base/argv.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace stopwarden {
namespace {

std::string joined(const std::vector<std::string_view>& args) {
  Arena arena;
  return std::string(join_argv(
      [&args](const auto& use) {
        for (const std::string_view arg : args) use(arg);
      },
      arena));
}

TEST(Argv, IsJoinedAsOneWouldTypeIt) {
  EXPECT_EQ(joined({}), "");
  EXPECT_EQ(joined({"launchctl", "bootout", "system/com.example.db"}), "launchctl bootout system/com.example.db");
  EXPECT_EQ(joined({"rm", "-f", "/Library/Launch Daemons/x.plist"}), "rm -f '/Library/Launch Daemons/x.plist'");
  EXPECT_EQ(joined({"sh", "-c", "kill 1; exit"}), "sh -c 'kill 1; exit'");
  EXPECT_EQ(joined({"echo", "it's", ""}), "echo 'it'\\''s' ''");
  EXPECT_EQ(joined({"'"}), "''\\'''");
  EXPECT_EQ(joined({"a", "--x=1", "b*", "\xC3\xA9"}), "a --x=1 b* \xC3\xA9");
  EXPECT_EQ(joined({"$HOME", "a|b"}), "'$HOME' 'a|b'");
}

TEST(Argv, AnEmptyFirstArgumentIsAWordToo) { EXPECT_EQ(joined({"", "x"}), "'' x"); }

}  // namespace
}  // namespace stopwarden
