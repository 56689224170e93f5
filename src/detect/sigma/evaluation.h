// SPDX-License-Identifier: Apache-2.0
// One rule on one event: what both matchers share. How rules are chosen for an event is theirs.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "base/arena.h"
#include "detect/hit.h"
#include "detect/sigma/ir.h"
#include "detect/sigma/long_values.h"
#include "detect/sigma/ruleset.h"
#include "detect/sigma/seen_values.h"
#include "event/event.h"

namespace stopwarden::sigma {

/// A selector of the rules, with the aliases that they use.
struct RuleSource {
  const SourceSelector* selector = nullptr;
  SourceSelector without_fields;  ///< what channel, provider and id decide alone
  bool has_fields = false;        ///< `selector` asks for more than that
  std::vector<const FieldAlias*> aliases;
  std::vector<std::uint32_t> rules;  ///< ascending
};

/// All selectors of a rule set, each once, in the order of the rules.
std::vector<RuleSource> collect_sources(const Ir& ir);

/// A rule and the source by whose names it reads the event.
struct Candidate {
  std::uint32_t rule, source;
  bool operator==(const Candidate&) const = default;
};

/// Which rules are meant for an event by channel, provider and id: ascending, a rule once for each source.
std::vector<Candidate> candidates_for(std::span<const RuleSource> sources, const Event& event);

/// Evaluates rules on the event that was loaded last. Each value is folded once, each alias worked out once, when a
/// rule asks for it. Not for sharing between threads. Cost: no allocation once warm.
class Evaluation {
 public:
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;

  Evaluation(const Ir& ir, std::span<const RuleSource> sources);

  /// `event` and its fields stay where they are until the next load().
  void load(const Event& event);

  /// Is the event one of this source's, by its further fields?
  bool accepts(std::uint32_t source);
  bool fires(const Candidate& candidate);
  /// What made a rule that fires true: positive items only, at most kMatchedMax. Valid until the next call.
  std::span<const MatchedField> matched(const Candidate& candidate);

  /// The values of a field as the rules of a source see it: the first one, the one after, kNone at the end.
  std::uint32_t first_value(std::uint32_t source, FieldId field);
  std::uint32_t next_value(std::uint32_t value) const noexcept { return slots_[value].next; }
  /// The values the log itself has are numbered from 0; what aliases make comes behind them.
  std::uint32_t event_values() const noexcept { return event_values_; }
  const FieldValue& value(std::uint32_t value) const noexcept { return slots_[value].value; }
  /// The value's text folded.
  std::string_view folded(std::uint32_t value);
  /// The value is one that was seen before, and this is its number: what items come to on it is remembered.
  void set_serial(std::uint32_t value, std::uint64_t serial) noexcept { slots_[value].serial = serial; }
  /// The value is the one that `memory` was renewed with.
  void set_memory(std::uint32_t value, LongValue& memory) noexcept {
    slots_[value].memory = &memory;
    slots_[value].memory_version = memory.version();
  }

  std::span<const std::uint64_t> budget_exceeded() const noexcept { return budget_; }
  /// From now on fires() adds what each rule takes to `profile`.
  void measure(RuleProfile& profile);

 private:
  struct Slot {
    explicit Slot(const FieldValue& v) : value(v) {}
    FieldValue value;
    std::string_view folded;
    Bigrams bigrams;  // of `folded`
    bool is_folded = false, has_bigrams = false;
    std::uint8_t searches = 0;  // before `bigrams` is worth its cost
    std::uint32_t next = kNone;
    std::uint64_t serial = 0;  // of a value that was seen before (SeenValues)
    LongValue* memory = nullptr;
    std::uint64_t memory_version = 0;  // `memory` has another one when it is of another value by now
  };
  struct List {
    std::uint32_t first = kNone, last = kNone;
    std::uint64_t epoch = 0;  // of the event it belongs to
  };
  /// The values a source's aliases make for one field; they shadow the event's own.
  struct Derived {
    FieldId to{};
    std::vector<const FieldAlias*> aliases;
    List list;
  };
  struct SourceState {
    std::vector<Derived> derived;
    std::uint64_t accepts_epoch = 0;
    bool accepts = false;
  };
  enum class Collect : std::uint8_t { no, yes };

  void append(List& list, std::uint32_t value);
  std::string_view text_for(std::uint32_t value, CaseMatch case_match);
  bool value_passes(const Candidate& at, const Test& test, std::uint32_t value);
  bool pattern_passes(const Pattern& pattern, std::uint32_t value);
  bool may_match(const Regex& regex, std::uint32_t value);
  bool reference_passes(const Candidate& at, const FieldRefTest& test, std::uint32_t value);
  bool field_passes(const Candidate& at, const Test& test, std::uint32_t first, std::uint32_t& which);
  bool keyword_passes(const Candidate& at, const Test& test, std::uint32_t& which);
  bool item_true(const Candidate& at, const Item& item, Collect collect);
  bool item_true_on(const Candidate& at, const Item& item, std::uint32_t first, Collect collect);
  bool remembered_item_true(const Candidate& at, const Item& item, std::uint32_t value);
  void note(const Item& item, std::uint32_t which);
  bool node_true(const Candidate& at, const Rule& rule, std::uint32_t node);
  void collect(const Candidate& at, const Rule& rule, std::uint32_t node);

  const Ir& ir_;
  std::span<const RuleSource> sources_;
  std::vector<std::uint64_t> budget_;
  std::vector<SourceState> states_;
  const Event* event_ = nullptr;
  std::uint64_t epoch_ = 0;
  std::vector<Slot> slots_;  // the event's values, then derived ones
  std::uint32_t event_values_ = 0;
  std::vector<List> lists_;  // by FieldId
  std::vector<FieldValue> made_;
  std::vector<MatchedField> matched_;
  Arena arena_;
  RegexScratch scratch_;
  SeenVerdicts verdicts_;
  RuleProfile* profile_ = nullptr;
};

}  // namespace stopwarden::sigma
