// SPDX-License-Identifier: Apache-2.0
#include "load.h"

#include <array>
#include <utility>

#include "content/content.h"
#include "finding/build.h"
#include "format.h"
#include "input/input.h"
#include "rule_cache.h"

namespace stopwarden::cli {
namespace {

constexpr std::size_t kTextFileMax = 4u << 20;  // the largest SigmaHQ rule has 60 kB; a placeholder list may be longer
constexpr std::array<std::string_view, 2> kRuleSuffixes{".yml", ".yaml"};

void read_into(const std::string& path, std::vector<TextFile>& out, LoadedRules& loaded) {
  std::string why;
  auto file = read_text_file(path, kTextFileMax, why);
  if (file)
    out.push_back(std::move(file).take());
  else
    loaded.unreadable.emplace_back(path, why);
}

sigma::RuleSources read_sources(const RuleOptions& options, LoadedRules& out) {
  sigma::RuleSources sources;
  sources.build = program_build();
  sources.mappings = builtin(embedded_logsources());
  for (const std::string& path : options.logsources) read_into(path, sources.mappings, out);
  if (!options.expand.empty()) read_into(options.expand, sources.placeholders, out);
  if (!options.no_default_rules) sources.rules = builtin(embedded_rules());
  for (const std::string& path : options.rules) {
    const std::size_t problems = out.unreadable.size();
    std::vector<TextFile> tree = read_text_tree(path, kRuleSuffixes, kTextFileMax, out.unreadable);
    if (tree.empty() && out.unreadable.size() == problems)
      out.unreadable.emplace_back(path, "no rule file (.yml, .yaml) is there");
    sources.rules.insert(sources.rules.end(), std::make_move_iterator(tree.begin()),
                         std::make_move_iterator(tree.end()));
  }
  return sources;
}

void compile(const sigma::RuleSources& sources, sigma::CompiledRules& out) {
  intern_finding_fields(out.table);
  out.logsources =
      std::make_unique<sigma::Logsources>(sigma::Logsources::parse(sources.mappings, out.table, out.mistakes));
  sigma::Placeholders placeholders;
  for (const TextFile& file : sources.placeholders) placeholders = sigma::parse_placeholders(file, out.mistakes);
  out.rules = std::make_unique<sigma::RuleSet>(
      sigma::RuleSet::compile(sources.rules, *out.logsources, placeholders, out.table, out.warnings));
}

}  // namespace

LoadedRules load_rules(const RuleOptions& options, UseCache use_cache) {
  LoadedRules out;
  const sigma::RuleSources sources = read_sources(options, out);
  sigma::CompiledRules& compiled = out;
  if (use_cache == UseCache::no) {
    compile(sources, compiled);
  } else {
    const RuleCache cache(sources);
    if (auto found = cache.find()) {
      compiled = std::move(*found);
    } else {
      compile(sources, compiled);
      cache.keep(compiled);
    }
  }
  for (const sigma::RuleReport& report : out.rules->reports()) {
    using Report = sigma::RuleReport;
    const bool loaded = report.state == Report::State::loaded;
    out.loaded += loaded ? 1 : 0;
    out.rejected += report.state == Report::State::rejected ? 1 : 0;
    out.never += report.state == Report::State::never ? 1 : 0;
    out.correlations += loaded && report.kind == Report::Kind::correlation ? 1 : 0;
    out.filters += loaded && report.kind == Report::Kind::filter ? 1 : 0;
  }
  return out;
}

std::string loaded_text(const LoadedRules& rules) {
  std::string others;
  if (rules.correlations != 0) others = counted(rules.correlations, "correlation", "correlations");
  if (rules.filters != 0) others += (others.empty() ? "" : ", ") + counted(rules.filters, "filter", "filters");
  return grouped(rules.loaded) + " loaded" + (others.empty() ? "" : " (" + others + ")");
}

const char* kind_name(sigma::RuleReport::Kind kind) {
  switch (kind) {
    case sigma::RuleReport::Kind::rule: return "rule";
    case sigma::RuleReport::Kind::correlation: return "correlation";
    case sigma::RuleReport::Kind::filter: return "filter";
  }
  return "";
}

}  // namespace stopwarden::cli
