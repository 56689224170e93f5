// SPDX-License-Identifier: Apache-2.0
// Hits of a stream that wait until no older one can come.
#pragma once
#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "detect/sigma/correlate.h"

namespace stopwarden::sigma {

/// Gives hits back in the order of their time, those of the same time in the order they came. Owns copies of their
/// texts; warm, it allocates nothing.
class HeldHits {
 public:
  bool empty() const noexcept { return order_.empty(); }
  std::size_t size() const noexcept { return order_.size(); }
  std::size_t bytes() const noexcept { return bytes_; }
  EventTime earliest() const noexcept { return order_.front().time; }

  void hold(const CorrelationHit& hit) {
    if (free_.empty()) {
      free_.push_back(static_cast<std::uint32_t>(held_.size()));
      held_.emplace_back();
    }
    const std::uint32_t place = free_.back();
    free_.pop_back();
    Held& to = held_[place];
    to.hit = hit;
    to.text.assign(hit.host);
    to.sizes.clear();
    for (const auto& value : hit.values) {
      to.sizes.push_back(value ? std::optional<std::size_t>(value->size()) : std::nullopt);
      if (value) to.text += *value;
    }
    bytes_ += to.text.size();
    order_.push_back({hit.time, came_++, place});
    std::push_heap(order_.begin(), order_.end(), later);
  }

  /// The earliest one. Valid until the next call.
  CorrelationHit take() {
    std::pop_heap(order_.begin(), order_.end(), later);
    const std::uint32_t place = order_.back().place;
    order_.pop_back();
    const Held& held = held_[place];
    bytes_ -= held.text.size();
    std::string_view text = held.text;
    CorrelationHit hit = held.hit;
    hit.host = text.substr(0, hit.host.size());
    text.remove_prefix(hit.host.size());
    values_.clear();
    for (const auto& size : held.sizes) {
      values_.push_back(size ? std::optional(text.substr(0, *size)) : std::nullopt);
      text.remove_prefix(size.value_or(0));
    }
    hit.values = values_;
    free_.push_back(place);
    return hit;
  }

 private:
  struct Held {
    CorrelationHit hit;  // its views are void
    std::string text;    // host and values
    std::vector<std::optional<std::size_t>> sizes;
  };
  struct Place {
    EventTime time{};
    std::uint64_t came = 0;
    std::uint32_t place = 0;
  };
  static bool later(const Place& a, const Place& b) noexcept {
    return a.time != b.time ? a.time > b.time : a.came > b.came;
  }
  std::vector<Held> held_;
  std::vector<std::uint32_t> free_;
  std::vector<Place> order_;  // a heap, earliest in front
  std::vector<std::optional<std::string_view>> values_;
  std::uint64_t came_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace stopwarden::sigma
