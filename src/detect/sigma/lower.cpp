// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/lower.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "base/text.h"
#include "detect/sigma/limits.h"
#include "detect/sigma/modifiers.h"

namespace stopwarden::sigma {
namespace {

constexpr std::string_view kThem = "them";

class Lowering {
 public:
  Lowering(const AstRule& ast, const Placeholders& placeholders, FieldTable& table, Rule& out,
           std::vector<Diagnostic>& warnings)
      : ast_(ast), placeholders_(placeholders), table_(table), out_(out), warnings_(warnings) {}

  MaybeProblem run() {
    for (const AstSearch& search : ast_.searches) {
      std::uint32_t node = 0;
      if (auto problem = detection(search.detection, node)) return problem;
      searches_.push_back(node);
    }
    used_.assign(searches_.size(), false);
    std::vector<std::uint32_t> roots;
    for (const AstCondition& one : ast_.conditions) {
      std::uint32_t node = 0;
      if (auto problem = condition(one, one.condition, node)) return problem;
      roots.push_back(node);
    }
    if (auto problem = join(Node::Kind::any, std::move(roots), out_.root)) return problem;
    for (std::size_t i = 0; i < used_.size(); ++i)
      if (!used_[i])
        warn({code::unused_search, ast_.searches[i].line, ast_.searches[i].column,
              "the condition does not use the search '" + ast_.searches[i].name + "'"});
    return std::nullopt;
  }

 private:
  void warn(Problem p) {
    warnings_.push_back(
        {Diagnostic::Severity::warning, p.code, ast_.info.file, p.line, p.column, std::move(p.message)});
  }

  MaybeProblem add(Node node, std::uint32_t& at) {
    edges_ += 1 + node.children.size();
    if (edges_ > kRuleLimits.nodes_max)
      return Problem{code::rule_limit, ast_.info.line, 0, "the condition comes to too many parts"};
    at = static_cast<std::uint32_t>(out_.nodes.size());
    out_.nodes.push_back(std::move(node));
    return std::nullopt;
  }
  MaybeProblem join(Node::Kind kind, std::vector<std::uint32_t> children, std::uint32_t& at) {
    if (children.size() == 1 && kind != Node::Kind::negation) {
      at = children.front();
      return std::nullopt;
    }
    return add({kind, 0, std::move(children)}, at);
  }

  MaybeProblem detection(const AstDetection& d, std::uint32_t& at) {
    if (d.kind == AstDetection::Kind::item) return item(d.item, at);
    std::vector<std::uint32_t> children;
    for (const AstDetection& part : d.parts) {
      std::uint32_t child = 0;
      if (auto problem = detection(part, child)) return problem;
      children.push_back(child);
    }
    return join(d.kind == AstDetection::Kind::all ? Node::Kind::all : Node::Kind::any, std::move(children), at);
  }

  MaybeProblem item(const AstItem& ast, std::uint32_t& at) {
    Chain chain;
    if (auto problem = run_chain(ast, placeholders_, chain)) return problem;
    for (Problem& warning : chain.warnings) warn(std::move(warning));
    Item made;
    made.name = ast.field;
    made.link = chain.link;
    if (!ast.field.empty())
      if (auto problem = field(ast.field, ast.line, ast.column, made.field)) return problem;
    for (ChainValue& value : chain.values)
      if (auto problem = test(ast, chain, value, made)) return problem;
    check_list(ast, chain);
    tests_ += made.tests.size();
    if (tests_ > kRuleLimits.values_max)
      return Problem{code::rule_limit, ast.line, ast.column,
                     "the rule has more than " + std::to_string(kRuleLimits.values_max) + " values"};
    const auto index = static_cast<std::uint32_t>(out_.items.size());
    out_.items.push_back(std::move(made));
    if (auto problem = add({Node::Kind::item, index, {}}, at)) return problem;
    if (!chain.negated) return std::nullopt;
    return join(Node::Kind::negation, {at}, at);
  }

  void check_list(const AstItem& ast, const Chain& chain) {
    if (ast.values.size() > 1)
      for (const AstValue& value : ast.values)
        if (value.type == YamlType::null)
          warn({code::null_in_list, value.line, value.column, "null stands in a list of values"});
    if (chain.link == Item::Link::all && chain.values.size() == 1)
      warn({code::all_single, ast.line, ast.column, "'all' with a single value does nothing"});
  }

  MaybeProblem field(const std::string& name, std::uint32_t line, std::uint32_t column, std::optional<FieldId>& id) {
    id = table_.intern(name);
    if (!id) return Problem{code::too_many_fields, line, column, "no room for the field '" + name + "'"};
    return std::nullopt;
  }

