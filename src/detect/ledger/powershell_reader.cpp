// SPDX-License-Identifier: Apache-2.0
#include "detect/ledger/powershell_reader.h"

#include "base/text.h"

namespace stopwarden::ledger {
namespace {

bool is_letter(char c) noexcept {
  const char f = fold_ascii(c);
  return f >= 'a' && f <= 'z';
}
bool is_name(char c) noexcept {
  return is_letter(c) || (c >= '0' && c <= '9') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}

/// Length of "-" or of an en dash, em dash or horizontal bar, which PowerShell takes for it.
std::size_t dash_length(std::string_view s) noexcept {
  if (!s.empty() && s[0] == '-') return 1;
  if (s.size() >= 3 && s[0] == '\xE2' && s[1] == '\x80' && (s[2] == '\x93' || s[2] == '\x94' || s[2] == '\x95'))
    return 3;
  return 0;
}

char escaped(char c) noexcept {
  switch (c) {
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    case '0': return '\0';
    default: return c;
  }
}

}  // namespace

void PsReader::skip_line_comment() noexcept {
  while (!done() && peek() != '\n') skip();
}

bool PsReader::skip_block_comment() noexcept {
  if (peek() != '<' || peek(1) != '#') return false;
  const std::size_t end = text_.find("#>", at_ + 2);
  at_ = end == std::string_view::npos ? text_.size() : end + 2;
  return true;
}

void PsReader::skip_blanks() {
  while (!done()) {
    const char c = peek();
    if (c == ' ' || c == '\t' || c == '\r') {
      skip();
    } else if (c == '`' && peek(1) == '\n') {
      skip(2);
    } else if (c == '`' && peek(1) == '\r' && peek(2) == '\n') {
      skip(3);
    } else if (!skip_block_comment()) {
      return;
    }
  }
}

void PsReader::skip_space() {
  for (;;) {
    skip_blanks();
    if (peek() == '#')
      skip_line_comment();
    else if (!done() && peek() == '\n')
      skip();
    else
      return;
  }
}

bool PsReader::at_command_end() const noexcept {
  if (done()) return true;
  const char c = peek();
  return c == '\n' || c == ';' || c == '|' || c == '&' || c == ')' || c == '}' || c == '#';
}

bool PsReader::at_string() const noexcept {
  const char c = peek() == '@' ? peek(1) : peek();
  return c == '"' || c == '\'';
}

std::string PsReader::take_string(bool& expands) {
  std::string out;
  const bool here = peek() == '@';
  if (here) skip();
  const char quote = peek();
  expands = quote == '"';
  skip();
  if (here) {
    const std::string end = std::string("\n") + quote + "@";
    const std::size_t line = text_.find('\n', at_);
    const std::size_t close = line == std::string_view::npos ? line : text_.find(end, line);
    if (close == std::string_view::npos) {
      at_ = text_.size();
      return out;
    }
    if (close > line) out = text_.substr(line + 1, close - line - 1);
    at_ = close + end.size();
    return out;
  }
  while (!done()) {
    const char c = peek();
    if (c == quote) {
      skip();
      if (peek() != quote) return out;
      out += quote;
    } else if (c == '`' && expands) {
      skip();
      if (done()) return out;
      out += escaped(peek());
    } else {
      out += c;
    }
    skip();
  }
  return out;
}

void PsReader::skip_string() {
  bool expands = false;
  (void)take_string(expands);
}

std::string_view PsReader::take_bracketed() {
  const char open = peek();
  const char close = open == '(' ? ')' : open == '{' ? '}' : ']';
  skip();
  const std::size_t begin = at_;
  std::size_t depth = 1;
  while (!done()) {
    const char c = peek();
    if (at_string()) {
      skip_string();
      continue;
    }
    if (c == '`') {
      skip(2);
      continue;
    }
    if (c == '#' && (at_ == 0 || !is_name(text_[at_ - 1]))) {
      skip_line_comment();
      continue;
    }
    if (skip_block_comment()) continue;
    if (c == open) ++depth;
    if (c == close && --depth == 0) {
      const std::string_view inside = text_.substr(begin, at_ - begin);
      skip();
      return inside;
    }
    skip();
  }
  return text_.substr(begin);
}

std::string PsReader::take_variable() {
  skip();  // $
  if (peek() == '{') {
    return std::string(take_bracketed());
  }
  const std::size_t begin = at_;
  if (peek() == '$' || peek() == '?' || peek() == '^') {
    skip();
  } else {
    while (!done() && (is_name(peek()) || (peek() == ':' && peek(1) != ':' && is_name(peek(1))))) skip();
  }
  return std::string(text_.substr(begin, at_ - begin));
}

std::string PsReader::take_word() {
  std::string out;
  while (!done()) {
    const char c = peek();
    if (c == ' ' || c == '\t' || c == '\r' || c == ',' || c == '(' || c == '{' || (c != '#' && at_command_end())) break;
    if (c == '`') {
      skip();
      if (done()) break;
      out += peek();
      skip();
    } else if (c == '"' || c == '\'') {
      bool expands = false;
      out += take_string(expands);
    } else {
      out += c;
      skip();
    }
  }
  return out;
}

std::string PsReader::take_parameter() {
  const std::size_t dash = dash_length(rest());
  if (dash == 0 || !is_letter(peek(dash))) return {};
  skip(dash);
  const std::size_t begin = at_;
  while (!done() && (is_name(peek()) && dash_length(rest()) == 0)) skip();
  return std::string(text_.substr(begin, at_ - begin));
}

}  // namespace stopwarden::ledger
