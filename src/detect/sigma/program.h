// SPDX-License-Identifier: Apache-2.0
// What the fast matcher runs: the rules' triggers, indexed by field, and their sources. Immutable; threads share it.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "detect/sigma/evaluation.h"
#include "detect/sigma/literal_index.h"
#include "detect/sigma/ruleset.h"

namespace stopwarden::sigma {

class Program {
 public:
  /// `rules` outlives the program. Cost: some 8 ms for some thousand rules.
  explicit Program(const RuleSet& rules);

  struct Wait {
    FieldId field{};  ///< kUnnamedField: any value of the event
    Engines engines = 0;
  };

  const Ir& ir() const noexcept { return ir_; }
  std::span<const RuleSource> sources() const noexcept { return sources_; }
  /// Do the source's aliases make this field?
  bool makes(std::uint32_t source, FieldId field) const noexcept;
  /// In which fields, and how, the trigger of a rule is looked for. Empty: it has none.
  std::span<const Wait> waits(std::uint32_t rule) const noexcept { return waits_[rule]; }
  /// Does the rule look into every value of an event?
  bool has_keywords(std::uint32_t rule) const noexcept { return keywords_[rule].any; }
  /// The keywords that its trigger waits for; empty: its trigger, if it has one, stands in fields.
  std::span<const std::string_view> keywords(std::uint32_t rule) const noexcept { return keywords_[rule].of_trigger; }
  const TextCounts& counts() const noexcept { return counts_; }
  /// The triggers of a field; nullptr when no rule waits there.
  const LiteralIndex* index_of(FieldId field) const noexcept;

 private:
  struct Keywords {
    bool any = false;
    std::vector<std::string_view> of_trigger;
  };
  void find_keywords(const Triggers& triggers);

  const Ir& ir_;
  const TextCounts& counts_;
  std::vector<RuleSource> sources_;
  std::vector<std::vector<Wait>> waits_;
  std::unordered_map<std::uint16_t, LiteralIndex> indexes_;
  std::vector<Keywords> keywords_;
};

}  // namespace stopwarden::sigma
