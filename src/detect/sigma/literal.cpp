// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/literal.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "detect/sigma/regex_literals.h"

namespace stopwarden::sigma {
namespace {

using Kind = Literal::Kind;

/// A text that is compared as written stands folded in the folded value, when both are ASCII: what folding does to a
/// part of a character cannot be told. Else its ASCII stretches do.
void add_exact(const std::string& text, Kind kind, std::vector<Literal>& out) {
  if (is_ascii(text)) {
    out.push_back({kind, fold_ascii(text)});
    return;
  }
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = i;
    while (end < text.size() && static_cast<unsigned char>(text[end]) < 0x80) ++end;
    if (end > i) out.push_back({Kind::contains, fold_ascii(std::string_view(text).substr(i, end - i))});
    i = end + 1;
  }
}

void add(const Pattern& pattern, const std::string& text, Kind kind, std::vector<Literal>& out) {
  if (text.empty() && kind != Kind::equals) return;
  if (pattern.case_match == CaseMatch::exact)
    add_exact(text, kind, out);
  else
    out.push_back({kind, text});
}

LiteralChoice of_pattern(const Pattern& p) {
  LiteralChoice out;
  switch (p.shape) {
    case Pattern::Shape::equals: add(p, p.needle, Kind::equals, out.all_of); break;
    case Pattern::Shape::prefix: add(p, p.needle, Kind::prefix, out.all_of); break;
    case Pattern::Shape::suffix: add(p, p.needle, Kind::suffix, out.all_of); break;
    case Pattern::Shape::contains: add(p, p.needle, Kind::contains, out.all_of); break;
    case Pattern::Shape::anything: break;
    case Pattern::Shape::wildcard:
      for (std::size_t i = 0; i < p.tokens.size(); ++i) {
        if (p.tokens[i].kind != PatternToken::Kind::text) continue;
        const bool first = i == 0, last = i + 1 == p.tokens.size();
        add(p, p.tokens[i].text, first ? Kind::prefix : last ? Kind::suffix : Kind::contains, out.all_of);
      }
      break;
  }
  return out;
}

/// Only integers that have one way of being written: all else is left to the test itself.
LiteralChoice of_number(const NumberTest& test) {
  if (!test.value.is_integer || test.canonical != test.written) return {};
  return {{{Kind::number, test.canonical}}, {}};
}

}  // namespace

LiteralChoice literals_of(const Test& test) {
  if (const auto* pattern = std::get_if<Pattern>(&test)) return of_pattern(*pattern);
  if (const auto* number = std::get_if<NumberTest>(&test)) return of_number(*number);
  if (const auto* regex = std::get_if<RegexTest>(&test)) {
    LiteralChoice out;
    for (const std::string& text : regex->regex->literals()) out.any_of.push_back({Kind::contains, text});
    return out;
  }
  return {};
}

}  // namespace stopwarden::sigma
