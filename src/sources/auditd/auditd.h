// SPDX-License-Identifier: Apache-2.0
// audit.log of Linux's auditd as events.
#pragma once
#include <memory>

#include "event/source.h"

namespace stopwarden::auditd {

/// Does the input begin with audit records? Lines of `ausearch` ("----", "time->...") may stand before them; another
/// log's lines that hold records (syslog) are that log's.
bool sniff_auditd(Bytes head);

/// Format:   audit.log, raw or enriched, and what ausearch prints of it (docs/formats/auditd.md; record.h, tokens.h).
/// Events:   records with one node, time and serial are one event (groups.h). Its time is theirs, its host the node,
///           its channel "linux:auditd", its provider the type that says most (fields.h). Events come in the order of
///           their first records.
/// Errors:   on_drop   truncated        a record whose head breaks off
///                     bad_value        another line
///                     limit_exceeded   a line of more than 1 MiB
///           on_oddity truncated        the first records of an event are missing (a rotated file, lost records)
///                     limit_exceeded   an event of more than EventFields::kValuesMax values: the others were left out
/// Lifetime: `options` outlives the source.
std::unique_ptr<Source> make_auditd(const SourceOptions& options);

}  // namespace stopwarden::auditd
