// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/gram_bits.h"

#include <algorithm>
#include <bit>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "base/cpu.h"

namespace stopwarden::sigma {

GramBits::GramBits(std::size_t grams) {
  constexpr unsigned kBitsMax = 17, kBitsMin = 12;  // 16 KiB lie in the first-level cache
  const unsigned bits = std::clamp(static_cast<unsigned>(std::bit_width(grams * 256)), kBitsMin, kBitsMax);
  shift_ = 32 - bits;
  words_.assign((std::size_t{1} << bits) / 32, 0);
}

std::uint64_t GramBits::hits_plain(const char* text, std::size_t places) const noexcept {
  std::uint64_t out = 0;
  for (std::size_t i = 0; i < places; ++i) out |= std::uint64_t{may_hold(load_gram(text + i))} << i;
  return out;
}

#if defined(__x86_64__)

#define SW_AVX2 __attribute__((target("avx2")))

namespace {

/// The hashed bit map, and what a step needs again and again.
struct Tables {
  const int* words;
  __m256i factor;
  __m128i shift;
};

/// A bit for each of eight places of these 16 bytes; `windows` says which.
SW_AVX2 inline std::uint64_t eight_places(const Tables& t, __m128i bytes, __m256i windows) noexcept {
  const __m256i grams = _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(bytes), windows);
  const __m256i hashes = _mm256_srl_epi32(_mm256_mullo_epi32(grams, t.factor), t.shift);
  const __m256i found = _mm256_i32gather_epi32(t.words, _mm256_srli_epi32(hashes, 5), 4);
  // The bit of each hash becomes the sign: shifted left by 31 less its place.
  const __m256i signs = _mm256_sllv_epi32(found, _mm256_andnot_si256(hashes, _mm256_set1_epi32(31)));
  return static_cast<unsigned>(_mm256_movemask_ps(_mm256_castsi256_ps(signs)));
}

SW_AVX2 inline __m128i load_16(const char* p) noexcept { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p)); }

}  // namespace

/// Eight places a step, which reads 16 bytes; two more steps look at the last 13 places.
SW_AVX2 std::uint64_t GramBits::hits_by_avx2(const char* text, std::size_t places) const noexcept {
  const std::size_t readable = places + 3;
  if (readable < 16) return hits_plain(text, places);
  const __m256i windows = _mm256_setr_epi8(0, 1, 2, 3, 1, 2, 3, 4, 2, 3, 4, 5, 3, 4, 5, 6,  //
                                           4, 5, 6, 7, 5, 6, 7, 8, 6, 7, 8, 9, 7, 8, 9, 10);
  const Tables tables{reinterpret_cast<const int*>(words_.data()), _mm256_set1_epi32(static_cast<int>(kGramFactor)),
                      _mm_cvtsi32_si128(static_cast<int>(shift_))};
  std::uint64_t out = 0;
  for (std::size_t i = 0; readable - i > 16; i += 8) out |= eight_places(tables, load_16(text + i), windows) << i;
  const std::size_t last = readable - 16;
  out |= eight_places(tables, load_16(text + last), windows) << last;
  const __m256i windows_end = _mm256_add_epi8(windows, _mm256_set1_epi8(5));
  return out | eight_places(tables, load_16(text + last), windows_end) << (last + 5);
}

#undef SW_AVX2

#endif

// OPTIMIZATION: guarded by GramBits.StepsAgreeWithThePlainWay.
std::uint64_t GramBits::hits(const char* text, std::size_t places) const noexcept {
#if defined(__x86_64__)
  if (has_avx2()) return hits_by_avx2(text, places);
#endif
  return hits_plain(text, places);
}

}  // namespace stopwarden::sigma
