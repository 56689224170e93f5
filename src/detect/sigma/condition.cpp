// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/condition.h"

#include <cstdlib>
#include <utility>

#include "base/text.h"
#include "detect/sigma/limits.h"

namespace stopwarden::sigma {
namespace {

struct Token {
  enum class Kind : std::uint8_t { word, open, close, end } kind = Kind::end;
  std::string_view text;
  std::uint32_t column = 0;
};

bool is_name(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}
bool is_blank(char c) noexcept { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  MaybeProblem run(Condition& out) {
    if (text_.size() > kRuleLimits.condition_bytes_max)
      return Problem{code::condition_limit, 0, 1,
                     "the condition has " + std::to_string(text_.size()) + " bytes, the limit is " +
                         std::to_string(kRuleLimits.condition_bytes_max)};
    // Before all else, so that any old rule gets the message that helps.
    if (const auto pipe = text_.find('|'); pipe != std::string_view::npos)
      return Problem{code::aggregation, 0, column(pipe), "conditions with '|' are the old form of correlations"};
    if (auto problem = advance()) return problem;
    if (auto problem = parse_or(out, 0)) return problem;
    if (token_.kind != Token::Kind::end) return unexpected("'and', 'or' or the end");
    return std::nullopt;
  }

 private:
  static std::uint32_t column(std::size_t at) noexcept { return static_cast<std::uint32_t>(at) + 1; }

  MaybeProblem advance() {
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
    const std::size_t start = at_;
    token_ = {Token::Kind::end, {}, column(start)};
    if (at_ == text_.size()) return std::nullopt;
    if (text_[at_] == '(' || text_[at_] == ')') {
      token_.kind = text_[at_] == '(' ? Token::Kind::open : Token::Kind::close;
      token_.text = text_.substr(at_++, 1);
      return std::nullopt;
    }
    while (at_ < text_.size() && (is_name(text_[at_]) || text_[at_] == '*')) ++at_;
    if (at_ == start)
      return Problem{code::condition_syntax, 0, column(start),
                     "the character '" + std::string(text_.substr(start, code_point_at(text_, start).length)) +
                         "' cannot stand in a condition"};
    token_.kind = Token::Kind::word;
    token_.text = text_.substr(start, at_ - start);
    return std::nullopt;
  }

  bool at_word(std::string_view word) const noexcept {
    return token_.kind == Token::Kind::word && equal_ignore_ascii_case(token_.text, word);
  }
  bool next_is_of() const noexcept {
    std::size_t i = at_;
    while (i < text_.size() && is_blank(text_[i])) ++i;
    const std::size_t start = i;
    while (i < text_.size() && (is_name(text_[i]) || text_[i] == '*')) ++i;
    return equal_ignore_ascii_case(text_.substr(start, i - start), "of");
  }
  Problem unexpected(std::string_view wanted) const {
    const std::string got =
        token_.kind == Token::Kind::end ? "the condition ends" : "'" + std::string(token_.text) + "' stands";
    return {code::condition_syntax, 0, token_.column, got + " where " + std::string(wanted) + " is expected"};
  }
  Problem too_deep() const {
    return {code::condition_limit, 0, token_.column,
            "nested deeper than " + std::to_string(kRuleLimits.condition_depth_max)};
  }

  using Rule = MaybeProblem (Parser::*)(Condition&, std::size_t);
  MaybeProblem parse_chain(Condition& out, std::size_t depth, std::string_view word, Condition::Kind kind, Rule part) {
    const std::uint32_t start = token_.column;
    Condition first;
    if (auto problem = (this->*part)(first, depth)) return problem;
    if (!at_word(word)) {
      out = std::move(first);
      return std::nullopt;
    }
    out = {kind, {}, {}, start};
    out.parts.push_back(std::move(first));
    while (at_word(word)) {
      if (auto problem = advance()) return problem;
      Condition next;
      if (auto problem = (this->*part)(next, depth)) return problem;
      out.parts.push_back(std::move(next));
    }
    return std::nullopt;
  }
  MaybeProblem parse_or(Condition& out, std::size_t depth) {
    return parse_chain(out, depth, "or", Condition::Kind::any, &Parser::parse_and);
  }
  MaybeProblem parse_and(Condition& out, std::size_t depth) {
    return parse_chain(out, depth, "and", Condition::Kind::all, &Parser::parse_not);
  }
  MaybeProblem parse_not(Condition& out, std::size_t depth) {
    if (!at_word("not")) return parse_operand(out, depth);
    if (depth >= kRuleLimits.condition_depth_max) return too_deep();
    out = {Condition::Kind::negation, {}, {}, token_.column};
    if (auto problem = advance()) return problem;
    Condition part;
    if (auto problem = parse_not(part, depth + 1)) return problem;
    out.parts.push_back(std::move(part));
    return std::nullopt;
  }
  MaybeProblem parse_operand(Condition& out, std::size_t depth) {
    if (token_.kind == Token::Kind::open) {
      if (depth >= kRuleLimits.condition_depth_max) return too_deep();
      if (auto problem = advance()) return problem;
      if (auto problem = parse_or(out, depth + 1)) return problem;
      if (token_.kind != Token::Kind::close) return unexpected("')'");
      return advance();
    }
    if (token_.kind != Token::Kind::word) return unexpected("a search, 'not' or '('");
    if (next_is_of()) return parse_of(out);
    if (at_word("and") || at_word("or")) return unexpected("a search, 'not' or '('");
    if (token_.text.find('*') != std::string_view::npos)
      return Problem{code::condition_syntax, 0, token_.column,
                     "'" + std::string(token_.text) + "' is a pattern: write '1 of' or 'all of' before it"};
    out = {Condition::Kind::search, std::string(token_.text), {}, token_.column};
    return advance();
  }
  MaybeProblem parse_of(Condition& out) {
    out = {Condition::Kind::any_of, {}, {}, token_.column};
    if (at_word("all"))
      out.kind = Condition::Kind::all_of;
    else if (!at_word("1") && !at_word("any"))
      return Problem{code::condition_syntax, 0, token_.column,
                     "'" + std::string(token_.text) + " of': only '1 of', 'any of' and 'all of' exist"};
    if (auto problem = advance()) return problem;
    if (auto problem = advance()) return problem;  // "of"
    if (token_.kind != Token::Kind::word) return unexpected("'them' or a name with '*'");
    out.name = at_word("them") ? "them" : std::string(token_.text);
    return advance();
  }

  std::string_view text_;
  std::size_t at_ = 0;
  Token token_;
};

void print(const Condition& c, std::string& out) {
  const auto part = [&out](const Condition& p) {
    const bool brackets = p.kind == Condition::Kind::all || p.kind == Condition::Kind::any;
    if (brackets) out += '(';
    print(p, out);
    if (brackets) out += ')';
  };
  switch (c.kind) {
    case Condition::Kind::search: out += c.name; return;
    case Condition::Kind::any_of: out += "1 of " + c.name; return;
    case Condition::Kind::all_of: out += "all of " + c.name; return;
    case Condition::Kind::negation:
      out += "not ";
      part(c.parts.front());
      return;
    case Condition::Kind::all:
    case Condition::Kind::any:
      for (std::size_t i = 0; i < c.parts.size(); ++i) {
        if (i != 0) out += c.kind == Condition::Kind::all ? " and " : " or ";
        part(c.parts[i]);
      }
      return;
  }
  std::abort();
}

}  // namespace

bool Condition::operator==(const Condition& other) const {
  return kind == other.kind && name == other.name && parts == other.parts;
}

MaybeProblem parse_condition(std::string_view text, Condition& out) { return Parser(text).run(out); }

std::string to_string(const Condition& condition) {
  std::string out;
  print(condition, out);
  return out;
}

bool fits_name_pattern(std::string_view name, std::string_view pattern) noexcept {
  std::size_t n = 0, p = 0, star = std::string_view::npos, retry = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      retry = n;
    } else if (p < pattern.size() && pattern[p] == name[n]) {
      ++p;
      ++n;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      n = ++retry;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

}  // namespace stopwarden::sigma
