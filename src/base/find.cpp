// SPDX-License-Identifier: Apache-2.0
#include "base/find.h"

#include <bit>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace stopwarden {

// OPTIMIZATION: guarded by Find.AgreesWithTheStandardLibrary.
std::size_t find_text(std::string_view text, std::string_view needle) noexcept {
  std::size_t i = 0;
#ifdef __SSE2__
  if (needle.size() >= 2 && text.size() >= needle.size() + 15) {
    const auto load = [](const char* p) {
      return _mm_loadu_si128(static_cast<const __m128i*>(static_cast<const void*>(p)));
    };
    const __m128i first = _mm_set1_epi8(needle.front()), last = _mm_set1_epi8(needle.back());
    const std::size_t ahead = needle.size() - 1, end = text.size() - ahead - 15;  // 16 places of the last byte
    for (; i < end; i += 16) {
      const __m128i both = _mm_and_si128(_mm_cmpeq_epi8(load(text.data() + i), first),
                                         _mm_cmpeq_epi8(load(text.data() + i + ahead), last));
      for (auto places = static_cast<unsigned>(_mm_movemask_epi8(both)); places != 0; places &= places - 1) {
        const std::size_t at = i + static_cast<unsigned>(std::countr_zero(places));
        if (std::memcmp(text.data() + at + 1, needle.data() + 1, ahead) == 0) return at;
      }
    }
  }
#endif
  return text.find(needle, i);
}

}  // namespace stopwarden
