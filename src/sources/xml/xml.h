// SPDX-License-Identifier: Apache-2.0
// Windows event XML: one event, many in a row, or an <Events> export, in UTF-8 or UTF-16.
#pragma once
#include <memory>

#include "base/bytes.h"
#include "event/source.h"

namespace stopwarden::xml {

/// Does an input start like Windows event XML? A byte order mark, blanks, a declaration, comments and the lines that
/// evtxexport and evtx_dump put before events may come first; then the first element is Event or Events (whatever its
/// prefix) and the head shows the events' namespace, a System element, or an Events element without content.
bool sniff_xml(Bytes head);

/// Format:  the Event schema of [MS-EVEN6] 2.2.13; docs/formats/windows-event-xml.md lists what real files do.
/// Fields:  System: EventID, Provider_Name, ...: a child's text under its name, its attributes as Child_Attribute.
///          EventData: `Data Name="X"` as X without blanks; unnamed Data as "Data", the n-th also as param<n>.
///          UserData and others: elements with text by their names, attributes as Element_Attribute.
///          RenderingInfo: Message, and RenderingInfo_X (words of some language, which System has as numbers).
/// Drops:   malformed events (bad_value, at the event's start), events that break off (truncated), events longer than
///          window_max() or of too many nodes (limit_exceeded), elements that are no events (bad_value).
std::unique_ptr<Source> make_xml(const SourceOptions& options);

}  // namespace stopwarden::xml
