// SPDX-License-Identifier: Apache-2.0
// For each rule a few texts of which one must be in the event, or the rule cannot fire.
#pragma once
#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/hash.h"
#include "detect/sigma/ir.h"
#include "detect/sigma/literal.h"

namespace stopwarden::sigma {

/// A literal in a field; kUnnamedField: in any value of the event (keywords).
struct TriggerLiteral {
  FieldId field{};
  Literal literal;
  bool operator==(const TriggerLiteral&) const = default;
};

/// Any of these; empty: the rule has no trigger and must be tried on every event of its source.
using Trigger = std::vector<TriggerLiteral>;

/// How often pieces of text stand in the rules: what many rules name is common in logs, too.
struct TextCounts {
  static constexpr unsigned kSlotBits = 16;
  static constexpr std::size_t kSlots = std::size_t{1} << kSlotBits;
  std::vector<std::uint32_t> grams = std::vector<std::uint32_t>(kSlots, 0);  ///< by hash: a collision looks common
  std::vector<std::uint32_t> pairs = std::vector<std::uint32_t>(kSlots, 0);

  void add(std::string_view text) noexcept;
  /// How often these four bytes stand in the texts.
  std::uint32_t of_gram(std::uint32_t gram) const noexcept { return grams[gram_slot(gram)]; }
  /// The same of two.
  std::uint32_t of_pair(char first, char second) const noexcept { return pairs[pair_slot(first, second)]; }
  bool operator==(const TextCounts&) const = default;

 private:
  static std::size_t pair_slot(char first, char second) noexcept {
    return static_cast<std::size_t>(static_cast<unsigned char>(first)) << 8 | static_cast<unsigned char>(second);
  }
  static std::size_t gram_slot(std::uint32_t gram) noexcept { return hash_gram(gram, 32 - kSlotBits); }
};

/// How common literals are, guessed from the rules themselves.
class LiteralRarity {
 public:
  explicit LiteralRarity(const Ir& ir);
  /// A guess of how often a value holds the literal, as a cost: 1 is rare.
  double cost(const TriggerLiteral& t) const;
  const TextCounts& counts() const noexcept { return counts_; }

 private:
  std::uint64_t key(const TriggerLiteral& t) const noexcept;
  TextCounts counts_;
  std::unordered_map<std::uint64_t, std::uint32_t> rules_;  // by hash of field and literal: how many rules name it
};

/// The cheapest set of literals one of which every event must hold that the rule fires on: a necessary clause of its
/// condition. Constants of an event's kind (EventID, Channel, Provider_Name) are not taken, they are decided before.
Trigger trigger_of(const Rule& rule, const LiteralRarity& rarity);

/// What the fast matcher is built from, beside the rules themselves.
struct Triggers {
  std::vector<Trigger> of_rule;
  TextCounts counts;
};
/// Cost: about 15 ms for some thousand rules, so it is done once and kept with them (RuleSet::triggers, cache.h).
Triggers find_triggers(const Ir& ir);

/// Whether a field is decided by the kind of event alone.
bool is_constant_field(FieldId field) noexcept;

}  // namespace stopwarden::sigma
