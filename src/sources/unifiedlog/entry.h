// SPDX-License-Identifier: Apache-2.0
// One entry's first line, taken apart.
#pragma once
#include <cstddef>
#include <optional>
#include <string_view>

#include "base/time.h"

namespace stopwarden::unifiedlog {

/// Parts of an entry; what the form does not have is empty. Views of the line.
struct Entry {
  std::string_view time;
  std::string_view host, process, pid, thread, activity, type;
  std::string_view sender;     ///< library that logged
  std::string_view subsystem;  ///< launchd's own log: the job
  std::string_view category;
  std::string_view text;  ///< up to the end of what was given
  bool has_zone = false;
};

/// Bytes that starts_entry() looks at.
inline constexpr std::size_t kStartBytes = 32;

/// Does a line begin with the time of an entry?
bool starts_entry(std::string_view line) noexcept;

/// Takes an entry apart: `text` is its first line and those that go on with it. Nothing when it has none of the forms.
std::optional<Entry> read_entry(std::string_view text) noexcept;

/// A heading of `log show` and `log stream`, or what they print before and behind the entries.
bool is_heading(std::string_view line) noexcept;
/// Behind the last entry: a line of dashes, then counts.
bool is_end_line(std::string_view line) noexcept;

}  // namespace stopwarden::unifiedlog
