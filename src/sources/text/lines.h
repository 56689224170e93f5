// SPDX-License-Identifier: Apache-2.0
// Text logs as lines: where a window may be cut, and which lines stand in a unit. Shared by all sources of text.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "event/source.h"

namespace stopwarden::text {

inline constexpr std::size_t kLineMax = 1024 * std::size_t{1024};  ///< a longer line is dropped whole, in pieces
inline constexpr std::size_t kUnitMax = 256 * std::size_t{1024};   ///< a unit ends with the line in which it gets there

/// Cuts whole lines. A line that is longer than kLineMax is dropped in as many pieces as the window gives and reported
/// once; the last line of an input needs no line feed. Has state; one object an input.
///
/// Errors: limit_exceeded, once a line that is too long.
class LineCutter {
 public:
  /// As Source::cut(). A source whose events span lines looks at the unit and takes less of it.
  Cut cut(Bytes window, AtEnd at_end);
  std::size_t window_max() const noexcept { return kLineMax; }
  /// The next window starts in the midst of a line that was dropped.
  bool in_long_line() const noexcept { return in_long_line_; }

 private:
  bool in_long_line_ = false;
};

/// Walks the lines of a unit: without their line feed, "\r\n" or trailing blanks of a carriage return; blank lines come
/// too, so that places count.
///
///   for (LineWalk walk(as_text(unit)); walk.next();) use(walk.line(), offset + walk.begin());
class LineWalk {
 public:
  explicit LineWalk(std::string_view unit) noexcept : unit_(unit) {}
  bool next() noexcept;
  std::string_view line() const noexcept { return line_; }
  std::size_t begin() const noexcept { return begin_; }  ///< bytes from the start of the unit
  std::size_t end() const noexcept { return at_; }       ///< behind its line feed

 private:
  std::string_view unit_, line_;
  std::size_t begin_ = 0, at_ = 0;
};

/// For sniffing: whether the first lines of `head` that are not blank are such lines. A line that `head` cuts short is
/// not looked at, unless it is the only one; a byte order mark is left out. `asked` lines at most must all say yes;
/// false when there is none.
bool first_lines_are(Bytes head, std::size_t asked, bool (*is_such)(std::string_view line));

}  // namespace stopwarden::text
