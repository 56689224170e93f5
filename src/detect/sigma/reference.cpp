// SPDX-License-Identifier: Apache-2.0
// ReferenceMatcher: dispatch by selector, then each condition as it is written.
#include "detect/sigma/evaluation.h"
#include "detect/sigma/kind_table.h"
#include "detect/sigma/ruleset.h"

namespace stopwarden::sigma {

struct ReferenceMatcher::Impl {
  explicit Impl(const RuleSet& rules) : ir(rules.ir()), sources(collect_sources(ir)), evaluation(ir, sources) {}

  /// OPTIMIZATION: which selectors accept an event depends on its kind alone, but for `fields`, which are asked later.
  /// Guarded by ReferenceMatcher.PlansAreKeptPerSourceOnly.
  const std::vector<Candidate>& candidates(const Event& event) {
    return kinds.find({event.channel, event.provider, event.event_id},
                      [&](const EventKind&) { return candidates_for(sources, event); });
  }

  void match(const Event& event, HitSink& sink) {
    evaluation.load(event);
    std::uint32_t fired = Evaluation::kNone;
    for (const Candidate& candidate : candidates(event)) {
      if (candidate.rule == fired || !evaluation.accepts(candidate.source) || !evaluation.fires(candidate)) continue;
      fired = candidate.rule;
      sink.on_hit({&ir.rules[fired].info, fired, &event, evaluation.matched(candidate)});
    }
  }

  const Ir& ir;
  std::vector<RuleSource> sources;
  Evaluation evaluation;
  KindTable<std::vector<Candidate>> kinds;
};

ReferenceMatcher::ReferenceMatcher(const RuleSet& rules) : impl_(std::make_unique<Impl>(rules)) {}
ReferenceMatcher::~ReferenceMatcher() = default;

void ReferenceMatcher::measure(RuleProfile& profile) { impl_->evaluation.measure(profile); }

void ReferenceMatcher::match(const Event& event, HitSink& sink) { impl_->match(event, sink); }

std::span<const std::uint64_t> ReferenceMatcher::budget_exceeded() const { return impl_->evaluation.budget_exceeded(); }

}  // namespace stopwarden::sigma
