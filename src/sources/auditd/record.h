// SPDX-License-Identifier: Apache-2.0
// One line of an audit log, in all the ways it is written: what kind of record, of which event, and its text.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/time.h"
#include "sources/auditd/record_type.h"

namespace stopwarden::auditd {

/// A record. All views are of the line.
struct Record {
  std::string_view node;      ///< "web1" of `node=web1 `; empty when there is none
  std::string_view type;      ///< its name: "SERVICE_STOP" also where the line says 1131; unknown ones as written
  Part part = Part::subject;  ///< of the event
  bool known = false;         ///< `type` is in the table of record_type.h
  bool renamed = false;       ///< the line has a number in its place
  std::string_view stamp;     ///< "1690000000.123:45": with `node`, which event it belongs to; may be empty
  std::int64_t seconds = 0;   ///< of the stamp, since 1970
  std::uint32_t nanos = 0;    ///< beyond `seconds`
  bool has_time = false;      ///< the stamp holds a time
  bool interpreted = false;   ///< by `ausearch -i`: names instead of numbers, nothing in hex
  std::string_view body;      ///< behind "): "
};

/// Reads the head of a record.
///
/// Format:  auditd's log: `[node=NAME ]type=T msg=audit(SECONDS.MILLIS:SERIAL): BODY`, where T is a name, a number or
///          UNKNOWN[number]; `ausearch -i`: a date in the place of SECONDS.MILLIS, taken as UTC, since it names no
///          zone. The kernel's own log and what journald and syslog make of it, with or without "kernel: ", "[ 12.3] ":
///          `audit: type=1131 audit(...): BODY`, `audit[123]: SERVICE_STOP BODY` (no stamp). Programs that forward:
///          "audispd: ", "audisp-syslog: ", "auditd: ".
/// Input:   `line` is hostile, without its line feed. NULs before it (a page that was never written) are left out.
/// Returns: nothing when it is no record; then the line is something else, or was cut short before its BODY.
/// Cost:    some 20 ns for auditd's own form; no allocation.
std::optional<Record> read_record(std::string_view line) noexcept;

/// The time of the stamp.
std::optional<EventTime> time_of(const Record& record) noexcept;

}  // namespace stopwarden::auditd
