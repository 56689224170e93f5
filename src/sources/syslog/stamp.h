// SPDX-License-Identifier: Apache-2.0
// The time at the start of a line, in the forms that syslog daemons and journalctl write.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/time.h"

namespace stopwarden::syslog {

/// What has to be assumed for times that do not say all: see facts.h for where it comes from.
struct Assumed {
  std::optional<EventTime> latest;  ///< no event is later: the year is the latest that agrees
  std::optional<EventTime> first;   ///< the file's first event is about then: the year is the one next to it
  int zone_minutes = 0;             ///< east of UTC
};

struct Stamp {
  enum class Form : std::uint8_t {
    none,
    iso,        ///< 2021-03-06T04:07:33.194677+00:00, 2021-03-06T04:07:33+0000
    no_year,    ///< Mar  6 04:07:33, Mar 06 04:07:33.123456
    with_year,  ///< Mar  6 2021 04:07:33
    weekday,    ///< Sat 2021-03-06 04:07:33 UTC
    unix_time,  ///< 1614995253.123456
    monotonic,  ///< [12345.678901]: since boot, no time of day
  } form = Form::none;
  std::size_t length = 0;  ///< of the stamp, without the blank behind it
  std::optional<EventTime> time;
  bool year_assumed = false, zone_assumed = false;
  int zone_minutes = 0;  ///< as written
};

/// Does `line` start with a stamp, whether or not its day exists? Its first 64 bytes tell. Cost: some nanoseconds.
bool starts_with_stamp(std::string_view line) noexcept;

/// Not for sharing between threads: remembers the last day. Results depend on the arguments alone.
class StampReader {
 public:
  void assume(const Assumed& assumed);
  /// The stamp that `line` starts with, with a blank (or ':') behind it; Form::none when there is none. Without a time
  /// when its day does not exist. Cost: about 20 ns for the day it saw last.
  Stamp read(std::string_view line);

 private:
  std::optional<std::chrono::sys_days> day_of(int year, unsigned month, unsigned day);
  std::optional<std::chrono::sys_days> day_without_year(unsigned month, unsigned day, std::chrono::nanoseconds of_day);

  Assumed assumed_;
  std::uint32_t year_day_ = 0, month_day_ = 0;  // the last day, with and without a year
  std::chrono::sys_days year_day_of_{}, month_day_of_{};
};

}  // namespace stopwarden::syslog
