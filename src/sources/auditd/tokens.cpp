// SPDX-License-Identifier: Apache-2.0
#include "sources/auditd/tokens.h"

#include <algorithm>
#include <array>
#include <bit>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace stopwarden::auditd {
namespace {

constexpr char kEnriched = '\x1D';  // behind it come the names that auditd added
constexpr std::size_t kNameMax = 64;

enum Kind : std::uint8_t { kText, kBetween, kEquals };  // of a byte where a name may stand

constexpr auto kKinds = [] {
  std::array<std::uint8_t, 256> kinds{};
  for (const char c : {' ', '\t', ',', '(', ')', '\'', '"', kEnriched, '\n', '\r'})
    kinds[static_cast<unsigned char>(c)] = kBetween;
  kinds[static_cast<unsigned char>('=')] = kEquals;
  return kinds;
}();

std::uint8_t kind(char c) noexcept { return kKinds[static_cast<unsigned char>(c)]; }
bool ends_value(char c) noexcept { return c == ' ' || c == kEnriched; }

/// Where a bare value ends: at a blank or 0x1D. Most have fewer than 16 bytes.
std::size_t value_end(std::string_view body, std::size_t at) noexcept {
#if defined(__SSE2__)
  const __m128i blank = _mm_set1_epi8(' '), enriched = _mm_set1_epi8(kEnriched);
  for (; body.size() - at >= 16; at += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(body.data() + at));
    const auto ends = static_cast<unsigned>(
        _mm_movemask_epi8(_mm_or_si128(_mm_cmpeq_epi8(bytes, blank), _mm_cmpeq_epi8(bytes, enriched))));
    if (ends != 0) return at + static_cast<std::size_t>(std::countr_zero(ends));
  }
#endif
  while (at < body.size() && !ends_value(body[at])) ++at;
  return at;
}

/// The part of `body` from `at` to the next 0x1D.
std::string_view part_from(std::string_view body, std::size_t at) noexcept {
  const std::string_view rest = body.substr(at);
  return rest.substr(0, rest.find(kEnriched));
}

/// A value in quotes or braces that open at `at`.
void take_quoted(std::string_view body, std::size_t& at, Token& token) noexcept {
  const char open = body[at];
  if (open == '"') {  // short, mostly
    token.quotes = Quotes::twice;
    std::size_t end = at + 1;
    while (end < body.size() && body[end] != '"' && body[end] != kEnriched) ++end;
    token.value = body.substr(at + 1, end - at - 1);
    at = end + (end < body.size() && body[end] == '"' ? 1 : 0);
    return;
  }
  const std::string_view part = part_from(body, at + 1);
  std::size_t end = 0;
  if (open == '\'') {
    token.quotes = Quotes::once;
    end = token.name == "msg" ? part.rfind('\'') : part.find('\'');
  } else {
    token.quotes = Quotes::braces;
    end = part.rfind('}');
  }
  const bool closed = end != std::string_view::npos;
  token.value = closed ? part.substr(0, end) : part;
  at += 1 + token.value.size() + (closed ? 1 : 0);
}

void take_plain(std::string_view body, std::size_t& at, Token& token) noexcept {
  token.quotes = Quotes::none;
  const std::size_t end = value_end(body, at);
  std::string_view value = body.substr(at, end - at);
  at = end;
  while (!value.empty() && value.back() == ',') value.remove_suffix(1);
  if (!value.empty() && value.back() == ')' && value.find('(') == std::string_view::npos) value.remove_suffix(1);
  token.value = value;
}

}  // namespace

bool next_token(std::string_view body, std::size_t& at, Token& token) noexcept {
  std::string_view before;
  while (at < body.size()) {
    while (at < body.size() && kind(body[at]) == kBetween) ++at;
    const std::size_t begin = at;
    while (at < body.size() && kind(body[at]) == kText) ++at;
    const std::string_view word = body.substr(begin, at - begin);
    const bool named = at < body.size() && body[at] == '=' && !word.empty() && word.size() <= kNameMax;
    if (!named) {
      before = word;
      if (at < body.size() && body[at] == '=') ++at;
      continue;
    }
    token.name = word;
    token.before = before;
    ++at;
    const char first = at < body.size() ? body[at] : ' ';
    if (first == '"' || first == '\'' || first == '{')
      take_quoted(body, at, token);
    else
      take_plain(body, at, token);
    return true;
  }
  return false;
}

}  // namespace stopwarden::auditd
