// SPDX-License-Identifier: Apache-2.0
// `rules test`: the regression convention of SigmaHQ. A folder holds info.yml and event files; info.yml names the rule
// and how often it must fire on each file. Ours adds `match_count: 0`, for the close neighbour that must not fire.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "load.h"

namespace stopwarden::cli {

struct RuleTest {
  std::string id;     ///< of the rule
  std::string title;  ///< as info.yml has it
  std::string info;   ///< path of info.yml
  std::string file;   ///< of the events
  std::uint64_t expected = 1;
  bool at_least = false;  ///< match_count is not set: once or more
  std::uint64_t got = 0;
  bool ran = true;  ///< false: the events or the rule are not there
  bool ok = false;
  std::string why;  ///< when not ok: "fired 2 times", "no such rule", "events unreadable: ..."
};

struct RuleTestRun {
  std::vector<RuleTest> tests;
  std::vector<Diagnostic> problems;  ///< info.yml files that could not be used
  std::vector<std::pair<std::string, std::string>> unreadable;
  std::size_t without_tests = 0;  ///< info.yml files that declare none
};

/// Runs every info.yml below `folders`, each test on its own event file with all rules of `loaded`.
RuleTestRun run_rule_tests(const std::vector<std::string>& folders, const LoadedRules& loaded);

}  // namespace stopwarden::cli
