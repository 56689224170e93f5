// SPDX-License-Identifier: Apache-2.0
// What stands before the message in a line of ESXi's and vCenter's logs.
#pragma once
#include <optional>
#include <string_view>

#include "base/time.h"

namespace stopwarden::esxi {

/// A line without its message's insides. Views of the line, or literals.
struct Line {
  std::optional<EventTime> time;
  std::string_view host;      ///< of forwarded lines; the host's own files do not name it
  std::string_view severity;  ///< "info", "warning", ...; may be empty
  std::string_view program;   ///< as logged: "Hostd", "shell", "vmkernel"; may be empty
  std::string_view pid;       ///< what stands in its brackets: process, thread, or a hexadecimal thread
  std::string_view message;
  bool sure = false;  ///< of a form nothing else writes
};

/// Reads the forms that docs/formats/esxi.md lists; nothing when `text` begins with no time.
///
///   2026-01-02T03:04:05.678Z info hostd[2099] [Originator@6876 sub=X] message     6.x, 7.x
///   2026-01-02T03:04:05.678Z In(166) Hostd[2099]: [Originator@6876 sub=X] message  8.x
///   2026-01-02T03:04:05Z shell[2099]: [root]: command
///   2026-01-02T03:04:05.678Z cpu3:2099)module: message
///   2026-01-02T03:04:05.678Z: [GenericCorrelator] 12us: [vob.x] message
///   <166>2026-01-02T03:04:05.678Z host Hostd: info hostd[2099] [Originator@6876 ...   forwarded
///   <14>1 2026-01-02T03:04:05.678Z host vpxd 2099 - - message
std::optional<Line> read_line(std::string_view text);

/// Whether a line goes on with the one before: it begins with "-->", behind its own header or without one, or with a
/// blank.
bool is_continuation(std::string_view text);

}  // namespace stopwarden::esxi
