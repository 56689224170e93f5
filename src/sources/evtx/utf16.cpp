// SPDX-License-Identifier: Apache-2.0
#include "sources/evtx/utf16.h"

#include <bit>

#include "base/text.h"
#include "sources/evtx/digits.h"

#if defined(__x86_64__)
#include <emmintrin.h>
#endif

namespace stopwarden::evtx {
namespace {

std::uint16_t unit_at(const std::byte* p, std::size_t i) noexcept { return load_le<std::uint16_t>({p + 2 * i, 2}, 0); }

}  // namespace

std::size_t copy_ascii_plain(const std::byte* from, std::size_t units, char* out) noexcept {
  std::size_t i = 0;
  for (; i < units; ++i) {
    const std::uint16_t u = unit_at(from, i);
    if (u >= 0x80) break;
    out[i] = static_cast<char>(u);
  }
  return i;
}

namespace {

#if defined(__x86_64__)

// OPTIMIZATION: 16 units a step with what every x86-64 has. Reading on behind the text instead of a loop over its tail
// is what makes short texts cheap. Utf16.EveryWayGivesTheSame compares at every length.
static_assert(kTextSlack >= 16);

inline std::size_t copy_ascii_best(const std::byte* from, std::size_t units, const std::byte* readable_end,
                                   char* out) noexcept {
  const __m128i high = _mm_set1_epi16(static_cast<short>(0xFF80));
  const auto readable = static_cast<std::size_t>(readable_end - from);
  for (std::size_t i = 0; i < units; i += 16) {
    if (readable < 2 * i + 32) return i + copy_ascii_plain(from + 2 * i, units - i, out + i);
    const void* const at = from + 2 * i;
    const __m128i a = _mm_loadu_si128(static_cast<const __m128i*>(at));
    const __m128i b = _mm_loadu_si128(static_cast<const __m128i*>(at) + 1);
    _mm_storeu_si128(static_cast<__m128i*>(static_cast<void*>(out + i)), _mm_packus_epi16(a, b));
    const __m128i zero = _mm_setzero_si128();
    const __m128i ascii =
        _mm_packs_epi16(_mm_cmpeq_epi16(_mm_and_si128(a, high), zero), _mm_cmpeq_epi16(_mm_and_si128(b, high), zero));
    const auto other = static_cast<unsigned>(_mm_movemask_epi8(ascii)) ^ 0xFFFF;
    if (other != 0) {
      const std::size_t first = i + static_cast<std::size_t>(std::countr_zero(other));
      if (first < units) return first;
    }
  }
  return units;
}

#else

inline std::size_t copy_ascii_best(const std::byte* from, std::size_t units, const std::byte*, char* out) noexcept {
  return copy_ascii_plain(from, units, out);
}

#endif

}  // namespace

std::size_t copy_ascii(const std::byte* from, std::size_t units, const std::byte* readable_end, char* out) noexcept {
  return copy_ascii_best(from, units, readable_end, out);
}

char* put_utf16(char* out, Bytes utf16, const std::byte* readable_end) noexcept {
  const std::byte* const from = utf16.data();
  std::size_t units = utf16.size() / 2;
  while (units != 0 && unit_at(from, units - 1) == 0) --units;
  for (std::size_t i = 0; i < units;) {
    const std::size_t ascii = copy_ascii_best(from + 2 * i, units - i, readable_end, out);
    out += ascii;
    i += ascii;
    if (i == units) break;
    std::size_t other = i;  // surrogates are no ASCII: a pair is never cut
    while (other < units && unit_at(from, other) >= 0x80) ++other;
    if (other == i) continue;
    out += utf16le_to_utf8({from + 2 * i, 2 * (other - i)}, out);
    i = other;
  }
  return out;
}

}  // namespace stopwarden::evtx
