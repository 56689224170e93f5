// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/gram_bits.h"

#include <algorithm>
#include <bit>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace stopwarden::sigma {

GramBits::GramBits(std::size_t grams) {
  constexpr unsigned kBitsMax = 17, kBitsMin = 12;  // 16 KiB lie in the first-level cache
  const unsigned bits = std::clamp(static_cast<unsigned>(std::bit_width(grams * 32)), kBitsMin, kBitsMax);
  shift_ = 32 - bits;
  words_.assign((std::size_t{1} << bits) / 32, 0);
}

std::uint64_t GramBits::hits_plain(const char* text, std::size_t places) const noexcept {
  std::uint64_t out = 0;
  for (std::size_t i = 0; i < places; ++i) out |= std::uint64_t{may_hold(load_gram(text + i))} << i;
  return out;
}

#if defined(__x86_64__)

/// Eight places a step, of which each step reads 16 bytes: what is left at the end goes the plain way.
__attribute__((target("avx2"))) std::uint64_t GramBits::hits_by_avx2(const char* text,
                                                                     std::size_t places) const noexcept {
  const __m256i windows = _mm256_setr_epi8(0, 1, 2, 3, 1, 2, 3, 4, 2, 3, 4, 5, 3, 4, 5, 6,  //
                                           4, 5, 6, 7, 5, 6, 7, 8, 6, 7, 8, 9, 7, 8, 9, 10);
  const __m256i factor = _mm256_set1_epi32(static_cast<int>(kGramFactor)), low_bits = _mm256_set1_epi32(31);
  const __m128i shift = _mm_cvtsi32_si128(static_cast<int>(shift_));
  const auto* const words = reinterpret_cast<const int*>(words_.data());
  const std::size_t readable = places + 3;
  std::uint64_t out = 0;
  std::size_t i = 0;
  for (; readable - i >= 16; i += 8) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text + i));
    const __m256i grams = _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(bytes), windows);
    const __m256i hashes = _mm256_srl_epi32(_mm256_mullo_epi32(grams, factor), shift);
    const __m256i found = _mm256_i32gather_epi32(words, _mm256_srli_epi32(hashes, 5), 4);
    // The bit of each hash becomes the sign: shifted left by 31 less its place.
    const __m256i signs = _mm256_sllv_epi32(found, _mm256_andnot_si256(hashes, low_bits));
    const auto mask = static_cast<unsigned>(_mm256_movemask_ps(_mm256_castsi256_ps(signs)));
    out |= std::uint64_t{mask} << i;
  }
  return i < places ? out | hits_plain(text + i, places - i) << i : out;
}

#endif

// OPTIMIZATION: guarded by GramBits.StepsAgreeWithThePlainWay.
std::uint64_t GramBits::hits(const char* text, std::size_t places) const noexcept {
#if defined(__x86_64__)
  static const bool has_avx2 = __builtin_cpu_supports("avx2") != 0;
  if (has_avx2) return hits_by_avx2(text, places);
#endif
  return hits_plain(text, places);
}

}  // namespace stopwarden::sigma
