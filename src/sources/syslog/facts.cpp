// SPDX-License-Identifier: Apache-2.0
#include "sources/syslog/facts.h"

#include "base/text.h"
#include "sources/syslog/line.h"
#include "sources/text/lines.h"

namespace stopwarden::syslog {
namespace {

using std::chrono::hours;

constexpr std::size_t kCountDigitsMax = 7;  // a frame of 10 MB is longer than any we take
// A device without a battery starts at 1970 or 2000; such a date says nothing about the others.
const EventTime kDateMin = EventTime{std::chrono::sys_days{std::chrono::year{2001} / 1 / 1}};

/// A full date inside of a line that says so: the kernel's at boot, journalctl's at the top.
std::optional<EventTime> date_in(std::string_view line) {
  if (line.substr(0, 3) == "-- ") {
    const std::size_t end = line.find(", end at ");
    if (end == std::string_view::npos) return std::nullopt;
    StampReader stamps;
    return stamps.read(line.substr(end + 9)).time;
  }
  constexpr std::string_view kClock = "setting system clock to ";
  const std::size_t at = line.find(kClock);
  if (at == std::string_view::npos) return std::nullopt;
  return parse_time(line.substr(at + kClock.size(), 19));
}

/// The lines of the head that matter.
struct Seen {
  std::string_view no_year;  // the first stamp without a year
  std::uint64_t no_year_at = 0;
  std::optional<EventTime> date;  // the first full date
  std::uint64_t date_at = 0;
  bool date_is_end = false;  // nothing in the file is later
  std::optional<int> zone;
  std::optional<std::uint64_t> no_zone_at;
};

Seen look(std::string_view head) {
  Seen seen;
  StampReader stamps;
  for (text::LineWalk walk(head); walk.next();) {
    std::string_view line = walk.line();
    int priority = -1;
    std::size_t count = 0;
    line.remove_prefix(read_octet_count(line, count));
    line.remove_prefix(read_priority(line, priority));
    if (line.substr(0, 2) == "1 ") line.remove_prefix(2);
    const Stamp stamp = stamps.read(line);
    std::optional<EventTime> date = stamp.year_assumed ? date_in(line) : stamp.time;
    if (stamp.form == Stamp::Form::none) date = date_in(line);
    if (date && *date > kDateMin && !seen.date) {
      seen.date = date;
      seen.date_at = walk.begin();
      seen.date_is_end = line.substr(0, 3) == "-- ";
    }
    if (stamp.form == Stamp::Form::iso && !stamp.zone_assumed && !seen.zone) seen.zone = stamp.zone_minutes;
    if (stamp.zone_assumed && !seen.no_zone_at) seen.no_zone_at = walk.begin();
    if (stamp.year_assumed && seen.no_year.empty()) {
      seen.no_year = line;
      seen.no_year_at = walk.begin();
    }
  }
  return seen;
}

}  // namespace

std::size_t read_octet_count(std::string_view text, std::size_t& count) noexcept {
  std::size_t at = 0;
  count = 0;
  for (; at < text.size() && at <= kCountDigitsMax && text[at] >= '0' && text[at] <= '9'; ++at)
    count = count * 10 + static_cast<std::size_t>(text[at] - '0');
  if (at == 0 || at > kCountDigitsMax || text[0] == '0' || at + 1 >= text.size() || text[at] != ' ' ||
      text[at + 1] != '<')
    return 0;
  return at + 1;
}

FileFacts read_facts(const InputFacts& facts) {
  FileFacts out;
  const std::string_view head = as_text(facts.head);
  std::size_t count = 0;
  out.octet_counted = read_octet_count(head, count) != 0;
  const Seen seen = look(head);
  if (seen.zone) out.assumed.zone_minutes = *seen.zone;
  out.zone_by_offset = seen.zone.has_value();
  out.first_assumed = seen.no_zone_at;
  if (facts.modified) out.assumed.latest = *facts.modified + hours{24};
  if (!seen.date || seen.no_year.empty()) return out;
  if (seen.date_is_end) {
    out.assumed.latest = *seen.date + hours{24};
    out.year_by_date = true;
    return out;
  }
  // The first time without a year, in the year next to the date: before it when the line is, else after it.
  StampReader stamps;
  Assumed near{.latest = {}, .first = {}, .zone_minutes = out.assumed.zone_minutes};
  if (seen.no_year_at <= seen.date_at)
    near.latest = *seen.date + hours{24};
  else
    near.first = *seen.date;
  stamps.assume(near);
  const Stamp first = stamps.read(seen.no_year);
  if (!first.time) return out;
  out.assumed.first = first.time;
  out.year_by_date = true;
  return out;
}

}  // namespace stopwarden::syslog
