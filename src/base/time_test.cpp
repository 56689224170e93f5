// SPDX-License-Identifier: Apache-2.0
#include "base/time.h"

#include <gtest/gtest.h>

namespace stopwarden {
namespace {

std::string there_and_back(std::string_view text) {
  const auto t = parse_time(text);
  return t ? format_time(*t, 9) : "none";
}

TEST(Time, ReadsWhatLogsWrite) {
  EXPECT_EQ(there_and_back("2026-11-25T01:02:03.1234567Z"), "2026-11-25T01:02:03.123456700Z");
  EXPECT_EQ(there_and_back("2026-11-25 01:02:03 UTC"), "2026-11-25T01:02:03.000000000Z");
  EXPECT_EQ(there_and_back("2026-11-25T01:02:03+02:00"), "2026-11-24T23:02:03.000000000Z");
  EXPECT_EQ(there_and_back("2026-11-25T01:02:03.5-0130"), "2026-11-25T02:32:03.500000000Z");
  EXPECT_EQ(there_and_back("2026-11-25 01:02"), "2026-11-25T01:02:00.000000000Z");
  EXPECT_EQ(there_and_back("2026-11-25"), "2026-11-25T00:00:00.000000000Z");
  EXPECT_EQ(there_and_back("1969-12-31T23:59:59.9Z"), "1969-12-31T23:59:59.900000000Z");
}

TEST(Time, RefusesWhatIsNone) {
  for (const std::string_view bad :
       {"", "yesterday", "2026-02-30", "2026-13-01", "2026-11-25T24:00:00Z", "2026-11-25T01:02:03.Z",
        "2026-11-25T01:02:03+2", "2026-11-25Tx", "99999-01-01", "2026-11-25T01:02:03Zjunk", "1500-01-01"})
    EXPECT_FALSE(parse_time(bad)) << bad;
}

TEST(Time, Filetime) {
  EXPECT_EQ(format_time(*from_filetime(116'444'736'000'000'000), 0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(format_time(*from_filetime(133'000'000'001'234'567), 7), "2022-06-18T04:26:40.1234567Z");
  EXPECT_FALSE(from_filetime(0));
  EXPECT_FALSE(from_filetime(UINT64_MAX));
}

TEST(Time, MillisecondsFloor) { EXPECT_EQ(to_unix_ms(*parse_time("1969-12-31T23:59:59.9999Z")), -1); }

}  // namespace
}  // namespace stopwarden
