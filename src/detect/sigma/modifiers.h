// SPDX-License-Identifier: Apache-2.0
// The modifiers of Sigma, one table. To add one: a row in modifiers.cpp, a row in docs/sigma.md (a test compares),
// tests.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "detect/sigma/ast.h"
#include "detect/sigma/codes.h"
#include "detect/sigma/ir.h"
#include "detect/sigma/ruleset.h"

namespace stopwarden::sigma {

/// What a value is at a point of the chain. Modifiers change it.
enum class ValueType : std::uint16_t {
  string = 1U << 0,
  number = 1U << 1,
  boolean = 1U << 2,
  null = 1U << 3,
  regex = 1U << 4,
  cidr = 1U << 5,
  compare = 1U << 6,
  time = 1U << 7,
  field_ref = 1U << 8,
  exists = 1U << 9,
};
std::string_view type_name(ValueType type) noexcept;

/// One value on its way through the chain. Which members count is told by `type`.
struct ChainValue {
  ValueType type = ValueType::string;
  const AstValue* source = nullptr;
  Pattern pattern;                           ///< string
  std::string text;                          ///< regex: the expression; field_ref: the field's name
  RegexFlags flags;                          ///< regex
  bool any_before = true, any_after = true;  ///< regex: unanchored; field_ref: see FieldRefTest
  Number number;                             ///< number, compare, time
  CompareOp op = CompareOp::equal;           ///< compare, time
  TimePart part = TimePart::hour;            ///< time
  Network network;                           ///< cidr
  bool wanted = true;                        ///< exists
  CaseMatch case_match = CaseMatch::folded;  ///< field_ref
};

/// An item while its modifiers are applied, in their order.
struct Chain {
  const AstItem* item = nullptr;
  const Placeholders* placeholders = nullptr;
  std::vector<ChainValue> values;
  Item::Link link = Item::Link::any;
  bool negated = false;
  bool anchored = false;          ///< startswith, endswith or contains was applied
  std::vector<Problem> warnings;  ///< code, place and message; not fatal
  std::string_view last;          ///< the latest value modifier
};

/// One row a modifier.
struct ModifierRow {
  std::string_view name;
  std::uint16_t accepts;  ///< ValueType bits it can be applied to
  enum class Place : std::uint8_t {
    anywhere,
    first,  ///< no value modifier but `expand` for cidr may come before
    alone,  ///< no other value modifier at all
    list,   ///< concerns the list of values, not the values
  } place;
  MaybeProblem (*apply)(Chain& chain, ChainValue& value, std::vector<ChainValue>& out);
  std::string_view meaning;  ///< for docs/sigma.md
};
std::span<const ModifierRow> modifier_table() noexcept;

/// The rows as the table of docs/sigma.md, which a test holds against it.
std::string modifiers_as_markdown();

/// Starts a chain from an item's values and applies all of its modifiers.
MaybeProblem run_chain(const AstItem& item, const Placeholders& placeholders, Chain& chain);

}  // namespace stopwarden::sigma
