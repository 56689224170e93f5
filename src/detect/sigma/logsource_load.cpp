// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/logsource_load.h"

#include <algorithm>
#include <array>
#include <map>

#include "base/text.h"

namespace stopwarden::sigma {
namespace {

using Argument = TransformRow::Argument;
constexpr std::array kTransforms{
    TransformRow{Transform::copy, "copy", 1, 8, 1, Argument::none},
    TransformRow{Transform::hex_to_decimal, "hex_to_decimal", 1, 1, 1, Argument::none},
    TransformRow{Transform::domain_user, "domain_user", 2, 8, 2, Argument::none},
    TransformRow{Transform::registry_path, "registry_path", 1, 1, 1, Argument::none},
    TransformRow{Transform::integrity_label, "integrity_label", 1, 1, 1, Argument::none},
    TransformRow{Transform::registry_value, "registry_value", 2, 2, 1, Argument::none},
    TransformRow{Transform::join_registry, "join_registry", 2, 2, 1, Argument::none},
    TransformRow{Transform::hash_of, "hash_of", 1, 1, 1, Argument::needed},
    TransformRow{Transform::map, "map", 1, 1, 1, Argument::needed},
};

class Loader {
 public:
  Loader(FieldTable& table, std::vector<Diagnostic>& diagnostics, const LogsourceLimits& limits)
      : table_(table), diagnostics_(diagnostics), limits_(limits) {}

  void file(const TextFile& text) {
    path_ = text.path;
    for (const YamlDocument& document : parse_yaml(text.text, text.path, {}, diagnostics_)) {
      const YamlNode& root = document.root;
      if (root.is_null()) continue;
      if (!root.is_map()) {
        error("LOG001", root, "a mapping file is a map with 'logsources' and 'aliases'");
        continue;
      }
      keys_known(root, {"aliases", "logsources"});
      if (const YamlNode* sets = root.find("aliases")) alias_sets(*sets);
      if (const YamlNode* entries = root.find("logsources")) logsources(*entries);
    }
  }
  std::vector<LoadedEntry> take() && { return std::move(entries_); }

 private:
  using Aliases = std::vector<FieldAlias>;

  void error(std::string_view code, const YamlNode& at, std::string message) {
    failed_ = true;
    diagnostics_.push_back({Diagnostic::Severity::error, code, path_, at.line, at.column, std::move(message)});
  }

  void keys_known(const YamlNode& map, std::initializer_list<std::string_view> known) {
    for (const auto& entry : map.entries)
      if (std::find(known.begin(), known.end(), entry.first.text) == known.end())
        error("LOG002", entry.first, "unknown key '" + to_valid_utf8(entry.first.text) + "'");
  }

  std::string text_of(const YamlNode& map, std::string_view key) {
    const YamlNode* value = map.find(key);
    if (value == nullptr) return {};
    if (!value->is_scalar() || value->text.empty()) {
      error("LOG003", *value, "'" + std::string(key) + "' must be a text that is not empty");
      return {};
    }
    return value->text;
  }

  std::optional<FieldId> field(const YamlNode& at, std::string_view name) {
    if (name.empty() || name.find(' ') != std::string_view::npos) {
      error("LOG003", at, "a field name is not empty and has no blanks");
      return std::nullopt;
    }
    const auto id = table_.intern(name);
    if (!id) error("LOG010", at, "too many field names");
    return id;
  }

  void alias_sets(const YamlNode& sets) {
    if (!sets.is_map()) return error("LOG001", sets, "'aliases' is a map from a name to a list of aliases");
    for (const auto& entry : sets.entries) sets_[entry.first.text] = alias_list(entry.second);
  }

  Aliases alias_list(const YamlNode& list) {
    Aliases out;
    if (!list.is_sequence() || list.items.size() > limits_.aliases_max) {
      error("LOG001", list, "a list of at most " + std::to_string(limits_.aliases_max) + " aliases is expected");
      return out;
    }
    for (const YamlNode& item : list.items)
      if (auto one = alias(item)) out.push_back(std::move(*one));
    return out;
  }

  std::optional<FieldAlias> alias(const YamlNode& node) {
    if (!node.is_map()) {
      error("LOG001", node, "an alias is a map with 'to', 'from' and 'transform'");
      return std::nullopt;
    }
    failed_ = false;
    keys_known(node, {"to", "from", "transform", "argument"});
    const std::string to = text_of(node, "to");
    const std::string argument = text_of(node, "argument");
    const std::string transform = node.find("transform") == nullptr ? "copy" : text_of(node, "transform");
    const auto* row = std::find_if(kTransforms.begin(), kTransforms.end(),
                                   [&](const TransformRow& r) { return r.name == transform; });
    if (row == kTransforms.end()) {
      error("LOG006", node, "unknown transform '" + to_valid_utf8(transform) + "'");
      return std::nullopt;
    }
    std::vector<std::string> names;
    if (const YamlNode* from = node.find("from")) {
      if (from->is_scalar()) names.push_back(from->text);
      for (const YamlNode& item : from->items) names.push_back(item.text);
    }
    if (names.size() < row->from_min || names.size() > row->from_max || names.size() % row->from_step != 0 ||
        argument.empty() == (row->argument == Argument::needed)) {
      error("LOG007", node,
            "transform '" + transform + "' takes " + std::to_string(row->from_min) + " to " +
                std::to_string(row->from_max) + " fields in 'from'" +
                (row->argument == Argument::needed ? " and an 'argument'" : " and no 'argument'"));
      return std::nullopt;
    }
    return make_alias(node, to, names, *row, argument);
  }

