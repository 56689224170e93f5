// SPDX-License-Identifier: Apache-2.0
// JSON logs: NDJSON, arrays, documents in a row, {"Records":[...]}; the shapes of evtx_dump, Winlogbeat, NXLog and
// others. docs/formats/json.md says which and why.
//
//   stopwarden::WantedFields wanted(table);
//   auto source = stopwarden::json::make_json({&wanted});
//   const stopwarden::Cut cut = source->cut(window, stopwarden::AtEnd::yes);
//   if (cut.kind == stopwarden::Cut::Kind::unit) source->parse(window.first(cut.take), 0, 0, sink);
#pragma once
#include <memory>

#include "base/bytes.h"
#include "event/source.h"

namespace stopwarden::json {

/// Does an input that starts with `head` hold JSON objects? A byte order mark, blanks and opening brackets may stand
/// before the first `{`, which is followed by a quote or a closing brace. UTF-16 is told by its mark or its zero bytes.
bool sniff_json(Bytes head);

/// A source for one JSON input.
///
/// Errors (drops): bad_value       an object that is no JSON, text between objects
///                 truncated       an object that does not end before the next one begins, or before the input does
///                 limit_exceeded  an object over 16 MiB, over 64 levels or with over 65,536 values
/// Oddities:       bad_value       invalid UTF-8 or raw control characters inside strings: repaired
/// Cost:           one pass of simdjson's first stage and one walk over its tokens. Arrays and wrappers are scanned
///                 byte by byte as well, to cut them. No allocation per event once warm.
/// Memory:         0.6 MiB; up to 4 bytes for each byte of a longer object while it is read.
std::unique_ptr<Source> make_json(const SourceOptions& options);

}  // namespace stopwarden::json
