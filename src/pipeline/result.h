// SPDX-License-Identifier: Apache-2.0
// What comes back from those that parse: everything one block came to, in the order of its bytes.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "detect/hit.h"
#include "finding/finding.h"
#include "pipeline/block.h"
#include "pipeline/correlation.h"

namespace stopwarden {

/// Problems counted by what they are, so that a thousand bad records are one line.
class ProblemTally {
 public:
  struct Entry {
    Error first;
    std::uint64_t count = 0;
  };
  void add(const Error& error) { add(Entry{error, 1}); }
  /// Those of a later stretch of the same input.
  void add(const ProblemTally& later) {
    for (const Entry& entry : later.entries_) add(entry);
  }
  /// In the order in which they first came. As many as there are messages in the sources, at most.
  const std::vector<Entry>& entries() const noexcept { return entries_; }
  void clear() noexcept { entries_.clear(); }

 private:
  void add(const Entry& entry) {
    for (Entry& known : entries_) {
      if (known.first.code != entry.first.code || std::string_view(known.first.what) != entry.first.what) continue;
      known.count += entry.count;
      return;
    }
    entries_.push_back(entry);
  }
  std::vector<Entry> entries_;
};

/// Reused from block to block. Record numbers in it count from the start of the block.
struct BlockResult {
  static constexpr std::size_t kFindingsKept = 32;  ///< room for so many stays: many results wait (belt.h)
  std::vector<Finding> findings;
  std::vector<CorrelatedHit> correlated;  ///< hits that correlations are fed with
  std::uint64_t records = 0, events = 0, events_outside_time = 0, events_without_time = 0;
  std::uint64_t drops = 0, oddities = 0;
  ProblemTally drop_tally, oddity_tally;
  std::array<std::uint64_t, 6> hits_by_level{};  ///< index: Level
  std::optional<EventTime> first, last;
  std::optional<Level> loudest;

  void clear() {
    findings.clear();
    correlated.clear();
    if (findings.capacity() > kFindingsKept) std::vector<Finding>().swap(findings);
    if (correlated.capacity() > kFindingsKept) std::vector<CorrelatedHit>().swap(correlated);
    records = events = events_outside_time = events_without_time = drops = oddities = 0;
    drop_tally.clear();
    oddity_tally.clear();
    hits_by_level = {};
    first.reset();
    last.reset();
    loudest.reset();
  }
};

/// Takes results in the order of the blocks, one call at a time, though not always from the same thread.
class ResultSink {
 public:
  virtual ~ResultSink() = default;
  /// A result may come in several parts: `early` ones, then the `final` one.
  enum class Part : std::uint8_t { early, final };
  virtual void on_result(const Block& block, BlockResult& result, Part part) = 0;
};

/// How a worker tells that its result needs memory.
class ResultValve {
 public:
  virtual ~ResultValve() = default;
  /// The result of the present block has grown by so much. May wait, hand on what it holds so far and clear it.
  virtual void on_grown(std::size_t bytes) = 0;
};

/// Turns blocks into results. One object a thread.
class BlockWorker {
 public:
  virtual ~BlockWorker() = default;
  /// `result` is clear. What it is may depend on the block alone.
  virtual void work(const Block& block, BlockResult& result, ResultValve& valve) = 0;
};

}  // namespace stopwarden
