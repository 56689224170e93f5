// SPDX-License-Identifier: Apache-2.0
#include "event/text_probe.h"

#include <algorithm>
#include <bit>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
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
  if (pair == pairs_.end()) {
    first_.add(first, pairs_.size());
    second_.add(second, pairs_.size());
    pair = pairs_.insert(pair, {first, second, {}});
  }
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

/// Both cases of a letter have the same lower half, so that the halves say no more than the byte does.
void TextProbe::Place::add(char c, std::size_t pair) noexcept {
  const auto bit = static_cast<std::uint8_t>(1U << pair);
  const auto note = [&](unsigned byte) {
    of_byte[byte] |= bit;
    of_low[byte & 0xF] |= bit;
    of_high[byte >> 4] |= bit;
  };
  const auto byte = static_cast<unsigned char>(c);
  note(byte);
  if (is_letter(c)) note(byte ^ 0x20U);
}

/// Does the stretch stand in the record, with its pair at `i` and its characters so far from one another?
bool TextProbe::stands_at(const Stretch& stretch, Bytes record, std::size_t i, std::size_t distance) const noexcept {
  if (i / distance < stretch.at) return false;
  const std::size_t begin = i - distance * stretch.at;
  if ((record.size() - begin - 1) / distance + 1 < stretch.text.size()) return false;
  for (std::size_t n = 0; n < stretch.text.size(); ++n)
    if (!is(record[begin + distance * n], stretch.text[n])) return false;
  return true;
}

bool TextProbe::found_at(Bytes record, std::size_t i, Escapes escapes) const noexcept {
  const unsigned begun = first_.of_byte[static_cast<std::size_t>(record[i])];
  const bool backslash = escapes == Escapes::json && record[i] == std::byte{'\\'};
  if (begun == 0 && !backslash) return false;
  for (std::size_t distance = 1; distance <= 2; ++distance) {
    if (record.size() - i <= distance) return false;
    if (distance == 2 && record[i + 1] != std::byte{0}) return false;  // between two ASCII characters of UTF-16
    const std::byte next = record[i + distance];
    if (backslash && next == std::byte{'u'} && begins_escape(record, i, distance)) return true;
    for (unsigned pairs = begun & second_.of_byte[static_cast<std::size_t>(next)]; pairs != 0; pairs &= pairs - 1)
      for (const Stretch& stretch : pairs_[static_cast<std::size_t>(std::countr_zero(pairs))].stretches)
        if (stands_at(stretch, record, i, distance)) return true;
  }
  return false;
}

bool TextProbe::in_record_plain(Bytes record, Escapes escapes) const noexcept {
  for (std::size_t i = 0; i < record.size(); ++i)
    if (found_at(record, i, escapes)) return true;
  return false;
}

#if defined(__x86_64__)

#define SW_AVX2 __attribute__((target("avx2")))

namespace {

/// The tables of a Place, to look 32 bytes up at once.
struct Halves {
  __m256i low, high;
};

SW_AVX2 inline __m256i table(const std::array<std::uint8_t, 16>& entries) noexcept {
  return _mm256_broadcastsi128_si256(
      _mm_loadu_si128(static_cast<const __m128i*>(static_cast<const void*>(entries.data()))));
}

SW_AVX2 inline __m256i load(const std::byte* p) noexcept {
  return _mm256_loadu_si256(static_cast<const __m256i*>(static_cast<const void*>(p)));
}

SW_AVX2 inline __m256i look_up(const Halves& place, __m256i bytes) noexcept {
  const __m256i high = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), _mm256_set1_epi8(0xF));
  return _mm256_and_si256(_mm256_shuffle_epi8(place.low, bytes), _mm256_shuffle_epi8(place.high, high));
}

/// Where in p[0, 32) a pair or an escape begins; reads 34 bytes.
SW_AVX2 inline std::uint32_t begins(const std::byte* p, const Halves& first, const Halves& second,
                                    TextProbe::Escapes escapes) noexcept {
  const __m256i here = load(p), next = load(p + 1), after = load(p + 2);
  const __m256i wide = _mm256_cmpeq_epi8(next, _mm256_setzero_si256());  // UTF-16, if it is ASCII
  const __m256i follows = _mm256_or_si256(look_up(second, next), _mm256_and_si256(wide, look_up(second, after)));
  __m256i found = _mm256_and_si256(look_up(first, here), follows);
  if (escapes == TextProbe::Escapes::json) {
    const __m256i u = _mm256_set1_epi8('u');
    const __m256i escape =
        _mm256_or_si256(_mm256_cmpeq_epi8(next, u), _mm256_and_si256(wide, _mm256_cmpeq_epi8(after, u)));
    found = _mm256_or_si256(found, _mm256_and_si256(_mm256_cmpeq_epi8(here, _mm256_set1_epi8('\\')), escape));
  }
  return ~static_cast<std::uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(found, _mm256_setzero_si256())));
}

}  // namespace

/// OPTIMIZATION: 32 places a step. Guarded by TextProbe.StepsAgreeWithThePlainWay.
SW_AVX2 bool TextProbe::in_record_avx2(Bytes record, Escapes escapes) const noexcept {
  constexpr std::size_t kStep = 32, kRead = kStep + 2;
  const Halves first{table(first_.of_low), table(first_.of_high)},
      second{table(second_.of_low), table(second_.of_high)};
  std::size_t i = 0;
  for (; record.size() - i >= kRead; i += kStep)
    for (std::uint32_t places = begins(record.data() + i, first, second, escapes); places != 0; places &= places - 1)
      if (found_at(record, i + static_cast<std::size_t>(std::countr_zero(places)), escapes)) return true;
  // At most 33 bytes are left. The last of all begins no pair; NUL behind them ends none.
  if (i == record.size()) return false;
  std::array<std::byte, kRead> rest{};
  std::memcpy(rest.data(), record.data() + i, record.size() - i);
  for (std::uint32_t places = begins(rest.data(), first, second, escapes); places != 0; places &= places - 1)
    if (found_at(record, i + static_cast<std::size_t>(std::countr_zero(places)), escapes)) return true;
  return false;
}

#endif

bool TextProbe::in_record(Bytes record, Escapes escapes) const noexcept {
#if defined(__x86_64__)
  static const bool has_avx2 = __builtin_cpu_supports("avx2") != 0;
  if (has_avx2) return in_record_avx2(record, escapes);
#endif
  return in_record_plain(record, escapes);
}

}  // namespace stopwarden
