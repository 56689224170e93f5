// SPDX-License-Identifier: Apache-2.0
// Sorting more than memory holds: byte strings with sort keys, in runs on disk.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace stopwarden {

/// A file that nobody else sees and that is gone when the object is.
class SpillFile {
 public:
  virtual ~SpillFile() = default;
  /// Appends all of `bytes`. Errors: io.
  virtual Status append(Bytes bytes) = 0;
  /// Reads up to out.size() bytes at `offset`; 0 at the end. Errors: io.
  virtual Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> out) = 0;
};

using SpillMaker = std::function<Result<std::unique_ptr<SpillFile>>()>;

/// An unlinked temporary file in $TMPDIR, else /var/tmp, else /tmp (which often is memory). Errors: io.
Result<std::unique_ptr<SpillFile>> make_temporary_spill();

struct SortLimits {
  std::size_t memory_bytes_max = 24 * std::size_t{1024} * 1024;  // what waits in memory before a run goes to disk
  std::size_t runs_max = 64;                         // files open at a time; more runs are merged into one first
  std::size_t read_buffer = 64 * std::size_t{1024};  // per run while merging: 4 MiB at most
};

/// Sorts records by their keys, byte by byte; equal keys stay in the order of add().
///
/// Records are collected in chunks, each sorted when it is full. When half of the memory is used, all chunks become a
/// run, which is written while the other half fills: no add() takes long, so nobody who waits for it is held up.
///
/// Memory:  about memory_bytes_max, whatever is added; beyond that sorted runs go to spill files.
/// Errors:  when no spill file can be written (full disk), nothing is lost: what waits stays in memory, the limit is
///          doubled, and spill_error() tells. drain() fails when a run cannot be read back.
class ExternalSort {
 public:
  using Visitor = std::function<void(std::string_view key, std::string_view value)>;
  explicit ExternalSort(SpillMaker make, SortLimits limits = {});
  ~ExternalSort();
  void add(std::string_view key, std::string_view value);
  /// Visits every record in order; ends the object's use. Views die with each call.
  Status drain(const Visitor& visit);
  std::uint64_t size() const noexcept { return size_; }
  std::uint64_t runs_written() const noexcept { return runs_written_; }
  const std::optional<Error>& spill_error() const noexcept { return spill_error_; }

 private:
  struct Entry {
    std::size_t offset;
    std::uint32_t key_size, value_size;
  };
  struct Chunk {
    std::vector<char> data;
    std::vector<Entry> entries;
    std::string_view key_of(const Entry& e) const noexcept { return {data.data() + e.offset, e.key_size}; }
    std::string_view value_of(const Entry& e) const noexcept {
      return {data.data() + e.offset + e.key_size, e.value_size};
    }
    std::size_t bytes() const noexcept { return data.size() + entries.size() * sizeof(Entry); }
  };
  struct Run {
    std::unique_ptr<SpillFile> file;
    std::uint64_t bytes = 0;
  };
  class Records;
  class ChunkRecords;
  class RunRecords;
  class Merge;
  class RunWriter;
  struct Writing;
  void close_chunk();
  Status start_run();
  Status write_some(std::size_t bytes);
  Status finish_run();
  void keep_in_memory(const Error& why);
  Status merge_runs();

  SpillMaker make_;
  SortLimits limits_;
  std::size_t memory_bytes_max_;
  Chunk open_;                 ///< where add() puts its record
  std::vector<Chunk> sorted_;  ///< full ones, oldest first
  std::size_t sorted_bytes_ = 0;
  std::vector<Chunk> spare_;          ///< empty, with their memory
  std::unique_ptr<Writing> writing_;  ///< the chunks before sorted_, on their way to disk
  std::vector<Run> runs_;
  std::uint64_t size_ = 0, runs_written_ = 0;
  std::optional<Error> spill_error_;
};

}  // namespace stopwarden
