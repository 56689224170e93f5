// SPDX-License-Identifier: Apache-2.0
#include "base/find.h"

#include <algorithm>
#include <bit>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "base/cpu.h"

namespace stopwarden {
namespace {

#if defined(__x86_64__)

/// How common a byte is in command lines, scripts and paths: to be anchored at a blank or an `e` stops everywhere.
unsigned commonness(char c) noexcept {
  constexpr std::string_view kCommon = "zqjxkvwyb%^!~&@#;|`*?+<>[]{}()\"'=,$:gfpumhdcln/srioat\\.-e ";
  const std::size_t at = kCommon.find(c);
  return at == std::string_view::npos ? 0 : static_cast<unsigned>(at) + 1;
}

/// Two places of the needle to look for first.
struct Anchors {
  std::size_t a, b;  // a < b
};
Anchors ends_of(std::string_view needle) noexcept { return {0, needle.size() - 1}; }

/// The rarest two. Worth its time for long texts only.
Anchors rarest_of(std::string_view needle) noexcept {
  constexpr std::size_t kLookAt = 32;
  std::size_t best = 0, second = 1;
  if (commonness(needle[1]) < commonness(needle[0])) std::swap(best, second);
  for (std::size_t i = 2; i < needle.size() && i < kLookAt; ++i) {
    if (commonness(needle[i]) < commonness(needle[best])) {
      second = best;
      best = i;
    } else if (commonness(needle[i]) < commonness(needle[second])) {
      second = i;
    }
  }
  return best < second ? Anchors{best, second} : Anchors{second, best};
}

/// `text` has at least 31 bytes more than the needle.
__attribute__((target("avx2"))) std::size_t find_by_avx2(std::string_view text, std::string_view needle,
                                                         Anchors anchors) noexcept {
  const __m256i a = _mm256_set1_epi8(needle[anchors.a]), b = _mm256_set1_epi8(needle[anchors.b]);
  const std::size_t last = text.size() - needle.size() - 31;
  for (std::size_t i = 0;; i = std::min(i + 32, last)) {  // the last step looks at some places again
    const char* const p = text.data() + i;
    const __m256i at_a = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p + anchors.a));
    const __m256i at_b = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p + anchors.b));
    const __m256i both = _mm256_and_si256(_mm256_cmpeq_epi8(at_a, a), _mm256_cmpeq_epi8(at_b, b));
    for (auto hits = static_cast<unsigned>(_mm256_movemask_epi8(both)); hits != 0; hits &= hits - 1) {
      const std::size_t at = i + static_cast<unsigned>(std::countr_zero(hits));
      if (std::memcmp(text.data() + at, needle.data(), needle.size()) == 0) return at;
    }
    if (i == last) return std::string_view::npos;
  }
}

#endif

}  // namespace

// OPTIMIZATION: guarded by Find.AgreesWithTheStandardLibrary.
std::size_t find_text(std::string_view text, std::string_view needle) noexcept {
#if defined(__x86_64__)
  constexpr std::size_t kLong = 512;
  if (has_avx2() && needle.size() >= 2 && text.size() >= needle.size() + 31)
    return find_by_avx2(text, needle, text.size() >= kLong ? rarest_of(needle) : ends_of(needle));
#endif
  return text.find(needle);
}

}  // namespace stopwarden
