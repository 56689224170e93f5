// SPDX-License-Identifier: Apache-2.0
// What the matchers rely on and a compiler of rules never breaks, but the bytes of a cache file might.
#pragma once
#include "detect/sigma/ir.h"
#include "detect/sigma/ruleset.h"

namespace stopwarden::sigma {

/// Nodes refer backwards and are not too deep, items exist, patterns and aliases are of a form the matchers know, and
/// trying all rules once stays within a bound, however often conditions share their parts. Correlations refer to what
/// is there, without circles, within the limits that compiling keeps.
bool is_sound(const Ir& ir);

/// A trigger for each rule, of literals that the indexes can hold.
bool triggers_fit(const RuleSet& rules);

/// As many reports say "loaded" as there are rules.
bool reports_fit(const RuleSet& rules);

}  // namespace stopwarden::sigma
