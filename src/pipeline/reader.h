// SPDX-License-Identifier: Apache-2.0
// One input through one source: the loop that keeps the window, and nothing else.
//
//   BlockReader cutter(options);
//   cutter.start(stream);
//   do cutter.next(block); while (... parse block ..., !block.last);
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "event/source.h"
#include "input/input.h"
#include "pipeline/block.h"
#include "sources/registry.h"

namespace stopwarden {

/// Cuts an input into blocks of whole units: tells the format from the first bytes, then calls Source::cut() for as
/// long as it finds something. What is left at a block's end starts the next one.
///
/// A stream that may wait (a pipe) is read once a block, so that no event is held back; any other fills its block. A
/// block has kBlockBytes, growing to the format's window_max() for a record that is longer.
/// Threads: none; one object belongs to one thread at a time. It reads many inputs one after the other.
class BlockReader {
 public:
  /// Told how long a block must become before it grows beyond kBlockBytes; may wait until memory is there.
  using BeforeGrowing = std::function<void(std::size_t bytes)>;
  explicit BlockReader(const SourceOptions& options, BeforeGrowing before_growing = {})
      : options_(options), before_growing_(std::move(before_growing)) {}
  /// `stream` must live until a block is the last one.
  void start(ByteStream& stream);
  /// Gives the next stretch of the input; `block` is clear. May have no piece when it is the last one.
  void next(Block& block);

 private:
  void take_rest(Block& block);
  void fill(Block& block);
  void find_format(Block& block);
  void read_to_end(Block& block);
  void end(Block& block) const;
  bool cut_all(Block& block);
  static void add_context(Block& block, Bytes context);
  void make_room(Block& block);
  Bytes window(const Block& block) const { return Bytes(block.bytes).subspan(begin_, end_ - begin_); }

  SourceOptions options_;
  BeforeGrowing before_growing_;
  // The present input.
  ByteStream* stream_ = nullptr;
  const SourceFormat* format_ = nullptr;
  std::unique_ptr<Source> cutter_;  // only its cut() is used
  std::shared_ptr<const InputStart> start_;
  std::size_t window_max_ = 0;
  bool format_known_ = false, at_end_ = false;
  std::uint64_t offset_ = 0, bytes_ = 0;  // where the next block starts; all that was read
  std::optional<Error> stream_error_;
  std::vector<std::byte> rest_;  // read, but not in a block yet
  bool rest_is_cut_ = false;     // the source wants more bytes than these
  // The present block: what is not cut.
  std::size_t begin_ = 0, end_ = 0;
};

/// What reading one input came to.
struct ReadResult {
  const SourceFormat* format = nullptr;  ///< nullptr: no format knows these bytes (or there are none)
  std::uint64_t bytes = 0;               ///< unpacked
  std::uint64_t records = 0;             ///< met, dropped ones among them
  std::optional<Error> stream_error;     ///< why the bytes ended early
};

/// The sources that parse for one thread, kept over inputs so that what they learnt is not lost.
class Parsers {
 public:
  explicit Parsers(const SourceOptions& options) : options_(options) {}
  /// Parses the pieces of a block; `first_record` as in Source::parse(). Returns the records met.
  std::uint64_t parse(const Block& block, std::uint64_t first_record, EventSink& sink);

 private:
  struct Parser {
    const SourceFormat* format;
    std::unique_ptr<Source> source;
    std::shared_ptr<const InputStart> start;  // of the input it was told of last
  };
  Source& source(const Block& block);
  SourceOptions options_;
  std::vector<Parser> parsers_;
};

/// Reads a stream to its end in the calling thread: the whole way from bytes to events where no more is needed. Not
/// for sharing between threads; one object reads many inputs one after the other.
class InputReader {
 public:
  explicit InputReader(const SourceOptions& options) : cutter_(options), parsers_(options) {}
  ReadResult read(ByteStream& stream, EventSink& sink);

 private:
  BlockReader cutter_;
  Parsers parsers_;
  Block block_;
};

}  // namespace stopwarden
