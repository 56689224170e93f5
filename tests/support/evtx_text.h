// SPDX-License-Identifier: Apache-2.0
// The text descriptions the writer works from. README.md beside this file has the language.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "support/evtx_model.h"

namespace stopwarden::test {

/// Reads a description. Nothing, and at least one problem with its line, when something in it is wrong; all wrong lines
/// are reported. Codes: EVT001 unknown word, EVT002 bad value, EVT003 misplaced line.
std::optional<Description> parse_evtxt(std::string_view text, const std::string& file,
                                       std::vector<Diagnostic>& problems);

/// What a right reader makes of the described file, if nothing in it is damaged: one JSON object a line and event, in
/// record order. Keys: time, host, channel, provider, event_id, record_id; `system` (the System part as catalogue
/// fields) and `fields` (the leaves below EventData or UserData), each a list of [name, text] in record order, null
/// text for a null value; names without blanks.
std::string expected_events(const Description& description);

}  // namespace stopwarden::test
