// SPDX-License-Identifier: Apache-2.0
// ReferenceMatcher: dispatch by selector, then each condition as it is written.
#include <unordered_map>

#include "base/text.h"
#include "detect/sigma/evaluation.h"
#include "detect/sigma/plan_key.h"
#include "detect/sigma/ruleset.h"

namespace stopwarden::sigma {
namespace {

constexpr std::size_t kPlansMax = 4096;  // (channel, provider, event id) triples kept; a busy host has about 400

using Plan = std::vector<Candidate>;

}  // namespace

struct ReferenceMatcher::Impl {
  explicit Impl(const RuleSet& rules) : ir(rules.ir()), sources(collect_sources(ir)), evaluation(ir, sources) {}

  /// OPTIMIZATION: which selectors accept an event depends on these three alone, but for `fields`, which are asked
  /// later. Guarded by ReferenceMatcher.PlansAreKeptPerSourceOnly.
  const Plan& plan_for(const Event& event) {
    if (!key.assign(event.channel, event.provider, event.event_id)) {
      uncached = candidates_for(sources, event);
      return uncached;
    }
    if (const auto known = plans.find(key.text()); known != plans.end()) return *known->second;
    if (plans.size() >= kPlansMax) {
      plans.clear();
      distinct.clear();
    }
    Plan plan = candidates_for(sources, event);
    // Most triples share a plan, so that only few are kept.
    std::string content(reinterpret_cast<const char*>(plan.data()), plan.size() * sizeof(Candidate));
    const auto [same, added] = distinct.emplace(std::move(content), std::move(plan));
    return *plans.emplace(key.text(), &same->second).first->second;
  }

  void match(const Event& event, HitSink& sink) {
    evaluation.load(event);
    std::uint32_t fired = Evaluation::kNone;
    for (const Candidate& candidate : plan_for(event)) {
      if (candidate.rule == fired || !evaluation.accepts(candidate.source) || !evaluation.fires(candidate)) continue;
      fired = candidate.rule;
      sink.on_hit({&ir.rules[fired].info, fired, &event, evaluation.matched(candidate)});
    }
  }

  const Ir& ir;
  std::vector<RuleSource> sources;
  Evaluation evaluation;
  std::unordered_map<std::string, const Plan*, StringHash, std::equal_to<>> plans;
  std::unordered_map<std::string, Plan> distinct;
  PlanKey key;
  Plan uncached;
};

ReferenceMatcher::ReferenceMatcher(const RuleSet& rules) : impl_(std::make_unique<Impl>(rules)) {}
ReferenceMatcher::~ReferenceMatcher() = default;

void ReferenceMatcher::measure(RuleProfile& profile) { impl_->evaluation.measure(profile); }

void ReferenceMatcher::match(const Event& event, HitSink& sink) { impl_->match(event, sink); }

std::span<const std::uint64_t> ReferenceMatcher::budget_exceeded() const { return impl_->evaluation.budget_exceeded(); }

}  // namespace stopwarden::sigma
