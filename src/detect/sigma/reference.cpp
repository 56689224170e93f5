// SPDX-License-Identifier: Apache-2.0
// ReferenceMatcher: dispatch by selector, then each condition as it is written.
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <map>
#include <optional>
#include <unordered_map>

#include "base/arena.h"
#include "base/text.h"
#include "detect/sigma/evaluate.h"
#include "detect/sigma/ir.h"
#include "detect/sigma/ruleset.h"

namespace stopwarden::sigma {
namespace {

constexpr std::uint32_t kNone = 0xFFFFFFFF;
constexpr std::size_t kMatchedMax = 64;        // what a finding can show
constexpr std::size_t kPlansMax = 4096;        // (channel, provider, event id) triples kept; a busy host has about 400
constexpr std::size_t kPlanKeyBytesMax = 512;  // longer names are hostile and not worth keeping

/// One value of the event, or made by an alias; values of one field form a list.
struct Slot {
  explicit Slot(const FieldValue& v) : value(v) {}
  FieldValue value;
  std::string_view folded;
  Bigrams bigrams;  ///< of `folded`
  bool is_folded = false, has_bigrams = false;
  std::uint32_t next = kNone;
};

struct List {
  std::uint32_t first = kNone, last = kNone;
};

/// Which rules to try for an event, in the order of the set; a rule stands once for each selector.
struct Candidate {
  std::uint32_t rule, selector;
};
using Plan = std::vector<Candidate>;

/// A selector of the rules, with the aliases that they use.
struct Source {
  const SourceSelector* selector = nullptr;
  SourceSelector without_fields;  ///< decides whether a plan holds it
  bool has_fields = false;
  std::vector<const FieldAlias*> aliases;
  std::vector<std::uint32_t> rules;  ///< ascending
  // What is known for the current event:
  std::uint64_t accepts_epoch = 0, derived_epoch = 0;
  bool accepts = false;
  std::vector<std::pair<FieldId, List>> derived;  ///< by the rules' field; shadows the event's own
};

}  // namespace

struct ReferenceMatcher::Impl {
  explicit Impl(const RuleSet& rules) : ir(rules.ir()), budget(ir.rules.size(), 0) {
    std::map<const SourceSelector*, std::uint32_t> known;
    std::size_t fields = 0;
    for (std::uint32_t r = 0; r < ir.rules.size(); ++r) {
      for (const SourceSelector* selector : ir.rules[r].selectors) {
        const auto [at, added] = known.emplace(selector, static_cast<std::uint32_t>(sources.size()));
        if (added) add_source(*selector);
        Source& source = sources[at->second];
        if (source.rules.empty() || source.rules.back() != r) source.rules.push_back(r);
        use_aliases(source, ir.rules[r]);
      }
      for (const Item& item : ir.rules[r].items) {
        if (item.field) fields = std::max(fields, index(*item.field) + std::size_t{1});
        for (const Test& test : item.tests)
          if (const auto* ref = std::get_if<FieldRefTest>(&test))
            fields = std::max(fields, index(ref->field) + std::size_t{1});
      }
    }
    lists.resize(fields);
    list_epochs.assign(fields, 0);
    matched.reserve(kMatchedMax);
  }

  // ---- set-up ----

  void add_source(const SourceSelector& selector) {
    Source source;
    source.selector = &selector;
    source.without_fields.channel = selector.channel;
    source.without_fields.provider = selector.provider;
    source.without_fields.event_ids = selector.event_ids;
    source.has_fields = !selector.fields.empty();
    sources.push_back(std::move(source));
  }

  static bool reads(const Rule& rule, FieldId field) {
    for (const Item& item : rule.items) {
      if (item.field == field) return true;
      for (const Test& test : item.tests)
        if (const auto* ref = std::get_if<FieldRefTest>(&test); ref != nullptr && ref->field == field) return true;
    }
    return false;
  }
  static void use_aliases(Source& source, const Rule& rule) {
    for (const FieldAlias& alias : source.selector->aliases) {
      if (std::find(source.aliases.begin(), source.aliases.end(), &alias) != source.aliases.end()) continue;
      if (reads(rule, alias.to)) source.aliases.push_back(&alias);
    }
  }

  // ---- dispatch ----

