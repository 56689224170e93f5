// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>

namespace stopwarden::sigma {

/// What one rule may ask for. The figures of SigmaHQ (3,780 rules) stand beside each.
struct RuleLimits {
  std::size_t values_max = 50'000;              // after all expansion; the largest rule has about 2,000
  std::size_t nodes_max = 100'000;              // of the compiled condition; the largest has a few dozen
  std::size_t expansions_max = 10'000;          // of one value by placeholders; here none is seen
  std::size_t dash_combinations_max = 125;      // only where dashes must be spelt out (before base64): three dashes
  std::size_t condition_bytes_max = 64 * 1024;  // the longest has 553
  std::size_t condition_depth_max = 64;         // the deepest has 4
  std::size_t value_bytes_max = 64 * 1024;      // the longest has about 600
  std::size_t rule_set_values_max = 4'000'000;  // all rules together: 34,147 distinct ones; about 400 MB at most
};
inline constexpr RuleLimits kRuleLimits{};

}  // namespace stopwarden::sigma
