// SPDX-License-Identifier: Apache-2.0
// States of correlations that are told at once: what must be remembered of a group to know, at each hit, whether the
// condition holds over the window that ends there. `from` is where that window begins.
//
//   add()    takes a hit
//   holds()  does the condition hold?
//   tell()   the hits it is made of; `last` is the number of the last one
//   clear()  after a result: no hit is part of two of them
#pragma once
#include <string>

#include "detect/sigma/window_state.h"

namespace stopwarden::sigma {

/// event_count: the last hits, as many as are needed.
class CountState {
 public:
  static constexpr SampleNeeds kNeeds = SampleNeeds::nothing;
  static constexpr bool kOncePerEvent = true;
  explicit CountState(std::pmr::memory_resource* memory) : hits_(memory) {}

  /// Old hits are only looked at when they take room, or when there seem to be enough.
  void add(const Sample& sample, EventTime from, WindowPlan& plan, CorrelationStats&) {
    if (hits_.full() || hits_.size() >= plan.needed) {
      while (hits_.size() != 0 && (hits_.front().time < from || hits_.size() >= plan.needed)) hits_.pop();
    }
    hits_.push({sample.mark.time, sample.mark.evidence});
  }
  bool holds(EventTime from, WindowPlan& plan) const noexcept {
    return hits_.size() >= plan.needed && hits_.front().time >= from;
  }
  void tell(EventTime, WindowPlan&, std::uint64_t last, Verdict& out) const {
    for (std::size_t i = 0; i < hits_.size(); ++i) {
      if (out.marks.size() == kCorrelationEvidencesMax) i = hits_.size() - 1;
      out.marks.push_back({hits_[i].time, last - (hits_.size() - 1 - i), hits_[i].evidence});
    }
    out.count = hits_.size();
    out.value.whole = static_cast<std::int64_t>(hits_.size());
  }
  void clear() noexcept { hits_.clear(); }
  void forget() { hits_.forget(); }
  std::size_t size() const noexcept { return hits_.size(); }

 private:
  struct Hit {
    EventTime time{};
    std::uint64_t evidence = 0;
  };
  Ring<Hit> hits_;
};

/// value_sum: every hit of the window, since each must be taken back when it leaves.
class SumState {
 public:
  static constexpr SampleNeeds kNeeds = SampleNeeds::number;
  static constexpr bool kOncePerEvent = true;
  explicit SumState(std::pmr::memory_resource* memory) : hits_(memory) {}

  void add(const Sample& sample, EventTime from, WindowPlan& plan, CorrelationStats& stats) {
    while (hits_.size() != 0 && hits_.front().mark.time < from) pop();
    for (; hits_.size() >= plan.limits.group_hits_max && hits_.size() != 0; ++stats.hits_evicted) pop();
    hits_.push({sample.mark, sample.number});
    sum_.add(sample.number);
  }
  bool holds(EventTime, WindowPlan& plan) const noexcept {
    return plan.meets([this](const Decimal& bound) { return sum_.compare(bound); });
  }
  void tell(EventTime, WindowPlan&, std::uint64_t, Verdict& out) const {
    for (std::size_t i = 0; i < hits_.size(); ++i) {
      if (out.marks.size() == kCorrelationEvidencesMax) i = hits_.size() - 1;
      out.marks.push_back(hits_[i].mark);
    }
    out.count = hits_.size();
    out.value = sum_.divided(1);
  }
  void clear() noexcept {
    hits_.clear();
    sum_ = {};
  }
  void forget() {
    hits_.forget();
    sum_ = {};
  }
  std::size_t size() const noexcept { return hits_.size(); }

 private:
  struct Hit {
    Mark mark;
    Decimal number;
  };
  void pop() noexcept {
    sum_.subtract(hits_.front().number);
    hits_.pop();
  }
  Ring<Hit> hits_;
  DecimalSum sum_;
};

/// value_count: the last values, as many as are needed, each with its last hit.
class DistinctState {
 public:
  static constexpr SampleNeeds kNeeds = SampleNeeds::text;
  static constexpr bool kOncePerEvent = false;  // under its aliases an event may have several values
  explicit DistinctState(std::pmr::memory_resource* memory) : seen_(memory), texts_(memory) {}

