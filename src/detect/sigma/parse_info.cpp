// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/parse_info.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace stopwarden::sigma {
Problem problem(std::string_view code, const YamlNode& at, std::string message) {
  return {code, at.line, at.column, std::move(message)};
}

std::string without_blanks(std::string_view s) {
  std::string out;
  for (const char c : s)
    if (c != ' ' && c != '\t') out.push_back(c);
  return out;
}

std::string text_of(MaybeYaml node) {
  if (node == nullptr) return {};
  if (node->is_scalar()) return node->text;
  std::string out;
  for (const YamlNode& item : node->items) {
    if (!item.is_scalar()) continue;
    if (!out.empty()) out += ", ";
    out += item.text;
  }
  return out;
}

std::vector<std::string> texts_of(MaybeYaml node) {
  std::vector<std::string> out;
  if (node == nullptr) return out;
  if (node->is_scalar()) out.push_back(node->text);
  for (const YamlNode& item : node->items)
    if (item.is_scalar()) out.push_back(item.text);
  return out;
}

void read_info(const YamlNode& root, const std::string& file, RuleInfo& info) {
  info.file = file;
  info.line = root.line;
  info.id = text_of(root.find("id"));
  info.name = text_of(root.find("name"));
  info.title = text_of(root.find("title"));
  info.description = text_of(root.find("description"));
  info.status = text_of(root.find("status"));
  info.author = text_of(root.find("author"));
  info.license = text_of(root.find("license"));
  info.date = text_of(root.find("date"));
  info.modified = text_of(root.find("modified"));
  info.tags = texts_of(root.find("tags"));
  for (std::string& tag : info.tags) tag = fold_ascii(tag);
  info.falsepositives = texts_of(root.find("falsepositives"));
  info.references = texts_of(root.find("references"));
  info.fields = texts_of(root.find("fields"));
}

MaybeProblem check_info(const YamlNode& root, ForeignTaxonomy taxonomy, RuleInfo& info,
                        std::vector<Diagnostic>& warnings) {
  const auto warn = [&](std::string_view code, const YamlNode& at, std::string message) {
    warnings.push_back({Diagnostic::Severity::warning, code, info.file, at.line, at.column, std::move(message)});
  };
  const MaybeYaml title = root.find("title");
  if (title == nullptr || title->is_null()) return problem(code::no_title, root, "the rule has no title");
  if (!title->is_scalar()) return problem(code::wrong_type, *title, "'title' must be a text");
  if (title->text.size() > 256 && std::count_if(title->text.begin(), title->text.end(), [](char c) {
                                    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
                                  }) > 256)
    warn(code::long_title, *title, "the title is longer than 256 characters");
  if (const MaybeYaml named = root.find("taxonomy");
      named != nullptr && !equal_ignore_ascii_case(text_of(named), "sigma")) {
    if (taxonomy == ForeignTaxonomy::reject)
      return problem(code::bad_taxonomy, *named, "the taxonomy '" + text_of(named) + "' is not known here");
    warn(code::foreign_taxonomy, *named,
         "the taxonomy '" + text_of(named) + "' is not known: field names are taken as they stand");
  }
  if (const MaybeYaml level = root.find("level"); level != nullptr && !level->is_null())
    if (!level->is_scalar() || !parse_level(level->text, info.level))
      return problem(code::bad_level, *level, "'" + text_of(level) + "' is no level");
  if (const MaybeYaml id = root.find("id"); id != nullptr && !id->is_null()) {
    if (!id->is_scalar()) return problem(code::wrong_type, *id, "'id' must be a text");
    if (!is_guid(id->text)) warn(code::bad_id, *id, "the id '" + id->text + "' is not a UUID");
  }
  if (const MaybeYaml status = root.find("status"); status != nullptr && !status->is_null()) {
    const std::string s = fold_ascii(text_of(status));
    if (s != "stable" && s != "test" && s != "experimental" && s != "deprecated" && s != "unsupported")
      warn(code::bad_status, *status, "'" + text_of(status) + "' is no status");
  }
  return std::nullopt;
}

MaybeProblem read_generate(const YamlNode& map, bool& generate) {
  const MaybeYaml node = map.find("generate");
  if (node == nullptr || node->is_null()) return std::nullopt;
  if (!node->is_scalar() || scalar_type(*node) != YamlType::boolean)
    return problem(code::wrong_type, *node, "'generate' must be true or false");
  generate = generate || fold_ascii(node->text) == "true";
  return std::nullopt;
}

}  // namespace stopwarden::sigma
