// SPDX-License-Identifier: Apache-2.0
// Which records are one event: those of one node with one stamp (time and serial), although others lie between them.
//
// What is one event must not depend on where the input is cut, so an event is over by what stands in the log:
//   - a PROCTITLE or EOE of it, or the only record of a kind that comes alone;
//   - kGapMax bytes without a record of it;
//   - a pause: two neighbouring records of its node are kPause or more apart, by their own time;
//   - kEventMax bytes or kRecordsMax records.
// A record of that stamp that comes later begins another event.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "sources/auditd/record.h"

namespace stopwarden::auditd {

/// Records of one event lie close together: the kernel writes them in one go, and what mixes them is one queue for each
/// processor. 64 KiB are some 300 records.
inline constexpr std::size_t kGapMax = 64 * std::size_t{1024};
/// auditd waits 2 s for the rest of an event (end_of_event_timeout); a loaded system may need more.
inline constexpr std::int64_t kPause = 10;
/// The largest call of execve has 6 MB of arguments, in hex twice that, in records of 8 kB.
inline constexpr std::size_t kEventMax = 12 * std::size_t{1024} * 1024;
inline constexpr std::uint32_t kRecordsMax = 16384;

/// Sorts the records of one stretch of input into events. Not for sharing between threads; no allocation once warm.
class Groups {
 public:
  struct Place {
    std::uint32_t group;  ///< counted from 0 in the order of their first records
    bool fresh;           ///< the record begins it
  };
  struct Group {
    std::string_view node, stamp;
    std::uint64_t hash = 0;
    std::size_t first_begin = 0, last_end = 0;  ///< of its records, in bytes of the stretch
    std::uint32_t records = 0, pauses = 0, clock = 0;
    bool closed = false;
  };

  void clear();
  /// The record at [begin, end) of the stretch. Views of `record` must live until clear().
  Place add(const Record& record, std::size_t begin, std::size_t end);
  /// May a record that begins at `at` or later belong to it?
  bool open_at(const Group& group, std::size_t at) const noexcept {
    return !group.closed && group.pauses == clocks_[group.clock].pauses && at - group.last_end <= kGapMax;
  }
  const std::vector<Group>& all() const noexcept { return groups_; }

 private:
  struct Clock {  // of one node; nodes whose names collide share one, which may only end an event too early
    std::int64_t seconds = 0;
    std::uint32_t pauses = 0;
    bool started = false;
  };
  static constexpr std::size_t kClocks = 256;
  void run_clock(std::uint32_t clock, const Record& record) noexcept;
  bool takes(const Group& group, const Record& record, std::size_t begin) const noexcept;
  std::uint32_t start(const Record& record, std::uint64_t hash, std::uint32_t clock, std::size_t begin);
  void grow();

  std::vector<Group> groups_;
  std::vector<std::uint32_t> slots_;  // group + 1 by hash, open addressing; a power of two
  std::array<Clock, kClocks> clocks_;
  std::uint32_t last_ = 0;  // the group of the latest record
};

/// Where a window may be cut so that no event lies on both sides.
class Boundary {
 public:
  /// The last such place in text[1, limit], else the first one behind it; 0 when there is none. `limit` and the
  /// result are ends of lines. `complete`: the input ends with `text`.
  std::size_t find(std::string_view text, std::size_t limit, bool complete);

 private:
  std::size_t search(std::string_view text, std::size_t from, std::size_t limit, bool complete);
  void block(std::uint32_t from, std::uint32_t to);
  Groups groups_;
  std::vector<std::uint32_t> last_line_;  // by group
  std::vector<std::size_t> ends_;         // of lines
  std::vector<std::int32_t> blocked_;     // by line: how many events lie across its end, as differences
};

}  // namespace stopwarden::auditd
