// SPDX-License-Identifier: Apache-2.0
#include "finding/attack.h"

#include <array>

#include "base/text.h"

namespace stopwarden {
namespace {

constexpr std::string_view kPrefix = "attack.";

constexpr std::array kTactics{
    Tactic{"reconnaissance", "TA0043", "Reconnaissance"},
    Tactic{"resource-development", "TA0042", "Resource Development"},
    Tactic{"initial-access", "TA0001", "Initial Access"},
    Tactic{"execution", "TA0002", "Execution"},
    Tactic{"persistence", "TA0003", "Persistence"},
    Tactic{"privilege-escalation", "TA0004", "Privilege Escalation"},
    Tactic{"defense-evasion", "TA0005", "Defense Evasion"},  // until v18
    Tactic{"stealth", "", "Stealth"},                        // from v19
    Tactic{"defense-impairment", "", "Defense Impairment"},  // from v19
    Tactic{"credential-access", "TA0006", "Credential Access"},
    Tactic{"discovery", "TA0007", "Discovery"},
    Tactic{"lateral-movement", "TA0008", "Lateral Movement"},
    Tactic{"collection", "TA0009", "Collection"},
    Tactic{"command-and-control", "TA0011", "Command and Control"},
    Tactic{"exfiltration", "TA0010", "Exfiltration"},
    Tactic{"impact", "TA0040", "Impact"},
};

bool has_prefix(std::string_view tag) noexcept {
  return tag.size() > kPrefix.size() && equal_ignore_ascii_case(tag.substr(0, kPrefix.size()), kPrefix);
}

/// Equal without regard to case, `_` and `-` being one character: older rules write attack.defense_evasion.
bool same_tag(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const char x = a[i] == '_' ? '-' : fold_ascii(a[i]);
    if (x != b[i]) return false;
  }
  return true;
}

bool all_digits(std::string_view s) noexcept {
  for (const char c : s)
    if (c < '0' || c > '9') return false;
  return true;
}

}  // namespace

std::span<const Tactic> tactics() { return kTactics; }

const Tactic* tactic_of_tag(std::string_view tag) noexcept {
  if (!has_prefix(tag)) return nullptr;
  for (const Tactic& tactic : kTactics)
    if (same_tag(tag.substr(kPrefix.size()), tactic.tag)) return &tactic;
  return nullptr;
}

const Tactic* tactic_of_key(std::string_view key) noexcept {
  for (const Tactic& tactic : kTactics)
    if (key == tactic_key(tactic)) return &tactic;
  return nullptr;
}

std::string_view tactic_key(const Tactic& tactic) noexcept { return tactic.uid.empty() ? tactic.name : tactic.uid; }

std::optional<std::string> technique_of_tag(std::string_view tag) {
  if (!has_prefix(tag)) return std::nullopt;
  const std::string_view id = tag.substr(kPrefix.size());
  const bool technique = id.size() == 5 || (id.size() == 9 && id[5] == '.' && all_digits(id.substr(6)));
  if (!technique || fold_ascii(id[0]) != 't' || !all_digits(id.substr(1, 4))) return std::nullopt;
  std::string out{id};
  out[0] = 'T';
  return out;
}

}  // namespace stopwarden
