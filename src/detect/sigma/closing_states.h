// SPDX-License-Identifier: Apache-2.0
// States of correlations that are told when a window is over: what must be remembered of the hits of a window.
//
//   add()     takes a hit
//   decide()  the window is over: does the condition hold? Fills in the value, and the hits where it is not all of them
#pragma once
#include <string>

#include "detect/sigma/window_state.h"

namespace stopwarden::sigma {

/// What most of them have.
struct ClosingState {
  static constexpr SampleNeeds kNeeds = SampleNeeds::nothing;
  static constexpr bool kOncePerEvent = false;
};

/// event_count
class ClosingCount : public ClosingState {
 public:
  static constexpr bool kOncePerEvent = true;
  explicit ClosingCount(std::pmr::memory_resource*) {}
  void add(const Sample&, WindowPlan&, CorrelationStats&) noexcept { ++hits_; }
  bool decide(WindowPlan& plan, Verdict& out) const noexcept {
    out.value.whole = static_cast<std::int64_t>(hits_);
    return plan.meets(hits_);
  }
  void forget() noexcept { hits_ = 0; }

 private:
  std::uint64_t hits_ = 0;
};

/// value_sum and value_avg
class ClosingSum : public ClosingState {
 public:
  static constexpr SampleNeeds kNeeds = SampleNeeds::number;
  static constexpr bool kOncePerEvent = true;
  explicit ClosingSum(std::pmr::memory_resource*) {}
  void add(const Sample& sample, WindowPlan&, CorrelationStats&) noexcept {
    sum_.add(sample.number);
    ++hits_;
  }
  bool decide(WindowPlan& plan, Verdict& out) const noexcept {
    const std::uint64_t over = plan.rule.type == CorrelationType::value_avg ? hits_ : 1;
    out.value = sum_.divided(over);
    return plan.meets([&](const Decimal& bound) { return sum_.compare(bound, over); });
  }
  void forget() noexcept {
    sum_ = {};
    hits_ = 0;
  }

 private:
  DecimalSum sum_;
  std::uint64_t hits_ = 0;
};

/// value_median and value_percentile with a percentile
class ClosingRank : public ClosingState {
 public:
  static constexpr SampleNeeds kNeeds = SampleNeeds::number;
  static constexpr bool kOncePerEvent = true;
  explicit ClosingRank(std::pmr::memory_resource* memory) : numbers_(memory) {}
  void add(const Sample& sample, WindowPlan& plan, CorrelationStats& stats) {
    if (numbers_.size() < plan.limits.group_hits_max)
      numbers_.push_back(sample.number);
    else
      ++stats.hits_evicted;
  }
  bool decide(WindowPlan& plan, Verdict& out) {
    std::sort(numbers_.begin(), numbers_.end());
    DecimalSum sum;
    std::uint64_t over = 1;
    if (plan.rule.type == CorrelationType::value_median) {
      sum.add(numbers_[numbers_.size() / 2]);
      if (numbers_.size() % 2 == 0) sum.add(numbers_[numbers_.size() / 2 - 1]);
      over = numbers_.size() % 2 == 0 ? 2 : 1;
    } else {
      sum.add(numbers_[place_of(*plan.rule.percentile)]);
    }
    out.value = sum.divided(over);
    return plan.meets([&](const Decimal& bound) { return sum.compare(bound, over); });
  }
  void forget() { empty_out(numbers_); }

 private:
  /// Nearest rank: the lowest value that at least so many percent of all values do not exceed.
  std::size_t place_of(const Decimal& percentile) const noexcept {
    constexpr std::uint64_t kWhole = 100'000'000'000;  // 100 % in nanos; times a million values it fits
    const std::uint64_t nanos = static_cast<std::uint64_t>(percentile.whole) * 1'000'000'000 + percentile.nano;
    const std::uint64_t rank = (nanos * numbers_.size() + kWhole - 1) / kWhole;
    return rank == 0 ? 0 : static_cast<std::size_t>(rank - 1);
  }
  std::pmr::vector<Decimal> numbers_;
};

/// value_percentile without a percentile: how many percent of the hits have a value. Told for the value that came first
/// of those whose share meets the condition.
class ClosingShare : public ClosingState {
 public:
  static constexpr SampleNeeds kNeeds = SampleNeeds::text;
  static constexpr bool kOncePerEvent = true;
  explicit ClosingShare(std::pmr::memory_resource* memory) : hits_(memory) {}
  void add(const Sample& sample, WindowPlan& plan, CorrelationStats& stats) {
    if (hits_.size() < plan.limits.group_hits_max)
      hits_.push_back({sample.text_hash, sample.mark, std::pmr::string(sample.text, hits_.get_allocator())});
    else
      ++stats.hits_evicted;
  }
  bool decide(WindowPlan& plan, Verdict& out) {
    std::sort(hits_.begin(), hits_.end(), [](const Hit& a, const Hit& b) {
      if (a.hash != b.hash) return a.hash < b.hash;
      const int order = a.text.compare(b.text);
      return order != 0 ? order < 0 : a.mark < b.mark;
    });
    std::size_t found = hits_.size(), found_end = 0;
    for (std::size_t i = 0, end = 0; i < hits_.size(); i = end) {
      while (end < hits_.size() && hits_[end].hash == hits_[i].hash && hits_[end].text == hits_[i].text) ++end;
      DecimalSum percents;
      percents.add({static_cast<std::int64_t>(100 * (end - i)), 0});
      if (!plan.meets([&](const Decimal& bound) { return percents.compare(bound, hits_.size()); })) continue;
      if (found != hits_.size() && !(hits_[i].mark < hits_[found].mark)) continue;
      found = i;
      found_end = end;
      out.value = percents.divided(hits_.size());
    }
    if (found == hits_.size()) return false;
    out.marks.clear();
    for (std::size_t i = found; i < found_end; ++i) out.marks.push_back(hits_[i].mark);
    out.count = found_end - found;
    return true;
  }
  void forget() { empty_out(hits_); }

