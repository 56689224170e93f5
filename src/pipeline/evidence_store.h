// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "finding/finding.h"
#include "finding/spill.h"

namespace stopwarden {

/// What findings of correlations may need of each hit (encode_member), kept until the end: the latest in memory, all
/// older ones in a spill file.
/// Errors: when the file cannot be written, memory grows instead and spill_error() tells; nothing is lost.
class EvidenceStore {
 public:
  explicit EvidenceStore(SpillMaker make, std::size_t memory_bytes_max = 8 * std::size_t{1024} * 1024)
      : make_(std::move(make)), memory_bytes_max_(memory_bytes_max) {}
  /// The key to get it by. `records_before` is added to the record numbers in it.
  std::uint64_t keep(std::uint64_t records_before, std::string_view member);
  /// Errors: io, truncated, bad_value: the file cannot be read back.
  Result<Finding> get(std::uint64_t key);
  const std::optional<Error>& spill_error() const noexcept { return spill_error_; }

 private:
  Status spill();
  Status read(std::uint64_t at, std::size_t size, std::string& out);

  SpillMaker make_;
  std::size_t memory_bytes_max_;
  std::unique_ptr<SpillFile> file_;
  std::optional<Error> spill_error_;  ///< once there is one, the file's end is not known: nothing more is written
  std::uint64_t written_ = 0;         ///< bytes in the file
  std::string memory_;                ///< what follows them
};

}  // namespace stopwarden
