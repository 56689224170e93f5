// SPDX-License-Identifier: Apache-2.0
// The way of the data, once through: inputs -> source -> matcher -> finding -> sinks.
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "detect/sigma/correlate.h"
#include "detect/sigma/ruleset.h"
#include "finding/build.h"
#include "finding/finding.h"
#include "input/input.h"
#include "pipeline/engine.h"
#include "pipeline/profile.h"

namespace stopwarden {

/// An input, or a part of one, that could not be used. Each one is named: none is lost in a total.
struct InputProblem {
  std::string input;
  std::string why;           ///< for people: "No such file or directory", "not a log format this version reads"
  std::uint64_t count = 1;   ///< records or stretches lost this way in this input
  std::uint64_t offset = 0;  ///< of the first
};

/// What a correlation could not take into account.
struct CorrelationLosses {
  std::string title;
  sigma::CorrelationStats stats;
};

/// What the summary tells (design: "an empty file is fine"; every drop counted and shown).
struct ScanSummary {
  std::uint64_t inputs_read = 0, inputs_empty = 0;
  std::map<std::string, std::uint64_t> inputs_by_format;
  std::uint64_t bytes = 0, records = 0, events = 0;
  std::uint64_t events_outside_time = 0;  ///< left out by --from and --to
  std::uint64_t events_without_time = 0;
  std::uint64_t drops = 0, oddities = 0;
  std::vector<InputProblem> problems;   ///< unreadable inputs and drops: exit 3
  std::uint64_t problems_left_out = 0;  ///< beyond kProblemsMax
  std::vector<InputProblem> notes;      ///< oddities: the data was read all the same
  std::uint64_t notes_left_out = 0;
  std::array<std::uint64_t, 6> hits_by_level{};       ///< index: Level
  std::map<std::string, std::uint64_t> hits_by_rule;  ///< by title
  std::optional<EventTime> first, last;               ///< event time of what was read
  std::optional<Level> loudest;                       ///< of what was given to the sinks
  std::uint64_t regex_budget_exceeded = 0;
  /// Correlations that left hits out of account, or that could not be worked out to the end.
  std::vector<CorrelationLosses> correlation_losses;
  std::optional<ScanProfile> profile;  ///< when it was asked for
};

inline constexpr std::size_t kProblemsMax = 1000;  // a folder of junk names its first thousand files

inline constexpr std::size_t kThreadsMax = 256;

/// Whether it is measured where the time goes.
enum class Profile : std::uint8_t { off, on };

struct ScanOptions {
  std::vector<std::string> paths;
  Level min_level = Level::informational;
  std::optional<EventTime> from, to;  ///< event time, inclusive; events without a time pass
  InputLimits limits;
  Redaction redaction = Redaction::on;
  std::size_t threads = 1;         ///< up to kThreadsMax; changes nothing but the speed
  const Engine* engine = nullptr;  ///< nullptr: the first of engines()
  Profile profile = Profile::off;
};

/// Told how far a scan is: after each block of the input and each step of reading, never in the middle of an event.
/// By one thread at a time, though not always the same.
class ScanObserver {
 public:
  virtual ~ScanObserver() = default;
  virtual void on_progress(std::uint64_t bytes_done, const ScanSummary& so_far) = 0;
};

/// Scans all inputs and gives every finding to `sink`, in the order of the input; those of correlations come at the
/// end, in order of time. Never stops at a bad input.
/// Memory:  what the rule set holds, and some blocks and findings a thread (belt.h), whatever the input's size.
/// Threads: `sink` and `observer` are called by one thread at a time, though not always by the caller's.
ScanSummary run_scan(const ScanOptions& options, const sigma::RuleSet& rules, const FieldTable& table,
                     FindingSink& sink, ScanObserver& observer);

}  // namespace stopwarden
