// SPDX-License-Identifier: Apache-2.0
#include "sources/auditd/record.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/text.h"

namespace stopwarden::auditd {
namespace {

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

/// Takes `word` off the front of `text`. The length is known when it is compiled: a load and a comparison.
template <std::size_t N>
bool take(std::string_view& text, const char (&word)[N]) noexcept {
  if (text.size() < N - 1 || std::memcmp(text.data(), word, N - 1) != 0) return false;
  text.remove_prefix(N - 1);
  return true;
}
bool take(std::string_view& text, std::string_view word) noexcept {
  if (text.substr(0, word.size()) != word) return false;
  text.remove_prefix(word.size());
  return true;
}

/// Takes up to `most` digits off the front; false when there is none or another one follows.
bool take_digits(std::string_view& text, std::size_t most, std::uint64_t& value) noexcept {
  std::size_t n = 0;
  value = 0;
  for (; n < text.size() && n < most && is_digit(text[n]); ++n)
    value = value * 10 + static_cast<unsigned>(text[n] - '0');
  if (n == 0 || (n < text.size() && is_digit(text[n]))) return false;
  text.remove_prefix(n);
  return true;
}

/// ".123" as nanoseconds; the kernel writes three digits.
bool take_fraction(std::string_view& text, std::uint32_t& nanos) noexcept {
  nanos = 0;
  if (text.empty() || text[0] != '.') return true;
  text.remove_prefix(1);
  const std::size_t before = text.size();
  std::uint64_t value = 0;
  if (!take_digits(text, 9, value)) return false;
  for (std::size_t n = before - text.size(); n < 9; ++n) value *= 10;
  nanos = static_cast<std::uint32_t>(value);
  return true;
}

/// "11/22/2026 10:20:30" and "2026-11-22 10:20:30" of `ausearch -i`.
bool take_date(std::string_view& text, std::int64_t& seconds) noexcept {
  constexpr std::size_t kLength = std::string_view("2026-11-22 10:20:30").size();
  if (text.size() < kLength) return false;
  std::array<char, kLength> iso{};
  const std::string_view written = text.substr(0, kLength);
  const bool american = written[2] == '/' && written[5] == '/';
  if (!american && !(written[4] == '-' && written[7] == '-')) return false;
  if (american) {
    constexpr std::array<std::size_t, 10> kOrder{6, 7, 8, 9, 2, 0, 1, 2, 3, 4};
    for (std::size_t i = 0; i < kOrder.size(); ++i) iso[i] = i == 4 || i == 7 ? '-' : written[kOrder[i]];
    for (std::size_t i = kOrder.size(); i < kLength; ++i) iso[i] = written[i];
  } else {
    for (std::size_t i = 0; i < kLength; ++i) iso[i] = written[i];
  }
  const auto time = parse_time({iso.data(), kLength});
  if (!time) return false;
  seconds = std::chrono::floor<std::chrono::seconds>(*time).time_since_epoch().count();
  text.remove_prefix(kLength);
  return true;
}

/// "1690000000.123:45): " and what follows it.
bool take_stamp(std::string_view& text, Record& record) noexcept {
  const std::string_view begin = text;
  std::uint64_t seconds = 0, serial = 0;
  std::string_view plain = text;
  if (take_digits(plain, 11, seconds) && !plain.empty() && (plain[0] == '.' || plain[0] == ':')) {
    text = plain;
    record.seconds = static_cast<std::int64_t>(seconds);
  } else if (take_date(text, record.seconds)) {
    record.interpreted = true;
  } else {
    return false;
  }
  if (!take_fraction(text, record.nanos) || !take(text, ":") || !take_digits(text, 20, serial)) return false;
  record.stamp = begin.substr(0, begin.size() - text.size());
  record.has_time = true;
  if (take(text, "): ")) return true;
  // `ausearch -i` has a blank before the colon; DAEMON_CONFIG of old versions of auditd has no colon.
  return take(text, ") : ") || take(text, ") ") || take(text, "):") || (text.size() == 1 && take(text, ")"));
}

std::string_view take_word(std::string_view& text) noexcept {
  std::size_t end = 0;  // words are short
  while (end < text.size() && text[end] != ' ') ++end;
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return word;
}

/// False when there is no such type, for lines whose type nothing marks.
bool set_type(std::string_view word, Record& record) noexcept {
  record.type = word;
  const RecordType* type = type_by_name(word);
  if (type == nullptr) {
    const auto number = word.empty() ? std::nullopt : type_number_in(word);
    if (!number) return false;
    type = type_by_number(*number);
    record.part = part_by_number(*number);
  }
  if (type == nullptr) return true;
  record.renamed = type->name != word;
  record.type = type->name;
  record.part = type->part;
  record.known = true;
  return true;
}

/// "type=T msg=audit(...): BODY" and the kernel's "type=T audit(...): BODY".
bool take_marked(std::string_view text, Record& record) noexcept {
  if (!take(text, "type=")) return false;
  const std::string_view word = take_word(text);
  if (word.empty() || word.size() > 64) return false;
  set_type(word, record);
  take(text, "msg=");
  if (!take(text, "audit(") || !take_stamp(text, record)) return false;
  record.body = text;
  return true;
}

/// "SERVICE_STOP pid=1 uid=0 ...", as journald words it.
bool take_named(std::string_view text, Record& record) noexcept {
  const std::string_view word = take_word(text);
  if (word.size() < 3 || is_digit(word[0]) || !set_type(word, record)) return false;
  record.body = text;
  return true;
}

/// "audit: ", "audit[123]: ", "audispd: ", ... False when nothing of the kind stands there.
bool take_program(std::string_view& text) noexcept {
  for (const std::string_view program : {"audit", "audispd", "audisp-syslog", "auditd"}) {
    std::string_view rest = text;
    if (!take(rest, program)) continue;
    std::uint64_t pid = 0;
    if (take(rest, "[") && !(take_digits(rest, 10, pid) && take(rest, "]"))) continue;
    if (!take(rest, ": ")) continue;
    text = rest;
    return true;
  }
  return false;
}

/// "[   12.345678] " of the kernel's log.
void take_uptime(std::string_view& text) noexcept {
  if (text.empty() || text[0] != '[') return;
  const std::size_t end = text.substr(0, 32).find("] ");
  if (end == std::string_view::npos) return;
  for (const char c : text.substr(1, end - 1))
    if (!is_digit(c) && c != '.' && c != ' ') return;
  text.remove_prefix(end + 2);
}

}  // namespace

std::optional<Record> read_record(std::string_view line) noexcept {
  while (!line.empty() && line[0] == '\0') line.remove_prefix(1);
  Record record;
  if (take_marked(line, record)) return record;
  record = {};
  take(line, "kernel: ");
  take_uptime(line);
  const bool by_program = take_program(line);
  if (take(line, "node=")) record.node = take_word(line);
  const std::string_view node = record.node;
  if (take_marked(line, record)) return record;
  record = {};
  if (by_program && node.empty() && take_named(line, record)) return record;
  return std::nullopt;
}

std::optional<EventTime> time_of(const Record& record) noexcept {
  constexpr std::int64_t kLast = 9'000'000'000;  // the year 2255: EventTime counts nanoseconds in 63 bits
  if (!record.has_time || record.seconds > kLast) return std::nullopt;
  return EventTime{std::chrono::seconds{record.seconds} + std::chrono::nanoseconds{record.nanos}};
}

}  // namespace stopwarden::auditd
