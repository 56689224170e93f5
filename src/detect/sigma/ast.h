// SPDX-License-Identifier: Apache-2.0
// A rule as written: what the YAML says, checked for its form, nothing interpreted yet.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "detect/hit.h"
#include "detect/sigma/condition.h"
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
};

}  // namespace stopwarden::sigma
