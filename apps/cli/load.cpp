// SPDX-License-Identifier: Apache-2.0
#include "load.h"

#include <array>
#include <utility>

#include "content/content.h"
#include "finding/build.h"
#include "input/input.h"

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

}  // namespace

LoadedRules load_rules(const RuleOptions& options) {
  LoadedRules out;
  intern_finding_fields(out.table);
  std::vector<TextFile> mappings = builtin(embedded_logsources());
  for (const std::string& path : options.logsources) read_into(path, mappings, out);
  out.logsources = std::make_unique<sigma::Logsources>(sigma::Logsources::parse(mappings, out.table, out.mistakes));

  sigma::Placeholders placeholders;
  if (!options.expand.empty()) {
    std::vector<TextFile> file;
    read_into(options.expand, file, out);
    if (!file.empty()) placeholders = sigma::parse_placeholders(file.front(), out.mistakes);
  }

  std::vector<TextFile> files;
  if (!options.no_default_rules) files = builtin(embedded_rules());
  for (const std::string& path : options.rules) {
    const std::size_t problems = out.unreadable.size();
    std::vector<TextFile> tree = read_text_tree(path, kRuleSuffixes, kTextFileMax, out.unreadable);
    if (tree.empty() && out.unreadable.size() == problems)
      out.unreadable.emplace_back(path, "no rule file (.yml, .yaml) is there");
    files.insert(files.end(), std::make_move_iterator(tree.begin()), std::make_move_iterator(tree.end()));
  }
  out.rules = std::make_unique<sigma::RuleSet>(
      sigma::RuleSet::compile(files, *out.logsources, placeholders, out.table, out.warnings));
  for (const sigma::RuleReport& report : out.rules->reports()) {
    out.rejected += report.state == sigma::RuleReport::State::rejected ? 1 : 0;
    out.never += report.state == sigma::RuleReport::State::never ? 1 : 0;
  }
  return out;
}

}  // namespace stopwarden::cli
