// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/parse.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "detect/sigma/limits.h"

namespace stopwarden::sigma {
namespace {

using MaybeYaml = const YamlNode*;

Problem problem(std::string_view code, const YamlNode& at, std::string message) {
  return {code, at.line, at.column, std::move(message)};
}

std::string without_blanks(std::string_view s) {
  std::string out;
  for (const char c : s)
    if (c != ' ' && c != '\t') out.push_back(c);
  return out;
}

/// A scalar, or the scalars of a list joined by ", ".
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

bool is_uuid(std::string_view s) noexcept {
  if (s.size() != 36) return false;
  for (std::size_t i = 0; i < s.size(); ++i) {
    const char c = fold_ascii(s[i]);
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? c != '-' : !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) return false;
  }
  return true;
}

class Reader {
 public:
  Reader(const std::string& file, AstRule& out, std::vector<Diagnostic>& warnings)
      : file_(file), out_(out), warnings_(warnings) {}

  MaybeProblem read(const YamlNode& root) {
    if (!root.is_map()) return problem(code::not_a_map, root, "the document is not a map of keys to values");
    read_info(root);
    if (root.find("correlation") != nullptr)
      return problem(code::correlation, *root.find("correlation"), "correlation rules come with a later version");
    if (root.find("filter") != nullptr && root.find("detection") == nullptr)
      return problem(code::filter, *root.find("filter"), "filter documents come with a later version");
    if (auto p = check_info(root)) return p;
    if (auto p = read_logsource(root)) return p;
    return read_detection(root);
  }

 private:
  void warn(std::string_view code, const YamlNode& at, std::string message) {
    warnings_.push_back({Diagnostic::Severity::warning, code, file_, at.line, at.column, std::move(message)});
  }

