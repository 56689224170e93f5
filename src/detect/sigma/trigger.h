// SPDX-License-Identifier: Apache-2.0
// For each rule a few texts of which one must be in the event, or the rule cannot fire.
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "detect/sigma/hash.h"
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

/// How common texts are, guessed from the rules themselves: what many rules name is common in logs, too.
class LiteralRarity {
 public:
  explicit LiteralRarity(const Ir& ir);
  /// A guess of how often a value holds the literal, as a cost: 1 is rare.
  double cost(const TriggerLiteral& t) const;
  /// How often four bytes stand in the rules' texts.
  std::uint32_t gram_count(std::uint32_t gram) const noexcept { return grams_[gram_slot(gram)]; }
  /// The same of two.
  std::uint32_t pair_count(char first, char second) const noexcept { return pairs_[pair_slot(first, second)]; }

 private:
  static std::size_t pair_slot(char first, char second) noexcept {
    return static_cast<std::size_t>(static_cast<unsigned char>(first)) << 8 | static_cast<unsigned char>(second);
  }
  static constexpr unsigned kSlotBits = 16;
  static constexpr std::size_t kSlots = std::size_t{1} << kSlotBits;
  static std::size_t gram_slot(std::uint32_t gram) noexcept { return hash_gram(gram, 32 - kSlotBits); }
  std::uint64_t key(const TriggerLiteral& t) const noexcept;
  std::vector<std::uint32_t> grams_;  // by hash: a collision makes a text look more common than it is
  std::vector<std::uint32_t> pairs_;
  std::vector<std::uint32_t> rules_;  // by hash of field and literal: how many rules name it
};

/// The cheapest set of literals one of which every event must hold that the rule fires on: a necessary clause of its
/// condition. Constants of an event's kind (EventID, Channel, Provider_Name) are not taken, they are decided before.
Trigger trigger_of(const Rule& rule, const LiteralRarity& rarity);

/// Whether a field is decided by the kind of event alone.
bool is_constant_field(FieldId field) noexcept;

}  // namespace stopwarden::sigma
