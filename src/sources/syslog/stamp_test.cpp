// SPDX-License-Identifier: Apache-2.0
#include "sources/syslog/stamp.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "sources/syslog/facts.h"

namespace stopwarden::syslog {
namespace {

const EventTime kModified = *parse_time("2026-03-10T12:00:00Z");

std::string read(std::string_view line, int zone = 0) {
  StampReader stamps;
  stamps.assume({kModified + std::chrono::hours{24}, {}, zone});
  const Stamp stamp = stamps.read(line);
  if (stamp.form == Stamp::Form::none) return "none";
  return (stamp.time ? format_time(*stamp.time, 6) : "no time") + "|" + std::string(line.substr(stamp.length)) +
         (stamp.year_assumed ? " year?" : "") + (stamp.zone_assumed ? " zone?" : "");
}

TEST(Stamps, EveryForm) {
  const struct {
    const char *line, *means;
  } cases[] = {
      {"2021-03-06T04:07:33.194677+02:00 host", "2021-03-06T02:07:33.194677Z| host"},
      {"2021-03-06T04:07:33Z host", "2021-03-06T04:07:33.000000Z| host"},
      {"2021-03-06T04:07:33-0330 host", "2021-03-06T07:37:33.000000Z| host"},
      {"2021-03-06T04:07:33 host", "2021-03-06T04:07:33.000000Z| host zone?"},
      {"2021-02-29T04:07:33Z host", "no time| host"},
      {"2021-03-06T24:07:33Z host", "none"},
      {"2021-03-06T04:07:33Zhost", "none"},
      {"2021-03-06 04:07:33 host", "none"},  // of other logs
      {"Mar  6 04:07:33 host", "2026-03-06T04:07:33.000000Z| host year? zone?"},
      {"Mar 06 04:07:33 host", "2026-03-06T04:07:33.000000Z| host year? zone?"},
      {"Mar 6 04:07:33 host", "2026-03-06T04:07:33.000000Z| host year? zone?"},
      {"Mar  6 04:07:33.250 host", "2026-03-06T04:07:33.250000Z| host year? zone?"},
      {"Mar  6 04:07:33: host", "2026-03-06T04:07:33.000000Z|: host year? zone?"},
      {"Mar  6 2019 04:07:33 host", "2019-03-06T04:07:33.000000Z| host zone?"},
      {"Mar 11 12:00:00 host", "2026-03-11T12:00:00.000000Z| host year? zone?"},  // a day behind is a wrong clock
      {"Mar 11 12:00:01 host", "2025-03-11T12:00:01.000000Z| host year? zone?"},
      {"Dec 31 23:59:60 host", "2026-01-01T00:00:00.000000Z| host year? zone?"},
      {"Feb 29 01:15:43 host", "2024-02-29T01:15:43.000000Z| host year? zone?"},
      {"Feb 30 01:15:43 host", "no time| host year? zone?"},
      {"Mrz  6 04:07:33 host", "none"},
      {"Mar  6 04:07", "none"},
      {"Sat 2021-03-06 04:07:33 UTC host", "2021-03-06T04:07:33.000000Z| host"},
      {"Sat 2021-03-06 04:07:33 CET host", "2021-03-06T04:07:33.000000Z| host zone?"},
      {"Sat 2021-03-06 04:07:33 +01 host", "2021-03-06T03:07:33.000000Z| host"},
      {"1614995253.123456 host", "2021-03-06T01:47:33.123456Z| host"},
      {"1614995253 host", "none"},
      {"[12345.678901] host", "no time| host"},
      {"[    5.678901] host", "no time| host"},
      {"[12345.678] host", "none"},
      {"", "none"},
      {"garbage", "none"},
  };
  for (const auto& c : cases) EXPECT_EQ(read(c.line), c.means) << c.line;
  EXPECT_EQ(read("Mar  6 01:07:33 host", 120), "2026-03-05T23:07:33.000000Z| host year? zone?");
}

TEST(Stamps, TheDayThatIsRememberedChangesNothing) {
  const char* lines[] = {"Mar 11 12:00:01 h",      "Mar 11 11:59:59 h", "Mar 11 12:00:01 h",
                         "Mar 10 00:00:00 h",      "Mar 10 23:00:00 h", "2021-03-06T04:07:33Z h",
                         "2021-03-16T04:07:33Z h", "Mar 10 01:00:00 h", "2021-03-16T05:07:33Z h"};
  StampReader one;
  one.assume({kModified + std::chrono::hours{24}, {}, 0});
  for (const char* line : lines) {
    const auto time = one.read(line).time;
    ASSERT_TRUE(time);
    EXPECT_EQ(format_time(*time, 6), read(line).substr(0, 27)) << line;
  }
}

TEST(Stamps, WithoutFactsThereIsNoYear) {
  StampReader stamps;
  EXPECT_EQ(stamps.read("Mar  6 04:07:33 host").form, Stamp::Form::no_year);
  EXPECT_FALSE(stamps.read("Mar  6 04:07:33 host").time);
}

std::string facts_of(const char* head, const char* lines) {
  InputFacts facts{kModified, as_bytes(std::string_view(head)), false};
  const FileFacts f = read_facts(facts);
  StampReader stamps;
  stamps.assume(f.assumed);
  std::string out;
  for (std::string_view rest = lines; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    const auto time = stamps.read(line).time;
    out += (time ? format_time(*time, 0) : "-") + " ";
  }
  return out + (f.year_by_date ? "date " : "") + (f.zone_by_offset ? "offset" : "");
}

TEST(Facts, YearAndZoneOfTheFile) {
  const char* lines = "Dec 30 10:00:00 h\nJan  2 10:00:00 h";
  EXPECT_EQ(facts_of(lines, lines), "2025-12-30T10:00:00Z 2026-01-02T10:00:00Z ");
  // A copied file: its time of modification is years behind.
  EXPECT_EQ(facts_of("Dec 30 10:00:00 h k: x\n2017-12-30T11:00:00+01:00 h k: x\n", lines),
            "2017-12-30T09:00:00Z 2018-01-02T09:00:00Z date offset");
  EXPECT_EQ(facts_of("2017-12-29T11:00:00Z h k: x\nDec 30 10:00:00 h k: x\n", lines),
            "2017-12-30T10:00:00Z 2018-01-02T10:00:00Z date offset");
  EXPECT_EQ(
      facts_of("Dec 30 10:00:00 h kernel: [ 0.9] rtc_cmos 00:01: setting system clock to 2018-12-30T10:00:00 UTC (1)\n",
               lines),
      "2018-12-30T10:00:00Z 2019-01-02T10:00:00Z date ");
  EXPECT_EQ(facts_of("-- Logs begin at Sat 2020-12-26 01:00:00 UTC, end at Sun 2021-01-03 01:00:00 UTC. --\n"
                     "Dec 30 10:00:00 h k: x\n",
                     lines),
            "2020-12-30T10:00:00Z 2021-01-02T10:00:00Z date ");
  // A device without a clock says nothing about the others.
  EXPECT_EQ(facts_of("1970-01-01T00:00:09Z h k: x\nDec 30 10:00:00 h k: x\n", lines),
            "2025-12-30T10:00:00Z 2026-01-02T10:00:00Z offset");
}

}  // namespace
}  // namespace stopwarden::syslog
