// SPDX-License-Identifier: Apache-2.0
// The hashes of all tables. Whoever finds something by one compares the text: a collision costs time only.
#pragma once
#include <cstdint>
#include <cstring>
#include <string_view>

namespace stopwarden {

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

/// Both halves of the product of two numbers, folded into one.
inline std::uint64_t fold_product(std::uint64_t a, std::uint64_t b) noexcept {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

/// Cost: about 1 ns for up to 16 bytes, 16 bytes a step after that.
inline std::uint64_t hash_under(std::string_view s, std::uint64_t first, std::uint64_t second) noexcept {
  const char* p = s.data();
  std::size_t n = s.size();
  std::uint64_t h = n ^ first;
  for (; n > 16; n -= 16, p += 16)
    h = fold_product(load_word<std::uint64_t>(p) ^ h, load_word<std::uint64_t>(p + 8) ^ second);
  std::uint64_t low = 0, high = 0;
  if (n >= 8) {
    low = load_word<std::uint64_t>(p);
    high = load_word<std::uint64_t>(p + n - 8);
  } else if (n >= 4) {
    low = load_word<std::uint32_t>(p);
    high = load_word<std::uint32_t>(p + n - 4);
  } else {
    for (std::size_t i = 0; i < n; ++i) low = low << 8 | static_cast<unsigned char>(p[i]);
  }
  return fold_product(low ^ h, high ^ second);
}

/// A hash under two secrets: who does not know them cannot make texts that collide.
struct KeyedHash {
  std::uint64_t first = 0, second = 0;
  std::uint64_t operator()(std::string_view s) const noexcept {
    return fold_product(hash_under(s, first, second) ^ second, first | 1);
  }
};

inline constexpr std::uint64_t kHashFirst = 0x9E3779B97F4A7C15, kHashSecond = 0xD1B54A32D192ED03;

inline std::uint64_t mix(std::uint64_t a, std::uint64_t b) noexcept {
  return fold_product(a ^ kHashFirst, b ^ kHashSecond);
}

/// Without secrets: for tables whose limits bound what a flood of collisions can cost.
inline std::uint64_t hash_text(std::string_view s) noexcept { return hash_under(s, kHashFirst, kHashSecond); }

}  // namespace stopwarden
