// SPDX-License-Identifier: Apache-2.0
// Any bytes as a rule file: compiled, then tried on a few fixed events. Every document must be reported, and a rule
// must give the same answer twice. What correlations refer to must be there.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "detect/sigma/ir.h"
#include "detect/sigma/ruleset.h"

namespace {

using namespace stopwarden;

struct Count final : HitSink {
  void on_hit(const Hit& hit) override { sum = sum * 31 + hit.matched.size() + 1; }
  std::uint64_t sum = 0;
};

/// Every document is accounted for, and in its place when it is loaded.
void check_reports(const sigma::RuleSet& rules) {
  using Report = sigma::RuleReport;
  std::size_t plain = 0, correlations = 0;
  for (const Report& report : rules.reports()) {
    const bool loaded = report.state == Report::State::loaded;
    if (loaded != report.code.empty() || loaded != report.reason.empty()) std::abort();
    if (loaded && report.kind == Report::Kind::rule) ++plain;
    if (loaded && report.kind == Report::Kind::correlation) ++correlations;
  }
  if (plain != rules.size() || correlations != rules.correlations()) std::abort();
}

/// What correlations refer to is there, and no circle is left.
void check_correlations(const sigma::Ir& ir) {
  const auto within = [](const auto& places, std::size_t n) {
    for (const auto place : places)
      if (place >= n) std::abort();
  };
  for (const sigma::CorrelationRule& rule : ir.correlations) {
    within(rule.covers, ir.rules.size());
    if (rule.bounds.empty() == rule.condition.empty() || rule.members.empty()) std::abort();
    for (std::size_t i = 0; i < rule.condition.size(); ++i) {
      within(rule.condition[i].children, i);
      if (rule.condition[i].stage >= rule.stages.size()) std::abort();
    }
    for (const sigma::CorrelationMember& member : rule.members) {
      if (member.number >= (member.chained ? ir.correlations.size() : ir.rules.size())) std::abort();
      const std::size_t given = member.chained ? ir.correlations[member.number].passed.size()
                                               : ir.rules[member.number].correlation_fields.size();
      if (member.stage >= rule.stages.size() || member.group.size() != rule.group_by.size() ||
          member.fields.size() != rule.fields.size() || member.passed.size() != rule.passed.size())
        std::abort();
      within(member.group, given);
      within(member.fields, given);
      for (std::size_t i = 0; i < member.passed.size(); ++i)
        if (rule.passed[i].group < 0 && member.passed[i] >= given) std::abort();
    }
  }
  // A correlation covers all that its inner ones cover; in a circle the walk would not end.
  for (const sigma::CorrelationRule& rule : ir.correlations) {
    std::vector<const sigma::CorrelationRule*> open{&rule};
    for (std::size_t depth = 0; !open.empty(); ++depth) {
      if (depth > sigma::kCorrelationLimits.chain_depth_max) std::abort();
      std::vector<const sigma::CorrelationRule*> next;
      for (const auto* one : open)
        for (const sigma::CorrelationMember& member : one->members)
          if (member.chained) next.push_back(&ir.correlations[member.number]);
      std::sort(next.begin(), next.end());
      next.erase(std::unique(next.begin(), next.end()), next.end());
      open = std::move(next);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 64 * 1024) return 0;  // longer ones only repeat
  const std::vector<TextFile> files{{"fuzz.yml", std::string(reinterpret_cast<const char*>(data), size)}};
  FieldTable table;
  sigma::SourceSelector everything;
  const FieldId made = *table.intern("made:Image");
  everything.aliases.push_back(
      {*table.find("Image"), made, {*table.find("NewProcessName")}, sigma::Transform::copy, {}});
  const sigma::Placeholders placeholders{{"Servers", {"srv*", "db?"}}, {"x", {"1.2.3.4", "a-b"}}};
  std::vector<Diagnostic> warnings;
  const sigma::RuleSet rules = sigma::RuleSet::compile(
      files,
      [&everything](const sigma::Logsource&) {
        return sigma::Resolution{{&everything}, {}};
      },
      placeholders, table, warnings);
  check_reports(rules);
  check_correlations(rules.ir());

  sigma::ReferenceMatcher matcher(rules);
  const auto value = [&table](const char* name, std::string_view text, ValueKind kind = ValueKind::string) {
    return FieldValue{table.find(name).value_or(kUnnamedField), kind, text};
  };
  const std::vector<std::vector<FieldValue>> events{
      {},
      {value("NewProcessName", "C:\\Windows\\System32\\sc.exe"), value("CommandLine", "sc  stop \xE2\x80\x93x /y"),
       value("F", "aBc"), value("ProcessId", "42", ValueKind::integer)},
      {value("F", "", ValueKind::null), value("F", "\xFF\xC3 10.0.0.1"), value("G", "2026-11-25T01:02:03Z"),
       value("nobody", "a keyword * ? \\ here")},
  };
  for (const auto& fields : events) {
    Event event;
    event.fields = fields;
    Count first, second;
    matcher.match(event, first);
    matcher.match(event, second);
    if (first.sum != second.sum) std::abort();
  }
  return 0;
}
