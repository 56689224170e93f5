// SPDX-License-Identifier: Apache-2.0
// The reader of Windows event logs (.evtx), from bytes to events, with no XML in between.
//
//   WantedFields wanted(table);            // rules say which fields they ask for
//   auto source = make_evtx({&wanted});
//   const Cut cut = source->cut(window, AtEnd::no);
//   if (cut.kind == Cut::Kind::unit) records += source->parse(window.first(cut.take), offset, records, sink);
//
// Our notes on the format: docs/formats/evtx.md.
#pragma once
#include <memory>

#include "base/bytes.h"
#include "event/source.h"

namespace stopwarden::evtx {

/// Is this the start of an EVTX file, or of a chunk that lost its file header?
bool sniff_evtx(Bytes head);

/// Format:  libevtx, "Windows XML Event Log (EVTX) format"; [MS-EVEN6] 2.2.12 for the BinXML inside records. Where real
///          files differ: docs/formats/evtx.md.
/// Input:   hostile. Units are the file header (4,096 bytes) and chunks (65,536 bytes; the last may be shorter). File
///          header and chunk header are believed only where the records bear them out.
/// Events:  only fields of `options.wanted` are looked at, formatted and transcoded; provider, channel, host, event id,
///          record id and time always are. With `options.planner` the fields are what it chooses, except for records
///          whose BinXML says channel, provider or id in an unusual way: those come whole.
/// Errors:  a record that cannot be read is one drop at its offset; the walk goes on at the next record. Wrong
///          checksums, a dirty header or wrong counts are oddities.
/// Threads: one thread an object. parse() keeps caches whose content follows from the unit alone.
/// Cost:    no allocation for a record whose template was met before in its chunk, once the object is warm.
std::unique_ptr<Source> make_evtx(const SourceOptions& options);

}  // namespace stopwarden::evtx
