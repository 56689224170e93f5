// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "finding/finding.h"
#include "finding/spill.h"

namespace stopwarden {

/// What findings of correlations may need of each hit (encode_member), kept until the end: the latest in memory, all
/// older ones in a spill file.
/// Errors: when the file cannot be written, memory grows instead; nothing is lost.
class EvidenceStore {
 public:
  explicit EvidenceStore(SpillMaker make, std::size_t memory_bytes_max = 8 * std::size_t{1024} * 1024)
      : make_(std::move(make)), memory_bytes_max_(memory_bytes_max) {}
  /// The key to get it by. `records_before` is added to the record numbers in it.
  std::uint64_t keep(std::uint64_t records_before, std::string_view member);
  /// Errors: io, truncated, bad_value: the file cannot be read back.
  Result<Finding> get(std::uint64_t key);

 private:
  Status read(std::uint64_t at, std::size_t size, std::string& out);

  SpillMaker make_;
  std::size_t memory_bytes_max_;
  std::unique_ptr<SpillFile> file_;
  bool can_write_ = true;
  std::uint64_t written_ = 0;  ///< bytes in the file
  std::string memory_;         ///< what follows them
};

}  // namespace stopwarden
