// SPDX-License-Identifier: Apache-2.0
#include "sources/syslog/stamp.h"

#include <algorithm>

namespace stopwarden::syslog {
namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;
using std::chrono::sys_days;

constexpr int kYearMin = 1678, kYearMax = 2261;  // what nanoseconds in 64 bits can hold
constexpr std::size_t kFractionDigitsMax = 12;   // so that few bytes of a line tell whether it starts with a time
constexpr std::size_t kUptimeBytesMax = 24;      // "[12345.678901]", padded or not
constexpr int kLeapYearsApart = 8;               // February 29 comes again within these, also around 1900 and 2100

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

/// The number in `digits` places at `at`; -1 when they hold anything else.
int number(std::string_view s, std::size_t at, std::size_t digits) noexcept {
  if (at > s.size() || s.size() - at < digits) return -1;
  int value = 0;
  for (std::size_t i = at; i < at + digits; ++i) {
    if (!is_digit(s[i])) return -1;
    value = value * 10 + (s[i] - '0');
  }
  return value;
}

/// "04:07:33" and a fraction, if there is one. Moves `at` behind it. Nothing when it is no time of day.
std::optional<nanoseconds> time_of_day(std::string_view s, std::size_t& at) noexcept {
  if (at > s.size() || s.size() - at < 8 || s[at + 2] != ':' || s[at + 5] != ':') return std::nullopt;
  const int hour = number(s, at, 2), minute = number(s, at + 3, 2), second = number(s, at + 6, 2);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) return std::nullopt;
  at += 8;
  std::int64_t nanos = 0;
  if (s.size() - at > 1 && (s[at] == '.' || s[at] == ',') && is_digit(s[at + 1])) {
    std::int64_t scale = 100'000'000;
    const std::size_t end = std::min(s.size(), at + 1 + kFractionDigitsMax);
    for (++at; at < end && is_digit(s[at]); ++at, scale /= 10) nanos += (s[at] - '0') * scale;
  }
  return seconds{hour * 3600 + minute * 60 + second} + nanoseconds{nanos};
}

/// "Z", "+02:00", "+0200", "+02" at `at`, which moves behind it. Minutes east of UTC.
std::optional<int> zone_at(std::string_view s, std::size_t& at) noexcept {
  if (at >= s.size()) return std::nullopt;
  if (s[at] == 'Z') {
    ++at;
    return 0;
  }
  if (s[at] != '+' && s[at] != '-') return std::nullopt;
  const int hours = number(s, at + 1, 2);
  std::size_t next = at + 3;
  if (next < s.size() && s[next] == ':') ++next;
  const int minutes = number(s, next, 2);
  if (hours < 0 || hours > 23 || minutes > 59) return std::nullopt;
  const int sign = s[at] == '-' ? -1 : 1;
  at = minutes < 0 ? at + 3 : next + 2;
  return sign * (hours * 60 + (minutes < 0 ? 0 : minutes));
}

/// 1..12 for "Jan".."Dec", else 0.
unsigned month_of(std::string_view s) noexcept {
  constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  if (s.size() < 3) return 0;
  for (std::size_t i = 0; i < 12; ++i)
    if (kMonths[3 * i] == s[0] && kMonths[3 * i + 1] == s[1] && kMonths[3 * i + 2] == s[2])
      return static_cast<unsigned>(i + 1);
  return 0;
}

bool ends_at(std::string_view line, std::size_t at) noexcept {
  return at == line.size() || line[at] == ' ' || line[at] == ':' || line[at] == '\t' || line[at] == '\r';
}

std::optional<sys_days> date(int year, unsigned month, unsigned day) noexcept {
  const std::chrono::year_month_day d{std::chrono::year{year}, std::chrono::month{month}, std::chrono::day{day}};
  if (!d.ok() || year < kYearMin || year > kYearMax) return std::nullopt;
  return sys_days{d};
}

int year_of(EventTime time) noexcept {
  const std::chrono::year_month_day d{std::chrono::floor<std::chrono::days>(time)};
  return static_cast<int>(d.year());
}

/// A stamp's parts as they are written; whether the day exists is another question.
struct Shape {
  Stamp::Form form = Stamp::Form::none;
  std::size_t length = 0;
  int year = -1;
  unsigned month = 0, day = 0;
  nanoseconds of_day{0};
  std::optional<int> zone;        // minutes east of UTC
  std::optional<EventTime> time;  // of unix_time
};

