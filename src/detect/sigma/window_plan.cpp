// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/window_state.h"

namespace stopwarden::sigma {
namespace {

/// The lowest number, from 1, that meets every lower bound; bounds of other kinds are decided when a window closes.
std::size_t lowest_number(const std::vector<Bound>& bounds) {
  std::int64_t lowest = 1;
  for (const Bound& bound : bounds) {
    const bool itself = bound.op == Bound::Op::gte && bound.value.nano == 0;
    const std::int64_t from = itself                           ? bound.value.whole
                              : bound.value.whole == INT64_MAX ? INT64_MAX
                                                               : bound.value.whole + 1;
    lowest = std::max(lowest, from);
  }
  return static_cast<std::size_t>(lowest);
}

}  // namespace

WindowPlan::WindowPlan(const CorrelationRule& r, const CorrelatorLimits& l)
    : rule(r), limits(l), truth_(r.condition.size(), 0) {
  const bool at_once = r.decision == CorrelationRule::Decision::at_once;
  if (at_once && r.type != CorrelationType::value_sum) needed = lowest_number(r.bounds);
  if (r.type != CorrelationType::temporal_ordered) return;
  rank_stages();
  if (!r.condition.empty()) needed = ranks;
  if (at_once) plan_chains();
}

/// Stages that the condition wants absent (under an odd number of `not`) have no place in the order.
void WindowPlan::rank_stages() {
  rank.assign(rule.stages.size(), rule.condition.empty() ? 0 : -1);
  std::vector<char> negated(rule.condition.size(), 0);
  for (std::size_t i = rule.condition.size(); i-- > 0;) {  // parents before children
    const CorrelationNode& node = rule.condition[i];
    const bool flips = node.kind == CorrelationNode::Kind::negation;
    for (const std::uint32_t child : node.children) negated[child] = (negated[i] != 0) != flips ? 1 : 0;
    if (node.kind == CorrelationNode::Kind::stage && negated[i] == 0) rank[node.stage] = 0;
  }
  for (std::int32_t& of_stage : rank)
    if (of_stage == 0) of_stage = static_cast<std::int32_t>(ranks++);
}

/// A chain of `length` that ends at a rank is worth keeping when enough ranks are left to reach `needed`.
void WindowPlan::plan_chains() {
  for (std::uint32_t at = 0; at < ranks; ++at) {
    first_cell.push_back(cells.size());
    const std::size_t left = ranks - 1 - at;
    const std::size_t shortest = needed > left + 1 ? needed - left : 1;
    for (std::size_t length = shortest; length <= std::min<std::size_t>(at + 1, needed); ++length) {
      cells.push_back({at, static_cast<std::uint32_t>(length), links});
      links += 2 * length;
    }
  }
  first_cell.push_back(cells.size());
}

}  // namespace stopwarden::sigma
