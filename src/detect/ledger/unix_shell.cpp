// SPDX-License-Identifier: Apache-2.0
#include "detect/ledger/unix_shell.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"

namespace stopwarden::ledger {
namespace {

constexpr std::size_t kCommandsMax = 4096;  // of one script, loops counted out
constexpr std::size_t kVariablesMax = 256;

bool is_blank(char c) noexcept { return c == ' ' || c == '\t' || c == '\r'; }
bool is_name_start(char c) noexcept {
  const char f = fold_ascii(c);
  return (f >= 'a' && f <= 'z') || c == '_';
}
bool is_name(char c) noexcept { return is_name_start(c) || (c >= '0' && c <= '9'); }

/// Words after which another command begins, so that they are no command themselves.
bool opens_command(std::string_view word) noexcept {
  constexpr std::array<std::string_view, 10> kWords{"if",    "then", "else", "elif", "while",
                                                    "until", "do",   "{",    "!",    "time"};
  return std::find(kWords.begin(), kWords.end(), word) != kWords.end();
}
bool closes_block(std::string_view word) noexcept {
  constexpr std::array<std::string_view, 4> kWords{"fi", "done", "esac", "}"};
  return std::find(kWords.begin(), kWords.end(), word) != kWords.end();
}

using Variables = std::map<std::string, std::string, std::less<>>;

/// Reads one script. Loops read their body again for each word, by a reader of their own that shares the variables.
class Reader {
 public:
  Reader(std::string_view text, Variables& variables, std::size_t depth, TargetList& budget,
         std::vector<ShellCommand>& commands)
      : text_(text), variables_(variables), depth_(depth), budget_(budget), commands_(commands) {}

  void run() {
    if (depth_ > budget_.limits().depth_max || !budget_.spend(text_.size())) return;
    while (at_ < text_.size() && commands_.size() < kCommandsMax) step();
    finish(false);
  }

 private:
  char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }

  void step() {
    const char c = text_[at_];
    switch (c) {
      case '\n':
      case ';':
        ++at_;
        finish(false);
        return;
      case '(':
      case ')':
        ++at_;
        finish(false);
        return;
      case '&':
        if (peek(1) == '>') return redirection();
        at_ += peek(1) == '&' ? 2u : 1u;
        finish(false);
        return;
      case '|':
        if (peek(1) == '|') {
          at_ += 2;
          finish(false);
        } else {
          at_ += peek(1) == '&' ? 2u : 1u;
          finish(true);
        }
        return;
      case '>':
      case '<': return redirection();
      case '#': {
        const std::size_t end = text_.find('\n', at_);
        at_ = end == std::string_view::npos ? text_.size() : end;
        return;
      }
      default: break;
    }
    if (is_blank(c)) {
      ++at_;
      return;
    }
    const std::size_t begin = at_;
    for (std::string& word : take_word()) add_word(std::move(word), begin);
  }

  /// A word that stands where it may be a reserved one is looked at by its text in the script.
  void add_word(std::string word, std::size_t begin) {
    if (command_.words.empty() && command_.redirections.empty()) {
      const std::string_view written = text_.substr(begin, at_ - begin);
      if (opens_command(written) || closes_block(written)) return;
      if (written == "for" || written == "select") return loop();
      if (assign(word)) return;
    }
    command_.words.push_back(std::move(word));
  }

  /// NAME=value before a command: kept when nothing but assignments stands in the command, which cannot be known yet;
  /// a variable set for one command alone is kept longer than sh would, which only makes more words known.
  bool assign(const std::string& word) {
    const std::size_t equals = word.find('=');
    if (equals == std::string::npos || equals == 0 || !is_name_start(word[0])) return false;
    if (!std::all_of(word.begin(), word.begin() + static_cast<std::ptrdiff_t>(equals), is_name)) return false;
    if (variables_.size() < kVariablesMax) variables_[word.substr(0, equals)] = word.substr(equals + 1);
    return true;
  }

  void finish(bool pipes_on) {
    if (!command_.words.empty() || !command_.redirections.empty()) {
      command_.piped = piped_;
      commands_.push_back(std::move(command_));
    }
    command_ = {};
    piped_ = pipes_on;
  }

  void redirection() {
    // A file descriptor's number before it is no word of the command: `2>/dev/null`.
    if (at_ > 0 && text_[at_ - 1] >= '0' && text_[at_ - 1] <= '9' && !command_.words.empty() &&
        command_.words.back().size() == 1 && command_.words.back()[0] == text_[at_ - 1])
      command_.words.pop_back();
    const auto way = peek() == '<' ? ShellCommand::Redirection::Way::in : ShellCommand::Redirection::Way::out;
    while (peek() == '<' || peek() == '>' || peek() == '&' || peek() == '|') ++at_;
    while (is_blank(peek()) && at_ < text_.size()) ++at_;
    if (at_ >= text_.size() || text_[at_] == '\n') return;
    for (std::string& word : take_word()) command_.redirections.push_back({way, std::move(word)});
  }

