// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "detect/sigma/program.h"
#include "event/text_probe.h"

namespace stopwarden::sigma {

/// Probes for sets of keyword rules, each made once. Not for sharing between threads.
class KeywordProbes {
 public:
  explicit KeywordProbes(const Program& program) : program_(program) {}
  /// A probe that misses no record on which the trigger of one of `rules` stands in a value; nullptr when there cannot
  /// be one. Stays where it is. Cost: for a new set some 50 us.
  const TextProbe* probe_for(std::span<const std::uint32_t> rules);

 private:
  static constexpr std::size_t kSetsMax = 4096;  // rule sets have a handful; beyond that every value is read

  const Program& program_;
  std::map<std::vector<std::uint32_t>, std::optional<TextProbe>> made_;
};

}  // namespace stopwarden::sigma
