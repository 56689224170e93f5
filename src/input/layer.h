// SPDX-License-Identifier: Apache-2.0
// One opened archive: libarchive behind our caps. libarchive is used in layer.cpp and nowhere else.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "input/input.h"
#include "input/sniff_archive.h"
#include "input/stream.h"

struct archive;
struct archive_entry;

namespace stopwarden::input {

/// What next_entry() found.
struct LayerEntry {
  enum class Kind : std::uint8_t {
    file,       ///< read it by Layer::read()
    none,       ///< a folder or a link: nothing of its own
    device,     ///< a device, pipe or socket
    encrypted,  ///< a file that cannot be read without a password
    damaged,    ///< see Layer::why(); the archive goes on
    end,        ///< of the archive
    broken,     ///< the archive cannot go on; see Layer::error() and why()
  } kind = Kind::end;
  std::string name;  ///< valid UTF-8; "entry7" when it has none
};

/// Reads one archive out of a stream, entry by entry, within the caps.
///
/// `parent` is the archive that the stream is an entry of (nullptr at the top): the ratio is judged against every layer
/// above, so that 1000 times 1000 is caught as well. The parent's entry stays open while this one is read.
class Layer final : public ByteStream {
 public:
  Layer(ArchiveKind kind, ByteStream& stream, SeekableStream* seekable, Layer* parent, const InputLimits& limits);
  ~Layer() override;
  Layer(const Layer&) = delete;
  Layer& operator=(const Layer&) = delete;

  /// Errors: see why(). Reads the first blocks.
  Status open();
  LayerEntry next_entry();
  /// The data of the present entry. An error ends it; broken() tells whether it ends the archive as well.
  Result<std::size_t> read(std::span<std::byte> out) override;
  bool may_wait() const noexcept override { return stream_->may_wait(); }
  /// Of the present entry; of the archive where that says nothing (a compressed file).
  std::optional<EventTime> modified() const noexcept override {
    return entry_modified_ ? entry_modified_ : stream_->modified();
  }

  /// The present entry is itself an archive of many entries (the tar in a tar.gz): only the total counts for it.
  void entry_is_archive() noexcept { entry_max_ = limits_->total_bytes_max; }

  bool broken() const noexcept { return broken_; }
  /// The last error, and what libarchive said of it (or our own words).
  const Error& error() const noexcept { return error_; }
  const std::string& why() const noexcept { return why_; }

 private:
  friend struct LayerCallbacks;
  enum class Reach : std::uint8_t { entry, archive };
  struct Close {
    void operator()(archive* a) const noexcept;
  };

  LayerEntry describe(archive_entry* entry);
  Error take_error(const char* what, Reach reach);
  Error stop(const Error& error, Reach reach);
  std::optional<Error> next_block();
  std::optional<Error> charge(std::size_t bytes);
  bool ratio_exceeded() const noexcept;
  std::uint64_t packed() const noexcept;

  ArchiveKind kind_;
  ByteStream* stream_;
  SeekableStream* seekable_;
  Layer* parent_;
  std::uint64_t parent_mark_ = 0;  // parent_->consumed_ when this layer was opened
  const InputLimits* limits_;
  std::uint64_t entry_max_;

  // What libarchive took from the stream.
  std::vector<std::byte> buffer_;
  std::uint64_t consumed_ = 0, position_ = 0;
  std::optional<Error> stream_error_;

  // What it gave. The entry stands at `entry_at_`; before `block_` come `hole_` zeros (sparse files).
  std::uint64_t produced_ = 0, entry_at_ = 0, hole_ = 0;
  std::uint64_t headers_ = 0;
  Bytes block_;
  std::optional<EventTime> entry_modified_;
  bool entry_open_ = false, entry_ends_ = false, entry_damaged_ = false, broken_ = false;
  bool empty_filter_ = false, has_rest_ = false;
  Error error_{Errc::bad_value, 0, ""};
  std::string why_;
  std::unique_ptr<archive, Close> archive_;  // last: its close calls back
};

}  // namespace stopwarden::input
