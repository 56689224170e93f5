// SPDX-License-Identifier: Apache-2.0
#include "pipeline/engine.h"

#include <array>

namespace stopwarden {
namespace {

MatcherMaker prepare_reference(const sigma::RuleSet& rules) {
  return [&rules] { return std::make_unique<sigma::ReferenceMatcher>(rules); };
}

constexpr std::array kEngines{
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