  void add(const Sample& sample, EventTime from, WindowPlan& plan, CorrelationStats&) {
    for (std::size_t i = seen_.size(); i-- > 0;) {
      if (seen_[i].hash == sample.text_hash && texts_[i] == sample.text) {
        seen_[i].mark = sample.mark;
        return;
      }
      if (seen_[i].mark.time < from) drop(i);
    }
    if (seen_.size() >= plan.needed)
      drop(static_cast<std::size_t>(
          std::min_element(seen_.begin(), seen_.end(), [](const Seen& a, const Seen& b) { return a.mark < b.mark; }) -
          seen_.begin()));
    seen_.push_back({sample.text_hash, sample.mark});
    texts_.emplace_back(sample.text);
  }
  bool holds(EventTime from, WindowPlan& plan) const noexcept {
    return seen_.size() >= plan.needed &&
           std::all_of(seen_.begin(), seen_.end(), [from](const Seen& s) { return s.mark.time >= from; });
  }
  void tell(EventTime, WindowPlan&, std::uint64_t, Verdict& out) const {
    for (const Seen& seen : seen_) out.marks.push_back(seen.mark);
    out.count = seen_.size();
    out.value.whole = static_cast<std::int64_t>(seen_.size());
  }
  void clear() noexcept {
    seen_.clear();
    texts_.clear();
  }
  void forget() {
    empty_out(seen_);
    empty_out(texts_);
  }
  std::size_t size() const noexcept { return seen_.size(); }

 private:
  struct Seen {
    std::uint64_t hash = 0;
    Mark mark;
  };
  void drop(std::size_t i) {
    seen_[i] = seen_.back();
    seen_.pop_back();
    std::swap(texts_[i], texts_.back());
    texts_.pop_back();
  }
  std::pmr::vector<Seen> seen_;
  std::pmr::vector<std::pmr::string> texts_;  // beside seen_, which is walked at each hit
};

/// temporal: the last hit of each stage.
class StagesState {
 public:
  static constexpr SampleNeeds kNeeds = SampleNeeds::nothing;
  static constexpr bool kOncePerEvent = false;  // an event may be several stages
  explicit StagesState(std::pmr::memory_resource* memory) : last_(memory) {}

  void add(const Sample& sample, EventTime, WindowPlan& plan, CorrelationStats&) {
    if (last_.empty()) last_.resize(plan.rule.stages.size());
    last_[sample.stage] = sample.mark;
  }
  bool holds(EventTime from, WindowPlan& plan) const {
    if (!plan.rule.condition.empty())
      return plan.condition_holds([this, from](std::uint32_t stage) { return seen(last_[stage], from); });
    const auto stages = std::count_if(last_.begin(), last_.end(), [from](const Mark& m) { return seen(m, from); });
    return static_cast<std::size_t>(stages) >= plan.needed;
  }
  void tell(EventTime from, WindowPlan&, std::uint64_t, Verdict& out) const {
    for (const Mark& mark : last_)
      if (seen(mark, from)) out.marks.push_back(mark);
    out.count = out.marks.size();
    out.value.whole = static_cast<std::int64_t>(out.count);
  }
  void clear() noexcept { last_.clear(); }
  void forget() { empty_out(last_); }
  std::size_t size() const noexcept {
    return static_cast<std::size_t>(
        std::count_if(last_.begin(), last_.end(), [](const Mark& m) { return m.number != 0; }));
  }

 private:
  static bool seen(const Mark& mark, EventTime from) noexcept { return mark.number != 0 && mark.time >= from; }
  std::pmr::vector<Mark> last_;  // by stage; number 0: none
};

/// temporal_ordered: for each rank and length the chain that ends there and began last. A chain grows by hits that are
/// later than its end, so each cell also keeps what it was before the present moment.
class ChainsState {
 public:
  static constexpr SampleNeeds kNeeds = SampleNeeds::nothing;
  static constexpr bool kOncePerEvent = false;
  explicit ChainsState(std::pmr::memory_resource* memory) : cells_(memory), links_(memory) {}

