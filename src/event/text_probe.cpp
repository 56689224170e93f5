// SPDX-License-Identifier: Apache-2.0
#include "event/text_probe.h"

#include <algorithm>
#include <bit>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "base/cpu.h"

namespace stopwarden {
namespace {

bool is_letter(char c) noexcept { return c >= 'a' && c <= 'z'; }

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_hex(char c) noexcept { return is_digit(c) || (c >= 'a' && c <= 'f'); }

/// May these stand side by side in a text that a source makes? 0x1f, 1e+10, nan, inf, true, false, {GUID}, S-1-5,
/// 2026-11-25T01:02:03.4Z, 1F2E (binary).
bool may_be_made(char a, char b) noexcept {
  const auto is_mark = [](char c) { return c == '-' || c == '+' || c == ':' || c == '{' || c == '}' || c == 'x'; };
  const auto beside_digit = [](char c) { return c == '.' || c == 't' || c == 'z'; };
  if ((is_hex(a) || is_mark(a)) && (is_hex(b) || is_mark(b))) return !(a == ':' && b == ':');
  if ((beside_digit(a) && is_digit(b)) || (is_digit(a) && beside_digit(b))) return true;
  for (const std::string_view word : {"true", "false", "nan", "infinity"})
    if (const char pair[] = {a, b, 0}; word.find(pair) != std::string_view::npos) return true;
  return false;
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

TextProbe::TextProbe() {
  first_.add('\\', kEscapeBit);
  second_.add('u', kEscapeBit);  // an upper-case one is no escape: found_at() knows
}

void TextProbe::Place::add(char c, std::uint8_t bit) noexcept {
  const auto take = [&](char character) {
    const auto byte = static_cast<unsigned char>(character);
    bits[byte] = static_cast<std::uint8_t>(bits[byte] | bit);
    low[byte & 15] = static_cast<std::uint8_t>(low[byte & 15] | bit);
    high[byte >> 4] = static_cast<std::uint8_t>(high[byte >> 4] | bit);
  };
  take(c);
  if (is_letter(c)) take(static_cast<char>(c - 0x20));
}

bool TextProbe::usable(char first, char second) noexcept {
  return is_plain(first) && is_plain(second) && !may_be_made(first, second);
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
    const auto bit = static_cast<std::uint8_t>(1U << pairs_.size());
    first_.add(first, bit);
    second_.add(second, bit);
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

/// The whole of one of the pair's stretches, whose characters lie `distance` bytes apart, with the pair at `i`.
bool TextProbe::stands_at(const Pair& pair, Bytes record, std::size_t i, std::size_t distance) const noexcept {
  for (const Stretch& stretch : pair.stretches) {
    if (i / distance < stretch.at) continue;
    const std::size_t begin = i - distance * stretch.at;
    if ((record.size() - begin - 1) / distance + 1 < stretch.text.size()) continue;
    std::size_t n = 0;
    while (n < stretch.text.size() && is(record[begin + distance * n], stretch.text[n])) ++n;
    if (n == stretch.text.size()) return true;
  }
  return false;
}

bool TextProbe::found_at(Bytes record, std::size_t i, std::uint8_t asked) const noexcept {
  const auto here = static_cast<std::uint8_t>(first_.of(record[i]) & asked);
  for (std::size_t distance = 1; here != 0 && distance <= 2; ++distance) {
    if (record.size() - i <= distance) return false;
    if (distance == 2 && record[i + 1] != std::byte{0}) return false;  // between two ASCII characters of UTF-16
    auto pairs = static_cast<unsigned>(here & second_.of(record[i + distance]));
    if ((pairs & kEscapeBit) != 0 && record[i + distance] == std::byte{'u'} && begins_escape(record, i, distance))
      return true;
    for (pairs &= ~unsigned{kEscapeBit}; pairs != 0; pairs &= pairs - 1)
      if (stands_at(pairs_[static_cast<std::size_t>(std::countr_zero(pairs))], record, i, distance)) return true;
  }
  return false;
}

bool TextProbe::in_record_plain(Bytes record, Escapes escapes) const noexcept {
  for (std::size_t i = 0; i < record.size(); ++i)
    if (found_at(record, i, bits_for(escapes))) return true;
  return false;
}

#if defined(__x86_64__)

#define SW_AVX2 __attribute__((target("avx2")))

namespace {

SW_AVX2 inline __m256i load_32(const void* p) noexcept { return _mm256_loadu_si256(static_cast<const __m256i*>(p)); }
SW_AVX2 inline __m256i load_table(const std::array<std::uint8_t, 16>& t) noexcept {
  return _mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(t.data())));
}
/// For each byte the bits that both of its halves have.
SW_AVX2 inline __m256i look_up(__m256i low, __m256i high, __m256i bytes) noexcept {
  const __m256i half = _mm256_set1_epi8(15);
  const __m256i upper = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), half);
  return _mm256_and_si256(_mm256_shuffle_epi8(low, _mm256_and_si256(bytes, half)), _mm256_shuffle_epi8(high, upper));
}

/// The halves of both places' bytes.
struct Halves {
  __m256i first_low, first_high, second_low, second_high;
};

/// Not zero: at which of the 32 places from `p` on a pair may stand. Two bytes behind them are read.
SW_AVX2 inline __m256i pairs_at(const Halves& h, const std::byte* p) noexcept {
  const __m256i next = load_32(p + 1);
  const __m256i starts = look_up(h.first_low, h.first_high, load_32(p));
  __m256i follows = look_up(h.second_low, h.second_high, next);
  const __m256i zeros = _mm256_cmpeq_epi8(next, _mm256_setzero_si256());
  if (!_mm256_testz_si256(zeros, zeros))  // UTF-16: all of the record, or nothing of it
    follows = _mm256_or_si256(follows, _mm256_and_si256(zeros, look_up(h.second_low, h.second_high, load_32(p + 2))));
  return _mm256_and_si256(starts, follows);
}

SW_AVX2 inline unsigned not_zero(__m256i bytes) noexcept {
  return ~static_cast<unsigned>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(bytes, _mm256_setzero_si256())));
}

}  // namespace

