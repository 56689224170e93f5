// SPDX-License-Identifier: Apache-2.0
// The compiled form of a rule set: what the matchers run. Immutable; refers to the Logsources it was compiled with.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "detect/hit.h"
#include "detect/sigma/cidr.h"
#include "detect/sigma/correlation_ir.h"
#include "detect/sigma/logsource.h"
#include "detect/sigma/pattern.h"
#include "detect/sigma/regex.h"
#include "event/field.h"

namespace stopwarden::sigma {

/// A number of a rule. Integers are compared exactly with integers, all else as double.
struct Number {
  bool is_integer = true;
  std::int64_t integer = 0;
  double real = 0;  ///< also set for integers
};

enum class CompareOp : std::uint8_t { equal, less, less_equal, greater, greater_equal };
enum class TimePart : std::uint8_t { minute, hour, day, week, month, year };

/// The value is this number: the same text, or (when the log typed it as a number) the same number.
struct NumberTest {
  std::string canonical, written;
  Number value;
};
/// The field is absent or null.
struct NullTest {};
/// The field is there, whatever it holds.
struct ExistsTest {
  bool wanted = true;
};
struct RegexTest {
  std::unique_ptr<const Regex> regex;
};
struct CidrTest {
  Network network;
};
struct CompareTest {
  CompareOp op = CompareOp::equal;
  Number bound;
};
struct TimeTest {
  TimePart part = TimePart::hour;
  CompareOp op = CompareOp::equal;
  std::int64_t bound = 0;
};
/// The value against the values of another field of the event.
struct FieldRefTest {
  FieldId field{};
  bool any_before = false, any_after = false;  ///< endswith, startswith; both: contains
  CaseMatch case_match = CaseMatch::folded;
};

/// What one value of a rule asks of a field.
using Test =
    std::variant<Pattern, NumberTest, NullTest, ExistsTest, RegexTest, CidrTest, CompareTest, TimeTest, FieldRefTest>;

/// One line `Field|modifiers: values` of a rule.
struct Item {
  enum class Link : std::uint8_t { any, all };
  std::optional<FieldId> field;  ///< nothing: a keyword, tried on every value of the event
  std::string name;              ///< the rule's word for the field
  Link link = Link::any;
  std::vector<Test> tests;  ///< of a field with several values, each test may be met by another one
};

/// A node of a rule's condition. Searches are shared: the nodes form a graph without cycles, children come first.
struct Node {
  enum class Kind : std::uint8_t { item, all, any, negation };
  Kind kind = Kind::item;
  std::uint32_t item = 0;               ///< Kind::item
  std::vector<std::uint32_t> children;  ///< all others
};

struct Rule {
  RuleInfo info;
  std::vector<Item> items;
  std::vector<Node> nodes;
  std::uint32_t root = 0;
  std::vector<const SourceSelector*> selectors;  ///< any of them
  /// What correlations ask of its hits, in the order of CorrelationHit::values. Empty and not `correlated`: nothing.
  std::vector<FieldId> correlation_fields;
  bool correlated = false;  ///< some correlation is fed with its hits
  bool silent = false;      ///< only as part of a correlation; a hit alone says nothing
};

struct Ir {
  std::vector<Rule> rules;
  std::vector<CorrelationRule> correlations;
};

}  // namespace stopwarden::sigma
