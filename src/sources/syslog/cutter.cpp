// SPDX-License-Identifier: Apache-2.0
#include "sources/syslog/cutter.h"

#include <algorithm>

#include "sources/syslog/line.h"

namespace stopwarden::syslog {
namespace {

// A time and what may stand before it; so much of a line tells whether a record starts there.
constexpr std::size_t kStartBytes = 128;

constexpr std::size_t kNone = std::string_view::npos;

/// What tells whether a record starts with this line: its first bytes, NULs before them left out.
std::string_view start_of(std::string_view line) noexcept {
  std::size_t n = 0;
  while (n < line.size() && line[n] == '\0') ++n;
  line = line.substr(n, kStartBytes);
  return line.substr(0, line.find('\n'));
}

}  // namespace

void Cutter::begin(const FileFacts& facts, bool live) {
  *this = Cutter();
  octet_counted_ = facts.octet_counted;
  live_ = live;
}

Cut Cutter::cut(Bytes window, AtEnd at_end) {
  if (window.empty()) return {};
  return octet_counted_ ? cut_frames(as_text(window), at_end) : cut_lines(window, at_end);
}

/// The place of the last record in whole lines; 0 when it starts them or there is none.
std::size_t Cutter::last_record(std::string_view unit) {
  std::size_t end = unit.size();
  while (end > 0) {
    const std::size_t feed = end < 2 ? kNone : unit.rfind('\n', end - 2);
    const std::size_t begin = feed == kNone ? 0 : feed + 1;
    if (begin == 0 || starts_record(start_of(unit.substr(begin, end - begin)), stamps_)) return begin;
    end = begin;
  }
  return 0;
}

/// The first place at or behind `from` (a line's start) where a record starts; kNone when the text ends before.
std::size_t Cutter::next_record(std::string_view text, std::size_t from) {
  for (std::size_t at = from; at < text.size();) {
    const std::string_view start = start_of(text.substr(at));
    const std::size_t feed = text.find('\n', at);
    if (start.size() < kStartBytes && feed == kNone) return kNone;  // too little of it to tell
    if (starts_record(start, stamps_)) return at;
    if (feed == kNone) return kNone;
    at = feed + 1;
  }
  return kNone;
}

/// Whether a record starts at `at`, as far as there is enough of the line to tell.
bool Cutter::starts_here(std::string_view text, std::size_t at) {
  const std::string_view start = start_of(text.substr(at));
  const bool enough = start.size() == kStartBytes || text.find('\n', at) != kNone;
  return enough && starts_record(start, stamps_);
}

/// Lines that follow a record may belong to it: a unit ends where the next record starts.
Cut Cutter::cut_lines(Bytes window, AtEnd at_end) {
  Cut cut = lines_.cut(window, at_end);
  if (cut.kind != Cut::Kind::unit || live_ || (at_end == AtEnd::yes && cut.take == window.size())) return cut;
  const std::string_view text = as_text(window);
  if (starts_here(text, cut.take)) return cut;
  if (const std::size_t last = last_record(text.substr(0, cut.take)); last != 0) return {last, Cut::Kind::unit, {}};
  if (const std::size_t next = next_record(text, cut.take); next != kNone) return {next, Cut::Kind::unit, {}};
  if (at_end == AtEnd::yes) {
    // The rest is this record, but for a long last line that the cutter of lines has yet to drop.
    const std::size_t feed = text.rfind('\n');
    return {text.size() <= text::kLineMax || feed == kNone ? text.size() : feed + 1, Cut::Kind::unit, {}};
  }
  if (text.size() < window_max()) return {};
  return {text.rfind('\n') + 1, Cut::Kind::unit, {}};  // a record that does not end
}

std::string_view frame_at(std::string_view text, std::size_t& length) noexcept {
  std::size_t count = 0;
  const std::size_t head = read_octet_count(text, count);
  length = 0;
  if (head == 0 || count > text.size() - head) return {};
  length = head + count;
  return text.substr(head, count);
}

Cut Cutter::cut_frames(std::string_view text, AtEnd at_end) {
  if (skip_left_ != 0) {
    const std::size_t take = std::min(skip_left_, text.size());
    skip_left_ -= take;
    return {take, Cut::Kind::skip, {}};
  }
  if (in_lost_line_) return {skip_line(text), Cut::Kind::skip, {}};
  if (text.front() == '\n' || text.front() == '\r' || text.front() == '\0') return {1, Cut::Kind::skip, {}};
  std::size_t at = 0, length = 0;
  while (at < text.size() && at < text::kUnitMax && (frame_at(text.substr(at), length), length != 0)) at += length;
  if (at != 0) {
    lost_ = false;
    return {at, Cut::Kind::unit, {}};
  }
  std::size_t count = 0;
  if (const std::size_t head = read_octet_count(text, count); head != 0) {
    if (count > kFrameMax) {
      skip_left_ = count + head - std::min(count + head, text.size());
      return {std::min(count + head, text.size()),
              Cut::Kind::drop,
              {Errc::limit_exceeded, 0, "a frame of more than 1 MiB was left out"}};
    }
    if (at_end == AtEnd::no) return {};
    return {text.size(), Cut::Kind::drop, {Errc::truncated, 0, "input ends inside a frame"}};
  }
  // No count where one must be, unless its digits are not all there yet.
  if (at_end == AtEnd::no && text.size() < 16 && text.find('\n') == kNone) return {};
  const Cut::Kind kind = lost_ ? Cut::Kind::skip : Cut::Kind::drop;
  lost_ = true;
  return {skip_line(text), kind, {Errc::bad_value, 0, "no octet count where a frame must start"}};
}

/// Frames start lines in most captures: they are looked for again behind the next line feed.
std::size_t Cutter::skip_line(std::string_view text) {
  const std::size_t feed = text.find('\n');
  in_lost_line_ = feed == kNone;
  return in_lost_line_ ? text.size() : feed + 1;
}

}  // namespace stopwarden::syslog
