// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <span>
#include <string_view>

#include "event/source.h"

namespace stopwarden {

/// One log format. To add one: a row in registry.cpp, a folder beside it, a unit test, a fuzz target,
/// docs/formats/x.md.
struct SourceFormat {
  std::string_view name;     ///< "evtx"
  std::string_view meaning;  ///< one line for `stopwarden sources`
  /// Does an input that starts with these bytes (up to kSniffBytes of them; all of a shorter input) look like this
  /// format? Sure or not at all: the first row that says yes gets the input. Never looks at a name.
  bool (*sniff)(Bytes head);
  std::unique_ptr<Source> (*make)(const SourceOptions& options);
};

inline constexpr std::size_t kSniffBytes = 64 * std::size_t{1024};

std::span<const SourceFormat> source_formats();

/// The format of an input by its first bytes; nullptr when no row knows it.
const SourceFormat* sniff_format(Bytes head);

}  // namespace stopwarden
