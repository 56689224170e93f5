// SPDX-License-Identifier: Apache-2.0
#include "finding/rule_part.h"

#include <algorithm>

#include "finding/attack.h"

namespace stopwarden {

void fill_rule_part(Finding& f, const RuleInfo& rule) {
  f.severity = rule.level;
  f.analytic_uid = rule.id.empty() ? rule.file : rule.id;
  f.title = rule.title;
  f.description = rule.description;
  f.status = rule.status;
  f.author = rule.author;
  f.license = rule.license;
  f.tags = rule.tags;
  f.falsepositives = rule.falsepositives;
  f.references = rule.references;
  for (const std::string& tag : rule.tags) {
    if (const auto technique = technique_of_tag(tag)) {
      const auto same = [&](const Attack& a) { return a.technique_uid == *technique; };
      if (std::none_of(f.attacks.begin(), f.attacks.end(), same)) f.attacks.push_back({*technique});
    } else if (const Tactic* tactic = tactic_of_tag(tag)) {
      const std::string_view key = tactic_key(*tactic);
      if (std::find(f.tactics.begin(), f.tactics.end(), key) == f.tactics.end()) f.tactics.emplace_back(key);
    }
  }
}

}  // namespace stopwarden
