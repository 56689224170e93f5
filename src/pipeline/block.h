// SPDX-License-Identifier: Apache-2.0
// What goes from the reading thread to those that parse: a stretch of one input, cut into units.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "event/source.h"
#include "sources/registry.h"

namespace stopwarden {

/// Small enough to stay in a core's cache from being read to being parsed, and that the findings of a block in which
/// every record is one do not fill what may wait (belt.h); large enough that taking turns does not matter: with all
/// rules it is a sixth of a millisecond. One chunk of EVTX.
inline constexpr std::size_t kBlockBytes = 64 * std::size_t{1024};

/// What is known of an input from its start: InputFacts with bytes of its own. Shared by all its blocks.
struct InputStart {
  std::optional<EventTime> modified;
  std::vector<std::byte> head;
  bool live = false;
  InputFacts facts() const noexcept { return {modified, head, live}; }
};

/// Reused from block to block: once warm, filling it allocates nothing.
struct Block {
  /// A unit to parse, or a stretch that could not be cut (`drop` says why, its offset counts from the input's start).
  struct Piece {
    std::size_t begin = 0, size = 0;  ///< in `bytes`
    std::optional<Error> drop;
    std::size_t context_begin = 0, context_size = 0;  ///< in `contexts`
  };

  std::string input;                        ///< its name
  const SourceFormat* format = nullptr;     ///< nullptr: no format knows the input's bytes (or there are none)
  std::shared_ptr<const InputStart> start;  ///< nullptr as long as the format is
  std::vector<std::byte> bytes;             ///< kBlockBytes; longer for a record that is longer
  std::uint64_t offset = 0;                 ///< of `bytes` in the input
  std::vector<Piece> pieces;                ///< in the order of the input
  std::vector<std::byte> contexts;  ///< what units need besides (Cut::context): that of the last block, or read here

  bool last = false;                  ///< of its input; the next two are then known
  std::uint64_t input_bytes = 0;      ///< of the whole input, unpacked
  std::optional<Error> stream_error;  ///< why the bytes ended early

  std::string unreadable;  ///< not empty: nothing could be read of `input`, and why

  Bytes unit(const Piece& piece) const { return Bytes(bytes).subspan(piece.begin, piece.size); }
  Bytes context(const Piece& piece) const { return Bytes(contexts).subspan(piece.context_begin, piece.context_size); }
  /// Gives a buffer back that had to grow.
  void shrink() {
    if (bytes.size() > kBlockBytes) std::vector<std::byte>().swap(bytes);
  }
  /// Ready for the next input or stretch.
  void clear() {
    input.clear();
    format = nullptr;
    start.reset();
    shrink();
    offset = 0;
    pieces.clear();
    contexts.clear();
    last = false;
    input_bytes = 0;
    stream_error.reset();
    unreadable.clear();
  }
};

}  // namespace stopwarden