  void add(const Sample& sample, EventTime from, WindowPlan& plan, CorrelationStats&) {
    const std::int32_t rank = plan.rank[sample.stage];
    if (rank < 0) return;
    if (cells_.empty()) {
      cells_.resize(plan.cells.size());
      links_.resize(plan.links);
    }
    const auto at = static_cast<std::uint32_t>(rank);
    for (std::size_t i = plan.first_cell[at]; i < plan.first_cell[at + 1]; ++i) {
      const Mark* before = nullptr;
      if (plan.cells[i].length > 1) {
        before = best_before(at, plan.cells[i].length - 1, sample.mark.time, from, plan);
        if (before == nullptr) continue;
      }
      extend(i, before, sample.mark, plan);
    }
    ++hits_;
  }
  bool holds(EventTime from, WindowPlan& plan) const noexcept { return longest(from, plan) != nullptr; }
  void tell(EventTime from, WindowPlan& plan, std::uint64_t, Verdict& out) const {
    const Mark* chain = longest(from, plan);
    out.marks.assign(chain, chain + plan.needed);
    out.count = plan.needed;
    out.value.whole = static_cast<std::int64_t>(plan.needed);
  }
  void clear() noexcept {
    cells_.clear();
    links_.clear();
    hits_ = 0;
  }
  void forget() {
    empty_out(cells_);
    empty_out(links_);
    hits_ = 0;
  }
  std::size_t size() const noexcept { return hits_; }

 private:
  struct Cell {
    EventTime at{};  ///< since when `now` is
    bool has_now = false, has_before = false;
  };
  const Mark* now(std::size_t cell, const WindowPlan& plan) const noexcept { return &links_[plan.cells[cell].links]; }
  const Mark* before(std::size_t cell, const WindowPlan& plan) const noexcept {
    return now(cell, plan) + plan.cells[cell].length;
  }
  static bool later(const Mark* a, const Mark* b) noexcept { return b == nullptr || *b < *a; }

  /// The chain of `length` that ends before `time` at a lower rank, and began last.
  const Mark* best_before(std::uint32_t rank, std::size_t length, EventTime time, EventTime from,
                          const WindowPlan& plan) const noexcept {
    const Mark* best = nullptr;
    for (std::size_t i = 0; i < plan.first_cell[rank]; ++i) {
      if (plan.cells[i].length != length) continue;
      const bool settled = cells_[i].at < time;
      if (!(settled ? cells_[i].has_now : cells_[i].has_before)) continue;
      const Mark* chain = settled ? now(i, plan) : before(i, plan);
      if (chain->time >= from && later(chain, best)) best = chain;
    }
    return best;
  }

  void extend(std::size_t i, const Mark* chain, const Mark& mark, const WindowPlan& plan) {
    Cell& cell = cells_[i];
    const std::size_t length = plan.cells[i].length;
    if (cell.has_now && !later(chain == nullptr ? &mark : chain, now(i, plan))) return;
    Mark* to = &links_[plan.cells[i].links];
    if (cell.has_now && cell.at < mark.time) {
      std::copy(to, to + length, to + length);
      cell.has_before = true;
    }
    if (chain != nullptr) std::copy(chain, chain + length - 1, to);
    to[length - 1] = mark;
    cell.at = mark.time;
    cell.has_now = true;
  }

  const Mark* longest(EventTime from, const WindowPlan& plan) const noexcept {
    const Mark* best = nullptr;
    for (std::size_t i = 0; i < cells_.size(); ++i) {
      if (plan.cells[i].length != plan.needed || !cells_[i].has_now) continue;
      const Mark* chain = now(i, plan);
      if (chain->time >= from && later(chain, best)) best = chain;
    }
    return best;
  }

  std::pmr::vector<Cell> cells_;
  std::pmr::vector<Mark> links_;
  std::size_t hits_ = 0;
};

}  // namespace stopwarden::sigma
