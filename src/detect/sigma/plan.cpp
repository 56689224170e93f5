// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/plan.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "detect/sigma/value_passes.h"
#include "event/catalogue.h"
#include "event/log_name.h"

namespace stopwarden::sigma {
namespace {

enum class Truth : std::uint8_t { no, yes, unknown };

/// Evaluates conditions as far as the kind of event decides them.
class Decider {
 public:
  explicit Decider(const EventKind& kind) : kind_(kind) {
    if (kind.event_id) {
      const auto end = std::to_chars(id_, id_ + sizeof id_, *kind.event_id).ptr;
      id_text_ = {id_, static_cast<std::size_t>(end - id_)};
    }
    channel_ = fold(kind.channel);
    provider_ = fold(kind.provider);
  }

  Truth of_rule(const Rule& rule) {
    truths_.clear();
    for (const Node& node : rule.nodes) truths_.push_back(of_node(rule, node));  // children come first
    return truths_[rule.root];
  }
  const Constants& used() const noexcept { return used_; }

 private:
  Truth of_node(const Rule& rule, const Node& node) {
    switch (node.kind) {
      case Node::Kind::item: return of_item(rule.items[node.item]);
      case Node::Kind::negation: {
        const Truth inner = truths_[node.children.front()];
        return inner == Truth::unknown ? inner : inner == Truth::yes ? Truth::no : Truth::yes;
      }
      case Node::Kind::all: return fold_children(node, Truth::no, Truth::yes);
      case Node::Kind::any: return fold_children(node, Truth::yes, Truth::no);
    }
    return Truth::unknown;
  }
  Truth fold_children(const Node& node, Truth decides, Truth otherwise) const {
    Truth out = otherwise;
    for (const std::uint32_t child : node.children) {
      if (truths_[child] == decides) return decides;
      if (truths_[child] == Truth::unknown) out = Truth::unknown;
    }
    return out;
  }

  Truth of_item(const Item& item) {
    if (!item.field) return Truth::unknown;
    FieldValue value{*item.field, ValueKind::string, {}};
    std::string_view folded;
    bool* used = nullptr;
    if (*item.field == id_of(field::EventID) && kind_.event_id) {
      value.kind = ValueKind::integer;
      value.text = folded = id_text_;
      used = &used_.event_id;
    } else if (*item.field == id_of(field::Channel) && !kind_.channel.empty()) {
      value.text = kind_.channel;
      folded = channel_;
      used = &used_.channel;
    } else if (*item.field == id_of(field::Provider_Name) && !kind_.provider.empty()) {
      value.text = kind_.provider;
      folded = provider_;
      used = &used_.provider;
    } else {
      return Truth::unknown;
    }
    const Truth decides = item.link == Item::Link::any ? Truth::yes : Truth::no;
    Truth out = decides == Truth::yes ? Truth::no : Truth::yes;
    for (const Test& test : item.tests) {
      const Truth one = of_test(test, value, folded);
      if (one == Truth::unknown) {
        out = Truth::unknown;
      } else if (one == decides) {
        out = decides;
        break;
      }
    }
    if (out != Truth::unknown) *used = true;
    return out;
  }

  Truth of_test(const Test& test, const FieldValue& value, std::string_view folded) {
    const auto truth = [](bool b) { return b ? Truth::yes : Truth::no; };
    if (const auto* t = std::get_if<Pattern>(&test))
      return truth(matches(*t, t->case_match == CaseMatch::folded ? folded : value.text));
    if (const auto* t = std::get_if<NumberTest>(&test)) return truth(passes(*t, value));
    if (const auto* t = std::get_if<CompareTest>(&test)) return truth(passes(*t, value));
    if (const auto* t = std::get_if<CidrTest>(&test)) return truth(passes(*t, value));
    if (const auto* t = std::get_if<ExistsTest>(&test)) return truth(t->wanted);
    if (std::holds_alternative<NullTest>(test)) return Truth::no;
    return Truth::unknown;
  }

