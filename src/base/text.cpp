// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"

#include <utf8proc.h>

#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace stopwarden {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

std::size_t put_utf8(char* out, char32_t c) noexcept {
  if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) c = kReplacement;
  if (c < 0x80) {
    out[0] = static_cast<char>(c);
    return 1;
  }
  if (c < 0x800) {
    out[0] = static_cast<char>(0xC0 | (c >> 6));
    out[1] = static_cast<char>(0x80 | (c & 0x3F));
    return 2;
  }
  if (c < 0x10000) {
    out[0] = static_cast<char>(0xE0 | (c >> 12));
    out[1] = static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    out[2] = static_cast<char>(0x80 | (c & 0x3F));
    return 3;
  }
  out[0] = static_cast<char>(0xF0 | (c >> 18));
  out[1] = static_cast<char>(0x80 | ((c >> 12) & 0x3F));
  out[2] = static_cast<char>(0x80 | ((c >> 6) & 0x3F));
  out[3] = static_cast<char>(0x80 | (c & 0x3F));
  return 4;
}

#ifdef __SSE2__
__m128i load_16(const char* p) noexcept {
  return _mm_loadu_si128(static_cast<const __m128i*>(static_cast<const void*>(p)));
}
/// 0x20 for each of 'A'..'Z'; other bytes, those beyond ASCII too, give 0.
__m128i case_bits(__m128i bytes) noexcept {
  const __m128i upper =
      _mm_and_si128(_mm_cmpgt_epi8(bytes, _mm_set1_epi8('A' - 1)), _mm_cmplt_epi8(bytes, _mm_set1_epi8('Z' + 1)));
  return _mm_and_si128(upper, _mm_set1_epi8(0x20));
}
#endif

/// How many bytes at the start are ASCII and folded already; 16 at a time, so it may be a few less.
std::size_t folded_start(std::string_view s) noexcept {
  std::size_t i = 0;
#ifdef __SSE2__
  for (; s.size() - i >= 16; i += 16) {
    const __m128i bytes = load_16(s.data() + i);
    if (_mm_movemask_epi8(_mm_or_si128(bytes, _mm_slli_epi16(case_bits(bytes), 2))) != 0) return i;
  }
#endif
  while (i < s.size() && static_cast<unsigned char>(s[i]) < 0x80 && fold_ascii(s[i]) == s[i]) ++i;
  return i;
}

/// Folds what stands before the first byte beyond ASCII into `out`, which has room for all of `s`. Returns how much.
/// OPTIMIZATION: 16 bytes a step. Guarded by Fold.IntoArenaAgreesForAnyBytes.
std::size_t fold_ascii_run(std::string_view s, char* out) noexcept {
  std::size_t i = 0;
#ifdef __SSE2__
  for (; s.size() - i >= 16; i += 16) {
    const __m128i bytes = load_16(s.data() + i);
    _mm_storeu_si128(static_cast<__m128i*>(static_cast<void*>(out + i)), _mm_or_si128(bytes, case_bits(bytes)));
    if (const auto beyond = static_cast<unsigned>(_mm_movemask_epi8(bytes)); beyond != 0)
      return i + static_cast<unsigned>(std::countr_zero(beyond));
  }
#endif
  for (; i < s.size() && static_cast<unsigned char>(s[i]) < 0x80; ++i) out[i] = fold_ascii(s[i]);
  return i;
}

}  // namespace

std::size_t utf16le_to_utf8(Bytes utf16, char* out) noexcept {
  const std::size_t units = utf16.size() / 2;
  std::size_t n = 0;
  for (std::size_t i = 0; i < units; ++i) {
    const char32_t u = load_le<std::uint16_t>(utf16, 2 * i);
    if (u < 0x80) {
      out[n++] = static_cast<char>(u);
      continue;
    }
    if (u >= 0xD800 && u <= 0xDBFF && i + 1 < units) {
      const char32_t low = load_le<std::uint16_t>(utf16, 2 * i + 2);
      if (low >= 0xDC00 && low <= 0xDFFF) {
        n += put_utf8(out + n, 0x10000 + ((u - 0xD800) << 10) + (low - 0xDC00));
        ++i;
        continue;
      }
    }
    n += put_utf8(out + n, u);
  }
  return n;
}

bool is_ascii(std::string_view s) noexcept {
  unsigned char seen = 0;
  for (const char c : s) seen = static_cast<unsigned char>(seen | static_cast<unsigned char>(c));
  return seen < 0x80;
}

bool equal_ignore_ascii_case(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (fold_ascii(a[i]) != fold_ascii(b[i])) return false;
  return true;
}

std::string fold_ascii(std::string_view s) {
  std::string out(s);
  for (char& c : out) c = fold_ascii(c);
  return out;
}

bool is_guid(std::string_view s) noexcept {
  if (s.size() != 36) return false;
  for (std::size_t i = 0; i < s.size(); ++i) {
    const char c = fold_ascii(s[i]);
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? c != '-' : !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) return false;
  }
  return true;
}

CodePoint code_point_at(std::string_view s, std::size_t at) noexcept {
  const auto lead = static_cast<unsigned char>(s[at]);
  if (lead < 0x80) return {lead, 1, true};
  utf8proc_int32_t c = 0;
  const std::size_t left = s.size() - at;
  const auto n = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(s.data() + at),
                                  static_cast<utf8proc_ssize_t>(left < 4 ? left : 4), &c);
  if (n <= 0 || c < 0) return {kReplacement, 1, false};
  return {static_cast<char32_t>(c), static_cast<std::size_t>(n), true};
}

