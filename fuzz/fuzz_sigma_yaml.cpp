// SPDX-License-Identifier: Apache-2.0
// Any bytes as a rule file: compiled, then tried on a few fixed events. Every document must be reported, and a rule
// must give the same answer twice.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "detect/sigma/ruleset.h"

namespace {

using namespace stopwarden;

struct Count final : HitSink {
  void on_hit(const Hit& hit) override { sum = sum * 31 + hit.matched.size() + 1; }
  std::uint64_t sum = 0;
};

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
  std::size_t loaded = 0;
  for (const sigma::RuleReport& report : rules.reports()) {
    if (report.state == sigma::RuleReport::State::loaded) ++loaded;
    if ((report.state == sigma::RuleReport::State::loaded) != report.code.empty()) std::abort();
  }
  if (loaded != rules.size()) std::abort();

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
