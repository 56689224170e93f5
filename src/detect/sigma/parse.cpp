// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/parse.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "detect/sigma/limits.h"
#include "detect/sigma/parse_info.h"

namespace stopwarden::sigma {
namespace {

class Reader {
 public:
  Reader(const std::string& file, AstRule& out, std::vector<Diagnostic>& warnings)
      : file_(file), out_(out), warnings_(warnings) {}

  MaybeProblem read_rule(const YamlNode& root) {
    if (!root.is_map()) return problem(code::not_a_map, root, "the document is not a map of keys to values");
    read_info(root, file_, out_.info);
    if (auto p = check_info(root, ForeignTaxonomy::reject, out_.info, warnings_)) return p;
    if (auto p = read_generate(root, out_.generate)) return p;
    if (auto p = read_logsource(root)) return p;
    const MaybeYaml detection = root.find("detection");
    if (detection == nullptr || detection->is_null())
      return problem(code::no_detection, root, "the rule has no detection");
    if (!detection->is_map()) return problem(code::wrong_type, *detection, "'detection' must be a map");
    return read_detection(*detection, {});
  }

  MaybeProblem read_filter(const YamlNode& root, AstFilter& filter) {
    read_info(root, file_, out_.info);
    if (auto p = check_info(root, ForeignTaxonomy::warn, out_.info, warnings_)) return p;
    if (auto p = read_logsource(root)) return p;
    const YamlNode& body = *root.find("filter");
    if (!body.is_map()) return problem(code::wrong_type, body, "'filter' must be a map");
    if (auto p = read_filtered_rules(body, filter)) return p;
    if (const MaybeYaml condition = body.find("condition"); condition != nullptr && condition->is_sequence())
      return problem(code::wrong_type, *condition, "the condition of a filter must be one text");
    return read_detection(body, "rules");
  }

 private:
  void warn(std::string_view code, const YamlNode& at, std::string message) {
    warnings_.push_back({Diagnostic::Severity::warning, code, file_, at.line, at.column, std::move(message)});
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

  /// `rules:` of a filter: ids or names, or `any` (`all`) or an empty list for every rule of its logsource.
  MaybeProblem read_filtered_rules(const YamlNode& body, AstFilter& filter) {
    const MaybeYaml rules = body.find("rules");
    if (rules == nullptr || rules->is_null())
      return problem(code::no_rules, body,
                     "the filter names no rules; write `rules: any` when it is for all of its logsource");
    if (rules->is_scalar() &&
        (equal_ignore_ascii_case(rules->text, "any") || equal_ignore_ascii_case(rules->text, "all"))) {
      filter.any_rule = true;
      return std::nullopt;
    }
    if (auto p = read_references(*rules, filter.references)) return p;
    filter.any_rule = filter.references.empty();
    return std::nullopt;
  }

  /// The map of searches and condition, but for one key of another meaning.
  MaybeProblem read_detection(const YamlNode& detection, std::string_view not_a_search) {
    MaybeYaml condition = nullptr;
    for (const auto& [key, value] : detection.entries) {
      if (key.text == "condition") {
        condition = &value;
      } else if (key.text == "timeframe") {
        warn(code::timeframe, key, "'timeframe' belongs to old correlations and is ignored");
      } else if (not_a_search.empty() || key.text != not_a_search) {
        AstSearch search{key.text, {}, key.line, key.column};
        if (auto p = read_search(key, value, search.detection)) return p;
        out_.searches.push_back(std::move(search));
      }
    }
    if (condition == nullptr || condition->is_null())
      return problem(code::no_condition, detection, "there is no condition");
    if (out_.searches.empty()) return problem(code::no_detection, detection, "there is no search");
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

DocumentKind kind_of(const YamlNode& document) noexcept {
  if (!document.is_map()) return DocumentKind::rule;
  const bool detection = document.find("detection") != nullptr, correlation = document.find("correlation") != nullptr,
             filter = document.find("filter") != nullptr;
  if (correlation) return detection || filter ? DocumentKind::several : DocumentKind::correlation;
  return filter && !detection ? DocumentKind::filter : DocumentKind::rule;
}

MaybeProblem read_references(const YamlNode& node, std::vector<AstReference>& out) {
  const std::span<const YamlNode> all =
      node.is_sequence() ? std::span<const YamlNode>(node.items) : std::span<const YamlNode>(&node, 1);
  for (const YamlNode& one : all) {
    if (!one.is_scalar() || trim(one.text).empty())
      return problem(code::wrong_type, one, "a rule is named by its id or its name");
    out.push_back({std::string(trim(one.text)), one.line, one.column});
  }
  return std::nullopt;
}

MaybeProblem parse_rule(const YamlNode& document, const std::string& file, AstRule& out,
                        std::vector<Diagnostic>& warnings) {
  return Reader(file, out, warnings).read_rule(document);
}

MaybeProblem parse_filter(const YamlNode& document, const std::string& file, AstFilter& out,
                          std::vector<Diagnostic>& warnings) {
  return Reader(file, out.rule, warnings).read_filter(document, out);
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