  /// for NAME in WORD...; do BODY; done
  void loop() {
    skip_blanks();
    const std::size_t name_begin = at_;
    while (at_ < text_.size() && is_name(text_[at_])) ++at_;
    const std::string name{text_.substr(name_begin, at_ - name_begin)};
    skip_blanks();
    std::vector<std::string> items;
    if (text_.substr(at_, 2) == "in") {
      at_ += 2;
      for (skip_blanks(); at_ < text_.size() && text_[at_] != ';' && text_[at_] != '\n'; skip_blanks()) {
        const std::size_t before = at_;
        for (std::string& word : take_word()) items.push_back(std::move(word));
        if (at_ == before) break;
      }
    }
    const auto body = take_body();
    if (!body || name.empty()) return;
    if (items.empty()) items.push_back("$" + name);
    if (items.size() > budget_.limits().loop_items_max) items.resize(budget_.limits().loop_items_max);
    for (const std::string& item : items) {
      if (variables_.size() < kVariablesMax || variables_.find(name) != variables_.end()) variables_[name] = item;
      Reader(*body, variables_, depth_ + 1, budget_, commands_).run();
    }
  }

  /// The text between `do` and its `done`.
  std::optional<std::string_view> take_body() {
    std::size_t begin = std::string_view::npos, depth = 0;
    bool at_command = true;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (is_blank(c)) {
        ++at_;
        continue;
      }
      if (c == ';' || c == '\n' || c == '&' || c == '|' || c == '(' || c == ')') {
        at_command = true;
        ++at_;
        continue;
      }
      const std::size_t word_begin = at_;
      skip_word();
      if (at_ == word_begin) ++at_;  // < or >
      const std::string_view word = text_.substr(word_begin, at_ - word_begin);
      if (at_command && word == "do" && depth++ == 0) begin = at_;
      if (at_command && word == "done" && depth > 0 && --depth == 0) return text_.substr(begin, word_begin - begin);
      at_command = at_command && opens_command(word);
    }
    if (begin == std::string_view::npos) return std::nullopt;
    return text_.substr(begin);  // a line that was cut
  }

  void skip_blanks() {
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
  }

  static bool ends_word(char c) noexcept {
    return is_blank(c) || c == '\n' || c == ';' || c == '&' || c == '|' || c == '(' || c == ')' || c == '<' || c == '>';
  }

  void skip_word() {
    while (at_ < text_.size() && !ends_word(text_[at_])) {
      const char c = text_[at_++];
      if (c == '\\' && at_ < text_.size()) ++at_;
      if (c != '\'' && c != '"') continue;
      while (at_ < text_.size() && text_[at_] != c) at_ += (c == '"' && text_[at_] == '\\') ? 2u : 1u;
      at_ = std::min(at_ + 1, text_.size());
    }
  }

  /// The words that one word of the script becomes: an unquoted variable may hold several.
  std::vector<std::string> take_word() {
    words_.assign(1, "");
    bool any = false;
    while (at_ < text_.size() && !ends_word(text_[at_])) {
      any = true;
      const char c = text_[at_];
      if (c == '\\') {
        if (at_ + 1 < text_.size() && text_[at_ + 1] != '\n') words_.back() += text_[at_ + 1];
        at_ = std::min(at_ + 2, text_.size());
      } else if (c == '\'') {
        single_quoted();
      } else if (c == '"') {
        double_quoted();
      } else if (c == '$' && peek(1) == '\'') {
        ++at_;
        ansi_quoted();
      } else if (c == '$') {
        dollar(false);
      } else if (c == '`') {
        backticks();
      } else {
        words_.back() += c;
        ++at_;
      }
    }
    if (!any && at_ < text_.size()) ++at_;  // never stands still
    return std::move(words_);
  }

  void single_quoted() {
    const std::size_t end = std::min(text_.find('\'', at_ + 1), text_.size());
    words_.back() += text_.substr(at_ + 1, end - at_ - 1);
    at_ = std::min(end + 1, text_.size());
  }

  void double_quoted() {
    ++at_;
    while (at_ < text_.size() && text_[at_] != '"') {
      const char c = text_[at_];
      if (c == '\\' && at_ + 1 < text_.size()) {
        const char next = text_[at_ + 1];
        if (next != '"' && next != '\\' && next != '$' && next != '`') words_.back() += c;
        words_.back() += next;
        at_ += 2;
      } else if (c == '$') {
        dollar(true);
      } else if (c == '`') {
        backticks();
      } else {
        words_.back() += c;
        ++at_;
      }
    }
    at_ = std::min(at_ + 1, text_.size());
  }

