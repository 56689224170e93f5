// SPDX-License-Identifier: Apache-2.0
// The condition language: `selection and not 1 of filter_*`.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "detect/sigma/codes.h"

namespace stopwarden::sigma {

/// A node of a condition.
struct Condition {
  enum class Kind : std::uint8_t {
    search,    ///< `selection`: name
    any_of,    ///< `1 of name`, `any of name`; name is a pattern with `*`, or "them"
    all_of,    ///< `all of name`
    negation,  ///< `not` parts[0]
    all,       ///< `and`, two or more parts
    any,       ///< `or`, two or more parts
  };
  Kind kind = Kind::search;
  std::string name;
  std::vector<Condition> parts;
  std::uint32_t column = 0;  ///< from 1, within the condition's text

  /// Equal in meaning: columns do not count.
  bool operator==(const Condition& other) const;
};

/// Reads a condition.
///
/// Spec:    rules specification v2.1.0, "Condition". Binding, loosest first: or, and, not, x of, brackets. Keywords in
///          any case. Names are letters, digits, `_` and `-`.
/// Returns: the problem (SIG030, SIG033, SIG034; its column counts within `text`), or nothing and `out` filled.
MaybeProblem parse_condition(std::string_view text, Condition& out);

/// A text that parse_condition() reads to an equal tree.
std::string to_string(const Condition& condition);

/// `*` stands for any characters, also none; everything else for itself.
bool fits_name_pattern(std::string_view name, std::string_view pattern) noexcept;

}  // namespace stopwarden::sigma