  Plan make_plan(const Event& event) const {
    Plan plan;
    for (std::uint32_t s = 0; s < sources.size(); ++s)
      if (sources[s].without_fields.accepts(event))
        for (const std::uint32_t rule : sources[s].rules) plan.push_back({rule, s});
    std::sort(plan.begin(), plan.end(), [](const Candidate& a, const Candidate& b) {
      return a.rule != b.rule ? a.rule < b.rule : a.selector < b.selector;
    });
    return plan;
  }

  /// OPTIMIZATION: which selectors accept an event depends on these three alone, but for `fields`, which are asked
  /// later. Guarded by ReferenceMatcher.PlansAreKeptPerSourceOnly.
  const Plan& plan_for(const Event& event) {
    if (event.channel.size() + event.provider.size() > kPlanKeyBytesMax) {
      uncached = make_plan(event);
      return uncached;
    }
    key.assign(event.channel);
    key += '\0';
    key += event.provider;
    key += '\0';
    const std::uint64_t id = event.event_id ? std::uint64_t{*event.event_id} + 1 : 0;
    for (int shift = 0; shift < 40; shift += 8) key += static_cast<char>((id >> shift) & 0xFF);
    if (const auto known = plans.find(key); known != plans.end()) return *known->second;
    if (plans.size() >= kPlansMax) {
      plans.clear();
      distinct.clear();
    }
    Plan plan = make_plan(event);
    // Most triples share a plan, so that only few are kept.
    std::string content(reinterpret_cast<const char*>(plan.data()), plan.size() * sizeof(Candidate));
    const auto [same, added] = distinct.emplace(std::move(content), std::move(plan));
    return *plans.emplace(key, &same->second).first->second;
  }

  // ---- values ----

  void load(const Event& event) {
    ++epoch;
    current = &event;
    arena.reset();
    slots.clear();
    for (const FieldValue& value : event.fields) {
      const auto at = static_cast<std::uint32_t>(slots.size());
      slots.emplace_back(value);
      if (index(value.field) >= lists.size()) continue;
      List& list = lists[index(value.field)];
      if (list_epochs[index(value.field)] != epoch) list = {};
      list_epochs[index(value.field)] = epoch;
      append(list, at);
    }
    event_slots = static_cast<std::uint32_t>(slots.size());
  }
  void append(List& list, std::uint32_t slot) {
    if (list.first == kNone)
      list.first = slot;
    else
      slots[list.last].next = slot;
    list.last = slot;
  }

  bool accepts(Source& source) {
    if (!source.has_fields) return true;
    if (source.accepts_epoch != epoch) {
      source.accepts_epoch = epoch;
      source.accepts = source.selector->accepts(*current);
    }
    return source.accepts;
  }
  void derive_all(Source& source) {
    if (source.aliases.empty() || source.derived_epoch == epoch) return;
    source.derived_epoch = epoch;
    source.derived.clear();
    for (const FieldAlias* alias : source.aliases) {
      auto entry = std::find_if(source.derived.begin(), source.derived.end(),
                                [alias](const auto& e) { return e.first == alias->to; });
      if (entry == source.derived.end()) entry = source.derived.insert(entry, {alias->to, List{}});
      made.clear();
      derive(*alias, *current, arena, made);
      for (const FieldValue& value : made) {
        slots.emplace_back(value);
        append(entry->second, static_cast<std::uint32_t>(slots.size() - 1));
      }
    }
  }

  /// The first value of a field as the rule sees it, or kNone.
  std::uint32_t values_of(const Source& source, FieldId field) const {
    if (!source.aliases.empty())
      for (const auto& [to, list] : source.derived)
        if (to == field) return list.first;
    return list_epochs[index(field)] == epoch ? lists[index(field)].first : kNone;
  }
  std::string_view text_for(Slot& slot, CaseMatch case_match) {
    if (case_match == CaseMatch::exact) return slot.value.text;
    if (!slot.is_folded) {
      slot.folded = fold_into(slot.value.text, arena);
      slot.is_folded = true;
    }
    return slot.folded;
  }

  // ---- tests ----

  struct Context {
    const Rule& rule;
    std::uint32_t number;
    const Source& source;
  };