  MaybeProblem test(const AstItem& ast, const Chain& chain, ChainValue& v, Item& made) {
    const auto fail = [&v](std::string_view code, std::string message) {
      return Problem{code, v.source->line, v.source->column, std::move(message)};
    };
    const bool keyword = ast.field.empty();
    const bool text = v.type == ValueType::string || v.type == ValueType::number || v.type == ValueType::boolean;
    if (keyword && !text && v.type != ValueType::regex)
      return fail(code::needs_field, std::string(type_name(v.type)) + " needs a field to be compared with");
    switch (v.type) {
      case ValueType::number:
        if (keyword) break;
        made.tests.emplace_back(NumberTest{canonical(v.number), v.source->text, v.number});
        return std::nullopt;
      case ValueType::string:
      case ValueType::boolean: break;
      case ValueType::null: made.tests.emplace_back(NullTest{}); return std::nullopt;
      case ValueType::exists: made.tests.emplace_back(ExistsTest{v.wanted}); return std::nullopt;
      case ValueType::cidr: made.tests.emplace_back(CidrTest{v.network}); return std::nullopt;
      case ValueType::compare: made.tests.emplace_back(CompareTest{v.op, v.number}); return std::nullopt;
      case ValueType::time: made.tests.emplace_back(TimeTest{v.part, v.op, v.number.integer}); return std::nullopt;
      case ValueType::regex: return regex_test(v, made);
      case ValueType::field_ref: return field_ref_test(v, made);
    }
    if (keyword && !chain.anchored) {
      add_any_front(v.pattern);
      add_any_back(v.pattern);
    }
    finish(v.pattern);
    if (v.pattern.shape == Pattern::Shape::anything && (keyword || v.source->text.empty()))
      warn({code::matches_all, v.source->line, v.source->column, "the value matches whatever the field holds"});
    made.tests.emplace_back(std::move(v.pattern));
    return std::nullopt;
  }

  /// As sources write numbers: integers decimal without sign or zeros in front.
  static std::string canonical(const Number& n) { return n.is_integer ? std::to_string(n.integer) : std::string{}; }

  MaybeProblem regex_test(const ChainValue& v, Item& made) {
    std::string expression = v.text, error;
    if (!v.any_before || !v.any_after) expression = "(?:" + expression + ")";
    if (!v.any_before) expression.insert(0, "\\A");
    if (!v.any_after) expression += "\\z";
    auto regex = Regex::compile(expression, v.flags, error);
    if (!regex)
      return Problem{code::bad_regex, v.source->line, v.source->column, "the regular expression is wrong: " + error};
    made.tests.emplace_back(RegexTest{std::move(regex)});
    return std::nullopt;
  }

  MaybeProblem field_ref_test(const ChainValue& v, Item& made) {
    std::optional<FieldId> id;
    if (auto problem = field(v.text, v.source->line, v.source->column, id)) return problem;
    made.tests.emplace_back(FieldRefTest{*id, v.any_before, v.any_after, v.case_match});
    return std::nullopt;
  }

  MaybeProblem condition(const AstCondition& at_file, const Condition& c, std::uint32_t& at) {
    switch (c.kind) {
      case Condition::Kind::search: return search(at_file, c, at);
      case Condition::Kind::any_of:
      case Condition::Kind::all_of: return of(at_file, c, at);
      case Condition::Kind::negation: {
        std::uint32_t part = 0;
        if (auto problem = condition(at_file, c.parts.front(), part)) return problem;
        return join(Node::Kind::negation, {part}, at);
      }
      case Condition::Kind::all:
      case Condition::Kind::any: {
        std::vector<std::uint32_t> children;
        for (const Condition& part : c.parts) {
          std::uint32_t child = 0;
          if (auto problem = condition(at_file, part, child)) return problem;
          children.push_back(child);
        }
        return join(c.kind == Condition::Kind::all ? Node::Kind::all : Node::Kind::any, std::move(children), at);
      }
    }
    std::abort();
  }

  MaybeProblem search(const AstCondition& at_file, const Condition& c, std::uint32_t& at) {
    for (std::size_t i = 0; i < searches_.size(); ++i) {
      if (ast_.searches[i].name != c.name) continue;
      used_[i] = true;
      at = searches_[i];
      return std::nullopt;
    }
    return Problem{code::unknown_search, at_file.line, at_file.column,
                   "the condition names '" + c.name + "', which is no search of the rule"};
  }

