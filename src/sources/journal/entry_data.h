// SPDX-License-Identifier: Apache-2.0
// The payloads that an entry's items point at.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/bytes.h"
#include "sources/journal/decompress.h"
#include "sources/journal/layout.h"
#include "sources/journal/object_walk.h"

namespace stopwarden::journal {

/// Entries share payloads, so a small file can hold very many bytes of events: these end that.
struct DataLimits {
  std::size_t items_max = 4096;       // journald writes 1,024 at most
  std::size_t value_max = 16u << 20;  // as an object of JSON
  std::size_t entry_unpacked_max = 64u << 20;
  std::size_t short_value = 256;           // always given: 64 times the least item
  std::uint64_t shared_factor = 64;        // real journals give 2 to 10 bytes of values for each of their own
  std::uint64_t shared_base = 256u << 20;  // what a file may give whatever its length
};

/// Reads payloads of one file. Every offset and length is checked against the file.
class EntryData {
 public:
  explicit EntryData(const DataLimits& limits = {}) : limits_(limits), slots_(kSlots) {}

  /// A new file. `compact`: of the header's flags.
  void start(const ObjectBounds& bounds, bool compact);
  /// A new entry, which lies at `offset`.
  void start_entry(std::uint64_t offset) noexcept;
  /// "NAME=value" of the DATA object at `offset`, in the file or in `arena`. `hash`: what the item says of it, when it
  /// does. Errors, without an offset: bad_value (no such object, another hash, cannot be unpacked), limit_exceeded.
  Result<std::string_view> read(std::uint64_t offset, const std::uint64_t* hash, Arena& arena);

 private:
  struct Slot {
    std::uint64_t offset = 0;  // 0: free
    std::string text;
  };
  Result<std::string_view> unpack(const Object& object, Bytes packed, Arena& arena);
  bool spend(std::size_t bytes) noexcept;

  static constexpr std::size_t kSlots = 256;
  static constexpr std::size_t kSlotText = 16 * std::size_t{1024};  // 4 MiB in all
  DataLimits limits_;
  ObjectBounds bounds_;
  bool compact_ = false;
  std::uint64_t walked_ = 0, given_ = 0;
  std::size_t entry_unpacked_ = 0;
  Decompressor decompressor_;
  std::vector<Slot> slots_;  // payloads unpacked lately, by their offset
};

}  // namespace stopwarden::journal
