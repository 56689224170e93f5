// SPDX-License-Identifier: Apache-2.0
#include "sources/syslog/cutter.h"

#include <algorithm>

#include "sources/syslog/line.h"

namespace stopwarden::syslog {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

}  // namespace

void Cutter::begin(const FileFacts& facts, bool live) {
  *this = Cutter();
  octet_counted_ = facts.octet_counted;
  records_.begin(live);
}

Cut Cutter::cut(Bytes window, AtEnd at_end) {
  if (window.empty()) return {};
  return octet_counted_ ? cut_frames(as_text(window), at_end) : records_.cut(window, at_end);
}

std::string_view frame_at(std::string_view text, std::size_t& length) noexcept {
  std::size_t count = 0;
  const std::size_t head = read_octet_count(text, count);
  length = 0;
  if (head == 0 || count > text.size() - head) return {};
  length = head + count;
  return text.substr(head, count);
}

Cut Cutter::cut_frames(std::string_view text, AtEnd at_end) {
  if (skip_left_ != 0) {
    const std::size_t take = std::min(skip_left_, text.size());
    skip_left_ -= take;
    return {take, Cut::Kind::skip, {}};
  }
  if (in_lost_line_) return {skip_line(text), Cut::Kind::skip, {}};
  if (text.front() == '\n' || text.front() == '\r' || text.front() == '\0') return {1, Cut::Kind::skip, {}};
  std::size_t at = 0, length = 0;
  while (at < text.size() && at < text::kUnitMax && (frame_at(text.substr(at), length), length != 0)) at += length;
  if (at != 0) {
    lost_ = false;
    return {at, Cut::Kind::unit, {}};
  }
  std::size_t count = 0;
  if (const std::size_t head = read_octet_count(text, count); head != 0) {
    if (count > kFrameMax) {
      skip_left_ = count + head - std::min(count + head, text.size());
      return {std::min(count + head, text.size()),
              Cut::Kind::drop,
              {Errc::limit_exceeded, 0, "a frame of more than 1 MiB was left out"}};
    }
    if (at_end == AtEnd::no) return {};
    return {text.size(), Cut::Kind::drop, {Errc::truncated, 0, "input ends inside a frame"}};
  }
  // No count where one must be, unless its digits are not all there yet.
  if (at_end == AtEnd::no && text.size() < 16 && text.find('\n') == kNone) return {};
  const Cut::Kind kind = lost_ ? Cut::Kind::skip : Cut::Kind::drop;
  lost_ = true;
  return {skip_line(text), kind, {Errc::bad_value, 0, "no octet count where a frame must start"}};
}

/// Frames start lines in most captures: they are looked for again behind the next line feed.
std::size_t Cutter::skip_line(std::string_view text) {
  const std::size_t feed = text.find('\n');
  in_lost_line_ = feed == kNone;
  return in_lost_line_ ? text.size() : feed + 1;
}

}  // namespace stopwarden::syslog
