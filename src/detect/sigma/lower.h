// SPDX-License-Identifier: Apache-2.0
// ast -> ir.
#pragma once
#include <vector>

#include "base/diagnostic.h"
#include "detect/sigma/ast.h"
#include "detect/sigma/codes.h"
#include "detect/sigma/ir.h"
#include "detect/sigma/ruleset.h"
#include "event/field.h"

namespace stopwarden::sigma {

/// Compiles a rule but its selectors. Fields are interned into `table`. Warnings are appended.
MaybeProblem lower_rule(const AstRule& ast, const Placeholders& placeholders, FieldTable& table, Rule& out,
                        std::vector<Diagnostic>& warnings);

/// Compiles a filter into a compiled rule: the rule's condition and the filter's as well. The names of its searches
/// mean nothing to the rule's condition, nor the other way round. After a problem the rule is of no use.
MaybeProblem lower_filter(const AstFilter& filter, const Placeholders& placeholders, FieldTable& table, Rule& rule,
                          std::vector<Diagnostic>& warnings);

/// The number of values (tests) of a rule.
std::size_t count_tests(const Rule& rule) noexcept;

/// Proves that no event of the rule's selectors can carry an EventID the condition demands. False when not provable.
bool never_by_event_id(const Rule& rule, FieldId event_id);

}  // namespace stopwarden::sigma
