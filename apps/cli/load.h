// SPDX-License-Identifier: Apache-2.0
// What every command that needs rules does first: read rule files, mappings and placeholders, and compile them.
#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "detect/sigma/cache.h"

namespace stopwarden::cli {

/// --rules, --no-default-rules, --logsources, --expand.
struct RuleOptions {
  std::vector<std::string> rules;
  bool no_default_rules = false;
  std::vector<std::string> logsources;
  std::string expand;
};

struct LoadedRules : sigma::CompiledRules {
  std::vector<std::pair<std::string, std::string>> unreadable;  ///< rule files: path, why
  std::size_t loaded = 0, rejected = 0, never = 0;              ///< documents of all kinds
  std::size_t correlations = 0, filters = 0;                    ///< of those loaded

  bool complete() const { return rejected == 0 && mistakes.empty() && unreadable.empty(); }
};

/// "12 loaded (2 correlations, 1 filter)".
std::string loaded_text(const LoadedRules& rules);

/// "rule", "correlation", "filter".
const char* kind_name(sigma::RuleReport::Kind kind);

/// Whether rules that were compiled by an earlier start may be used, and kept for the next one (rule_cache.h).
enum class UseCache : std::uint8_t { no, yes };

/// Never fails as a whole: what could not be used is listed, the rest is ready.
LoadedRules load_rules(const RuleOptions& options, UseCache cache = UseCache::no);

}  // namespace stopwarden::cli
