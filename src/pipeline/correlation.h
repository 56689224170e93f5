// SPDX-License-Identifier: Apache-2.0
// Hits in order of time for correlations: they wait, on disk when they are many, until all inputs are read.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "detect/hit.h"
#include "detect/sigma/correlate.h"
#include "finding/build.h"
#include "finding/finding.h"
#include "finding/spill.h"

namespace stopwarden {

struct ScanSummary;

/// A hit of a rule that correlations are fed with, as bytes.
struct CorrelatedHit {
  std::uint32_t rule = 0;
  bool has_time = false;  ///< without one it is counted only, and the rest is empty
  std::string
      place;  ///< sorts by time, host, record number (else place in the input), identity of the event, rule, bytes
  std::string content;  ///< values and what a finding will tell of it
};
/// `finding` is what the hit became, `values` those of Rule::correlation_fields. Record numbers count from the start of
/// a block.
CorrelatedHit correlated_hit(const Hit& hit, const Finding& finding,
                             std::span<const std::optional<std::string_view>> values);
inline std::size_t bytes_of(const CorrelatedHit& hit) noexcept {
  return sizeof hit + hit.place.size() + hit.content.size();
}

/// The stateful part of a scan. Order of the hits: event time, host, record number, identity of the event (its log and
/// number, else its bytes), rule, then a digest of the record's bytes, name and record of the input: so that of copies
/// in several formats the same one speaks, whatever files are called. Copies count once, also when one of them keeps
/// fewer digits of the second.
///
/// Memory:  SortLimits::memory_bytes_max, and what the correlator's limits allow; more goes to spill files.
/// Errors:  a spill file that cannot be written costs memory instead; one that cannot be read back ends the
///          correlations with a problem in the summary.
/// Threads: none; one object belongs to one thread at a time.
class CorrelationStage {
 public:
  struct Options {
    Redaction redaction = Redaction::on;
    Level min_level = Level::informational;
  };
  CorrelationStage(const sigma::RuleSet& rules, Options options, SpillMaker make_spill = make_temporary_spill,
                   SortLimits limits = {});
  ~CorrelationStage();
  /// A hit of this input; `records_before` those of its earlier blocks.
  void add(const CorrelatedHit& hit, std::string_view input, std::uint64_t records_before);
  /// Runs all correlations; gives their findings to `sink` and counts them in `summary`. Ends the object's use.
  void finish(FindingSink& sink, ScanSummary& summary);

 private:
  class Run;
  const sigma::RuleSet& rules_;
  Options options_;
  SpillMaker make_spill_;
  ExternalSort sort_;
  std::vector<std::uint64_t> without_time_;  ///< by rule
};

}  // namespace stopwarden
