// SPDX-License-Identifier: Apache-2.0
// The compressions of journal payloads. liblzma, liblz4 and libzstd are used here and nowhere else.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "base/arena.h"
#include "base/bytes.h"

namespace stopwarden::journal {

enum class Compression : std::uint8_t { none, xz, lz4, zstd };

/// Unpacks one payload after the other; keeps what the libraries need between them. Not for sharing between threads.
class Decompressor {
 public:
  Decompressor();
  ~Decompressor();
  Decompressor(const Decompressor&) = delete;
  Decompressor& operator=(const Decompressor&) = delete;

  /// The payload as it was, in `arena`, at most `limit` bytes of it. XZ: an .xz stream; LZ4: its length in 8 bytes,
  /// then a block; ZSTD: a frame. Errors (offset 0): bad_value, limit_exceeded.
  /// Memory beside the arena: what the compression's window takes, at most 64 MiB.
  Result<std::string_view> unpack(Compression how, Bytes packed, std::size_t limit, Arena& arena);
  /// How many bytes the last unpack() made, or may have made before it failed.
  std::size_t work() const noexcept { return work_; }

 private:
  struct State;
  std::unique_ptr<State> state_;
  std::size_t work_ = 0;
};

}  // namespace stopwarden::journal
