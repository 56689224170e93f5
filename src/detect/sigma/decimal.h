// SPDX-License-Identifier: Apache-2.0
// Numbers that correlations add up: decimals with nine digits behind the point, so that sums are exact, whatever the
// order of the events.
#pragma once
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace stopwarden::sigma {

/// whole + nano / 10^9, with 0 <= nano < 10^9. What lies outside of an int64 is held at its ends.
struct Decimal {
  std::int64_t whole = 0;
  std::uint32_t nano = 0;
  auto operator<=>(const Decimal&) const = default;
};

/// A number as logs and rules write it: decimal, also with fraction or exponent. Digits beyond the ninth are rounded.
std::optional<Decimal> parse_decimal(std::string_view text) noexcept;

/// "12", "-1.5": as short as it is exact.
std::string to_string(const Decimal& value);

/// A sum of up to 2^32 decimals, exact.
class DecimalSum {
 public:
  void add(const Decimal& value) noexcept;
  void subtract(const Decimal& value) noexcept;
  /// Compares the sum with `bound` times `times`; an average is compared without dividing.
  std::strong_ordering compare(const Decimal& bound, std::uint64_t times = 1) const noexcept;
  /// The sum over `count`, cut after the ninth digit; held at the ends of Decimal.
  Decimal divided(std::uint64_t count) const noexcept;
  /// For storage in flat memory.
  std::uint64_t low() const noexcept { return static_cast<std::uint64_t>(nanos_); }
  std::uint64_t high() const noexcept { return static_cast<std::uint64_t>(nanos_ >> 64); }
  static DecimalSum from(std::uint64_t low, std::uint64_t high) noexcept;

 private:
  __extension__ using Wide = __int128;
  Wide nanos_ = 0;
};

}  // namespace stopwarden::sigma
