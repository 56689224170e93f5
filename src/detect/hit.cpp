// SPDX-License-Identifier: Apache-2.0
#include "detect/hit.h"

#include <cstdlib>

#include "base/text.h"

namespace stopwarden {

std::string_view level_name(Level level) noexcept {
  switch (level) {
    case Level::informational: return "informational";
    case Level::low: return "low";
    case Level::medium: return "medium";
    case Level::high: return "high";
    case Level::critical: return "critical";
  }
  std::abort();
}

bool parse_level(std::string_view name, Level& out) noexcept {
  for (const Level level : {Level::informational, Level::low, Level::medium, Level::high, Level::critical}) {
    if (equal_ignore_ascii_case(name, level_name(level))) {
      out = level;
      return true;
    }
  }
  return false;
}

std::string_view target_type_name(Target::Type type) noexcept {
  switch (type) {
    case Target::Type::service: return "service";
    case Target::Type::process: return "process";
    case Target::Type::vm: return "vm";
    case Target::Type::cloud: return "cloud";
  }
  std::abort();
}

}  // namespace stopwarden
