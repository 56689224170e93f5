// SPDX-License-Identifier: Apache-2.0
// `correlation:` of a document. Spec: correlation rules specification v2.1.0, with `value_median` and `percentile` as
// pySigma has them, and conditions over rule names as v2.2.0 will have them (SEP 198).
#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"
#include "detect/sigma/parse.h"
#include "detect/sigma/parse_info.h"

namespace stopwarden::sigma {
namespace {

constexpr std::array kTypes{
    CorrelationType::event_count,  CorrelationType::value_count,      CorrelationType::temporal,
    CorrelationType::value_sum,    CorrelationType::value_avg,        CorrelationType::temporal_ordered,
    CorrelationType::value_median, CorrelationType::value_percentile,
};

struct Operator {
  std::string_view name;
  Bound::Op op;
};
constexpr std::array kOperators{
    Operator{"lt", Bound::Op::lt},   Operator{"lte", Bound::Op::lte}, Operator{"gt", Bound::Op::gt},
    Operator{"gte", Bound::Op::gte}, Operator{"eq", Bound::Op::eq},   Operator{"neq", Bound::Op::neq},
};

struct Unit {
  char letter;
  std::int64_t seconds;
};
/// Months and years as pySigma has them: averages of the calendar.
constexpr std::array kUnits{
    Unit{'s', 1},       Unit{'m', 60},        Unit{'h', 3600},       Unit{'d', 86'400},
    Unit{'w', 604'800}, Unit{'M', 2'629'746}, Unit{'y', 31'556'952},
};

bool counts_values(CorrelationType type) noexcept { return type != CorrelationType::event_count && !is_temporal(type); }

class Reader {
 public:
  Reader(AstCorrelation& out, std::vector<Diagnostic>& warnings) : out_(out), warnings_(warnings) {}

  MaybeProblem read(const YamlNode& root, const std::string& file) {
    read_info(root, file, out_.info);
    if (auto p = check_info(root, ForeignTaxonomy::warn, out_.info, warnings_)) return p;
    const YamlNode& body = *root.find("correlation");
    out_.line = body.line;
    out_.column = body.column;
    if (!body.is_map()) return problem(code::wrong_type, body, "'correlation' must be a map");
    if (auto p = read_generate(root, out_.generate)) return p;
    if (auto p = read_generate(body, out_.generate)) return p;
    if (auto p = check_keys(body)) return p;
    if (auto p = read_type(body)) return p;
    if (auto p = read_condition(body)) return p;
    if (auto p = read_rules(body)) return p;
    if (auto p = read_group_by(body)) return p;
    if (auto p = read_timespan(body)) return p;
    return read_aliases(body);
  }

 private:
  static MaybeProblem check_keys(const YamlNode& body) {
    static constexpr std::array<std::string_view, 7> kKeys{"type",      "rules",   "group-by", "timespan",
                                                           "condition", "aliases", "generate"};
    for (const auto& [key, value] : body.entries)
      if (std::find(kKeys.begin(), kKeys.end(), key.text) == kKeys.end())
        return problem(code::correlation_key, key, "a correlation has no key '" + key.text + "'");
    return std::nullopt;
  }

  MaybeProblem read_type(const YamlNode& body) {
    const MaybeYaml node = body.find("type");
    if (node == nullptr || node->is_null()) return problem(code::correlation_type, body, "the correlation has no type");
    for (const CorrelationType type : kTypes) {
      if (!node->is_scalar() || !equal_ignore_ascii_case(trim(node->text), correlation_type_name(type))) continue;
      out_.type = type;
      return std::nullopt;
    }
    return problem(code::correlation_type, *node, "'" + text_of(node) + "' is no type of correlation");
  }

  MaybeProblem read_rules(const YamlNode& body) {
    const MaybeYaml node = body.find("rules");
    if (node != nullptr && !node->is_null()) {
      if (node->is_map()) return problem(code::wrong_type, *node, "'rules' must be an id, a name or a list of them");
      if (auto p = read_references(*node, out_.references)) return p;
    }
    if (out_.references.empty() && !out_.condition)
      return problem(code::no_rules, node == nullptr ? body : *node, "the correlation names no rules");
    if (out_.references.size() > kCorrelationLimits.rules_max)
      return problem(code::correlation_limit, *node,
                     "the correlation names " + std::to_string(out_.references.size()) + " rules, the limit is " +
                         std::to_string(kCorrelationLimits.rules_max));
    return std::nullopt;
  }

  MaybeProblem read_field_names(const YamlNode& node, std::string_view key, std::vector<std::string>& out) {
    const std::span<const YamlNode> all =
        node.is_sequence() ? std::span<const YamlNode>(node.items) : std::span<const YamlNode>(&node, 1);
    for (const YamlNode& one : all) {
      std::string name = one.is_scalar() ? without_blanks(one.text) : std::string{};
      if (name.empty())
        return problem(code::wrong_type, one, "'" + std::string(key) + "' must be a field or a list of fields");
      out.push_back(std::move(name));
    }
    if (out.size() > kCorrelationLimits.fields_max)
      return problem(
          code::correlation_limit, node,
          "'" + std::string(key) + "' has more than " + std::to_string(kCorrelationLimits.fields_max) + " fields");
    return std::nullopt;
  }

  MaybeProblem read_group_by(const YamlNode& body) {
    const MaybeYaml node = body.find("group-by");
    if (node == nullptr || node->is_null()) return std::nullopt;
    return read_field_names(*node, "group-by", out_.group_by);
  }

  MaybeProblem read_timespan(const YamlNode& body) {
    const MaybeYaml node = body.find("timespan");
    if (node == nullptr || node->is_null()) return problem(code::bad_timespan, body, "the correlation has no timespan");
    const std::string_view text = node->is_scalar() ? trim(node->text) : std::string_view{};
    const auto unit = std::find_if(kUnits.begin(), kUnits.end(),
                                   [text](const Unit& u) { return !text.empty() && u.letter == text.back(); });
    const auto count = unit == kUnits.end() ? std::nullopt : parse_unsigned(text.substr(0, text.size() - 1));
    if (!count || *count == 0)
      return problem(code::bad_timespan, *node,
                     "'" + text_of(node) + "' is no timespan: a number and one of s, m, h, d, w, M, y");
    if (*count > static_cast<std::uint64_t>(kCorrelationLimits.timespan_seconds_max / unit->seconds))
      return problem(code::correlation_limit, *node, "the timespan is longer than a hundred years");
    out_.timespan = std::chrono::seconds(static_cast<std::int64_t>(*count) * unit->seconds);
    return std::nullopt;
  }

  MaybeProblem read_condition(const YamlNode& body) {
    const MaybeYaml node = body.find("condition");
    if (node == nullptr || node->is_null()) {
      if (is_temporal(out_.type)) return std::nullopt;  // all rules
      return problem(code::correlation_condition, body, "the correlation has no condition");
    }
    if (node->is_map()) return read_bounds(*node);
    if (!node->is_scalar() || !is_temporal(out_.type))
      return problem(code::correlation_condition, *node,
                     "the condition must be a map such as `gte: 10`; only temporal types may name rules in it");
    out_.condition.emplace();
    out_.condition->line = node->line;
    out_.condition->column = node->column;
    if (auto p = parse_condition(node->text, out_.condition->condition)) {
      p->message += " (column " + std::to_string(p->column) + " of the condition)";
      p->line = node->line;
      p->column = node->column;
      return p;
    }
    return std::nullopt;
  }

  MaybeProblem read_bounds(const YamlNode& map) {
    MaybeYaml field = nullptr;
    for (const auto& [key, value] : map.entries) {
      if (key.text == "field") {
        field = &value;
      } else if (key.text == "percentile" && out_.type == CorrelationType::value_percentile) {
        const auto percentile = value.is_scalar() ? parse_decimal(trim(value.text)) : std::nullopt;
        if (!percentile || *percentile < Decimal{0, 0} || *percentile > Decimal{100, 0})
          return problem(code::correlation_condition, value, "'percentile' must be a number from 0 to 100");
        out_.percentile = percentile;
      } else if (auto p = read_bound(key, value)) {
        return p;
      }
    }
    if (out_.bounds.empty())
      return problem(code::correlation_condition, map, "the condition has none of lt, lte, gt, gte, eq, neq");
    return read_value_fields(map, field);
  }

  MaybeProblem read_bound(const YamlNode& key, const YamlNode& value) {
    const auto known =
        std::find_if(kOperators.begin(), kOperators.end(), [&k = key](const Operator& o) { return o.name == k.text; });
    if (known == kOperators.end())
      return problem(
          code::correlation_key, key,
          "'" + key.text + "' cannot stand in the condition of a " + std::string(correlation_type_name(out_.type)));
    const auto number = value.is_scalar() ? parse_decimal(trim(value.text)) : std::nullopt;
    if (!number)
      return problem(code::correlation_condition, value,
                     "'" + key.text + "' needs a number, not '" + text_of(&value) + "'");
    out_.bounds.push_back({known->op, *number});
    return std::nullopt;
  }

  MaybeProblem read_value_fields(const YamlNode& map, MaybeYaml field) {
    const std::string type(correlation_type_name(out_.type));
    if (!counts_values(out_.type)) {
      if (field == nullptr) return std::nullopt;
      return problem(code::correlation_field, *field, "a " + type + " does not look at a field");
    }
    if (field == nullptr || field->is_null())
      return problem(code::correlation_field, map, "a " + type + " needs a 'field' in its condition");
    if (auto p = read_field_names(*field, "field", out_.fields)) return p;
    if (out_.fields.empty() || (out_.fields.size() > 1 && !takes_tuples(out_.type, out_.percentile.has_value())))
      return problem(code::correlation_field, *field, "a " + type + " needs one field");
    return std::nullopt;
  }

  MaybeProblem read_aliases(const YamlNode& body) {
    const MaybeYaml node = body.find("aliases");
    if (node == nullptr || node->is_null()) return std::nullopt;
    if (!node->is_map()) return problem(code::bad_alias, *node, "'aliases' must be a map");
    for (const auto& [alias, rules] : node->entries) {
      if (!rules.is_map())
        return problem(code::bad_alias, rules, "the alias '" + alias.text + "' must be a map of rules to fields");
      for (const auto& [rule, field] : rules.entries) {
        std::string name = field.is_scalar() ? without_blanks(field.text) : std::string{};
        if (name.empty())
          return problem(code::bad_alias, field, "the alias '" + alias.text + "' needs a field of '" + rule.text + "'");
        out_.aliases.push_back({without_blanks(alias.text), {rule.text, rule.line, rule.column}, std::move(name)});
        if (out_.aliases.size() > kCorrelationLimits.aliases_max)
          return problem(code::correlation_limit, rule, "the correlation has too many aliases");
      }
    }
    return std::nullopt;
  }

  AstCorrelation& out_;
  std::vector<Diagnostic>& warnings_;
};

}  // namespace

MaybeProblem parse_correlation(const YamlNode& document, const std::string& file, AstCorrelation& out,
                               std::vector<Diagnostic>& warnings) {
  return Reader(out, warnings).read(document, file);
}

}  // namespace stopwarden::sigma
