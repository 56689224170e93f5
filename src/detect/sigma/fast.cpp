// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/fast.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include "base/text.h"
#include "detect/sigma/long_values.h"
#include "detect/sigma/plan.h"
#include "detect/sigma/seen_values.h"
#include "event/catalogue.h"

namespace stopwarden::sigma {
namespace {

/// Whether the event's own fields say what its kind says, so that a plan decided by the kind holds for it.
bool says_its_kind(const Constants& asked, const Event& event) noexcept {
  unsigned ids = 0, channels = 0, providers = 0;
  bool same = true;
  for (const FieldValue& v : event.fields) {
    if (v.field == id_of(field::EventID)) {
      char text[12];
      const auto end = std::to_chars(text, text + sizeof text, event.event_id.value_or(0)).ptr;
      ++ids;
      same = same && (!asked.event_id || (v.kind == ValueKind::integer &&
                                          v.text == std::string_view(text, static_cast<std::size_t>(end - text))));
    } else if (v.field == id_of(field::Channel)) {
      ++channels;
      same = same && (!asked.channel || (v.kind == ValueKind::string && v.text == event.channel));
    } else if (v.field == id_of(field::Provider_Name)) {
      ++providers;
      same = same && (!asked.provider || (v.kind == ValueKind::string && v.text == event.provider));
    }
  }
  return same && (!asked.event_id || ids == 1) && (!asked.channel || channels == 1) &&
         (!asked.provider || providers == 1);
}

}  // namespace

struct FastMatcher::Impl final : FieldPlanner {
  explicit Impl(const Program& p)
      : program(p), probes(p), evaluation(p.ir(), p.sources()), marked(p.ir().rules.size(), 0) {
    found.reserve(p.ir().rules.size());
    value_rules.reserve(SeenValues::kRulesMax + 1);
  }

  const FieldChoice& choose(std::string_view channel, std::string_view provider,
                            std::optional<std::uint32_t> event_id) override {
    return plan_for({channel, provider, event_id});
  }

  const Plan& plan_for(const EventKind& kind) {
    return plans.find(kind, [this](const EventKind& k) { return make_plan(program, probes, k, Decide::by_kind); });
  }
  const Plan& undecided_for(const EventKind& kind) {
    return undecided.find(kind, [this](const EventKind& k) { return make_plan(program, probes, k, Decide::nothing); });
  }

  void match(const Event& event, HitSink& sink) {
    const EventKind kind{event.channel, event.provider, event.event_id};
    const Plan& plan = event.choice != nullptr ? static_cast<const Plan&>(*event.choice) : plan_for(kind);
    if (says_its_kind(plan.decided_by, event)) {
      if (!plan.rules.empty()) run(plan, event, event, sink);
    } else {
      run(undecided_for(kind), with_all_fields(event), event, sink);
    }
  }

  void run(const Plan& plan, const Event& read, const Event& event, HitSink& sink) {
    const bool partly_read = read.choice != nullptr && read.reader != nullptr;
    if (partly_read && (plan.keywords != nullptr || plan.keywords_in_texts)) {
      // Keywords may stand in any value, but not all were read: as nearly always, none of them is in the record.
      const bool possible = plan.keywords != nullptr ? read.reader->may_hold(*plan.keywords, event)
                                                     : may_hold_keyword(plan, read.reader->texts(event));
      if (possible) return run(plan, with_all_fields(read), event, sink);
      evaluation.load(read);
      find_candidates(plan, Keywords::absent);
      for (const std::uint32_t rule : found)
        if (program.has_keywords(rule)) return run(plan, with_all_fields(read), event, sink);
    } else {
      evaluation.load(read);
      find_candidates(plan, Keywords::possible);
    }
    evaluate(plan, event, sink);
  }

  /// May one of the texts hold the keyword that a rule waits for?
  bool may_hold_keyword(const Plan& plan, std::span<const std::string_view> texts) {
    if (texts.empty()) return true;
    bool found_one = false;
    for (const std::string_view text : texts) {
      text_arena.reset();
      const std::string_view folded = fold_into(text, text_arena);
      for (const Plan::Scan& scan : plan.scans)
        if (scan.field == kUnnamedField && !found_one)
          scan.literals->scan(folded, ValueKind::string, scan.engines,
                              [&](std::uint32_t rule) { found_one = found_one || plan.is_alive(rule); });
      if (found_one) return true;
    }
    return false;
  }

  void evaluate(const Plan& plan, const Event& event, HitSink& sink) {
    for (const std::uint32_t rule : found) {
      for (const std::uint32_t source : plan.sources_of(rule)) {
        const Candidate candidate{rule, source};
        if (!evaluation.accepts(source) || !evaluation.fires(candidate)) continue;
        sink.on_hit({&program.ir().rules[rule].info, rule, &event, evaluation.matched(candidate)});
        break;
      }
    }
  }

