// SPDX-License-Identifier: Apache-2.0
#include "pipeline/engine.h"

#include <array>

#include "detect/sigma/fast.h"

namespace stopwarden {
namespace {

MatcherMaker prepare_reference(const sigma::RuleSet& rules) {
  return [&rules] { return std::make_unique<sigma::ReferenceMatcher>(rules); };
}

MatcherMaker prepare_fast(const sigma::RuleSet& rules) {
  const auto program = std::make_shared<const sigma::Program>(rules);
  return [program] { return std::make_unique<sigma::FastMatcher>(*program); };
}

constexpr std::array kEngines{
    Engine{"fast", prepare_fast},
    Engine{"reference", prepare_reference},
};

}  // namespace

std::span<const Engine> engines() { return kEngines; }

const Engine* find_engine(std::string_view name) {
  for (const Engine& engine : kEngines)
    if (engine.name == name) return &engine;
  return nullptr;
}

}  // namespace stopwarden
