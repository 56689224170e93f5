// SPDX-License-Identifier: Apache-2.0
#include "sources/text/records.h"

#include "base/text.h"

namespace stopwarden::text {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

std::string_view without_nuls(std::string_view line) noexcept {
  std::size_t n = 0;
  while (n < line.size() && line[n] == '\0') ++n;
  return line.substr(n);
}

/// What tells whether a record starts with this line, of a text that may go on behind it.
std::string_view start_of(std::string_view line) noexcept {
  line = without_nuls(line).substr(0, kStartBytes);
  return line.substr(0, line.find('\n'));
}

}  // namespace

/// The place of the last record in whole lines; 0 when it starts them or there is none.
std::size_t RecordCutter::last_record(std::string_view unit) const {
  std::size_t end = unit.size();
  while (end > 0) {
    const std::size_t feed = end < 2 ? kNone : unit.rfind('\n', end - 2);
    const std::size_t begin = feed == kNone ? 0 : feed + 1;
    if (begin == 0 || starts_(start_of(unit.substr(begin, end - begin)))) return begin;
    end = begin;
  }
  return 0;
}

/// The first place at or behind `from` (a line's start) where a record starts; kNone when the text ends before.
std::size_t RecordCutter::next_record(std::string_view text, std::size_t from) const {
  for (std::size_t at = from; at < text.size();) {
    if (starts_here(text, at)) return at;
    const std::size_t feed = text.find('\n', at);
    if (feed == kNone) return kNone;
    at = feed + 1;
  }
  return kNone;
}

/// Whether a record starts at `at`, as far as there is enough of the line to tell.
bool RecordCutter::starts_here(std::string_view text, std::size_t at) const {
  const std::string_view start = start_of(text.substr(at));
  const bool enough = start.size() == kStartBytes || text.find('\n', at) != kNone;
  return enough && starts_(start);
}

Cut RecordCutter::cut(Bytes window, AtEnd at_end) {
  Cut cut = lines_.cut(window, at_end);
  if (cut.kind != Cut::Kind::unit || live_ || (at_end == AtEnd::yes && cut.take == window.size())) return cut;
  const std::string_view text = as_text(window);
  if (starts_here(text, cut.take)) return cut;
  if (const std::size_t last = last_record(text.substr(0, cut.take)); last != 0) return {last, Cut::Kind::unit, {}};
  if (const std::size_t next = next_record(text, cut.take); next != kNone) return {next, Cut::Kind::unit, {}};
  if (at_end == AtEnd::yes) {
    // The rest is this record, but for a long last line that the cutter of lines has yet to drop.
    const std::size_t feed = text.rfind('\n');
    return {text.size() <= kLineMax || feed == kNone ? text.size() : feed + 1, Cut::Kind::unit, {}};
  }
  if (text.size() < window_max()) return {};
  return {text.rfind('\n') + 1, Cut::Kind::unit, {}};  // a record that does not end
}

bool RecordWalk::next() {
  std::size_t end = 0;
  bool open = false;
  while (line_waits_ || lines_.next()) {
    const std::string_view line = lines_.line();
    const bool starts = starts_(without_nuls(line).substr(0, kStartBytes));
    if (open && starts) {
      line_waits_ = true;
      break;
    }
    line_waits_ = false;
    if (!starts && trim(line).empty()) continue;
    if (!open) {
      begin_ = lines_.begin();
      torn_ = !starts;
      open = true;
    }
    end = lines_.begin() + line.size();
  }
  if (open) record_ = unit_.substr(begin_, end - begin_);
  return open;
}

}  // namespace stopwarden::text
