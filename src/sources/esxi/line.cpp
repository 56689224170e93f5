// SPDX-License-Identifier: Apache-2.0
#include "sources/esxi/line.h"

#include <array>

#include "base/text.h"

namespace stopwarden::esxi {
namespace {

constexpr std::size_t kProgramMax = 64;  // the longest names of programs have some thirty characters
constexpr std::string_view kContinued = "-->";

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool starts_with(std::string_view s, std::string_view with) noexcept { return s.substr(0, with.size()) == with; }

/// Takes the word before the next blank, and the blanks.
std::string_view take_word(std::string_view& rest) noexcept {
  const std::size_t end = rest.find(' ');
  const std::string_view word = rest.substr(0, end);
  rest.remove_prefix(word.size());
  while (!rest.empty() && rest.front() == ' ') rest.remove_prefix(1);
  return word;
}

/// Severities of syslog by number; ESXi 8 writes their first two letters and the priority: In(14).
constexpr std::array<std::string_view, 8> kSeverities{"emergency", "alert",  "critical", "error",
                                                      "warning",   "notice", "info",     "debug"};
/// The words of the daemons' own logs.
constexpr std::array<std::string_view, 9> kWords{"info",  "warning", "error",    "verbose", "trivia",
                                                 "panic", "debug",   "critical", "notice"};

/// "In(14)": its severity, or nothing.
std::string_view letters_severity(std::string_view word) noexcept {
  if (word.size() < 5 || word[2] != '(' || word.back() != ')') return {};
  const auto priority = parse_unsigned(word.substr(3, word.size() - 4));
  if (!priority || *priority > 191) return {};
  for (const std::string_view severity : kSeverities)
    if (word[0] == static_cast<char>(severity[0] - 0x20) && word[1] == severity[1]) return severity;
  return {};
}

std::string_view word_severity(std::string_view word) noexcept {
  for (const std::string_view severity : kWords)
    if (word == severity) return severity;
  return {};
}

bool is_name(std::string_view s) noexcept {
  if (s.empty() || s.size() > kProgramMax) return false;
  for (const char c : s) {
    const char f = fold_ascii(c);
    if (!is_digit(f) && !(f >= 'a' && f <= 'z') && std::string_view("-_./+").find(f) == std::string_view::npos)
      return false;
  }
  return true;
}

/// "name[pid]" or "name". False when it is neither.
bool read_program(std::string_view word, Line& out) noexcept {
  const std::size_t open = word.find('[');
  const std::string_view name = word.substr(0, open);
  if (!is_name(name)) return false;
  std::string_view pid;
  if (open != std::string_view::npos) {
    if (word.back() != ']') return false;
    pid = word.substr(open + 1, word.size() - open - 2);
    for (const char c : pid)
      if (!is_digit(c) && !(fold_ascii(c) >= 'a' && fold_ascii(c) <= 'z')) return false;
  }
  out.program = name;
  out.pid = pid;
  return true;
}

/// "name[pid]:" or "name:" at the start of `rest`, which moves behind it.
bool take_program_with_colon(std::string_view& rest, Line& out) noexcept {
  std::string_view after = rest;
  std::string_view word = take_word(after);
  if (word.size() < 2 || word.back() != ':') return false;
  word.remove_suffix(1);
  if (!read_program(word, out)) return false;
  rest = after;
  return true;
}

/// "info hostd[2099] [Originator..." at the start of `rest`: severity and program without a colon.
bool take_severity_and_program(std::string_view& rest, Line& out) noexcept {
  std::string_view after = rest;
  const std::string_view severity = word_severity(take_word(after));
  if (severity.empty()) return false;
  const std::string_view word = take_word(after);
  if (word.empty() || word.back() != ']' || !read_program(word, out)) return false;
  out.severity = severity;
  rest = after;
  return true;
}

bool is_cpu(std::string_view s) noexcept {
  constexpr std::string_view kCpu = "cpu";
  if (!starts_with(s, kCpu)) return false;
  std::size_t at = kCpu.size();
  while (at < s.size() && is_digit(s[at])) ++at;
  return at > kCpu.size() && at + 1 < s.size() && s[at] == ':' && is_digit(s[at + 1]);
}

/// "<166>": takes it and gives the severity; nothing when there is none.
std::string_view take_priority(std::string_view& text) noexcept {
  if (text.empty() || text.front() != '<') return {};
  const std::size_t end = text.substr(0, 5).find('>');
  if (end == std::string_view::npos) return {};
  const auto priority = parse_unsigned(text.substr(1, end - 1));
  if (!priority || *priority > 191) return {};
  text.remove_prefix(end + 1);
  return kSeverities[*priority % 8];
}

/// RFC 5424 behind the host: app, process id, message id; "-" stands for none. The structured data stays.
bool take_5424(std::string_view& rest, Line& out) noexcept {
  std::string_view after = rest;
  const std::string_view app = take_word(after), pid = take_word(after);
  take_word(after);
  if (!is_name(app)) return false;
  if (app != "-") out.program = app;
  if (pid != "-") out.pid = pid;
  if (starts_with(after, "- ")) after.remove_prefix(2);
  if (starts_with(after, "\xEF\xBB\xBF")) after.remove_prefix(3);
  rest = after;
  return true;
}

/// Behind the time of a line that names no host.
bool take_native(std::string_view& rest, Line& out) noexcept {
  if (is_cpu(rest)) {
    out.program = "vmkernel";
    out.sure = true;
    return true;
  }
  if (take_severity_and_program(rest, out)) return true;
  std::string_view after = rest;
  if (const std::string_view severity = letters_severity(take_word(after)); !severity.empty()) {
    out.severity = severity;
    out.sure = true;
    rest = after;
    take_program_with_colon(rest, out);
    return true;
  }
  return take_program_with_colon(rest, out);
}

bool holds_vmware_id(std::string_view message) noexcept {
  return message.substr(0, 256).find("@6876 ") != std::string_view::npos;  // VMware's private enterprise number
}

}  // namespace

std::optional<Line> read_line(std::string_view text) {
  Line out;
  std::string_view rest = text;
  out.severity = take_priority(rest);
  const bool forwarded = rest.size() != text.size();
  const bool versioned = forwarded && starts_with(rest, "1 ");
  if (versioned) rest.remove_prefix(2);
  std::string_view stamp = take_word(rest);
  const bool vob = !stamp.empty() && stamp.back() == ':';
  if (vob) stamp.remove_suffix(1);
  if (stamp.size() < 20 || stamp[10] != 'T') return std::nullopt;
  out.time = parse_time(stamp);
  if (!out.time) return std::nullopt;

  if (vob) {
    out.program = "vobd";
    out.sure = starts_with(rest, "[") && rest.substr(0, 64).find("Correlator] ") != std::string_view::npos;
  } else if (!take_native(rest, out) && !starts_with(rest, "[") && !starts_with(rest, kContinued)) {
    std::string_view after = rest;
    const std::string_view host = take_word(after);
    if (versioned ? take_5424(after, out) : take_native(after, out)) {
      out.host = host == "-" ? std::string_view{} : host;
      rest = after;
    }
  }
  take_severity_and_program(rest, out);  // "Hostd: info hostd[2099] [Originator"
  out.message = rest;
  out.sure = out.sure || holds_vmware_id(rest);
  return out;
}

bool is_continuation(std::string_view text) {
  if (starts_with(text, kContinued) || starts_with(text, " ") || starts_with(text, "\t")) return true;
  if (text.empty() || !(is_digit(text.front()) || text.front() == '<')) return false;
  if (text.substr(0, 160).find(kContinued) == std::string_view::npos) return false;
  const auto line = read_line(text);
  return line && starts_with(line->message, kContinued);
}

}  // namespace stopwarden::esxi
