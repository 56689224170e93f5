// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/program.h"

#include <algorithm>

#include "detect/sigma/trigger.h"

namespace stopwarden::sigma {
/// Finds the rules that look into every value, and the keywords of their triggers.
void Program::find_keywords(const Triggers& triggers) {
  keywords_.resize(ir_.rules.size());
  for (std::uint32_t r = 0; r < ir_.rules.size(); ++r) {
    const auto& items = ir_.rules[r].items;
    if (std::none_of(items.begin(), items.end(), [](const Item& item) { return !item.field; })) continue;
    keywords_[r].any = true;
    for (const TriggerLiteral& t : triggers.of_rule[r])
      if (t.field == kUnnamedField) keywords_[r].of_trigger.push_back(t.literal.text);
  }
}

Program::Program(const RuleSet& rules)
    : ir_(rules.ir()), counts_(rules.triggers().counts), sources_(collect_sources(ir_)), waits_(ir_.rules.size()) {
  const Triggers& triggers = rules.triggers();
  for (std::uint32_t r = 0; r < ir_.rules.size(); ++r)
    for (const TriggerLiteral& t : triggers.of_rule[r]) indexes_[index(t.field)].add(t.literal, r);
  for (auto& [field, literals] : indexes_) literals.build(triggers.counts);
  find_keywords(triggers);
  for (std::uint32_t r = 0; r < ir_.rules.size(); ++r) {
    for (const TriggerLiteral& t : triggers.of_rule[r]) {  // sorted by field
      if (waits_[r].empty() || waits_[r].back().field != t.field) waits_[r].push_back({t.field, 0});
      waits_[r].back().engines |= engine_bit(indexes_.at(index(t.field)).engine_of(t.literal));
    }
  }
}

bool Program::makes(std::uint32_t source, FieldId field) const noexcept {
  for (const FieldAlias* alias : sources_[source].aliases)
    if (alias->to == field) return true;
  return false;
}

const LiteralIndex* Program::index_of(FieldId field) const noexcept {
  const auto at = indexes_.find(index(field));
  return at == indexes_.end() ? nullptr : &at->second;
}

}  // namespace stopwarden::sigma
