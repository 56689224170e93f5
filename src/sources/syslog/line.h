// SPDX-License-Identifier: Apache-2.0
// One line of a syslog file, taken apart: RFC 5424, RFC 3164, and what rsyslog, syslog-ng and journalctl write.
#pragma once
#include <cstdint>
#include <string_view>

#include "sources/syslog/stamp.h"

namespace stopwarden::syslog {

struct Line {
  Stamp stamp;
  int priority = -1;  ///< facility * 8 + severity; -1: not said
  bool rfc5424 = false;
  std::string_view host, program, pid, message_id;
  std::string_view level;       ///< a severity as a word, where some programs write one: "<Info>", ChromeOS
  std::string_view structured;  ///< RFC 5424: the elements, "[a b=\"c\"][d]"
  std::string_view message;
};

/// A line of journalctl's own: "-- Reboot --", "-- Logs begin at ...".
bool is_of_journalctl(std::string_view line) noexcept;

/// Does a record start here, or a line of journalctl's own? Blanks and NULs at its start count as none of it. Cost: the
/// stamp.
bool starts_record(std::string_view line);

/// Takes a record apart: its first line and what follows it. False when it does not start with a time (or, for RFC
/// 5424, has none at all). Parts that are not there are empty. Nothing is copied.
bool read_line(std::string_view record, StampReader& stamps, Line& out);

/// "<34>" at the start: its length, the number in `priority`; 0 when there is none.
std::size_t read_priority(std::string_view text, int& priority) noexcept;

/// "auth", "local0"; "err", "warning". Empty when the number is none of the RFC's.
std::string_view facility_name(int priority) noexcept;
std::string_view severity_name(int priority) noexcept;
/// "warning" for "WARN", "Warning"; empty for other words.
std::string_view severity_of_word(std::string_view word) noexcept;

/// The end of the RFC 5424 structured data at the start of `text`; npos when it is malformed. "-" ends at 1.
std::size_t structured_end(std::string_view text) noexcept;

}  // namespace stopwarden::syslog
