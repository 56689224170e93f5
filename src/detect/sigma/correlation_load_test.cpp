// SPDX-License-Identifier: Apache-2.0
// Correlation documents: what is read, what they are tied to, and what is wrong with them.
#include <gtest/gtest.h>

#include <chrono>

#include "detect/sigma/correlation_ir.h"
#include "detect/sigma/testing.h"

namespace stopwarden::sigma {
namespace {

using testing::Bench;
using testing::state;
using namespace std::chrono_literals;

/// Three rules a, b, c on nine lines; what a test adds begins at line 10.
const std::string kRules = [] {
  std::string out;
  for (const char* name : {"a", "b", "c"})
    out += std::string("{title: t, name: ") + name + ", logsource: {product: windows},\n detection: {s: {F: " + name +
           "}, condition: s}}\n---\n";
  return out;
}();

std::string correlation(const std::string& body) { return kRules + "title: corr\ncorrelation:\n" + body; }

std::string bounds_text(const CorrelationRule& rule) {
  static constexpr std::array kNames{"lt", "lte", "gt", "gte", "eq", "neq"};
  std::string out;
  for (const Bound& b : rule.bounds)
    out += std::string(out.empty() ? "" : ",") + kNames[static_cast<std::size_t>(b.op)] + " " + to_string(b.value);
  return out;
}

/// "(0 and (not 1))", by stages.
std::string condition_text(const CorrelationRule& rule, std::size_t node) {
  using K = CorrelationNode::Kind;
  const CorrelationNode& n = rule.condition[node];
  if (n.kind == K::stage) return std::to_string(n.stage);
  std::string out = n.kind == K::negation ? "not " : "";
  for (std::size_t i = 0; i < n.children.size(); ++i)
    out += (i == 0 ? "" : n.kind == K::all ? " and " : " or ") + condition_text(rule, n.children[i]);
  return "(" + out + ")";
}

TEST(CorrelationDocument, IsRead) {
  using T = CorrelationType;
  using D = CorrelationRule::Decision;
  struct Case {
    const char* body;
    T type;
    D decision;
    std::chrono::nanoseconds timespan;
    const char* bounds;
    std::vector<std::string> group_by, fields;
  };
  for (const Case& c : std::vector<Case>{
           {"  type: event_count\n  rules: a\n  group-by: [H]\n  timespan: 90s\n  condition: {gte: 3}\n",
            T::event_count,
            D::at_once,
            90s,
            "gte 3",
            {"H"},
            {}},
           {"  type: event_count\n  rules: [a, b]\n  timespan: 5m\n  condition: {gt: 2.5}\n",
            T::event_count,
            D::at_once,
            5min,
            "gt 2.5",
            {},
            {}},
           {"  type: event_count\n  rules: [a]\n  group-by:\n  timespan: 2h\n  condition: {gt: 1, lte: 5}\n",
            T::event_count,
            D::at_close,
            2h,
            "gt 1,lte 5",
            {},
            {}},
           {"  type: event_count\n  rules: [a]\n  group-by: H\n  timespan: 1d\n  condition: {lt: 5}\n",
            T::event_count,
            D::at_close,
            24h,
            "lt 5",
            {"H"},
            {}},
           {"  type: event_count\n  rules: [a]\n  timespan: 1w\n  condition: {eq: 5}\n",
            T::event_count,
            D::at_close,
            168h,
            "eq 5",
            {},
            {}},
           {"  type: event_count\n  rules: [a]\n  timespan: 1M\n  condition: {neq: 5}\n",
            T::event_count,
            D::at_close,
            2'629'746s,
            "neq 5",
            {},
            {}},
           {"  type: value_count\n  rules: [a]\n  group-by: [H, 'I J']\n  timespan: 1y\n  condition: {field: V, gte: "
            "10}\n",
            T::value_count,
            D::at_once,
            31'556'952s,
            "gte 10",
            {"H", "IJ"},
            {"V"}},
           {"  type: value_count\n  rules: [a]\n  timespan: 1m\n  condition: {gte: 2, field: [V, W]}\n",
            T::value_count,
            D::at_once,
            60s,
            "gte 2",
            {},
            {"V", "W"}},
           {"  type: value_sum\n  rules: [a]\n  timespan: 1m\n  condition: {gt: -1.5, field: V}\n",
            T::value_sum,
            D::at_once,
            60s,
            "gt -1.5",
            {},
            {"V"}},
           {"  type: value_avg\n  rules: [a]\n  timespan: 1m\n  condition: {gt: 1e3, field: [V]}\n",
            T::value_avg,
            D::at_close,
            60s,
            "gt 1000",
            {},
            {"V"}},
           {"  type: value_median\n  rules: [a]\n  timespan: 1m\n  condition: {gte: 1, field: V}\n",
            T::value_median,
            D::at_close,
            60s,
            "gte 1",
            {},
            {"V"}},
           {"  type: value_percentile\n  rules: [a]\n  timespan: 1m\n  condition: {lte: 1, field: [V, W]}\n",
            T::value_percentile,
            D::at_close,
            60s,
            "lte 1",
            {},
            {"V", "W"}},
           {"  type: value_percentile\n  rules: [a]\n  timespan: 1m\n  condition: {gte: 1, field: V, percentile: "
            "99.5}\n",
            T::value_percentile,
            D::at_close,
            60s,
            "gte 1",
            {},
            {"V"}},
           {"  type: temporal\n  rules: [a, b, c]\n  timespan: 1m\n", T::temporal, D::at_once, 60s, "gte 3", {}, {}},
           {"  type: temporal\n  rules: [a, b, c]\n  timespan: 1m\n  condition: {gte: 2}\n",
            T::temporal,
            D::at_once,
            60s,
            "gte 2",
            {},
            {}},
           {"  type: temporal\n  rules: [a, b, c]\n  timespan: 1m\n  condition: {eq: 2}\n",
            T::temporal,
            D::at_close,
            60s,
            "eq 2",
            {},
            {}},
           {"  type: Temporal_Ordered\n  rules: [a, b]\n  timespan: 1m\n",
            T::temporal_ordered,
            D::at_once,
            60s,
            "gte 2",
            {},
            {}},
       }) {
    Bench bench(correlation(c.body));
    ASSERT_EQ(state(bench.rules().reports().back()), "ok") << c.body << bench.rules().reports().back().reason;
    EXPECT_EQ(bench.rules().reports().back().kind, RuleReport::Kind::correlation);
    ASSERT_EQ(bench.rules().ir().correlations.size(), 1U);
    const CorrelationRule& rule = bench.rules().ir().correlations.front();
    EXPECT_EQ(rule.type, c.type) << c.body;
    EXPECT_EQ(rule.decision, c.decision) << c.body;
    EXPECT_EQ(rule.timespan, c.timespan) << c.body;
    EXPECT_EQ(bounds_text(rule), c.bounds) << c.body;
    EXPECT_EQ(rule.group_by, c.group_by) << c.body;
    EXPECT_EQ(rule.fields, c.fields) << c.body;
    EXPECT_EQ(rule.percentile.has_value(), std::string_view(c.body).find("percentile:") != std::string_view::npos);
    EXPECT_FALSE(rule.silent);
    EXPECT_EQ(bench.warnings_text(), "") << c.body;
  }
}

TEST(CorrelationDocument, ConditionsOverRules) {
  struct Case {
    const char* body;
    const char* condition;
    std::vector<std::string> stages;
    bool at_close;
  };
  for (const Case& c : std::vector<Case>{
           {"  type: temporal\n  rules: [a, b, c]\n  timespan: 1m\n  condition: a and b and not c\n",
            "(0 and 1 and (not 2))",
            {"a", "b", "c"},
            true},
           {"  type: temporal\n  rules: [a, b, c]\n  timespan: 1m\n  condition: a AND (c OR b)\n",
            "(0 and (2 or 1))",
            {"a", "b", "c"},
            false},
           {"  type: temporal\n  timespan: 1m\n  condition: b and a and b\n", "(0 and 1 and 0)", {"b", "a"}, false},
           {"  type: temporal_ordered\n  rules: [a, b]\n  timespan: 1m\n  condition: a and b\n",
            "(0 and 1)",
            {"a", "b"},
            false},
       }) {
    Bench bench(correlation(c.body));
    ASSERT_EQ(state(bench.rules().reports().back()), "ok") << c.body << bench.rules().reports().back().reason;
    const CorrelationRule& rule = bench.rules().ir().correlations.front();
    EXPECT_EQ(condition_text(rule, rule.condition.size() - 1), c.condition) << c.body;
    EXPECT_EQ(rule.stages, c.stages) << c.body;
    EXPECT_EQ(rule.decision == CorrelationRule::Decision::at_close, c.at_close) << c.body;
    EXPECT_TRUE(rule.bounds.empty());
  }
}

TEST(CorrelationDocument, MistakesHaveCodesAndLines) {
  struct Case {
    const char* body;
    const char* state;
  };
  const std::string many(70, 'x');
  for (const Case& c : std::vector<Case>{
           {"  rules: a\n  timespan: 1m\n  condition: {gte: 1}\n", "SIG052:12"},
           {"  type: event_counts\n  rules: a\n  timespan: 1m\n  condition: {gte: 1}\n", "SIG052:12"},
           {"  type: [event_count]\n  rules: a\n  timespan: 1m\n  condition: {gte: 1}\n", "SIG052:12"},
           {"  type: event_count\n  timespan: 1m\n  condition: {gte: 1}\n", "SIG053:12"},
           {"  type: event_count\n  rules: []\n  timespan: 1m\n  condition: {gte: 1}\n", "SIG053:13"},
           {"  type: event_count\n  rules: {a: b}\n  timespan: 1m\n  condition: {gte: 1}\n", "SIG006:13"},
           {"  type: event_count\n  rules: [a, nobody]\n  timespan: 1m\n  condition: {gte: 1}\n", "SIG054:13"},
           {"  type: event_count\n  rules:\n    - a\n    - b\n    - a\n  timespan: 1m\n  condition: {gte: 1}\n",
            "SIG056:16"},
           {"  type: event_count\n  rules: a\n  condition: {gte: 1}\n", "SIG058:12"},
           {"  type: event_count\n  rules: a\n  timespan: 5\n  condition: {gte: 1}\n", "SIG058:14"},
           {"  type: event_count\n  rules: a\n  timespan: m\n  condition: {gte: 1}\n", "SIG058:14"},
           {"  type: event_count\n  rules: a\n  timespan: 0m\n  condition: {gte: 1}\n", "SIG058:14"},
           {"  type: event_count\n  rules: a\n  timespan: -1m\n  condition: {gte: 1}\n", "SIG058:14"},
           {"  type: event_count\n  rules: a\n  timespan: 1.5h\n  condition: {gte: 1}\n", "SIG058:14"},
           {"  type: event_count\n  rules: a\n  timespan: 1 h\n  condition: {gte: 1}\n", "SIG058:14"},
           {"  type: event_count\n  rules: a\n  timespan: 1H\n  condition: {gte: 1}\n", "SIG058:14"},
           {"  type: event_count\n  rules: a\n  timespan: [1h]\n  condition: {gte: 1}\n", "SIG058:14"},
           {"  type: event_count\n  rules: a\n  timespan: 101y\n  condition: {gte: 1}\n", "SIG062:14"},
           {"  type: event_count\n  rules: a\n  timespan: 99999999999999999999s\n  condition: {gte: 1}\n", "SIG058:14"},
           {"  type: event_count\n  rules: a\n  timespan: 1m\n", "SIG059:12"},
           {"  type: event_count\n  rules: a\n  timespan: 1m\n  condition: {}\n", "SIG059:15"},
           {"  type: event_count\n  rules: a\n  timespan: 1m\n  condition: 10\n", "SIG059:15"},
           {"  type: event_count\n  rules: a\n  timespan: 1m\n  condition: {gte: many}\n", "SIG059:15"},
           {"  type: event_count\n  rules: a\n  timespan: 1m\n  condition: {gte: [1]}\n", "SIG059:15"},
           {"  type: event_count\n  rules: a\n  timespan: 1m\n  condition: {gte: 1, ge: 1}\n", "SIG051:15"},
           {"  type: event_count\n  rules: a\n  timespan: 1m\n  condition: {gte: 1, percentile: 5}\n", "SIG051:15"},
           {"  type: event_count\n  rules: a\n  timespan: 1m\n  condition: {gte: 1, field: V}\n", "SIG060:15"},
           {"  type: event_count\n  rules: a\n  timespan: 1m\n  condition: {gte: 2000000}\n", "SIG062:12"},
           {"  type: event_count\n  rules: a\n  timespan: 1m\n  timeframe: 1m\n  condition: {gte: 1}\n", "SIG051:15"},
           {"  type: event_count\n  rules: a\n  timespan: 1m\n  groupby: [H]\n  condition: {gte: 1}\n", "SIG051:15"},
           {"  type: event_count\n  rules: a\n  timespan: 1m\n  group-by: {H: x}\n  condition: {gte: 1}\n",
            "SIG006:15"},
           {"  type: event_count\n  rules: a\n  timespan: 1m\n  group-by: ['']\n  condition: {gte: 1}\n", "SIG006:15"},
           {"  type: event_count\n  rules: a\n  timespan: 1m\n  generate: maybe\n  condition: {gte: 1}\n", "SIG006:15"},
           {"  type: value_count\n  rules: a\n  timespan: 1m\n  condition: {gte: 1}\n", "SIG060:15"},
           {"  type: value_count\n  rules: a\n  timespan: 1m\n  condition: {gte: 1, field: []}\n", "SIG060:15"},
           {"  type: value_count\n  rules: a\n  timespan: 1m\n  condition: {gte: 1000000, field: V}\n", "SIG062:12"},
           {"  type: value_sum\n  rules: a\n  timespan: 1m\n  condition: {gte: 1, field: [V, W]}\n", "SIG060:15"},
           {"  type: value_percentile\n  rules: a\n  timespan: 1m\n  condition: {gte: 1, field: [V, W], percentile: "
            "5}\n",
            "SIG060:15"},
           {"  type: value_percentile\n  rules: a\n  timespan: 1m\n  condition: {gte: 1, field: V, percentile: 101}\n",
            "SIG059:15"},
           {"  type: value_count\n  rules: a\n  timespan: 1m\n  condition: a and b\n", "SIG059:15"},
           {"  type: temporal\n  rules: [a, b]\n  timespan: 1m\n  condition: a and c\n", "SIG059:15"},
           {"  type: temporal\n  rules: [a, b]\n  timespan: 1m\n  condition: a\n", "SIG059:13"},
           {"  type: temporal\n  rules: [a, b]\n  timespan: 1m\n  condition: 1 of them\n", "SIG059:15"},
           {"  type: temporal\n  rules: [a, b]\n  timespan: 1m\n  condition: (a and\n", "SIG030:15"},
           {"  type: temporal\n  rules: [a, b]\n  timespan: 1m\n  condition: {gte: 1, field: V}\n", "SIG060:15"},
           {"  type: event_count\n  rules: a\n  timespan: 1m\n  condition: {gte: 1}\n  aliases: [x]\n", "SIG061:16"},
           {"  type: event_count\n  rules: a\n  timespan: 1m\n  condition: {gte: 1}\n  aliases: {x: y}\n", "SIG061:16"},
           {"  type: event_count\n  rules: a\n  timespan: 1m\n  condition: {gte: 1}\n  aliases: {x: {b: F}}\n",
            "SIG061:16"},
           {"  type: event_count\n  rules: a\n  timespan: 1m\n  condition: {gte: 1}\n  aliases: {x: {a: [F]}}\n",
            "SIG061:16"},
           {"  [a]\n", "SIG006:12"},
       }) {
    Bench bench(correlation(c.body));
    ASSERT_EQ(bench.rules().reports().size(), 4U);
    EXPECT_EQ(state(bench.rules().reports().back()), c.state) << c.body << bench.rules().reports().back().reason;
    EXPECT_TRUE(bench.rules().ir().correlations.empty());
    for (const Rule& rule : bench.rules().ir().rules) EXPECT_FALSE(rule.silent || rule.correlated) << c.body;
  }
}

/// The forms of the specification's own schema tests, each with a rule for every name it uses.
TEST(CorrelationDocument, FormsOfTheSpecificationLoad) {
  const auto rule = [](const std::string& name) {
    return "title: base\nname: " + name + "\nlogsource: {category: c}\ndetection: {s: {F: v}, condition: s}\n---\n";
  };
  const std::string three = rule("one_thing") + rule("another_thing") + rule("third_thing");
  const std::string list = "  rules:\n    - one_thing\n    - another_thing\n    - third_thing\n";
  const std::string group = "  group-by:\n    - Host\n    - Account\n  timespan: 10m";  // no newline at the end
  const std::string id = "5d0e0a2e-0f42-4e55-8d5e-1b6a0f6f0001";
  for (const std::string& yaml : {
           three + "title: t\ncorrelation:\n  type: temporal\n" + list + group,
           three + "title: t\ncorrelation:\n  type: temporal_ordered\n" + list + group,
           three + "title: t\ncorrelation:\n  type: temporal\n" + list + group +
               "\n  condition: one_thing AND another_thing AND third_thing\n",
           three + "title: t\ncorrelation:\n  type: temporal_ordered\n" + list + group +
               "\n  condition: one_thing AND another_thing AND third_thing\n",
           rule("x\nid: " + id) +
               "title: t\nid: 5d0e0a2e-0f42-4e55-8d5e-1b6a0f6f0002\ncorrelation:\n  type: event_count\n" +
               "  rules:\n    - " + id + "\n  group-by:\n    - Host\n  timespan: 2h\n  condition:\n    gte: 50",
           rule("x\nid: " + id) + "title: t\nid: 5d0e0a2e-0f42-4e55-8d5e-1b6a0f6f0002\ntaxonomy: ecs\ncorrelation:\n" +
               "  type: event_count\n  rules:\n    - " + id +
               "\n  group-by:\n    - url.domain\n  timespan: 2h\n  condition:\n    gte: 50",
           rule("x\nid: " + id) + "title: t\ncorrelation:\n  type: value_count\n  rules:\n    - " + id +
               "\n  group-by:\n    - Host\n  timespan: 2d\n  condition:\n    field: Account\n    gte: 50",
           rule("downloads") + "title: t\ncorrelation:\n  type: value_sum\n  rules:\n    - downloads\n  group-by:\n" +
               "    - Client\n  timespan: 2h\n  condition:\n    field: size\n    gt: 2000000",
           rule("downloads") + "title: t\ncorrelation:\n  type: value_avg\n  rules: \n    - downloads\n  group-by:\n" +
               "    - Client\n  timespan: 24h\n  condition:\n    field: size\n    gt: 200",
           rule("downloads") + "title: t\ncorrelation:\n  type: value_percentile\n  rules: \n    - downloads\n" +
               "  group-by:\n    - Client\n  timespan: 24h\n  condition:\n    field: size\n    lte: 2",
           rule("x\nid: " + id) + "title: f\ndescription: d\nlogsource:\n  category: c\nfilter:\n  rules:\n    - " +
               id + " # a comment\n  selection:\n    Account|startswith: 'svc_'\n  condition: selection",
           rule("x\nid: " + id) + "title: f\ntaxonomy: ecs\nlogsource:\n  category: c\nfilter:\n  rules:\n    - " + id +
               "\n  selection:\n    url.domain|startswith: 'www.'\n  condition: selection",
       }) {
    Bench bench(yaml);
    for (const RuleReport& r : bench.rules().reports()) EXPECT_EQ(state(r), "ok") << yaml << r.reason;
  }
}

}  // namespace
}  // namespace stopwarden::sigma
