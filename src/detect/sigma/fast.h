// SPDX-License-Identifier: Apache-2.0
// The fast matcher. Which rules an event's kind can make fire, and which texts they wait for, is decided once a kind;
// for each event those texts are looked for, and only rules that found one are evaluated.
//
//   const Program program(rules);          // shared by threads
//   FastMatcher matcher(program);          // one a thread
//   SourceOptions options{&wanted, matcher.planner()};
#pragma once
#include <memory>

#include "detect/sigma/program.h"
#include "detect/sigma/ruleset.h"

namespace stopwarden::sigma {

/// Gives the hits of ReferenceMatcher, sooner. Shortcuts only ever say "maybe": the rule itself is then evaluated by
/// the code that the reference uses (evaluation.h). tests/support/engines_agree_test.cpp and fuzz_matchers hold the two
/// together.
/// Events that a source read by choice must come from one that asked this matcher's planner().
/// Cost: no allocation per event once warm.
class FastMatcher final : public Matcher {
 public:
  /// `program` outlives the matcher.
  explicit FastMatcher(const Program& program);
  ~FastMatcher() override;
  void match(const Event& event, HitSink& sink) override;
  std::span<const std::uint64_t> budget_exceeded() const override;
  FieldPlanner* planner() noexcept override;
  void measure(RuleProfile& profile) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace stopwarden::sigma
