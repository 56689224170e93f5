// SPDX-License-Identifier: Apache-2.0
// What the start of a file and its time of modification say about the times in it, and how its records are framed.
#pragma once
#include <cstdint>
#include <optional>

#include "event/source.h"
#include "sources/syslog/stamp.h"

namespace stopwarden::syslog {

/// Format:  RFC 3164 times have neither year nor zone.
/// Year:    when the head holds a full date too (a line with another stamp, the kernel's "setting system clock to",
///          the end that `journalctl` states in its first line): the year next to that. Else the latest year in which
///          the time is not more than a day after `modified`. Neither known: such lines have no time.
/// Zone:    that of the first line in the head whose time has an offset; else UTC.
/// Framing: RFC 6587 octet counts when the head starts with one.
struct FileFacts {
  Assumed assumed;
  bool octet_counted = false;
  /// Where the first line is whose year or zone is assumed, when it lies in the head: the place to say so, once.
  std::optional<std::uint64_t> first_assumed;
  bool year_by_date = false;    ///< by a full date in the file
  bool zone_by_offset = false;  ///< by an offset in the file
};
FileFacts read_facts(const InputFacts& facts);

/// The octet count at the start of `text` with its blank: its length, and the octets in `count`. 0 when there is none
/// (or it cannot be told yet: then `text` is all digits).
std::size_t read_octet_count(std::string_view text, std::size_t& count) noexcept;

}  // namespace stopwarden::syslog
