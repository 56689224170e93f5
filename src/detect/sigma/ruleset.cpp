// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/ruleset.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "base/text.h"
#include "detect/sigma/codes.h"
#include "detect/sigma/ir.h"
#include "detect/sigma/limits.h"
#include "detect/sigma/link.h"
#include "detect/sigma/lower.h"
#include "detect/sigma/parse.h"
#include "detect/sigma/parse_info.h"
#include "detect/sigma/trigger.h"
#include "event/catalogue.h"

namespace stopwarden::sigma {
namespace {

/// "9f0c... (rules/a.yml:3)" of rules seen, by id and by name.
using Seen = std::unordered_map<std::string, std::string>;

std::string place(const RuleInfo& info) { return info.file + ":" + std::to_string(info.line); }

}  // namespace

/// Compiles document after document, then ties them together; RuleSet's only builder.
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
          broken(file.path, {code::bad_action, line, 1, "'action' must be global, reset or repeat"});
          break;
      }
    }
    for (Diagnostic& error : errors)
      broken(file.path, {error.code, error.line, error.column, std::move(error.message)});
  }

  /// All documents are there: ties them together and hands them over.
  void finish() {
    const References references(documents_);
    apply_filters(documents_, references, placeholders_, table_, tests_, warnings_);
    for (Document& document : documents_)
      if (auto* rule = std::get_if<RuleDocument>(&document.content)) place_rule(*rule, document);
    link_correlations(documents_, references, table_, ir_);
    for (Document& document : documents_) reports_.push_back(std::move(document.report));
  }

 private:
  void broken(const std::string& path, Problem problem) {
    Document& document = documents_.emplace_back();
    document.report.file = path;
    document.reject(std::move(problem));
  }

  void document(const YamlNode& root, const std::string& path, std::uint32_t line, bool shares_id) {
    Document& document = documents_.emplace_back();
    std::vector<Diagnostic> warnings;  // of a rejected document nobody wants to read
    RuleInfo info;
    MaybeProblem problem = read(root, path, line, document, info, warnings);
    info.line = line;
    if (!problem) problem = check_unique(info, shares_id, warnings);
    document.report.id = info.id;
    document.report.title = info.title;
    document.report.file = path;
    document.report.line = line;
    document.name = info.name;
    if (problem) {
      if (problem->line == 0) problem->line = line;
      return document.reject(std::move(*problem));
    }
    if (const auto* rule = std::get_if<RuleDocument>(&document.content)) tests_ += count_tests(rule->rule);
    remember(info);
    warnings_.insert(warnings_.end(), std::make_move_iterator(warnings.begin()),
                     std::make_move_iterator(warnings.end()));
  }

  /// Fills the document's content, and `info` as far as it gets.
  MaybeProblem read(const YamlNode& root, const std::string& path, std::uint32_t line, Document& document,
                    RuleInfo& info, std::vector<Diagnostic>& warnings) {
    switch (kind_of(root)) {
      case DocumentKind::rule: return read_rule(root, path, line, document, info, warnings);
      case DocumentKind::correlation: {
        document.report.kind = RuleReport::Kind::correlation;
        auto& ast = document.content.emplace<AstCorrelation>();
        MaybeProblem problem = parse_correlation(root, path, ast, warnings);
        ast.info.line = line;
        info = ast.info;
        return problem;
      }
      case DocumentKind::filter: {
        document.report.kind = RuleReport::Kind::filter;
        auto& ast = document.content.emplace<AstFilter>();
        MaybeProblem problem = parse_filter(root, path, ast, warnings);
        ast.rule.info.line = line;
        info = ast.rule.info;
        return problem;
      }
      case DocumentKind::several: break;
    }
    document.report.kind = RuleReport::Kind::correlation;
    read_info(root, path, info);
    return Problem{code::two_kinds, line, 1, "a correlation cannot have 'detection' or 'filter' beside it"};
  }

  MaybeProblem read_rule(const YamlNode& root, const std::string& path, std::uint32_t line, Document& document,
                         RuleInfo& info, std::vector<Diagnostic>& warnings) {
    AstRule ast;
    MaybeProblem problem = parse_rule(root, path, ast, warnings);
    ast.info.line = line;
    info = ast.info;
    if (problem) return problem;
    auto& out = document.content.emplace<RuleDocument>();
    problem = lower_rule(ast, placeholders_, table_, out.rule, warnings);
    if (problem) return problem;
    if (count_tests(out.rule) > kRuleLimits.rule_set_values_max - tests_)
      return Problem{code::rule_limit, line, 0, "all rules together have too many values"};
    out.rule.info = std::move(ast.info);
    out.logsource = std::move(ast.logsource);
    out.generate = ast.generate;
    return std::nullopt;
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

  void place_rule(RuleDocument& rule, Document& document) {
    Resolution resolution = resolve_(rule.logsource);
    rule.rule.selectors = std::move(resolution.selectors);
    if (rule.rule.selectors.empty())
      return document.never(code::no_source,
                            resolution.why_never.empty() ? "no known log source" : std::move(resolution.why_never));
    if (never_by_event_id(rule.rule, id_of(field::EventID)))
      return document.never(code::never_event_id, "the EventIDs the rule asks for do not occur in its log source");
    document.number = static_cast<std::uint32_t>(ir_.rules.size());
    ir_.rules.push_back(std::move(rule.rule));
  }

  const Resolver& resolve_;
  const Placeholders& placeholders_;
  FieldTable& table_;
  std::vector<Diagnostic>& warnings_;
  Ir& ir_;
  std::vector<RuleReport>& reports_;
  std::vector<Document> documents_;  // of all files, in their order
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
  builder.finish();
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

std::size_t RuleSet::correlations() const noexcept { return ir_->correlations.size(); }

const RuleInfo& RuleSet::correlation_info(std::size_t correlation) const { return ir_->correlations[correlation].info; }

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
    read.insert(read.end(), rule.correlation_fields.begin(), rule.correlation_fields.end());
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
