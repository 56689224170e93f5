// SPDX-License-Identifier: Apache-2.0
// Exact answers: when each type of correlation fires, at the boundaries of its window and with hits of the same time.
#include "detect/sigma/correlate.h"

#include <map>
#include <sstream>

#include "detect/sigma/testing.h"
#include "support/naive_correlator.h"

namespace stopwarden::sigma {
namespace {

constexpr EventTime kStart{std::chrono::seconds(1'700'000'000)};

/// A hit of rule a, b or c.
struct H {
  std::string_view rule;
  double at = 0;  ///< seconds
  std::map<std::string_view, std::string_view> fields = {};
  std::string_view host = "srv";
  std::uint64_t event = 0;  ///< 0: one of its own
};

/// Three plain rules and what `correlations` adds.
std::string documents(std::string_view correlations) {
  std::string out;
  for (const char* name : {"a", "b", "c"})
    out += std::string("title: ") + name + "\nname: " + name +
           "\nlogsource:\n    product: windows\ndetection:\n    s:\n        F: " + name + "\n    condition: s\n---\n";
  return out + std::string(correlations);
}

/// One correlation of these lines.
std::string correlation(std::string_view lines, std::string_view name = "x") {
  std::string out = "title: " + std::string(name) + "\nname: " + std::string(name) + "\ncorrelation:\n";
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    out += "    " + std::string(lines.substr(0, end)) + "\n";
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  return out;
}

class Trial {
 public:
  explicit Trial(const std::string& correlations, const CorrelatorOptions& options = {})
      : bench_(documents(correlations)), correlator_(bench_.rules(), options) {
    for (const RuleReport& report : bench_.rules().reports())
      EXPECT_EQ(report.state, RuleReport::State::loaded) << report.code << " " << report.reason;
  }
  void hit(const H& h) {
    const Ir& ir = bench_.rules().ir();
    std::vector<std::optional<std::string_view>> values;
    CorrelationHit hit;
    for (; hit.rule < ir.rules.size() && ir.rules[hit.rule].info.name != h.rule; ++hit.rule) {
    }
    for (const FieldId field : ir.rules[hit.rule].correlation_fields) {
      values.emplace_back();
      for (const auto& [name, value] : h.fields)
        if (bench_.table().find(name) == field) values.back() = value;
    }
    hit.time = kStart + std::chrono::nanoseconds(static_cast<std::int64_t>(h.at * 1e9));
    hit.host = h.host;
    hit.event = h.event != 0 ? h.event : 1000 + hits_;
    hit.evidence = hits_++;
    hit.values = values;
    correlator_.on_hit(hit, results_);
  }
  Correlator& correlator() { return correlator_; }
  test::OwnedResults& results() { return results_; }
  const CorrelationStats& stats() const { return correlator_.stats().front(); }

  /// "x 0..60 2 hits: 0 1", one line a result, with what is not ordinary.
  std::string text() const {
    std::ostringstream out;
    for (const test::OwnedResult& r : results_.all) {
      const CorrelationRule& rule = bench_.rules().ir().correlations[r.correlation];
      const auto seconds = [](EventTime t) { return static_cast<double>((t - kStart).count()) / 1e9; };
      out << rule.info.name << " " << seconds(r.first) << ".." << seconds(r.time);
      if (r.host != "srv") out << " at '" << r.host << "'";
      for (const auto& [name, value] : r.group) out << " " << name << "=" << value;
      out << " " << r.count << " hits:";
      for (const std::uint64_t e : r.evidences) out << " " << e;
      if (r.value != std::to_string(r.count)) out << " value " << r.value;
      out << "\n";
    }
    return out.str();
  }

 private:
  testing::Bench bench_;
  Correlator correlator_;
  test::OwnedResults results_;
  std::uint64_t hits_ = 0;
};

std::string run(const std::string& correlations, const std::vector<H>& hits) {
  Trial trial(correlations);
  for (const H& h : hits) trial.hit(h);
  trial.correlator().finish(trial.results());
  return trial.text();
}

struct Case {
  const char* what;
  std::vector<H> hits;
  const char* want;
};
void check(const std::string& rule, const std::vector<Case>& cases) {
  for (const Case& c : cases) EXPECT_EQ(run(rule, c.hits), c.want) << c.what << "\n" << rule;
}

TEST(Correlate, EventCount) {
  check(correlation("type: event_count\nrules: a\ntimespan: 1m\ncondition:\n    gte: 3"),
        {{"too few", {{"a", 0}, {"a", 1}}, ""},
         {"enough", {{"a", 0}, {"a", 1}, {"a", 2}}, "x 0..2 3 hits: 0 1 2\n"},
         {"other rules do not count", {{"a", 0}, {"b", 1}, {"a", 2}}, ""},
         {"the window includes its end", {{"a", 0}, {"a", 30}, {"a", 60}}, "x 0..60 3 hits: 0 1 2\n"},
         {"and nothing beyond", {{"a", 0}, {"a", 30}, {"a", 60.000000125}}, ""},
         {"it slides", {{"a", 0}, {"a", 50}, {"a", 70}, {"a", 110}}, "x 50..110 3 hits: 1 2 3\n"},
         {"the same time", {{"a", 5}, {"a", 5}, {"a", 5}}, "x 5..5 3 hits: 0 1 2\n"},
         {"an event counts once", {{"a", 0}, {"a", 1, {}, "srv", 7}, {"a", 1, {}, "srv", 7}}, ""},
         {"quiet until its last hit left the window",
          {{"a", 0}, {"a", 1}, {"a", 2}, {"a", 3}, {"a", 60}, {"a", 61}, {"a", 62}, {"a", 62.5}},
          "x 0..2 3 hits: 0 1 2\nx 61..62.5 3 hits: 5 6 7\n"},
         {"hosts differ", {{"a", 0}, {"a", 1, {}, "dc"}, {"a", 2}}, "x 0..2 at '' 3 hits: 0 1 2\n"},
         {"another host before",
          {{"a", 0, {}, "dc"}, {"a", 59}, {"a", 60}, {"a", 61}},
          "x 0..60 at '' 3 hits: 0 1 2\n"}});
  check(correlation("type: event_count\nrules: [a, b]\ntimespan: 1m\ncondition:\n    gt: 1.5"),
        {{"of both rules", {{"b", 0}, {"a", 60}}, "x 0..60 2 hits: 0 1\n"},
         {"an event that both fire on counts once", {{"a", 0, {}, "srv", 9}, {"b", 0, {}, "srv", 9}}, ""}});
}

TEST(Correlate, TimeSpans) {
  for (const auto& [span, seconds] : std::vector<std::pair<std::string, double>>{
           {"90s", 90}, {"15m", 900}, {"2h", 7200}, {"1d", 86'400}, {"2w", 1'209'600}}) {
    const std::string rule = correlation("type: event_count\nrules: a\ntimespan: " + span + "\ncondition:\n    gte: 2");
    EXPECT_NE(run(rule, {{"a", 0}, {"a", seconds}}), "") << span;
    EXPECT_EQ(run(rule, {{"a", 0}, {"a", seconds + 0.001}}), "") << span;
  }
}

/// All that only the end of a window can tell. A window opens at 0, takes in 60, and another one opens after that.
TEST(Correlate, EventCountWhenTheWindowIsOver) {
  const auto rule = [](std::string_view condition) {
    return correlation("type: event_count\nrules: a\ntimespan: 1m\ncondition:\n" + std::string(condition));
  };
  const std::vector<H> three{{"a", 0}, {"a", 1}, {"a", 60}, {"a", 61}};  // and then one
  EXPECT_EQ(run(rule("    lt: 3"), three), "x 61..121 1 hits: 3\n");
  EXPECT_EQ(run(rule("    lte: 3"), three), "x 0..60 3 hits: 0 1 2\nx 61..121 1 hits: 3\n");
  EXPECT_EQ(run(rule("    eq: 3"), three), "x 0..60 3 hits: 0 1 2\n");
  EXPECT_EQ(run(rule("    neq: 3"), three), "x 61..121 1 hits: 3\n");
  EXPECT_EQ(run(rule("    gt: 1\n    lte: 3"), three), "x 0..60 3 hits: 0 1 2\n");
  EXPECT_EQ(run(rule("    gt: 3\n    lte: 5"), three), "");
  EXPECT_EQ(run(rule("    gte: 3\n    lt: 3"), three), "");
  EXPECT_EQ(run(rule("    lt: 1"), three), "") << "a window without hits is none";
}

TEST(Correlate, GroupBy) {
  const std::string rule =
      correlation("type: event_count\nrules: [a, b]\ngroup-by: [U, C]\ntimespan: 1m\ncondition:\n    gte: 2");
  check(rule,
        {{"each on its own", {{"a", 0, {{"U", "x"}, {"C", "y"}}}, {"a", 1, {{"U", "x"}, {"C", "z"}}}}, ""},
         {"together",
          {{"a", 0, {{"U", "x"}, {"C", "y"}}}, {"b", 1, {{"U", "x"}, {"C", "y"}}}},
          "x 0..1 U=x C=y 2 hits: 0 1\n"},
         {"no two groups are one", {{"a", 0, {{"U", "ab"}, {"C", "c"}}}, {"a", 1, {{"U", "a"}, {"C", "bc"}}}}, ""},
         {"the empty text is a value",
          {{"a", 0, {{"U", ""}, {"C", "y"}}}, {"a", 1, {{"U", ""}, {"C", "y"}}}},
          "x 0..1 U= C=y 2 hits: 0 1\n"},
         {"case counts", {{"a", 0, {{"U", "x"}, {"C", "y"}}}, {"a", 1, {{"U", "X"}, {"C", "y"}}}}, ""},
         {"a missing field", {{"a", 0, {{"U", "x"}}}, {"a", 1, {{"U", "x"}}}}, ""}});
  Trial missing(rule);
  missing.hit({"a", 0, {{"U", "x"}}});
  missing.hit({"a", 0, {{"U", "x"}, {"C", "y"}}});
  EXPECT_EQ(missing.stats().hits, 2U);
  EXPECT_EQ(missing.stats().without_group, 1U);
}

TEST(Correlate, Aliases) {
  check(correlation("type: temporal\nrules: [a, b]\ngroup-by: [user]\ntimespan: 1m\naliases:\n    user:\n        a: "
                    "SubjectUserName\n        b: User"),
        {{"by their own names",
          {{"a", 0, {{"SubjectUserName", "x"}, {"User", "y"}}}, {"b", 1, {{"User", "x"}}}},
          "x 0..1 user=x 2 hits: 0 1\n"},
         {"other users", {{"a", 0, {{"SubjectUserName", "x"}}}, {"b", 1, {{"User", "z"}}}}, ""}});
  check(correlation("type: value_count\nrules: [a, b]\ntimespan: 1m\naliases:\n    service:\n        a: S\n        b: "
                    "T\ncondition:\n    field: service\n    gte: 2"),
        {{"one event, two values",
          {{"a", 0, {{"S", "x"}}, "srv", 5}, {"b", 0, {{"T", "y"}}, "srv", 5}},
          "x 0..0 2 hits: 0 1\n"},
         {"the same value", {{"a", 0, {{"S", "x"}}}, {"b", 1, {{"T", "x"}}}}, ""}});
}

TEST(Correlate, ValueCount) {
  const std::string rule =
      correlation("type: value_count\nrules: a\ntimespan: 1m\ncondition:\n    field: V\n    gte: 3");
  check(rule, {{"distinct ones",
                {{"a", 0, {{"V", "1"}}}, {"a", 1, {{"V", "2"}}}, {"a", 60, {{"V", "3"}}}},
                "x 0..60 3 hits: 0 1 2\n"},
               {"repeated ones", {{"a", 0, {{"V", "1"}}}, {"a", 1, {{"V", "2"}}}, {"a", 2, {{"V", "1"}}}}, ""},
               {"one left", {{"a", 0, {{"V", "1"}}}, {"a", 1, {{"V", "2"}}}, {"a", 60.5, {{"V", "3"}}}}, ""},
               {"a value is as new as its last hit",
                {{"a", 0, {{"V", "1"}}}, {"a", 1, {{"V", "2"}}}, {"a", 50, {{"V", "1"}}}, {"a", 61, {{"V", "3"}}}},
                "x 1..61 3 hits: 1 2 3\n"},
               {"after a result",
                {{"a", 0, {{"V", "1"}}},
                 {"a", 1, {{"V", "2"}}},
                 {"a", 2, {{"V", "3"}}},
                 {"a", 3, {{"V", "4"}}},
                 {"a", 62, {{"V", "5"}}},
                 {"a", 62.5, {{"V", "6"}}},
                 {"a", 63, {{"V", "7"}}}},
                "x 0..2 3 hits: 0 1 2\nx 3..62.5 3 hits: 3 4 5\n"}});
  Trial missing(rule);
  missing.hit({"a", 0});
  EXPECT_EQ(missing.stats().without_value, 1U);
  const std::string tuples =
      correlation("type: value_count\nrules: a\ntimespan: 1m\ncondition:\n    field: [V, W]\n    gte: 2");
  EXPECT_NE(run(tuples, {{"a", 0, {{"V", "1"}, {"W", "1"}}}, {"a", 1, {{"V", "1"}, {"W", "2"}}}}), "");
  EXPECT_EQ(run(tuples, {{"a", 0, {{"V", "1"}, {"W", "1"}}}, {"a", 1, {{"V", "1"}, {"W", "1"}}}}), "");
  const std::string few = correlation("type: value_count\nrules: a\ntimespan: 1m\ncondition:\n    field: V\n    lt: 2");
  EXPECT_EQ(
      run(few, {{"a", 0, {{"V", "1"}}}, {"a", 1, {{"V", "1"}}}, {"a", 61, {{"V", "1"}}}, {"a", 62, {{"V", "2"}}}}),
      "x 0..60 2 hits: 0 1 value 1\n");
}

TEST(Correlate, Sum) {
  const auto rule = [](std::string_view bound) {
    return correlation("type: value_sum\nrules: a\ntimespan: 1m\ncondition:\n    field: V\n    " + std::string(bound));
  };
  check(rule("gte: 1"), {{"exact in decimals",
                          {{"a", 0, {{"V", "0.7"}}}, {"a", 1, {{"V", "0.2"}}}, {"a", 2, {{"V", "0.1"}}}},
                          "x 0..2 3 hits: 0 1 2 value 1\n"},
                         {"what left is taken back",
                          {{"a", 0, {{"V", "0.7"}}}, {"a", 1, {{"V", "0.2"}}}, {"a", 60.5, {{"V", "0.1"}}}},
                          ""},
                         {"below zero",
                          {{"a", 0, {{"V", "-1"}}}, {"a", 1, {{"V", "1.5"}}}, {"a", 60.5, {{"V", "0"}}}},
                          "x 1..60.5 2 hits: 1 2 value 1.5\n"}});
  EXPECT_EQ(run(rule("lt: 0"), {{"a", 0, {{"V", "-1"}}}, {"a", 1, {{"V", "0.5"}}}}),
            "x 0..60 2 hits: 0 1 value -0.5\n");
  Trial text(rule("gte: 1"));
  text.hit({"a", 0, {{"V", "many"}}});
  text.hit({"a", 0});
  EXPECT_EQ(text.stats().not_a_number, 1U);
  EXPECT_EQ(text.stats().without_value, 1U);
}

/// Windows of the numbers 1, 2, 3, 10.
TEST(Correlate, AverageMedianPercentile) {
  struct Row {
    const char* type;
    const char* condition;
    const char* value;  ///< nullptr: does not fire
  };
  for (const Row& row : std::initializer_list<Row>{{"value_avg", "gte: 4", "4"},
                                                   {"value_avg", "gt: 4", nullptr},
                                                   {"value_avg", "lt: 4.000000001", "4"},
                                                   {"value_median", "eq: 2.5", "2.5"},
                                                   {"value_median", "gt: 2.5", nullptr},
                                                   {"value_percentile", "percentile: 50\n    eq: 2", "2"},
                                                   {"value_percentile", "percentile: 51\n    eq: 3", "3"},
                                                   {"value_percentile", "percentile: 75\n    lte: 3", "3"},
                                                   {"value_percentile", "percentile: 75\n    gt: 3", nullptr},
                                                   {"value_percentile", "percentile: 100\n    gte: 10", "10"},
                                                   {"value_percentile", "percentile: 0\n    lte: 1", "1"}}) {
    const std::string rule = correlation(std::string("type: ") + row.type +
                                         "\nrules: a\ntimespan: 1m\ncondition:\n    field: V\n    " + row.condition);
    const std::string got =
        run(rule, {{"a", 0, {{"V", "10"}}}, {"a", 1, {{"V", "1"}}}, {"a", 2, {{"V", "3"}}}, {"a", 3, {{"V", "2"}}}});
    if (row.value == nullptr)
      EXPECT_EQ(got, "") << rule;
    else if (row.value == std::string("4"))
      EXPECT_EQ(got, "x 0..60 4 hits: 0 1 2 3\n") << rule;
    else
      EXPECT_EQ(got, std::string("x 0..60 4 hits: 0 1 2 3 value ") + row.value + "\n") << rule;
  }
  EXPECT_EQ(run(correlation("type: value_avg\nrules: a\ntimespan: 1m\ncondition:\n    field: V\n    gt: 0"),
                {{"a", 0, {{"V", "1"}}}, {"a", 1, {{"V", "1"}}}, {"a", 2, {{"V", "0"}}}}),
            "x 0..60 3 hits: 0 1 2 value 0.666666666\n");
}

TEST(Correlate, PercentileWithoutAPercentileIsTheShareOfAValue) {
  const auto rule = [](std::string_view bound) {
    return correlation("type: value_percentile\nrules: a\ntimespan: 1h\ncondition:\n    field: V\n    " +
                       std::string(bound));
  };
  std::vector<H> hits(198, H{"a", 1, {{"V", "common"}}});
  hits[7] = {"a", 1, {{"V", "rare"}}};
  hits[60] = {"a", 1, {{"V", "rarer"}}};
  hits[90] = {"a", 1, {{"V", "rare"}}};
  EXPECT_EQ(run(rule("lte: 1"), hits), "x 1..3601 1 hits: 60 value 0.505050505\n") << "two of 198 are more than 1 %";
  EXPECT_EQ(run(rule("lte: 1.1"), hits), "x 1..3601 2 hits: 7 90 value 1.01010101\n") << "the one that came first";
  EXPECT_EQ(run(rule("lt: 0.5"), hits), "");
}

TEST(Correlate, Temporal) {
  check(correlation("type: temporal\nrules: [a, b, c]\ntimespan: 1m"),
        {{"all, in any order", {{"c", 0}, {"a", 30}, {"b", 60}}, "x 0..60 3 hits: 0 1 2\n"},
         {"not in one window", {{"c", 0}, {"a", 30}, {"b", 60.5}}, ""},
         {"the last hit of each", {{"c", 0}, {"a", 30}, {"c", 40}, {"b", 70}}, "x 30..70 3 hits: 1 2 3\n"},
         {"one event may be several",
          {{"a", 5, {}, "srv", 3}, {"b", 5, {}, "srv", 3}, {"c", 5, {}, "srv", 3}},
          "x 5..5 3 hits: 0 1 2\n"}});
  check(correlation("type: temporal\nrules: [a, b, c]\ntimespan: 1m\ncondition:\n    gte: 2"),
        {{"two of three", {{"c", 0}, {"c", 1}, {"a", 2}}, "x 1..2 2 hits: 1 2\n"}});
  check(correlation("type: temporal\nrules: [a, b, c]\ntimespan: 1m\ncondition:\n    eq: 2"),
        {{"two in all of the window", {{"c", 0}, {"a", 2}, {"a", 60}}, "x 0..60 3 hits: 0 1 2 value 2\n"},
         {"a third one later", {{"c", 0}, {"a", 2}, {"b", 60}}, ""}});
  check(correlation("type: temporal\ncondition: a and (b or c)\ntimespan: 1m"),
        {{"one way", {{"a", 0}, {"c", 60}}, "x 0..60 2 hits: 0 1\n"}, {"half", {{"b", 0}, {"c", 60}}, ""}});
  check(correlation("type: temporal\nrules: [a, b, c]\ncondition: a and b and not c\ntimespan: 1m"),
        {{"without the third", {{"b", 0}, {"a", 60}, {"c", 60.5}}, "x 0..60 2 hits: 0 1\n"},
         {"with it", {{"b", 0}, {"a", 59}, {"c", 60}}, ""},
         {"it came first", {{"c", 0}, {"a", 1}, {"b", 2}}, ""}});
}

TEST(Correlate, TemporalOrdered) {
  check(
      correlation("type: temporal_ordered\nrules: [a, b, c]\ntimespan: 1m"),
      {{"in order", {{"a", 0}, {"b", 30}, {"c", 60}}, "x 0..60 3 hits: 0 1 2\n"},
       {"the last two swapped", {{"a", 0}, {"c", 30}, {"b", 60}}, ""},
       {"the first two swapped", {{"b", 0}, {"a", 30}, {"c", 60}}, ""},
       {"100 ns later", {{"a", 0}, {"b", 0.0000001}, {"c", 0.0000002}}, "x 0..2e-07 3 hits: 0 1 2\n"},
       {"the same time is no order", {{"a", 0}, {"b", 1}, {"c", 1}}, ""},
       {"the same time as one that is not needed", {{"a", 0}, {"a", 1}, {"b", 1}, {"c", 2}}, "x 0..2 3 hits: 0 2 3\n"},
       {"others in between", {{"a", 0}, {"c", 1}, {"b", 2}, {"a", 3}, {"c", 4}}, "x 0..4 3 hits: 0 2 4\n"},
       {"the chain that began last", {{"a", 0}, {"b", 1}, {"a", 2}, {"b", 3}, {"c", 62}}, "x 2..62 3 hits: 2 3 4\n"},
       {"an old beginning is not kept alive", {{"a", 0}, {"b", 1}, {"b", 59}, {"c", 61}}, ""},
       {"quiet while the last one is in the window",
        {{"a", 0}, {"b", 1}, {"c", 2}, {"a", 3}, {"b", 4}, {"c", 62}, {"c", 62.5}},
        "x 0..2 3 hits: 0 1 2\nx 3..62.5 3 hits: 3 4 5\n"}});
  check(correlation("type: temporal_ordered\nrules: [a, b, c]\ntimespan: 1m\ncondition:\n    gte: 2"),
        {{"two of three, in order", {{"c", 0}, {"b", 1}, {"a", 2}, {"c", 3}}, "x 2..3 2 hits: 2 3\n"}});
  check(correlation("type: temporal_ordered\nrules: [a, b]\ntimespan: 1m\ngroup-by: [U]"),
        {{"another group", {{"a", 0, {{"U", "x"}}}, {"b", 1, {{"U", "y"}}}}, ""}});
  check(correlation("type: temporal_ordered\nrules: [a, b, c]\ncondition: a and b and not c\ntimespan: 1m"),
        {{"in order without the third", {{"a", 0}, {"b", 1}}, "x 0..60 2 hits: 0 1\n"},
         {"not in order", {{"b", 0}, {"a", 1}}, ""},
         {"with the third", {{"a", 0}, {"b", 1}, {"c", 60}}, ""}});
}

TEST(Correlate, OfCorrelations) {
  const std::string inner =
      correlation("type: event_count\nrules: a\ngroup-by: [U, C]\ntimespan: 10s\ncondition:\n    gte: 2", "inner") +
      "---\n";
  const std::string outer = correlation(
      "type: value_count\nrules: inner\ngroup-by: [U]\ntimespan: 1m\ncondition:\n    field: C\n    gte: 2", "outer");
  const std::vector<H> hits{{"a", 0, {{"U", "u"}, {"C", "c1"}}},  {"a", 1, {{"U", "u"}, {"C", "c1"}}},
                            {"a", 30, {{"U", "u"}, {"C", "c2"}}}, {"a", 40, {{"U", "u"}, {"C", "c2"}}},
                            {"a", 41, {{"U", "v"}, {"C", "c3"}}}, {"a", 42, {{"U", "v"}, {"C", "c3"}}}};
  EXPECT_EQ(run(inner + outer, hits), "outer 1..40 U=u 2 hits: 1 3\n") << "inner ones are silent";
  EXPECT_EQ(run(outer + "---\n" + inner, hits), "outer 1..40 U=u 2 hits: 1 3\n") << "and may come later in the file";
  // A value of the hit that completed the inner one.
  const std::string by_field =
      correlation("type: event_count\nrules: inner\ngroup-by: [W]\ntimespan: 1m\ncondition:\n    gte: 1", "outer");
  EXPECT_EQ(run(inner + by_field, {{"a", 0, {{"U", "u"}, {"C", "c"}, {"W", "first"}}},
                                   {"a", 1, {{"U", "u"}, {"C", "c"}, {"W", "last"}}}}),
            "outer 1..1 W=last 1 hits: 1\n");
  // What is told when a window is over has the time of its end.
  const std::string late =
      correlation("type: event_count\nrules: a\ntimespan: 10s\ncondition:\n    eq: 1", "late") + "---\n";
  const std::string after = correlation("type: temporal_ordered\nrules: [late, b]\ntimespan: 5s", "after");
  EXPECT_EQ(run(late + after, {{"a", 0}, {"b", 10}}), "") << "the window ends at 10, which is not before 10";
  EXPECT_EQ(run(late + after, {{"a", 0}, {"b", 15}}), "after 10..15 2 hits: 0 1\n");
  EXPECT_EQ(run(late + after, {{"a", 0}, {"b", 15.5}}), "");
}

TEST(Correlate, EvidencesAreBounded) {
  const std::vector<H> hits(100, H{"a", 1});
  Trial many(correlation("type: event_count\nrules: a\ntimespan: 1m\ncondition:\n    gte: 100"));
  for (const H& h : hits) many.hit(h);
  ASSERT_EQ(many.results().all.size(), 1U);
  const test::OwnedResult& r = many.results().all.front();
  EXPECT_EQ(r.count, 100U);
  ASSERT_EQ(r.evidences.size(), kCorrelationEvidencesMax);
  EXPECT_EQ(r.evidences[62], 62U);
  EXPECT_EQ(r.evidences[63], 99U) << "the one that completed it";
}

TEST(Correlate, LongValuesAreToldApart) {
  const std::string rule =
      correlation("type: event_count\nrules: a\ngroup-by: [U]\ntimespan: 1m\ncondition:\n    gte: 2");
  const std::string one = std::string(5000, 'x') + "1", two = std::string(5000, 'x') + "2";
  EXPECT_EQ(run(rule, {{"a", 0, {{"U", one}}}, {"a", 1, {{"U", two}}}}), "");
  const std::string got = run(rule, {{"a", 0, {{"U", one}}}, {"a", 1, {{"U", one}}}});
  EXPECT_NE(got.find("2 hits"), std::string::npos);
  EXPECT_LT(got.size(), 1200U);
}

TEST(Correlate, LateHitsAreCountedAndLeftOut) {
  Trial scan(correlation("type: event_count\nrules: a\ntimespan: 1m\ncondition:\n    gte: 2"));
  scan.hit({"a", 10});
  scan.hit({"a", 9});
  EXPECT_EQ(scan.text(), "");
  EXPECT_EQ(scan.stats().late, 1U);
  scan.correlator().on_hit_without_time(0);
  EXPECT_EQ(scan.stats().without_time, 1U);
}

/// A stream holds hits back, so that the order in which they come does not matter within the lateness.
TEST(Correlate, StreamsPutHitsInOrder) {
  CorrelatorOptions options;
  options.lateness = std::chrono::seconds(10);
  const std::string rule = correlation("type: temporal_ordered\nrules: [a, b]\ntimespan: 1m");
  Trial stream(rule, options);
  stream.hit({"b", 5});
  stream.hit({"a", 0});
  EXPECT_EQ(stream.text(), "") << "older ones may still come";
  stream.hit({"c", 15});
  EXPECT_EQ(stream.text(), "") << "rules of no correlation move no time";
  stream.hit({"a", 15});
  EXPECT_EQ(stream.text(), "x 0..5 2 hits: 1 0\n");
  stream.hit({"b", 4.5});
  EXPECT_EQ(stream.stats().late, 1U);
  stream.hit({"b", 100});
  stream.correlator().advance(kStart + std::chrono::seconds(109), stream.results());
  EXPECT_EQ(stream.results().all.size(), 1U);
  stream.correlator().finish(stream.results());
  EXPECT_EQ(stream.stats().hits, 4U);

  Trial silent(correlation("type: event_count\nrules: a\ntimespan: 1m\ncondition:\n    eq: 1"), options);
  silent.hit({"a", 0});
  silent.correlator().advance(kStart + std::chrono::seconds(70), silent.results());
  EXPECT_EQ(silent.text(), "") << "one more at 60 could still come";
  silent.correlator().advance(kStart + std::chrono::seconds(71), silent.results());
  EXPECT_EQ(silent.text(), "x 0..60 1 hits: 0\n");

  options.limits.waiting_max = 2;
  Trial full(rule, options);
  for (const double at : {3.0, 1.0, 2.0}) full.hit({"a", at});
  EXPECT_EQ(full.stats().hits, 1U) << "the earliest goes on when too many wait";
  full.hit({"a", 0.5});
  EXPECT_EQ(full.stats().late, 1U);
}

TEST(Correlate, GroupsBeyondTheLimitAreForgottenAndCounted) {
  CorrelatorOptions options;
  options.limits.groups_max = 2;
  Trial trial(correlation("type: event_count\nrules: a\ngroup-by: [U]\ntimespan: 1m\ncondition:\n    gte: 2"), options);
  trial.hit({"a", 0, {{"U", "1"}}});
  trial.hit({"a", 1, {{"U", "2"}}});
  trial.hit({"a", 2, {{"U", "1"}}});  // fires; 2 is quiet for longest now
  trial.hit({"a", 3, {{"U", "3"}}});  // in its place
  trial.hit({"a", 4, {{"U", "2"}}});  // in the place of 1
  trial.hit({"a", 5, {{"U", "3"}}});
  EXPECT_EQ(trial.text(), "x 0..2 U=1 2 hits: 0 2\nx 3..5 U=3 2 hits: 3 5\n");
  EXPECT_EQ(trial.stats().groups_evicted, 2U);
  EXPECT_EQ(trial.stats().hits_evicted, 1U) << "the other one had told its hits";
}

TEST(Correlate, MemoryStaysWithinItsLimits) {
  CorrelatorOptions options;
  options.limits.bytes_max = 256 * std::size_t{1024};
  options.limits.bytes_total_max = 512 * std::size_t{1024};
  std::string rules;
  for (const char* name : {"x", "y", "z"})
    rules +=
        correlation("type: event_count\nrules: a\ngroup-by: [U]\ntimespan: 1h\ncondition:\n    gte: 5", name) + "---\n";
  rules += correlation("type: value_count\nrules: a\ntimespan: 1h\ncondition:\n    field: U\n    gte: 10000", "v");
  Trial trial(rules, options);
  for (int i = 0; i < 20'000; ++i) {
    const std::string user = "user" + std::to_string(i);
    trial.hit({"a", i * 0.01, {{"U", user}}});
  }
  for (const CorrelationStats& s : trial.correlator().stats()) {
    EXPECT_EQ(s.hits, 20'000U);
    EXPECT_GT(s.groups_evicted, 0U);
    EXPECT_GT(s.hits_evicted, 0U);
  }
  EXPECT_EQ(trial.text(), "");
}

}  // namespace
}  // namespace stopwarden::sigma