  std::optional<FieldAlias> make_alias(const YamlNode& node, const std::string& to,
                                       const std::vector<std::string>& names, const TransformRow& row,
                                       const std::string& argument) {
    const auto to_id = field(node, to);
    FieldAlias out{to_id.value_or(kUnnamedField), kUnnamedField, {}, row.transform, argument};
    // A name with blanks is no name a source can emit, and the same recipe gives the same id everywhere.
    std::string recipe = to + " <- " + std::string(row.name) + " " + argument;
    for (const std::string& name : names) {
      const auto id = field(node, name);
      out.from.push_back(id.value_or(kUnnamedField));
      recipe += " " + name;
    }
    if (failed_) return std::nullopt;
    const auto derived = table_.intern(recipe);
    if (!derived) {
      error("LOG010", node, "too many field names");
      return std::nullopt;
    }
    out.derived = *derived;
    return out;
  }

  void logsources(const YamlNode& list) {
    if (!list.is_sequence()) return error("LOG001", list, "'logsources' is a list of maps");
    for (const YamlNode& node : list.items) {
      if (entries_.size() >= limits_.entries_max) return error("LOG012", node, "too many logsources");
      entry(node);
    }
  }

  void entry(const YamlNode& node) {
    if (!node.is_map()) return error("LOG001", node, "a logsource is a map");
    failed_ = false;
    keys_known(node, {"product", "category", "service", "sources", "never", "replace"});
    LoadedEntry out;
    out.name = {fold(text_of(node, "category")), fold(text_of(node, "product")), fold(text_of(node, "service"))};
    out.why_never = text_of(node, "never");
    if (const YamlNode* replace = node.find("replace")) {
      if (replace->text != "true" && replace->text != "false") error("LOG003", *replace, "'replace' is true or false");
      out.replace = replace->text == "true";
    }
    if (out.name.category.empty() && out.name.product.empty() && out.name.service.empty())
      error("LOG004", node, "a logsource needs a category, product or service");
    const YamlNode* sources = node.find("sources");
    if ((sources != nullptr) == (node.find("never") != nullptr))
      error("LOG009", node, "a logsource has either 'sources' or 'never' with the reason");
    if (sources != nullptr) {
      if (!sources->is_sequence() || sources->items.empty() || sources->items.size() > limits_.sources_max)
        error("LOG001", *sources, "'sources' is a list of 1 to " + std::to_string(limits_.sources_max) + " maps");
      for (const YamlNode& item : sources->items) out.selectors.push_back(source(item));
    }
    if (!failed_) entries_.push_back(std::move(out));
  }

  SourceSelector source(const YamlNode& node) {
    SourceSelector out;
    if (!node.is_map() || node.entries.empty()) {
      error("LOG001", node, "a source is a map with at least one condition; channel '*' is any Windows event");
      return out;
    }
    keys_known(node, {"channel", "provider", "event_ids", "fields", "aliases"});
    out.channel = fold(text_of(node, "channel"));
    out.provider = fold(text_of(node, "provider"));
    if (const YamlNode* ids = node.find("event_ids")) event_ids(*ids, out);
    if (const YamlNode* fields = node.find("fields")) conditions(*fields, out);
    if (const YamlNode* aliases = node.find("aliases")) use_aliases(*aliases, out);
    if (out.channel.empty() && out.provider.empty() && out.event_ids.empty() && out.fields.empty())
      error("LOG001", node, "a source without a condition would take every event");
    return out;
  }

  void event_ids(const YamlNode& list, SourceSelector& out) {
    if (!list.is_sequence() || list.items.empty() || list.items.size() > limits_.event_ids_max)
      return error("LOG005", list,
                   "'event_ids' is a list of 1 to " + std::to_string(limits_.event_ids_max) + " numbers");
    for (const YamlNode& item : list.items) {
      const auto id = parse_unsigned(item.text);
      if (!item.is_scalar() || !id || *id > 0xFFFFFFFF)
        error("LOG005", item, "an event id is a number from 0 to 4294967295");
      else
        out.event_ids.push_back(static_cast<std::uint32_t>(*id));
    }
    std::sort(out.event_ids.begin(), out.event_ids.end());
  }

  void conditions(const YamlNode& map, SourceSelector& out) {
    if (!map.is_map()) return error("LOG001", map, "'fields' is a map from a field to its value");
    for (const auto& entry : map.entries) {
      if (!entry.second.is_scalar()) {
        error("LOG003", entry.second, "a condition has one value; write one source for each");
        continue;
      }
      if (const auto id = field(entry.first, entry.first.text)) out.fields.emplace_back(*id, fold(entry.second.text));
    }
  }

  void use_aliases(const YamlNode& node, SourceSelector& out) {
    std::vector<const YamlNode*> names;
    if (node.is_scalar()) names.push_back(&node);
    for (const YamlNode& item : node.items) names.push_back(&item);
    for (const YamlNode* name : names) {
      const auto set = sets_.find(name->text);
      if (set == sets_.end())
        error("LOG008", *name, "no alias set '" + to_valid_utf8(name->text) + "' in this or an earlier file");
      else
        out.aliases.insert(out.aliases.end(), set->second.begin(), set->second.end());
    }
  }

  FieldTable& table_;
  std::vector<Diagnostic>& diagnostics_;
  const LogsourceLimits limits_;
  std::string path_;
  bool failed_ = false;  // of the alias or entry at hand
  std::map<std::string, Aliases, std::less<>> sets_;
  std::vector<LoadedEntry> entries_;
};

}  // namespace

std::span<const TransformRow> transform_table() noexcept { return kTransforms; }

std::vector<LoadedEntry> load_entries(std::span<const TextFile> files, FieldTable& table,
                                      std::vector<Diagnostic>& diagnostics, const LogsourceLimits& limits) {
  Loader loader(table, diagnostics, limits);
  for (const TextFile& file : files) loader.file(file);
  return std::move(loader).take();
}

}  // namespace stopwarden::sigma
