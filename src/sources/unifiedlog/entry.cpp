// SPDX-License-Identifier: Apache-2.0
#include "sources/unifiedlog/entry.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace stopwarden::unifiedlog {
namespace {

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_number(std::string_view s) noexcept { return !s.empty() && std::all_of(s.begin(), s.end(), is_digit); }
bool is_hex(std::string_view s) noexcept {
  return !s.empty() && s.find_first_not_of("0123456789abcdefABCDEF") == s.npos;
}

/// "2026-11-25 02:02:03.123": digits where 0 stands.
constexpr std::string_view kStamp = "0000-00-00 00:00:00.000";

/// How long the time is that a line begins with, zone included; 0: there is none.
std::size_t stamp_size(std::string_view line, bool& has_zone) noexcept {
  has_zone = false;
  if (line.size() <= kStamp.size()) return 0;
  for (std::size_t i = 0; i < kStamp.size(); ++i)
    if (kStamp[i] == '0' ? !is_digit(line[i]) : line[i] != kStamp[i]) return 0;
  std::size_t at = kStamp.size();
  while (at < line.size() && is_digit(line[at]) && at < kStamp.size() + 6) ++at;
  if (at < line.size() && (line[at] == '+' || line[at] == '-')) {
    if (line.size() - at < 6 || !is_number(line.substr(at + 1, 4))) return 0;
    at += 5;
    has_zone = true;
  }
  return at < line.size() && line[at] == ' ' ? at : 0;
}

std::string_view take_word(std::string_view& rest) noexcept {
  while (!rest.empty() && rest.front() == ' ') rest.remove_prefix(1);
  const std::string_view word = rest.substr(0, rest.find_first_of(" \n"));
  rest.remove_prefix(word.size());
  return word;
}

std::string_view first_line(std::string_view text) noexcept { return text.substr(0, text.find('\n')); }

/// "(libx.dylib) [subsystem:category] text", either part may be missing.
void read_text(std::string_view rest, Entry& out) noexcept {
  if (!rest.empty() && rest.front() == '(') {
    const std::size_t end = first_line(rest).find(") ");
    if (end != rest.npos && end > 1) {
      out.sender = rest.substr(1, end - 1);
      rest.remove_prefix(end + 2);
    }
  }
  if (!rest.empty() && rest.front() == '[') {
    // launchd's: "[gui/501/com.example.a [9]:] text"
    const std::size_t end = first_line(rest).find("] ");
    const std::string_view inside = end == rest.npos ? std::string_view{} : rest.substr(1, end - 1);
    const std::size_t colon = inside.rfind(':');
    if (colon != inside.npos) {
      out.subsystem = inside.substr(0, colon);
      out.category = inside.substr(colon + 1);
      rest.remove_prefix(end + 2);
    }
  }
  out.text = rest;
}

/// "0x1a2b  Default  0x0  1  0  launchd: ..."; older versions have no TTL before the program.
bool read_default(std::string_view rest, Entry& out) noexcept {
  out.thread = take_word(rest);
  out.type = take_word(rest);
  out.activity = take_word(rest);
  out.pid = take_word(rest);
  if (out.thread.substr(0, 2) != "0x" || out.activity.substr(0, 2) != "0x" || !is_number(out.pid)) return false;
  std::string_view behind = rest;
  if (is_number(take_word(behind))) rest = behind;
  while (!rest.empty() && (rest.front() == ' ' || rest.front() == '\n')) rest.remove_prefix(1);
  const std::size_t colon = first_line(rest).find(": ");
  if (colon == rest.npos || colon == 0) return false;
  out.process = rest.substr(0, colon);
  read_text(rest.substr(colon + 2), out);
  return true;
}

/// " localhost launchd[1]: ...", "localhost kernel[0] <Notice>: ...". A program's name may hold blanks.
bool read_syslog(std::string_view rest, Entry& out) noexcept {
  out.host = take_word(rest);
  if (out.host.empty() || rest.empty() || rest.front() != ' ') return false;
  rest.remove_prefix(1);
  const std::string_view line = first_line(rest);
  for (std::size_t close = line.find(']'); close != line.npos; close = line.find(']', close + 1)) {
    const std::size_t open = line.rfind('[', close);
    if (open == line.npos || open == 0 || !is_number(line.substr(open + 1, close - open - 1))) continue;
    std::string_view behind = rest.substr(close + 1);
    if (behind.substr(0, 2) == " <") {
      const std::size_t end = behind.find('>');
      if (end == behind.npos) return false;
      out.type = behind.substr(2, end - 2);
      behind.remove_prefix(end + 1);
    }
    if (behind.empty() || behind.front() != ':') return false;
    out.process = line.substr(0, open);
    out.pid = line.substr(open + 1, close - open - 1);
    behind.remove_prefix(1);
    if (!behind.empty() && behind.front() == ' ') behind.remove_prefix(1);
    read_text(behind, out);
    return true;
  }
  return false;
}

/// "Df launchd[1:1a2b] ..."; the type has one or two letters.
bool read_compact(std::string_view rest, Entry& out) noexcept {
  constexpr std::array<std::string_view, 13> kTypes{"Df", "Db", "In", "Er", "Ft", "Fa", "I",
                                                    "E",  "F",  "A",  "Ac", "Si", "St"};
  out.type = take_word(rest);
  if (std::find(kTypes.begin(), kTypes.end(), out.type) == kTypes.end()) return false;
  while (!rest.empty() && rest.front() == ' ') rest.remove_prefix(1);
  const std::string_view line = first_line(rest);
  for (std::size_t close = line.find(']'); close != line.npos; close = line.find(']', close + 1)) {
    const std::size_t open = line.rfind('[', close);
    if (open == line.npos || open == 0) return false;
    const std::string_view inside = line.substr(open + 1, close - open - 1);
    const std::size_t colon = inside.find(':');
    if (colon == inside.npos || !is_number(inside.substr(0, colon)) || !is_hex(inside.substr(colon + 1))) continue;
    out.process = line.substr(0, open);
    out.pid = inside.substr(0, colon);
    out.thread = inside.substr(colon + 1);
    std::string_view behind = rest.substr(close + 1);
    if (!behind.empty() && behind.front() == ' ') behind.remove_prefix(1);
    read_text(behind, out);
    return true;
  }
  return false;
}

/// "(system/com.example.db [77]) <Notice>: text"
bool read_launchd(std::string_view rest, Entry& out) noexcept {
  const std::size_t end = first_line(rest).find(") <");
  if (end == rest.npos || end == 0) return false;
  out.subsystem = rest.substr(1, end - 1);
  rest.remove_prefix(end + 3);
  const std::size_t level = first_line(rest).find(">:");
  if (level == rest.npos) return false;
  out.type = rest.substr(0, level);
  rest.remove_prefix(level + 2);
  if (!rest.empty() && rest.front() == ' ') rest.remove_prefix(1);
  out.process = "launchd";
  out.pid = "1";
  out.text = rest;
  return true;
}

bool begins_with(std::string_view s, std::string_view prefix) noexcept { return s.substr(0, prefix.size()) == prefix; }

}  // namespace

bool starts_entry(std::string_view line) noexcept {
  bool has_zone = false;
  return stamp_size(line, has_zone) != 0;
}

std::optional<Entry> read_entry(std::string_view text) noexcept {
  Entry out;
  const std::size_t size = stamp_size(text, out.has_zone);
  if (size == 0) return std::nullopt;
  out.time = text.substr(0, size);
  const std::string_view rest = text.substr(size + 1);
  bool good = false;
  if (out.has_zone)
    good = begins_with(rest, "0x") ? read_default(rest, out) : read_syslog(rest, out);
  else
    good = begins_with(rest, "(") ? read_launchd(rest, out) : read_compact(rest, out);
  if (!good) return std::nullopt;
  return out;
}

bool is_heading(std::string_view line) noexcept {
  return begins_with(line, "Timestamp  ") || begins_with(line, "Filtering the log data using ") ||
         begins_with(line, "Skipping ") || begins_with(line, "getpwuid_r ") || begins_with(line, "=====");
}

bool is_end_line(std::string_view line) noexcept {
  constexpr std::size_t kDashes = 40;
  return line.size() >= kDashes && line.find_first_not_of('-') == line.npos;
}

}  // namespace stopwarden::unifiedlog
