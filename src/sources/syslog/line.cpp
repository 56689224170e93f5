// SPDX-License-Identifier: Apache-2.0
#include "sources/syslog/line.h"

#include <array>
#include <utility>

#include "base/text.h"

namespace stopwarden::syslog {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::size_t kTagMax = 128;   // RFC 3164 says 32; D-Bus names of desktops are longer
constexpr std::size_t kHostMax = 255;  // RFC 5424

enum CharClass : std::uint8_t { kTag = 1, kHost = 2 };

constexpr std::array<std::uint8_t, 256> make_classes() {
  std::array<std::uint8_t, 256> classes{};
  for (unsigned c = '0'; c <= '9'; ++c) classes[c] = kTag | kHost;
  for (unsigned c = 'a'; c <= 'z'; ++c) classes[c] = classes[c - 32] = kTag | kHost;
  for (const char c : std::string_view("_.-")) classes[static_cast<unsigned char>(c)] = kTag | kHost;
  for (const char c : std::string_view("/()@+\\$~{}")) classes[static_cast<unsigned char>(c)] |= kTag;
  for (const char c : std::string_view(":%")) classes[static_cast<unsigned char>(c)] |= kHost;  // IPv6
  for (unsigned c = 0x80; c < 0x100; ++c) classes[c] = kTag | kHost;
  return classes;
}
constexpr std::array<std::uint8_t, 256> kClasses = make_classes();

bool is(CharClass wanted, char c) noexcept { return (kClasses[static_cast<unsigned char>(c)] & wanted) != 0; }

void skip_blanks(std::string_view& s) noexcept {
  std::size_t n = 0;
  while (n < s.size() && (s[n] == ' ' || s[n] == '\t')) ++n;
  s.remove_prefix(n);
}

/// The word up to a blank, which is taken too.
std::string_view take_word(std::string_view& s) noexcept {
  const std::size_t end = s.find(' ');
  const std::string_view word = s.substr(0, end);
  s.remove_prefix(end == std::string_view::npos ? s.size() : end + 1);
  return word;
}

/// A word of RFC 5424, where "-" is nothing.
std::string_view take_value(std::string_view& s) noexcept {
  const std::string_view word = take_word(s);
  return word == "-" ? std::string_view{} : word;
}

std::string_view without_padding(std::string_view line) noexcept {
  std::size_t n = 0;
  while (n < line.size() && line[n] == '\0') ++n;  // a crash leaves these where lines were not written out
  return line.substr(n);
}

/// "tag:", "tag[123]:" at the start of `s`: takes it. False when it starts with something else.
bool take_tag(std::string_view& s, Line& out) noexcept {
  std::size_t end = 0;
  while (end < s.size() && end < kTagMax && is(kTag, s[end])) ++end;
  if (end == 0 || end == s.size()) return false;
  std::string_view pid;
  std::size_t after = end;
  if (s[after] == '[') {
    const std::size_t close = s.substr(0, after + 32).find(']', after);
    if (close == std::string_view::npos) return false;
    pid = s.substr(after + 1, close - after - 1);
    after = close + 1;
  }
  std::string_view level;
  if (after < s.size() && s[after] == ' ' && after + 1 < s.size() &&
      s[after + 1] == '<') {  // macOS: "kernel[0] <Info>:"
    const std::size_t close = s.substr(0, after + 16).find(">:", after);
    if (close == std::string_view::npos) return false;
    level = s.substr(after + 2, close - after - 2);
    after = close + 1;
  }
  if (after >= s.size() || s[after] != ':') return false;
  if (after + 1 < s.size() && s[after + 1] != ' ' && s[after + 1] != '\t') return false;
  out.program = s.substr(0, end);
  out.pid = pid;
  if (!level.empty()) out.level = level;
  s.remove_prefix(after + 1);
  return true;
}

/// The host at the start of `s`: a word before a blank. Empty when there is none; what ends with ':' is a tag.
std::string_view host_at(std::string_view s) noexcept {
  std::size_t n = 0;
  while (n < s.size() && is(kHost, s[n])) ++n;
  const bool whole = n == s.size() || s[n] == ' ';
  return !whole || n == 0 || n > kHostMax || s[n - 1] == ':' || s[0] == '-' ? std::string_view{} : s.substr(0, n);
}

/// What follows the time in all forms but RFC 5424: host, tag, message; host and tag may each be missing.
void read_content(std::string_view rest, Line& out) {
  skip_blanks(rest);
  if (const std::string_view word = host_at(rest); !word.empty()) {
    // ChromeOS writes a level in capitals where others have the host.
    if (word.front() >= 'A' && word.front() <= 'Z' && !severity_of_word(word).empty())
      out.level = word;
    else
      out.host = word;
    rest.remove_prefix(word.size());
    skip_blanks(rest);
  }
  if (take_tag(rest, out)) skip_blanks(rest);  // also of a device that names no host
  out.message = rest;
}

bool read_5424(std::string_view rest, StampReader& stamps, Line& out) {
  rest.remove_prefix(2);  // "1 "
  if (rest.substr(0, 2) == "- ") {
    rest.remove_prefix(2);
  } else {
    out.stamp = stamps.read(rest);
    if (out.stamp.form != Stamp::Form::iso) return false;
    rest.remove_prefix(out.stamp.length);
    skip_blanks(rest);
  }
  out.rfc5424 = true;
  out.host = take_value(rest);
  out.program = take_value(rest);
  out.pid = take_value(rest);
  out.message_id = take_value(rest);
  if (const std::size_t end = structured_end(rest); end != std::string_view::npos) {
    if (rest.front() == '[') out.structured = rest.substr(0, end);
    rest.remove_prefix(end);
  }
  skip_blanks(rest);
  if (rest.substr(0, kByteOrderMark.size()) == kByteOrderMark) rest.remove_prefix(kByteOrderMark.size());
  out.message = rest;
  return true;
}

bool is_5424(std::string_view rest) noexcept { return rest.size() > 2 && rest[0] == '1' && rest[1] == ' '; }

}  // namespace

