// SPDX-License-Identifier: Apache-2.0
// The groups of one correlation: an open-addressed table over them, and a list from the oldest to the newest.
#pragma once
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory_resource>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "detect/sigma/hash.h"
#include "detect/sigma/state_memory.h"

namespace stopwarden::sigma {

/// A hash under two secrets: who does not know them cannot make groups that collide.
struct KeyedHash {
  std::uint64_t first = 0, second = 0;

  std::uint64_t operator()(std::string_view s) const noexcept {
    const char* p = s.data();
    std::size_t n = s.size();
    std::uint64_t h = n ^ first;
    for (; n > 16; n -= 16, p += 16)
      h = product(load_word<std::uint64_t>(p) ^ h, load_word<std::uint64_t>(p + 8) ^ second);
    std::uint64_t low = 0, high = 0;
    if (n >= 8) {
      low = load_word<std::uint64_t>(p);
      high = load_word<std::uint64_t>(p + n - 8);
    } else if (n >= 4) {
      low = load_word<std::uint32_t>(p);
      high = load_word<std::uint32_t>(p + n - 4);
    } else {
      for (std::size_t i = 0; i < n; ++i) low = low << 8 | static_cast<unsigned char>(p[i]);
    }
    h = product(low ^ h, high ^ second);
    return product(h ^ second, first | 1);
  }

 private:
  static std::uint64_t product(std::uint64_t a, std::uint64_t b) noexcept {
    __extension__ using Wide = unsigned __int128;
    const Wide p = static_cast<Wide>(a) * b;
    return static_cast<std::uint64_t>(p) ^ static_cast<std::uint64_t>(p >> 64);
  }
};

inline constexpr EventTime kBeforeAll = EventTime::min();

/// What is known of a group, whatever its correlation does with it.
template <class State>
struct Group {
  explicit Group(std::pmr::memory_resource* memory) : key(memory), host(memory), state(memory) {}
  std::uint64_t hash = 0;
  std::uint32_t older = 0, newer = 0;  ///< neighbours in the list
  EventTime at{};                      ///< its place in the list is by this time
  EventTime quiet_until = kBeforeAll;  ///< it has fired and does not again up to then
  std::uint64_t hits = 0;              ///< so many, so the last one's number
  std::uint64_t host_since = 0;        ///< from this hit on all are of `host`
  std::uint64_t event = 0;             ///< of the last hit
  std::pmr::string key, host;
  State state;

  void note_host(std::string_view of_hit) {
    if (host_since != 0 && host == of_hit) return;
    host.assign(of_hit);
    host_since = hits;
  }
  void forget() {
    quiet_until = kBeforeAll;
    hits = host_since = event = 0;
    empty_out(key);
    empty_out(host);
    state.forget();
  }
};

/// OPTIMIZATION: instead of a std::unordered_map and a std::list: slots of eight bytes, probed in line, lead to groups
/// in one array, which keep their small buffers when they are forgotten. correlate_random_test.cpp guards it.
template <class State>
class GroupTable {
 public:
  using G = Group<State>;
  GroupTable(std::size_t groups_max, std::pmr::memory_resource* memory)
      : memory_(memory), groups_max_(groups_max), slots_(kSlotsMin, Slot{}, memory), groups_(memory) {
    groups_.emplace_back(memory_);  // the ends of the list
  }

  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }
  G& oldest() noexcept { return groups_[groups_[kEnds].newer]; }
  const G& oldest() const noexcept { return groups_[groups_[kEnds].newer]; }

  /// nullptr: there is none. Valid until the next add().
  G* find(std::uint64_t hash, std::string_view key) noexcept {
    for (std::size_t at = home(hash);; at = next(at)) {
      const Slot& slot = slots_[at];
      if (slot.group == kEnds) return nullptr;
      if (slot.tag != tag_of(hash)) continue;
      G& group = groups_[slot.group];
      if (group.hash == hash && group.key == key) return &group;
    }
  }

