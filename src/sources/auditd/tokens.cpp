// SPDX-License-Identifier: Apache-2.0
#include "sources/auditd/tokens.h"

#include <algorithm>
#include <array>

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

/// The part of `body` from `at` to the next 0x1D.
std::string_view part_from(std::string_view body, std::size_t at) noexcept {
  const std::string_view rest = body.substr(at);
  return rest.substr(0, rest.find(kEnriched));
}

/// A value in quotes or braces that open at `at`.
void take_quoted(std::string_view body, std::size_t& at, Token& token) noexcept {
  const char open = body[at];
  const std::string_view part = part_from(body, at + 1);
  std::size_t end = 0;
  if (open == '"') {
    token.quotes = Quotes::twice;
    end = part.find('"');
  } else if (open == '\'') {
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
  std::size_t end = at;
  while (end < body.size() && !ends_value(body[end])) ++end;
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
