// SPDX-License-Identifier: Apache-2.0
#include "pipeline/profile.h"

#include <algorithm>

namespace stopwarden {
namespace {

constexpr std::size_t kIdBytes = 5;

std::uint64_t nanos(KindProfile::Clock::duration d) {
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(d).count());
}

}  // namespace

void KindProfile::start_matching() {
  const Clock::time_point now = Clock::now();
  reading_ns_ = nanos(now - mark_);
  mark_ = now;
}

void KindProfile::end_matching(const Event& event) {
  const Clock::time_point now = Clock::now();
  sums_of(event).add({1, reading_ns_, nanos(now - mark_)});
  mark_ = Clock::now();  // finding the sums is our own cost, not the next event's
}

KindProfile::Sums& KindProfile::sums_of(const Event& event) {
  if (event.channel.size() > kChannelMax) return others_;
  key_.assign(event.channel);
  const std::uint64_t id = event.event_id ? std::uint64_t{*event.event_id} + 1 : 0;
  for (std::size_t i = 0; i < kIdBytes; ++i) key_ += static_cast<char>((id >> (8 * i)) & 0xFF);
  if (const auto known = kinds_.find(key_); known != kinds_.end()) return known->second;
  return kinds_.size() < kKindsMax ? kinds_[key_] : others_;
}

void KindProfile::add_to(KindProfile& out) const {
  for (const auto& [key, sums] : kinds_) {
    if (out.kinds_.size() < kKindsMax || out.kinds_.contains(key))
      out.kinds_[key].add(sums);
    else
      out.others_.add(sums);
  }
  out.others_.add(others_);
}

std::vector<KindCost> KindProfile::costs() const {
  std::vector<KindCost> out;
  for (const auto& [key, sums] : kinds_) {
    std::uint64_t id = 0;
    for (std::size_t i = kIdBytes; i-- > 0;)
      id = (id << 8) | static_cast<unsigned char>(key[key.size() - kIdBytes + i]);
    KindCost& cost = out.emplace_back();
    cost.channel = key.substr(0, key.size() - kIdBytes);
    if (id != 0) cost.event_id = static_cast<std::uint32_t>(id - 1);
    cost.events = sums.events;
    cost.reading_ns = sums.reading_ns;
    cost.matching_ns = sums.matching_ns;
  }
  if (others_.events != 0) {
    KindCost& cost = out.emplace_back();
    cost.others = true;
    cost.events = others_.events;
    cost.reading_ns = others_.reading_ns;
    cost.matching_ns = others_.matching_ns;
  }
  std::sort(out.begin(), out.end(), [](const KindCost& a, const KindCost& b) {
    if (a.ns() != b.ns()) return a.ns() > b.ns();
    return a.channel != b.channel ? a.channel < b.channel : a.event_id < b.event_id;
  });
  return out;
}

}  // namespace stopwarden
