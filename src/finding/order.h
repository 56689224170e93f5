// SPDX-License-Identifier: Apache-2.0
// Findings of a whole scan, merged and put in order, in bounded memory.
#pragma once
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>

#include "event/field.h"
#include "finding/finding.h"
#include "finding/spill.h"

namespace stopwarden {

enum class FindingSort : std::uint8_t {
  time,  ///< (time, unknown last; host; uid)
  host,  ///< (host, unknown last; time; uid)
};

/// Collects findings and gives them back in order, those with the same uid folded into one:
/// - evidences are united, sorted, without repetitions; the first kEvidencesMax are kept, the rest is counted;
/// - a record with a record number counts once, however many copies of its log were read; records without one count
///   as often as they occur in the file that has them most often;
/// - all else comes from the copy whose evidence sorts first.
/// So the result depends neither on the order of files nor on threads.
///
/// Memory:  SortLimits::memory_bytes_max twice, and one copy of what is said of each rule; more goes to spill files.
/// Threads: none; one object belongs to one thread at a time.
class FindingOrder : public FindingSink {
 public:
  explicit FindingOrder(FindingSort sort, SpillMaker make_spill = make_temporary_spill, SortLimits limits = {});
  void on_finding(const Finding& finding) override;
  /// Gives all findings to `sink`. Ends the object's use. Errors: io, truncated: a spill file could not be read back;
  /// what was given before stands.
  Status finish(FindingSink& sink);
  /// A spill file could not be written: memory grew beyond the limit instead. Nothing was lost.
  const std::optional<Error>& spill_error() const noexcept { return spill_error_; }
  std::uint64_t runs_written() const noexcept { return runs_written_; }

 private:
  std::string value_of(const Finding& finding);
  Result<Finding> finding_of(std::string_view value) const;
  void add_in_order(const Finding& finding);
  void note(const ExternalSort& sort);

  FindingSort sort_;
  SpillMaker make_spill_;
  SortLimits limits_;
  ExternalSort by_uid_;
  std::optional<ExternalSort> in_order_;
  std::unordered_map<std::string, std::uint32_t, StringHash, std::equal_to<>> rule_ids_;
  std::deque<Finding> rules_;  // with the rule's part filled only
  std::optional<Error> spill_error_;
  std::uint64_t runs_written_ = 0;
};

}  // namespace stopwarden
