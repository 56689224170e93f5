// SPDX-License-Identifier: Apache-2.0
// For tests: targets as one line, "stop service:VSS sc" or "kill process:a.exe taskkill @HOST", joined by "; ".
#pragma once
#include <string>
#include <vector>

#include "detect/hit.h"

namespace stopwarden::ledger {

inline std::string targets_text(const std::vector<Target>& targets) {
  std::string out;
  for (const Target& t : targets) {
    out += out.empty() ? "" : "; ";
    out += t.verb + " " + std::string(target_type_name(t.type)) + ":" + t.name + " " + t.route;
    if (!t.state.empty()) out += " =" + t.state;
    if (!t.host.empty()) out += " @" + t.host;
  }
  return out;
}

}  // namespace stopwarden::ledger
