// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/ruleset.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "base/text.h"
#include "detect/sigma/codes.h"
#include "detect/sigma/ir.h"
#include "detect/sigma/limits.h"
#include "detect/sigma/lower.h"
#include "detect/sigma/parse.h"
#include "detect/sigma/trigger.h"
#include "event/catalogue.h"

namespace stopwarden::sigma {
namespace {

/// "9f0c... (rules/a.yml:3)" of rules seen, by id and by name.
using Seen = std::unordered_map<std::string, std::string>;

std::string place(const RuleInfo& info) { return info.file + ":" + std::to_string(info.line); }

}  // namespace

/// Compiles document after document; RuleSet's only builder.
class RuleSetBuilder {
 public:
  RuleSetBuilder(const Resolver& resolve, const Placeholders& placeholders, FieldTable& table,
                 std::vector<Diagnostic>& warnings, Ir& ir, std::vector<RuleReport>& reports)
      : resolve_(resolve),
        placeholders_(placeholders),
        table_(table),
        warnings_(warnings),
        ir_(ir),
        reports_(reports) {}

  void file(const TextFile& file) {
    std::vector<Diagnostic> errors;
    std::vector<YamlDocument> documents = parse_yaml(file.text, file.path, {}, errors);
    ActionMerger merger;
    for (YamlDocument& document : documents) {
      if (document.root.is_null()) continue;  // nothing between two `---`
      const std::uint32_t line = document.line;
      switch (merger.take(document.root)) {
        case ActionMerger::Next::skip: break;
        case ActionMerger::Next::parse: this->document(document.root, file.path, line, merger.shares_id()); break;
        case ActionMerger::Next::bad:
          reject({}, file.path, {code::bad_action, line, 1, "'action' must be global, reset or repeat"});
          break;
      }
    }
    for (Diagnostic& error : errors)
      reject({}, file.path, {error.code, error.line, error.column, std::move(error.message)});
  }

 private:
  RuleReport report(const RuleInfo& info, const std::string& path, std::uint32_t line, RuleReport::State state) {
    return {info.id, info.title, path, line, state, {}, {}};
  }
  void reject(const RuleInfo& info, const std::string& path, Problem problem) {
    RuleReport r = report(info, path, problem.line, RuleReport::State::rejected);
    r.code = problem.code;
    r.reason = std::move(problem.message);
    reports_.push_back(std::move(r));
  }

  void document(const YamlNode& root, const std::string& path, std::uint32_t line, bool shares_id) {
    AstRule ast;
    ast.info.file = path;
    std::vector<Diagnostic> warnings;  // of a rejected rule nobody wants to read
    Rule rule;
    MaybeProblem problem = parse_rule(root, path, ast, warnings);
    ast.info.line = line;
    if (!problem) problem = check_unique(ast.info, shares_id, warnings);
    if (!problem) problem = lower_rule(ast, placeholders_, table_, rule, warnings);
    if (!problem) {
      tests_ += count_tests(rule);
      if (tests_ > kRuleLimits.rule_set_values_max) {
        tests_ -= count_tests(rule);
        problem = Problem{code::rule_limit, line, 0, "all rules together have too many values"};
      }
    }
    if (problem) {
      if (problem->line == 0) problem->line = line;
      reject(ast.info, path, std::move(*problem));
      return;
    }
    remember(ast.info);
    warnings_.insert(warnings_.end(), std::make_move_iterator(warnings.begin()),
                     std::make_move_iterator(warnings.end()));
    place_rule(ast, std::move(rule), path, line);
  }

  MaybeProblem check_unique(const RuleInfo& info, bool shares_id, std::vector<Diagnostic>& warnings) {
    if (!info.id.empty()) {
      const auto first = ids_.find(fold_ascii(info.id));
      const bool same_collection = shares_id && first != ids_.end() && first->second.starts_with(info.file + ":");
      if (first != ids_.end() && !same_collection)
        return Problem{code::duplicate_id, info.line, 1, "the id " + info.id + " was used by " + first->second};
    }
    if (!info.name.empty())
      if (const auto first = names_.find(info.name); first != names_.end())
        warnings.push_back({Diagnostic::Severity::warning, code::duplicate_name, info.file, info.line, 1,
                            "the name '" + info.name + "' was used by " + first->second});
    return std::nullopt;
  }
  void remember(const RuleInfo& info) {
    if (!info.id.empty()) ids_.emplace(fold_ascii(info.id), place(info));
    if (!info.name.empty()) names_.emplace(info.name, place(info));
  }

