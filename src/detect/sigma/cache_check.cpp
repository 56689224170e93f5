// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/cache_check.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <set>

#include "detect/sigma/limits.h"
#include "detect/sigma/link.h"
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

bool is_sound(const CorrelationNode& node, std::size_t place, std::size_t stages) {
  using Kind = CorrelationNode::Kind;
  if (node.kind == Kind::stage && (node.stage >= stages || !node.children.empty())) return false;
  if (node.kind == Kind::negation && node.children.size() != 1) return false;
  return std::all_of(node.children.begin(), node.children.end(),
                     [place](std::uint32_t child) { return child < place; });
}

/// What a member gives: as many places as are asked for, each of them there.
bool is_sound(const CorrelationMember& member, const CorrelationRule& rule, const Ir& ir) {
  if (member.stage >= rule.stages.size()) return false;
  if (member.number >= (member.chained ? ir.correlations.size() : ir.rules.size())) return false;
  if (!member.chained && !ir.rules[member.number].correlated) return false;
  const std::size_t places =
      member.chained ? ir.correlations[member.number].passed.size() : ir.rules[member.number].correlation_fields.size();
  const auto there = [places](std::uint16_t place) { return place < places; };
  if (member.group.size() != rule.group_by.size() || member.fields.size() != rule.fields.size() ||
      member.passed.size() != rule.passed.size())
    return false;
  for (std::size_t i = 0; i < rule.passed.size(); ++i)
    if (rule.passed[i].group < 0 && !there(member.passed[i])) return false;
  return std::all_of(member.group.begin(), member.group.end(), there) &&
         std::all_of(member.fields.begin(), member.fields.end(), there);
}

/// The bounds and fields that parsing lets through for the type.
bool is_sound_for_its_type(const CorrelationRule& rule) {
  const bool tuples = takes_tuples(rule.type, rule.percentile.has_value());
  if (is_temporal(rule.type) || rule.type == CorrelationType::event_count) {
    if (!rule.fields.empty()) return false;
  } else if (rule.fields.empty() || (rule.fields.size() > 1 && !tuples)) {
    return false;
  }
  if (rule.type == CorrelationType::temporal_ordered && rule.stages.size() > kCorrelationLimits.ordered_rules_max)
    return false;
  if (rule.bounds.empty() != !rule.condition.empty() || (!rule.condition.empty() && !is_temporal(rule.type)))
    return false;
  const std::int64_t highest = threshold_limit(rule.type);
  if (std::any_of(rule.bounds.begin(), rule.bounds.end(),
                  [highest](const Bound& b) { return b.value.whole >= highest; }))
    return false;
  return !rule.percentile || (*rule.percentile >= Decimal{0, 0} && *rule.percentile <= Decimal{100, 0});
}

bool is_sound(const CorrelationRule& rule, const Ir& ir) {
  const std::chrono::nanoseconds longest = std::chrono::seconds(kCorrelationLimits.timespan_seconds_max);
  if (rule.timespan.count() < 0 || rule.timespan > longest) return false;
  if (rule.stages.empty() || rule.stages.size() > kCorrelationLimits.rules_max ||
      rule.group_by.size() > kCorrelationLimits.fields_max || rule.fields.size() > kCorrelationLimits.fields_max)
    return false;
  if (!is_sound_for_its_type(rule) || rule.decision != decision_of(rule)) return false;
  for (std::size_t i = 0; i < rule.condition.size(); ++i)
    if (!is_sound(rule.condition[i], i, rule.stages.size())) return false;
  for (const PassedField& field : rule.passed)
    if (field.group < -1 || (field.group >= 0 && static_cast<std::size_t>(field.group) >= rule.group_by.size()))
      return false;
  if (!std::is_sorted(rule.covers.begin(), rule.covers.end()) ||
      (!rule.covers.empty() && rule.covers.back() >= ir.rules.size()))
    return false;
  return std::all_of(rule.members.begin(), rule.members.end(),
                     [&](const CorrelationMember& member) { return is_sound(member, rule, ir); });
}

bool are_sound(const std::vector<CorrelationRule>& correlations, const Ir& ir) {
  std::size_t members = 0;
  for (const CorrelationRule& rule : correlations) {
    members += rule.members.size();
    if (members > kCorrelationLimits.members_max || !is_sound(rule, ir)) return false;
  }
  return correlations.size() <= kCorrelationLimits.correlations_max &&
         depths_of(correlations, kCorrelationLimits.chain_depth_max);
}

}  // namespace

bool is_sound(const Ir& ir) {
  std::set<const SourceSelector*> selectors;
  std::uint64_t cost_left = kCostMax;
  for (const Rule& rule : ir.rules) {
    if (!is_sound(rule, cost_left)) return false;
    selectors.insert(rule.selectors.begin(), rule.selectors.end());
  }
  if (!are_sound(ir.correlations, ir)) return false;
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
  const auto loaded = [reports](RuleReport::Kind kind) {
    return static_cast<std::size_t>(std::count_if(reports.begin(), reports.end(), [kind](const RuleReport& r) {
      return r.kind == kind && r.state == RuleReport::State::loaded;
    }));
  };
  return loaded(RuleReport::Kind::rule) == rules.size() &&
         loaded(RuleReport::Kind::correlation) == rules.correlations();
}

}  // namespace stopwarden::sigma
