// SPDX-License-Identifier: Apache-2.0
// A small EVTX writer for tests: valid files from a text description, so that every fixture is ours. Never shipped.
// Every file opens with an event of the provider "Stopwarden-Test-Writer", unless the description says `marker=no`,
// so that nobody takes a fixture for evidence.
//
//   std::vector<Diagnostic> problems;
//   const auto description = parse_evtxt(text, "in.evtxt", problems);
//   if (!description) ...print problems...
//   const Result<std::string> file = write_evtx(*description);
//
// The description language stands in README.md beside this file.
#pragma once
#include <string>
#include <string_view>

#include "base/result.h"
#include "support/evtx_model.h"

namespace stopwarden::test {

inline constexpr std::string_view kMarkerProvider = "Stopwarden-Test-Writer";

/// The bytes of the file a description asks for; the same description gives the same bytes.
/// Errors: limit_exceeded  an event does not fit a chunk, or a value its length field; offset = line of the event
///         bad_value       a damage names a chunk or record that is not there, or a `forward` event has no later event
///                         of the same shape in its chunk; offset = line, or the damage's number
Result<std::string> write_evtx(const Description& description);

/// The events of the description in the order of the file, the marker among them, as write_evtx() numbers them.
std::vector<EventSpec> all_events(const Description& description);

/// CRC-32 (IEEE 802.3), going on from `crc`.
std::uint32_t crc32(std::string_view bytes, std::uint32_t crc = 0);

}  // namespace stopwarden::test
