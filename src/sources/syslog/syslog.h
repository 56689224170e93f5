// SPDX-License-Identifier: Apache-2.0
// Logs of syslog daemons: files and captures of streams, and journalctl's short forms.
#pragma once
#include <memory>

#include "event/source.h"

namespace stopwarden::syslog {

/// Does an input start like syslog? Most of its first lines have one of the times of stamp.h, after <PRI> or not, and
/// behind it a host and a tag. Native logs of ESXi and package managers' logs are none, though their times look alike.
bool sniff_syslog(Bytes head);

/// Format:  RFC 5424, RFC 3164, rsyslog's and syslog-ng's file forms, `journalctl -o short*`; one record a line, or
///          octet-counted (RFC 6587). docs/formats/syslog.md lists forms and fields.
/// Lines that start with no time belong to the record before them. What stands before the first record is dropped.
/// Sysmon for Linux's XML inside of a message becomes the event that it is (channel Linux-Sysmon/Operational).
/// Drops:   lines before the first record (bad_value), lines and records over 1 MiB (limit_exceeded), frames that break
///          off (truncated) or have no count (bad_value).
/// Oddities: assumed, once an input: times that say no year or no zone.
std::unique_ptr<Source> make_syslog(const SourceOptions& options);

}  // namespace stopwarden::syslog
