// SPDX-License-Identifier: Apache-2.0
// The end of the way: results of blocks, in their order, become findings of the sink and the summary.
#pragma once
#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "pipeline/result.h"
#include "pipeline/scan.h"

namespace stopwarden {

class Merger final : public ResultSink {
 public:
  Merger(FindingSink& sink, CorrelationStage& correlations, ScanObserver& observer)
      : sink_(sink), correlations_(correlations), observer_(observer) {}
  void on_result(const Block& block, BlockResult& result, Part part) override;
  /// How far the inputs are read, from the reading thread.
  void set_bytes_done(std::uint64_t bytes) noexcept { bytes_done_.store(bytes, std::memory_order_relaxed); }
  void tell_observer() { observer_.on_progress(bytes_done_.load(std::memory_order_relaxed), summary_); }
  ScanSummary& summary() noexcept { return summary_; }

 private:
  void count(const BlockResult& result);
  void end_input(const Block& block);
  static void add_problems(const std::string& input, const ProblemTally& tally, std::vector<InputProblem>& out,
                           std::uint64_t& left_out);
  void problem(InputProblem p);

  FindingSink& sink_;
  CorrelationStage& correlations_;
  ScanObserver& observer_;
  ScanSummary summary_;
  std::atomic<std::uint64_t> bytes_done_{0};
  // The present input.
  std::uint64_t records_before_ = 0;  ///< in earlier blocks
  ProblemTally drops_, oddities_;
};

}  // namespace stopwarden
