// SPDX-License-Identifier: Apache-2.0
// Where the time of a scan went: by kind of event and by rule.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "detect/hit.h"
#include "event/event.h"

namespace stopwarden {

/// What was spent on the events of one kind, summed over threads.
struct KindCost {
  std::string channel;
  std::optional<std::uint32_t> event_id;
  bool others = false;  ///< all kinds beyond KindProfile::kKindsMax, in one
  std::uint64_t events = 0, reading_ns = 0, matching_ns = 0;
  std::uint64_t ns() const noexcept { return reading_ns + matching_ns; }
};

/// What was spent on evaluating one rule, summed over threads.
struct RuleCost {
  const RuleInfo* rule = nullptr;
  std::uint64_t evaluations = 0, ns = 0;
};

/// The dearest first.
struct ScanProfile {
  std::vector<KindCost> kinds;
  std::vector<RuleCost> rules;  ///< only those that were evaluated; empty when the engine does not measure
};

/// Adds up the cost of kinds of events for one thread.
class KindProfile {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::size_t kKindsMax = 4096;  // channel and id come from the log: a hostile one has any number
  static constexpr std::size_t kChannelMax = 256;

  /// The source starts to read: what goes by until the next event is that one's.
  void start_reading() { mark_ = Clock::now(); }
  void start_matching();
  void end_matching(const Event& event);
  /// Adds the sums to `out`.
  void add_to(KindProfile& out) const;
  std::vector<KindCost> costs() const;

 private:
  struct Sums {
    std::uint64_t events = 0, reading_ns = 0, matching_ns = 0;
    void add(const Sums& other) noexcept {
      events += other.events;
      reading_ns += other.reading_ns;
      matching_ns += other.matching_ns;
    }
  };
  Sums& sums_of(const Event& event);

  Clock::time_point mark_;
  std::uint64_t reading_ns_ = 0;
  std::string key_;  // channel, then id + 1 or 0 in five bytes
  std::unordered_map<std::string, Sums, StringHash, std::equal_to<>> kinds_;
  Sums others_;
};

}  // namespace stopwarden