/// The next 32 places from `i` on with a pair among them; no places: there are none up to the record's last two bytes.
/// A function of its own: where one is called, vectors do not stay in registers.
SW_AVX2 TextProbe::Step TextProbe::next_step(Bytes record, std::size_t i, std::uint8_t asked) const noexcept {
  const __m256i wanted = _mm256_set1_epi8(static_cast<char>(asked));
  const Halves h{_mm256_and_si256(wanted, load_table(first_.low)), load_table(first_.high), load_table(second_.low),
                 load_table(second_.high)};
  const std::size_t last = record.size() - 34;  // 32 places and two bytes behind them
  for (; i + 32 <= last; i += 64) {
    const __m256i one = pairs_at(h, record.data() + i), two = pairs_at(h, record.data() + i + 32);
    const __m256i both = _mm256_or_si256(one, two);
    if (_mm256_testz_si256(both, both)) continue;
    if (const unsigned places = not_zero(one)) return {i, places};
    return {i + 32, not_zero(two)};
  }
  for (; i < last + 32; i += 32) {
    const std::size_t at = std::min(i, last);  // the last step looks at some places again
    if (const unsigned places = not_zero(pairs_at(h, record.data() + at))) return {at, places};
  }
  return {};
}

/// `record` has at least 34 bytes.
bool TextProbe::found_by_avx2(Bytes record, std::uint8_t asked) const noexcept {
  for (Step step = next_step(record, 0, asked); step.places != 0; step = next_step(record, step.at + 32, asked))
    for (; step.places != 0; step.places &= step.places - 1)
      if (found_at(record, step.at + static_cast<unsigned>(std::countr_zero(step.places)), asked)) return true;
  return found_at(record, record.size() - 2, asked);
}

#undef SW_AVX2

#endif

// OPTIMIZATION: 32 places a step. Guarded by TextProbe.StepsAgreeWithThePlainWay.
bool TextProbe::in_record(Bytes record, Escapes escapes) const noexcept {
#if defined(__x86_64__)
  if (has_avx2() && record.size() >= 34) return found_by_avx2(record, bits_for(escapes));
#endif
  return in_record_plain(record, escapes);
}

}  // namespace stopwarden