  bool value_passes(const Context& context, const Test& test, std::uint32_t at) {
    Slot& slot = slots[at];
    if (slot.value.kind == ValueKind::null) return std::holds_alternative<NullTest>(test);
    if (const auto* t = std::get_if<Pattern>(&test)) return pattern_passes(*t, slot);
    if (const auto* t = std::get_if<NumberTest>(&test)) return passes(*t, slot.value);
    if (const auto* t = std::get_if<RegexTest>(&test)) {
      const Regex::Answer answer = t->regex->search(slot.value.text, scratch);
      if (answer == Regex::Answer::over_budget) ++budget[context.number];
      return answer == Regex::Answer::yes;
    }
    if (const auto* t = std::get_if<CidrTest>(&test)) return passes(*t, slot.value);
    if (const auto* t = std::get_if<CompareTest>(&test)) return passes(*t, slot.value);
    if (const auto* t = std::get_if<TimeTest>(&test)) return passes(*t, slot.value);
    if (const auto* t = std::get_if<FieldRefTest>(&test)) return reference_passes(context, *t, slot);
    return false;  // NullTest and ExistsTest ask about the field, not about a value
  }
  /// OPTIMIZATION: the pairs of bytes rule most searches out. Guarded by Pattern.BigramsNeverLie.
  bool pattern_passes(const Pattern& pattern, Slot& slot) {
    const std::string_view text = text_for(slot, pattern.case_match);
    if (pattern.shape == Pattern::Shape::contains && pattern.case_match == CaseMatch::folded) {
      if (!slot.has_bigrams) slot.bigrams = bigrams_of(text);
      slot.has_bigrams = true;
      if (!may_hold(slot.bigrams, pattern.bigrams)) return false;
    }
    return matches(pattern, text);
  }
  bool reference_passes(const Context& context, const FieldRefTest& test, Slot& slot) {
    for (std::uint32_t at = values_of(context.source, test.field); at != kNone; at = slots[at].next)
      if (slots[at].value.kind != ValueKind::null &&
          passes(test, text_for(slot, test.case_match), text_for(slots[at], test.case_match)))
        return true;
    return false;
  }

  /// Does any value of the field pass? `which` is the value that did, or kNone when it is the lack of one.
  bool field_passes(const Context& context, const Test& test, std::uint32_t first, std::uint32_t& which) {
    which = first;
    if (const auto* t = std::get_if<ExistsTest>(&test)) return (first != kNone) == t->wanted;
    if (std::holds_alternative<NullTest>(test) && first == kNone) return true;
    for (which = first; which != kNone; which = slots[which].next)
      if (value_passes(context, test, which)) return true;
    return false;
  }
  bool keyword_passes(const Context& context, const Test& test, std::uint32_t& which) {
    for (which = 0; which < event_slots; ++which)
      if (value_passes(context, test, which)) return true;
    return false;
  }

  /// Evaluates an item; with `collect` the values that made it true are noted.
  enum class Collect : std::uint8_t { no, yes };
  bool item_true(const Context& context, const Item& item, Collect collect) {
    const std::uint32_t first = item.field ? values_of(context.source, *item.field) : kNone;
    for (const Test& test : item.tests) {
      std::uint32_t which = kNone;
      const bool passed = item.field ? field_passes(context, test, first, which) : keyword_passes(context, test, which);
      if (passed && collect == Collect::yes) note(item, which);
      if (passed && item.link == Item::Link::any) return true;
      if (!passed && item.link == Item::Link::all) return false;
    }
    return item.link == Item::Link::all;
  }
  void note(const Item& item, std::uint32_t which) {
    const MatchedField field{item.name, which == kNone ? std::string_view{} : slots[which].value.text};
    if (matched.size() >= kMatchedMax) return;
    for (const MatchedField& m : matched)
      if (m.name == field.name && m.value.data() == field.value.data() && m.value.size() == field.value.size()) return;
    matched.push_back(field);
  }

  bool node_true(const Context& context, std::uint32_t at) {
    const Node& node = context.rule.nodes[at];
    switch (node.kind) {
      case Node::Kind::item: return item_true(context, context.rule.items[node.item], Collect::no);
      case Node::Kind::all:
        for (const std::uint32_t child : node.children)
          if (!node_true(context, child)) return false;
        return true;
      case Node::Kind::any:
        for (const std::uint32_t child : node.children)
          if (node_true(context, child)) return true;
        return false;
      case Node::Kind::negation: return !node_true(context, node.children.front());
    }
    std::abort();
  }

