// SPDX-License-Identifier: Apache-2.0
// What one thread does with a block: source -> matcher -> finding.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "detect/sigma/correlation_values.h"
#include "detect/sigma/ruleset.h"
#include "event/source.h"
#include "finding/build.h"
#include "pipeline/engine.h"
#include "pipeline/profile.h"
#include "pipeline/reader.h"
#include "pipeline/result.h"
#include "pipeline/scan.h"

namespace stopwarden {

/// What the detectors of all threads share, read only.
struct DetectorSetup {
  const ScanOptions& options;
  const sigma::RuleSet& rules;
  const FieldTable& table;
  const WantedFields& wanted;
  MatcherMaker make_matcher;
};

class Detector final : public BlockWorker, private EventSink, private HitSink {
 public:
  explicit Detector(const DetectorSetup& setup);
  void work(const Block& block, BlockResult& result, ResultValve& valve) override;

  // For the end of a scan; sums do not depend on which thread had which block.
  std::span<const std::uint64_t> hits_by_rule() const noexcept { return hits_by_rule_; }  ///< by Hit::number
  const sigma::Matcher& matcher() const noexcept { return *matcher_; }
  const KindProfile& kinds() const noexcept { return kinds_; }
  const sigma::RuleProfile& rule_profile() const noexcept { return rule_profile_; }

 private:
  void on_event(const Event& event) override;
  void on_drop(const Error& error) override;
  void on_oddity(const Error& error) override;
  void on_hit(const Hit& hit) override;
  void match(const Event& event);
  bool in_time(const Event& event);

  const ScanOptions& options_;
  std::unique_ptr<sigma::Matcher> matcher_;
  Parsers parsers_;
  FindingBuilder builder_;
  const sigma::RuleSet& rules_;
  sigma::CorrelationValues values_;
  std::vector<std::uint64_t> hits_by_rule_;
  KindProfile kinds_;
  sigma::RuleProfile rule_profile_;
  // The present block.
  const Block* block_ = nullptr;
  BlockResult* result_ = nullptr;
  ResultValve* valve_ = nullptr;
  // The present event, once a rule fired on it.
  std::optional<Event> whole_;
  std::vector<Target> targets_;
};

}  // namespace stopwarden
