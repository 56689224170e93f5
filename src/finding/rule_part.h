// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "detect/hit.h"
#include "finding/finding.h"

namespace stopwarden {

/// Fills what a finding says of its rule: severity, id, title, techniques and tactics of the tags, ...
void fill_rule_part(Finding& finding, const RuleInfo& rule);

}  // namespace stopwarden