  const EventKind& kind_;
  char id_[12];
  std::string_view id_text_;
  std::string channel_, provider_;
  std::vector<Truth> truths_;
  Constants used_;
};

void add_read_fields(const Rule& rule, const RuleSource& source, FieldChoice& choice) {
  const auto add = [&](FieldId field) {
    choice.add(field);
    for (const FieldAlias* alias : source.aliases)
      if (alias->to == field)
        for (const FieldId from : alias->from) choice.add(from);
  };
  for (const Item& item : rule.items) {
    if (item.field) add(*item.field);
    for (const Test& test : item.tests)
      if (const auto* ref = std::get_if<FieldRefTest>(&test)) add(ref->field);
  }
  for (const auto& [field, value] : source.selector->fields) choice.add(field);
}

/// Adds where the trigger of a rule is looked for. Sources that see the same values share a scan.
void add_scans(const Program& program, std::uint32_t rule, std::uint32_t source, std::vector<Plan::Scan>& scans) {
  for (const Program::Wait& wait : program.waits(rule)) {
    const auto sees_same = [&](const Plan::Scan& s) {
      if (s.field != wait.field) return false;
      if (wait.field == kUnnamedField || s.source == source) return true;  // keywords: the log's own values
      return !program.makes(source, wait.field) && !program.makes(s.source, wait.field);
    };
    const auto at = std::find_if(scans.begin(), scans.end(), sees_same);
    if (at != scans.end())
      at->engines = static_cast<Engines>(at->engines | wait.engines);
    else
      scans.push_back({source, wait.field, wait.engines, program.index_of(wait.field)});
  }
}

/// A source that makes one of these fields itself: then the kind of event says nothing about them.
bool makes_constants(const Program& program, std::uint32_t source) {
  return program.makes(source, id_of(field::EventID)) || program.makes(source, id_of(field::Channel)) ||
         program.makes(source, id_of(field::Provider_Name));
}

}  // namespace

std::span<const std::uint32_t> Plan::sources_of(std::uint32_t rule) const noexcept {
  const auto at = static_cast<std::size_t>(std::lower_bound(rules.begin(), rules.end(), rule) - rules.begin());
  return {sources.data() + begins[at], sources.data() + begins[at + 1]};
}

namespace {

/// Keywords may stand anywhere in a value: then they stand anywhere in the record, too.
bool only_inside(const std::vector<Plan::Scan>& scans) noexcept {
  constexpr Engines kInside = engine_bit(Engine::grams) | engine_bit(Engine::pairs) | engine_bit(Engine::wide);
  return std::all_of(scans.begin(), scans.end(),
                     [](const Plan::Scan& s) { return s.field != kUnnamedField || (s.engines & ~kInside) == 0; });
}

}  // namespace

Plan make_plan(const Program& program, KeywordProbes& probes, const EventKind& kind, Decide decide) {
  Event event;
  event.channel = kind.channel;
  event.provider = kind.provider;
  event.event_id = kind.event_id;
  Plan plan;
  plan.alive.assign((program.ir().rules.size() + 63) / 64, 0);
  Decider decider(kind);
  const std::vector<Candidate> candidates = candidates_for(program.sources(), event);
  for (const Candidate& c : candidates)
    if (makes_constants(program, c.source)) decide = Decide::nothing;
  std::vector<std::uint32_t> keyword_rules;
  for (std::size_t i = 0; i < candidates.size();) {
    const std::uint32_t r = candidates[i].rule;
    std::size_t end = i;
    while (end < candidates.size() && candidates[end].rule == r) ++end;
    const Rule& rule = program.ir().rules[r];
    if (decide == Decide::by_kind && decider.of_rule(rule) == Truth::no) {
      i = end;
      continue;
    }
    plan.rules.push_back(r);
    plan.begins.push_back(static_cast<std::uint32_t>(plan.sources.size()));
    plan.alive[r >> 6] |= std::uint64_t{1} << (r & 63);
    if (program.waits(r).empty()) plan.always.push_back(r);
    if (program.has_keywords(r)) {
      keyword_rules.push_back(r);
      if (program.waits(r).empty()) plan.add_all_values();
    }
    for (; i < end; ++i) {
      plan.sources.push_back(candidates[i].source);
      add_read_fields(rule, program.sources()[candidates[i].source], plan);
      add_scans(program, r, candidates[i].source, plan.scans);
    }
  }
  if (!keyword_rules.empty() && !plan.all_values()) {
    plan.keywords = probes.probe_for(keyword_rules);
    plan.keywords_in_texts = plan.keywords == nullptr && gives_texts(kind.channel) && only_inside(plan.scans);
    if (plan.keywords == nullptr && !plan.keywords_in_texts) plan.add_all_values();
  }
  plan.begins.push_back(static_cast<std::uint32_t>(plan.sources.size()));
  plan.decided_by = decider.used();
  if (plan.decided_by.event_id) plan.add(id_of(field::EventID));
  if (plan.decided_by.channel) plan.add(id_of(field::Channel));
  if (plan.decided_by.provider) plan.add(id_of(field::Provider_Name));
  return plan;
}

}  // namespace stopwarden::sigma
