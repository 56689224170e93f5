// SPDX-License-Identifier: Apache-2.0
// Files of the systemd journal (docs/formats/journal.md).
#pragma once
#include <memory>

#include "event/source.h"

namespace stopwarden::journal {

/// "LPKSHHRH".
bool sniff_journal(Bytes head);

/// Files of systemd-journald and systemd-journal-remote (.journal, .journal~): regular and compact, any hash, payloads
/// of XZ, LZ4 and ZSTD. A file is one unit, since an entry may use bytes from anywhere before it; entries come in the
/// order they lie in the file, which is that of their numbers. Neither hash tables nor entry arrays are followed, so
/// broken ones cost nothing, and entries that no array lists any more come too.
///
/// Event: channel linux:journal, provider the program (known names), record_id the entry's number, fields as they are
/// and those of derived.h; __REALTIME_TIMESTAMP, __MONOTONIC_TIMESTAMP, __SEQNUM, _BOOT_ID from the entry's head.
/// Errors: truncated (a torn file or object), bad_value (zeros, no object, a broken entry, payloads that cannot be
/// read), unsupported (flags of later versions), limit_exceeded (a file over 512 MiB, values over 16 MiB, entries of
/// more than 4,096 fields, values that very many entries share).
/// Memory: the file, and what one entry needs.
std::unique_ptr<Source> make_journal(const SourceOptions& options);

}  // namespace stopwarden::journal