 private:
  struct Hit {
    std::uint64_t hash = 0;
    Mark mark;
    std::pmr::string text;
  };
  std::pmr::vector<Hit> hits_;
};

/// value_count. Stops at CorrelationLimits::distinct_max values, which no bound lies beyond.
class ClosingDistinct : public ClosingState {
 public:
  static constexpr SampleNeeds kNeeds = SampleNeeds::text;
  explicit ClosingDistinct(std::pmr::memory_resource* memory) : hashes_(memory), texts_(memory) {}
  void add(const Sample& sample, WindowPlan&, CorrelationStats&) {
    if (hashes_.size() > static_cast<std::size_t>(kCorrelationLimits.distinct_max)) return;
    for (std::size_t i = 0; i < hashes_.size(); ++i)
      if (hashes_[i] == sample.text_hash && texts_[i] == sample.text) return;
    hashes_.push_back(sample.text_hash);
    texts_.emplace_back(sample.text);
  }
  bool decide(WindowPlan& plan, Verdict& out) const noexcept {
    out.value.whole = static_cast<std::int64_t>(hashes_.size());
    return plan.meets(hashes_.size());
  }
  void forget() {
    empty_out(hashes_);
    empty_out(texts_);
  }

 private:
  std::pmr::vector<std::uint64_t> hashes_;
  std::pmr::vector<std::pmr::string> texts_;
};

/// temporal
class ClosingStages : public ClosingState {
 public:
  explicit ClosingStages(std::pmr::memory_resource* memory) : seen_(memory) {}
  void add(const Sample& sample, WindowPlan& plan, CorrelationStats&) {
    if (seen_.empty()) seen_.resize(plan.rule.stages.size());
    seen_[sample.stage] = 1;
  }
  bool decide(WindowPlan& plan, Verdict& out) const {
    const auto stages = std::count(seen_.begin(), seen_.end(), char{1});
    out.value.whole = stages;
    if (plan.rule.condition.empty()) return plan.meets(static_cast<std::uint64_t>(stages));
    return plan.condition_holds([this](std::uint32_t stage) { return seen_[stage] != 0; });
  }
  void forget() { empty_out(seen_); }

 private:
  std::pmr::vector<char> seen_;  // by stage
};

/// temporal_ordered: the longest chain that ends at each rank, now and before the present moment.
class ClosingChains : public ClosingState {
 public:
  explicit ClosingChains(std::pmr::memory_resource* memory) : stages_(memory), chains_(memory) {}
  void add(const Sample& sample, WindowPlan& plan, CorrelationStats& stats) {
    stages_.add(sample, plan, stats);
    if (chains_.empty()) chains_.resize(plan.ranks);
    const std::int32_t rank = plan.rank[sample.stage];
    if (rank < 0) return;
    const auto at = static_cast<std::size_t>(rank);
    std::uint32_t length = 1;
    for (std::size_t i = 0; i < at; ++i)
      length = std::max(length, 1 + (chains_[i].at < sample.mark.time ? chains_[i].now : chains_[i].before));
    Chain& chain = chains_[at];
    if (length <= chain.now) return;
    if (chain.at < sample.mark.time) chain.before = chain.now;
    chain.now = length;
    chain.at = sample.mark.time;
  }
  bool decide(WindowPlan& plan, Verdict& out) const {
    std::uint32_t longest = 0;
    for (const Chain& chain : chains_) longest = std::max(longest, chain.now);
    if (!plan.rule.condition.empty()) {
      const bool holds = longest == plan.ranks && stages_.decide(plan, out);
      out.value = {longest, 0};
      return holds;
    }
    out.value = {longest, 0};
    return plan.meets(std::uint64_t{longest});
  }
  void forget() {
    stages_.forget();
    empty_out(chains_);
  }

 private:
  struct Chain {
    EventTime at{};  ///< since when `now` is
    std::uint32_t now = 0, before = 0;
  };
  ClosingStages stages_;
  std::pmr::vector<Chain> chains_;  // by rank
};

}  // namespace stopwarden::sigma
