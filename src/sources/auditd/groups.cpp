// SPDX-License-Identifier: Apache-2.0
#include "sources/auditd/groups.h"

#include <algorithm>
#include <utility>

#include "base/hash.h"
#include "sources/text/lines.h"

namespace stopwarden::auditd {
namespace {

constexpr std::size_t kFirstSlots = 4096;

bool over_with(Part part) noexcept { return part == Part::alone || part == Part::title || part == Part::end; }

}  // namespace

void Groups::clear() {
  if (slots_.empty()) slots_.resize(kFirstSlots);
  if (slots_.size() > 16 * kFirstSlots) std::vector<std::uint32_t>(kFirstSlots).swap(slots_);
  if (groups_.size() < slots_.size() / 16) {
    for (const Group& g : groups_)  // cheaper than the whole table, and every slot is found from its own hash
      for (std::size_t at = g.hash & (slots_.size() - 1); slots_[at] != 0; at = (at + 1) & (slots_.size() - 1))
        slots_[at] = 0;
  } else {
    std::fill(slots_.begin(), slots_.end(), 0);
  }
  groups_.clear();
  clocks_ = {};
  last_ = 0;
}

void Groups::run_clock(std::uint32_t clock, const Record& record) noexcept {
  Clock& c = clocks_[clock];
  const std::int64_t apart = record.seconds - c.seconds;
  if (c.started && record.has_time && (apart >= kPause || apart <= -kPause)) ++c.pauses;
  if (record.has_time) {
    c.seconds = record.seconds;
    c.started = true;
  }
}

bool Groups::takes(const Group& group, const Record& record, std::size_t begin) const noexcept {
  return open_at(group, begin) && record.part != Part::alone && group.records < kRecordsMax &&
         begin - group.first_begin <= kEventMax;
}

std::uint32_t Groups::start(const Record& record, std::uint64_t hash, std::uint32_t clock, std::size_t begin) {
  const auto group = static_cast<std::uint32_t>(groups_.size());
  groups_.push_back({record.node, record.stamp, hash, begin, begin, 0, clocks_[clock].pauses, clock, false});
  return group;
}

Groups::Place Groups::add(const Record& record, std::size_t begin, std::size_t end) {
  Place place{last_, false};
  const bool same =
      last_ < groups_.size() && groups_[last_].stamp == record.stamp && groups_[last_].node == record.node;
  const bool alone = record.stamp.empty() || record.part == Part::alone;  // it belongs to no other
  std::uint64_t hash = 0;                                                 // nobody looks for those
  if (!alone)
    hash =
        same && groups_[last_].hash != 0 ? groups_[last_].hash : mix(hash_text(record.stamp), hash_text(record.node));
  const auto clock = same                  ? groups_[last_].clock
                     : record.node.empty() ? 0
                                           : static_cast<std::uint32_t>(hash_text(record.node) % kClocks);
  run_clock(clock, record);
  if (alone) {
    place = {start(record, hash, clock, begin), true};
    groups_.back().closed = true;
  } else if (!same || !takes(groups_[last_], record, begin)) {
    if (2 * (groups_.size() + 1) > slots_.size()) grow();
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = hash & mask;
    while (slots_[at] != 0) {
      const Group& g = groups_[slots_[at] - 1];
      if (g.hash == hash && g.stamp == record.stamp && g.node == record.node) break;
      at = (at + 1) & mask;
    }
    if (slots_[at] != 0 && takes(groups_[slots_[at] - 1], record, begin)) {
      place = {slots_[at] - 1, false};
    } else {
      place = {start(record, hash, clock, begin), true};
      slots_[at] = place.group + 1;
    }
  }
  Group& group = groups_[place.group];
  group.last_end = end;
  ++group.records;
  group.closed = group.closed || over_with(record.part);
  last_ = place.group;
  return place;
}

void Groups::grow() {
  std::vector<std::uint32_t> bigger(slots_.size() * 2);
  for (const std::uint32_t slot : slots_) {
    if (slot == 0) continue;
    std::size_t at = groups_[slot - 1].hash & (bigger.size() - 1);
    while (bigger[at] != 0) at = (at + 1) & (bigger.size() - 1);
    bigger[at] = slot;
  }
  slots_.swap(bigger);
}

std::size_t Boundary::find(std::string_view text, std::size_t limit, bool complete) {
  // Usually a place near the limit will do. What lies across it has a record in the kGapMax bytes before it.
  constexpr std::size_t kNear = 2 * kGapMax;
  if (limit > kNear) {
    const std::size_t from = text.rfind('\n', limit - kNear), near_end = std::min(text.size(), limit + kNear);
    const std::size_t place = search(text.substr(0, near_end), from == std::string_view::npos ? 0 : from + 1, limit,
                                     complete && near_end == text.size());
    if (place > 0 && place <= limit) return place;
  }
  return search(text, 0, limit, complete);
}

/// Looks at the lines from `from` on; takes no place whose events could have a record before `from`.
std::size_t Boundary::search(std::string_view text, std::size_t from, std::size_t limit, bool complete) {
  groups_.clear();
  ends_.clear();
  blocked_.clear();
  std::vector<std::uint32_t>& lines = last_line_;
  lines.clear();
  bool over = complete;
  for (text::LineWalk walk(text.substr(from)); walk.next();) {
    const std::size_t begin = from + walk.begin(), end = from + walk.end();
    if (end - begin > text::kLineMax) {  // no event goes on behind it
      over = true;
      break;
    }
    if (text[end - 1] != '\n' && !complete) break;
    const auto line = static_cast<std::uint32_t>(ends_.size());
    ends_.push_back(end);
    blocked_.push_back(0);
    if (const auto record = read_record(walk.line())) {
      const Groups::Place place = groups_.add(*record, begin, end);
      if (place.fresh)
        lines.push_back(line);
      else
        block(std::exchange(lines[place.group], line), line);
    }
  }
  if (ends_.empty()) return 0;
  blocked_.push_back(0);
  if (!over)
    for (std::size_t g = 0; g < lines.size(); ++g)
      if (groups_.open_at(groups_.all()[g], ends_.back())) block(lines[g], static_cast<std::uint32_t>(ends_.size()));
  std::size_t best = 0;
  std::int32_t across = 0;
  for (std::size_t i = 0; i < ends_.size(); ++i) {
    across += blocked_[i];
    if (across != 0 || (from > 0 && ends_[i] - from <= kGapMax)) continue;
    if (ends_[i] > limit && best > 0) break;
    best = ends_[i];
    if (best > limit) break;
  }
  return best;
}

/// An event lies across the ends of the lines [from, to).
void Boundary::block(std::uint32_t from, std::uint32_t to) {
  ++blocked_[from];
  --blocked_[to];
}

}  // namespace stopwarden::auditd
