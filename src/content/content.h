// SPDX-License-Identifier: Apache-2.0
// Files that travel inside the program: default rules and data. Embedded at build time by tools/embed.py.
#pragma once
#include <span>
#include <string_view>
#include <vector>

#include "yaml/yaml.h"

namespace stopwarden {

struct EmbeddedFile {
  std::string_view path;  ///< below its root: "windows/system/win_system_service_stopped.yml"
  std::string_view text;
};

/// The rules of rules/, in byte order of their paths.
std::span<const EmbeddedFile> embedded_rules();
/// The mappings of data/logsources/.
std::span<const EmbeddedFile> embedded_logsources();

/// As text files for the loaders; paths become "builtin:windows/...".
std::vector<TextFile> builtin(std::span<const EmbeddedFile> files);

}  // namespace stopwarden
