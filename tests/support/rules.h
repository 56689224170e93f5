// SPDX-License-Identifier: Apache-2.0
// The rules that travel in the program, compiled, for tests.
#pragma once
#include <gtest/gtest.h>

#include <vector>

#include "content/content.h"
#include "detect/ledger/targets.h"
#include "detect/sigma/ruleset.h"
#include "finding/build.h"

namespace stopwarden::test {

struct BuiltinRules {
  /// `more`: rules of the test's own, behind them.
  explicit BuiltinRules(const std::vector<TextFile>& more = {})
      : logsources(
            (intern_finding_fields(table), sigma::Logsources::parse(builtin(embedded_logsources()), table, mistakes))),
        rules(sigma::RuleSet::compile(with_builtin(more), logsources, {}, table, mistakes)),
        wanted(table) {
    for (const Diagnostic& d : mistakes) ADD_FAILURE() << to_string(d);
    rules.add_wanted(wanted);
    add_finding_fields(wanted);
    ledger::add_target_fields(wanted);
  }
  static std::vector<TextFile> with_builtin(const std::vector<TextFile>& more) {
    std::vector<TextFile> out = builtin(embedded_rules());
    out.insert(out.end(), more.begin(), more.end());
    return out;
  }
  FieldTable table;
  std::vector<Diagnostic> mistakes;
  sigma::Logsources logsources;
  sigma::RuleSet rules;
  WantedFields wanted;
};

}  // namespace stopwarden::test
