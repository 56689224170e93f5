// SPDX-License-Identifier: Apache-2.0
#include "input/layer.h"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "base/text.h"
#include "platform/charset.h"

namespace stopwarden::input {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{64} << 10;
// An archive may hand out this many empty blocks in a row before it counts as damaged: some formats give a few.
constexpr int kEmptyBlocksMax = 1000;

bool has(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

int add_format(archive* a, ArchiveKind kind) {
  switch (kind) {
    case ArchiveKind::zip: return archive_read_support_format_zip(a);
    case ArchiveKind::seven_zip: return archive_read_support_format_7zip(a);
    case ArchiveKind::tar: return archive_read_support_format_tar(a);
    case ArchiveKind::gzip: return archive_read_append_filter(a, ARCHIVE_FILTER_GZIP);
    case ArchiveKind::zstd: return archive_read_append_filter(a, ARCHIVE_FILTER_ZSTD);
    case ArchiveKind::bzip2: return archive_read_append_filter(a, ARCHIVE_FILTER_BZIP2);
    case ArchiveKind::xz: return archive_read_append_filter(a, ARCHIVE_FILTER_XZ);
    case ArchiveKind::lz4: return archive_read_append_filter(a, ARCHIVE_FILTER_LZ4);
    case ArchiveKind::none: break;
  }
  return ARCHIVE_FATAL;
}

/// A name that is safe to hold: valid UTF-8. It may still say "../../etc/passwd"; nobody opens it.
std::string entry_name(archive_entry* entry, std::uint64_t number) {
  const char* raw = archive_entry_pathname_utf8(entry);
  if (raw == nullptr) raw = archive_entry_pathname(entry);
  if (raw == nullptr || raw[0] == '\0') return "entry" + std::to_string(number);
  return to_valid_utf8(raw);
}

}  // namespace

/// What libarchive calls. They must not throw: C frames lie between.
struct LayerCallbacks {
  static la_ssize_t read(archive* a, void* self, const void** out) {
    Layer& layer = *static_cast<Layer*>(self);
    const auto n = layer.seekable_ != nullptr ? layer.seekable_->read_at(layer.position_, layer.buffer_)
                                              : layer.stream_->read(layer.buffer_);
    if (!n) {
      layer.stream_error_ = n.error();
      archive_set_error(a, EIO, "%s", n.error().what);
      return -1;
    }
    layer.consumed_ += n.value();
    layer.position_ += n.value();
    *out = layer.buffer_.data();
    return static_cast<la_ssize_t>(n.value());
  }
  static la_int64_t skip(archive*, void* self, la_int64_t bytes) {
    Layer& layer = *static_cast<Layer*>(self);
    const std::uint64_t size = layer.seekable_->size();
    if (bytes <= 0 || layer.position_ >= size) return 0;
    const std::uint64_t step = std::min<std::uint64_t>(static_cast<std::uint64_t>(bytes), size - layer.position_);
    layer.position_ += step;
    return static_cast<la_int64_t>(step);
  }
  static la_int64_t seek(archive*, void* self, la_int64_t offset, int whence) {
    Layer& layer = *static_cast<Layer*>(self);
    const auto size = static_cast<la_int64_t>(layer.seekable_->size());
    const la_int64_t base = whence == SEEK_SET   ? 0
                            : whence == SEEK_CUR ? static_cast<la_int64_t>(layer.position_)
                                                 : size;
    const la_int64_t target = offset < -base ? 0 : offset > size - base ? size : base + offset;
    layer.position_ = static_cast<std::uint64_t>(target);
    return target;
  }
};

void Layer::Close::operator()(archive* a) const noexcept { archive_read_free(a); }

Layer::Layer(ArchiveKind kind, ByteStream& stream, SeekableStream* seekable, Layer* parent, const InputLimits& limits)
    : kind_(kind),
      stream_(&stream),
      seekable_(seekable),
      parent_(parent),
      limits_(&limits),
      entry_max_(limits.entry_bytes_max),
      buffer_(kBlockBytes) {
  if (parent_ != nullptr) parent_mark_ = parent_->consumed_;
}

Layer::~Layer() = default;

Status Layer::open() {
  archive_.reset(archive_read_new());
  archive* a = archive_.get();
  if (a == nullptr) return stop({Errc::limit_exceeded, 0, "no memory for an archive"}, Reach::archive);
  const platform::Utf8Charset utf8;
  bool ready = add_format(a, kind_) >= ARCHIVE_WARN;
  if (is_filter(kind_))
    ready = ready && archive_read_support_format_raw(a) >= ARCHIVE_WARN &&
            archive_read_support_format_empty(a) >= ARCHIVE_WARN;
  archive_read_set_callback_data(a, this);
  archive_read_set_read_callback(a, LayerCallbacks::read);
  if (seekable_ != nullptr) {
    archive_read_set_skip_callback(a, LayerCallbacks::skip);
    archive_read_set_seek_callback(a, LayerCallbacks::seek);
  }
  if (!ready) return stop({Errc::unsupported, 0, "archive format is not built in"}, Reach::archive);
  if (archive_read_open1(a) < ARCHIVE_WARN) return take_error("archive cannot be opened", Reach::archive);
  // A filter that cannot unpack its first block looks like one that packed nothing, but for what it says.
  if (is_filter(kind_) && archive_error_string(a) != nullptr) return take_error("damaged data", Reach::archive);
  return Ok{};
}

LayerEntry Layer::next_entry() {
  LayerEntry found;
  entry_open_ = false;
  if (empty_filter_) return found;
  const platform::Utf8Charset utf8;
  // Leaving out the rest of an entry may fail (it is encrypted or damaged): known already, and not the next one's
  // fault.
  if (has_rest_) archive_read_data_skip(archive_.get());
  archive_entry* entry = nullptr;
  const int r = archive_read_next_header(archive_.get(), &entry);
  if (r == ARCHIVE_EOF) {
    if (!is_filter(kind_) || headers_ != 0) return found;
    if (archive_filter_bytes(archive_.get(), -1) <= 0) {  // not even its header was taken
      stop({Errc::truncated, 0, "archive ends too early"}, Reach::archive);
      found.kind = LayerEntry::Kind::broken;
      return found;
    }
    empty_filter_ = true;  // what was packed was empty: still an input
    found.kind = LayerEntry::Kind::file;
    found.name = "data";
    return found;
  }
  ++headers_;
  has_rest_ = r == ARCHIVE_OK || r == ARCHIVE_WARN;
  if (has_rest_) return describe(entry);
  found.name = "entry" + std::to_string(headers_);
  const bool goes_on = (r == ARCHIVE_FAILED || r == ARCHIVE_RETRY) && !stream_error_;
  take_error("damaged archive entry", goes_on ? Reach::entry : Reach::archive);
  found.kind = goes_on ? LayerEntry::Kind::damaged : LayerEntry::Kind::broken;
  return found;
}

LayerEntry Layer::describe(archive_entry* entry) {
  LayerEntry found;
  found.name = entry_name(entry, headers_);
  const auto type = archive_entry_filetype(entry);
  const bool has_data = archive_entry_size_is_set(entry) != 0 && archive_entry_size(entry) > 0;
  // A hard link names an entry that came before; in a pax archive it may carry the data again.
  const bool link = type == AE_IFLNK || (archive_entry_hardlink(entry) != nullptr && !has_data);
  if (type == AE_IFDIR || link) {
    found.kind = LayerEntry::Kind::none;
  } else if (type == AE_IFBLK || type == AE_IFCHR || type == AE_IFIFO || type == AE_IFSOCK) {
    found.kind = LayerEntry::Kind::device;
  } else if (archive_entry_is_encrypted(entry) != 0) {
    found.kind = LayerEntry::Kind::encrypted;
  } else {
    found.kind = LayerEntry::Kind::file;
    entry_open_ = true;
    entry_ends_ = entry_damaged_ = false;
    entry_at_ = hole_ = 0;
    block_ = {};
    // A time of 0 is what packers write that know none.
    const bool has_time = archive_entry_mtime_is_set(entry) != 0 && archive_entry_mtime(entry) > 0;
    entry_modified_ = has_time ? time_from_unix(archive_entry_mtime(entry)) : std::nullopt;
  }
  return found;
}

Result<std::size_t> Layer::read(std::span<std::byte> out) {
  std::size_t filled = 0;
  while (entry_open_ && filled == 0 && !out.empty()) {
    if (hole_ == 0 && block_.empty()) {
      if (entry_ends_) {
        entry_open_ = false;
        if (entry_damaged_) return stop({Errc::bad_value, entry_at_, "damaged archive entry"}, Reach::entry);
        break;
      }
      if (const auto error = next_block()) return *error;
      continue;
    }
    if (hole_ != 0) {
      filled = static_cast<std::size_t>(std::min<std::uint64_t>(hole_, out.size()));
      std::memset(out.data(), 0, filled);
      hole_ -= filled;
    } else {
      filled = std::min(block_.size(), out.size());
      std::memcpy(out.data(), block_.data(), filled);
      block_ = block_.subspan(filled);
    }
    if (const auto error = charge(filled)) return *error;
  }
  return filled;
}

std::optional<Error> Layer::next_block() {
  const void* data = nullptr;
  std::size_t bytes = 0;
  la_int64_t offset = static_cast<la_int64_t>(entry_at_);
  for (int empty = 0; empty < kEmptyBlocksMax; ++empty) {
    const int r = archive_read_data_block(archive_.get(), &data, &bytes, &offset);
    if (r == ARCHIVE_FATAL || r == ARCHIVE_FAILED || (stream_error_ && r != ARCHIVE_OK))
      return take_error("damaged archive entry", r == ARCHIVE_FAILED ? Reach::entry : Reach::archive);
    if (r == ARCHIVE_WARN) {  // the data is there, but its checksum differs
      entry_damaged_ = true;
      const char* said = archive_error_string(archive_.get());
      why_ = said != nullptr ? to_valid_utf8(said) : std::string();
    }
    if (r == ARCHIVE_EOF) {
      entry_ends_ = true;
      bytes = 0;
    }
    if (offset > 0 && static_cast<std::uint64_t>(offset) > entry_at_)
      hole_ = static_cast<std::uint64_t>(offset) - entry_at_;
    block_ = Bytes(static_cast<const std::byte*>(data), bytes);
    if (entry_ends_ || hole_ != 0 || !block_.empty()) return std::nullopt;
  }
  return stop({Errc::bad_value, entry_at_, "damaged archive entry"}, Reach::archive);
}

std::optional<Error> Layer::charge(std::size_t bytes) {
  entry_at_ += bytes;
  produced_ += bytes;
  if (ratio_exceeded()) return stop({Errc::limit_exceeded, entry_at_, "unpacks to too much (ratio)"}, Reach::archive);
  if (produced_ > limits_->total_bytes_max)
    return stop({Errc::limit_exceeded, entry_at_, "archive unpacks to too much (total)"}, Reach::archive);
  if (entry_at_ > entry_max_)
    return stop({Errc::limit_exceeded, entry_at_, "archive entry is too large"}, Reach::entry);
  return std::nullopt;
}

std::uint64_t Layer::packed() const noexcept {
  // A zip whose entries share their bytes is read again and again; it has only so many.
  return seekable_ != nullptr ? std::min(consumed_, seekable_->size()) : consumed_;
}

bool Layer::ratio_exceeded() const noexcept {
  if (produced_ <= limits_->ratio_grace_bytes) return false;
  const std::uint64_t factor = produced_ / std::max<std::uint64_t>(limits_->ratio_max, 1);
  // Reading is done in blocks: what an entry is made of may have come with the block before.
  if (factor > packed() + kBlockBytes) return true;
  std::uint64_t mark = parent_mark_;
  for (const Layer* above = parent_; above != nullptr; mark = above->parent_mark_, above = above->parent_)
    if (factor > above->consumed_ - mark + kBlockBytes) return true;
  return false;
}

Error Layer::stop(const Error& error, Reach reach) {
  entry_open_ = false;
  if (reach == Reach::archive) broken_ = true;
  error_ = error;
  if (why_.empty() || reach == Reach::archive) why_ = error.what;
  return error;
}

/// Turns what libarchive says into an Error. Its own codes are errno values that tell little, so the text decides.
Error Layer::take_error(const char* what, Reach reach) {
  const char* said = archive_error_string(archive_.get());
  const std::string text = said != nullptr ? to_valid_utf8(said) : std::string();
  Error error{Errc::bad_value, entry_at_, what};
  if (stream_error_)
    error = {stream_error_->code, entry_at_, stream_error_->what};
  else if (has(text, "runcated") || has(text, "No progress is possible") /* liblzma */ ||
           has(text, "decompression failed (-5)") /* zlib's Z_BUF_ERROR */)
    error = {Errc::truncated, entry_at_, "archive ends too early"};
  else if (has(text, "ncrypt") || has(text, "assphrase"))
    error = {Errc::unsupported, entry_at_, "encrypted"};
  else if (has(text, "nsupported"))
    error = {Errc::unsupported, entry_at_, "method of compression is not supported"};
  else if (has(text, "llocate") || has(text, "memory"))
    error = {Errc::limit_exceeded, entry_at_, "unpacking needs too much memory"};
  why_.clear();
  stop(error, reach);
  if (!text.empty()) why_ = text;
  return error;
}

}  // namespace stopwarden::input