  /// Notes what made a true node true; negations have nothing to show.
  void collect(const Context& context, std::uint32_t at) {
    const Node& node = context.rule.nodes[at];
    switch (node.kind) {
      case Node::Kind::item: item_true(context, context.rule.items[node.item], Collect::yes); return;
      case Node::Kind::all:
        for (const std::uint32_t child : node.children) collect(context, child);
        return;
      case Node::Kind::any:
        for (const std::uint32_t child : node.children)
          if (matched.size() < kMatchedMax && node_true(context, child)) collect(context, child);
        return;
      case Node::Kind::negation: return;
    }
    std::abort();
  }

  void match(const Event& event, HitSink& sink) {
    if (profile == nullptr)
      match<Measure::no>(event, sink);
    else
      match<Measure::yes>(event, sink);
  }

  /// Adds the time from its making to its end to a rule.
  class Stopwatch {
   public:
    explicit Stopwatch(RuleProfile::Cost& cost) : cost_(cost), start_(Clock::now()) { ++cost_.evaluations; }
    ~Stopwatch() {
      const auto spent = std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - start_);
      cost_.ns += static_cast<std::uint64_t>(spent.count());
    }
    Stopwatch(const Stopwatch&) = delete;
    Stopwatch& operator=(const Stopwatch&) = delete;

   private:
    using Clock = std::chrono::steady_clock;
    RuleProfile::Cost& cost_;
    Clock::time_point start_;
  };
  enum class Measure : std::uint8_t { no, yes };

  /// Does the rule fire? Then `matched` says on what.
  bool fires(const Candidate& candidate, Source& source) {
    derive_all(source);
    const Context context{ir.rules[candidate.rule], candidate.rule, source};
    if (!node_true(context, context.rule.root)) return false;
    matched.clear();
    collect(context, context.rule.root);
    return true;
  }

  template <Measure kMeasure>
  void match(const Event& event, HitSink& sink) {
    load(event);
    std::uint32_t fired = kNone;
    for (const Candidate& candidate : plan_for(event)) {
      if (candidate.rule == fired) continue;
      Source& source = sources[candidate.selector];
      if (!accepts(source)) continue;
      std::optional<Stopwatch> stopwatch;
      if constexpr (kMeasure == Measure::yes) stopwatch.emplace(profile->by_rule[candidate.rule]);
      if (!fires(candidate, source)) continue;
      stopwatch.reset();
      fired = candidate.rule;
      sink.on_hit({&ir.rules[candidate.rule].info, candidate.rule, &event, matched});
    }
  }

  const Ir& ir;
  std::vector<std::uint64_t> budget;
  std::vector<Source> sources;
  std::unordered_map<std::string, const Plan*, StringHash, std::equal_to<>> plans;
  std::unordered_map<std::string, Plan> distinct;
  std::string key;
  Plan uncached;

  const Event* current = nullptr;
  std::uint64_t epoch = 0;
  std::vector<Slot> slots;  ///< the event's values, then derived ones
  std::uint32_t event_slots = 0;
  std::vector<List> lists;  ///< by FieldId, valid when list_epochs says so
  std::vector<std::uint64_t> list_epochs;
  std::vector<FieldValue> made;
  std::vector<MatchedField> matched;
  Arena arena;
  RegexScratch scratch;
  RuleProfile* profile = nullptr;
};

ReferenceMatcher::ReferenceMatcher(const RuleSet& rules) : impl_(std::make_unique<Impl>(rules)) {}
ReferenceMatcher::~ReferenceMatcher() = default;

void ReferenceMatcher::match(const Event& event, HitSink& sink) { impl_->match(event, sink); }

void ReferenceMatcher::measure(RuleProfile& profile) {
  profile.by_rule.resize(impl_->ir.rules.size());
  impl_->profile = &profile;
}

std::span<const std::uint64_t> ReferenceMatcher::budget_exceeded() const { return impl_->budget; }

}  // namespace stopwarden::sigma
