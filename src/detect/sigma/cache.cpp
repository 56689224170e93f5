// SPDX-License-Identifier: Apache-2.0
// How to add a member: name it in the one part() of its struct below. The structured binding there does not compile
// until that is done. Then raise kFormat, and give cache_test.cpp a case.
#include "detect/sigma/cache.h"

#include <chrono>
#include <utility>

#include "base/digest.h"
#include "detect/sigma/cache_check.h"
#include "detect/sigma/cache_io.h"
#include "detect/sigma/ir.h"
#include "detect/sigma/trigger.h"

namespace stopwarden::sigma {

/// What the cache may see of these classes' insides.
struct CacheAccess {
  static auto& entries(Logsources& l) noexcept { return l.entries_; }
  static const auto& entries(const Logsources& l) noexcept { return l.entries_; }
  static std::vector<RuleReport>& reports(RuleSet& r) noexcept { return r.reports_; }
  static const std::vector<RuleReport>& reports(const RuleSet& r) noexcept { return r.reports_; }
  static Ir& ir(RuleSet& r) noexcept { return *r.ir_; }
  static const Ir& ir(const RuleSet& r) noexcept { return *r.ir_; }
  static Triggers& triggers(RuleSet& r) noexcept { return *r.triggers_; }
  static const Triggers& triggers(const RuleSet& r) noexcept { return *r.triggers_; }
  static std::unique_ptr<RuleSet> empty_set() { return std::unique_ptr<RuleSet>(new RuleSet()); }
};

namespace {

constexpr std::string_view kMagic{"SWRULES\x1A", 8};
constexpr std::uint32_t kFormat = 1;  // raise it with any change of what is written below

/// T& for the reader, const T& for the writer.
template <class Io, class T>
using Of = std::conditional_t<Io::kReads, T&, const T&>;

// ---- one function a struct, from the inside out ----

template <class Io>
void part(Io& io, Of<Io, PatternToken> token) {
  auto& [kind, text] = token;
  io.choice(kind, PatternToken::Kind::dash);  // placeholders were replaced
  if (kind == PatternToken::Kind::text) io.text(text);
}

template <class Io>
void part(Io& io, Of<Io, Pattern> pattern) {
  auto& [tokens, case_match, shape, needle, bigrams] = pattern;  // the last three follow from the tokens
  io.list(tokens, [&io](auto& token) { part(io, token); });
  io.choice(case_match, CaseMatch::exact);
  if constexpr (Io::kReads) set_shape(pattern);
}

template <class Io>
void part(Io& io, Of<Io, Number> number) {
  auto& [is_integer, integer, real] = number;
  io.flag(is_integer);
  io.number(integer);
  io.real(real);
}

template <class Io>
void part(Io& io, Of<Io, NumberTest> test) {
  auto& [canonical, written, value] = test;
  io.text(canonical);
  io.text(written);
  part(io, value);
}

template <class Io>
void part(Io&, Of<Io, NullTest>) {}

template <class Io>
void part(Io& io, Of<Io, ExistsTest> test) {
  auto& [wanted] = test;
  io.flag(wanted);
}

template <class Io>
void part(Io& io, Of<Io, RegexTest> test) {
  auto& [regex] = test;
  std::string expression = Io::kReads ? std::string() : regex->expression();
  RegexFlags flags = Io::kReads ? RegexFlags{} : regex->flags();
  std::vector<std::string> literals = Io::kReads ? std::vector<std::string>() : regex->literals();
  auto& [ignore_case, multi_line, dot_all] = flags;
  io.text(expression);
  io.flag(ignore_case);
  io.flag(multi_line);
  io.flag(dot_all);
  io.texts(literals);
  if constexpr (Io::kReads) regex = Regex::deferred(std::move(expression), flags, std::move(literals));
}

template <class Io>
void part(Io& io, Of<Io, CidrTest> test) {
  auto& [network] = test;
  auto& [first, bits, host_bits_set] = network;
  auto& [family, bytes] = first;
  io.choice(family, Address::Family::v6);
  for (auto& byte : bytes) io.number(byte);
  io.number(bits);
  io.flag(host_bits_set);
  if (bits > (family == Address::Family::v4 ? 32 : 128)) io.fail();
}

template <class Io>
void part(Io& io, Of<Io, CompareTest> test) {
  auto& [op, bound] = test;
  io.choice(op, CompareOp::greater_equal);
  part(io, bound);
}

template <class Io>
void part(Io& io, Of<Io, TimeTest> test) {
  auto& [time_part, op, bound] = test;
  io.choice(time_part, TimePart::year);
  io.choice(op, CompareOp::greater_equal);
  io.number(bound);
}

template <class Io>
void part(Io& io, Of<Io, FieldRefTest> test) {
  auto& [field, any_before, any_after, case_match] = test;
  io.field(field);
  io.flag(any_before);
  io.flag(any_after);
  io.choice(case_match, CaseMatch::exact);
}

/// Makes `test` hold its alternative number `kind`; false when there is none.
template <std::size_t I = 0>
bool make_alternative(Test& test, std::size_t kind) {
  if constexpr (I < std::variant_size_v<Test>) {
    if (kind != I) return make_alternative<I + 1>(test, kind);
    test.emplace<I>();
    return true;
  }
  return false;
}

template <class Io>
void part(Io& io, Of<Io, Test> test) {
  auto kind = static_cast<std::uint8_t>(test.index());
  io.number(kind);
  if constexpr (Io::kReads)
    if (!make_alternative(test, kind)) return io.fail();
  std::visit([&io](auto& one) { part(io, one); }, test);
}

template <class Io>
void part(Io& io, Of<Io, Item> item) {
  auto& [field, name, link, tests] = item;
  bool has_field = field.has_value();
  io.flag(has_field);
  if constexpr (Io::kReads)
    if (has_field) field.emplace();
  if (has_field) io.field(*field);
  io.text(name);
  io.choice(link, Item::Link::all);
  io.list(tests, [&io](auto& test) { part(io, test); });
}

template <class Io>
void part(Io& io, Of<Io, Node> node) {
  auto& [kind, item, children] = node;
  io.choice(kind, Node::Kind::negation);
  io.number(item);
  io.list(children, [&io](auto& child) { io.number(child); });
}

template <class Io>
void part(Io& io, Of<Io, RuleInfo> info) {
  auto& [id, name, title, description, status, author, license, date, modified, level, tags, falsepositives, references,
         fields, file, line] = info;
  for (auto* text : {&id, &name, &title, &description, &status, &author, &license, &date, &modified, &file})
    io.text(*text);
  io.choice(level, Level::critical, Level::informational);
  for (auto* texts : {&tags, &falsepositives, &references, &fields}) io.texts(*texts);
  io.number(line);
}

template <class Io>
void part(Io& io, Of<Io, Rule> rule) {
  auto& [info, items, nodes, root, selectors, correlation_fields, correlated, silent] = rule;
  part(io, info);
  io.list(items, [&io](auto& item) { part(io, item); });
  io.list(nodes, [&io](auto& node) { part(io, node); });
  io.number(root);
  io.list(selectors, [&io](auto& selector) { io.selector(selector); });
  io.list(correlation_fields, [&io](auto& field) { io.field(field); });
  io.flag(correlated);
  io.flag(silent);
}

template <class Io>
void part(Io& io, Of<Io, Decimal> decimal) {
  auto& [whole, nano] = decimal;
  io.number(whole);
  io.number(nano);
  if (nano >= 1'000'000'000) io.fail();
}

template <class Io>
void part(Io& io, Of<Io, Bound> bound) {
  auto& [op, value] = bound;
  io.choice(op, Bound::Op::neq);
  part(io, value);
}

template <class Io>
void part(Io& io, Of<Io, CorrelationNode> node) {
  auto& [kind, stage, children] = node;
  io.choice(kind, CorrelationNode::Kind::negation);
  io.number(stage);
  io.list(children, [&io](auto& child) { io.number(child); });
}

template <class Io>
void part(Io& io, Of<Io, CorrelationMember> member) {
  auto& [stage, chained, number, group, fields, passed] = member;
  io.number(stage);
  io.flag(chained);
  io.number(number);
  for (auto* places : {&group, &fields, &passed}) io.list(*places, [&io](auto& place) { io.number(place); });
}

template <class Io>
void part(Io& io, Of<Io, PassedField> field) {
  auto& [name, group] = field;
  io.text(name);
  io.number(group);
}

template <class Io>
void part(Io& io, Of<Io, CorrelationRule> rule) {
  auto& [info, type, decision, stages, members, group_by, fields, timespan, bounds, condition, percentile, silent,
         passed, covers] = rule;
  part(io, info);
  io.choice(type, CorrelationType::value_percentile);
  io.choice(decision, CorrelationRule::Decision::at_close);
  for (auto* names : {&stages, &group_by, &fields}) io.texts(*names);
  io.list(members, [&io](auto& member) { part(io, member); });
  std::int64_t nanoseconds = timespan.count();
  io.number(nanoseconds);
  if constexpr (Io::kReads) timespan = std::chrono::nanoseconds(nanoseconds);
  io.list(bounds, [&io](auto& bound) { part(io, bound); });
  io.list(condition, [&io](auto& node) { part(io, node); });
  bool has_percentile = percentile.has_value();
  io.flag(has_percentile);
  if constexpr (Io::kReads)
    if (has_percentile) percentile.emplace();
  if (has_percentile) part(io, *percentile);
  io.flag(silent);
  io.list(passed, [&io](auto& field) { part(io, field); });
  io.list(covers, [&io](auto& number) { io.number(number); });
}

template <class Io>
void part(Io& io, Of<Io, Ir> ir) {
  auto& [rules, correlations] = ir;
  io.list(rules, [&io](auto& rule) { part(io, rule); });
  io.list(correlations, [&io](auto& rule) { part(io, rule); });
}

template <class Io>
void part(Io& io, Of<Io, TriggerLiteral> one) {
  auto& [field, literal] = one;
  auto& [kind, text] = literal;
  bool named = field != kUnnamedField;
  io.flag(named);
  if (named)
    io.field(field);
  else if constexpr (Io::kReads)
    field = kUnnamedField;
  io.choice(kind, Literal::Kind::number);
  io.text(text);
}

template <class Io>
void part(Io& io, Of<Io, Triggers> triggers) {
  auto& [of_rule, counts] = triggers;
  auto& [grams, pairs] = counts;
  io.list(of_rule, [&io](auto& trigger) { io.list(trigger, [&io](auto& one) { part(io, one); }); });
  for (auto* table : {&grams, &pairs}) io.sparse(*table, TextCounts::kSlots);
}

template <class Io>
void part(Io& io, Of<Io, RuleReport> report) {
  auto& [id, title, file, line, kind, state, code, reason] = report;
  for (auto* text : {&id, &title, &file, &code, &reason}) io.text(*text);
  io.number(line);
  io.choice(kind, RuleReport::Kind::filter);
  io.choice(state, RuleReport::State::never);
}

template <class Io>
void part(Io& io, Of<Io, Diagnostic> diagnostic) {
  auto& [severity, code, file, line, column, message] = diagnostic;
  io.choice(severity, Diagnostic::Severity::error);
  io.literal(code);
  io.text(file);
  io.number(line);
  io.number(column);
  io.text(message);
}

template <class Io>
void part(Io& io, Of<Io, FieldAlias> alias) {
  auto& [to, derived, from, transform, argument] = alias;
  io.field(to);
  io.field(derived);
  io.list(from, [&io](auto& id) { io.field(id); });
  io.choice(transform, Transform::map);
  io.text(argument);
}

template <class Io>
void part(Io& io, Of<Io, SourceSelector> selector) {
  auto& [channel, provider, event_ids, fields, aliases] = selector;
  io.text(channel);
  io.text(provider);
  io.list(event_ids, [&io](auto& id) { io.number(id); });
  io.list(fields, [&io](auto& condition) {
    io.field(condition.first);
    io.text(condition.second);
  });
  io.list(aliases, [&io](auto& alias) { part(io, alias); });
}

template <class Io>
void part(Io& io, Of<Io, Logsources> logsources) {
  io.list(CacheAccess::entries(logsources), [&io](auto& entry) {
    auto& [name, selectors, why_never] = entry;
    auto& [category, product, service] = name;
    for (auto* text : {&category, &product, &service, &why_never}) io.text(*text);
    io.list(selectors, [&io](auto& selector) { part(io, selector); });
  });
  std::vector<const SourceSelector*> all;
  for (auto& entry : CacheAccess::entries(logsources))
    for (const SourceSelector& selector : entry.selectors) all.push_back(&selector);
  io.set_selectors(std::move(all));
}

/// Names in the order of their ids. A table that starts with other names than this program's is another program's.
void part(CacheWriter& io, const FieldTable& table) {
  io.number(static_cast<std::uint32_t>(table.size()));
  for (std::size_t i = 0; i < table.size(); ++i) io.literal(table.name(FieldId{static_cast<std::uint16_t>(i)}));
}
void part(CacheReader& io, FieldTable& table) {
  std::vector<std::string> names;
  io.texts(names);
  const std::size_t own = table.size();
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto id = table.intern(names[i]);
    if (!id || index(*id) != i) return io.fail();
  }
  if (names.size() < own) return io.fail();
  io.set_fields(names.size());
}

template <class Io>
void part(Io& io, Of<Io, CompiledRules> compiled) {
  auto& [table, logsources, rules, warnings, mistakes, code_texts] = compiled;
  part(io, table);
  part(io, *logsources);
  part(io, CacheAccess::ir(*rules));
  part(io, CacheAccess::triggers(*rules));
  io.list(CacheAccess::reports(*rules), [&io](auto& report) { part(io, report); });
  for (auto* list : {&warnings, &mistakes}) io.list(*list, [&io](auto& diagnostic) { part(io, diagnostic); });
}

// ---- the file around it ----

std::string header(const CacheKey& key, std::string_view payload) {
  std::string out{kMagic};
  CacheWriter io(out);
  io.number(kFormat);
  out += as_text(key);
  io.number(static_cast<std::uint64_t>(payload.size()));
  out += as_text(Digest().add(payload).bytes());
  return out;
}

void add_files(Digest& digest, std::span<const TextFile> files) {
  digest.add(files.size());
  for (const TextFile& file : files) digest.add(file.path).add(file.text);
}

}  // namespace

CacheKey cache_key(const RuleSources& sources) {
  Digest digest;
  digest.add(sources.build).add(kFormat);
  for (const auto* files : {&sources.mappings, &sources.placeholders, &sources.rules}) add_files(digest, *files);
  return digest.bytes();
}

std::optional<std::string> to_cache(const CompiledRules& compiled, const CacheKey& key) {
  std::string payload;
  CacheWriter io(payload);
  part(io, compiled);
  if (!io.ok()) return std::nullopt;
  return header(key, payload) + payload;
}

std::optional<CompiledRules> from_cache(std::string_view file, const CacheKey& key) {
  if (file.size() < kCacheHeaderBytes) return std::nullopt;
  const std::string_view payload = file.substr(kCacheHeaderBytes);
  if (file.substr(0, kCacheHeaderBytes) != header(key, payload)) return std::nullopt;
  return from_cache_payload(payload);
}

std::optional<CompiledRules> from_cache_payload(std::string_view payload) {
  CompiledRules out;
  out.logsources = std::make_unique<Logsources>();
  out.rules = CacheAccess::empty_set();
  CacheReader io(payload, out.code_texts);
  part(io, out);
  if (!io.ok() || !io.at_end()) return std::nullopt;
  if (!is_sound(out.rules->ir()) || !triggers_fit(*out.rules) || !reports_fit(*out.rules)) return std::nullopt;
  return out;
}

}  // namespace stopwarden::sigma
