// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace stopwarden {

/// When something happened, by the log: UTC. Detection uses nothing else.
using EventTime = std::chrono::sys_time<std::chrono::nanoseconds>;

/// Windows FILETIME: 100 ns ticks since 1601-01-01 UTC. Nothing when it falls outside the years 1678..2261.
std::optional<EventTime> from_filetime(std::uint64_t ticks) noexcept;

/// Seconds and nanoseconds (0..999,999,999) since 1970. Nothing outside the years 1678..2261.
std::optional<EventTime> time_from_unix(std::int64_t seconds, std::int64_t nanos = 0) noexcept;

/// ISO 8601 / RFC 3339, as logs write it: "2026-11-25T01:02:03.1234567Z", "2026-11-25 01:02:03 UTC", a numeric offset
/// ("+02:00", "+0200", "+02"), a date alone; ',' or '.' before up to 9 fraction digits (more are cut). Without a zone
/// it is taken as UTC. Nothing when it is not such a time or no such day exists.
std::optional<EventTime> parse_time(std::string_view text) noexcept;

/// "2026-11-25T01:02:03.123Z"; digits: 0..9 fraction digits, cut, not rounded.
std::string format_time(EventTime time, int digits = 3);

std::int64_t to_unix_ms(EventTime time) noexcept;

}  // namespace stopwarden
