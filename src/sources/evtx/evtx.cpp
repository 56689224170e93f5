// SPDX-License-Identifier: Apache-2.0
#include "sources/evtx/evtx.h"

#include <algorithm>
#include <cstring>

#include "sources/evtx/crc32.h"
#include "sources/evtx/layout.h"
#include "sources/evtx/record.h"

namespace stopwarden::evtx {
namespace {

constexpr std::size_t kSector = 512;  // where a lost chunk may begin again

bool starts_with(Bytes in, std::string_view magic) noexcept {
  return in.size() >= magic.size() && as_text(in.first(magic.size())) == magic;
}

bool all_zero(Bytes in) noexcept {
  return in.empty() || (in[0] == std::byte{0} && std::memcmp(in.data(), in.data() + 1, in.size() - 1) == 0);
}

/// Where records lie in a chunk, as far as its header can be believed.
struct Span {
  std::size_t end = 0;    ///< no record begins at or after it
  bool believed = false;  ///< `end` is what the header says
};

/// A record whose two sizes agree and fit.
std::size_t record_size_at(Bytes chunk, std::size_t at) noexcept {
  if (at > chunk.size() || chunk.size() - at < kRecordSizeMin) return 0;
  if (load_le<std::uint32_t>(chunk, at) != kRecordMagic) return 0;
  const std::size_t size = load_le<std::uint32_t>(chunk, at + 4);
  if (size < kRecordSizeMin || size > chunk.size() - at) return 0;
  if (load_le<std::uint32_t>(chunk, at + size - 4) != size) return 0;
  return size;
}

bool has_record_magic(Bytes chunk, std::size_t at) noexcept {
  return at <= chunk.size() && chunk.size() - at >= 4 && load_le<std::uint32_t>(chunk, at) == kRecordMagic;
}

/// The next sound record at or after `from`, or `end`.
std::size_t find_record(Bytes chunk, std::size_t from, std::size_t end) noexcept {
  while (from < end) {
    const void* hit = std::memchr(chunk.data() + from, '*', end - from);
    if (hit == nullptr) return end;
    from = static_cast<std::size_t>(static_cast<const std::byte*>(hit) - chunk.data());
    if (record_size_at(chunk, from) != 0) return from;
    ++from;
  }
  return end;
}

class EvtxSource final : public Source {
 public:
  explicit EvtxSource(const SourceOptions& options) : reader_(*options.wanted, options.planner, Limits{}) {}

  Cut cut(Bytes window, AtEnd at_end) override;
  std::uint64_t parse(Bytes unit, std::uint64_t offset, std::uint64_t first_record, EventSink& sink) override;
  std::size_t window_max() const noexcept override { return kChunkSize; }

 private:
  static Cut cut_bad_chunk(Bytes window);
  void parse_file_header(Bytes unit, EventSink& sink) const;
  Span check_chunk_header(const ChunkHeader& header, EventSink& sink) const;
  void parse_record(std::size_t at, std::size_t size, EventSink& sink);
  void drop(Errc code, std::size_t at, const char* what, EventSink& sink) {
    ++records_;
    sink.on_drop({code, offset_ + at, what});
  }

