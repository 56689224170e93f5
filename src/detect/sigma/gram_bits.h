// SPDX-License-Identifier: Apache-2.0
// At which places of a value may one of thousands of four-byte stretches stand?
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/hash.h"

namespace stopwarden::sigma {

inline constexpr std::size_t kGramsAtOnce = 64;

/// A bit map of hashed grams. It only ever says "maybe".
class GramBits {
 public:
  GramBits() : GramBits(0) {}
  explicit GramBits(std::size_t grams);
  void add(std::uint32_t gram) noexcept {
    const std::uint32_t h = hash(gram);
    words_[h >> 5] |= 1U << (h & 31);
  }
  bool may_hold(std::uint32_t gram) const noexcept {
    const std::uint32_t h = hash(gram);
    return ((words_[h >> 5] >> (h & 31)) & 1) != 0;
  }

  /// Bit i: a gram may stand at `text + i`. For the first `places` <= kGramsAtOnce places; three bytes more are read.
  /// Cost: with AVX2 about 20 ns for all 64.
  std::uint64_t hits(const char* text, std::size_t places) const noexcept;
  /// The same, one place after the other: what hits() is held to.
  std::uint64_t hits_plain(const char* text, std::size_t places) const noexcept;

 private:
  std::uint32_t hash(std::uint32_t gram) const noexcept { return hash_gram(gram, shift_); }
#if defined(__x86_64__)
  std::uint64_t hits_by_avx2(const char* text, std::size_t places) const noexcept;
#endif

  std::vector<std::uint32_t> words_;
  unsigned shift_ = 0;  // for hash_gram()
};

}  // namespace stopwarden::sigma
