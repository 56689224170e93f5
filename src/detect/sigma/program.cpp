// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/program.h"

#include <algorithm>

#include "detect/sigma/trigger.h"

namespace stopwarden::sigma {

Program::Program(const RuleSet& rules) : ir_(rules.ir()), sources_(collect_sources(ir_)), waits_(ir_.rules.size()) {
  const LiteralRarity rarity(ir_);
  std::vector<Trigger> triggers;
  triggers.reserve(ir_.rules.size());
  for (std::uint32_t r = 0; r < ir_.rules.size(); ++r) {
    triggers.push_back(trigger_of(ir_.rules[r], rarity));
    for (const TriggerLiteral& t : triggers.back()) indexes_[index(t.field)].add(t.literal, r);
  }
  for (auto& [field, literals] : indexes_) literals.build(rarity);
  for (std::uint32_t r = 0; r < triggers.size(); ++r) {
    for (const TriggerLiteral& t : triggers[r]) {  // sorted by field
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
