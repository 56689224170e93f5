// SPDX-License-Identifier: Apache-2.0
// macOS logs as JSON: Endpoint Security events by eslogger, and the unified log (docs/formats/macos.md).
#pragma once
#include "sources/json/shapes.h"

namespace stopwarden::json {

extern const PathRules kEsloggerPaths, kUnifiedLogPaths, kUnifiedLogArtemisPaths;

bool is_eslogger(const Marks& marks);
bool is_unified_log(const Marks& marks);
bool is_unified_log_artemis(const Marks& marks);

/// The provider is the name of the one member of `event`, when it is one of macos::kEvents.
void eslogger_head(const Tree& tree, std::uint32_t root, Arena& arena, Event& event);
/// The Sigma taxonomy's fields: the program that is started (exec), else the one that acts; its arguments joined; files
/// that are created, moved, written and removed; the target of a signal; who asked (sudo, su, ssh).
void eslogger_fields(const Tree& tree, std::uint32_t root, DerivedValues& out);

/// The provider is the program's file name, when it is one of macos::kPrograms.
void unified_log_head(const Tree& tree, std::uint32_t root, Arena& arena, Event& event);
/// What launchd says about its jobs (launchd_message.h), and program names.
void unified_log_fields(const Tree& tree, std::uint32_t root, DerivedValues& out);

}  // namespace stopwarden::json
