// SPDX-License-Identifier: Apache-2.0
// What a value must hold for a test to pass, as one text that can be looked up for many rules at once.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "detect/sigma/ir.h"

namespace stopwarden::sigma {

/// A text in a folded value, whole or in a place of it.
struct Literal {
  enum class Kind : std::uint8_t {
    equals,
    prefix,
    suffix,
    contains,
    number,  ///< equals, or a number that is written in another way
  };
  Kind kind = Kind::contains;
  std::string text;
  bool operator==(const Literal&) const = default;
};

/// Literals that a test comes to. `all_of`: each one stands in every value that passes (the user takes the rarest);
/// otherwise `any_of`: at least one of them does. Both empty: the test may pass without any text that is known.
struct LiteralChoice {
  std::vector<Literal> all_of, any_of;
};

/// Derives literals. They are necessary, never sufficient: who finds one still has to ask the test itself.
LiteralChoice literals_of(const Test& test);

}  // namespace stopwarden::sigma
