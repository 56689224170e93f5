// SPDX-License-Identifier: Apache-2.0
// A finding as bytes, for waiting on disk. Private to this program: not a format anybody may rely on.
#pragma once
#include <string>
#include <string_view>

#include "base/result.h"
#include "finding/finding.h"

namespace stopwarden {

/// Appends the part of a finding that comes from its rule and is the same for all findings of that rule and level.
void write_rule_part(std::string& out, const Finding& finding);
/// Appends all the rest, the proof first: evidences, those left out, count.
void write_event_part(std::string& out, const Finding& finding);
/// Fill what the writers wrote. Errors: truncated, bad_value; `out` is then half filled.
Status read_rule_part(std::string_view in, Finding& out);
Status read_event_part(std::string_view in, Finding& out);
/// Of what write_event_part() wrote, the proof alone.
Status read_proof(std::string_view in, Finding& out);

}  // namespace stopwarden
