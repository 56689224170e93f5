// SPDX-License-Identifier: Apache-2.0
// Correlations at work: hits of plain rules go in, results come out. Event time only; no clock, no threads.
//
//   Correlator correlator(rules, {});
//   for (const CorrelationHit& hit : hits_in_order) correlator.on_hit(hit, sink);
//   correlator.finish(sink);
#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "base/time.h"
#include "detect/correlation.h"

namespace stopwarden::sigma {

class RuleSet;
struct Ir;

/// A hit of a plain rule, as correlations need it. Owns nothing.
struct CorrelationHit {
  std::uint32_t rule = 0;  ///< number in Ir::rules
  EventTime time{};
  std::string_view host;
  /// Equal for all hits of one event, rising in order. Hits with the same number are counted once, so copies of a
  /// record in several files should share theirs.
  std::uint64_t event = 0;
  std::uint64_t evidence = 0;  ///< the caller's own key to what it knows of the event; comes back in results
  std::span<const std::optional<std::string_view>> values;  ///< by Rule::correlation_fields; nothing: missing or null
};

/// What became of the hits of one correlation. All but `hits` and `fired` tell of something that was left out.
struct CorrelationStats {
  std::uint64_t hits = 0;            ///< that reached it, of rules and of correlations within
  std::uint64_t fired = 0;           ///< results, silent ones too
  std::uint64_t late = 0;            ///< hits older than what was decided already
  std::uint64_t without_time = 0;    ///< hits of events without a time
  std::uint64_t without_group = 0;   ///< hits without a field of group-by
  std::uint64_t without_value = 0;   ///< hits without the field that is counted or added up
  std::uint64_t not_a_number = 0;    ///< hits whose value is text where a number is needed
  std::uint64_t groups_evicted = 0;  ///< groups forgotten for lack of memory
  std::uint64_t hits_evicted = 0;    ///< hits forgotten with them, or beyond what one group may hold
};

struct CorrelatorLimits {
  std::size_t groups_max = 65'536;  // of one correlation at a time; the one that is quiet for longest goes first
  std::size_t bytes_max = 64 * std::size_t{1024} * 1024;         // state of one correlation
  std::size_t bytes_total_max = 128 * std::size_t{1024} * 1024;  // of all; the largest correlation gives way
  std::size_t group_hits_max = 1'000'000;  // that one group remembers one by one: the highest threshold of event_count
  std::size_t value_bytes_max = 1024;      // of a group's or counted value; of longer ones beginning and hash are kept
  std::size_t waiting_max = 16'384;        // hits held back until their time is certain (streams)
  std::size_t waiting_bytes_max = 16 * std::size_t{1024} * 1024;  // their texts
};

/// Evidences that a result carries at most: the oldest, and the one that completed it.
inline constexpr std::size_t kCorrelationEvidencesMax = 64;

struct CorrelatorOptions {
  CorrelatorLimits limits;
  /// How long hits are held back so that older ones may still arrive. 0: they come in order, as in a scan. What is
  /// older than the newest time seen less this is late: counted, not correlated.
  std::chrono::nanoseconds lateness{0};
  /// Secret of the hash tables, against groups made to collide. Results do not depend on it.
  std::uint64_t hash_seed = 0x5374'6F70'5761'7264;
};

/// Runs all correlations of a rule set.
///
/// Input:    hits of rules with Rule::correlated, in order of time (see CorrelatorOptions::lateness); others are
///           ignored. Values are hostile.
/// Output:   results in order of their time; of those of silent correlations none. docs/sigma.md tells when each type
///           fires.
/// Memory:   bounded by the limits; what they cost is counted in stats().
/// Lifetime: the rules outlive the correlator. One object belongs to one thread at a time.
/// Cost:     no allocation per hit once warm, but for results.
class Correlator {
 public:
  explicit Correlator(const RuleSet& rules, const CorrelatorOptions& options = {});
  explicit Correlator(const Ir& ir, const CorrelatorOptions& options = {});
  ~Correlator();
  void on_hit(const CorrelationHit& hit, CorrelationSink& sink);
  /// A hit of an event without a time: counted for its correlations.
  void on_hit_without_time(std::uint32_t rule);
  /// Nothing older than `now` less the lateness will come: decides what can be decided. For streams that fall silent.
  void advance(EventTime now, CorrelationSink& sink);
  /// Decides every open window. Ends the object's use.
  void finish(CorrelationSink& sink);
  /// By number in Ir::correlations.
  std::span<const CorrelationStats> stats() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace stopwarden::sigma