/// "2021-03-06" at `at`.
bool read_date(std::string_view line, std::size_t at, Shape& out) noexcept {
  if (line[at + 4] != '-' || line[at + 7] != '-') return false;
  const int year = number(line, at, 4), month = number(line, at + 5, 2), day = number(line, at + 8, 2);
  if (year < 0 || month < 0 || day < 0) return false;
  out.year = year;
  out.month = static_cast<unsigned>(month);
  out.day = static_cast<unsigned>(day);
  return true;
}

Shape iso_shape(std::string_view line) noexcept {
  Shape shape;
  if (line.size() < 19 || line[10] != 'T' || !read_date(line, 0, shape)) return {};
  std::size_t at = 11;
  const auto of_day = time_of_day(line, at);
  if (!of_day) return {};
  shape.of_day = *of_day;
  shape.zone = zone_at(line, at);
  if (!ends_at(line, at)) return {};
  shape.form = Stamp::Form::iso;
  shape.length = at;
  return shape;
}

Shape month_shape(std::string_view line) noexcept {
  Shape shape;
  shape.month = month_of(line);
  if (shape.month == 0 || line.size() < 15 || line[3] != ' ') return {};
  std::size_t at = 4;
  while (at < 6 && line[at] == ' ') ++at;
  const int one = number(line, at, 1), two = number(line, at, 2);
  const int day = two >= 0 ? two : one;
  at += two >= 0 ? 2 : 1;
  if (day <= 0 || line[at] != ' ') return {};
  shape.day = static_cast<unsigned>(day);
  ++at;
  if (const int year = number(line, at, 4); year >= 0 && at + 4 < line.size() && line[at + 4] == ' ') {
    shape.year = year;
    at += 5;
  }
  const auto of_day = time_of_day(line, at);
  if (!of_day || !ends_at(line, at)) return {};
  shape.of_day = *of_day;
  shape.form = shape.year < 0 ? Stamp::Form::no_year : Stamp::Form::with_year;
  shape.length = at;
  return shape;
}

Shape weekday_shape(std::string_view line) noexcept {
  constexpr std::string_view kDays = "MonTueWedThuFriSatSun";
  bool known = false;
  for (std::size_t i = 0; i < kDays.size(); i += 3) known |= line.substr(0, 3) == kDays.substr(i, 3);
  Shape shape;
  if (!known || line.size() < 23 || line[14] != ' ' || !read_date(line, 4, shape)) return {};
  std::size_t at = 15;
  const auto of_day = time_of_day(line, at);
  if (!of_day || at >= line.size() || line[at] != ' ') return {};
  shape.of_day = *of_day;
  const std::size_t zone_begin = at + 1;
  const std::size_t end = std::min(line.size(), line.find(' ', zone_begin));
  const std::string_view zone = line.substr(zone_begin, end - zone_begin);
  std::size_t zone_end = zone_begin;
  shape.zone = zone_at(line, zone_end);
  if (zone_end != end) shape.zone.reset();
  if (zone == "UTC" || zone == "GMT") shape.zone = 0;  // "CEST": a name says no offset
  shape.form = Stamp::Form::weekday;
  shape.length = end;
  return shape;
}

Shape unix_shape(std::string_view line) noexcept {
  std::size_t at = 0;
  std::int64_t whole = 0;
  for (; at < line.size() && at < 12 && is_digit(line[at]); ++at) whole = whole * 10 + (line[at] - '0');
  if (at < 9 || at >= 12 || at + 1 >= line.size() || line[at] != '.' || !is_digit(line[at + 1])) return {};
  std::int64_t nanos = 0, scale = 100'000'000;
  const std::size_t end = std::min(line.size(), at + 1 + kFractionDigitsMax);
  for (++at; at < end && is_digit(line[at]); ++at, scale /= 10) nanos += (line[at] - '0') * scale;
  if (!ends_at(line, at)) return {};
  Shape shape;
  shape.form = Stamp::Form::unix_time;
  shape.length = at;
  shape.time = time_from_unix(whole, nanos);
  return shape;
}

