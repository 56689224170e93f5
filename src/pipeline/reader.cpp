// SPDX-License-Identifier: Apache-2.0
#include "pipeline/reader.h"

#include <algorithm>
#include <chrono>
#include <cstring>

namespace stopwarden {
namespace {

// Junk may be cut into a drop every few bytes; the list of them must not outgrow the block.
constexpr std::size_t kPiecesMax = 4096;
constexpr std::size_t kPiecesUsual = 64;  // an EVTX block has 17, a block of lines two or three
constexpr std::size_t kRestBytes =
    64 * std::size_t{1024};  // room for what is left of a block: seldom more than a record

/// For inputs without a time of their own. The only look at a clock on the way of the data: sources read none.
EventTime now() { return std::chrono::time_point_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now()); }

}  // namespace

void BlockReader::start(ByteStream& stream) {
  stream_ = &stream;
  format_ = nullptr;
  cutter_.reset();
  start_.reset();
  format_known_ = at_end_ = rest_is_cut_ = false;
  offset_ = bytes_ = 0;
  stream_error_.reset();
  rest_.clear();
}

void BlockReader::next(Block& block) {
  take_rest(block);
  if (!format_known_) find_format(block);
  block.format = format_;
  block.start = start_;
  if (format_ == nullptr) return read_to_end(block);
  while (!cut_all(block)) {
    make_room(block);
    fill(block);
  }
  if (at_end_ && window(block).empty()) return end(block);
  rest_.assign(block.bytes.data() + begin_, block.bytes.data() + end_);
  offset_ = block.offset + begin_;
}

/// Starts the block with what the last one left.
void BlockReader::take_rest(Block& block) {
  block.bytes.resize(std::max({block.bytes.size(), kBlockBytes, rest_.size()}));
  if (!rest_.empty()) std::memcpy(block.bytes.data(), rest_.data(), rest_.size());
  begin_ = 0;
  end_ = rest_.size();
  block.offset = offset_;
  if (rest_.capacity() > kBlockBytes) std::vector<std::byte>().swap(rest_);
  rest_.reserve(kRestBytes);
  block.pieces.reserve(kPiecesUsual);
  if (rest_is_cut_) fill(block);
}

/// Reads until the block is full or the input ends; once only where more may have to be waited for.
void BlockReader::fill(Block& block) {
  while (!at_end_ && end_ < block.bytes.size()) {
    const auto got = stream_->read(std::span(block.bytes).subspan(end_));
    if (!got) stream_error_ = got.error();
    at_end_ = !got || got.value() == 0;
    if (at_end_) return;
    end_ += got.value();
    bytes_ += got.value();
    if (stream_->may_wait()) return;
  }
}

/// A pipe may give its first bytes one by one: ask again until a format is sure, the sniffing room is full, or it ends.
void BlockReader::find_format(Block& block) {
  for (;;) {
    fill(block);
    const Bytes head = window(block).first(std::min(window(block).size(), kSniffBytes));
    if (!head.empty()) format_ = sniff_format(head);
    if (format_ != nullptr || at_end_ || window(block).size() >= kSniffBytes) break;
  }
  format_known_ = true;
  if (format_ == nullptr) return;
  const Bytes head = window(block).first(std::min(window(block).size(), kSniffBytes));
  start_ = std::make_shared<InputStart>(
      InputStart{stream_->modified() ? stream_->modified() : now(), {head.begin(), head.end()}, stream_->may_wait()});
  cutter_ = format_->make(options_);
  cutter_->begin(start_->facts());
  window_max_ = std::max(cutter_->window_max(), kBlockBytes);
}

/// Counts what is there, so that the summary can tell.
void BlockReader::read_to_end(Block& block) {
  while (!at_end_) {
    end_ = 0;
    fill(block);
  }
  end(block);
}

void BlockReader::end(Block& block) const {
  block.last = true;
  block.input_bytes = bytes_;
  block.stream_error = stream_error_;
}