  void read_info(const YamlNode& root) {
    RuleInfo& info = out_.info;
    info.file = file_;
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

  MaybeProblem check_info(const YamlNode& root) {
    const MaybeYaml title = root.find("title");
    if (title == nullptr || title->is_null()) return problem(code::no_title, root, "the rule has no title");
    if (!title->is_scalar()) return problem(code::wrong_type, *title, "'title' must be a text");
    if (title->text.size() > 256 && std::count_if(title->text.begin(), title->text.end(), [](char c) {
                                      return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
                                    }) > 256)
      warn(code::long_title, *title, "the title is longer than 256 characters");
    if (const MaybeYaml taxonomy = root.find("taxonomy");
        taxonomy != nullptr && !equal_ignore_ascii_case(text_of(taxonomy), "sigma"))
      return problem(code::bad_taxonomy, *taxonomy, "the taxonomy '" + text_of(taxonomy) + "' is not known here");
    if (const MaybeYaml level = root.find("level"); level != nullptr && !level->is_null())
      if (!level->is_scalar() || !parse_level(level->text, out_.info.level))
        return problem(code::bad_level, *level, "'" + text_of(level) + "' is no level");
    if (const MaybeYaml id = root.find("id"); id != nullptr && !id->is_null()) {
      if (!id->is_scalar()) return problem(code::wrong_type, *id, "'id' must be a text");
      if (!is_uuid(id->text)) warn(code::bad_id, *id, "the id '" + id->text + "' is not a UUID");
    }
    if (const MaybeYaml status = root.find("status"); status != nullptr && !status->is_null()) {
      const std::string s = fold_ascii(text_of(status));
      if (s != "stable" && s != "test" && s != "experimental" && s != "deprecated" && s != "unsupported")
        warn(code::bad_status, *status, "'" + text_of(status) + "' is no status");
    }
    return std::nullopt;
  }

  MaybeProblem read_logsource(const YamlNode& root) {
    const MaybeYaml source = root.find("logsource");
    if (source == nullptr || source->is_null()) return problem(code::no_logsource, root, "the rule has no logsource");
    if (!source->is_map()) return problem(code::wrong_type, *source, "'logsource' must be a map");
    const auto read = [&](std::string_view key, std::string& out) -> MaybeProblem {
      const MaybeYaml node = source->find(key);
      if (node == nullptr || node->is_null()) return std::nullopt;
      if (!node->is_scalar()) return problem(code::wrong_type, *node, "'" + std::string(key) + "' must be a text");
      out = fold_ascii(trim(node->text));
      return std::nullopt;
    };
    if (auto p = read("category", out_.logsource.category)) return p;
    if (auto p = read("product", out_.logsource.product)) return p;
    if (auto p = read("service", out_.logsource.service)) return p;
    if (out_.logsource.category.empty() && out_.logsource.product.empty() && out_.logsource.service.empty())
      return problem(code::no_logsource, *source, "the logsource has none of category, product, service");
    return std::nullopt;
  }

  MaybeProblem read_detection(const YamlNode& root) {
    const MaybeYaml detection = root.find("detection");
    if (detection == nullptr || detection->is_null())
      return problem(code::no_detection, root, "the rule has no detection");
    if (!detection->is_map()) return problem(code::wrong_type, *detection, "'detection' must be a map");
    MaybeYaml condition = nullptr;
    for (const auto& [key, value] : detection->entries) {
      if (key.text == "condition") {
        condition = &value;
      } else if (key.text == "timeframe") {
        warn(code::timeframe, key, "'timeframe' belongs to old correlations and is ignored");
      } else {
        AstSearch search{key.text, {}, key.line, key.column};
        if (auto p = read_search(key, value, search.detection)) return p;
        out_.searches.push_back(std::move(search));
      }
    }
    if (condition == nullptr || condition->is_null())
      return problem(code::no_condition, *detection, "the detection has no condition");
    if (out_.searches.empty()) return problem(code::no_detection, *detection, "the detection has no search");
    return read_conditions(*condition);
  }

  MaybeProblem read_conditions(const YamlNode& node) {
    if (node.is_sequence() && node.items.empty())
      return problem(code::no_condition, node, "the list of conditions is empty");
    if (node.is_map()) return problem(code::wrong_type, node, "'condition' must be a text or a list of texts");
    const std::span<const YamlNode> all =
        node.is_sequence() ? std::span<const YamlNode>(node.items) : std::span<const YamlNode>(&node, 1);
    for (const YamlNode& one : all) {
      if (!one.is_scalar()) return problem(code::wrong_type, one, "a condition must be a text");
      AstCondition condition{{}, one.line, one.column};
      if (auto p = parse_condition(one.text, condition.condition)) {
        p->message += " (column " + std::to_string(p->column) + " of the condition)";
        p->line = one.line;
        p->column = one.column;
        return p;
      }
      out_.conditions.push_back(std::move(condition));
    }
    return std::nullopt;
  }

  MaybeProblem read_search(const YamlNode& key, const YamlNode& value, AstDetection& out) {
    switch (value.kind) {
      case YamlNode::Kind::null: return problem(code::empty_search, key, "the search '" + key.text + "' is empty");
      case YamlNode::Kind::map: return read_map(value, out);
      case YamlNode::Kind::sequence: return read_list(value, out);
      case YamlNode::Kind::scalar: return read_keywords(std::span<const YamlNode>(&value, 1), value, out);
    }
    return std::nullopt;
  }

  MaybeProblem read_map(const YamlNode& map, AstDetection& out) {
    if (map.entries.empty()) return problem(code::empty_search, map, "the map is empty");
    out.kind = AstDetection::Kind::all;
    for (const auto& [key, value] : map.entries) {
      AstDetection part;
      part.item.line = key.line;
      part.item.column = key.column;
      read_key(key, part.item);
      if (auto p = read_values(value, part.item)) return p;
      out.parts.push_back(std::move(part));
    }
    return std::nullopt;
  }

  void read_key(const YamlNode& key, AstItem& item) {
    std::string_view rest = key.text;
    const std::size_t pipe = rest.find('|');
    const std::string_view field = rest.substr(0, pipe);
    item.field = without_blanks(field);
    if (item.field.size() != field.size())
      warn(code::field_blanks, key, "blanks are stripped from the field name '" + std::string(field) + "'");
    while (rest.find('|') != std::string_view::npos) {
      rest.remove_prefix(rest.find('|') + 1);
      item.modifiers.emplace_back(trim(rest.substr(0, rest.find('|'))));
    }
  }

  /// The values of an item; nested lists are written out.
  MaybeProblem read_values(const YamlNode& node, AstItem& item) {
    if (node.is_map()) return problem(code::wrong_type, node, "a value must be a text, a number or a list of them");
    if (!node.is_sequence()) {
      item.values.push_back({scalar_type(node), node.text, node.line, node.column});
      return check_value(node);
    }
    if (node.items.empty()) return problem(code::empty_search, node, "the list of values is empty");
    for (const YamlNode& one : node.items)
      if (auto p = read_values(one, item)) return p;
    return std::nullopt;
  }

  MaybeProblem check_value(const YamlNode& node) {
    if (node.text.size() > kRuleLimits.value_bytes_max)
      return problem(code::rule_limit, node,
                     "the value has " + std::to_string(node.text.size()) + " bytes, the limit is " +
                         std::to_string(kRuleLimits.value_bytes_max));
    if (!node.quoted && node.text.size() > 2 && node.text[0] == '0' && node.text[1] == 'x' && parse_hex(node.text))
      warn(code::hex_text, node, "'" + node.text + "' is compared as text: put it in quotes");
    return std::nullopt;
  }

  MaybeProblem read_keywords(std::span<const YamlNode> values, const YamlNode& at, AstDetection& out) {
    out.kind = AstDetection::Kind::item;
    out.item.line = at.line;
    out.item.column = at.column;
    for (const YamlNode& value : values)
      if (auto p = read_values(value, out.item)) return p;
    return std::nullopt;
  }

  /// A list of keywords, of maps, or of both: any of them.
  MaybeProblem read_list(const YamlNode& list, AstDetection& out) {
    if (list.items.empty()) return problem(code::empty_search, list, "the list is empty");
    out.kind = AstDetection::Kind::any;
    AstDetection keywords;
    keywords.item.line = list.items.front().line;
    keywords.item.column = list.items.front().column;
    for (const YamlNode& one : list.items) {
      if (one.is_scalar() || one.is_null()) {
        if (auto p = read_values(one, keywords.item)) return p;
        continue;
      }
      AstDetection part;
      if (auto p = one.is_map() ? read_map(one, part) : read_list(one, part)) return p;
      out.parts.push_back(std::move(part));
    }
    if (!keywords.item.values.empty()) out.parts.push_back(std::move(keywords));
    return std::nullopt;
  }

  const std::string& file_;
  AstRule& out_;
  std::vector<Diagnostic>& warnings_;
};

/// `over` wins; maps are merged key by key, all else is replaced.
void merge(const YamlNode& base, YamlNode& over) {
  if (!base.is_map() || !over.is_map()) return;
  for (const auto& [key, value] : base.entries) {
    const auto same = std::find_if(over.entries.begin(), over.entries.end(),
                                   [&k = key](const auto& entry) { return entry.first.text == k.text; });
    if (same == over.entries.end())
      over.entries.emplace_back(key, value);
    else
      merge(value, same->second);
  }
}

void remove_action(YamlNode& map) {
  std::erase_if(map.entries, [](const auto& entry) { return entry.first.text == "action"; });
}

}  // namespace

MaybeProblem parse_rule(const YamlNode& document, const std::string& file, AstRule& out,
                        std::vector<Diagnostic>& warnings) {
  return Reader(file, out, warnings).read(document);
}

ActionMerger::Next ActionMerger::take(YamlNode& document) {
  if (!document.is_map()) return Next::parse;
  const MaybeYaml action = document.find("action");
  const std::string what = text_of(action);
  if (what == "reset") {
    global_ = {};
    shares_id_ = false;
    return Next::skip;
  }
  if (what == "global") {
    remove_action(document);
    merge(global_, document);
    global_ = std::move(document);
    shares_id_ = global_.find("id") != nullptr;
    return Next::skip;
  }
  if (action != nullptr && what != "repeat") return Next::bad;
  if (what == "repeat") {
    remove_action(document);
    merge(last_, document);
  } else {
    merge(global_, document);
  }
  last_ = document;
  return Next::parse;
}

}  // namespace stopwarden::sigma
