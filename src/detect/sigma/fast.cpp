// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/fast.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "detect/sigma/plan.h"
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
    if (plan.keywords != nullptr && read.choice != nullptr && read.reader != nullptr) {
      // Keywords may stand in any value, but not all were read: as nearly always, none of them is in the record.
      if (read.reader->may_hold(*plan.keywords, event)) return run(plan, with_all_fields(read), event, sink);
      evaluation.load(read);
      find_candidates(plan, Keywords::absent);
      for (const std::uint32_t rule : found)
        if (program.has_keywords(rule)) return run(plan, with_all_fields(read), event, sink);
    } else if (plan.keywords_in_texts && read.choice != nullptr && read.reader != nullptr) {
      if (may_hold_keyword(plan, read.reader->texts(event))) return run(plan, with_all_fields(read), event, sink);
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
    const auto mark = [&](std::uint32_t rule) {
      if (!plan.is_alive(rule) || marked[rule] == epoch) return;
      marked[rule] = epoch;
      found.push_back(rule);
    };
    for (const Plan::Scan& scan : plan.scans) {
      const auto look = [&](std::uint32_t value) {
        const ValueKind kind = evaluation.value(value).kind;
        if (kind != ValueKind::null) scan.literals->scan(evaluation.folded(value), kind, scan.engines, mark);
      };
      if (scan.field == kUnnamedField) {
        if (keywords == Keywords::absent) continue;
        for (std::uint32_t v = 0; v < evaluation.event_values(); ++v) look(v);
        continue;
      }
      for (std::uint32_t v = evaluation.first_value(scan.source, scan.field); v != Evaluation::kNone;
           v = evaluation.next_value(v))
        look(v);
    }
    std::sort(found.begin(), found.end());
  }

  const Program& program;
  KeywordProbes probes;
  Evaluation evaluation;
  KindTable<Plan> plans, undecided;
  std::vector<std::uint32_t> found;
  Arena text_arena;                   // of may_hold_keyword()
  std::vector<std::uint64_t> marked;  ///< by rule: the latest event that it was a candidate of
  std::uint64_t epoch = 0;
};

FastMatcher::FastMatcher(const Program& program) : impl_(std::make_unique<Impl>(program)) {}
FastMatcher::~FastMatcher() = default;

void FastMatcher::measure(RuleProfile& profile) { impl_->evaluation.measure(profile); }

void FastMatcher::match(const Event& event, HitSink& sink) { impl_->match(event, sink); }

std::span<const std::uint64_t> FastMatcher::budget_exceeded() const { return impl_->evaluation.budget_exceeded(); }

FieldPlanner* FastMatcher::planner() noexcept { return impl_.get(); }

}  // namespace stopwarden::sigma
