// SPDX-License-Identifier: Apache-2.0
// Zeek's logs as tables: conn.log, dce_rpc.log, ... with their header of '#' lines. The JSON form is a shape of
// sources/json.
#pragma once
#include <memory>

#include "event/source.h"

namespace stopwarden::zeek {

/// "#separator" on the first line.
bool sniff_zeek(Bytes head);

/// Reads Zeek's ASCII tables (docs/formats/zeek.md; Zeek: "Zeek Log Formats and Inspection").
///
/// A unit is a run of lines under one header; the header goes with it as its context. Each line is an event: channel
/// "zeek", provider the log's path where it is one of paths.h, host the responder where the protocol acts on it. Fields
/// are the columns under their own names, and some under names of the Sigma taxonomy (paths.h). Values: `T` and `F` are
/// true and false, the members of sets and vectors are values of their own, escapes (\x09, \\) are resolved; an unset
/// value is no value, an empty string is "".
///
/// Errors: bad_value where lines come before a header or a line has another number of columns than its header;
/// limit_exceeded for a line of more than 1 MiB, a header of more than 64 KiB or 1,024 columns. The rest is read on.
/// Cost: two passes over a line, one that finds the separators; values are made only when asked for.
std::unique_ptr<Source> make_zeek(const SourceOptions& options);

}  // namespace stopwarden::zeek
