// SPDX-License-Identifier: Apache-2.0
#include "base/time.h"

#include <array>
#include <cstdio>

namespace stopwarden {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t kFiletimeToUnix = 116'444'736'000'000'000;  // ticks from 1601 to 1970
constexpr std::int64_t kTicksMax = 92'233'720'368'547'758 - 1;     // what nanoseconds in 64 bits can hold

bool digits(std::string_view s, std::size_t at, std::size_t n, int& out) noexcept {
  if (at > s.size() || s.size() - at < n) return false;
  int v = 0;
  for (std::size_t i = at; i < at + n; ++i) {
    if (s[i] < '0' || s[i] > '9') return false;
    v = v * 10 + (s[i] - '0');
  }
  out = v;
  return true;
}

/// The zone at the end: "", "Z", " UTC", "+hh", "+hhmm", "+hh:mm". Minutes east of UTC.
std::optional<int> zone_minutes(std::string_view s) noexcept {
  while (!s.empty() && s.front() == ' ') s.remove_prefix(1);
  if (s.empty() || s == "Z" || s == "z" || s == "UTC" || s == "GMT") return 0;
  if (s.front() != '+' && s.front() != '-') return std::nullopt;
  const int sign = s.front() == '-' ? -1 : 1;
  s.remove_prefix(1);
  int hours = 0, minutes = 0;
  if (!digits(s, 0, 2, hours)) return std::nullopt;
  s.remove_prefix(2);
  if (!s.empty() && s.front() == ':') s.remove_prefix(1);
  if (!s.empty() && (!digits(s, 0, 2, minutes) || s.size() != 2)) return std::nullopt;
  if (hours > 23 || minutes > 59) return std::nullopt;
  return sign * (hours * 60 + minutes);
}

}  // namespace

std::optional<EventTime> from_filetime(std::uint64_t ticks) noexcept {
  if (ticks > static_cast<std::uint64_t>(INT64_MAX)) return std::nullopt;
  const std::int64_t since = static_cast<std::int64_t>(ticks) - kFiletimeToUnix;
  if (since > kTicksMax || since < -kTicksMax) return std::nullopt;
  return EventTime{std::chrono::nanoseconds{since * 100}};
}

std::optional<EventTime> time_from_unix(std::int64_t seconds, std::int64_t nanos) noexcept {
  constexpr std::int64_t kSecondsMax = INT64_MAX / 1'000'000'000 - 1;
  if (seconds > kSecondsMax || seconds < -kSecondsMax || nanos < 0 || nanos >= 1'000'000'000) return std::nullopt;
  return EventTime{std::chrono::nanoseconds{seconds * 1'000'000'000 + nanos}};
}

std::optional<EventTime> parse_time(std::string_view s) noexcept {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  if (!digits(s, 0, 4, year) || s.size() < 10 || s[4] != '-' || s[7] != '-' || !digits(s, 5, 2, month) ||
      !digits(s, 8, 2, day))
    return std::nullopt;
  std::int64_t nanos = 0;
  std::size_t at = 10;
  if (s.size() > 10 && (s[10] == 'T' || s[10] == 't' || s[10] == ' ')) {
    if (!digits(s, 11, 2, hour) || s.size() < 16 || s[13] != ':' || !digits(s, 14, 2, minute)) return std::nullopt;
    at = 16;
    if (s.size() > 16 && s[16] == ':') {
      if (!digits(s, 17, 2, second)) return std::nullopt;
      at = 19;
      if (s.size() > 20 && (s[19] == '.' || s[19] == ',')) {
        std::int64_t scale = 100'000'000;
        for (at = 20; at < s.size() && s[at] >= '0' && s[at] <= '9'; ++at, scale /= 10) nanos += (s[at] - '0') * scale;
        if (at == 20) return std::nullopt;
      }
    }
  }
  const std::optional<int> zone = zone_minutes(s.substr(at));
  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (!zone || !date.ok() || hour > 23 || minute > 59 || second > 60 || year < 1678 || year > 2261) return std::nullopt;
  return EventTime{std::chrono::sys_days{date}} + std::chrono::hours{hour} + std::chrono::minutes{minute - *zone} +
         std::chrono::seconds{second} + std::chrono::nanoseconds{nanos};
}

std::string format_time(EventTime time, int digits_wanted) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const auto rest = std::chrono::duration_cast<std::chrono::nanoseconds>(time - day).count();
  const auto seconds = rest / 1'000'000'000, nanos = rest % 1'000'000'000;
  std::array<char, 64> buffer{};
  const int n = std::snprintf(
      buffer.data(), buffer.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%09d", static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), static_cast<int>(seconds / 3600),
      static_cast<int>(seconds / 60 % 60), static_cast<int>(seconds % 60), static_cast<int>(nanos));
  std::string out(buffer.data(), static_cast<std::size_t>(n));
  out.resize(out.size() - 9 + static_cast<std::size_t>(digits_wanted));
  if (digits_wanted == 0) out.pop_back();
  out.push_back('Z');
  return out;
}

std::int64_t to_unix_ms(EventTime time) noexcept {
  return std::chrono::floor<std::chrono::milliseconds>(time).time_since_epoch().count();
}

}  // namespace stopwarden
