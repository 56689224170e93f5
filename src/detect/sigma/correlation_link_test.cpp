// SPDX-License-Identifier: Apache-2.0
// What correlations are tied to: references, silence, the fields they ask for, limits.
#include <gtest/gtest.h>

#include "detect/sigma/correlation_ir.h"
#include "detect/sigma/correlation_values.h"
#include "detect/sigma/testing.h"

namespace stopwarden::sigma {
namespace {

using testing::Bench;
using testing::state;

/// Three rules a, b, c on nine lines; what a test adds begins at line 10.
const std::string kRules = [] {
  std::string out;
  for (const char* name : {"a", "b", "c"})
    out += std::string("{title: t, name: ") + name + ", logsource: {product: windows},\n detection: {s: {F: " + name +
           "}, condition: s}}\n---\n";
  return out;
}();

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

  // What two ways lead to is counted once.
  std::string diamonds = kRules + count_of("x0", "a") + count_of("y0", "b");
  for (int i = 1; i < 15; ++i) {
    const std::string below = "x" + std::to_string(i - 1) + ", y" + std::to_string(i - 1);
    diamonds += count_of("x" + std::to_string(i), below) + count_of("y" + std::to_string(i), below);
  }
  Bench many_ways(diamonds);
  EXPECT_EQ(state(many_ways.rules().reports().back()), "ok") << many_ways.rules().reports().back().reason;
  EXPECT_EQ(many_ways.rules().ir().correlations.back().covers, (std::vector<std::uint32_t>{0, 1}));

  std::string fields;
  for (std::size_t i = 0; i <= kCorrelationLimits.fields_max; ++i) fields += "f" + std::to_string(i) + ", ";
  Bench bench(kRules + "title: x\ncorrelation: {type: temporal, rules: [a, b], timespan: 1m, group-by: [" + fields +
              "]}\n");
  EXPECT_EQ(states(bench), "SIG062:11");
}

}  // namespace
}  // namespace stopwarden::sigma
