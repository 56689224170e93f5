// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/correlation_ir.h"

#include <limits>

#include <cstdlib>

namespace stopwarden::sigma {

std::string_view correlation_type_name(CorrelationType type) noexcept {
  switch (type) {
    case CorrelationType::event_count: return "event_count";
    case CorrelationType::value_count: return "value_count";
    case CorrelationType::temporal: return "temporal";
    case CorrelationType::temporal_ordered: return "temporal_ordered";
    case CorrelationType::value_sum: return "value_sum";
    case CorrelationType::value_avg: return "value_avg";
    case CorrelationType::value_median: return "value_median";
    case CorrelationType::value_percentile: return "value_percentile";
  }
  std::abort();
}

bool satisfies(Bound::Op op, std::strong_ordering number_to_bound) noexcept {
  switch (op) {
    case Bound::Op::lt: return number_to_bound < 0;
    case Bound::Op::lte: return number_to_bound <= 0;
    case Bound::Op::gt: return number_to_bound > 0;
    case Bound::Op::gte: return number_to_bound >= 0;
    case Bound::Op::eq: return number_to_bound == 0;
    case Bound::Op::neq: return number_to_bound != 0;
  }
  std::abort();
}

std::optional<std::vector<std::uint32_t>> depths_of(const std::vector<CorrelationRule>& correlations,
                                                    std::size_t depth_max) {
  std::vector<std::uint32_t> depths(correlations.size(), 0);
  for (std::size_t round = 0; round <= depth_max + 1; ++round) {  // each round settles one level more
    bool changed = false;
    for (std::size_t i = 0; i < correlations.size(); ++i)
      for (const CorrelationMember& m : correlations[i].members)
        if (m.chained && depths[i] <= depths[m.number]) {
          depths[i] = depths[m.number] + 1;
          changed = true;
        }
    if (!changed) return depths;
  }
  return std::nullopt;
}

std::int64_t threshold_limit(CorrelationType type) noexcept {
  if (type == CorrelationType::event_count) return kCorrelationLimits.events_max;
  if (type == CorrelationType::value_count) return kCorrelationLimits.distinct_max;
  return std::numeric_limits<std::int64_t>::max();
}

}  // namespace stopwarden::sigma
