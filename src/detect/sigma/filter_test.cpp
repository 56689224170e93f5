// SPDX-License-Identifier: Apache-2.0
// Global filters: which rules they change, and how.
#include <gtest/gtest.h>

#include "detect/sigma/testing.h"

namespace stopwarden::sigma {
namespace {

using testing::Bench;

const std::string kRules =
    "title: r1\n"                                                            // 1
    "name: first\n"                                                          // 2
    "id: 6f0f5b0e-8f0a-4f1c-9d0e-0c6d2f9f7a11\n"                             // 3
    "logsource: {product: windows, category: process_creation}\n"            // 4
    "detection: {selection: {F: a}, sel_b: {F: b}, condition: 1 of sel*}\n"  // 5
    "---\n"                                                                  // 6
    "title: r2\n"                                                            // 7
    "name: second\n"                                                         // 8
    "logsource: {product: windows, service: system}\n"                       // 9
    "detection: {selection: {F: [a, b]}, condition: all of them}\n"          // 10
    "---\n";                                                                 // 11

std::string filter(const std::string& logsource, const std::string& rules, const std::string& rest) {
  return kRules + "title: f\nlogsource: {" + logsource + "}\nfilter:\n    rules: " + rules + "\n" + rest;
}

/// "ok SIG054:12": a word for each document.
std::string states(const RuleSet& rules) {
  std::string out;
  for (const RuleReport& r : rules.reports()) {
    out += (out.empty() ? "" : " ") + testing::state(r);
  }
  return out;
}

TEST(Filter, AppliesToTheRulesItNames) {
  const std::string keep = "    selection: {U: x}\n    condition: not selection\n";
  struct Case {
    std::string yaml;
    bool first, second;  // does the rule still fire on {F: a, U: x}?
  };
  for (const Case& c : std::vector<Case>{
           {filter("product: windows", "[first]", keep), false, true},
           {filter("product: windows", "first", keep), false, true},
           {filter("product: windows", "[6F0F5B0E-8f0a-4f1c-9d0e-0c6d2f9f7a11]", keep), false, true},
           {filter("product: windows", "[first, second]", keep), false, false},
           {filter("product: windows", "[first, first]", keep), false, true},
           {filter("product: windows", "any", keep), false, false},
           {filter("product: windows", "Any", keep), false, false},
           {filter("product: windows", "all", keep), false, false},
           {filter("product: windows", "[]", keep), false, false},
           {filter("category: process_creation", "any", keep), false, true},
           {filter("product: Windows, service: system", "any", keep), true, false},
       }) {
    Bench bench(c.yaml);
    EXPECT_EQ(states(bench.rules()), "ok ok ok") << c.yaml << bench.rules().reports()[2].reason;
    EXPECT_EQ(bench.rules().reports()[2].kind, RuleReport::Kind::filter);
    EXPECT_EQ(bench.rules().size(), 2U);
    const auto fired = [&bench](std::initializer_list<testing::F> fields, const char* title) {
      const auto titles = bench.run(fields).titles;
      return std::find(titles.begin(), titles.end(), title) != titles.end();
    };
    EXPECT_EQ(fired({{"F", "a"}, {"U", "x"}}, "r1"), c.first) << c.yaml;
    EXPECT_EQ(fired({{"F", "a"}, {"U", "x"}}, "r2"), c.second) << c.yaml;
    EXPECT_TRUE(fired({{"F", "b"}, {"U", "y"}}, "r1"));
    EXPECT_TRUE(fired({{"F", "b"}, {"U", "y"}}, "r2"));
    EXPECT_FALSE(fired({{"F", "c"}}, "r1"));
    EXPECT_TRUE(bench.warning_codes().empty()) << c.yaml;
  }
}

TEST(Filter, AndsItsConditionAsWritten) {
  struct Case {
    const char* rest;
    bool a_x, a_y;  // does r1 fire on {F: a, U: x}, on {F: a, U: y}?
    const char* warning;
  };
  for (const Case& c : std::vector<Case>{
           {"    selection: {U: x}\n    condition: not selection\n", false, true, ""},
           {"    selection: {U: x}\n    condition: selection\n", true, false, "SIG212"},
           {"    selection: {U|neq: x}\n    condition: selection\n", false, true, ""},
           {"    selection: {U: x}\n    other: {U: y}\n    condition: selection or other\n", true, true, "SIG212"},
           {"    selection: {U: x}\n    other: {U: y}\n    condition: not 1 of them\n", false, false, ""},
           // A search that the rule has under the same name, and one its `1 of sel*` must not see.
           {"    sel_c: {U: x}\n    condition: not sel_c\n", false, true, ""},
           {"    sel_b: {U: y}\n    condition: not sel_b\n", true, false, ""},
           {"    x: [x]\n    condition: not x\n", false, true, ""},  // a keyword
       }) {
    Bench bench(filter("product: windows", "first", c.rest));
    EXPECT_EQ(states(bench.rules()), "ok ok ok") << c.rest;
    const auto fires = [&](std::string_view u) {
      const auto titles = bench.run({{"F", "a"}, {"U", u}}).titles;
      return std::find(titles.begin(), titles.end(), "r1") != titles.end();
    };
    EXPECT_EQ(fires("x"), c.a_x) << c.rest;
    EXPECT_EQ(fires("y"), c.a_y) << c.rest;
    EXPECT_EQ(bench.warning_codes(),
              *c.warning == '\0' ? std::vector<std::string>{} : std::vector{std::string(c.warning)})
        << c.rest;
  }
}

TEST(Filter, OrderAndFilesDoNotMatter) {
  const std::string f1 =
      "title: f1\nlogsource: {product: windows}\nfilter: {rules: late, s: {U: x}, condition: not s}\n";
  const std::string f2 =
      "title: f2\nlogsource: {product: windows}\nfilter: {rules: late, s: {U: y}, condition: not s}\n";
  const std::string late =
      "title: r\nname: late\nlogsource: {product: windows}\ndetection: {s: {F: a}, condition: s}\n";
  Bench bench({{"1.yml", f1 + "---\n" + f2}, {"2.yml", late}}, {});
  EXPECT_EQ(states(bench.rules()), "ok ok ok");
  EXPECT_FALSE(bench.fires({{"F", "a"}, {"U", "x"}}));
  EXPECT_FALSE(bench.fires({{"F", "a"}, {"U", "y"}}));
  EXPECT_TRUE(bench.fires({{"F", "a"}, {"U", "z"}}));
}

TEST(Filter, MistakesHaveCodesAndLines) {
  const std::string keep = "    s: {U: x}\n    condition: not s\n";
  struct Case {
    std::string yaml;
    const char* state;    // of the filter
    const char* warning;  // code:line
  };
  for (const Case& c : std::vector<Case>{
           {filter("product: windows", "[nobody]", keep), "SIG054:15", ""},
           {filter("product: windows", "[first, nobody]", keep), "ok", "SIG213:15"},
           {filter("product: linux", "[first]", keep), "SIG102:12", "SIG214:15"},
           {filter("product: linux", "any", keep), "SIG102:12", ""},
           {filter("product: windows, service: system", "[first, second]", keep), "ok", "SIG214:15"},
           {filter("product: windows", "", keep), "SIG053:15", ""},
           {filter("product: windows", "{a: b}", keep), "SIG006:15", ""},
           {filter("product: windows", "[[first]]", keep), "SIG006:15", ""},
           {filter("definition: x", "any", keep), "SIG003:13", ""},
           {filter("product: windows", "any", "    condition: not s\n"), "SIG004:15", ""},
           {filter("product: windows", "any", "    s: {U: x}\n"), "SIG005:15", ""},
           {filter("product: windows", "any", "    s: {U: x}\n    condition: [not s]\n"), "SIG006:17", ""},
           {filter("product: windows", "any", "    s: {U: x}\n    condition: not t\n"), "SIG031:17", ""},
           {filter("product: windows", "any", "    s: {U: x}\n    condition: not sel_b\n"), "SIG031:17", ""},
           {filter("product: windows", "any", "    s: {U|foo: x}\n    condition: not s\n"), "SIG014:16", ""},
           {filter("product: windows", "any", "    s: {U: x}\n    condition: (s\n"), "SIG030:17", ""},
           {kRules + "title: f\nfilter: {rules: any, s: {U: x}, condition: not s}\n", "SIG003:12", ""},
           {kRules + "title: f\nlogsource: {product: windows}\nfilter: [any]\n", "SIG006:14", ""},
           {kRules + "logsource: {product: windows}\nfilter: {rules: any, s: {U: x}, condition: not s}\n", "SIG002:12",
            ""},
           {kRules +
                "title: f\nname: first\nlogsource: {product: windows}\nfilter: {rules: any, s: {U: x}, condition: not "
                "s}\n",
            "ok", "SIG209:12"},
           {kRules + "title: f\nid: 6f0f5b0e-8f0a-4f1c-9d0e-0c6d2f9f7a11\nlogsource: {product: windows}\n"
                     "filter: {rules: any, s: {U: x}, condition: not s}\n",
            "SIG009:12", ""},
           {kRules + "title: f\ntaxonomy: ecs\nlogsource: {product: windows}\n"
                     "filter: {rules: first, s: {U: x}, condition: not s}\n",
            "ok", "SIG215:13"},
       }) {
    Bench bench(c.yaml);
    EXPECT_EQ(states(bench.rules()), std::string("ok ok ") + c.state) << c.yaml;
    EXPECT_EQ(bench.warnings_text(), c.warning) << c.yaml;
    // A filter that is rejected changes no rule.
    if (std::string_view(c.state) != "ok") {
      EXPECT_EQ(bench.run({{"F", "a"}, {"U", "x"}}).titles.size(), 2U) << c.yaml;
    }
  }
}

TEST(Filter, IsNotForCorrelations) {
  Bench bench(
      kRules +
      "title: c\nname: corr\ncorrelation: {type: event_count, rules: first, timespan: 1m, condition: {gte: 2}}\n"
      "---\ntitle: f\nlogsource: {product: windows}\nfilter: {rules: corr, s: {U: x}, condition: not s}\n");
  EXPECT_EQ(states(bench.rules()), "ok ok ok SIG102:16");
  EXPECT_EQ(bench.warnings_text(), "SIG214:18");
}

TEST(Filter, TogetherTheValuesAreLimited) {
  std::string yaml, values;
  for (int i = 0; i < 20'000; ++i) values += (i == 0 ? "" : ", ") + std::to_string(i);
  for (int i = 0; i < 300; ++i)
    yaml += "title: r\nlogsource: {product: windows}\ndetection: {s: {F: a}, condition: s}\n---\n";
  yaml += "title: f\nlogsource: {product: windows}\nfilter: {rules: any, s: {U: [" + values + "]}, condition: not s}\n";
  Bench bench(yaml);
  EXPECT_EQ(bench.rules().reports().back().code, "SIG025");
  EXPECT_EQ(bench.rules().size(), 300U);
}

}  // namespace
}  // namespace stopwarden::sigma
