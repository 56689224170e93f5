// SPDX-License-Identifier: Apache-2.0
#include "detect/ledger/windows_command_line.h"

#include <algorithm>

#include "base/text.h"

namespace stopwarden::ledger {
namespace {

bool is_blank(char c) noexcept { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

/// Takes one argument that stands behind the program's name; `at` is at its first character.
std::string take_argument(std::string_view s, std::size_t& at) {
  std::string out;
  bool quoted = false;
  while (at < s.size() && (quoted || !is_blank(s[at]))) {
    if (s[at] == '\\') {
      std::size_t end = at;
      while (end < s.size() && s[end] == '\\') ++end;
      const std::size_t count = end - at;
      at = end;
      if (end == s.size() || s[end] != '"') {
        out.append(count, '\\');
        continue;
      }
      out.append(count / 2, '\\');
      if (count % 2 == 1) {
        out += '"';
        ++at;
      }
      continue;
    }
    if (s[at] == '"') {
      if (quoted && at + 1 < s.size() && s[at + 1] == '"') {
        out += '"';
        quoted = false;
        at += 2;
        continue;
      }
      quoted = !quoted;
      ++at;
      continue;
    }
    out += s[at++];
  }
  return out;
}

std::string take_program(std::string_view s, std::size_t& at) {
  std::string out;
  bool quoted = false;
  for (; at < s.size() && (quoted || !is_blank(s[at])); ++at) {
    if (s[at] == '"')
      quoted = !quoted;
    else
      out += s[at];
  }
  return out;
}

/// Splits one line for cmd.exe. One pass; every character is looked at once.
class CmdSplitter {
 public:
  explicit CmdSplitter(std::string_view line) : line_(line) {}

  std::vector<std::string> run() && {
    while (at_ < line_.size()) step();
    finish();
    return std::move(commands_);
  }

 private:
  void step() {
    const char c = line_[at_];
    if (quoted_) {
      if (c == '"') quoted_ = false;
      current_ += c;
      ++at_;
      return;
    }
    if (current_.empty() && starts_for()) {
      // FOR takes all that follows; its body is split when it is run.
      current_.assign(line_.substr(at_));
      at_ = line_.size();
      return;
    }
    switch (c) {
      case '^':
        if (at_ + 1 < line_.size()) current_ += line_[at_ + 1];
        at_ += 2;
        return;
      case '"':
        quoted_ = true;
        current_ += c;
        ++at_;
        return;
      case '&':
      case '|':
      case '\n':
        finish();
        ++at_;
        return;
      case '(':
        if (!current_.empty()) current_ += c;
        if (current_.empty()) ++depth_;
        ++at_;
        return;
      case ')':
        if (depth_ > 0) {
          --depth_;
          finish();
        } else {
          current_ += c;
        }
        ++at_;
        return;
      case '>':
      case '<': redirection(); return;
      default:
        if (!current_.empty() || (!is_blank(c) && c != '@')) current_ += c;
        ++at_;
    }
  }

  bool starts_for() const {
    constexpr std::string_view kFor = "for";
    return line_.size() - at_ > kFor.size() && equal_ignore_ascii_case(line_.substr(at_, kFor.size()), kFor) &&
           (is_blank(line_[at_ + kFor.size()]));
  }

  /// "2>&1", ">> file", "<nul": no argument of the command.
  void redirection() {
    if (!current_.empty() && current_.back() >= '0' && current_.back() <= '9' &&
        (current_.size() == 1 || is_blank(current_[current_.size() - 2])))
      current_.pop_back();
    while (at_ < line_.size() && (line_[at_] == '>' || line_[at_] == '<')) ++at_;
    if (at_ < line_.size() && line_[at_] == '&') ++at_;
    while (at_ < line_.size() && (line_[at_] == ' ' || line_[at_] == '\t')) ++at_;
    bool quoted = false;
    for (; at_ < line_.size(); ++at_) {
      const char c = line_[at_];
      if (c == '"')
        quoted = !quoted;
      else if (!quoted && (is_blank(c) || c == '&' || c == '|' || c == ')' || c == '>' || c == '<'))
        break;
    }
    if (!current_.empty() && !is_blank(current_.back())) current_ += ' ';
  }

  void finish() {
    const std::string_view command = trim(current_);
    if (!command.empty()) commands_.emplace_back(command);
    current_.clear();
    quoted_ = false;
  }

  std::string_view line_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
  bool quoted_ = false;
  std::string current_;
  std::vector<std::string> commands_;
};

}  // namespace

std::vector<std::string> split_arguments(std::string_view command_line) {
  std::vector<std::string> out;
  std::size_t at = 0;
  while (at < command_line.size() && is_blank(command_line[at])) ++at;
  if (at == command_line.size()) return out;
  out.push_back(take_program(command_line, at));
  for (;;) {
    while (at < command_line.size() && is_blank(command_line[at])) ++at;
    if (at == command_line.size()) return out;
    out.push_back(take_argument(command_line, at));
  }
}

std::vector<std::string> split_cmd_line(std::string_view line) { return CmdSplitter(line).run(); }

std::string tool_name(std::string_view program) {
  const std::size_t slash = program.find_last_of("\\/");
  if (slash != std::string_view::npos) program.remove_prefix(slash + 1);
  std::string out = fold_ascii(trim(program));
  for (const std::string_view ending : {".exe", ".com", ".dll"})
    if (out.size() > ending.size() && std::string_view(out).substr(out.size() - ending.size()) == ending) {
      out.resize(out.size() - ending.size());
      break;
    }
  return out;
}

}  // namespace stopwarden::ledger