  void place_rule(AstRule& ast, Rule rule, const std::string& path, std::uint32_t line) {
    Resolution resolution = resolve_(ast.logsource);
    RuleReport r = report(ast.info, path, line, RuleReport::State::loaded);
    rule.info = std::move(ast.info);
    rule.selectors = std::move(resolution.selectors);
    if (rule.selectors.empty()) {
      r.state = RuleReport::State::never;
      r.code = code::no_source;
      r.reason = resolution.why_never.empty() ? "no known log source" : std::move(resolution.why_never);
    } else if (never_by_event_id(rule, id_of(field::EventID))) {
      r.state = RuleReport::State::never;
      r.code = code::never_event_id;
      r.reason = "the EventIDs the rule asks for do not occur in its log source";
    } else {
      ir_.rules.push_back(std::move(rule));
    }
    reports_.push_back(std::move(r));
  }

  const Resolver& resolve_;
  const Placeholders& placeholders_;
  FieldTable& table_;
  std::vector<Diagnostic>& warnings_;
  Ir& ir_;
  std::vector<RuleReport>& reports_;
  Seen ids_, names_;
  std::size_t tests_ = 0;
};

RuleSet::RuleSet() : ir_(std::make_unique<Ir>()), triggers_(std::make_unique<Triggers>()) {}
RuleSet::RuleSet(RuleSet&&) noexcept = default;
RuleSet& RuleSet::operator=(RuleSet&&) noexcept = default;
RuleSet::~RuleSet() = default;

RuleSet RuleSet::compile(std::span<const TextFile> files, const Resolver& resolve, const Placeholders& placeholders,
                         FieldTable& table, std::vector<Diagnostic>& warnings) {
  RuleSet out;
  RuleSetBuilder builder(resolve, placeholders, table, warnings, *out.ir_, out.reports_);
  for (const TextFile& file : files) builder.file(file);
  *out.triggers_ = find_triggers(*out.ir_);
  return out;
}

RuleSet RuleSet::compile(std::span<const TextFile> files, const Logsources& logsources,
                         const Placeholders& placeholders, FieldTable& table, std::vector<Diagnostic>& warnings) {
  return compile(
      files, [&logsources](const Logsource& source) { return logsources.resolve(source); }, placeholders, table,
      warnings);
}

std::size_t RuleSet::size() const noexcept { return ir_->rules.size(); }

const RuleInfo& RuleSet::info(std::size_t rule) const { return ir_->rules[rule].info; }

void RuleSet::add_wanted(WantedFields& wanted) const {
  for (const Rule& rule : ir_->rules) {
    std::vector<FieldId> read;
    for (const Item& item : rule.items) {
      if (!item.field) {
        wanted.add_all_values();
        continue;
      }
      read.push_back(*item.field);
      for (const Test& test : item.tests)
        if (const auto* ref = std::get_if<FieldRefTest>(&test)) read.push_back(ref->field);
    }
    for (const FieldId id : read) wanted.add(id);
    for (const SourceSelector* selector : rule.selectors) {
      for (const auto& [id, value] : selector->fields) wanted.add(id);
      for (const FieldAlias& alias : selector->aliases)
        if (std::find(read.begin(), read.end(), alias.to) != read.end())
          for (const FieldId from : alias.from) wanted.add(from);
    }
  }
}

Placeholders parse_placeholders(const TextFile& file, std::vector<Diagnostic>& diagnostics) {
  Placeholders out;
  const auto fail = [&](std::string_view code, const YamlNode& at, std::string message) {
    diagnostics.push_back({Diagnostic::Severity::error, code, file.path, at.line, at.column, std::move(message)});
  };
  for (const YamlDocument& document : parse_yaml(file.text, file.path, {}, diagnostics)) {
    if (document.root.is_null()) continue;
    if (!document.root.is_map()) {
      fail(code::expand_not_map, document.root, "the file must be a map of placeholder names to values");
      continue;
    }
    for (const auto& [key, value] : document.root.entries) {
      std::vector<std::string> values;
      bool sound = true;
      const std::span<const YamlNode> nodes =
          value.is_sequence() ? std::span<const YamlNode>(value.items) : std::span<const YamlNode>(&value, 1);
      for (const YamlNode& node : nodes) {
        sound = sound && node.is_scalar();
        if (node.is_scalar()) values.push_back(node.text);
      }
      if (!sound)
        fail(code::expand_value, value, "the values of '" + key.text + "' must be texts or numbers");
      else if (values.empty())
        fail(code::expand_empty, value, "the placeholder '" + key.text + "' has no values");
      else
        for (std::string& v : values) out[key.text].push_back(std::move(v));
    }
  }
  return out;
}

}  // namespace stopwarden::sigma
