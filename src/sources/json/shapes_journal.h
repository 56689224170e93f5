// SPDX-License-Identifier: Apache-2.0
// The systemd journal as `journalctl -o json` prints it (docs/formats/journal.md).
#pragma once
#include <array>

#include "sources/json/shapes.h"

namespace stopwarden::json {

inline constexpr std::array kJournalAliases{
    Alias{"__REALTIME_TIMESTAMP", "", Role::time},
    Alias{"_HOSTNAME", "", Role::host},
};

/// One of the fields that journald gives every entry.
inline bool is_journal(const Marks& m) { return m.has(Mark::journal); }
/// Time, provider and number, as the other readers of the journal give them.
void journal_head(const Tree& tree, std::uint32_t root, Arena& arena, Event& event);
/// Image, CommandLine, message and the like (sources/journal/derived.h).
void journal_derive(const Tree& tree, std::uint32_t root, DerivedValues& out);

}  // namespace stopwarden::json
