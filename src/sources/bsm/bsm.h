// SPDX-License-Identifier: Apache-2.0
// OpenBSM audit trails: /var/audit of macOS and FreeBSD, binary or as praudit -x prints them.
#pragma once
#include <memory>

#include "event/source.h"

namespace stopwarden::bsm {

/// Sure or not at all: a binary trail or praudit's XML.
bool sniff_bsm(Bytes head);
/// Reads both; which of them an input is, its first byte says, and that of each unit.
std::unique_ptr<Source> make_bsm(const SourceOptions& options);

/// The first record's header and trailer agree (a file token may stand before it).
bool sniff_trail(Bytes head);
/// Reads a binary trail: audit.log(5). A record, from header to trailer, is one event: channel macos:bsm, provider the
/// event's name ("AUE_EXECVE"), event id its number.
///
/// Real files differ: a trail ends within a record after a crash, and has file tokens at its ends. What is no record is
/// left out up to the next header whose trailer agrees with it, and reported once.
/// Errors: truncated (the last record), bad_magic (bytes that are no record), unsupported, bad_value, limit_exceeded
/// and truncated (a token that cannot be read: the event comes without what stands behind it), each at its offset.
std::unique_ptr<Source> make_trail(const SourceOptions& options);

/// `<?xml ...?><audit>`, or `<record version=`.
bool sniff_praudit(Bytes head);
/// Reads the XML of praudit -x. Its elements and attributes have the names the binary reader gives to fields. Times
/// have no zone and are taken as UTC.
/// Errors: bad_value (a record without its parts), truncated, limit_exceeded.
std::unique_ptr<Source> make_praudit(const SourceOptions& options);

}  // namespace stopwarden::bsm