Shape monotonic_shape(std::string_view line) noexcept {
  const std::string_view start = line.substr(0, kUptimeBytesMax);
  std::size_t at = 1;
  while (at < start.size() && start[at] == ' ') ++at;
  const std::size_t digits = at;
  while (at < start.size() && is_digit(start[at])) ++at;
  if (at == digits || at >= start.size() || start[at] != '.') return {};
  const std::size_t fraction = ++at;
  while (at < start.size() && is_digit(start[at])) ++at;
  if (at - fraction != 6 || at >= start.size() || start[at] != ']' || !ends_at(line, at + 1)) return {};
  Shape shape;
  shape.form = Stamp::Form::monotonic;
  shape.length = at + 1;
  return shape;
}

Shape shape_of(std::string_view line) noexcept {
  if (line.size() < 10) return {};
  const char c = line.front();
  if (is_digit(c)) return line[4] == '-' ? iso_shape(line) : unix_shape(line);
  if (c >= 'A' && c <= 'Z') return line[8] == '-' ? weekday_shape(line) : month_shape(line);
  return c == '[' ? monotonic_shape(line) : Shape{};
}

}  // namespace

bool starts_with_stamp(std::string_view line) noexcept { return shape_of(line).form != Stamp::Form::none; }

void StampReader::assume(const Assumed& assumed) {
  assumed_ = assumed;
  month_day_ = 0;
}

Stamp StampReader::read(std::string_view line) {
  const Shape shape = shape_of(line);
  Stamp stamp;
  stamp.form = shape.form;
  stamp.length = shape.length;
  switch (shape.form) {
    case Stamp::Form::none:
    case Stamp::Form::monotonic: return stamp;
    case Stamp::Form::unix_time: stamp.time = shape.time; return stamp;
    case Stamp::Form::iso:
    case Stamp::Form::no_year:
    case Stamp::Form::with_year:
    case Stamp::Form::weekday: break;
  }
  stamp.year_assumed = shape.form == Stamp::Form::no_year;
  stamp.zone_assumed = !shape.zone;
  stamp.zone_minutes = shape.zone.value_or(assumed_.zone_minutes);
  const auto found = stamp.year_assumed ? day_without_year(shape.month, shape.day, shape.of_day)
                                        : day_of(shape.year, shape.month, shape.day);
  if (found) stamp.time = EventTime{*found} + shape.of_day - std::chrono::minutes{stamp.zone_minutes};
  return stamp;
}

std::optional<sys_days> StampReader::day_of(int year, unsigned month, unsigned day) {
  // OPTIMIZATION: lines of one day come in a row; guarded by Stamps.TheDayThatIsRememberedChangesNothing.
  const std::uint32_t key = static_cast<std::uint32_t>(year) << 16 | month << 8 | day;
  if (key == year_day_) return year_day_of_;
  const auto found = date(year, month, day);
  if (found) {
    year_day_ = key;
    year_day_of_ = *found;
  }
  return found;
}

/// With `first`: the first such day from a day before it on. Else the last such day that is not behind `latest`.
std::optional<sys_days> StampReader::day_without_year(unsigned month, unsigned day, nanoseconds of_day) {
  if (!assumed_.latest && !assumed_.first) return std::nullopt;
  // OPTIMIZATION: as above. On the day of the bound the time of day tells, so that day is never remembered.
  const unsigned key = month << 8 | day;
  if (key == month_day_) return month_day_of_;
  const std::chrono::minutes zone{assumed_.zone_minutes};
  const EventTime bound = (assumed_.first ? *assumed_.first - std::chrono::hours{24} : *assumed_.latest) + zone;
  const sys_days bound_day = std::chrono::floor<std::chrono::days>(bound);
  const int step = assumed_.first ? 1 : -1;
  int year = year_of(bound);
  for (int tried = 0; tried <= kLeapYearsApart + 1; ++tried, year += step) {
    const auto d = date(year, month, day);
    if (!d) continue;
    const EventTime time = EventTime{*d} + of_day;
    if (assumed_.first ? time < bound : time > bound) continue;
    const std::chrono::year_month_day bound_date{bound_day};
    if (bound_date.month() != std::chrono::month{month} || bound_date.day() != std::chrono::day{day}) {
      month_day_ = key;
      month_day_of_ = *d;
    }
    return d;
  }
  return std::nullopt;
}

}  // namespace stopwarden::syslog
