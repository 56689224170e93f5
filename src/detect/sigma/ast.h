// SPDX-License-Identifier: Apache-2.0
// A document as written: what the YAML says, checked for its form, nothing interpreted yet.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "detect/hit.h"
#include "detect/sigma/condition.h"
#include "detect/sigma/correlation_ir.h"
#include "detect/sigma/logsource.h"
#include "yaml/yaml.h"

namespace stopwarden::sigma {

struct AstValue {
  YamlType type = YamlType::string;
  std::string text;  ///< as written
  std::uint32_t line = 0, column = 0;
};

/// `Field|modifier|modifier: values`; a keyword list when `field` is empty.
struct AstItem {
  std::string field;                   ///< blanks stripped
  std::vector<std::string> modifiers;  ///< in their order
  std::vector<AstValue> values;        ///< nested lists are flattened
  std::uint32_t line = 0, column = 0;
};

struct AstDetection {
  enum class Kind : std::uint8_t { item, all, any };
  Kind kind = Kind::item;
  AstItem item;                     ///< Kind::item
  std::vector<AstDetection> parts;  ///< Kind::all (a map) and Kind::any (a list)
};

struct AstSearch {
  std::string name;
  AstDetection detection;
  std::uint32_t line = 0, column = 0;
};

struct AstCondition {
  Condition condition;
  std::uint32_t line = 0, column = 0;
};

struct AstRule {
  RuleInfo info;
  Logsource logsource;
  std::vector<AstSearch> searches;
  std::vector<AstCondition> conditions;  ///< any of them
  bool generate = false;                 ///< stays audible when a correlation refers to it
};

/// A rule by its id or name.
struct AstReference {
  std::string text;
  std::uint32_t line = 0, column = 0;
};

/// A global filter: searches and a condition for other rules.
struct AstFilter {
  AstRule rule;                          ///< info, logsource, searches and one condition
  bool any_rule = false;                 ///< every rule of its logsource
  std::vector<AstReference> references;  ///< else these
};

/// `alias: {rule: Field}` of a correlation, one line of it.
struct AstAlias {
  std::string alias;
  AstReference rule;
  std::string field;
};

struct AstCorrelation {
  RuleInfo info;
  CorrelationType type = CorrelationType::event_count;
  std::vector<AstReference> references;  ///< in their order; empty: those of `condition`
  std::vector<std::string> group_by, fields;
  std::vector<AstAlias> aliases;
  std::chrono::nanoseconds timespan{0};
  std::vector<Bound> bounds;  ///< all of them
  std::optional<Decimal> percentile;
  std::optional<AstCondition> condition;  ///< over rule names, instead of bounds
  bool generate = false;                  ///< the rules it refers to stay audible
  std::uint32_t line = 0, column = 0;     ///< of `correlation`
};

}  // namespace stopwarden::sigma
