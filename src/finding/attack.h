// SPDX-License-Identifier: Apache-2.0
// ATT&CK as far as Sigma tags speak of it: tags to technique ids and tactics. Both v18 names and those of v19, which
// split Defense Evasion into Stealth and Defense Impairment.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace stopwarden {

/// One tactic. To add one: a row in attack.cpp.
struct Tactic {
  std::string_view tag;   ///< as in "attack.<tag>", words joined with hyphens
  std::string_view uid;   ///< "TA0040"; empty where the id is not known for certain
  std::string_view name;  ///< "Impact"
};

std::span<const Tactic> tactics();

/// The tactic a tag names ("attack.impact", "attack.defense_evasion"); nullptr when it names none.
const Tactic* tactic_of_tag(std::string_view tag) noexcept;

/// The tactic with this uid, or this name where it has no uid: what Finding::tactics holds.
const Tactic* tactic_of_key(std::string_view key) noexcept;

/// What stands in Finding::tactics for a tactic: the uid, or the name where there is none.
std::string_view tactic_key(const Tactic& tactic) noexcept;

/// "attack.t1562.001" to "T1562.001"; nothing when the tag names no technique.
std::optional<std::string> technique_of_tag(std::string_view tag);

}  // namespace stopwarden
