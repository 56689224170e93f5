// SPDX-License-Identifier: Apache-2.0
// Compiled rules kept from one scan to the next (docs/cache.md).
#pragma once
#include <optional>
#include <string>

#include "detect/sigma/cache.h"
#include "platform/cache_folder.h"

namespace stopwarden::cli {

class RuleCache {
 public:
  /// Off when STOPWARDEN_CACHE is "off", and where there is no folder to use. Never an error: then find() finds nothing
  /// and keep() does nothing.
  explicit RuleCache(const sigma::RuleSources& sources);
  /// Rules that were compiled from the same sources by the same program.
  std::optional<sigma::CompiledRules> find() const;
  void keep(const sigma::CompiledRules& compiled) const;

 private:
  std::optional<platform::CacheFolder> folder_;
  sigma::CacheKey key_{};
  std::string name_;
};

/// What RuleSources::build is for this program; empty when it cannot be told.
std::string program_build();

}  // namespace stopwarden::cli
