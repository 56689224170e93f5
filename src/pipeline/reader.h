// SPDX-License-Identifier: Apache-2.0
// One input through one source: the loop that keeps the window, and nothing else.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "event/source.h"
#include "input/input.h"
#include "sources/registry.h"

namespace stopwarden {

/// What reading one input came to.
struct ReadResult {
  const SourceFormat* format = nullptr;  ///< nullptr: no format knows these bytes (or there are none)
  std::uint64_t bytes = 0;               ///< unpacked
  std::uint64_t records = 0;             ///< met, dropped ones among them
  std::optional<Error> stream_error;     ///< why the bytes ended early
};

/// Reads a stream to its end: tells the format from the first bytes, cuts units and parses them into `sink`. Keeps at
/// most one window: 1 MiB, growing to the format's window_max() for a record that is longer. Not for sharing between
/// threads; one object reads many inputs one after the other and reuses its buffer and its sources.
class InputReader {
 public:
  explicit InputReader(const SourceOptions& options) : options_(options) {}
  /// `after_unit`, if set, is called between units (progress; flushing of streams).
  ReadResult read(ByteStream& stream, EventSink& sink, const std::function<void()>& after_unit = {});

 private:
  bool fill(ByteStream& stream, std::size_t wanted, ReadResult& result);
  void drop_front(std::size_t n);
  Bytes window() const { return Bytes(buffer_).subspan(begin_, end_ - begin_); }

  SourceOptions options_;
  std::vector<std::byte> buffer_;
  std::size_t begin_ = 0, end_ = 0;
  std::uint64_t offset_ = 0;  ///< of the window in the input
  bool at_end_ = false;
};

}  // namespace stopwarden
