// SPDX-License-Identifier: Apache-2.0
// The progress bar: one line on stderr, only when it is a terminal.
#pragma once
#include <chrono>
#include <cstdint>

#include "pipeline/scan.h"

namespace stopwarden::cli {

class Progress final : public ScanObserver {
 public:
  /// `total` bytes to read, 0 when unknown. Draws nothing unless `visible`.
  enum class Show : std::uint8_t { no, yes };
  Progress(std::uint64_t total, Show show) : total_(total), show_(show), start_(Clock::now()), last_(start_) {}
  void on_progress(std::uint64_t bytes_done, const ScanSummary& so_far) override;
  /// Takes the line away, so that what follows starts on a clean one.
  void clear();
  double seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

 private:
  using Clock = std::chrono::steady_clock;
  std::uint64_t total_;
  Show show_;
  Clock::time_point start_, last_;  // a scan that is over before the first drawing shows no bar
  bool drawn_ = false;
};

}  // namespace stopwarden::cli
