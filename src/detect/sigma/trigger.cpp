// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/trigger.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "event/catalogue.h"

namespace stopwarden::sigma {
namespace {

using Kind = Literal::Kind;

constexpr std::size_t kTriggerMax = 4096;  // literals of one trigger; the longest of SigmaHQ has about 4,100 tests
constexpr double kUseless = 1e9;

template <class Visit>
void each_gram(std::string_view text, Visit visit) {
  for (std::size_t i = 0; i + 4 <= text.size(); ++i) visit(load_gram(text.data() + i));
}

/// Fields with a few values that most events of their log have: a rule's equality with one of them rules out little,
/// however few rules name it.
bool has_few_values(FieldId field) noexcept {
  constexpr std::array kFields{field::type, field::success, field::res, field::nametype};
  return std::any_of(kFields.begin(), kFields.end(), [&](field::Number n) { return id_of(n) == field; });
}

struct Clause {
  Trigger literals;
  double cost = kUseless;
};

class Chooser {
 public:
  Chooser(const Rule& rule, const LiteralRarity& rarity) : rule_(rule), rarity_(rarity) {}

  std::optional<Clause> of_node(std::uint32_t number) const {
    const Node& node = rule_.nodes[number];
    switch (node.kind) {
      case Node::Kind::item: return of_item(rule_.items[node.item]);
      case Node::Kind::all: {
        std::optional<Clause> best;
        for (const std::uint32_t child : node.children) take_cheaper(best, of_node(child));
        return best;
      }
      case Node::Kind::any: {
        Clause all;
        all.cost = 0;
        for (const std::uint32_t child : node.children)
          if (!join(all, of_node(child))) return std::nullopt;
        return all;
      }
      case Node::Kind::negation: {  // not (not x) is x; all else says only what is missing
        const Node& inner = rule_.nodes[node.children.front()];
        if (inner.kind == Node::Kind::negation) return of_node(inner.children.front());
        return std::nullopt;
      }
    }
    return std::nullopt;
  }

 private:
  static void take_cheaper(std::optional<Clause>& best, std::optional<Clause> other) {
    if (other && (!best || other->cost < best->cost)) best = std::move(other);
  }
  /// Adds the literals of one alternative. False when it has none: then the whole has no trigger.
  static bool join(Clause& all, std::optional<Clause> other) {
    if (!other || all.literals.size() + other->literals.size() > kTriggerMax) return false;
    all.cost += other->cost;
    for (TriggerLiteral& t : other->literals) all.literals.push_back(std::move(t));
    return true;
  }

  std::optional<Clause> of_item(const Item& item) const {
    const FieldId field = item.field.value_or(kUnnamedField);
    if (item.field && is_constant_field(field)) return std::nullopt;
    if (item.tests.empty()) return std::nullopt;
    if (item.link == Item::Link::all) {
      std::optional<Clause> best;
      for (const Test& test : item.tests) take_cheaper(best, of_test(test, field));
      return best;
    }
    Clause all;
    all.cost = 0;
    for (const Test& test : item.tests)
      if (!join(all, of_test(test, field))) return std::nullopt;
    return all;
  }

  std::optional<Clause> of_test(const Test& test, FieldId field) const {
    LiteralChoice choice = literals_of(test);
    std::optional<Clause> best;
    for (Literal& literal : choice.all_of) {
      Clause one;
      one.literals.push_back({field, std::move(literal)});
      one.cost = rarity_.cost(one.literals.front());
      if (one.cost < kUseless) take_cheaper(best, std::move(one));
    }
    if (choice.any_of.empty()) return best;
    Clause any;
    any.cost = 0;
    for (Literal& literal : choice.any_of) {
      any.literals.push_back({field, std::move(literal)});
      any.cost += rarity_.cost(any.literals.back());
    }
    if (any.cost < kUseless) take_cheaper(best, std::move(any));
    return best;
  }

  const Rule& rule_;
  const LiteralRarity& rarity_;
};

}  // namespace

bool is_constant_field(FieldId field) noexcept {
  return field == id_of(field::EventID) || field == id_of(field::Channel) || field == id_of(field::Provider_Name);
}

void TextCounts::add(std::string_view text) noexcept {
  each_gram(text, [this](std::uint32_t gram) { ++grams[gram_slot(gram)]; });
  for (std::size_t i = 0; i + 2 <= text.size(); ++i) ++pairs[pair_slot(text[i], text[i + 1])];
}

LiteralRarity::LiteralRarity(const Ir& ir) {
  std::vector<std::uint64_t> seen;  // of one rule: what it names twice counts once
  for (const Rule& rule : ir.rules) {
    seen.clear();
    for (const Item& item : rule.items) {
      for (const Test& test : item.tests) {
        for (Literal& literal : literals_of(test).all_of) {
          counts_.add(literal.text);
          const std::uint64_t k = key({item.field.value_or(kUnnamedField), std::move(literal)});
          if (std::find(seen.begin(), seen.end(), k) != seen.end()) continue;
          if (seen.size() < 256) seen.push_back(k);
          ++rules_[k];
        }
      }
    }
  }
}

std::uint64_t LiteralRarity::key(const TriggerLiteral& t) const noexcept {
  return hash_text(t.literal.text) ^ (std::uint64_t{index(t.field)} << 8) ^ static_cast<std::uint64_t>(t.literal.kind);
}

double LiteralRarity::cost(const TriggerLiteral& t) const {
  const std::string& text = t.literal.text;
  const auto known = rules_.find(key(t));
  const double sharing = known == rules_.end() ? 0 : known->second;
  if (t.literal.kind == Kind::equals) return (text.empty() ? 50 : has_few_values(t.field) ? 400 : 1) + sharing;
  if (t.literal.kind == Kind::number) return 4 + sharing;
  if (text.size() < 2) return kUseless;  // one letter is in every value
  if (t.literal.kind == Kind::contains && text.size() < 4) {
    const bool wide =
        std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
    return (wide ? 2 : text.size() == 3 ? 60 : 200) + sharing;
  }
  std::uint32_t rarest = 1000;
  each_gram(text, [&](std::uint32_t gram) { rarest = std::min(rarest, counts_.of_gram(gram)); });
  const double common = rarest * (t.literal.kind == Kind::contains ? 0.5 : 0.1);
  return 1 + sharing + std::min(common, 100.0) + (text.size() == 4 ? 8 : 0);
}

Trigger trigger_of(const Rule& rule, const LiteralRarity& rarity) {
  std::optional<Clause> clause = Chooser(rule, rarity).of_node(rule.root);
  if (!clause) return {};
  Trigger out = std::move(clause->literals);
  std::sort(out.begin(), out.end(), [](const TriggerLiteral& a, const TriggerLiteral& b) {
    if (a.field != b.field) return index(a.field) < index(b.field);
    if (a.literal.kind != b.literal.kind) return a.literal.kind < b.literal.kind;
    return a.literal.text < b.literal.text;
  });
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

Triggers find_triggers(const Ir& ir) {
  const LiteralRarity rarity(ir);
  Triggers out;
  out.of_rule.reserve(ir.rules.size());
  for (const Rule& rule : ir.rules) out.of_rule.push_back(trigger_of(rule, rarity));
  out.counts = rarity.counts();
  return out;
}

}  // namespace stopwarden::sigma
