// SPDX-License-Identifier: Apache-2.0
// Numbers to text, eight digits at a time and without a branch on their length.
//
// OPTIMIZATION: half of all values of an event log are numbers. Digits.EqualsToChars compares with the standard
// library's way.
#pragma once
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace stopwarden::evtx {

/// How many bytes behind its text a put_...() may overwrite; the caller's room has them.
inline constexpr std::size_t kTextSlack = 64;

/// Eight characters, the first in the lowest byte.
inline void store_text(char* out, std::uint64_t characters) noexcept {
  if constexpr (std::endian::native == std::endian::little) {
    std::memcpy(out, &characters, sizeof characters);
  } else {
    for (std::size_t i = 0; i < 8; ++i) out[i] = static_cast<char>(characters >> (8 * i));
  }
}

inline constexpr std::uint64_t kZeros = 0x3030303030303030;  // "00000000"

/// The eight decimal digits of v < 10^8 as numbers 0..9, the first in the lowest byte. Halves, quarters, then digits,
/// all lanes of one step at once; the factors divide by 100 and 10 exactly in the range of their lanes.
constexpr std::uint64_t decimal_digits(std::uint32_t v) noexcept {
  const std::uint64_t halves = v / 10'000 | static_cast<std::uint64_t>(v % 10'000) << 32;
  const std::uint64_t hundreds = ((halves * 10'486) >> 20) & 0x0000007F0000007F;
  const std::uint64_t quarters = hundreds | (halves - 100 * hundreds) << 16;
  const std::uint64_t tens = ((quarters * 103) >> 10) & 0x000F000F000F000F;
  return tens | (quarters - 10 * tens) << 8;
}

/// The eight hexadecimal digits of v as numbers 0..15, the first (most significant) in the lowest byte.
constexpr std::uint64_t hex_digits(std::uint32_t v) noexcept {
  std::uint64_t x = (v >> 24) | ((v >> 8) & 0xFF00) | ((v << 8) & 0xFF0000) | static_cast<std::uint64_t>(v << 24);
  x = (x | (x << 16)) & 0x0000FFFF0000FFFF;
  x = (x | (x << 8)) & 0x00FF00FF00FF00FF;
  return ((x >> 4) & 0x000F000F000F000F) | (x & 0x000F000F000F000F) << 8;
}

enum class HexCase : std::uint8_t { lower = 'a' - '0' - 10, upper = 'A' - '0' - 10 };

/// The eight characters of hex_digits().
constexpr std::uint64_t hex_characters(std::uint32_t v, HexCase letters) noexcept {
  const std::uint64_t digits = hex_digits(v);
  const std::uint64_t is_letter = ((digits + 0x0606060606060606) >> 4) & 0x0101010101010101;
  return digits + kZeros + is_letter * static_cast<std::uint64_t>(letters);
}

/// put_decimal() for v < 10^8.
inline char* put_decimal_short(char* out, std::uint32_t v) noexcept {
  const std::uint64_t digits = decimal_digits(v);
  constexpr std::uint64_t kLastDigit = std::uint64_t{1} << 56;  // 0 has one digit, too
  const int leading = std::countr_zero(digits | kLastDigit) / 8;
  store_text(out, (digits + kZeros) >> (8 * leading));
  return out + 8 - leading;
}

/// Decimal without leading zeros. Returns the end.
inline char* put_decimal(char* out, std::uint64_t v) noexcept {
  constexpr std::uint64_t kBlock = 100'000'000;
  if (v < kBlock) [[likely]]
    return put_decimal_short(out, static_cast<std::uint32_t>(v));
  const std::uint64_t high = v / kBlock;
  if (high < kBlock) {
    out = put_decimal_short(out, static_cast<std::uint32_t>(high));
  } else {
    out = put_decimal_short(out, static_cast<std::uint32_t>(high / kBlock));
    store_text(out, decimal_digits(static_cast<std::uint32_t>(high % kBlock)) + kZeros);
    out += 8;
  }
  store_text(out, decimal_digits(static_cast<std::uint32_t>(v % kBlock)) + kZeros);
  return out + 8;
}

/// "0x" and lowercase without leading zeros. Returns the end.
inline char* put_hex_number(char* out, std::uint64_t v) noexcept {
  const int leading = std::countl_zero(v | 1) / 4;
  v <<= 4 * leading;
  out[0] = '0';
  out[1] = 'x';
  store_text(out + 2, hex_characters(static_cast<std::uint32_t>(v >> 32), HexCase::lower));
  store_text(out + 10, hex_characters(static_cast<std::uint32_t>(v), HexCase::lower));
  return out + 18 - leading;
}

/// Two digits.
inline void put_pair(char* out, unsigned v) noexcept {
  out[0] = static_cast<char>('0' + v / 10);
  out[1] = static_cast<char>('0' + v % 10);
}

}  // namespace stopwarden::evtx
