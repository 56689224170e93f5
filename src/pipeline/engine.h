// SPDX-License-Identifier: Apache-2.0
// The ways to run a rule set (--engine). All give the same hits.
#pragma once
#include <functional>
#include <memory>
#include <span>
#include <string_view>

#include "detect/sigma/ruleset.h"

namespace stopwarden {

/// Makes the matcher of one thread. May be called in any thread, also at the same time.
using MatcherMaker = std::function<std::unique_ptr<sigma::Matcher>()>;

struct Engine {
  std::string_view name;  ///< "fast"
  /// What the matchers of all threads share is made here, once. `rules` outlives the maker and its matchers.
  MatcherMaker (*prepare)(const sigma::RuleSet& rules);
};

/// The first is the default. To add one: a row in engine.cpp.
std::span<const Engine> engines();
/// nullptr when there is none of this name.
const Engine* find_engine(std::string_view name);

}  // namespace stopwarden
