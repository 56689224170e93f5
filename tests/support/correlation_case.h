// SPDX-License-Identifier: Apache-2.0
// Correlations and hits made of numbers that somebody else chooses: a random generator, or a fuzzer's bytes.
#pragma once
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "detect/sigma/correlate.h"
#include "detect/sigma/ir.h"
#include "support/naive_correlator.h"

namespace stopwarden::test {

/// A number below `end`.
using Choose = std::function<std::uint32_t(std::uint32_t end)>;

class CorrelationCase {
 public:
  static constexpr std::uint32_t kRules = 4, kFields = 3;

  CorrelationCase(const Choose& choose, std::size_t hit_count) : choose_(choose) {
    ir.rules.resize(kRules);
    for (std::uint32_t n = 1 + choose_(3); n-- > 0;) ir.correlations.push_back(make_correlation());
    for (std::uint32_t c = 0; c < ir.correlations.size(); ++c)
      for (const sigma::CorrelationMember& m : ir.correlations[c].members)
        if (m.chained) ir.correlations[m.number].silent = choose_(2) != 0;
    make_hits(hit_count);
  }

  sigma::Ir ir;
  std::vector<sigma::CorrelationHit> hits;

 private:
  sigma::CorrelationRule make_correlation() {
    using sigma::CorrelationType;
    sigma::CorrelationRule rule;
    rule.type = static_cast<CorrelationType>(choose_(8));
    rule.timespan = std::chrono::seconds(1 + choose_(12));
    for (std::uint32_t n = choose_(3); n-- > 0;) rule.group_by.push_back("g" + std::to_string(n));
    const bool values = rule.type != CorrelationType::event_count && !sigma::is_temporal(rule.type);
    if (values) rule.fields.emplace_back("v");
    if (rule.type == CorrelationType::value_count && choose_(3) == 0) rule.fields.emplace_back("w");
    if (rule.type == CorrelationType::value_percentile && choose_(2) != 0)
      rule.percentile = sigma::Decimal{choose_(100) + choose_(2), 0};
    for (std::uint32_t n = 1 + choose_(4); n-- > 0;) add_member(rule);
    if (sigma::is_temporal(rule.type) && choose_(2) != 0)
      make_condition(rule);
    else
      make_bounds(rule);
    rule.decision = decision_of(rule);
    for (std::uint32_t i = 0; i < rule.group_by.size(); ++i)
      rule.passed.push_back({rule.group_by[i], static_cast<std::int32_t>(i)});
    rule.passed.push_back({"p", -1});
    for (sigma::CorrelationMember& m : rule.members) {
      m.passed.assign(rule.group_by.size(), 0);
      m.passed.push_back(place(m));
    }
    return rule;
  }

  void add_member(sigma::CorrelationRule& rule) {
    sigma::CorrelationMember m;
    m.stage = static_cast<std::uint32_t>(rule.stages.size());
    if (m.stage != 0 && choose_(6) == 0)
      --m.stage;  // a collection: two rules under one id
    else
      rule.stages.push_back("r" + std::to_string(m.stage));
    m.chained = !ir.correlations.empty() && choose_(3) == 0;
    m.number = choose_(m.chained ? static_cast<std::uint32_t>(ir.correlations.size()) : kRules);
    for (const sigma::CorrelationMember& other : rule.members)
      if (other.chained == m.chained && other.number == m.number) {
        if (rule.members.back().stage != m.stage) rule.stages.pop_back();
        return;  // a rule is named once
      }
    for (std::size_t i = 0; i < rule.group_by.size(); ++i) m.group.push_back(place(m));
    for (std::size_t i = 0; i < rule.fields.size(); ++i) m.fields.push_back(place(m));
    rule.members.push_back(std::move(m));
  }
  std::uint16_t place(const sigma::CorrelationMember& m) {
    return static_cast<std::uint16_t>(
        choose_(m.chained ? static_cast<std::uint32_t>(ir.correlations[m.number].passed.size()) : kFields));
  }

