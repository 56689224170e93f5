// SPDX-License-Identifier: Apache-2.0
// The unified log of macOS as text: log show and log stream in the styles default, syslog and compact, and launchd's
// own /var/log/com.apple.xpc.launchd/launchd.log. (The styles json and ndjson are shapes of sources/json.)
#pragma once
#include <memory>

#include "event/source.h"

namespace stopwarden::unifiedlog {

/// Sure or not at all: a heading of columns, or an entry of one of the four forms, comes first.
bool sniff_unifiedlog(Bytes head);

/// Reads entries; a line that does not begin one belongs to the message before it. Channel macos:unifiedlog, provider
/// the program, when it is one of macos::kPrograms.
///
/// Forms: log(1) documents the styles, not their columns; these are as recorded on macOS 10.13 to 15.
///   default  2026-11-25 02:02:03.123456+0100 0x1a2b  Default  0x0  1  0  launchd: (libx.dylib) [subsystem:category]
///   text syslog   2026-11-25 02:02:03.123456+0100  localhost launchd[1]: (libx.dylib) [subsystem:category] text
///   compact  2026-11-25 02:02:03.123 Df launchd[1:1a2b] (libx.dylib) [subsystem:category] text
///   launchd  2026-11-25 02:02:03.123456 (system/com.example.db [77]) <Notice>: text
/// The last two have no zone and are taken as UTC; said once an input, as an oddity.
/// Errors: limit_exceeded (an entry of more than 1 MiB), bad_value (lines before the first entry that are no heading).
std::unique_ptr<Source> make_unifiedlog(const SourceOptions& options);

}  // namespace stopwarden::unifiedlog
