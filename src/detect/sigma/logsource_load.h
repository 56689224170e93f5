// SPDX-License-Identifier: Apache-2.0
// Mapping files to entries. For logsource.cpp; the rule cache checks aliases by its table.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "detect/sigma/logsource.h"

namespace stopwarden::sigma {

/// A row of the transform table: what a mapping file must give.
struct TransformRow {
  Transform transform;
  std::string_view name;
  std::size_t from_min, from_max, from_step;
  enum class Argument : std::uint8_t { none, needed } argument;
};
std::span<const TransformRow> transform_table() noexcept;

/// What one entry of a file says.
struct LoadedEntry {
  Logsource name;
  std::vector<SourceSelector> selectors;
  std::string why_never;
  bool replace = false;
};

/// Limits of mapping files: the shipped one has 90 entries with at most 4 sources.
struct LogsourceLimits {
  std::size_t entries_max = 4096;
  std::size_t sources_max = 256;     // of one entry
  std::size_t event_ids_max = 1024;  // of one source
  std::size_t aliases_max = 256;     // of one set
};

std::vector<LoadedEntry> load_entries(std::span<const TextFile> files, FieldTable& table,
                                      std::vector<Diagnostic>& diagnostics, const LogsourceLimits& limits = {});

}  // namespace stopwarden::sigma