std::size_t read_priority(std::string_view text, int& priority) noexcept {
  if (text.size() < 3 || text[0] != '<') return 0;
  int value = 0;
  std::size_t at = 1;
  for (; at < text.size() && at < 4 && text[at] >= '0' && text[at] <= '9'; ++at) value = value * 10 + (text[at] - '0');
  if (at == 1 || at == text.size() || text[at] != '>' || value > 191) return 0;
  priority = value;
  return at + 1;
}

bool is_of_journalctl(std::string_view line) noexcept {
  if (line.substr(0, 3) != "-- ") return false;
  for (const std::string_view words :
       {"-- Reboot --", "-- Boot ", "-- Logs begin at ", "-- Journal begins at ", "-- No entries --"})
    if (line.substr(0, words.size()) == words) return true;
  return false;
}

bool starts_record(std::string_view line) {
  line = without_padding(line);
  if (is_of_journalctl(line)) return true;
  int priority = -1;
  if (const std::size_t n = read_priority(line, priority); n != 0) {
    line.remove_prefix(n);
    if (is_5424(line)) {
      line.remove_prefix(2);
      if (line.substr(0, 2) == "- ") return true;
    }
  }
  return starts_with_stamp(line);
}

bool read_line(std::string_view record, StampReader& stamps, Line& out) {
  out = Line{};
  std::string_view rest = without_padding(record);
  if (const std::size_t n = read_priority(rest, out.priority); n != 0) {
    rest.remove_prefix(n);
    if (is_5424(rest)) return read_5424(rest, stamps, out);
  }
  out.stamp = stamps.read(rest);
  if (out.stamp.form == Stamp::Form::none) return false;
  rest.remove_prefix(out.stamp.length);
  if (!rest.empty() && rest.front() == ':') rest.remove_prefix(1);
  read_content(rest, out);
  return true;
}

std::string_view facility_name(int priority) noexcept {
  constexpr std::array<std::string_view, 24> kNames{
      "kern",   "user",   "mail",     "daemon", "auth",   "syslog",   "lpr",     "news",
      "uucp",   "cron",   "authpriv", "ftp",    "ntp",    "security", "console", "solaris-cron",
      "local0", "local1", "local2",   "local3", "local4", "local5",   "local6",  "local7"};
  const auto facility = static_cast<std::size_t>(priority) / 8;
  return priority < 0 || facility >= kNames.size() ? std::string_view{} : kNames[facility];
}

std::string_view severity_name(int priority) noexcept {
  constexpr std::array<std::string_view, 8> kNames{"emerg",   "alert",  "crit", "err",
                                                   "warning", "notice", "info", "debug"};
  return priority < 0 ? std::string_view{} : kNames[static_cast<std::size_t>(priority) % 8];
}

std::string_view severity_of_word(std::string_view word) noexcept {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 14> kWords{{
      {"emerg", "emerg"},
      {"emergency", "emerg"},
      {"panic", "emerg"},
      {"alert", "alert"},
      {"crit", "crit"},
      {"critical", "crit"},
      {"err", "err"},
      {"error", "err"},
      {"warn", "warning"},
      {"warning", "warning"},
      {"notice", "notice"},
      {"info", "info"},
      {"information", "info"},
      {"debug", "debug"},
  }};
  if (word.size() < 3 || word.size() > 11) return {};
  for (const auto& [name, severity] : kWords)
    if (equal_ignore_ascii_case(word, name)) return severity;
  return {};
}

std::size_t structured_end(std::string_view text) noexcept {
  if (text.empty()) return std::string_view::npos;
  if (text.front() == '-') return 1;
  std::size_t at = 0;
  while (at < text.size() && text[at] == '[') {
    bool quoted = false;
    for (++at; at < text.size() && (quoted || text[at] != ']'); ++at) {
      if (text[at] == '"') quoted = !quoted;
      if (text[at] == '\\' && quoted) ++at;
    }
    if (at >= text.size()) return std::string_view::npos;
    ++at;
  }
  return at == 0 ? std::string_view::npos : at;
}

}  // namespace stopwarden::syslog
