// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/cache_check.h"

#include <algorithm>
#include <set>

#include "detect/sigma/limits.h"
#include "detect/sigma/logsource_load.h"
#include "detect/sigma/trigger.h"

namespace stopwarden::sigma {
namespace {

constexpr std::uint32_t kDepthMax = 512;  // a compiled rule comes to 64 + 64 and a few
constexpr std::uint64_t kCostMax =
    kRuleLimits.rule_set_values_max;  // tests and nodes of all rules, each tried once; SigmaHQ: 10^5

bool is_sound(const Pattern& pattern) {
  return std::all_of(pattern.tokens.begin(), pattern.tokens.end(), [](const PatternToken& token) {
    return (token.kind == PatternToken::Kind::text) != token.text.empty();
  });
}

bool is_sound(const Item& item) {
  const bool keyword = !item.field;
  return std::all_of(item.tests.begin(), item.tests.end(), [keyword](const Test& test) {
    if (const auto* pattern = std::get_if<Pattern>(&test)) return is_sound(*pattern);
    return !keyword || std::holds_alternative<RegexTest>(test);
  });
}

/// What a node may cost and how deep it goes.
struct Reach {
  std::uint64_t cost = 0;
  std::uint32_t depth = 0;
};

/// Nothing for a node that is unsound. `known` are the nodes before it.
std::optional<Reach> reach_of(const Rule& rule, const Node& node, const std::vector<Reach>& known) {
  if (node.kind == Node::Kind::item) {
    if (node.item >= rule.items.size() || !node.children.empty()) return std::nullopt;
    return Reach{rule.items[node.item].tests.size() + 1, 1};
  }
  if (node.kind == Node::Kind::negation && node.children.size() != 1) return std::nullopt;
  Reach out{1, 0};
  for (const std::uint32_t child : node.children) {
    if (child >= known.size()) return std::nullopt;
    out.cost = std::min(out.cost + known[child].cost, kCostMax + 1);
    out.depth = std::max(out.depth, known[child].depth);
  }
  if (++out.depth > kDepthMax) return std::nullopt;
  return out;
}

bool is_sound(const Rule& rule, std::uint64_t& cost_left) {
  if (rule.selectors.empty() || rule.root >= rule.nodes.size()) return false;
  if (!std::all_of(rule.items.begin(), rule.items.end(), [](const Item& item) { return is_sound(item); })) return false;
  std::vector<Reach> known;
  known.reserve(rule.nodes.size());
  for (const Node& node : rule.nodes) {
    const auto reach = reach_of(rule, node, known);
    if (!reach) return false;
    known.push_back(*reach);
  }
  const std::uint64_t cost = known[rule.root].cost;
  if (cost > cost_left) return false;
  cost_left -= cost;
  return true;
}

bool is_sound(const FieldAlias& alias) {
  const auto table = transform_table();
  const auto row = std::find_if(table.begin(), table.end(),
                                [&alias](const TransformRow& r) { return r.transform == alias.transform; });
  return row != table.end() && alias.from.size() >= row->from_min && alias.from.size() <= row->from_max &&
         alias.from.size() % row->from_step == 0;
}

bool is_sound(const SourceSelector& selector) {
  return std::is_sorted(selector.event_ids.begin(), selector.event_ids.end()) &&
         std::all_of(selector.aliases.begin(), selector.aliases.end(),
                     [](const FieldAlias& alias) { return is_sound(alias); });
}

}  // namespace

bool is_sound(const Ir& ir) {
  std::set<const SourceSelector*> selectors;
  std::uint64_t cost_left = kCostMax;
  for (const Rule& rule : ir.rules) {
    if (!is_sound(rule, cost_left)) return false;
    selectors.insert(rule.selectors.begin(), rule.selectors.end());
  }
  return std::all_of(selectors.begin(), selectors.end(), [](const SourceSelector* s) { return is_sound(*s); });
}

bool triggers_fit(const RuleSet& rules) {
  const Triggers& triggers = rules.triggers();
  // What LiteralIndex and Program rely on: two bytes to look for at least, unless the whole value is looked up.
  const auto usable = [](const TriggerLiteral& t) {
    const auto& [kind, text] = t.literal;
    return kind == Literal::Kind::equals || kind == Literal::Kind::number || text.size() >= 2;
  };
  const auto by_field = [](const TriggerLiteral& a, const TriggerLiteral& b) {
    return index(a.field) < index(b.field);
  };
  return triggers.of_rule.size() == rules.size() &&
         std::all_of(triggers.of_rule.begin(), triggers.of_rule.end(), [&](const Trigger& trigger) {
           return std::is_sorted(trigger.begin(), trigger.end(), by_field) &&
                  std::all_of(trigger.begin(), trigger.end(), usable);
         });
}

bool reports_fit(const RuleSet& rules) {
  const auto reports = rules.reports();
  const auto loaded = std::count_if(reports.begin(), reports.end(),
                                    [](const RuleReport& r) { return r.state == RuleReport::State::loaded; });
  return static_cast<std::size_t>(loaded) == rules.size();
}

}  // namespace stopwarden::sigma
