// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/program.h"

#include <algorithm>
#include <map>
#include <string_view>

#include "detect/sigma/trigger.h"

namespace stopwarden::sigma {

namespace {

/// The rule sees events of any channel, or of very many: what it asks of them is asked of nearly all.
bool is_wide(const Rule& rule) {
  constexpr std::size_t kManySources = 16;  // `product: windows` comes to every source of Windows there is
  return rule.selectors.size() >= kManySources ||
         std::any_of(rule.selectors.begin(), rule.selectors.end(), [](const SourceSelector* s) {
           return (s->channel.empty() || s->channel == "*") && s->event_ids.empty();
         });
}

/// Makes the probe look for each keyword: always by the pair that is rarest for the number of keywords it serves. False
/// when one has no usable pair, or there is no room.
bool cover(const std::vector<std::string_view>& keywords, const TextCounts& counts, TextProbe& probe) {
  std::vector<std::string_view> open = keywords;
  const auto covered = [&probe](std::string_view k) { return probe.covers(k); };
  for (std::erase_if(open, covered); !open.empty(); std::erase_if(open, covered)) {
    std::map<std::string_view, std::size_t> serves;
    for (const std::string_view k : open)
      for (std::size_t i = 0; i + 2 <= k.size(); ++i)
        if (TextProbe::usable(k[i], k[i + 1]) && k.find(k.substr(i, 2)) == i) ++serves[k.substr(i, 2)];
    const auto worth = [&counts](const auto& entry) {
      const auto [pair, keywords_served] = entry;
      return static_cast<double>(keywords_served) / (10 + counts.of_pair(pair[0], pair[1]));
    };
    const auto best = std::max_element(serves.begin(), serves.end(),
                                       [&worth](const auto& a, const auto& b) { return worth(a) < worth(b); });
    if (best == serves.end()) return false;
    for (const std::string_view k : open)
      if (const std::size_t at = k.find(best->first); at != std::string_view::npos && !probe.add(k, at)) return false;
  }
  return true;
}

}  // namespace

/// Decides which keyword rules the probe can speak for: those that nearly every event would be read whole for.
void Program::find_keywords(const Triggers& triggers) {
  keywords_.assign(ir_.rules.size(), Keywords::none);
  for (std::uint32_t r = 0; r < ir_.rules.size(); ++r) {
    const auto& items = ir_.rules[r].items;
    if (std::none_of(items.begin(), items.end(), [](const Item& item) { return !item.field; })) continue;
    keywords_[r] = Keywords::in_all_values;
    const Trigger& trigger = triggers.of_rule[r];
    if (trigger.empty()) continue;
    std::vector<std::string_view> keywords;
    for (const TriggerLiteral& t : trigger)
      if (t.field == kUnnamedField) keywords.push_back(t.literal.text);
    TextProbe wider = probe_;
    if ((keywords.empty() || is_wide(ir_.rules[r])) && cover(keywords, triggers.counts, wider)) {
      probe_ = wider;
      keywords_[r] = Keywords::probed;
    }
  }
}

Program::Program(const RuleSet& rules) : ir_(rules.ir()), sources_(collect_sources(ir_)), waits_(ir_.rules.size()) {
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