  /// A new group, the newest of all. There is none of this key, and room for it.
  G& add(std::uint64_t hash, std::string_view key, EventTime at) {
    if ((size_ + 1) * 2 > slots_.size()) grow();
    std::uint32_t number = free_;
    if (number != kEnds) {
      free_ = groups_[number].newer;
    } else {
      number = static_cast<std::uint32_t>(groups_.size());
      if (groups_.size() == groups_.capacity()) groups_.reserve(std::min(groups_.size() * 2, groups_max_ + 1));
      groups_.emplace_back(memory_);
    }
    G& group = groups_[number];
    group.hash = hash;
    group.key.assign(key);
    insert(hash, number);
    append(number, at);
    ++size_;
    return group;
  }

  void make_newest(G& group, EventTime at) noexcept {
    const auto number = static_cast<std::uint32_t>(&group - groups_.data());
    if (group.newer != kEnds) {
      unlink(number);
      append(number, at);
    } else {
      group.at = at;
    }
  }

  void forget_oldest() {
    const std::uint32_t number = groups_[kEnds].newer;
    erase(groups_[number].hash, number);
    unlink(number);
    groups_[number].forget();
    groups_[number].newer = free_;
    free_ = number;
    if (--size_ == 0 && groups_.size() > kKeptMax) start_anew();
  }

 private:
  struct Slot {
    std::uint32_t tag = 0, group = kEnds;
  };
  static constexpr std::uint32_t kEnds = 0;  // this group is none: it holds the ends of the list
  static constexpr std::size_t kSlotsMin = 16;
  static constexpr std::size_t kKeptMax = 1024;  // groups whose place is kept when all are forgotten

  /// After a flood of groups memory comes back.
  void start_anew() {
    slots_ = std::pmr::vector<Slot>(kSlotsMin, Slot{}, memory_);
    groups_ = std::pmr::vector<G>(memory_);
    groups_.emplace_back(memory_);
    free_ = kEnds;
  }

  static std::uint32_t tag_of(std::uint64_t hash) noexcept { return static_cast<std::uint32_t>(hash); }
  std::size_t home(std::uint64_t hash) const noexcept { return hash & (slots_.size() - 1); }
  std::size_t next(std::size_t at) const noexcept { return (at + 1) & (slots_.size() - 1); }

  void insert(std::uint64_t hash, std::uint32_t number) noexcept {
    std::size_t at = home(hash);
    while (slots_[at].group != kEnds) at = next(at);
    slots_[at] = {tag_of(hash), number};
  }

  /// Closes the gap: what was pushed on by others moves back.
  void erase(std::uint64_t hash, std::uint32_t number) noexcept {
    std::size_t gap = home(hash);
    while (slots_[gap].group != number) gap = next(gap);
    for (std::size_t at = next(gap); slots_[at].group != kEnds; at = next(at)) {
      const std::size_t from = slots_[at].tag & (slots_.size() - 1);
      if (((at - from) & (slots_.size() - 1)) < ((at - gap) & (slots_.size() - 1))) continue;
      slots_[gap] = slots_[at];
      gap = at;
    }
    slots_[gap] = {};
  }

  void grow() {
    std::pmr::vector<Slot> before(slots_.size() * 2, Slot{}, memory_);
    before.swap(slots_);
    for (const Slot& slot : before)
      if (slot.group != kEnds) insert(groups_[slot.group].hash, slot.group);
  }

  void append(std::uint32_t number, EventTime at) noexcept {
    G& group = groups_[number];
    group.at = at;
    group.newer = kEnds;
    group.older = groups_[kEnds].older;
    groups_[group.older].newer = number;
    groups_[kEnds].older = number;
  }
  void unlink(std::uint32_t number) noexcept {
    groups_[groups_[number].older].newer = groups_[number].newer;
    groups_[groups_[number].newer].older = groups_[number].older;
  }

  std::pmr::memory_resource* memory_;
  std::size_t groups_max_;
  std::pmr::vector<Slot> slots_;  // a power of two; at most half of them taken
  std::pmr::vector<G> groups_;
  std::uint32_t free_ = kEnds;
  std::size_t size_ = 0;
};

}  // namespace stopwarden::sigma
