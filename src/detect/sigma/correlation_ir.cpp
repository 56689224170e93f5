// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/correlation_ir.h"

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

}  // namespace stopwarden::sigma
