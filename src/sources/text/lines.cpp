// SPDX-License-Identifier: Apache-2.0
#include "sources/text/lines.h"

#include <algorithm>
#include <cstring>

#include "base/text.h"

namespace stopwarden::text {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// The place of the first line feed at or behind `at`; npos when there is none.
std::size_t line_feed(std::string_view text, std::size_t at) noexcept {
  const void* found = std::memchr(text.data() + at, '\n', text.size() - at);
  return found == nullptr ? std::string_view::npos
                          : static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
}

/// The place behind the last line feed of `text`; 0 when there is none.
std::size_t behind_last_line(std::string_view text) noexcept {
  const std::size_t last = text.rfind('\n');
  return last == std::string_view::npos ? 0 : last + 1;
}

}  // namespace

Cut LineCutter::cut(Bytes window, AtEnd at_end) {
  const std::string_view text = as_text(window);
  if (text.empty()) return {};
  if (in_long_line_) {
    const std::size_t end = line_feed(text, 0);
    in_long_line_ = end == std::string_view::npos;
    return {.take = in_long_line_ ? text.size() : end + 1, .kind = Cut::Kind::skip};
  }
  std::size_t take = 0;
  if (text.size() > kUnitMax) {
    const std::size_t end = line_feed(text, kUnitMax - 1);
    take = end == std::string_view::npos ? behind_last_line(text.substr(0, kUnitMax)) : end + 1;
  } else {
    take = behind_last_line(text);
  }
  if (at_end == AtEnd::yes && (text.size() <= kUnitMax || (take == 0 && text.size() <= kLineMax))) take = text.size();
  if (take > 0) return {.take = take, .kind = Cut::Kind::unit};
  if (text.size() < kLineMax) return {};
  in_long_line_ = at_end == AtEnd::no;
  return {.take = text.size(),
          .kind = Cut::Kind::drop,
          .error = {Errc::limit_exceeded, 0, "a line of more than 1 MiB was left out"}};
}

bool LineWalk::next() noexcept {
  if (at_ >= unit_.size()) return false;
  begin_ = at_;
  const std::size_t end = line_feed(unit_, at_);
  std::size_t length = (end == std::string_view::npos ? unit_.size() : end) - begin_;
  at_ = end == std::string_view::npos ? unit_.size() : end + 1;
  while (length > 0 && unit_[begin_ + length - 1] == '\r') --length;
  line_ = unit_.substr(begin_, length);
  return true;
}

bool first_lines_are(Bytes head, std::size_t asked, bool (*is_such)(std::string_view line)) {
  std::string_view text = as_text(head);
  if (text.substr(0, kByteOrderMark.size()) == kByteOrderMark) text.remove_prefix(kByteOrderMark.size());
  const bool one_line = line_feed(text, 0) == std::string_view::npos;
  if (!one_line) text = text.substr(0, behind_last_line(text));
  std::size_t seen = 0;
  for (LineWalk walk(text); seen < asked && walk.next();) {
    if (trim(walk.line()).empty()) continue;
    if (!is_such(walk.line())) return false;
    ++seen;
  }
  return seen > 0;
}

}  // namespace stopwarden::text