  enum class Keywords : std::uint8_t { absent, possible };
  /// The rules whose trigger the event holds, ascending.
  void find_candidates(const Plan& plan, Keywords keywords) {
    found.assign(plan.always.begin(), plan.always.end());
    ++epoch;
    for (std::uint32_t s = 0; s < plan.scans.size(); ++s) {
      const Plan::Scan& scan = plan.scans[s];
      if (scan.field == kUnnamedField) {
        if (keywords == Keywords::absent) continue;
        for (std::uint32_t v = 0; v < evaluation.event_values(); ++v) look_at(plan, scan, v);
        continue;
      }
      for (std::uint32_t v = evaluation.first_value(scan.source, scan.field); v != Evaluation::kNone;
           v = evaluation.next_value(v))
        look_up(plan, s, v);
    }
    std::sort(found.begin(), found.end());
  }

  /// `rule` may fire, if it can on this kind of event.
  void mark(const Plan& plan, std::uint32_t rule) {
    if (!plan.is_alive(rule) || marked[rule] == epoch) return;
    marked[rule] = epoch;
    found.push_back(rule);
  }

  /// The plain way: scans one value.
  void look_at(const Plan& plan, const Plan::Scan& scan, std::uint32_t value) {
    const ValueKind kind = evaluation.value(value).kind;
    if (kind == ValueKind::null) return;
    scan.literals->scan(evaluation.folded(value), kind, scan.engines,
                        [this, &plan](std::uint32_t rule) { mark(plan, rule); });
  }

  /// OPTIMIZATION: what look_at() finds, from what was found in the same value before, or in one that begins as this
  /// one. Guarded by SeenValues.TheSameHitsWithTheSameMatchedValues and engines_agree_test.
  void look_up(const Plan& plan, std::uint32_t scan_number, std::uint32_t value) {
    const FieldValue& v = evaluation.value(value);
    if (v.kind == ValueKind::null) return;
    const SeenValues::Scanner scanner{&plan, scan_number, v.kind, plans.generation() + undecided.generation()};
    if (const SeenValues::Value* known = seen.find(scanner, v.text)) {
      for (const std::uint32_t rule : known->rules()) mark(plan, rule);
      evaluation.set_serial(value, known->serial());
      return;
    }
    const Plan::Scan& scan = plan.scans[scan_number];
    value_rules.clear();
    const auto note = [this, &plan](std::uint32_t rule) {
      if (!plan.is_alive(rule)) return;
      mark(plan, rule);
      const bool is_new = std::find(value_rules.begin(), value_rules.end(), rule) == value_rules.end();
      if (is_new && value_rules.size() <= SeenValues::kRulesMax) value_rules.push_back(rule);
    };
    const std::string_view text = v.text;
    const std::string_view folded = evaluation.folded(value);
    scan.literals->scan_whole_value(folded, v.kind, scan.engines, note);
    if (folded.size() >= LongValue::kMin && folded.size() <= LongValue::kMax) {
      LongValue& memory = memory_of(scanner);
      const std::size_t known = memory.renew(folded);
      for (const LongValue::Hit& hit : memory.hits()) note(hit.rule);
      scan.literals->scan_inside(folded, scan.engines, known, [&](std::uint32_t rule, std::size_t end) {
        if (plan.is_alive(rule) && end > known) memory.add({rule, static_cast<std::uint32_t>(end)});
        note(rule);
      });
      evaluation.set_memory(value, memory);
    } else {
      scan.literals->scan_inside(folded, scan.engines, 0, [&note](std::uint32_t rule, std::size_t) { note(rule); });
    }
    evaluation.set_serial(value, seen.add(scanner, text, value_rules));
  }

  LongValue& memory_of(const SeenValues::Scanner& scanner) {
    Memory& m = memories[mix(reinterpret_cast<std::uintptr_t>(scanner.plan), scanner.scan) % memories.size()];
    if (m.scanner != scanner) m.value.clear();
    m.scanner = scanner;
    return m.value;
  }

  const Program& program;
  KeywordProbes probes;
  Evaluation evaluation;
  KindTable<Plan> plans, undecided;
  std::vector<std::uint32_t> found;
  Arena text_arena;                   // of may_hold_keyword()
  std::vector<std::uint64_t> marked;  ///< by rule: the latest event that it was a candidate of
  std::uint64_t epoch = 0;

  struct Memory {
    SeenValues::Scanner scanner;
    LongValue value;
  };
  SeenValues seen;
  std::array<Memory, 8> memories;          // by scanner; few places of a log have long values
  std::vector<std::uint32_t> value_rules;  // of look_up()
};

FastMatcher::FastMatcher(const Program& program) : impl_(std::make_unique<Impl>(program)) {}
FastMatcher::~FastMatcher() = default;

void FastMatcher::measure(RuleProfile& profile) { impl_->evaluation.measure(profile); }

void FastMatcher::match(const Event& event, HitSink& sink) { impl_->match(event, sink); }

std::span<const std::uint64_t> FastMatcher::budget_exceeded() const { return impl_->evaluation.budget_exceeded(); }

FieldPlanner* FastMatcher::planner() noexcept { return impl_.get(); }

}  // namespace stopwarden::sigma
