// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cassert>
#include <utility>

#include "base/text.h"
#include "detect/sigma/limits.h"
#include "detect/sigma/link.h"
#include "detect/sigma/lower.h"

namespace stopwarden::sigma {
namespace {

bool covers(const Logsource& filter, const Logsource& rule) noexcept {
  const auto part = [](const std::string& wide, const std::string& narrow) { return wide.empty() || wide == narrow; };
  return part(filter.category, rule.category) && part(filter.product, rule.product) &&
         part(filter.service, rule.service);
}

bool excludes(const Condition& condition) {
  return condition.kind == Condition::Kind::negation ||
         std::any_of(condition.parts.begin(), condition.parts.end(), excludes);
}
bool excludes(const AstDetection& detection) {
  return std::find(detection.item.modifiers.begin(), detection.item.modifiers.end(), "neq") !=
             detection.item.modifiers.end() ||
         std::any_of(detection.parts.begin(), detection.parts.end(),
                     [](const AstDetection& part) { return excludes(part); });
}

class FilterLinker {
 public:
  FilterLinker(std::vector<Document>& documents, const References& references, const Placeholders& placeholders,
               FieldTable& table, std::size_t& tests, std::vector<Diagnostic>& warnings)
      : documents_(documents),
        references_(references),
        placeholders_(placeholders),
        table_(table),
        tests_(tests),
        warnings_(warnings) {}

  void apply(Document& document) {
    const AstFilter filter = std::get<AstFilter>(document.content);
    Rule trial;  // a filter that cannot be compiled must not be half applied
    std::vector<Diagnostic> warnings;
    if (auto problem = lower_filter(filter, placeholders_, table_, trial, warnings)) {
      if (problem->line == 0) problem->line = document.report.line;
      return document.reject(std::move(*problem));
    }
    std::vector<std::uint32_t> targets;
    if (auto problem = find_targets(filter, warnings, targets)) return document.reject(std::move(*problem));
    const std::size_t more = count_tests(trial);
    if (more != 0 && targets.size() > (kRuleLimits.rule_set_values_max - tests_) / more)
      return document.reject({code::rule_limit, document.report.line, 0,
                              "with this filter in " + std::to_string(targets.size()) +
                                  " rules, all rules together have too many values"});
    warn_without_not(filter, warnings);
    warnings_.insert(warnings_.end(), warnings.begin(), warnings.end());
    if (targets.empty())
      return document.never(code::filters_nothing, "no loaded rule that the filter names lies in its logsource");
    tests_ += more * targets.size();
    for (const std::uint32_t at : targets) {
      std::vector<Diagnostic> said_already;
      auto& rule = std::get<RuleDocument>(documents_[at].content).rule;
      [[maybe_unused]] const auto problem = lower_filter(filter, placeholders_, table_, rule, said_already);
      assert(!problem);
    }
  }

 private:
  /// The rules the filter is for, each once. A problem when it names none that is there.
  MaybeProblem find_targets(const AstFilter& filter, std::vector<Diagnostic>& warnings,
                            std::vector<std::uint32_t>& targets) const {
    const auto warn = [&](std::string_view code, const AstReference& at, std::string message) {
      warnings.push_back(
          {Diagnostic::Severity::warning, code, filter.rule.info.file, at.line, at.column, std::move(message)});
    };
    const auto applies_to = [&](std::uint32_t at) {
      const auto* rule = std::get_if<RuleDocument>(&documents_[at].content);
      return rule != nullptr && covers(filter.rule.logsource, rule->logsource);
    };
    if (filter.any_rule) {
      for (std::uint32_t at = 0; at < documents_.size(); ++at)
        if (applies_to(at)) targets.push_back(at);
      return std::nullopt;
    }
    MaybeProblem unknown;
    std::size_t known = 0;
    for (const AstReference& reference : filter.references) {
      std::vector<std::uint32_t> found;
      if (auto problem = references_.resolve(reference, found)) {
        if (problem->code == code::ambiguous_rule) return problem;
        warn(code::filter_unknown_rule, reference, problem->message);
        if (!unknown) unknown = std::move(problem);
        continue;
      }
      ++known;
      const std::size_t before = targets.size();
      for (const std::uint32_t at : found)
        if (applies_to(at)) targets.push_back(at);
      if (targets.size() == before)
        warn(code::filter_not_covering, reference,
             "the filter does not apply to '" + reference.text + "': its logsource does not cover the rule's");
    }
    std::sort(targets.begin(), targets.end());
    targets.erase(std::unique(targets.begin(), targets.end()), targets.end());
    return known == 0 ? unknown : std::nullopt;
  }

  static void warn_without_not(const AstFilter& filter, std::vector<Diagnostic>& warnings) {
    const AstCondition& condition = filter.rule.conditions.front();
    if (excludes(condition.condition)) return;
    for (const AstSearch& search : filter.rule.searches)
      if (excludes(search.detection)) return;
    warnings.push_back({Diagnostic::Severity::warning, code::filter_without_not, filter.rule.info.file, condition.line,
                        condition.column,
                        "the rules fire only where this condition holds; an exclusion is written `not selection`"});
  }

  std::vector<Document>& documents_;
  const References& references_;
  const Placeholders& placeholders_;
  FieldTable& table_;
  std::size_t& tests_;
  std::vector<Diagnostic>& warnings_;
};

}  // namespace

void apply_filters(std::vector<Document>& documents, const References& references, const Placeholders& placeholders,
                   FieldTable& table, std::size_t& tests, std::vector<Diagnostic>& warnings) {
  FilterLinker linker(documents, references, placeholders, table, tests, warnings);
  for (Document& document : documents)
    if (std::holds_alternative<AstFilter>(document.content)) linker.apply(document);
}

}  // namespace stopwarden::sigma
