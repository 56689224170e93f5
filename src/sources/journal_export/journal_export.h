// SPDX-License-Identifier: Apache-2.0
// The systemd journal as `journalctl -o export` prints it (docs/formats/journal_export.md).
#pragma once
#include <memory>

#include "event/source.h"

namespace stopwarden::journal {

/// `__CURSOR=` or another field that every entry of an export begins with.
bool sniff_export(Bytes head);

/// The Journal Export Format: fields as lines, `NAME\n` with a length in 8 bytes and the bytes for those that hold
/// other bytes than text, a blank line behind each entry. systemd-journal-remote and systemd-journal-upload speak it,
/// too.
///
/// Events as make_journal() gives them. A line that is no field is dropped and the entry read on.
/// Errors: bad_value (a line that is no field), truncated (the input ends inside of a binary value), limit_exceeded (an
/// entry over 16 MiB, or of more than 4,096 fields).
std::unique_ptr<Source> make_export(const SourceOptions& options);

}  // namespace stopwarden::journal
