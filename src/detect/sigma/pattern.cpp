// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/pattern.h"

#include <algorithm>
#include <cstdlib>
#include <span>

#include "base/find.h"
#include "base/text.h"

namespace stopwarden::sigma {
namespace {

using Kind = PatternToken::Kind;
using Tokens = std::span<const PatternToken>;

constexpr std::string_view kDashes[] = {"-", "/", "\xE2\x80\x93", "\xE2\x80\x94", "\xE2\x80\x95"};

void push_text(std::vector<PatternToken>& tokens, std::string& text) {
  if (text.empty()) return;
  tokens.push_back({Kind::text, std::move(text)});
  text.clear();
}

/// The length of the dash that stands at `at`, 0 for none.
std::size_t dash_at(std::string_view s, std::size_t at) noexcept {
  for (const std::string_view dash : kDashes)
    if (s.substr(at).starts_with(dash)) return dash.size();
  return 0;
}

/// Letters, digits and `_`. Beyond ASCII all is a word but punctuation and blanks of the blocks that hold them.
bool is_word(char32_t c) noexcept {
  if (c < 0x80) return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  if (c < 0xC0) return c == 0xAA || c == 0xB5 || c == 0xBA;
  return c != 0xD7 && c != 0xF7 && !(c >= 0x2000 && c <= 0x206F) && !(c >= 0x3000 && c <= 0x3004) && c != 0xFFFD;
}

/// Matches a run without `any` at `at`; `end` is where it stops.
bool run_at(Tokens run, std::string_view s, std::size_t at, std::size_t& end) noexcept {
  for (const PatternToken& token : run) {
    switch (token.kind) {
      case Kind::text:
        if (!s.substr(at).starts_with(token.text)) return false;
        at += token.text.size();
        break;
      case Kind::one:
        if (at >= s.size()) return false;
        at += code_point_at(s, at).length;
        break;
      case Kind::dash: {
        const std::size_t length = dash_at(s, at);
        if (length == 0) return false;
        at += length;
        break;
      }
      case Kind::any:
      case Kind::placeholder: return false;  // split off before, replaced before
    }
  }
  end = at;
  return true;
}

/// The leftmost place at or after `from` where the run matches. Leftmost is enough: whatever follows a `*` can only
/// gain from more room.
bool find_run(Tokens run, std::string_view s, std::size_t from, std::size_t& end) noexcept {
  std::size_t at = from;
  for (;;) {
    if (run.front().kind == Kind::text) {
      const std::size_t found = find_text(s.substr(at), run.front().text);
      if (found == std::string_view::npos) return false;
      at += found;
    }
    if (run_at(run, s, at, end)) return true;
    if (at >= s.size()) return false;
    at += run.front().kind == Kind::text ? 1 : code_point_at(s, at).length;
  }
}

/// Matches the run so that it ends with the subject.
bool run_at_end(Tokens run, std::string_view s, std::size_t from) noexcept {
  std::size_t min = 0, max = 0;  // bytes it may take: a code point has 1 to 4
  for (const PatternToken& token : run) {
    min += token.kind == Kind::text ? token.text.size() : 1;
    max += token.kind == Kind::text ? token.text.size() : 4;
  }
  if (s.size() - from < min) return false;
  std::size_t at = s.size() - from > max ? s.size() - max : from;
  for (; s.size() - at >= min; ++at) {
    std::size_t end = 0;
    const bool inside_code_point = at > from && at < s.size() && (static_cast<unsigned char>(s[at]) & 0xC0) == 0x80;
    if (inside_code_point && run.front().kind != Kind::text) {
      // A `?` must not begin in the middle of a character, unless what stands there is no character at all.
      std::size_t start = at;
      while (start > from && at - start < 3 && (static_cast<unsigned char>(s[start]) & 0xC0) == 0x80) --start;
      const CodePoint c = code_point_at(s, start);
      if (c.valid && start + c.length > at) continue;
    }
    if (run_at(run, s, at, end) && end == s.size()) return true;
    if (at == s.size()) break;
  }
  return false;
}

bool match_wildcard(Tokens tokens, std::string_view s) noexcept {
  const auto is_any = [](const PatternToken& t) { return t.kind == Kind::any; };
  auto stop = std::find_if(tokens.begin(), tokens.end(), is_any);
  std::size_t at = 0;
  if (!run_at({tokens.begin(), stop}, s, 0, at)) return false;
  if (stop == tokens.end()) return at == s.size();
  for (;;) {
    const auto start = stop + 1;
    stop = std::find_if(start, tokens.end(), is_any);
    const Tokens run{start, stop};
    if (stop == tokens.end()) return run.empty() || run_at_end(run, s, at);
    if (!run.empty() && !find_run(run, s, at, at)) return false;
  }
}

}  // namespace

Bigrams bigrams_of(std::string_view text) noexcept {
  Bigrams out;
  for (std::size_t i = 1; i < text.size(); ++i) {
    const auto pair = static_cast<std::uint32_t>((static_cast<unsigned char>(text[i - 1]) << 8) |
                                                 static_cast<unsigned char>(text[i]));
    const std::uint32_t hash = (pair * 0x9E3779B1U) >> 24;
    out.bits[hash >> 6] |= std::uint64_t{1} << (hash & 63);
  }
  return out;
}

Pattern parse_pattern(std::string_view w, PlaceholderSyntax placeholders) {
  const bool expand = placeholders == PlaceholderSyntax::expand;
  Pattern out;
  std::string text;
  for (std::size_t i = 0; i < w.size(); ++i) {
    const char c = w[i];
    if (c == '\\' && i + 1 < w.size()) {
      const char next = w[i + 1];
      if (next == '*' || next == '?' || next == '\\' || (expand && next == '%')) {
        text.push_back(next);
        ++i;
        continue;
      }
    }
    if (c == '*' || c == '?') {
      push_text(out.tokens, text);
      out.tokens.push_back({c == '*' ? Kind::any : Kind::one, {}});
      continue;
    }
    if (expand && c == '%') {
      const std::size_t close = w.find('%', i + 1);
      if (close != std::string_view::npos && close > i + 1 &&
          w.substr(i + 1, close - i - 1).find('\\') == std::string_view::npos) {
        push_text(out.tokens, text);
        out.tokens.push_back({Kind::placeholder, std::string(w.substr(i + 1, close - i - 1))});
        i = close;
        continue;
      }
    }
    text.push_back(c);
  }
  push_text(out.tokens, text);
  return out;
}

Pattern literal_pattern(std::string text) {
  Pattern out;
  push_text(out.tokens, text);
  return out;
}

void add_any_front(Pattern& p) {
  if (p.tokens.empty() || p.tokens.front().kind != Kind::any) p.tokens.insert(p.tokens.begin(), {Kind::any, {}});
}

void add_any_back(Pattern& p) {
  if (p.tokens.empty() || p.tokens.back().kind != Kind::any) p.tokens.push_back({Kind::any, {}});
}

bool plain_text(const Pattern& p, std::string& text) {
  text.clear();
  for (const PatternToken& token : p.tokens) {
    if (token.kind != Kind::text) return false;
    text += token.text;
  }
  return true;
}

void mark_dashes(Pattern& p) {
  std::vector<PatternToken> out;
  for (PatternToken& token : p.tokens) {
    if (token.kind != Kind::text) {
      out.push_back(std::move(token));
      continue;
    }
    const std::string_view s = token.text;
    std::string text;
    bool word_before = false;
    for (std::size_t i = 0; i < s.size();) {
      const std::size_t dash = dash_at(s, i);
      const std::size_t length = dash != 0 ? dash : code_point_at(s, i).length;
      const std::size_t next = i + length;
      if (dash != 0 && !word_before && next < s.size() && is_word(code_point_at(s, next).value)) {
        push_text(out, text);
        out.push_back({Kind::dash, {}});
      } else {
        text.append(s.substr(i, length));
      }
      word_before = dash == 0 && is_word(code_point_at(s, i).value);
      i = next;
    }
    push_text(out, text);
  }
  p.tokens = std::move(out);
}

bool spell_out_dashes(const Pattern& p, std::size_t combinations_max, std::vector<Pattern>& out) {
  std::size_t combinations = 1;
  for (const PatternToken& token : p.tokens) {
    if (token.kind == Kind::dash) combinations *= std::size(kDashes);
    if (combinations > combinations_max) return false;
  }
  for (std::size_t n = 0; n < combinations; ++n) {
    Pattern one = p;
    std::size_t rest = n;
    for (PatternToken& token : one.tokens) {
      if (token.kind != Kind::dash) continue;
      token = {Kind::text, std::string(kDashes[rest % std::size(kDashes)])};
      rest /= std::size(kDashes);
    }
    out.push_back(std::move(one));
  }
  return true;
}

void finish(Pattern& p) {
  std::vector<PatternToken> joined;
  for (PatternToken& token : p.tokens) {
    const bool same = !joined.empty() && joined.back().kind == token.kind;
    if (same && token.kind == Kind::text)
      joined.back().text += token.text;
    else if (!(same && token.kind == Kind::any))
      joined.push_back(std::move(token));
  }
  if (p.case_match == CaseMatch::folded)
    for (PatternToken& token : joined)
      if (token.kind == Kind::text) token.text = fold(token.text);
  p.tokens = std::move(joined);
  set_shape(p);
}

void set_shape(Pattern& p) {
  p.bigrams = {};
  for (const PatternToken& token : p.tokens) {
    if (token.kind != Kind::text) continue;
    const Bigrams more = bigrams_of(token.text);
    for (std::size_t i = 0; i < more.bits.size(); ++i) p.bigrams.bits[i] |= more.bits[i];
  }
  const auto& t = p.tokens;
  const auto is = [&](std::size_t i, Kind kind) { return t[i].kind == kind; };
  p.shape = Pattern::Shape::wildcard;
  p.needle.clear();
  if (t.empty()) {
    p.shape = Pattern::Shape::equals;
  } else if (t.size() == 1 && is(0, Kind::text)) {
    p.shape = Pattern::Shape::equals;
    p.needle = t[0].text;
  } else if (t.size() == 1 && is(0, Kind::any)) {
    p.shape = Pattern::Shape::anything;
  } else if (t.size() == 2 && is(0, Kind::text) && is(1, Kind::any)) {
    p.shape = Pattern::Shape::prefix;
    p.needle = t[0].text;
  } else if (t.size() == 2 && is(0, Kind::any) && is(1, Kind::text)) {
    p.shape = Pattern::Shape::suffix;
    p.needle = t[1].text;
  } else if (t.size() == 3 && is(0, Kind::any) && is(1, Kind::text) && is(2, Kind::any)) {
    p.shape = Pattern::Shape::contains;
    p.needle = t[1].text;
  }
}

bool matches(const Pattern& p, std::string_view s) {
  switch (p.shape) {
    case Pattern::Shape::equals: return s == p.needle;
    case Pattern::Shape::prefix: return s.starts_with(p.needle);
    case Pattern::Shape::suffix: return s.ends_with(p.needle);
    case Pattern::Shape::contains: return holds(s, p.needle);
    case Pattern::Shape::anything: return true;
    case Pattern::Shape::wildcard: return match_wildcard(p.tokens, s);
  }
  std::abort();
}

std::string to_string(const Pattern& p) {
  std::string out;
  for (std::size_t i = 0; i < p.tokens.size(); ++i) {
    const PatternToken& token = p.tokens[i];
    switch (token.kind) {
      case Kind::any: out += '*'; break;
      case Kind::one: out += '?'; break;
      case Kind::dash: out += "[-]"; break;
      case Kind::placeholder: out += '%' + token.text + '%'; break;
      case Kind::text:
        for (std::size_t c = 0; c < token.text.size(); ++c) {
          const char ch = token.text[c];
          const bool last = c + 1 == token.text.size();
          const char next = last ? '\0' : token.text[c + 1];
          const bool before_special = next == '*' || next == '?' || next == '\\' || (last && i + 1 < p.tokens.size());
          if (ch == '*' || ch == '?' || (ch == '\\' && before_special)) out += '\\';
          out += ch;
        }
        break;
    }
  }
  return out;
}

}  // namespace stopwarden::sigma
