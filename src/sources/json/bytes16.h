// SPDX-License-Identifier: Apache-2.0
// Searches in text, 16 bytes a step where the processor can. All have a plain form beside the fast one.
#pragma once
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace stopwarden::json {

#ifdef __SSE2__
/// Which of the 16 bytes at `p` are `c`: bit i for byte i.
inline unsigned equal_bytes(__m128i bytes, char c) noexcept {
  return static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(c))));
}
inline __m128i load_bytes(const char* p) noexcept { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p)); }
/// The same of the 64 bytes at `p`.
inline std::uint64_t equal_bytes_of_64(const char* p, char c) noexcept {
  std::uint64_t out = 0;
  for (unsigned i = 0; i < 64; i += 16) out |= std::uint64_t{equal_bytes(load_bytes(p + i), c)} << i;
  return out;
}
#endif

/// The last `c` before `end`, npos when there is none. As text.substr(0, end).rfind(c).
/// OPTIMIZATION: guarded by JsonBytes16.SearchesAgreeWithThePlainForms.
inline std::size_t find_last(std::string_view text, char c, std::size_t end) noexcept {
  std::size_t i = end;
#ifdef __SSE2__
  for (; i >= 16; i -= 16)
    if (const unsigned hits = equal_bytes(load_bytes(text.data() + i - 16), c))
      return i - 16 + static_cast<std::size_t>(std::bit_width(hits)) - 1;
#endif
  while (i > 0)
    if (text[--i] == c) return i;
  return std::string_view::npos;
}

/// The first quote, backslash or line feed from `at` on; the size of the text when there is none.
/// OPTIMIZATION: guarded by JsonBytes16.SearchesAgreeWithThePlainForms.
inline std::size_t find_string_stop(std::string_view text, std::size_t at) noexcept {
  std::size_t i = at;
#ifdef __SSE2__
  for (; text.size() - i >= 16; i += 16) {
    const __m128i bytes = load_bytes(text.data() + i);
    if (const unsigned hits = equal_bytes(bytes, '"') | equal_bytes(bytes, '\\') | equal_bytes(bytes, '\n'))
      return i + static_cast<std::size_t>(std::countr_zero(hits));
  }
#endif
  while (i < text.size() && text[i] != '"' && text[i] != '\\' && text[i] != '\n') ++i;
  return i;
}

/// Copies what stands before the first backslash of `s`, and moves `out` behind it. Writes no more than `s` has bytes.
/// OPTIMIZATION: guarded by JsonUnescape.EveryRunLength.
inline std::size_t copy_run(std::string_view s, char*& out) noexcept {
  std::size_t i = 0;
#ifdef __SSE2__
  for (; s.size() - i >= 16; i += 16) {
    const __m128i bytes = load_bytes(s.data() + i);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out), bytes);
    if (const unsigned hits = equal_bytes(bytes, '\\')) {
      const auto run = static_cast<std::size_t>(std::countr_zero(hits));
      out += run;
      return i + run;
    }
    out += 16;
  }
#endif
  for (; i < s.size() && s[i] != '\\'; ++i) *out++ = s[i];
  return i;
}

}  // namespace stopwarden::json
