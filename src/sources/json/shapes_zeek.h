// SPDX-License-Identifier: Apache-2.0
// Zeek's logs as JSON.
#pragma once
#include <array>

#include "sources/json/shapes.h"

namespace stopwarden::json {

inline constexpr std::array kZeekAliases{
    Alias{"ts", "", Role::time},         Alias{"id.orig_h", "SourceIp"},        Alias{"id.orig_p", "SourcePort"},
    Alias{"id.resp_h", "DestinationIp"}, Alias{"id.resp_p", "DestinationPort"},
};

/// `_path`, or members of a connection or a file, beside `ts`.
bool is_zeek(const Marks& marks);
/// Provider: the log, by `_path` or by members that only it has. Host: the responder, in logs of zeek/paths.h that say
/// so.
void zeek_head(const Tree& tree, std::uint32_t root, Arena& arena, Event& event);
/// The names of the Sigma taxonomy that columns of single logs have (zeek/paths.h).
void zeek_derive(const Tree& tree, std::uint32_t root, DerivedValues& out);

}  // namespace stopwarden::json
