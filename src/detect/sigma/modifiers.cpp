// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/modifiers.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "base/text.h"
#include "detect/sigma/encode.h"
#include "detect/sigma/limits.h"

namespace stopwarden::sigma {
namespace {

using Out = std::vector<ChainValue>;
using Place = ModifierRow::Place;

constexpr std::uint16_t bit(ValueType t) noexcept { return static_cast<std::uint16_t>(t); }
constexpr std::uint16_t kString = bit(ValueType::string);
constexpr std::uint16_t kRegex = bit(ValueType::regex);
constexpr std::uint16_t kMatchable = kString | kRegex | bit(ValueType::field_ref);
constexpr std::uint16_t kNumber = bit(ValueType::number);

Problem fail(std::string_view code, const ChainValue& v, std::string message) {
  return {code, v.source->line, v.source->column, std::move(message)};
}
MaybeProblem keep(ChainValue& v, Out& out) {
  out.push_back(std::move(v));
  return std::nullopt;
}

bool read_number(std::string_view text, Number& out) noexcept {
  if (text.starts_with('+')) text.remove_prefix(1);
  if (const auto i = parse_integer(text)) {
    out = {true, *i, static_cast<double>(*i)};
    return true;
  }
  if (const auto d = parse_number(text)) {
    out = {false, 0, *d};
    return true;
  }
  return false;
}

// ---- string, regex, field_ref ----

MaybeProblem anchor(ChainValue& v, Out& out, bool any_before, bool any_after) {
  if (v.type == ValueType::string) {
    if (any_before) add_any_front(v.pattern);
    if (any_after) add_any_back(v.pattern);
  } else if (v.type == ValueType::regex) {
    v.any_before = any_before;
    v.any_after = any_after;
  } else {
    v.any_before = v.any_before || any_before;
    v.any_after = v.any_after || any_after;
  }
  return keep(v, out);
}
MaybeProblem apply_startswith(Chain& c, ChainValue& v, Out& out) {
  c.anchored = true;
  return anchor(v, out, false, true);
}
MaybeProblem apply_endswith(Chain& c, ChainValue& v, Out& out) {
  c.anchored = true;
  return anchor(v, out, true, false);
}
MaybeProblem apply_contains(Chain& c, ChainValue& v, Out& out) {
  c.anchored = true;
  return anchor(v, out, true, true);
}
MaybeProblem apply_cased(Chain&, ChainValue& v, Out& out) {
  v.pattern.case_match = v.case_match = CaseMatch::exact;
  return keep(v, out);
}
MaybeProblem apply_windash(Chain&, ChainValue& v, Out& out) {
  mark_dashes(v.pattern);
  return keep(v, out);
}

/// The encodings work on bytes, so dashes of windash are spelt out first.
MaybeProblem spelt_out(ChainValue& v, Out& out, MaybeProblem (*encode)(ChainValue& v, Out& out)) {
  std::vector<Pattern> patterns;
  if (!spell_out_dashes(v.pattern, kRuleLimits.dash_combinations_max, patterns))
    return fail(code::rule_limit, v, "too many dashes to combine 'windash' with an encoding");
  for (Pattern& p : patterns) {
    ChainValue one = v;
    one.pattern = std::move(p);
    if (auto problem = encode(one, out)) return problem;
  }
  return std::nullopt;
}
MaybeProblem bytes_of(const ChainValue& v, std::string& bytes) {
  if (!plain_text(v.pattern, bytes))
    return fail(code::wildcard, v, "base64 cannot be made of a value with wildcards or placeholders");
  if (bytes.empty()) return fail(code::too_short, v, "base64 of an empty value");
  return std::nullopt;
}
MaybeProblem encode_base64(ChainValue& v, Out& out) {
  std::string bytes;
  if (auto problem = bytes_of(v, bytes)) return problem;
  const CaseMatch case_match = v.pattern.case_match;
  v.pattern = literal_pattern(base64(bytes));
  v.pattern.case_match = case_match;
  return keep(v, out);
}
MaybeProblem encode_base64offset(ChainValue& v, Out& out) {
  std::string bytes;
  if (auto problem = bytes_of(v, bytes)) return problem;
  if (bytes.size() < 2) return fail(code::too_short, v, "one byte has no certain base64 text at every offset");
  for (std::string& text : base64_at_offsets(bytes)) {
    ChainValue one = v;
    one.pattern = literal_pattern(std::move(text));
    one.pattern.case_match = v.pattern.case_match;
    out.push_back(std::move(one));
  }
  return std::nullopt;
}
void to_utf16(Pattern& p, ByteOrder order) {
  for (PatternToken& token : p.tokens)
    if (token.kind == PatternToken::Kind::text) token.text = utf8_to_utf16(token.text, order);
}
MaybeProblem encode_utf16le(ChainValue& v, Out& out) {
  to_utf16(v.pattern, ByteOrder::little);
  return keep(v, out);
}
MaybeProblem encode_utf16be(ChainValue& v, Out& out) {
  to_utf16(v.pattern, ByteOrder::big);
  return keep(v, out);
}
MaybeProblem encode_utf16(ChainValue& v, Out& out) {
  to_utf16(v.pattern, ByteOrder::little);
  v.pattern.tokens.insert(v.pattern.tokens.begin(), {PatternToken::Kind::text, "\xFF\xFE"});
  return keep(v, out);
}
MaybeProblem apply_base64(Chain&, ChainValue& v, Out& out) { return spelt_out(v, out, encode_base64); }
MaybeProblem apply_base64offset(Chain&, ChainValue& v, Out& out) { return spelt_out(v, out, encode_base64offset); }
MaybeProblem apply_utf16le(Chain&, ChainValue& v, Out& out) { return spelt_out(v, out, encode_utf16le); }
MaybeProblem apply_utf16be(Chain&, ChainValue& v, Out& out) { return spelt_out(v, out, encode_utf16be); }
MaybeProblem apply_utf16(Chain&, ChainValue& v, Out& out) { return spelt_out(v, out, encode_utf16); }

MaybeProblem apply_re(Chain&, ChainValue& v, Out& out) {
  v.type = ValueType::regex;
  v.text = v.source->text;
  v.any_before = v.any_after = true;
  return keep(v, out);
}
MaybeProblem apply_i(Chain&, ChainValue& v, Out& out) {
  v.flags.ignore_case = true;
  return keep(v, out);
}
MaybeProblem apply_m(Chain&, ChainValue& v, Out& out) {
  v.flags.multi_line = true;
  return keep(v, out);
}
MaybeProblem apply_s(Chain&, ChainValue& v, Out& out) {
  v.flags.dot_all = true;
  return keep(v, out);
}

MaybeProblem apply_fieldref(Chain&, ChainValue& v, Out& out) {
  std::string name;
  if (!plain_text(v.pattern, name)) return fail(code::wildcard, v, "a field's name cannot hold wildcards");
  std::erase_if(name, [](char c) { return c == ' ' || c == '\t'; });
  if (name.empty()) return fail(code::modifier_value, v, "'fieldref' needs the name of a field");
  v.type = ValueType::field_ref;
  v.text = std::move(name);
  v.case_match = v.pattern.case_match;
  v.any_before = v.any_after = false;
  return keep(v, out);
}

// ---- expand ----

Problem unknown_placeholder(const ChainValue& v, std::string_view name) {
  return fail(code::unknown_placeholder, v,
              "the placeholder %" + std::string(name) + "% has no values; give them with --expand");
}
const std::vector<std::string>* find_placeholder(const Chain& c, std::string_view name) {
  const auto known = c.placeholders->find(name);
  return known == c.placeholders->end() || known->second.empty() ? nullptr : &known->second;
}

MaybeProblem expand_string(Chain& c, ChainValue& v, Out& out) {
  std::vector<Pattern> made(1);
  made.front().case_match = v.pattern.case_match;
  for (const PatternToken& token : v.pattern.tokens) {
    if (token.kind != PatternToken::Kind::placeholder) {
      for (Pattern& p : made) p.tokens.push_back(token);
      continue;
    }
    const auto* values = find_placeholder(c, token.text);
    if (values == nullptr) return unknown_placeholder(v, token.text);
    if (values->size() > kRuleLimits.expansions_max / made.size())
      return fail(code::rule_limit, v, "the placeholders of one value give too many combinations");
    std::vector<Pattern> longer;
    longer.reserve(made.size() * values->size());
    for (const Pattern& p : made) {
      for (const std::string& value : *values) {
        Pattern one = p;
        for (PatternToken& t : parse_pattern(value).tokens) one.tokens.push_back(std::move(t));
        longer.push_back(std::move(one));
      }
    }
    made = std::move(longer);
  }
  for (Pattern& p : made) {
    ChainValue one = v;
    one.pattern = std::move(p);
    out.push_back(std::move(one));
  }
  return std::nullopt;
}

/// In an expression a placeholder's value stands for itself, not for an expression.
MaybeProblem expand_regex(Chain& c, ChainValue& v, Out& out) {
  std::vector<std::string> made{std::string{}};
  std::string_view rest = v.text;
  while (!rest.empty()) {
    const bool escaped = rest.starts_with("\\%");
    if (escaped || (rest[0] == '\\' && rest.size() > 1)) {
      for (std::string& text : made) text += escaped ? "%" : rest.substr(0, 2);
      rest.remove_prefix(2);
      continue;
    }
    const std::size_t close = rest[0] == '%' ? rest.find('%', 1) : std::string_view::npos;
    if (close == std::string_view::npos || close == 1) {
      for (std::string& text : made) text += rest[0];
      rest.remove_prefix(1);
      continue;
    }
    const auto* values = find_placeholder(c, rest.substr(1, close - 1));
    if (values == nullptr) return unknown_placeholder(v, rest.substr(1, close - 1));
    if (values->size() > kRuleLimits.expansions_max / made.size())
      return fail(code::rule_limit, v, "the placeholders of one value give too many combinations");
    std::vector<std::string> longer;
    for (const std::string& text : made)
      for (const std::string& value : *values) longer.push_back(text + quote_for_regex(value));
    made = std::move(longer);
    rest.remove_prefix(close + 1);
  }
  for (std::string& text : made) {
    ChainValue one = v;
    one.text = std::move(text);
    out.push_back(std::move(one));
  }
  return std::nullopt;
}
MaybeProblem apply_expand(Chain& c, ChainValue& v, Out& out) {
  return v.type == ValueType::regex ? expand_regex(c, v, out) : expand_string(c, v, out);
}

// ---- numbers, times, addresses, presence ----

MaybeProblem compare(ChainValue& v, Out& out, CompareOp op) {
  v.op = op;
  if (v.type == ValueType::number) v.type = ValueType::compare;
  return keep(v, out);
}
MaybeProblem apply_lt(Chain&, ChainValue& v, Out& out) { return compare(v, out, CompareOp::less); }
MaybeProblem apply_lte(Chain&, ChainValue& v, Out& out) { return compare(v, out, CompareOp::less_equal); }
MaybeProblem apply_gt(Chain&, ChainValue& v, Out& out) { return compare(v, out, CompareOp::greater); }
MaybeProblem apply_gte(Chain&, ChainValue& v, Out& out) { return compare(v, out, CompareOp::greater_equal); }

MaybeProblem time_part(ChainValue& v, Out& out, TimePart part, std::int64_t min, std::int64_t max) {
  if (!v.number.is_integer || v.number.integer < min || v.number.integer > max)
    return fail(code::bad_number, v,
                "'" + v.source->text + "' is not between " + std::to_string(min) + " and " + std::to_string(max));
  v.part = part;
  v.type = ValueType::time;
  return keep(v, out);
}
MaybeProblem apply_minute(Chain&, ChainValue& v, Out& out) { return time_part(v, out, TimePart::minute, 0, 59); }
MaybeProblem apply_hour(Chain&, ChainValue& v, Out& out) { return time_part(v, out, TimePart::hour, 0, 23); }
MaybeProblem apply_day(Chain&, ChainValue& v, Out& out) { return time_part(v, out, TimePart::day, 1, 31); }
MaybeProblem apply_week(Chain&, ChainValue& v, Out& out) { return time_part(v, out, TimePart::week, 1, 53); }
MaybeProblem apply_month(Chain&, ChainValue& v, Out& out) { return time_part(v, out, TimePart::month, 1, 12); }
MaybeProblem apply_year(Chain&, ChainValue& v, Out& out) { return time_part(v, out, TimePart::year, 1678, 2261); }

MaybeProblem apply_cidr(Chain& c, ChainValue& v, Out& out) {
  std::string text;
  if (!plain_text(v.pattern, text)) return fail(code::wildcard, v, "a network cannot hold wildcards");
  const auto network = parse_network(text);
  if (!network) return fail(code::bad_cidr, v, "'" + text + "' is not a network such as 10.0.0.0/8 or fe80::/10");
  if (network->host_bits_set)
    c.warnings.push_back(fail(code::cidr_host_bits, v, "'" + text + "' has bits behind its prefix; they are ignored"));
  v.type = ValueType::cidr;
  v.network = *network;
  return keep(v, out);
}

MaybeProblem apply_exists(Chain&, ChainValue& v, Out& out) {
  v.wanted = equal_ignore_ascii_case(v.source->text, "true");
  v.type = ValueType::exists;
  return keep(v, out);
}

// ---- lists ----

MaybeProblem apply_all(Chain& c, ChainValue&, Out&) {
  c.link = Item::Link::all;
  return std::nullopt;
}
MaybeProblem apply_neq(Chain& c, ChainValue&, Out&) {
  c.negated = true;
  return std::nullopt;
}

constexpr std::uint16_t kCompared = kNumber | bit(ValueType::time);
constexpr std::uint16_t kTimed = kNumber | bit(ValueType::compare);
constexpr std::uint16_t kAll = 0xFFFF;

constexpr ModifierRow kModifiers[] = {
    {"all", kAll, Place::list, apply_all, "All values must match, not any of them"},
    {"neq", kAll, Place::list, apply_neq, "Negates the whole line: none of the values matches (with `all`: not all)"},
    {"startswith", kMatchable, Place::anywhere, apply_startswith, "At the beginning of the field"},
    {"endswith", kMatchable, Place::anywhere, apply_endswith, "At the end of the field"},
    {"contains", kMatchable, Place::anywhere, apply_contains, "Anywhere in the field"},
    {"cased", kString | bit(ValueType::field_ref), Place::anywhere, apply_cased, "Case matters"},
    {"exists", bit(ValueType::boolean), Place::alone, apply_exists, "The field is there (true) or not (false)"},
    {"windash", kString, Place::anywhere, apply_windash, "A flag's dash may be any of - / U+2013 U+2014 U+2015"},
    {"re", kString, Place::first, apply_re, "The value is a regular expression"},
    {"i", kRegex, Place::anywhere, apply_i, "Expression: case does not matter"},
    {"ignorecase", kRegex, Place::anywhere, apply_i, "Same as `i`"},
    {"m", kRegex, Place::anywhere, apply_m, "Expression: `^` and `$` match at every line"},
    {"multiline", kRegex, Place::anywhere, apply_m, "Same as `m`"},
    {"s", kRegex, Place::anywhere, apply_s, "Expression: `.` matches newlines too"},
    {"dotall", kRegex, Place::anywhere, apply_s, "Same as `s`"},
    {"base64", kString, Place::anywhere, apply_base64, "Base64 of the value's bytes"},
    {"base64offset", kString, Place::anywhere, apply_base64offset, "Base64 of the value at each of the three offsets"},
    {"utf16le", kString, Place::anywhere, apply_utf16le, "The value as UTF-16, little-endian"},
    {"wide", kString, Place::anywhere, apply_utf16le, "Same as `utf16le`"},
    {"utf16be", kString, Place::anywhere, apply_utf16be, "The value as UTF-16, big-endian"},
    {"utf16", kString, Place::anywhere, apply_utf16, "FF FE, then the value as UTF-16, little-endian"},
    {"lt", kCompared, Place::anywhere, apply_lt, "The field is a number less than the value"},
    {"lte", kCompared, Place::anywhere, apply_lte, "The field is a number less than or equal to the value"},
    {"gt", kCompared, Place::anywhere, apply_gt, "The field is a number greater than the value"},
    {"gte", kCompared, Place::anywhere, apply_gte, "The field is a number greater than or equal to the value"},
    {"minute", kTimed, Place::anywhere, apply_minute, "Minute of the field's time, 0 to 59"},
    {"hour", kTimed, Place::anywhere, apply_hour, "Hour of the field's time, 0 to 23"},
    {"day", kTimed, Place::anywhere, apply_day, "Day of the month of the field's time, 1 to 31"},
    {"week", kTimed, Place::anywhere, apply_week, "ISO 8601 week of the field's time, 1 to 53"},
    {"month", kTimed, Place::anywhere, apply_month, "Month of the field's time, 1 to 12"},
    {"year", kTimed, Place::anywhere, apply_year, "Year of the field's time"},
    {"cidr", kString, Place::first, apply_cidr, "The field is an address in this IPv4 or IPv6 network"},
    {"expand", kString | kRegex, Place::anywhere, apply_expand, "%name% stands for the values given with --expand"},
    {"fieldref", kString, Place::anywhere, apply_fieldref, "The value names another field; their values are compared"},
};

// ---- the chain ----

const ModifierRow* find_modifier(std::string_view name) noexcept {
  const auto row = std::find_if(std::begin(kModifiers), std::end(kModifiers),
                                [name](const ModifierRow& r) { return r.name == name; });
  return row == std::end(kModifiers) ? nullptr : row;
}

bool has_modifier(const AstItem& item, std::string_view name) noexcept {
  return std::find(item.modifiers.begin(), item.modifiers.end(), name) != item.modifiers.end();
}

ChainValue start_value(const AstValue& source, bool raw, PlaceholderSyntax placeholders) {
  ChainValue v;
  v.source = &source;
  switch (source.type) {
    case YamlType::null: v.type = ValueType::null; return v;
    case YamlType::boolean:
      v.type = ValueType::boolean;
      v.pattern = literal_pattern(fold_ascii(source.text));
      return v;
    case YamlType::integer:
    case YamlType::real:
      // A number that fits no 64 bits stays text, as in SQL and JSON tools it would lose digits.
      v.type = read_number(source.text, v.number) ? ValueType::number : ValueType::string;
      v.pattern = literal_pattern(source.text);
      return v;
    case YamlType::string: break;
  }
  if (!raw) v.pattern = parse_pattern(source.text, placeholders);
  return v;
}

/// Numbers under a string modifier are their text as written; numeric text under a comparison is a number.
bool convert(ChainValue& v, std::uint16_t accepts) {
  if ((bit(v.type) & accepts) != 0) return true;
  if ((accepts & kString) != 0 && (v.type == ValueType::number || v.type == ValueType::boolean)) {
    v.type = ValueType::string;
    return true;
  }
  if ((accepts & kNumber) != 0 && v.type == ValueType::string) {
    std::string text;
    if (plain_text(v.pattern, text) && read_number(text, v.number)) {
      v.type = ValueType::number;
      return true;
    }
  }
  return false;
}

MaybeProblem check_place(const Chain& c, const ModifierRow& row) {
  const auto fails = [&](std::string message) {
    return Problem{code::modifier_order, c.item->line, c.item->column, std::move(message)};
  };
  const std::string name = "'" + std::string(row.name) + "'";
  if (row.place == Place::list) return std::nullopt;
  if (c.last == "exists") return fails("'exists' must be the only modifier");
  if (c.last.empty()) return std::nullopt;
  if (row.place == Place::alone) return fails(name + " must be the only modifier");
  if (row.place == Place::first && !(row.name == "cidr" && c.last == "expand"))
    return fails(name + " must stand before all other modifiers");
  return std::nullopt;
}

MaybeProblem apply(Chain& c, const ModifierRow& row) {
  if (auto problem = check_place(c, row)) return problem;
  Out out;
  if (row.place == Place::list) {
    ChainValue none;
    return row.apply(c, none, out);
  }
  for (ChainValue& v : c.values) {
    const ValueType before = v.type;
    if (!convert(v, row.accepts))
      return fail(code::modifier_value, v,
                  "'" + std::string(row.name) + "' cannot be applied to " + std::string(type_name(before)));
    if (auto problem = row.apply(c, v, out)) return problem;
    if (out.size() > kRuleLimits.values_max) return fail(code::rule_limit, v, "too many values");
  }
  c.values = std::move(out);
  c.last = row.name;
  return std::nullopt;
}

}  // namespace

std::string_view type_name(ValueType type) noexcept {
  switch (type) {
    case ValueType::string: return "a text";
    case ValueType::number: return "a number";
    case ValueType::boolean: return "true or false";
    case ValueType::null: return "null";
    case ValueType::regex: return "a regular expression";
    case ValueType::cidr: return "a network";
    case ValueType::compare: return "a comparison of numbers";
    case ValueType::time: return "a part of a time";
    case ValueType::field_ref: return "a reference to a field";
    case ValueType::exists: return "a test of presence";
  }
  std::abort();
}

std::span<const ModifierRow> modifier_table() noexcept { return kModifiers; }

std::string modifiers_as_markdown() {
  static constexpr ValueType kTypes[] = {ValueType::string,  ValueType::number, ValueType::boolean,  ValueType::regex,
                                         ValueType::compare, ValueType::time,   ValueType::field_ref};
  std::string out = "| modifier | meaning | applies to | place |\n|---|---|---|---|\n";
  for (const ModifierRow& row : kModifiers) {
    std::string types;
    for (const ValueType type : kTypes)
      if ((row.accepts & bit(type)) != 0) types += (types.empty() ? "" : ", ") + std::string(type_name(type));
    std::string_view place = "anywhere";
    if (row.place == Place::first) place = "before all others";
    if (row.place == Place::alone) place = "alone";
    if (row.place == Place::list) place = "anywhere; concerns the list";
    out += "| `" + std::string(row.name) + "` | " + markdown_cell(row.meaning) + " | " +
           (row.accepts == kAll ? "anything" : types) + " | " + std::string(place) + " |\n";
  }
  return out;
}

MaybeProblem run_chain(const AstItem& item, const Placeholders& placeholders, Chain& c) {
  c.item = &item;
  c.placeholders = &placeholders;
  const bool raw = has_modifier(item, "re");
  const auto syntax = has_modifier(item, "expand") ? PlaceholderSyntax::expand : PlaceholderSyntax::literal;
  c.values.reserve(item.values.size());
  for (const AstValue& value : item.values) c.values.push_back(start_value(value, raw, syntax));
  for (const std::string& name : item.modifiers) {
    const ModifierRow* row = find_modifier(name);
    if (row == nullptr)
      return Problem{code::unknown_modifier, item.line, item.column, "unknown modifier '" + name + "'"};
    if (auto problem = apply(c, *row)) return problem;
  }
  return std::nullopt;
}

}  // namespace stopwarden::sigma
