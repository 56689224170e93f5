// SPDX-License-Identifier: Apache-2.0
#include "pipeline/scan.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "detect/ledger/targets.h"
#include "pipeline/belt.h"
#include "pipeline/detector.h"
#include "pipeline/merger.h"
#include "pipeline/reader.h"

namespace stopwarden {
namespace {

WantedFields fields_of(const sigma::RuleSet& rules, const FieldTable& table) {
  WantedFields wanted(table);
  rules.add_wanted(wanted);
  add_finding_fields(wanted);
  ledger::add_target_fields(wanted);
  return wanted;
}

/// The calling thread's part: walks the inputs and lets the belt take blocks of them.
class Scan final : public InputVisitor {
 public:
  Scan(const ScanOptions& options, const sigma::RuleSet& rules, const FieldTable& table, FindingSink& sink,
       ScanObserver& observer)
      : options_(options),
        rules_(rules),
        wanted_(fields_of(rules, table)),
        correlations_(rules, {options.redaction, options.min_level}),
        merger_(sink, correlations_, observer),
        sink_(sink),
        belt_(std::clamp(options.threads, std::size_t{1}, kThreadsMax), make_workers(options, rules, table), merger_),
        reader_(SourceOptions{&wanted_}, [this](std::size_t bytes) { belt_.room_for(bytes); }) {}

  ScanSummary run() {
    walk_inputs(options_.paths, options_.limits, *this);
    belt_.finish();
    add_sums();
    correlations_.finish(sink_, merger_.summary());
    return std::move(merger_.summary());
  }

  void on_input(const std::string& name, ByteStream& stream) override {
    reader_.start(stream);
    belt_.run([this, &name](Block& block) {
      block.input = name;
      reader_.next(block);
    });
  }
  void on_unreadable(const std::string& name, const Error& error, const std::string& why) override {
    belt_.run([&](Block& block) {
      block.input = name;
      block.unreadable = !why.empty() ? why : errc_name(error.code);
      block.last = true;
    });
  }
  /// May be called from within libarchive: throws nothing, works on nothing.
  void on_progress(std::uint64_t bytes_done) override {
    merger_.set_bytes_done(bytes_done);
    belt_.if_not_merging([this] { merger_.tell_observer(); });
  }

 private:
  Belt::MakeWorker make_workers(const ScanOptions& options, const sigma::RuleSet& rules, const FieldTable& table) {
    const Engine& engine = options.engine != nullptr ? *options.engine : engines().front();
    return [setup = DetectorSetup{options, rules, table, wanted_, engine.prepare(rules)}] {
      return std::make_unique<Detector>(setup);
    };
  }

  void add_sums() {
    std::vector<std::uint64_t> hits(rules_.size(), 0);
    KindProfile kinds;
    std::vector<RuleCost> costs(rules_.size());
    for (const std::unique_ptr<BlockWorker>& worker : belt_.workers()) {
      const auto& detector = static_cast<const Detector&>(*worker);
      for (std::size_t i = 0; i < hits.size(); ++i) hits[i] += detector.hits_by_rule()[i];
      for (const std::uint64_t n : detector.matcher().budget_exceeded()) merger_.summary().regex_budget_exceeded += n;
      detector.kinds().add_to(kinds);
      const std::span<const sigma::RuleProfile::Cost> by_rule = detector.rule_profile().by_rule;
      for (std::size_t i = 0; i < by_rule.size(); ++i) {
        costs[i].evaluations += by_rule[i].evaluations;
        costs[i].ns += by_rule[i].ns;
      }
    }
    for (std::size_t i = 0; i < hits.size(); ++i)
      if (hits[i] != 0) merger_.summary().hits_by_rule[rules_.info(i).title] += hits[i];
    if (options_.profile == Profile::on) merger_.summary().profile = profile_of(kinds, std::move(costs));
  }

  ScanProfile profile_of(const KindProfile& kinds, std::vector<RuleCost> costs) const {
    for (std::size_t i = 0; i < costs.size(); ++i) costs[i].rule = &rules_.info(i);
    std::erase_if(costs, [](const RuleCost& cost) { return cost.evaluations == 0; });
    std::stable_sort(costs.begin(), costs.end(), [](const RuleCost& a, const RuleCost& b) { return a.ns > b.ns; });
    return {kinds.costs(), std::move(costs)};
  }

  const ScanOptions& options_;
  const sigma::RuleSet& rules_;
  const WantedFields wanted_;
  CorrelationStage correlations_;
  Merger merger_;
  FindingSink& sink_;
  Belt belt_;
  BlockReader reader_;
};

}  // namespace

ScanSummary run_scan(const ScanOptions& options, const sigma::RuleSet& rules, const FieldTable& table,
                     FindingSink& sink, ScanObserver& observer) {
  return Scan(options, rules, table, sink, observer).run();
}

}  // namespace stopwarden