  MaybeProblem of(const AstCondition& at_file, const Condition& c, std::uint32_t& at) {
    std::vector<std::uint32_t> children;
    for (std::size_t i = 0; i < searches_.size(); ++i) {
      const std::string& name = ast_.searches[i].name;
      // `_name` is left out unless the pattern asks for it by its first letter.
      const bool hidden = name.starts_with('_') && !c.name.starts_with('_');
      if (hidden || (c.name != kThem && !fits_name_pattern(name, c.name))) continue;
      used_[i] = true;
      children.push_back(searches_[i]);
    }
    if (children.empty())
      return Problem{code::pattern_without_search, at_file.line, at_file.column,
                     "no search of the rule fits '" + c.name + "'"};
    return join(c.kind == Condition::Kind::all_of ? Node::Kind::all : Node::Kind::any, std::move(children), at);
  }

  const AstRule& ast_;
  const Placeholders& placeholders_;
  FieldTable& table_;
  Rule& out_;
  std::vector<Diagnostic>& warnings_;
  std::vector<std::uint32_t> searches_;
  std::vector<bool> used_;
  std::size_t edges_ = 0, tests_ = 0;
};

/// The EventIDs a node demands; nothing when it may be true with any.
using Ids = std::optional<std::vector<std::uint32_t>>;

Ids ids_of_item(const Item& item, FieldId event_id) {
  if (item.field != event_id || item.link == Item::Link::all) return std::nullopt;
  std::vector<std::uint32_t> out;
  for (const Test& test : item.tests) {
    std::string_view text;
    if (const auto* number = std::get_if<NumberTest>(&test))
      text = number->canonical;
    else if (const auto* pattern = std::get_if<Pattern>(&test); pattern && pattern->shape == Pattern::Shape::equals)
      text = pattern->needle;
    const auto id = parse_unsigned(text);
    if (!id || *id > 0xFFFFFFFF) return std::nullopt;
    out.push_back(static_cast<std::uint32_t>(*id));
  }
  std::sort(out.begin(), out.end());
  return out;
}

Ids ids_of_node(const Node& node, const std::vector<Ids>& known) {
  Ids out;
  for (const std::uint32_t child : node.children) {
    const Ids& ids = known[child];
    if (node.kind == Node::Kind::any) {
      if (!ids) return std::nullopt;
      if (!out) out.emplace();
      std::vector<std::uint32_t> both;
      std::set_union(out->begin(), out->end(), ids->begin(), ids->end(), std::back_inserter(both));
      out = std::move(both);
    } else if (ids && !out) {
      out = ids;
    } else if (ids) {
      std::vector<std::uint32_t> both;
      std::set_intersection(out->begin(), out->end(), ids->begin(), ids->end(), std::back_inserter(both));
      out = std::move(both);
    }
  }
  return out;
}

}  // namespace

MaybeProblem lower_rule(const AstRule& ast, const Placeholders& placeholders, FieldTable& table, Rule& out,
                        std::vector<Diagnostic>& warnings) {
  return Lowering(ast, placeholders, table, out, warnings).run();
}

MaybeProblem lower_filter(const AstFilter& filter, const Placeholders& placeholders, FieldTable& table, Rule& rule,
                          std::vector<Diagnostic>& warnings) {
  const bool alone = rule.nodes.empty();
  const std::uint32_t before = rule.root;
  if (auto problem = lower_rule(filter.rule, placeholders, table, rule, warnings)) return problem;
  if (alone) return std::nullopt;
  rule.nodes.push_back({Node::Kind::all, 0, {before, rule.root}});
  rule.root = static_cast<std::uint32_t>(rule.nodes.size() - 1);
  return std::nullopt;
}

std::size_t count_tests(const Rule& rule) noexcept {
  std::size_t n = 0;
  for (const Item& item : rule.items) n += item.tests.size();
  return n;
}

bool never_by_event_id(const Rule& rule, FieldId event_id) {
  std::vector<Ids> known;
  known.reserve(rule.nodes.size());
  for (const Node& node : rule.nodes) {
    if (node.kind == Node::Kind::item)
      known.push_back(ids_of_item(rule.items[node.item], event_id));
    else if (node.kind == Node::Kind::negation)
      known.emplace_back(std::nullopt);
    else
      known.push_back(ids_of_node(node, known));
  }
  const Ids& demanded = known[rule.root];
  if (!demanded || rule.selectors.empty()) return false;
  for (const SourceSelector* selector : rule.selectors) {
    if (selector->event_ids.empty()) return false;
    for (const std::uint32_t id : *demanded)
      if (std::binary_search(selector->event_ids.begin(), selector->event_ids.end(), id)) return false;
  }
  return true;
}

}  // namespace stopwarden::sigma
