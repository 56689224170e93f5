// SPDX-License-Identifier: Apache-2.0
// The groups of one correlation: an open-addressed table over them, and a queue from the oldest to the newest.
#pragma once
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory_resource>
#include <string_view>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "base/time.h"
#include "detect/sigma/ring.h"
#include "detect/sigma/state_memory.h"

namespace stopwarden::sigma {

/// A group's key: short ones lie in the group itself.
class GroupKey {
 public:
  GroupKey() = default;
  GroupKey(GroupKey&& other) noexcept : size_(std::exchange(other.size_, 0)) {
    std::memcpy(bytes_, other.bytes_, sizeof bytes_);
  }
  GroupKey(const GroupKey&) = delete;
  GroupKey& operator=(const GroupKey&) = delete;
  GroupKey& operator=(GroupKey&&) = delete;
  ~GroupKey() { clear(); }

  std::string_view text() const noexcept { return {size_ <= sizeof bytes_ ? bytes_ : far().bytes, size_}; }
  /// It is empty before.
  void set(std::string_view key, std::pmr::memory_resource* memory) {
    char* to = bytes_;
    if (key.size() > sizeof bytes_) {
      const Far away{static_cast<char*>(memory->allocate(key.size(), 1)), memory};
      std::memcpy(bytes_, &away, sizeof away);
      to = away.bytes;
    }
    size_ = static_cast<std::uint32_t>(key.size());
    if (size_ != 0) std::memcpy(to, key.data(), size_);
  }
  void clear() noexcept {
    if (size_ > sizeof bytes_) far().memory->deallocate(far().bytes, size_, 1);
    size_ = 0;
  }

 private:
  struct Far {
    char* bytes;
    std::pmr::memory_resource* memory;
  };
  Far far() const noexcept {
    Far out;
    std::memcpy(&out, bytes_, sizeof out);
    return out;
  }
  std::uint32_t size_ = 0;
  char bytes_[48] = {};
};

inline constexpr EventTime kBeforeAll = EventTime::min();

/// What is known of a group, whatever its correlation does with it. With the state of event_count 128 bytes.
template <class State>
struct Group {
  explicit Group(std::pmr::memory_resource* memory) : state(memory) {}
  EventTime at{};                      ///< of its last hit; of windows that are told at their end: of the first
  EventTime quiet_until = kBeforeAll;  ///< it has fired and does not again up to then
  std::uint64_t event = 0;             ///< of the last hit
  std::uint64_t hits = 0;              ///< so many, so the last one's number
  std::uint32_t tag = 0;               ///< the lower half of its key's hash
  std::uint32_t host = 0;              ///< hash of the last hit's host
  std::uint32_t same_host = 0;         ///< so many hits, up to the last one, have it
  GroupKey key;
  State state;

  void note_host(std::uint32_t of_hit) noexcept {
    same_host = same_host == 0 || host != of_hit ? 1 : same_host + (same_host != UINT32_MAX ? 1 : 0);
    host = of_hit;
  }
  void forget() {
    quiet_until = kBeforeAll;
    event = hits = 0;
    same_host = 0;
    key.clear();
    state.forget();
  }
};

/// OPTIMIZATION: instead of a std::unordered_map and a std::list: slots of eight bytes, probed in line, lead to groups
/// in one array, which keep their small buffers when they are forgotten. A hit does not move its group in the queue;
/// that is made good when the group comes to its front. correlate_random_test.cpp guards it.
template <class State>
class GroupTable {
 public:
  using G = Group<State>;
  GroupTable(std::size_t groups_max, std::pmr::memory_resource* memory)
      : memory_(memory), groups_max_(groups_max), slots_(kSlotsMin, Slot{}, memory), groups_(memory), queue_(memory) {}

  std::size_t size() const noexcept { return queue_.size(); }
  bool empty() const noexcept { return size() == 0; }
  /// The front of the queue.
  G& oldest() noexcept { return groups_[queue_.front().group]; }
  const G& oldest() const noexcept { return groups_[queue_.front().group]; }

