// SPDX-License-Identifier: Apache-2.0
// One hash for the matcher's tables. Whoever finds something by it compares the text: a collision costs time only.
#pragma once
#include <cstdint>
#include <cstring>
#include <string_view>

namespace stopwarden::sigma {

template <class Word>
inline Word load_word(const char* p) noexcept {
  Word w;
  std::memcpy(&w, p, sizeof w);
  return w;
}

/// Four neighbouring bytes.
inline std::uint32_t load_gram(const char* p) noexcept { return load_word<std::uint32_t>(p); }

/// The upper 32 - `shift` bits of a product: good enough for a bit map of grams.
inline constexpr std::uint32_t kGramFactor = 0x9E3779B1U;
inline std::uint32_t hash_gram(std::uint32_t gram, unsigned shift) noexcept { return (gram * kGramFactor) >> shift; }

inline std::uint64_t mix(std::uint64_t a, std::uint64_t b) noexcept {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a ^ 0x9E3779B97F4A7C15) * (b ^ 0xD1B54A32D192ED03);
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

/// Cost: about 1 ns for up to 16 bytes, 16 bytes a step after that.
inline std::uint64_t hash_text(std::string_view s) noexcept {
  const char* p = s.data();
  std::size_t n = s.size();
  std::uint64_t h = n;
  while (n > 16) {
    h = mix(load_word<std::uint64_t>(p) ^ h, load_word<std::uint64_t>(p + 8));
    p += 16;
    n -= 16;
  }
  if (n >= 8) return mix(load_word<std::uint64_t>(p) ^ h, load_word<std::uint64_t>(p + n - 8));
  if (n >= 4) return mix(load_word<std::uint32_t>(p) ^ h, load_word<std::uint32_t>(p + n - 4));
  std::uint64_t tail = 0;
  for (std::size_t i = 0; i < n; ++i) tail = tail << 8 | static_cast<unsigned char>(p[i]);
  return mix(tail ^ h, n);
}

}  // namespace stopwarden::sigma