  void make_bounds(sigma::CorrelationRule& rule) {
    using Op = sigma::Bound::Op;
    const bool shares = rule.type == sigma::CorrelationType::value_percentile && !rule.percentile;
    for (std::uint32_t n = 1 + choose_(5) / 4; n-- > 0;) {
      sigma::Bound bound;
      bound.op = choose_(2) != 0 ? Op::gte : static_cast<Op>(choose_(6));
      bound.value.whole = shares ? choose_(101) : choose_(6);
      if (choose_(8) == 0) bound.value.nano = 500'000'000;
      rule.bounds.push_back(bound);
    }
  }

  void make_condition(sigma::CorrelationRule& rule) {
    using Kind = sigma::CorrelationNode::Kind;
    std::uint32_t root = 0;
    for (std::uint32_t s = 0; s < rule.stages.size(); ++s) {
      rule.condition.push_back({Kind::stage, s, {}});
      if (choose_(3) == 0)
        rule.condition.push_back({Kind::negation, 0, {static_cast<std::uint32_t>(rule.condition.size() - 1)}});
      const auto last = static_cast<std::uint32_t>(rule.condition.size() - 1);
      if (s != 0) rule.condition.push_back({choose_(3) == 0 ? Kind::any : Kind::all, 0, {root, last}});
      root = static_cast<std::uint32_t>(rule.condition.size() - 1);
      if (choose_(6) == 0) rule.condition.push_back({Kind::negation, 0, {root++}});
    }
  }

  static sigma::CorrelationRule::Decision decision_of(const sigma::CorrelationRule& rule) {
    using sigma::Bound, sigma::CorrelationNode, sigma::CorrelationType;
    using Decision = sigma::CorrelationRule::Decision;
    const bool told_late = rule.type == CorrelationType::value_avg || rule.type == CorrelationType::value_median ||
                           rule.type == CorrelationType::value_percentile;
    const bool other_bound = std::any_of(rule.bounds.begin(), rule.bounds.end(), [](const Bound& b) {
      return b.op != Bound::Op::gt && b.op != Bound::Op::gte;
    });
    const bool negation = std::any_of(rule.condition.begin(), rule.condition.end(), [](const CorrelationNode& n) {
      return n.kind == CorrelationNode::Kind::negation;
    });
    return told_late || other_bound || negation ? Decision::at_close : Decision::at_once;
  }

  void make_hits(std::size_t count) {
    static constexpr std::array<std::string_view, 8> kValues{"1", "2", "-3", "2.5", "a", "b", "", "11"};
    static constexpr std::array<std::string_view, 3> kHosts{"h1", "h2", "h1"};
    EventTime time{std::chrono::seconds(1'700'000'000)};
    std::uint64_t event = 0;
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::uint32_t step = choose_(8);
      if (step != 0) {  // else the same event again, under another rule or the same
        ++event;
        time += std::chrono::seconds(step < 3 ? 0 : step - 2);
      }
      auto& values = values_.emplace_back();
      for (std::uint32_t f = 0; f < kFields; ++f) {
        const std::uint32_t v = choose_(f == 0 ? 3 : 10);
        if (v < kValues.size())
          values.emplace_back(kValues[v]);
        else
          values.emplace_back(std::nullopt);
      }
      hits.push_back({choose_(kRules), time, kHosts[choose_(3)], event, i, values});
    }
  }

  const Choose& choose_;
  std::deque<std::vector<std::optional<std::string_view>>> values_;
};

/// Do the ways agree? Of several chains of hits in order that began last, either may be told.
inline bool same_results(const sigma::Ir& ir, const std::vector<OwnedResult>& a, const std::vector<OwnedResult>& b) {
  const auto ordered = [&ir](std::uint32_t c, const auto& self) -> bool {
    if (ir.correlations[c].type == sigma::CorrelationType::temporal_ordered) return true;
    return std::any_of(ir.correlations[c].members.begin(), ir.correlations[c].members.end(),
                       [&self](const sigma::CorrelationMember& m) { return m.chained && self(m.number, self); });
  };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](OwnedResult x, OwnedResult y) {
    if (x.correlation == y.correlation && ordered(x.correlation, ordered)) {
      if (x.evidences.size() != y.evidences.size()) return false;
      x.evidences.clear();
      y.evidences.clear();
    }
    return x == y;
  });
}

}  // namespace stopwarden::test
