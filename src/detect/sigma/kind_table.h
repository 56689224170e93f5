// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/hash.h"

namespace stopwarden::sigma {

/// What is common to all events of one kind, and decides which rules are meant for them.
struct EventKind {
  std::string_view channel, provider;
  std::optional<std::uint32_t> event_id;
};

/// What was worked out for each kind of event, made when first asked for. Equal things are kept once: most kinds share
/// theirs. Hostile logs cost time, not memory: names longer than any real one are not kept, and when there are more
/// kinds than any host has, all are forgotten.
template <class Thing>
class KindTable {
 public:
  static constexpr std::size_t kKindsMax = 4096;  // a busy host has about 400
  static constexpr std::size_t kNamesMax = 512;   // bytes of channel and provider together

  KindTable() : slots_(2 * kKindsMax) {}

  /// Valid until the next call. Cost: one hash of the names, once the kind is known.
  template <class Make>
  const Thing& find(const EventKind& kind, Make make) {
    if (kind.channel.size() + kind.provider.size() > kNamesMax) {
      ++generation_;
      return not_kept_ = make(kind);
    }
    const std::uint64_t id = kind.event_id ? std::uint64_t{*kind.event_id} + 1 : 0;
    const std::uint64_t hash = mix(hash_text(kind.channel) ^ id, hash_text(kind.provider));
    const Slot& slot = slots_[slot_of(hash, id, kind)];
    if (slot.thing != nullptr) return *slot.thing;
    if (used_ >= kKindsMax) {
      std::fill(slots_.begin(), slots_.end(), Slot{});
      things_.clear();
      used_ = 0;
      ++generation_;
    }
    Thing made = make(kind);
    auto same = std::find(things_.begin(), things_.end(), made);
    if (same == things_.end()) same = things_.insert(things_.end(), std::move(made));
    slots_[slot_of(hash, id, kind)] = {hash, id, std::string(kind.channel), std::string(kind.provider), &*same};
    ++used_;
    return *same;
  }

  std::size_t kept() const noexcept { return things_.size(); }
  /// Another one when something that was found before may be another thing by now.
  std::uint64_t generation() const noexcept { return generation_; }

 private:
  struct Slot {
    std::uint64_t hash = 0, id = 0;
    std::string channel, provider;
    const Thing* thing = nullptr;
  };
  /// The kind's slot, or the free one where it belongs.
  std::size_t slot_of(std::uint64_t hash, std::uint64_t id, const EventKind& kind) const noexcept {
    std::size_t at = hash % slots_.size();
    const auto other = [&](const Slot& s) {
      return s.hash != hash || s.id != id || s.channel != kind.channel || s.provider != kind.provider;
    };
    while (slots_[at].thing != nullptr && other(slots_[at])) at = (at + 1) % slots_.size();
    return at;
  }

  std::vector<Slot> slots_;
  std::deque<Thing> things_;  // stay where they are
  std::size_t used_ = 0;
  std::uint64_t generation_ = 0;
  Thing not_kept_;
};

}  // namespace stopwarden::sigma
