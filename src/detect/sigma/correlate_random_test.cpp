// SPDX-License-Identifier: Apache-2.0
// The correlator is held to the obvious way, over all types, with ties, boundaries and correlations of correlations.
#include <gtest/gtest.h>

#include <array>
#include <random>
#include <sstream>

#include "support/correlation_case.h"

namespace stopwarden::sigma {
namespace {

std::string shown(const std::vector<test::OwnedResult>& results) {
  std::ostringstream out;
  for (const test::OwnedResult& r : results) {
    out << r.correlation << ": " << to_unix_ms(r.first) % 1'000'000 << ".." << to_unix_ms(r.time) % 1'000'000 << " "
        << r.host << " count " << r.count << " value " << r.value << " group";
    for (const auto& [name, value] : r.group) out << " " << name << "=" << value;
    out << " hits";
    for (const std::uint64_t e : r.evidences) out << " " << e;
    out << "\n";
  }
  return out.str();
}

TEST(CorrelateRandom, GivesWhatTheObviousWayGives) {
  std::array<std::uint64_t, 16> fired{};  // by type and decision
  for (std::uint32_t seed = 0; seed < 2000; ++seed) {
    std::mt19937 random(seed);
    const test::Choose choose = [&random](std::uint32_t end) { return static_cast<std::uint32_t>(random() % end); };
    const test::CorrelationCase made(choose, 20 + choose(100));
    test::OwnedResults results;
    Correlator correlator(made.ir, {{}, std::chrono::nanoseconds{0}, seed});
    test::NaiveCorrelator naive(made.ir);
    for (const CorrelationHit& hit : made.hits) {
      correlator.on_hit(hit, results);
      naive.on_hit(hit);
    }
    correlator.finish(results);
    naive.finish();
    ASSERT_TRUE(test::same_results(made.ir, results.all, naive.results())) << "seed " << seed << "\n"
                                                                           << shown(results.all) << "expected\n"
                                                                           << shown(naive.results());
    for (const test::OwnedResult& r : results.all) {
      const CorrelationRule& rule = made.ir.correlations[r.correlation];
      ++fired[static_cast<std::size_t>(rule.type) * 2 + static_cast<std::size_t>(rule.decision)];
    }
  }
  for (std::size_t i = 0; i < fired.size(); ++i) {
    const auto type = static_cast<CorrelationType>(i / 2);
    const bool told_late = type == CorrelationType::value_avg || type == CorrelationType::value_median ||
                           type == CorrelationType::value_percentile;
    if (i % 2 == 0 && told_late) continue;
    EXPECT_GT(fired[i], 500U) << correlation_type_name(type) << " " << i % 2;
  }
}

/// Groups that come and go by the hundreds: the table grows, closes gaps, and uses the places of forgotten ones again.
TEST(CorrelateRandom, ManyGroups) {
  Ir ir;
  ir.rules.resize(1);
  for (const Bound::Op op : {Bound::Op::gte, Bound::Op::eq}) {
    CorrelationRule rule;
    rule.stages = {"a"};
    rule.group_by = {"g"};
    rule.timespan = std::chrono::seconds(20);
    rule.bounds.push_back({op, {3, 0}});
    if (op == Bound::Op::eq) rule.decision = CorrelationRule::Decision::at_close;
    CorrelationMember member;
    member.group = {0};
    rule.members.push_back(member);
    ir.correlations.push_back(rule);
  }
  for (std::uint64_t seed = 0; seed < 3; ++seed) {
    std::mt19937 random(static_cast<std::uint32_t>(seed));
    test::OwnedResults results;
    Correlator correlator(ir, {{}, std::chrono::nanoseconds{0}, seed});
    test::NaiveCorrelator naive(ir);
    CorrelationHit hit;
    hit.time = EventTime{std::chrono::seconds(1'700'000'000)};
    for (hit.event = 0; hit.event < 4000; ++hit.event) {
      const std::string group = "group " + std::to_string(random() % (hit.event / 1000 % 2 == 0 ? 900 : 90));
      const std::optional<std::string_view> value = group;
      hit.time += std::chrono::milliseconds(random() % 50);
      hit.evidence = hit.event;
      hit.values = {&value, 1};
      correlator.on_hit(hit, results);
      naive.on_hit(hit);
    }
    correlator.finish(results);
    naive.finish();
    ASSERT_EQ(shown(results.all), shown(naive.results()));
    EXPECT_GT(results.all.size(), 300U);
  }
}

}  // namespace
}  // namespace stopwarden::sigma
