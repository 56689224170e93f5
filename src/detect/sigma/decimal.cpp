// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/decimal.h"

#include <cmath>
#include <limits>

#include "base/text.h"

namespace stopwarden::sigma {
namespace {

__extension__ using Wide = __int128;
__extension__ using WideUnsigned = unsigned __int128;

constexpr std::uint32_t kNanos = 1'000'000'000;
constexpr Decimal kLowest{std::numeric_limits<std::int64_t>::min(), 0};
constexpr Decimal kHighest{std::numeric_limits<std::int64_t>::max(), kNanos - 1};

Wide nanos_of(const Decimal& value) noexcept { return Wide{value.whole} * kNanos + value.nano; }

Decimal from_nanos(Wide nanos) noexcept {
  Wide whole = nanos / kNanos, nano = nanos % kNanos;
  if (nano < 0) {
    nano += kNanos;
    --whole;
  }
  if (whole < kLowest.whole) return kLowest;
  if (whole > kHighest.whole) return kHighest;
  return {static_cast<std::int64_t>(whole), static_cast<std::uint32_t>(nano)};
}

}  // namespace

std::optional<Decimal> parse_decimal(std::string_view text) noexcept {
  if (const auto integer = parse_integer(text)) return Decimal{*integer, 0};
  const auto real = parse_number(text);
  if (!real) return std::nullopt;
  if (*real <= -9.2233720368547758e18) return kLowest;
  if (*real >= 9.2233720368547758e18) return kHighest;
  const double whole = std::floor(*real);
  const auto nano = static_cast<std::uint64_t>(std::llround((*real - whole) * kNanos));
  return from_nanos(Wide{static_cast<std::int64_t>(whole)} * kNanos + static_cast<Wide>(nano));
}

std::string to_string(const Decimal& value) {
  const Wide nanos = nanos_of(value);
  const auto magnitude = static_cast<WideUnsigned>(nanos < 0 ? -nanos : nanos);
  std::string out = nanos < 0 ? "-" : "";
  out += std::to_string(static_cast<std::uint64_t>(magnitude / kNanos));
  std::string fraction = std::to_string(static_cast<std::uint64_t>(magnitude % kNanos) + kNanos).substr(1);
  while (!fraction.empty() && fraction.back() == '0') fraction.pop_back();
  return fraction.empty() ? out : out + "." + fraction;
}

void DecimalSum::add(const Decimal& value) noexcept { nanos_ += nanos_of(value); }
void DecimalSum::subtract(const Decimal& value) noexcept { nanos_ -= nanos_of(value); }

std::strong_ordering DecimalSum::compare(const Decimal& bound, std::uint64_t times) const noexcept {
  const Wide other = nanos_of(bound) * static_cast<Wide>(times);
  if (nanos_ < other) return std::strong_ordering::less;
  return nanos_ > other ? std::strong_ordering::greater : std::strong_ordering::equal;
}

Decimal DecimalSum::divided(std::uint64_t count) const noexcept {
  if (count == 0) return {};
  const Wide divisor = static_cast<Wide>(count);
  Wide quotient = nanos_ / divisor;
  if (nanos_ % divisor < 0) --quotient;
  return from_nanos(quotient);
}

DecimalSum DecimalSum::from(std::uint64_t low, std::uint64_t high) noexcept {
  DecimalSum out;
  out.nanos_ = static_cast<Wide>((static_cast<WideUnsigned>(high) << 64) | low);
  return out;
}

}  // namespace stopwarden::sigma
