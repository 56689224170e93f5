// SPDX-License-Identifier: Apache-2.0
#include "pipeline/reader.h"

#include <algorithm>
#include <cstring>

namespace stopwarden {
namespace {

constexpr std::size_t kWindow = 1024 * std::size_t{1024};    // one read; large enough that system calls do not matter
constexpr std::size_t kKeep = 4 * 1024 * std::size_t{1024};  // a buffer that grew beyond this is given back

}  // namespace

/// Reads until the window holds `wanted` bytes or the stream gave something and would make us wait: a pipe must not
/// hold an event back. False when the window did not grow.
bool InputReader::fill(ByteStream& stream, std::size_t wanted, ReadResult& result) {
  if (at_end_) return false;
  if (begin_ != 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (buffer_.size() < wanted) buffer_.resize(wanted);
  const auto got = stream.read(std::span(buffer_).subspan(end_));
  if (!got) {
    result.stream_error = got.error();
    at_end_ = true;
    return false;
  }
  if (got.value() == 0) {
    at_end_ = true;
    return false;
  }
  end_ += got.value();
  result.bytes += got.value();
  return true;
}

void InputReader::drop_front(std::size_t n) {
  begin_ += n;
  offset_ += n;
}

ReadResult InputReader::read(ByteStream& stream, EventSink& sink, const std::function<void()>& after_unit) {
  ReadResult result;
  begin_ = end_ = 0;
  offset_ = 0;
  at_end_ = false;
  if (buffer_.size() > kKeep) {
    buffer_.resize(kWindow);
    buffer_.shrink_to_fit();
  }
  // A pipe may give its first bytes one by one: ask again until a format is sure, the sniffing room is full, or it
  // ends.
  while (result.format == nullptr && window().size() < kSniffBytes && fill(stream, kWindow, result))
    result.format = sniff_format(window().first(std::min(window().size(), kSniffBytes)));
  if (result.format == nullptr && !window().empty())
    result.format = sniff_format(window().first(std::min(window().size(), kSniffBytes)));
  if (result.format == nullptr) {
    while (fill(stream, kWindow, result)) begin_ = end_;  // count what is there, so that the summary can tell
    return result;
  }
  const auto source = result.format->make(options_);
  const std::size_t window_max = std::max(source->window_max(), kWindow);
  for (;;) {
    const Cut cut = window().empty() ? Cut{} : source->cut(window(), at_end_ ? AtEnd::yes : AtEnd::no);
    switch (cut.kind) {
      case Cut::Kind::unit:
        result.records += source->parse(window().first(cut.take), offset_, result.records, sink);
        drop_front(cut.take);
        if (after_unit) after_unit();
        continue;
      case Cut::Kind::skip: drop_front(cut.take); continue;
      case Cut::Kind::drop:
        sink.on_drop({cut.error.code, cut.error.offset + offset_, cut.error.what});
        drop_front(cut.take);
        continue;
      case Cut::Kind::more: break;
    }
    if (at_end_ && window().empty()) return result;
    if (at_end_ || window().size() >= window_max) {
      // The source broke its contract. Say so and go on: a bug of ours must not look like the end of the log.
      sink.on_drop({Errc::unsupported, offset_, "the reader of this format could not cut its input"});
      drop_front(window().size());
      continue;
    }
    const std::size_t wanted = std::min(window_max, std::max(kWindow, 2 * window().size()));
    fill(stream, wanted, result);
  }
}

}  // namespace stopwarden
