// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "base/result.h"

namespace stopwarden {

using Bytes = std::span<const std::byte>;

inline Bytes as_bytes(std::string_view s) noexcept { return std::as_bytes(std::span(s.data(), s.size())); }
inline std::string_view as_text(Bytes b) noexcept { return {reinterpret_cast<const char*>(b.data()), b.size()}; }

/// A little-endian integer of alignment 1, for structs that mirror what lies on disk.
template <class T>
class Le {
  static_assert(std::is_unsigned_v<T>);

 public:
  constexpr operator T() const noexcept {
    T v = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i) v = static_cast<T>(v | (static_cast<T>(bytes_[i]) << (8 * i)));
    return v;
  }

 private:
  std::array<std::uint8_t, sizeof(T)> bytes_;
};

/// Reads a little-endian integer. The caller has checked that `offset + sizeof(T)` lies inside.
template <class T>
T load_le(Bytes in, std::size_t offset) noexcept {
  static_assert(std::is_unsigned_v<T>);
  assert(offset <= in.size() && in.size() - offset >= sizeof(T));
  std::array<std::uint8_t, sizeof(T)> raw;
  std::memcpy(raw.data(), in.data() + offset, sizeof(T));
  T v = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) v = static_cast<T>(v | (static_cast<T>(raw[i]) << (8 * i)));
  return v;
}

/// Appends the lower `size` bytes of a number: little-endian, or big-endian so that bytes sort as numbers do.
inline void append_le(std::string& out, std::uint64_t v, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) out.push_back(static_cast<char>((v >> (8 * i)) & 0xFF));
}
inline void append_be(std::string& out, std::uint64_t v, std::size_t size) {
  for (std::size_t i = size; i-- > 0;) out.push_back(static_cast<char>((v >> (8 * i)) & 0xFF));
}

/// Two lowercase hex digits a byte.
inline std::string to_hex(Bytes bytes) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out;
  for (const std::byte b : bytes) {
    out.push_back(kHex[std::to_integer<unsigned>(b >> 4)]);
    out.push_back(kHex[std::to_integer<unsigned>(b & std::byte{15})]);
  }
  return out;
}

/// Copies a struct of alignment 1 out of the input. Errors: truncated, at `offset`.
template <class T>
Result<T> read_struct(Bytes in, std::size_t offset) {
  static_assert(std::is_trivially_copyable_v<T> && alignof(T) == 1);
  if (offset > in.size() || in.size() - offset < sizeof(T)) return Error{Errc::truncated, offset, "header"};
  T out;
  std::memcpy(&out, in.data() + offset, sizeof(T));
  return out;
}

}  // namespace stopwarden
