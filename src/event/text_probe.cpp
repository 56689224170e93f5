// SPDX-License-Identifier: Apache-2.0
#include "event/text_probe.h"

#include <algorithm>
#include <bit>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace stopwarden {
namespace {

bool is_letter(char c) noexcept { return c >= 'a' && c <= 'z'; }

/// Characters of the texts that sources make: 0x1f, 1e+10, nan, inf, true, false, {GUID}, S-1-5,
/// 2026-11-25T01:02:03.4Z.
bool may_be_made(char c) noexcept {
  return std::string_view("0123456789abcdefx-+{}:.tzrulsin").find(c) != std::string_view::npos;
}

/// Stands in a record as it is, or as the other case of the letter.
bool is_plain(char c) noexcept {
  return c >= ' ' && c < 0x7F && !(c >= 'A' && c <= 'Z') && c != 'k' && c != 's' && c != '\\' && c != '"' && c != '/';
}

/// Is the byte this character of a stretch?
bool is(std::byte b, char c) noexcept {
  const auto byte = static_cast<char>(b);
  return (is_letter(c) ? static_cast<char>(byte | 0x20) : byte) == c;
}

/// Does the `\` at `i` begin an escape? Not when another one escapes it.
bool begins_escape(Bytes record, std::size_t i, std::size_t distance) noexcept {
  std::size_t count = 1;
  while (i >= distance && record[i - distance] == std::byte{'\\'}) {
    i -= distance;
    ++count;
  }
  return count % 2 == 1;
}

}  // namespace

bool TextProbe::usable(char first, char second) noexcept {
  if (!is_plain(first) || !is_plain(second)) return false;
  return !(may_be_made(first) && may_be_made(second)) || (first == ':' && second == ':');
}

bool TextProbe::add(std::string_view folded, std::size_t at) {
  std::size_t begin = at, end = at + 2;
  while (begin > 0 && is_plain(folded[begin - 1])) --begin;
  while (end < folded.size() && is_plain(folded[end])) ++end;
  const char first = folded[at], second = folded[at + 1];
  auto pair =
      std::find_if(pairs_.begin(), pairs_.end(), [=](const Pair& p) { return p.first == first && p.second == second; });
  if (stretches_ == kStretchesMax || (pair == pairs_.end() && pairs_.size() == kPairsMax)) return false;
  if (pair == pairs_.end()) pair = pairs_.insert(pair, {first, second, {}});
  pair->stretches.push_back({std::string(folded.substr(begin, end - begin)), at - begin});
  ++stretches_;
  return true;
}

bool TextProbe::covers(std::string_view folded) const noexcept {
  for (const Pair& pair : pairs_)
    for (const Stretch& stretch : pair.stretches)
      if (folded.find(stretch.text) != std::string_view::npos) return true;
  return false;
}

bool TextProbe::found_at(Bytes record, std::size_t i, Escapes escapes) const noexcept {
  for (std::size_t distance = 1; distance <= 2; ++distance) {
    if (record.size() - i <= distance) return false;
    if (distance == 2 && record[i + 1] != std::byte{0}) return false;  // between two ASCII characters of UTF-16
    if (escapes == Escapes::json && record[i] == std::byte{'\\'} && record[i + distance] == std::byte{'u'} &&
        begins_escape(record, i, distance))
      return true;
    for (const Pair& pair : pairs_) {
      if (!is(record[i], pair.first) || !is(record[i + distance], pair.second)) continue;
      for (const Stretch& stretch : pair.stretches) {
        if (i / distance < stretch.at) continue;
        const std::size_t begin = i - distance * stretch.at;
        if ((record.size() - begin - 1) / distance + 1 < stretch.text.size()) continue;
        std::size_t n = 0;
        while (n < stretch.text.size() && is(record[begin + distance * n], stretch.text[n])) ++n;
        if (n == stretch.text.size()) return true;
      }
    }
  }
  return false;
}

bool TextProbe::in_record_plain(Bytes record, Escapes escapes) const noexcept {
  for (std::size_t i = 0; i < record.size(); ++i)
    if (found_at(record, i, escapes)) return true;
  return false;
}

bool TextProbe::in_record(Bytes record, Escapes escapes) const noexcept {
  std::size_t i = 0;
#if defined(__SSE2__)
  // OPTIMIZATION: 16 places a step. Guarded by TextProbe.StepsAgreeWithThePlainWay.
  const auto load = [&record](std::size_t place) {
    return _mm_loadu_si128(static_cast<const __m128i*>(static_cast<const void*>(record.data() + place)));
  };
  const __m128i to_lower = _mm_set1_epi8(0x20);
  const __m128i backslash = _mm_set1_epi8('\\'), u = _mm_set1_epi8('u');
  for (; record.size() - i >= 18; i += 16) {
    const __m128i here = load(i), next = load(i + 1), after = load(i + 2);
    const __m128i here_low = _mm_or_si128(here, to_lower), next_low = _mm_or_si128(next, to_lower),
                  after_low = _mm_or_si128(after, to_lower);
    const __m128i wide = _mm_cmpeq_epi8(next, _mm_setzero_si128());  // UTF-16, if it is ASCII
    __m128i found = _mm_setzero_si128();
    for (const Pair& p : pairs_) {
      const __m128i first = _mm_set1_epi8(p.first), second = _mm_set1_epi8(p.second);
      const bool low = is_letter(p.second);
      const __m128i starts = _mm_cmpeq_epi8(is_letter(p.first) ? here_low : here, first);
      const __m128i far = _mm_and_si128(wide, _mm_cmpeq_epi8(low ? after_low : after, second));
      const __m128i follows = _mm_or_si128(_mm_cmpeq_epi8(low ? next_low : next, second), far);
      found = _mm_or_si128(found, _mm_and_si128(starts, follows));
    }
    if (escapes == Escapes::json) {
      const __m128i far = _mm_and_si128(wide, _mm_cmpeq_epi8(after, u));
      const __m128i follows = _mm_or_si128(_mm_cmpeq_epi8(next, u), far);
      found = _mm_or_si128(found, _mm_and_si128(_mm_cmpeq_epi8(here, backslash), follows));
    }
    for (auto places = static_cast<unsigned>(_mm_movemask_epi8(found)); places != 0; places &= places - 1)
      if (found_at(record, i + static_cast<unsigned>(std::countr_zero(places)), escapes)) return true;
  }
#endif
  for (; i < record.size(); ++i)
    if (found_at(record, i, escapes)) return true;
  return false;
}

}  // namespace stopwarden