void append_utf8(std::string& out, char32_t c) {
  char buffer[4];
  out.append(buffer, put_utf8(buffer, c));
}

char32_t fold(char32_t c) noexcept {
  if (c < 0x80) return static_cast<char32_t>(fold_ascii(static_cast<char>(c)));
  // Upper then lower gives the simple folding for every code point but a few: text_test.cpp compares with
  // CaseFolding.txt's exceptions one by one.
  if (c == 0x130 || c == 0x131) return c;
  const auto upper = utf8proc_toupper(static_cast<utf8proc_int32_t>(c));
  const auto lower = utf8proc_tolower(upper);
  // A letter whose upper and lower forms leave ASCII for ASCII, or the other way round, stays one code point.
  return static_cast<char32_t>(lower);
}

std::string fold(std::string_view s) {
  std::string out;
  out.reserve(s.size());
  for (std::size_t i = 0; i < s.size();) {
    const CodePoint c = code_point_at(s, i);
    if (c.valid)
      append_utf8(out, fold(c.value));
    else
      out.push_back(s[i]);
    i += c.length;
  }
  return out;
}

std::string_view fold_into(std::string_view s, Arena& arena) {
  std::size_t i = folded_start(s);
  if (i == s.size()) return s;
  // Two bytes may become three, nothing grows more: Fold.GrowsByHalfAtMost.
  const std::size_t room = s.size() + s.size() / 2;
  char* const p = arena.allocate(room);
  if (i != 0) std::memcpy(p, s.data(), i);
  std::size_t n = i;
  while (i < s.size()) {
    const std::size_t run = fold_ascii_run(s.substr(i), p + n);
    i += run;
    n += run;
    if (i == s.size()) break;
    const CodePoint c = code_point_at(s, i);
    if (c.valid)
      n += put_utf8(p + n, fold(c.value));
    else
      p[n++] = s[i];
    i += c.length;
  }
  arena.shrink_last(room, n);
  return {p, n};
}

std::string_view utf16le_to_utf8(Bytes utf16, Arena& arena) {
  const std::size_t room = utf16.size() / 2 * 3;
  char* p = arena.allocate(room);
  const std::size_t n = utf16le_to_utf8(utf16, p);
  arena.shrink_last(room, n);
  return {p, n};
}

std::string utf16le_to_utf8(Bytes utf16) {
  std::string out(utf16.size() / 2 * 3, '\0');
  out.resize(utf16le_to_utf8(utf16, out.data()));
  return out;
}

std::string utf8_to_utf16(std::string_view s, ByteOrder order) {
  std::string out;
  const auto unit = [&](char32_t u) {
    const char low = static_cast<char>(u & 0xFF), high = static_cast<char>((u >> 8) & 0xFF);
    out.push_back(order == ByteOrder::little ? low : high);
    out.push_back(order == ByteOrder::little ? high : low);
  };
  for (std::size_t i = 0; i < s.size();) {
    const CodePoint c = code_point_at(s, i);
    i += c.length;
    if (c.value < 0x10000) {
      unit(c.value);
    } else {
      unit(0xD800 + ((c.value - 0x10000) >> 10));
      unit(0xDC00 + ((c.value - 0x10000) & 0x3FF));
    }
  }
  return out;
}

bool is_valid_utf8(std::string_view s) noexcept {
  for (std::size_t i = 0; i < s.size();) {
    const CodePoint c = code_point_at(s, i);
    if (!c.valid) return false;
    i += c.length;
  }
  return true;
}

std::string to_valid_utf8(std::string_view s) {
  std::string out;
  out.reserve(s.size());
  for (std::size_t i = 0; i < s.size();) {
    const CodePoint c = code_point_at(s, i);
    append_utf8(out, c.value);
    i += c.length;
  }
  return out;
}

std::optional<std::int64_t> parse_integer(std::string_view s) noexcept {
  std::int64_t v = 0;
  const auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), v);
  if (s.empty() || error != std::errc{} || end != s.data() + s.size()) return std::nullopt;
  return v;
}

std::optional<std::uint64_t> parse_unsigned(std::string_view s) noexcept {
  std::uint64_t v = 0;
  const auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), v);
  if (s.empty() || error != std::errc{} || end != s.data() + s.size()) return std::nullopt;
  return v;
}

std::optional<double> parse_number(std::string_view s) noexcept {
  if (s.empty()) return std::nullopt;
  const char last = s.back(), first = s.front() == '-' && s.size() > 1 ? s[1] : s.front();
  if (first < '0' || first > '9' || last < '0' || last > '9') return std::nullopt;  // no inf, nan, "1.", ".5"
  double v = 0;
  const auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), v);
  if (error != std::errc{} || end != s.data() + s.size() || !std::isfinite(v)) return std::nullopt;
  return v;
}

std::optional<std::uint64_t> parse_hex(std::string_view s) noexcept {
  if (s.size() > 2 && s[0] == '0' && (s[1] == 'x' || s[1] == 'X')) s.remove_prefix(2);
  std::uint64_t v = 0;
  const auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), v, 16);
  if (s.empty() || error != std::errc{} || end != s.data() + s.size()) return std::nullopt;
  return v;
}

std::string_view trim(std::string_view s) noexcept {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!s.empty() && blank(s.front())) s.remove_prefix(1);
  while (!s.empty() && blank(s.back())) s.remove_suffix(1);
  return s;
}

unsigned display_width(char32_t c) noexcept {
  const int width = utf8proc_charwidth(static_cast<utf8proc_int32_t>(c));
  return width > 0 ? static_cast<unsigned>(width) : 0;
}

}  // namespace stopwarden
