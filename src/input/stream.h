// SPDX-License-Identifier: Apache-2.0
// The streams an input is made of, for this module only.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "input/input.h"
#include "platform/file.h"

namespace stopwarden::input {

/// Bytes that can also be read out of order: what the reader of 7z must have and the reader of zip likes to have.
class SeekableStream : public ByteStream {
 public:
  /// As platform::File::read_at().
  virtual Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> out) = 0;
  virtual std::uint64_t size() const noexcept = 0;
  bool may_wait() const noexcept final { return false; }
};

/// How far the top-level inputs are read, told to the visitor now and then.
class Progress {
 public:
  explicit Progress(InputVisitor& visitor) : visitor_(&visitor) {}
  /// So much of the present input is behind us; going back in it (a zip is read from its end) tells nothing.
  void at(std::uint64_t offset);
  /// The present input is done with; `bytes` is what it counts for.
  void done(std::uint64_t bytes);

 private:
  static constexpr std::uint64_t kStep = 1u << 20;  // between two calls; far below what a progress bar can show
  InputVisitor* visitor_;
  std::uint64_t base_ = 0, offset_ = 0, told_ = 0;
};

/// A regular file. Ends where the file ended when its end at opening was reached: a log that grows faster than it is
/// read has an end too. A file that has become shorter gives `truncated` once, then ends.
class FileStream final : public SeekableStream {
 public:
  FileStream(platform::File file, std::uint64_t size, Progress* progress,
             std::optional<EventTime> modified = std::nullopt)
      : file_(std::move(file)), size_(size), end_(size), progress_(progress), modified_(modified) {}
  Result<std::size_t> read(std::span<std::byte> out) override;
  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> out) override;
  std::uint64_t size() const noexcept override { return size_; }
  std::optional<EventTime> modified() const noexcept override { return modified_; }

 private:
  enum class State : std::uint8_t { reading, second_look, ended };
  platform::File file_;
  std::uint64_t size_, end_, at_ = 0;
  Progress* progress_;
  State state_ = State::reading;
  std::optional<EventTime> modified_;
};

/// A pipe, a terminal, standard input.
class PipeStream final : public ByteStream {
 public:
  PipeStream(platform::File file, Progress* progress) : file_(std::move(file)), progress_(progress) {}
  Result<std::size_t> read(std::span<std::byte> out) override;
  std::uint64_t bytes() const noexcept { return at_; }

 private:
  platform::File file_;
  Progress* progress_;
  std::uint64_t at_ = 0;
};

/// Looks at the first bytes of a stream without taking them away from who reads it next.
class PeekStream final : public ByteStream {
 public:
  explicit PeekStream(ByteStream& under) : under_(&under) {}
  /// Up to `bytes` first bytes; fewer when there are no more, when reading fails (read() will say so in its turn), or
  /// when what has come is text already: a slow pipe of a few lines is not held up.
  Bytes peek(std::size_t bytes);
  Result<std::size_t> read(std::span<std::byte> out) override;
  bool may_wait() const noexcept override { return under_->may_wait(); }
  std::optional<EventTime> modified() const noexcept override { return under_->modified(); }

 private:
  ByteStream* under_;
  std::vector<std::byte> head_;
  std::size_t given_ = 0;
  std::optional<Error> error_;
};

/// Bytes in memory, for tests and fuzzing.
class MemoryStream final : public SeekableStream {
 public:
  explicit MemoryStream(Bytes bytes, std::optional<EventTime> modified = std::nullopt)
      : bytes_(bytes), modified_(modified) {}
  Result<std::size_t> read(std::span<std::byte> out) override;
  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> out) override;
  std::uint64_t size() const noexcept override { return bytes_.size(); }
  std::optional<EventTime> modified() const noexcept override { return modified_; }

 private:
  Bytes bytes_;
  std::optional<EventTime> modified_;
  std::size_t at_ = 0;
};

}  // namespace stopwarden::input