  RecordReader reader_;
  // The unit being parsed.
  Bytes unit_;
  std::uint64_t offset_ = 0, first_record_ = 0, records_ = 0;
  std::uint64_t id_first_ = 0, id_last_ = 0;  // of the records met
};

Cut EvtxSource::cut_bad_chunk(Bytes window) {
  for (std::size_t at = kSector; at < window.size(); at += kSector)
    if (starts_with(window.subspan(at), kChunkMagic))
      return {at, Cut::Kind::drop, {Errc::bad_magic, 0, "no EVTX chunk here; the next one follows after it"}};
  return {window.size(), Cut::Kind::drop, {Errc::bad_magic, 0, "no EVTX chunk here"}};
}

Cut EvtxSource::cut(Bytes window, AtEnd at_end) {
  if (window.empty()) return {};
  if (starts_with(window, kFileMagic)) {
    if (window.size() >= kFileHeaderSize) return {kFileHeaderSize, Cut::Kind::unit, {}};
    if (at_end == AtEnd::no) return {};
    return {window.size(), Cut::Kind::drop, {Errc::truncated, 0, "EVTX file header"}};
  }
  if (window.size() < kChunkSize && at_end == AtEnd::no) return {};
  window = window.first(std::min(window.size(), kChunkSize));
  if (all_zero(window)) return {window.size(), Cut::Kind::skip, {}};  // preallocated, never written
  if (!starts_with(window, kChunkMagic)) return cut_bad_chunk(window);
  if (window.size() < kChunkHeaderSize)
    return {window.size(), Cut::Kind::drop, {Errc::truncated, 0, "EVTX chunk header"}};
  return {window.size(), Cut::Kind::unit, {}};
}

std::uint64_t EvtxSource::parse(Bytes unit, std::uint64_t offset, std::uint64_t first_record, EventSink& sink) {
  unit_ = unit;
  offset_ = offset;
  first_record_ = first_record;
  records_ = 0;
  id_first_ = 0;
  id_last_ = 0;
  if (starts_with(unit, kFileMagic)) {
    parse_file_header(unit, sink);
    return 0;
  }
  if (unit.size() < kChunkHeaderSize) {
    sink.on_drop({Errc::truncated, offset, "EVTX chunk header"});
    return 0;
  }
  unit_ = unit.first(std::min(unit.size(), kChunkSize));
  ChunkHeader header;
  std::memcpy(&header, unit_.data(), sizeof header);
  const Span span = check_chunk_header(header, sink);
  reader_.begin_chunk(unit_);

  std::size_t at = kChunkHeaderSize;
  bool beyond = false, cut_short = false;
  while (at < unit_.size()) {
    const std::size_t size = record_size_at(unit_, at);
    if (at >= span.end) {
      // A dirty log's header may be older than its last records: they go on without a gap. Old records in the slack of
      // a reused chunk do not.
      if (size == 0 || (records_ != 0 && load_le<std::uint64_t>(unit_, at + 8) != id_last_ + 1)) break;
      if (!beyond) sink.on_oddity({Errc::bad_value, offset_ + at, "records beyond the end that the chunk header says"});
      beyond = true;
    }
    if (size != 0) {
      parse_record(at, size, sink);
      at += size;
      continue;
    }
    const std::size_t stop = span.end;
    if (!span.believed && !has_record_magic(unit_, at)) break;  // walked by signatures: this is their end
    const std::size_t next = find_record(unit_, at + 1, stop);
    if (next == stop && all_zero(unit_.subspan(at, stop - at))) break;
    cut_short = next == stop && unit_.size() < kChunkSize;
    if (cut_short)
      drop(Errc::truncated, at, "file ends inside a record", sink);
    else
      drop(Errc::bad_value, at, "no sound record here", sink);
    at = next;
  }
  if (unit_.size() < kChunkSize) {
    const bool lost = !cut_short && header.free_offset > unit_.size() && header.free_offset <= kChunkSize;
    const Error error{Errc::truncated, offset_ + unit_.size(), "file ends inside a chunk"};
    if (lost)
      sink.on_drop(error);
    else
      sink.on_oddity(error);
  }
  if (records_ != 0 && !beyond && (header.record_id_first != id_first_ || header.record_id_last != id_last_))
    sink.on_oddity({Errc::bad_value, offset_ + 24, "chunk header names other records than there are"});
  return records_;
}

void EvtxSource::parse_file_header(Bytes unit, EventSink& sink) const {
  FileHeader header;
  if (unit.size() < sizeof header) return;
  std::memcpy(&header, unit.data(), sizeof header);
  if (crc32(0, unit.first(120)) != header.crc)
    sink.on_oddity({Errc::bad_checksum, offset_ + 124, "checksum of the file header is wrong"});
  if ((header.flags & kFileDirty) != 0)
    sink.on_oddity({Errc::bad_value, offset_ + 120, "log was not closed properly (dirty)"});
  if (header.block_size != kFileHeaderSize || header.version_major != 3)
    sink.on_oddity({Errc::unsupported, offset_ + 36, "unknown version or header size; read as version 3"});
  // In a log that went round, the oldest chunk stands behind the newest: first > last is sound.
  if (header.chunk_count == 0)
    sink.on_oddity({Errc::bad_value, offset_ + 42, "file header counts no chunk"});
  else if (header.chunk_last <= 0xFFFF &&
           std::max<std::uint64_t>(header.chunk_first, header.chunk_last) >= header.chunk_count)
    sink.on_oddity({Errc::bad_value, offset_ + 8, "counts of chunks in the file header make no sense"});
}

Span EvtxSource::check_chunk_header(const ChunkHeader& header, EventSink& sink) const {
  const Bytes head = unit_.first(kChunkHeaderSize);
  if (crc32(crc32(0, head.first(120)), head.subspan(128)) != header.header_crc)
    sink.on_oddity({Errc::bad_checksum, offset_ + 124, "checksum of the chunk header is wrong"});
  const std::size_t end = header.free_offset;
  if (end < kChunkHeaderSize || end > kChunkSize) {
    sink.on_oddity({Errc::bad_value, offset_ + 48, "end of records in the chunk header makes no sense"});
    return {unit_.size(), false};
  }
  if (end > unit_.size()) return {unit_.size(), true};  // truncated: reported after the records
  if (crc32(0, unit_.subspan(kChunkHeaderSize, end - kChunkHeaderSize)) != header.records_crc)
    sink.on_oddity({Errc::bad_checksum, offset_ + 52, "checksum of the chunk's records is wrong"});
  return {end, true};
}

void EvtxSource::parse_record(std::size_t at, std::size_t size, EventSink& sink) {
  const auto id = load_le<std::uint64_t>(unit_, at + 8);
  if (records_ == 0) id_first_ = id;
  id_last_ = id;
  ++records_;
  Event event;
  event.raw = as_text(unit_.subspan(at, size));
  event.origin = {offset_ + at, first_record_ + records_};
  const Status status = reader_.read(at + kRecordHeaderSize, at + size - 4, event);
  if (!status) {
    sink.on_drop({status.error().code, offset_ + at, status.error().what});
    return;
  }
  if (reader_.oddity() != nullptr) sink.on_oddity({Errc::bad_value, offset_ + at, reader_.oddity()});
  if (!event.record_id) event.record_id = id;
  if (!event.time) event.time = from_filetime(load_le<std::uint64_t>(unit_, at + 16));
  sink.on_event(event);
}

}  // namespace

bool sniff_evtx(Bytes head) {
  return evtx::starts_with(head, evtx::kFileMagic) || evtx::starts_with(head, evtx::kChunkMagic);
}

std::unique_ptr<Source> make_evtx(const SourceOptions& options) { return std::make_unique<EvtxSource>(options); }

}  // namespace stopwarden::evtx
