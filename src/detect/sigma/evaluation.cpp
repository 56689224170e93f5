// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/evaluation.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <map>

#include "base/find.h"
#include "base/text.h"
#include "detect/sigma/value_passes.h"

namespace stopwarden::sigma {
namespace {

constexpr std::size_t kMatchedMax = 64;  // what a finding can show

/// Calls `visit` with every field a rule reads.
template <class Visit>
void each_field(const Rule& rule, Visit visit) {
  for (const Item& item : rule.items) {
    if (item.field) visit(*item.field);
    for (const Test& test : item.tests)
      if (const auto* ref = std::get_if<FieldRefTest>(&test)) visit(ref->field);
  }
}

bool reads(const Rule& rule, FieldId field) {
  bool found = false;
  each_field(rule, [&](FieldId id) { found = found || id == field; });
  return found;
}

/// Are the tests dearer than to remember what came of them?
bool is_dear(const Item& item, std::string_view text) noexcept {
  constexpr std::size_t kTests = 3, kText = 128;
  return item.tests.size() >= kTests || text.size() >= kText || std::holds_alternative<RegexTest>(item.tests.front());
}

constexpr std::size_t kManyTests = 8;

/// OPTIMIZATION: of a list of hundreds of paths, a byte or the size rules nearly all out. False: perhaps it passes.
/// Guarded by SeenValues.TheSameHitsWithTheSameMatchedValues and reference_test.
bool cannot_pass(const Test& test, std::string_view folded) noexcept {
  const auto* p = std::get_if<Pattern>(&test);
  if (p == nullptr || p->case_match != CaseMatch::folded || p->needle.empty()) return false;
  const std::string_view needle = p->needle;
  const bool is_short = folded.size() < needle.size();
  switch (p->shape) {
    case Pattern::Shape::equals: return folded.size() != needle.size() || folded.back() != needle.back();
    case Pattern::Shape::prefix: return is_short || folded.front() != needle.front();
    case Pattern::Shape::suffix:
      return is_short || folded.back() != needle.back() || folded[folded.size() - needle.size()] != needle.front();
    case Pattern::Shape::contains: return is_short;
    case Pattern::Shape::anything:
    case Pattern::Shape::wildcard: return false;
  }
  return false;
}

/// Does what the item comes to depend on the value of its field alone?
bool asks_one_value(const Item& item) noexcept {
  return std::none_of(item.tests.begin(), item.tests.end(),
                      [](const Test& test) { return std::holds_alternative<FieldRefTest>(test); });
}

void use_aliases(RuleSource& source, const Rule& rule) {
  for (const FieldAlias& alias : source.selector->aliases) {
    if (std::find(source.aliases.begin(), source.aliases.end(), &alias) != source.aliases.end()) continue;
    if (reads(rule, alias.to)) source.aliases.push_back(&alias);
  }
}

}  // namespace

std::vector<RuleSource> collect_sources(const Ir& ir) {
  std::vector<RuleSource> out;
  std::map<const SourceSelector*, std::size_t> known;
  for (std::uint32_t r = 0; r < ir.rules.size(); ++r) {
    for (const SourceSelector* selector : ir.rules[r].selectors) {
      const auto [at, added] = known.emplace(selector, out.size());
      if (added) {
        RuleSource source;
        source.selector = selector;
        source.without_fields.channel = selector->channel;
        source.without_fields.provider = selector->provider;
        source.without_fields.event_ids = selector->event_ids;
        source.has_fields = !selector->fields.empty();
        out.push_back(std::move(source));
      }
      RuleSource& source = out[at->second];
      if (source.rules.empty() || source.rules.back() != r) source.rules.push_back(r);
      use_aliases(source, ir.rules[r]);
    }
  }
  return out;
}

std::vector<Candidate> candidates_for(std::span<const RuleSource> sources, const Event& event) {
  std::vector<Candidate> out;
  for (std::uint32_t s = 0; s < sources.size(); ++s)
    if (sources[s].without_fields.accepts(event))
      for (const std::uint32_t rule : sources[s].rules) out.push_back({rule, s});
  std::sort(out.begin(), out.end(), [](const Candidate& a, const Candidate& b) {
    return a.rule != b.rule ? a.rule < b.rule : a.source < b.source;
  });
  return out;
}

Evaluation::Evaluation(const Ir& ir, std::span<const RuleSource> sources)
    : ir_(ir), sources_(sources), budget_(ir.rules.size(), 0), states_(sources.size()) {
  for (std::size_t s = 0; s < sources.size(); ++s) {
    for (const FieldAlias* alias : sources[s].aliases) {
      auto& derived = states_[s].derived;
      auto at = std::find_if(derived.begin(), derived.end(), [&](const Derived& d) { return d.to == alias->to; });
      if (at == derived.end()) at = derived.insert(at, Derived{alias->to, {}, {}});
      at->aliases.push_back(alias);
    }
  }
  std::size_t fields = 0;
  for (const Rule& rule : ir.rules)
    each_field(rule, [&](FieldId id) { fields = std::max(fields, index(id) + std::size_t{1}); });
  lists_.resize(fields);
  matched_.reserve(kMatchedMax);
}

void Evaluation::load(const Event& event) {
  ++epoch_;
  event_ = &event;
  arena_.reset();
  slots_.clear();
  for (const FieldValue& value : event.fields) {
    const auto at = static_cast<std::uint32_t>(slots_.size());
    slots_.emplace_back(value);
    if (index(value.field) >= lists_.size()) continue;
    List& list = lists_[index(value.field)];
    if (list.epoch != epoch_) list = {kNone, kNone, epoch_};
    append(list, at);
  }
  event_values_ = static_cast<std::uint32_t>(slots_.size());
}

void Evaluation::append(List& list, std::uint32_t value) {
  if (list.first == kNone)
    list.first = value;
  else
    slots_[list.last].next = value;
  list.last = value;
}

bool Evaluation::accepts(std::uint32_t source) {
  if (!sources_[source].has_fields) return true;
  SourceState& state = states_[source];
  if (state.accepts_epoch != epoch_) {
    state.accepts_epoch = epoch_;
    state.accepts = sources_[source].selector->accepts(*event_);
  }
  return state.accepts;
}

std::uint32_t Evaluation::first_value(std::uint32_t source, FieldId field) {
  for (Derived& d : states_[source].derived) {
    if (d.to != field) continue;
    if (d.list.epoch == epoch_) return d.list.first;
    d.list = {kNone, kNone, epoch_};
    for (const FieldAlias* alias : d.aliases) {
      made_.clear();
      derive(*alias, *event_, arena_, made_);
      for (const FieldValue& value : made_) {
        slots_.emplace_back(value);
        append(d.list, static_cast<std::uint32_t>(slots_.size() - 1));
      }
    }
    return d.list.first;
  }
  const List& list = lists_[index(field)];
  return list.epoch == epoch_ ? list.first : kNone;
}

std::string_view Evaluation::folded(std::uint32_t value) {
  Slot& slot = slots_[value];
  if (!slot.is_folded) {
    slot.folded = fold_into(slot.value.text, arena_);
    slot.is_folded = true;
  }
  return slot.folded;
}

std::string_view Evaluation::text_for(std::uint32_t value, CaseMatch case_match) {
  return case_match == CaseMatch::exact ? slots_[value].value.text : folded(value);
}

// ---- tests: slots are named by number, because an alias that is worked out below may move them ----

bool Evaluation::value_passes(const Candidate& at, const Test& test, std::uint32_t value) {
  const FieldValue& v = slots_[value].value;
  if (v.kind == ValueKind::null) return std::holds_alternative<NullTest>(test);
  if (const auto* t = std::get_if<Pattern>(&test)) return pattern_passes(*t, value);
  if (const auto* t = std::get_if<NumberTest>(&test)) return passes(*t, v);
  if (const auto* t = std::get_if<RegexTest>(&test)) {
    if (!may_match(*t->regex, value)) return false;
    const Regex::Answer answer = t->regex->search(v.text, scratch_);
    if (answer == Regex::Answer::over_budget) ++budget_[at.rule];
    return answer == Regex::Answer::yes;
  }
  if (const auto* t = std::get_if<CidrTest>(&test)) return passes(*t, v);
  if (const auto* t = std::get_if<CompareTest>(&test)) return passes(*t, v);
  if (const auto* t = std::get_if<TimeTest>(&test)) return passes(*t, v);
  if (const auto* t = std::get_if<FieldRefTest>(&test)) return reference_passes(at, *t, value);
  return false;  // NullTest and ExistsTest ask about the field, not about a value
}

/// OPTIMIZATION: the pairs of bytes rule most searches out; but to find them costs as much as a few searches. Guarded
/// by Pattern.BigramsNeverLie and LongValue.HoldsWhatASearchFinds.
bool Evaluation::pattern_passes(const Pattern& pattern, std::uint32_t value) {
  const std::string_view text = text_for(value, pattern.case_match);
  if (pattern.shape == Pattern::Shape::contains && pattern.case_match == CaseMatch::folded) {
    Slot& slot = slots_[value];
    if (slot.memory != nullptr && slot.memory->version() == slot.memory_version) return slot.memory->holds(pattern);
    constexpr std::uint8_t kSearchesFirst = 24;
    if (slot.searches < kSearchesFirst) {
      ++slot.searches;
    } else {
      if (!slot.has_bigrams) slot.bigrams = bigrams_of(text);
      slot.has_bigrams = true;
      if (!may_hold(slot.bigrams, pattern.bigrams)) return false;
    }
  }
  return matches(pattern, text);
}

/// OPTIMIZATION: a search for a text or two costs a fraction of what an expression does. Guarded by
/// Regex.LiteralsAreNecessary.
bool Evaluation::may_match(const Regex& regex, std::uint32_t value) {
  constexpr std::size_t kTextsMax = 4;
  const std::vector<std::string>& texts = regex.literals();
  if (texts.empty() || texts.size() > kTextsMax) return true;
  const std::string_view text = folded(value);
  return std::any_of(texts.begin(), texts.end(), [text](const std::string& t) { return holds(text, t); });
}

bool Evaluation::reference_passes(const Candidate& at, const FieldRefTest& test, std::uint32_t value) {
  for (std::uint32_t other = first_value(at.source, test.field); other != kNone; other = slots_[other].next)
    if (slots_[other].value.kind != ValueKind::null &&
        passes(test, text_for(value, test.case_match), text_for(other, test.case_match)))
      return true;
  return false;
}

/// Does any value of the field pass? `which` is the value that did, or kNone when it is the lack of one.
bool Evaluation::field_passes(const Candidate& at, const Test& test, std::uint32_t first, std::uint32_t& which) {
  which = first;
  if (const auto* t = std::get_if<ExistsTest>(&test)) return (first != kNone) == t->wanted;
  if (std::holds_alternative<NullTest>(test) && first == kNone) return true;
  for (which = first; which != kNone; which = slots_[which].next)
    if (value_passes(at, test, which)) return true;
  return false;
}

bool Evaluation::keyword_passes(const Candidate& at, const Test& test, std::uint32_t& which) {
  for (which = 0; which < event_values_; ++which)
    if (value_passes(at, test, which)) return true;
  return false;
}

/// Evaluates an item; with `collect` the values that made it true are noted.
bool Evaluation::item_true(const Candidate& at, const Item& item, Collect collect) {
  const std::uint32_t first = item.field ? first_value(at.source, *item.field) : kNone;
  if (collect == Collect::no && first != kNone && slots_[first].serial != 0 && slots_[first].next == kNone &&
      is_dear(item, slots_[first].value.text))
    return remembered_item_true(at, item, first);
  return item_true_on(at, item, first, collect);
}

/// OPTIMIZATION: what came of the same tests on the same value before. Guarded by
/// SeenValues.TheSameHitsWithTheSameMatchedValues.
bool Evaluation::remembered_item_true(const Candidate& at, const Item& item, std::uint32_t value) {
  const std::uint64_t serial = slots_[value].serial;
  const SeenVerdicts::Verdict known = verdicts_.find(serial, &item);
  if (known != SeenVerdicts::Verdict::unknown) return known == SeenVerdicts::Verdict::yes;
  const std::uint64_t budget = budget_[at.rule];
  const bool passed = item_true_on(at, item, value, Collect::no);
  const bool went_over = budget_[at.rule] != budget;  // must be counted next time, too
  if (asks_one_value(item) && !went_over) verdicts_.add(serial, &item, passed);
  return passed;
}

bool Evaluation::item_true_on(const Candidate& at, const Item& item, std::uint32_t first, Collect collect) {
  const bool one_text = item.tests.size() >= kManyTests && first != kNone && slots_[first].next == kNone &&
                        slots_[first].value.kind != ValueKind::null;
  const std::string_view text = one_text ? folded(first) : std::string_view();
  for (const Test& test : item.tests) {
    if (one_text && cannot_pass(test, text)) {
      if (item.link == Item::Link::all) return false;
      continue;
    }
    std::uint32_t which = kNone;
    const bool passed = item.field ? field_passes(at, test, first, which) : keyword_passes(at, test, which);
    if (passed && collect == Collect::yes) note(item, which);
    if (passed && item.link == Item::Link::any) return true;
    if (!passed && item.link == Item::Link::all) return false;
  }
  return item.link == Item::Link::all;
}

void Evaluation::note(const Item& item, std::uint32_t which) {
  const MatchedField field{item.name, which == kNone ? std::string_view{} : slots_[which].value.text};
  if (matched_.size() >= kMatchedMax) return;
  for (const MatchedField& m : matched_)
    if (m.name == field.name && m.value.data() == field.value.data() && m.value.size() == field.value.size()) return;
  matched_.push_back(field);
}

bool Evaluation::node_true(const Candidate& at, const Rule& rule, std::uint32_t number) {
  const Node& node = rule.nodes[number];
  switch (node.kind) {
    case Node::Kind::item: return item_true(at, rule.items[node.item], Collect::no);
    case Node::Kind::all:
      for (const std::uint32_t child : node.children)
        if (!node_true(at, rule, child)) return false;
      return true;
    case Node::Kind::any:
      for (const std::uint32_t child : node.children)
        if (node_true(at, rule, child)) return true;
      return false;
    case Node::Kind::negation: return !node_true(at, rule, node.children.front());
  }
  std::abort();
}

/// Notes what made a true node true; negations have nothing to show.
void Evaluation::collect(const Candidate& at, const Rule& rule, std::uint32_t number) {
  const Node& node = rule.nodes[number];
  switch (node.kind) {
    case Node::Kind::item: item_true(at, rule.items[node.item], Collect::yes); return;
    case Node::Kind::all:
      for (const std::uint32_t child : node.children) collect(at, rule, child);
      return;
    case Node::Kind::any:
      for (const std::uint32_t child : node.children)
        if (matched_.size() < kMatchedMax && node_true(at, rule, child)) collect(at, rule, child);
      return;
    case Node::Kind::negation: return;
  }
  std::abort();
}

bool Evaluation::fires(const Candidate& candidate) {
  const Rule& rule = ir_.rules[candidate.rule];
  if (profile_ == nullptr) return node_true(candidate, rule, rule.root);
  const auto start = std::chrono::steady_clock::now();
  const bool fires = node_true(candidate, rule, rule.root);
  const auto spent = std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now() - start);
  RuleProfile::Cost& cost = profile_->by_rule[candidate.rule];
  ++cost.evaluations;
  cost.ns += static_cast<std::uint64_t>(spent.count());
  return fires;
}

void Evaluation::measure(RuleProfile& profile) {
  profile.by_rule.resize(ir_.rules.size());
  profile_ = &profile;
}

std::span<const MatchedField> Evaluation::matched(const Candidate& candidate) {
  const Rule& rule = ir_.rules[candidate.rule];
  matched_.clear();
  collect(candidate, rule, rule.root);
  return matched_;
}

}  // namespace stopwarden::sigma
