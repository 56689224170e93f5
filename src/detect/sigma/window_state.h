// SPDX-License-Identifier: Apache-2.0
// What the states of all types of correlation share: hits as they see them, and what a correlation is told once.
#pragma once
#include <algorithm>
#include <cstdint>
#include <memory_resource>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"
#include "detect/sigma/correlate.h"
#include "detect/sigma/correlation_ir.h"
#include "detect/sigma/ring.h"
#include "detect/sigma/state_memory.h"

namespace stopwarden::sigma {

/// Times at the ends of what EventTime holds stay there.
inline EventTime minus(EventTime time, std::chrono::nanoseconds span) noexcept {
  return time < EventTime::min() + span ? EventTime::min() : time - span;
}
inline EventTime plus(EventTime time, std::chrono::nanoseconds span) noexcept {
  return time > EventTime::max() - span ? EventTime::max() : time + span;
}

/// A hit that is remembered.
struct Mark {
  EventTime time{};
  std::uint64_t number = 0;  ///< of the hit in its group, from 1
  std::uint64_t evidence = 0;
};
inline bool operator<(const Mark& a, const Mark& b) noexcept { return a.number < b.number; }

/// A hit as a state sees it.
struct Sample {
  Mark mark;
  std::uint32_t stage = 0;
  std::string_view text;        ///< the value, or the tuple of values, that is counted
  std::uint64_t text_hash = 0;  ///< of `text`
  Decimal number;               ///< the value that is added up
};

/// What of a hit a state is interested in.
enum class SampleNeeds : std::uint8_t { nothing, text, number };

/// A correlation as its states need it, worked out once.
struct WindowPlan {
  WindowPlan(const CorrelationRule& r, const CorrelatorLimits& l);
  const CorrelationRule& rule;
  const CorrelatorLimits& limits;
  std::size_t needed = 1;  ///< of at_once: the lowest number of hits, values or rules that meets the bounds

  // temporal_ordered: a chain is made of hits of rising rank and rising time.
  struct Cell {
    std::uint32_t rank = 0, length = 0;
    std::size_t links = 0;  ///< where its two chains of `length` marks are kept
  };
  std::vector<std::int32_t> rank;       ///< by stage; -1: the condition wants it absent
  std::uint32_t ranks = 0;              ///< so many stages have one
  std::vector<Cell> cells;              ///< by rank, then length: chains that can still become `needed` long
  std::vector<std::size_t> first_cell;  ///< by rank, and the end
  std::size_t links = 0;

  bool meets(std::uint64_t number) const noexcept { return meets(Decimal{static_cast<std::int64_t>(number), 0}); }
  bool meets(const Decimal& number) const noexcept {
    return meets([&number](const Decimal& bound) { return number <=> bound; });
  }
  template <class Compare>
  requires std::is_invocable_r_v<std::strong_ordering, Compare, const Decimal&>
  bool meets(const Compare& compare) const noexcept {
    return std::all_of(rule.bounds.begin(), rule.bounds.end(),
                       [&compare](const Bound& bound) { return satisfies(bound.op, compare(bound.value)); });
  }
  /// Does the condition over rules hold, when `seen(stage)` tells which were?
  template <class Seen>
  bool condition_holds(const Seen& seen) {
    for (std::size_t i = 0; i < rule.condition.size(); ++i) {
      const CorrelationNode& node = rule.condition[i];
      const auto child = [this](std::uint32_t c) { return truth_[c] != 0; };
      bool truth = false;
      switch (node.kind) {
        case CorrelationNode::Kind::stage: truth = seen(node.stage); break;
        case CorrelationNode::Kind::all: truth = std::all_of(node.children.begin(), node.children.end(), child); break;
        case CorrelationNode::Kind::any: truth = std::any_of(node.children.begin(), node.children.end(), child); break;
        case CorrelationNode::Kind::negation: truth = !child(node.children.front()); break;
      }
      truth_[i] = truth ? 1 : 0;
    }
    return !rule.condition.empty() && truth_.back() != 0;
  }

 private:
  void rank_stages();
  void plan_chains();
  std::vector<char> truth_;  // scratch, by node of the condition
};

/// What a result is made of. One for all groups of a correlation.
struct Verdict {
  std::vector<Mark> marks;  ///< oldest first; those beyond kCorrelationEvidencesMax only until trim()
  std::uint64_t count = 0;
  Decimal value;
  void clear() noexcept {
    marks.clear();
    count = 0;
    value = {};
  }
  /// The oldest and the newest stay.
  void trim() {
    if (marks.size() <= kCorrelationEvidencesMax) return;
    marks[kCorrelationEvidencesMax - 1] = marks.back();
    marks.resize(kCorrelationEvidencesMax);
  }
};

}  // namespace stopwarden::sigma