  /// $'a\x62\n'
  void ansi_quoted() {
    ++at_;
    while (at_ < text_.size() && text_[at_] != '\'') {
      if (text_[at_] != '\\' || at_ + 1 >= text_.size()) {
        words_.back() += text_[at_++];
        continue;
      }
      const char next = text_[at_ + 1];
      at_ += 2;
      if (next == 'x' || (next >= '0' && next <= '7')) {
        std::size_t length = 0;
        const std::size_t digits = next == 'x' ? 2 : 3, begin = next == 'x' ? at_ : at_ - 1;
        unsigned value = 0;
        while (length < digits && begin + length < text_.size()) {
          const auto digit = parse_hex(text_.substr(begin + length, 1));
          if (!digit || (next != 'x' && *digit > 7)) break;
          value = value * (next == 'x' ? 16 : 8) + static_cast<unsigned>(*digit);
          ++length;
        }
        at_ = begin + length;
        words_.back() += static_cast<char>(value & 0xFF);
      } else {
        words_.back() += next == 'n' ? '\n' : next == 't' ? '\t' : next;
      }
    }
    at_ = std::min(at_ + 1, text_.size());
  }

  /// $NAME, ${NAME}, $(...).
  void dollar(bool quoted) {
    if (peek(1) == '(') return substitution();
    const std::size_t begin = at_;
    const bool braces = peek(1) == '{';
    at_ += braces ? 2 : 1;
    const std::size_t name_begin = at_;
    while (at_ < text_.size() && is_name(text_[at_])) ++at_;
    const std::string_view name = text_.substr(name_begin, at_ - name_begin);
    bool plain = !name.empty();
    if (braces) {
      plain = plain && peek() == '}';
      const std::size_t end = std::min(text_.find('}', at_), text_.size());
      at_ = std::min(end + 1, text_.size());
    }
    const auto known = variables_.find(name);
    if (plain && known != variables_.end()) return add_value(known->second, quoted);
    words_.back() += text_.substr(begin, at_ - begin);
    if (at_ == begin) ++at_;
  }

  void add_value(const std::string& value, bool quoted) {
    if (value.size() >
            budget_.limits().text_bytes_max - std::min(budget_.limits().text_bytes_max, words_.back().size()) ||
        !budget_.spend(value.size()))
      return;
    // What a substitution prints is not known, so it is one word.
    if (quoted || value.find("$(") != std::string::npos || value.find('`') != std::string::npos) {
      words_.back() += value;
      return;
    }
    bool first = true;
    for (std::size_t at = 0; at <= value.size();) {
      const std::size_t end = std::min(value.find_first_of(" \t\n", at), value.size());
      if (end > at) {
        if (!first) words_.emplace_back();
        words_.back() += value.substr(at, end - at);
        first = false;
      }
      at = end + 1;
    }
  }

  /// $( commands ): they run; what they print is not known.
  void substitution() {
    const std::size_t begin = at_;
    at_ += 2;
    const std::size_t inner = at_;
    for (std::size_t depth = 1; at_ < text_.size() && depth > 0;) {
      if (text_[at_] == '(') ++depth;
      if (text_[at_] == ')') --depth;
      if (text_[at_] == '\'' || text_[at_] == '"') {
        const std::size_t before = at_;
        skip_word();
        if (at_ > before) continue;
      }
      ++at_;
    }
    const std::size_t end = at_ > inner && text_[at_ - 1] == ')' ? at_ - 1 : at_;
    nested(text_.substr(inner, end - inner));
    words_.back() += text_.substr(begin, at_ - begin);
  }

  void backticks() {
    const std::size_t begin = at_;
    const std::size_t end = std::min(text_.find('`', at_ + 1), text_.size());
    at_ = std::min(end + 1, text_.size());
    nested(text_.substr(begin + 1, end - begin - 1));
    words_.back() += text_.substr(begin, at_ - begin);
  }

  void nested(std::string_view text) {
    std::vector<std::string> kept = std::move(words_);
    Reader(text, variables_, depth_ + 1, budget_, commands_).run();
    words_ = std::move(kept);
  }

  std::string_view text_;
  Variables& variables_;
  std::size_t depth_;
  TargetList& budget_;
  std::vector<ShellCommand>& commands_;
  std::size_t at_ = 0;
  ShellCommand command_;
  std::vector<std::string> words_;  // of the word at hand
  bool piped_ = false;
};

}  // namespace

std::vector<ShellCommand> shell_commands(std::string_view script, TargetList& out) {
  std::vector<ShellCommand> commands;
  Variables variables;
  Reader(script, variables, 0, out, commands).run();
  return commands;
}

}  // namespace stopwarden::ledger