/// Cuts all that can be cut. False when the block has nothing yet and the source needs more bytes.
bool BlockReader::cut_all(Block& block) {
  rest_is_cut_ = false;
  while (begin_ < end_ && block.pieces.size() < kPiecesMax) {
    Cut cut = cutter_->cut(window(block), at_end_ ? AtEnd::yes : AtEnd::no);
    if (cut.kind == Cut::Kind::more) {
      if (!at_end_ && window(block).size() < window_max_) {
        rest_is_cut_ = true;
        return !block.pieces.empty();
      }
      // The source broke its contract. Say so and go on: a bug of ours must not look like the end of the log.
      cut = {.take = end_ - begin_,
             .kind = Cut::Kind::drop,
             .error = {Errc::unsupported, 0, "the reader of this format could not cut its input"}};
    }
    if (cut.kind == Cut::Kind::unit) {
      block.pieces.push_back({begin_, cut.take, {}});
      if (!cut.context.empty()) add_context(block, cut.context);
    }
    if (cut.kind == Cut::Kind::drop) {
      const std::uint64_t offset = block.offset + begin_ + cut.error.offset;
      block.pieces.push_back({begin_, cut.take, Error{cut.error.code, offset, cut.error.what}});
    }
    begin_ += cut.take;
  }
  return at_end_ || !block.pieces.empty();
}

/// Gives the last piece its context. Neighbours mostly share one. A block's contexts take no more than its own bytes
/// and the one that was valid at its start.
void BlockReader::add_context(Block& block, Bytes context) {
  Block::Piece& piece = block.pieces.back();
  if (block.pieces.size() > 1) {
    const Block::Piece& before = block.pieces[block.pieces.size() - 2];
    piece.context_begin = before.context_begin;
    piece.context_size = before.context_size;
    if (as_text(block.context(piece)) == as_text(context)) return;
  }
  piece.context_begin = block.contexts.size();
  piece.context_size = context.size();
  block.contexts.insert(block.contexts.end(), context.begin(), context.end());
}

/// Room for more bytes behind those that are not cut: what was skipped goes, then the block grows.
void BlockReader::make_room(Block& block) {
  if (begin_ != 0) {
    std::memmove(block.bytes.data(), block.bytes.data() + begin_, end_ - begin_);
    block.offset += begin_;
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ < block.bytes.size()) return;
  const std::size_t wanted = std::min(window_max_, 2 * block.bytes.size());
  if (before_growing_) before_growing_(wanted);
  block.bytes.resize(wanted);
}

std::uint64_t Parsers::parse(const Block& block, std::uint64_t first_record, EventSink& sink) {
  if (block.format == nullptr) return 0;
  Source& parser = source(block);
  std::uint64_t records = 0;
  for (const Block::Piece& piece : block.pieces) {
    if (piece.drop)
      sink.on_drop(*piece.drop);
    else
      records += parser.parse_in(block.context(piece), block.unit(piece), block.offset + piece.begin,
                                 first_record + records, sink);
  }
  return records;
}

/// The parser of the block's format, told of the block's input.
Source& Parsers::source(const Block& block) {
  auto found =
      std::find_if(parsers_.begin(), parsers_.end(), [&](const Parser& p) { return p.format == block.format; });
  if (found == parsers_.end()) found = parsers_.insert(found, {block.format, block.format->make(options_), nullptr});
  if (found->start != block.start) {
    found->start = block.start;
    if (block.start != nullptr) found->source->begin(block.start->facts());
  }
  return *found->source;
}

ReadResult InputReader::read(ByteStream& stream, EventSink& sink) {
  ReadResult result;
  cutter_.start(stream);
  do {
    block_.clear();
    cutter_.next(block_);
    result.records += parsers_.parse(block_, result.records, sink);
  } while (!block_.last);
  result.format = block_.format;
  result.bytes = block_.input_bytes;
  result.stream_error = block_.stream_error;
  return result;
}

}  // namespace stopwarden
