// SPDX-License-Identifier: Apache-2.0
// The compiled form of a correlation rule. Plain data: other rules are meant by their numbers.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "detect/hit.h"
#include "detect/sigma/decimal.h"

namespace stopwarden::sigma {

enum class CorrelationType : std::uint8_t {
  event_count,
  value_count,
  temporal,
  temporal_ordered,
  value_sum,
  value_avg,
  value_median,
  value_percentile,
};
std::string_view correlation_type_name(CorrelationType type) noexcept;
constexpr bool is_temporal(CorrelationType t) noexcept {
  return t == CorrelationType::temporal || t == CorrelationType::temporal_ordered;
}

/// One line of a condition: `gte: 10`.
struct Bound {
  enum class Op : std::uint8_t { lt, lte, gt, gte, eq, neq };
  Op op = Op::gte;
  Decimal value;
};
/// Does a number that compares so with the bound's value satisfy it?
bool satisfies(Bound::Op op, std::strong_ordering number_to_bound) noexcept;

/// A node of a condition over rules: `a and not b`. Children come first, the root is the last.
struct CorrelationNode {
  enum class Kind : std::uint8_t { stage, all, any, negation };
  Kind kind = Kind::stage;
  std::uint32_t stage = 0;              ///< Kind::stage
  std::vector<std::uint32_t> children;  ///< all others
};

/// A rule whose hits are fed to a correlation. Several members may be one stage: a collection that shares an id.
struct CorrelationMember {
  std::uint32_t stage = 0;   ///< which entry of `rules:`
  bool chained = false;      ///< `number` is that of a correlation
  std::uint32_t number = 0;  ///< in Ir::rules or Ir::correlations
  /// Where the correlation's group_by, fields and passed are found: places in Rule::correlation_fields, or in
  /// CorrelationRule::passed of a chained one. Those of passed fields that are part of the group are not used.
  std::vector<std::uint16_t> group, fields, passed;
};

/// A field that outer correlations ask of this one's results.
struct PassedField {
  std::string name;
  std::int32_t group = -1;  ///< which of group_by it is; -1: it is taken from the completing event
};

struct CorrelationRule {
  /// When a condition can be known to hold.
  enum class Decision : std::uint8_t {
    at_once,   ///< more events can only confirm it: told at the event that completes it, over a sliding window
    at_close,  ///< told when a window is over: it opens at an event outside of any window and takes in what follows
  };
  RuleInfo info;
  CorrelationType type = CorrelationType::event_count;
  Decision decision = Decision::at_once;
  std::vector<std::string> stages;  ///< `rules:` as written
  std::vector<CorrelationMember> members;
  std::vector<std::string> group_by, fields;
  std::chrono::nanoseconds timespan{0};
  std::vector<Bound> bounds;               ///< all of them; of temporal types: the number of distinct stages
  std::vector<CorrelationNode> condition;  ///< instead of bounds, when there are nodes
  std::optional<Decimal> percentile;       ///< of value_percentile; nothing: the share of each value counts
  bool silent = false;                     ///< an outer correlation speaks for it
  std::vector<PassedField> passed;
  std::vector<std::uint32_t> covers;  ///< plain rules it is made of, through inner correlations too; ascending
};

/// How deep correlations lie within each other below each of them: 0 for those of plain rules only. Nothing when they
/// go in circles, or deeper than `depth_max`.
std::optional<std::vector<std::uint32_t>> depths_of(const std::vector<CorrelationRule>& correlations,
                                                    std::size_t depth_max);

/// What correlations may ask for.
struct CorrelationLimits {
  std::size_t correlations_max = 10'000;
  std::size_t rules_max = 1024;         // of one correlation, through inner ones too
  std::size_t members_max = 100'000;    // of all correlations together: some 20 MB of tables
  std::size_t ordered_rules_max = 32;   // of temporal_ordered: its state grows with the square
  std::size_t fields_max = 16;          // group-by, and tuples of value_count
  std::size_t aliases_max = 1024;       // lines of one correlation
  std::size_t chain_depth_max = 16;     // correlations of correlations of ...
  std::int64_t events_max = 1'000'000;  // a threshold of event_count, whose window remembers as many events
  std::int64_t distinct_max = 16'384;   // a threshold of value_count, which looks through as many values
  std::int64_t timespan_seconds_max = 3'155'695'200;  // a hundred years, well inside of what EventTime holds
};
inline constexpr CorrelationLimits kCorrelationLimits{};

/// A threshold lies below this.
std::int64_t threshold_limit(CorrelationType type) noexcept;
/// Tuples of fields make sense where values are told apart, not where they are added up.
constexpr bool takes_tuples(CorrelationType type, bool has_percentile) noexcept {
  return type == CorrelationType::value_count || (type == CorrelationType::value_percentile && !has_percentile);
}

}  // namespace stopwarden::sigma
