// SPDX-License-Identifier: Apache-2.0
// Correlation documents: what is read, what they are tied to, and what is wrong with them.
#include <gtest/gtest.h>

#include <chrono>

#include "detect/sigma/correlation_ir.h"
#include "detect/sigma/correlation_values.h"
#include "detect/sigma/testing.h"

namespace stopwarden::sigma {
namespace {

using testing::Bench;
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

std::string state(const RuleReport& r) {
  return r.state == RuleReport::State::loaded ? "ok" : r.code + ":" + std::to_string(r.line);
}

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

/// A correlation in one line; title is its name.
std::string count_of(const std::string& name, const std::string& rules, const std::string& more = "") {
  return "title: " + name + "\nname: " + name + "\n" + more + "correlation: {type: temporal, rules: [" + rules +
         "], timespan: 1m, condition: {gte: 1}}\n---\n";
}

/// "ok ok SIG057:16"; of the documents behind kRules.
std::string states(const Bench& bench) {
  std::string out;
  for (std::size_t i = 3; i < bench.rules().reports().size(); ++i)
    out += (i == 3 ? "" : " ") + state(bench.rules().reports()[i]);
  return out;
}

TEST(CorrelationLinks, FollowReferences) {
  struct Case {
    std::string documents;
    const char* states;
  };
  for (const Case& c : std::vector<Case>{
           {count_of("x", "y") + count_of("y", "a"), "ok ok"},
           {count_of("x", "x"), "SIG057:12"},
           {count_of("x", "y") + count_of("y", "x"), "SIG057:12 SIG057:16"},
           // z only waits for the circle: it falls with it, but is not in it.
           {count_of("x", "y") + count_of("y", "x") + count_of("z", "x, a"), "SIG057:12 SIG057:16 SIG054:20"},
           {count_of("x", "y, a") + count_of("y", "nobody"), "SIG054:12 SIG054:16"},
           {count_of("x", "a") + count_of("x", "b") + count_of("z", "x"), "ok ok SIG055:20"},
           {"title: f\nlogsource: {product: windows}\nname: f\nfilter: {rules: any, s: {U: x}, condition: not "
            "s}\n---\n" +
                count_of("x", "f"),
            "ok SIG054:17"},
           {"title: broken\nname: k\nlogsource: {product: windows}\ndetection: {s: {F|foo: a}, condition: s}\n---\n" +
                count_of("x", "k"),
            "SIG014:13 SIG054:17"},
           {"title: two\ncorrelation: {}\ndetection: {}\n", "SIG050:10"},
           {"title: two\ncorrelation: {}\nfilter: {}\n", "SIG050:10"},
       }) {
    Bench bench(kRules + c.documents);
    EXPECT_EQ(states(bench), c.states) << c.documents;
  }
}

TEST(CorrelationLinks, ReachOtherFilesAndIds) {
  Bench bench({{"1.yml",
                "title: corr\nid: 6f0f5b0e-8f0a-4f1c-9d0e-0c6d2f9f7a01\ncorrelation: {type: temporal, rules: "
                "[6F0F5B0E-8F0A-4F1C-9D0E-0C6D2F9F7A11, c], timespan: 1m}\n"},
               {"2.yml",
                "title: r\nid: 6f0f5b0e-8f0a-4f1c-9d0e-0c6d2f9f7a11\nlogsource: {product: windows}\ndetection: "
                "{s: {F: a}, condition: s}\n"},
               {"3.yml", kRules}},
              {});
  EXPECT_EQ(state(bench.rules().reports().front()), "ok") << bench.rules().reports().front().reason;
  const CorrelationRule& rule = bench.rules().ir().correlations.front();
  EXPECT_EQ(rule.covers, (std::vector<std::uint32_t>{0, 3}));
  ASSERT_EQ(rule.members.size(), 2U);
  EXPECT_EQ(rule.members[0].number, 0U);
  EXPECT_EQ(rule.members[1].number, 3U);
}

TEST(CorrelationLinks, ACollectionThatSharesAnIdIsOneStage) {
  Bench bench(
      "action: global\ntitle: g\nid: 6f0f5b0e-8f0a-4f1c-9d0e-0c6d2f9f7a11\nlogsource: {product: windows}\n---\n"
      "detection: {s: {F: a}, condition: s}\n---\ndetection: {s: {F: b}, condition: s}\n---\naction: reset\n---\n"
      "title: corr\ncorrelation: {type: event_count, rules: 6f0f5b0e-8f0a-4f1c-9d0e-0c6d2f9f7a11, timespan: 1m, "
      "condition: {gte: 2}}\n");
  ASSERT_EQ(bench.rules().ir().correlations.size(), 1U) << bench.rules().reports().back().reason;
  const CorrelationRule& rule = bench.rules().ir().correlations.front();
  ASSERT_EQ(rule.members.size(), 2U);
  EXPECT_EQ(rule.members[0].stage, 0U);
  EXPECT_EQ(rule.members[1].stage, 0U);
  EXPECT_EQ(rule.stages.size(), 1U);
}

TEST(CorrelationLinks, GenerateKeepsRulesAudible) {
  struct Case {
    std::string documents;
    bool a, x;  // silent?
  };
  const std::string loud =
      "title: t\nname: loud\ngenerate: true\nlogsource: {product: windows}\ndetection: {s: {F: a}, "
      "condition: s}\n---\n";
  for (const Case& c : std::vector<Case>{
           {count_of("x", "a"), true, false},
           {count_of("x", "a", "generate: true\n"), false, false},
           {count_of("x", "a", "generate: false\n"), true, false},
           {count_of("x", "a") + count_of("y", "x"), true, true},
           {count_of("x", "a") + count_of("y", "x", "generate: true\n"), true, false},
           // One correlation that lets it speak is enough.
           {count_of("x", "a") + count_of("y", "a", "generate: true\n"), false, false},
           {"title: x\ncorrelation: {type: event_count, generate: true, rules: a, timespan: 1m, condition: {gte: 1}}\n",
            false, false},
       }) {
    Bench bench(kRules + c.documents);
    ASSERT_FALSE(bench.rules().ir().correlations.empty()) << c.documents;
    EXPECT_EQ(bench.rules().ir().rules[0].silent, c.a) << c.documents;
    EXPECT_TRUE(bench.rules().ir().rules[0].correlated);
    EXPECT_FALSE(bench.rules().ir().rules[1].silent || bench.rules().ir().rules[1].correlated);
    EXPECT_EQ(bench.rules().ir().correlations[0].silent, c.x) << c.documents;
  }
  Bench bench(loud + kRules + count_of("x", "loud, a"));
  EXPECT_FALSE(bench.rules().ir().rules[0].silent);
  EXPECT_TRUE(bench.rules().ir().rules[1].silent);
}

std::vector<std::string> asked(const Bench& bench, std::size_t rule) {
  std::vector<std::string> out;
  for (const FieldId id : bench.rules().ir().rules[rule].correlation_fields)
    out.emplace_back(const_cast<Bench&>(bench).table().name(id));
  return out;
}

TEST(CorrelationLinks, FieldsAndAliasesByRule) {
  Bench bench(kRules +
              "title: x\nname: x\ncorrelation:\n"
              "  type: value_count\n  rules: [a, b]\n  group-by: [host, User]\n  timespan: 1m\n"
              "  condition: {gte: 2, field: what}\n"
              "  aliases: {host: {a: Computer, b: Workstation}, what: {a: Service}, User: {b: Actor}}\n");
  ASSERT_EQ(states(bench), "ok") << bench.rules().reports().back().reason;
  EXPECT_EQ(asked(bench, 0), (std::vector<std::string>{"Computer", "User", "Service"}));
  EXPECT_EQ(asked(bench, 1), (std::vector<std::string>{"Workstation", "Actor", "what"}));
  EXPECT_EQ(asked(bench, 2), (std::vector<std::string>{}));
  const CorrelationRule& rule = bench.rules().ir().correlations.front();
  EXPECT_EQ(rule.members[1].group, (std::vector<std::uint16_t>{0, 1}));
  EXPECT_EQ(rule.members[1].fields, (std::vector<std::uint16_t>{2}));

  WantedFields wanted(bench.table());
  bench.rules().add_wanted(wanted);
  for (const char* name : {"Computer", "Workstation", "Actor", "what", "Service", "User", "F"})
    EXPECT_TRUE(wanted.contains(*bench.table().find(name))) << name;
}

TEST(CorrelationLinks, ChainsPassFieldsOn) {
  // z asks x for a field of its group (under another name in a) and for one that only the event has.
  Bench bench(kRules +
              "title: z\nname: z\ncorrelation: {type: value_count, rules: [x, c], group-by: [host], timespan: 1h, "
              "condition: {gte: 2, field: Service}, aliases: {host: {c: Machine}}}\n---\n"
              "title: x\nname: x\ncorrelation: {type: event_count, rules: [a, b], group-by: [host], timespan: 1m, "
              "condition: {gte: 3}, aliases: {host: {a: Computer}, Service: {b: ServiceName}}}\n");
  ASSERT_EQ(states(bench), "ok ok") << bench.rules().reports().back().reason;
  const CorrelationRule& outer = bench.rules().ir().correlations[0];
  const CorrelationRule& inner = bench.rules().ir().correlations[1];
  EXPECT_EQ(outer.covers, (std::vector<std::uint32_t>{0, 1, 2}));
  ASSERT_EQ(outer.members.size(), 2U);
  EXPECT_TRUE(outer.members[0].chained);
  EXPECT_EQ(outer.members[0].number, 1U);
  EXPECT_FALSE(outer.members[1].chained);
  ASSERT_EQ(inner.passed.size(), 2U);
  EXPECT_EQ(inner.passed[0].name, "host");
  EXPECT_EQ(inner.passed[0].group, 0);
  EXPECT_EQ(inner.passed[1].name, "Service");
  EXPECT_EQ(inner.passed[1].group, -1);
  EXPECT_EQ(outer.members[0].group, (std::vector<std::uint16_t>{0}));
  EXPECT_EQ(outer.members[0].fields, (std::vector<std::uint16_t>{1}));
  EXPECT_EQ(asked(bench, 0), (std::vector<std::string>{"Computer", "Service"}));
  EXPECT_EQ(asked(bench, 1), (std::vector<std::string>{"host", "ServiceName"}));
  EXPECT_EQ(asked(bench, 2), (std::vector<std::string>{"Machine", "Service"}));
  EXPECT_EQ(inner.members[1].passed.size(), 2U);
  EXPECT_EQ(inner.members[1].passed[1], 1U);
  EXPECT_TRUE(inner.silent);
  EXPECT_FALSE(outer.silent);
}

TEST(CorrelationValues, AreReadAsTheRuleWould) {
  FieldTable table;
  const auto id = [&table](const char* name) { return *table.intern(name); };
  SourceSelector security, other;
  security.channel = "security";
  security.aliases.push_back({id("User"), id("made:User"), {id("Domain"), id("Account")}, Transform::domain_user, {}});
  other.channel = "other";
  const Resolver resolve = [&](const Logsource&) { return Resolution{{&other, &security}, {}}; };
  const std::vector<TextFile> files{
      {"t.yml", kRules +
                    "title: x\ncorrelation: {type: value_count, rules: [a, b], group-by: [User, Host], timespan: 1m, "
                    "condition: {gte: 2, field: V}}\n"}};
  std::vector<Diagnostic> warnings;
  const RuleSet rules = RuleSet::compile(files, resolve, {}, table, warnings);
  CorrelationValues values(rules.ir());
  using Values = std::vector<std::optional<std::string_view>>;
  const auto read = [&](std::uint32_t rule, std::string_view channel, const std::vector<FieldValue>& fields) {
    Event event;
    event.channel = channel;
    event.fields = fields;
    const auto out = values.read(rule, event);
    return Values(out.begin(), out.end());
  };
  const auto text = [&](const char* name, std::string_view value) {
    return FieldValue{id(name), ValueKind::string, value};
  };
  const FieldValue null{id("V"), ValueKind::null, ""};
  EXPECT_EQ(read(0, "Security", {text("Domain", "D"), text("Account", "u"), text("User", "raw"), text("Host", "h")}),
            (Values{"D\\u", "h", std::nullopt}));
  EXPECT_EQ(read(0, "Security", {text("User", "raw"), null, text("V", ""), text("V", "second")}),
            (Values{std::nullopt, std::nullopt, ""}));
  EXPECT_EQ(read(1, "Other", {text("User", "raw"), text("V", "1"), text("V", "2")}),
            (Values{"raw", std::nullopt, "1"}));
  EXPECT_EQ(read(2, "Other", {text("User", "raw")}), Values{});

  WantedFields wanted(table);
  rules.add_wanted(wanted);
  for (const char* name : {"Domain", "Account", "User", "Host", "V"}) EXPECT_TRUE(wanted.contains(id(name))) << name;
}

TEST(CorrelationLinks, WhatCanNeverFire) {
  SourceSelector everything;
  const Resolver resolve = [&everything](const Logsource& source) {
    if (source.product == "windows") return Resolution{{&everything}, {}};
    return Resolution{{}, "no such source"};
  };
  const std::string never =
      "title: n\nname: n\nlogsource: {product: paper}\ndetection: {s: {F: a}, condition: s}\n---\n";
  struct Case {
    std::string correlation;
    const char* state;
    std::size_t members;
  };
  for (const Case& c : std::vector<Case>{
           {"{type: event_count, rules: n, timespan: 1m, condition: {gte: 1}}", "SIG103:15", 0},
           {"{type: event_count, rules: [n, a], timespan: 1m, condition: {gte: 1}}", "ok", 1},
           {"{type: temporal, rules: [n, a], timespan: 1m}", "SIG103:15", 0},
           {"{type: temporal, rules: [n, a, b], timespan: 1m, condition: {gte: 2}}", "ok", 2},
           {"{type: temporal, rules: [n, a], timespan: 1m, condition: a and not n}", "ok", 1},
       }) {
    FieldTable table;
    std::vector<Diagnostic> warnings;
    const std::vector<TextFile> files{{"t.yml", kRules + never + "title: x\ncorrelation: " + c.correlation + "\n"}};
    const RuleSet rules = RuleSet::compile(files, resolve, {}, table, warnings);
    EXPECT_EQ(state(rules.reports().back()), c.state) << c.correlation << rules.reports().back().reason;
    EXPECT_EQ(rules.ir().correlations.empty() ? 0U : rules.ir().correlations.front().members.size(), c.members);
  }
}

TEST(CorrelationLimits, AreKept) {
  const auto chain = [](std::size_t depth) {
    std::string out = kRules + count_of("x1", "a");
    for (std::size_t i = 2; i <= depth; ++i) out += count_of("x" + std::to_string(i), "x" + std::to_string(i - 1));
    Bench bench(out);
    return bench.rules().reports().back().code;
  };
  EXPECT_EQ(chain(kCorrelationLimits.chain_depth_max), "");
  EXPECT_EQ(chain(kCorrelationLimits.chain_depth_max + 1), "SIG062");

  const auto wide = [](std::size_t n, const char* type) {
    std::string rules, names;
    for (std::size_t i = 0; i < n; ++i) {
      const std::string name = "r" + std::to_string(i);
      rules +=
          "{title: t, name: " + name + ", logsource: {product: windows}, detection: {s: {F: a}, condition: s}}\n---\n";
      names += (i == 0 ? "" : ", ") + name;
    }
    Bench bench(rules + "title: x\ncorrelation: {type: " + type + ", rules: [" + names + "], timespan: 1m}\n");
    return bench.rules().reports().back().code;
  };
  EXPECT_EQ(wide(kCorrelationLimits.rules_max, "temporal"), "");
  EXPECT_EQ(wide(kCorrelationLimits.rules_max + 1, "temporal"), "SIG062");
  EXPECT_EQ(wide(kCorrelationLimits.ordered_rules_max, "temporal_ordered"), "");
  EXPECT_EQ(wide(kCorrelationLimits.ordered_rules_max + 1, "temporal_ordered"), "SIG062");

  std::string fields;
  for (std::size_t i = 0; i <= kCorrelationLimits.fields_max; ++i) fields += "f" + std::to_string(i) + ", ";
  Bench bench(kRules + "title: x\ncorrelation: {type: temporal, rules: [a, b], timespan: 1m, group-by: [" + fields +
              "]}\n");
  EXPECT_EQ(states(bench), "SIG062:11");
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