  /// nullptr: there is none. Valid until the next add().
  G* find(std::uint64_t hash, std::string_view key) noexcept {
    for (std::size_t at = home(tag_of(hash));; at = next(at)) {
      const Slot& slot = slots_[at];
      if (slot.group == kNone) return nullptr;
      if (slot.tag == tag_of(hash) && groups_[slot.group].key.text() == key) return &groups_[slot.group];
    }
  }

  /// A new group, the newest of all. There is none of this key, and room for it.
  G& add(std::uint64_t hash, std::string_view key, EventTime at) {
    if ((size() + 1) * 2 > slots_.size()) grow();
    std::uint32_t number = 0;
    if (!free_.empty()) {
      number = free_.back();
      free_.pop_back();
    } else {
      number = static_cast<std::uint32_t>(groups_.size());
      if (groups_.size() == groups_.capacity())
        groups_.reserve(std::max(std::min(groups_.size() * 2, groups_max_), groups_.size() + 1));
      groups_.emplace_back(memory_);
    }
    G& group = groups_[number];
    group.tag = tag_of(hash);
    group.key.set(key, memory_);
    group.at = at;
    insert({group.tag, number});
    queue_.push({at, number});
    return group;
  }

  /// Forgets groups whose last hit is older; those with a later one go to the back of the queue.
  void forget_before(EventTime from) {
    while (!empty() && queue_.front().at < from) {
      if (oldest().at < from)
        forget_oldest();
      else
        to_back();
    }
  }

  /// Brings a group to the front that had no hit since it was queued.
  void settle_oldest() noexcept {
    while (oldest().at != queue_.front().at) to_back();
  }

  void forget_oldest() {
    const std::uint32_t number = queue_.front().group;
    queue_.pop();
    erase(number);
    groups_[number].forget();
    free_.push_back(number);
    if (empty() && groups_.size() > kKeptMax) start_anew();
  }

 private:
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;
  struct Slot {
    std::uint32_t tag = 0, group = kNone;
  };
  struct Place {
    EventTime at{};  ///< the group's time when it was queued
    std::uint32_t group = 0;
  };
  static constexpr std::size_t kSlotsMin = 16;
  static constexpr std::size_t kKeptMax = 1024;  // groups whose place is kept when all are forgotten

  static std::uint32_t tag_of(std::uint64_t hash) noexcept { return static_cast<std::uint32_t>(hash); }
  std::size_t home(std::uint32_t tag) const noexcept { return tag & (slots_.size() - 1); }
  std::size_t next(std::size_t at) const noexcept { return (at + 1) & (slots_.size() - 1); }

  void to_back() noexcept {
    const std::uint32_t number = queue_.front().group;
    queue_.pop();
    queue_.push({groups_[number].at, number});
  }

  void insert(Slot slot) noexcept {
    std::size_t at = home(slot.tag);
    while (slots_[at].group != kNone) at = next(at);
    slots_[at] = slot;
  }

  /// Closes the gap: what was pushed on by others moves back.
  void erase(std::uint32_t number) noexcept {
    std::size_t gap = home(groups_[number].tag);
    while (slots_[gap].group != number) gap = next(gap);
    for (std::size_t at = next(gap); slots_[at].group != kNone; at = next(at)) {
      const std::size_t mask = slots_.size() - 1;
      if (((at - home(slots_[at].tag)) & mask) < ((at - gap) & mask)) continue;
      slots_[gap] = slots_[at];
      gap = at;
    }
    slots_[gap] = {};
  }

  void grow() {
    std::pmr::vector<Slot> before(slots_.size() * 2, Slot{}, memory_);
    before.swap(slots_);
    for (const Slot& slot : before)
      if (slot.group != kNone) insert(slot);
  }

  /// After a flood of groups memory comes back.
  void start_anew() {
    slots_ = std::pmr::vector<Slot>(kSlotsMin, Slot{}, memory_);
    std::pmr::vector<G>(memory_).swap(groups_);
    free_ = std::pmr::vector<std::uint32_t>(memory_);
    queue_.forget();
  }

  std::pmr::memory_resource* memory_;
  std::size_t groups_max_;
  std::pmr::vector<Slot> slots_;  // a power of two; at most half of them taken
  std::pmr::vector<G> groups_;
  std::pmr::vector<std::uint32_t> free_{memory_};
  Ring<Place> queue_;  // each group once
};

}  // namespace stopwarden::sigma
