// SPDX-License-Identifier: Apache-2.0
// Text logs whose records may take several lines: a record starts with a line that says so and takes the lines behind
// it.
#pragma once
#include <cstddef>
#include <string_view>

#include "sources/text/lines.h"

namespace stopwarden::text {

/// So much of a line (NULs before it left out) is enough to tell whether a record starts with it.
inline constexpr std::size_t kStartBytes = 128;

/// Does a record start with this line? Gets up to kStartBytes of it, or all of it; a carriage return at its end may be
/// there or not. Must not depend on anything else.
using StartsRecord = bool (*)(std::string_view line);

/// Cuts in front of records, as LineCutter cuts behind lines. The last record of a window is kept back until the next
/// one starts, unless the input is live. Of a record of more than kLineMax the rest is cut into units of its own, which
/// start with no record.
///
/// Errors: limit_exceeded, once a line that is too long.
class RecordCutter {
 public:
  explicit RecordCutter(StartsRecord starts) noexcept : starts_(starts) {}
  void begin(bool live) noexcept {
    lines_ = {};
    live_ = live;
  }
  Cut cut(Bytes window, AtEnd at_end);
  std::size_t window_max() const noexcept { return lines_.window_max(); }

 private:
  std::size_t last_record(std::string_view unit) const;
  std::size_t next_record(std::string_view text, std::size_t from) const;
  bool starts_here(std::string_view text, std::size_t at) const;

  StartsRecord starts_;
  LineCutter lines_;
  bool live_ = false;
};

/// Walks the records of a unit. Lines before the first one come as a record that is `torn`. Blank lines at a record's
/// end are not part of it.
class RecordWalk {
 public:
  RecordWalk(std::string_view unit, StartsRecord starts) noexcept : unit_(unit), lines_(unit), starts_(starts) {}
  bool next();
  std::string_view record() const noexcept { return record_; }  ///< without the last line feed
  std::size_t begin() const noexcept { return begin_; }         ///< bytes from the start of the unit
  bool torn() const noexcept { return torn_; }

 private:
  std::string_view unit_;
  LineWalk lines_;
  StartsRecord starts_;
  std::string_view record_;
  std::size_t begin_ = 0;
  bool torn_ = false, line_waits_ = false;
};

}  // namespace stopwarden::text
