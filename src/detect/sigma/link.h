// SPDX-License-Identifier: Apache-2.0
// Documents that speak of other documents: filters are put into their rules, correlations are tied to theirs. All
// documents of all files are read before, so that their order does not matter. Used by ruleset.cpp.
#pragma once
#include <cstdint>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "base/diagnostic.h"
#include "detect/sigma/ast.h"
#include "detect/sigma/ir.h"
#include "detect/sigma/ruleset.h"

namespace stopwarden::sigma {

/// A rule that was read and compiled, but for its place in the set.
struct RuleDocument {
  Rule rule;
  Logsource logsource;
  bool generate = false;
};

/// One document on its way into the set. A rejected one holds nothing but its report.
struct Document {
  static constexpr std::uint32_t kNowhere = 0xFFFFFFFF;
  RuleReport report;
  std::string name;
  std::variant<std::monostate, RuleDocument, AstCorrelation, AstFilter> content;
  std::uint32_t number = kNowhere;  ///< in Ir::rules or Ir::correlations, once it is placed

  bool rejected() const noexcept { return report.state == RuleReport::State::rejected; }
  void reject(Problem problem);
  void never(std::string_view code, std::string reason);
};

/// Finds documents by id and by name.
class References {
 public:
  explicit References(const std::vector<Document>& documents);
  /// The rules and correlations meant, by their places: several, when a collection shares an id. Problems: unknown,
  /// ambiguous.
  MaybeProblem resolve(const AstReference& reference, std::vector<std::uint32_t>& out) const;

 private:
  using Index = std::unordered_map<std::string, std::vector<std::uint32_t>>;
  const std::vector<Document>& documents_;
  Index ids_, names_;
};

/// Puts every filter into the rules it is for. `tests` is the number of values of all rules so far, and is kept within
/// RuleLimits::rule_set_values_max.
void apply_filters(std::vector<Document>& documents, const References& references, const Placeholders& placeholders,
                   FieldTable& table, std::size_t& tests, std::vector<Diagnostic>& warnings);

/// Ties every correlation to its rules, which have their places in `ir` already, and adds it to `ir`.
void link_correlations(std::vector<Document>& documents, const References& references, FieldTable& table, Ir& ir);

/// When the condition of a correlation can be known to hold; its type, bounds and condition say so.
CorrelationRule::Decision decision_of(const CorrelationRule& rule);

}  // namespace stopwarden::sigma
