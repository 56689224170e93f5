// SPDX-License-Identifier: Apache-2.0
// What becomes of rule documents, and which events a rule sees.
#include "detect/sigma/ruleset.h"

#include <algorithm>

#include "detect/sigma/testing.h"
#include "event/catalogue.h"

namespace stopwarden::sigma {
namespace {

using testing::Bench;
using testing::line;
using testing::Recorder;
using testing::rule;
using testing::selection;

constexpr std::string_view kSound =
    "title: t\nlogsource:\n    product: windows\ndetection:\n    s:\n        F: a\n    condition: s\n";

TEST(RuleErrors, EachHasItsCode) {  // S23
  struct Case {
    std::string yaml;
    const char* code;
  };
  const std::string head = "title: t\nlogsource:\n    product: windows\n";
  for (const Case& c : std::vector<Case>{
           {std::string(kSound), ""},
           {"- a\n- b\n", "SIG001"},
           {"just text\n", "SIG001"},
           {"logsource: {product: windows}\ndetection: {s: {F: a}, condition: s}\n", "SIG002"},
           {"title: [a]\n", "SIG006"},
           {"title: t\ndetection: {s: {F: a}, condition: s}\n", "SIG003"},
           {"title: t\nlogsource: {definition: x}\ndetection: {s: {F: a}, condition: s}\n", "SIG003"},
           {"title: t\nlogsource: text\ndetection: {s: {F: a}, condition: s}\n", "SIG006"},
           {"title: t\nlogsource: {product: [a]}\ndetection: {s: {F: a}, condition: s}\n", "SIG006"},
           {head, "SIG004"},
           {head + "detection: {condition: s}\n", "SIG004"},
           {head + "detection: [a]\n", "SIG006"},
           {head + "detection: {s: {F: a}}\n", "SIG005"},
           {head + "detection: {s: {F: a}, condition: []}\n", "SIG005"},
           {head + "detection: {s: {F: a}, condition: [[s]]}\n", "SIG006"},
           {head + "level: huge\ndetection: {s: {F: a}, condition: s}\n", "SIG007"},
           {head + "taxonomy: ecs\ndetection: {s: {F: a}, condition: s}\n", "SIG008"},
           {"action: explode\n" + std::string(kSound), "SIG012"},
           {head + "detection: {s: {}, condition: s}\n", "SIG013"},
           {head + "detection: {s: [], condition: s}\n", "SIG013"},
           {head + "detection: {s: , condition: s}\n", "SIG013"},
           {line("F: []"), "SIG013"},
           {line("F: {a: b}"), "SIG006"},
           {line("F|foo: a"), "SIG014"},
           {line("F|: a"), "SIG014"},
           {line("F|Contains: a"), "SIG014"},
           {line("F|contains|re: a"), "SIG015"},
           {line("F|base64|cidr: a"), "SIG015"},
           {line("F|contains|exists: true"), "SIG015"},
           {line("F|exists|contains: true"), "SIG015"},
           {line("F|i: a"), "SIG016"},
           {line("F|contains: null"), "SIG016"},
           {line("F|gt: abc"), "SIG016"},
           {line("F|gt|lt: 1"), "SIG016"},
           {line("F|exists: 'true'"), "SIG016"},
           {line("F|exists: 1"), "SIG016"},
           {line("F|re|windash: a"), "SIG016"},
           {line("F|re|cased: a"), "SIG016"},
           {line("F|hour: noon"), "SIG016"},
           {line("F|fieldref: ''"), "SIG016"},
           {line("'|exists': true"), "SIG017"},
           {line("'|fieldref': G"), "SIG017"},
           {line("'|gt': 1"), "SIG017"},
           {line("'|cidr': 10.0.0.0/8"), "SIG017"},
           {head + "detection: {s: [null, a], condition: s}\n", "SIG017"},
           {line("F|base64: 'a*'"), "SIG018"},
           {line("F|base64offset|contains: 'a?b'"), "SIG018"},
           {line("F|fieldref: 'G*'"), "SIG018"},
           {line("F|contains|fieldref: G"), "SIG018"},
           {line("F|cidr: '10.*'"), "SIG018"},
           {line("F|base64offset|contains: a"), "SIG019"},
           {line("F|base64: ''"), "SIG019"},
           {line("F|re: '('"), "SIG020"},
           {line("F|cidr: 10.0.0.0/40"), "SIG021"},
           {line("F|cidr: host"), "SIG021"},
           {line("F|hour: 24"), "SIG022"},
           {line("F|week: 0"), "SIG022"},
           {line("F|month: 1.5"), "SIG022"},
           {line("F|expand: '%Unknown%'"), "SIG023"},
           {line("F|windash|base64: ' -a -b -c -d'"), "SIG025"},
           {rule("    s: {F: a}\n    condition: s and\n"), "SIG030"},
           {rule("    s: {F: a}\n    condition: s and t\n"), "SIG031"},
           {rule("    s: {F: a}\n    condition: 1 of t*\n"), "SIG032"},
           {rule("    _s: {F: a}\n    condition: 1 of them\n"), "SIG032"},
           {rule("    s: {F: a}\n    condition: s | count() by F > 3\n"), "SIG033"},
           {rule("    s: {F: a}\n    condition: " + std::string(70, '(') + "s" + std::string(70, ')') + "\n"),
            "SIG034"},
           {"title: [unclosed\n", "YML001"},
           {"title: a\ntitle: b\n", "YML002"},
       }) {
    Bench bench(c.yaml);
    ASSERT_EQ(bench.rules().reports().size(), 1U) << c.yaml;
    EXPECT_EQ(bench.code(), c.code) << c.yaml << bench.reason();
    const RuleReport& report = bench.rules().reports().front();
    EXPECT_EQ(report.reason.empty(), *c.code == '\0') << c.yaml;
    EXPECT_EQ(report.reason.find('\n'), std::string::npos);
    EXPECT_EQ(report.state == RuleReport::State::loaded, *c.code == '\0');
    EXPECT_EQ(bench.rules().size(), *c.code == '\0' ? 1U : 0U);
    EXPECT_GT(report.line, 0U) << c.yaml;
    EXPECT_EQ(report.file, "t.yml");
  }
}

TEST(RuleErrors, PointAtTheLine) {
  Bench bench(
      "title: t\nid: 9f7c1d3e-0000-4000-8000-000000000001\nlogsource:\n    product: windows\ndetection:\n    s:\n"
      "        F: a\n        G|foo: b\n    condition: s\n");
  const RuleReport& r = bench.rules().reports().front();
  EXPECT_EQ(r.line, 8U);
  EXPECT_EQ(r.reason, "unknown modifier 'foo'");
  EXPECT_EQ(r.id, "9f7c1d3e-0000-4000-8000-000000000001");
  EXPECT_EQ(r.title, "t");
}

TEST(RuleWarnings, EachHasItsCode) {
  struct Case {
    std::string yaml;
    std::vector<std::string> codes;
  };
  const std::string head = "title: t\nlogsource:\n    product: windows\n",
                    tail = "detection: {s: {F: a}, condition: s}\n";
  for (const Case& c : std::vector<Case>{
           {line("F: [a, null]"), {"SIG200"}},
           {line("F|contains|all: [a]"), {"SIG201"}},
           {line("F|contains|all: a"), {"SIG201"}},
           {rule("    s: {F: a}\n    t: {F: b}\n    condition: s\n"), {"SIG202"}},
           {head + "status: great\n" + tail, {"SIG203"}},
           {rule("    s: {F: a}\n    timeframe: 5m\n    condition: s\n"), {"SIG204"}},
           {line("F|contains: ''"), {"SIG205"}},
           {head + "id: 12\n" + tail, {"SIG206"}},
           {"title: " + std::string(257, 't') + "\nlogsource: {product: windows}\n" + tail, {"SIG207"}},
           {line("F|cidr: 10.1.0.0/8"), {"SIG208"}},
           {line("Source Name: a"), {"SIG210"}},
           {line("F: 0x17"), {"SIG211"}},
           {line("F|contains: ok"), {}},
           {line("F|foo: null"), {}},  // a rejected rule has one reason, not warnings too
       }) {
    Bench bench(c.yaml);
    EXPECT_EQ(bench.warning_codes(), c.codes) << c.yaml;
  }
  Bench title("title: " +
              [] {
                std::string s;
                for (int i = 0; i < 256; ++i) s += "\xC3\xA4";  // 256 characters of two bytes are not too long
                return s;
              }() +
              "\nlogsource: {product: windows}\n" + tail);
  EXPECT_TRUE(title.warning_codes().empty());
}

TEST(RuleFiles, OneBrokenRuleKeepsNothingFromLoading) {
  const std::string yaml =
      std::string(kSound) + "---\ntitle: broken\n---\n" + std::string(kSound) + "---\n---\ntitle: [x\n";
  Bench bench(yaml);
  ASSERT_EQ(bench.rules().reports().size(), 4U);
  using S = RuleReport::State;
  EXPECT_EQ(bench.rules().reports()[0].state, S::loaded);
  EXPECT_EQ(bench.rules().reports()[1].state, S::rejected);
  EXPECT_EQ(bench.rules().reports()[2].state, S::loaded);
  EXPECT_EQ(bench.rules().reports()[3].code, "YML001");
  EXPECT_EQ(bench.rules().size(), 2U);
}

std::string with_id(const char* id, const char* title) {
  return "title: " + std::string(title) + "\nid: " + id + "\n" + std::string(kSound).substr(9);
}

TEST(RuleFiles, DuplicateIds) {
  const char* id = "9f7c1d3e-0000-4000-8000-00000000000a";
  const char* same = "9F7C1D3E-0000-4000-8000-00000000000A";
  Bench bench({{"a.yml", with_id(id, "first")}, {"b.yml", with_id(same, "second")}}, {});
  ASSERT_EQ(bench.rules().reports().size(), 2U);
  EXPECT_EQ(bench.rules().reports()[1].code, "SIG009");
  EXPECT_NE(bench.rules().reports()[1].reason.find("a.yml:1"), std::string::npos);
  // An id that only a rejected rule used is free.
  Bench again({{"a.yml", "title: x\nid: " + std::string(id) + "\n"}, {"b.yml", with_id(id, "second")}}, {});
  EXPECT_EQ(again.rules().reports()[1].code, "");
  Bench names({{"a.yml", "name: n\n" + std::string(kSound)}, {"b.yml", "name: n\n" + std::string(kSound)}}, {});
  EXPECT_EQ(names.rules().size(), 2U);
  EXPECT_EQ(names.warning_codes(), std::vector<std::string>{"SIG209"});
}

TEST(RuleFiles, LegacyActions) {
  Bench bench(
      "action: global\ntitle: shared\nid: 9f7c1d3e-0000-4000-8000-00000000000b\nlevel: high\n"
      "detection:\n    condition: s\n---\n"
      "logsource: {product: windows, service: system}\ndetection:\n    s: {F: a}\n---\n"
      "logsource: {product: windows, service: security}\ndetection:\n    s: {F: b}\n---\n"
      "action: repeat\nlevel: low\ndetection:\n    s: {F: c}\n---\n"
      "action: reset\n---\n" +
      std::string(kSound));
  ASSERT_EQ(bench.rules().reports().size(), 4U);
  for (const RuleReport& r : bench.rules().reports()) EXPECT_EQ(r.code, "") << r.reason;
  EXPECT_EQ(bench.rules().info(0).title, "shared");
  EXPECT_EQ(bench.rules().info(1).level, Level::high);
  EXPECT_EQ(bench.rules().info(2).level, Level::low);
  EXPECT_EQ(bench.rules().info(3).title, "t");
  EXPECT_EQ(bench.rules().info(3).level, Level::informational);  // nothing of the global document is left
  EXPECT_EQ(bench.run({{"F", "a"}}).titles, (std::vector<std::string>{"shared", "t"}));
}

TEST(RuleFiles, Information) {
  Bench bench(
      "title: The title\nid: 9f7c1d3e-0000-4000-8000-00000000000c\nname: n\nstatus: test\ndescription: d\n"
      "license: MIT\nauthor: [A, B]\ndate: 2026-01-02\nmodified: 2026/02/03\nlevel: Critical\n"
      "tags: [attack.T1489]\nfalsepositives: none\nreferences: [r1, r2]\nfields: [F]\nmystery: {x: y}\n" +
      std::string(kSound).substr(9));
  ASSERT_EQ(bench.code(), "") << bench.reason();
  const RuleInfo& i = bench.rules().info(0);
  EXPECT_EQ(i.title, "The title");
  EXPECT_EQ(i.author, "A, B");
  EXPECT_EQ(i.level, Level::critical);
  EXPECT_EQ(i.tags, std::vector<std::string>{"attack.t1489"});
  EXPECT_EQ(i.falsepositives, std::vector<std::string>{"none"});
  EXPECT_EQ(i.references.size(), 2U);
  EXPECT_EQ(i.fields, std::vector<std::string>{"F"});
  EXPECT_EQ(i.date + i.modified + i.license + i.status + i.description + i.name, "2026-01-022026/02/03MITtestdn");
  EXPECT_EQ(i.file, "t.yml");
  EXPECT_EQ(i.line, 1U);
}

TEST(RuleLimits, AreKept) {
  std::string many = "        F:\n";
  for (int i = 0; i < 50'001; ++i) many += "            - v\n";
  EXPECT_EQ(Bench(selection(many)).code(), "SIG025");
  EXPECT_EQ(Bench(line("F: " + std::string(65 * 1024, 'x'))).code(), "SIG025");
  // A long condition over many searches: each alone is small, the product is not.
  std::string wide = "title: t\nlogsource: {product: windows}\ndetection:\n";
  for (int i = 0; i < 500; ++i) wide += "    s" + std::to_string(i) + ": {F: a}\n";
  wide += "    condition: 1 of them";
  for (int i = 0; i < 1000; ++i) wide += " or 1 of them";
  EXPECT_EQ(Bench(wide + "\n").code(), "SIG025");
  Placeholders names;
  for (int i = 0; i < 200; ++i) names["n"].push_back(std::to_string(i));
  EXPECT_EQ(Bench(line("F|expand: '%n%'"), names).code(), "");
  EXPECT_EQ(Bench(line("F|expand: '%n%%n%%n%'"), names).code(), "SIG025");
}

TEST(Placeholders, File) {
  std::vector<Diagnostic> diagnostics;
  const Placeholders p =
      parse_placeholders({"p.yml", "Servers: [srv*, 10]\nOne: x\nBad: {a: b}\nNone: []\nNull:\n"}, diagnostics);
  EXPECT_EQ(p.at("Servers"), (std::vector<std::string>{"srv*", "10"}));
  EXPECT_EQ(p.at("One"), std::vector<std::string>{"x"});
  EXPECT_EQ(p.size(), 2U);
  std::vector<std::string> codes;
  for (const Diagnostic& d : diagnostics) codes.emplace_back(d.code);
  EXPECT_EQ(codes, (std::vector<std::string>{"SIG301", "SIG302", "SIG301"}));
  diagnostics.clear();
  EXPECT_TRUE(parse_placeholders({"p.yml", "- a\n"}, diagnostics).empty());
  ASSERT_EQ(diagnostics.size(), 1U);
  EXPECT_EQ(diagnostics[0].code, "SIG300");
}

// ---- dispatch ----

struct World {
  FieldTable table;
  std::vector<Diagnostic> warnings;
  SourceSelector sysmon{"sysmon", "", {1}, {}, {}};
  SourceSelector security{"security", "", {4688}, {}, {}};
  SourceSelector product{"", "", {}, {}, {}};

  World() {
    product.fields.push_back({*table.intern("product"), "zeek"});
    const auto made = [this](const char* name) { return *table.intern(std::string("made:") + name); };
    security.aliases.push_back(
        {*table.find("Image"), made("Image"), {*table.find("NewProcessName")}, Transform::copy, ""});
    security.aliases.push_back(
        {*table.find("ProcessId"), made("ProcessId"), {*table.find("NewProcessId")}, Transform::hex_to_decimal, ""});
  }
  Resolution resolve(const Logsource& source) const {
    if (source.category == "process_creation") return {{&sysmon, &security}, {}};
    if (source.service == "sysmon") return {{&sysmon}, {}};
    if (source.product == "zeek") return {{&product}, {}};
    if (source.category == "nothing") return {{}, "no source of category 'nothing'"};
    return {{&sysmon, &security, &product}, {}};
  }
  RuleSet compile(const std::string& yaml) {
    const std::vector<TextFile> files{{"t.yml", yaml}};
    return RuleSet::compile(
        files, [this](const Logsource& s) { return resolve(s); }, {}, table, warnings);
  }
  Recorder run(ReferenceMatcher& matcher, const char* channel, std::uint32_t id,
               std::vector<std::pair<const char*, const char*>> fields) const {
    std::vector<FieldValue> values;
    for (const auto& [name, text] : fields)
      values.push_back({table.find(name).value_or(kUnnamedField), ValueKind::string, text});
    Event event;
    event.channel = channel;
    if (id != 0) event.event_id = id;
    event.fields = values;
    Recorder out;
    matcher.match(event, out);
    return out;
  }
};

std::string rule_of(const char* title, const char* logsource, const char* item) {
  return "title: " + std::string(title) + "\nlogsource: {" + logsource + "}\ndetection:\n    s:\n        " + item +
         "\n    condition: s\n---\n";
}

TEST(Dispatch, S1_S2_D26_D27_OnlyEventsOfTheSource) {
  World w;
  const RuleSet rules = w.compile(
      rule_of("pc", "category: process_creation", "Image: '*'") + rule_of("sysmon", "service: sysmon", "Image: '*'") +
      rule_of("zeek", "product: zeek", "F: '*'") + rule_of("never", "category: nothing", "Image: '*'"));
  ASSERT_EQ(rules.size(), 3U);
  EXPECT_EQ(rules.reports()[3].state, RuleReport::State::never);
  EXPECT_EQ(rules.reports()[3].code, "SIG100");
  EXPECT_EQ(rules.reports()[3].reason, "no source of category 'nothing'");
  ReferenceMatcher m(rules);
  using T = std::vector<std::string>;
  EXPECT_EQ(w.run(m, "Sysmon", 1, {{"Image", "a"}}).titles, (T{"pc", "sysmon"}));
  EXPECT_EQ(w.run(m, "Sysmon", 2, {{"Image", "a"}}).titles, T{});
  EXPECT_EQ(w.run(m, "Application", 1, {{"Image", "a"}}).titles, T{});
  EXPECT_EQ(w.run(m, "", 0, {{"Image", "a"}}).titles, T{});
  EXPECT_EQ(w.run(m, "", 0, {{"F", "a"}, {"product", "ZEEK"}}).titles, T{"zeek"});
  EXPECT_EQ(w.run(m, "", 0, {{"F", "a"}, {"product", "other"}}).titles, T{});
}

TEST(ReferenceMatcher, PlansAreKeptPerSourceOnly) {
  World w;
  const RuleSet rules = w.compile(rule_of("zeek", "product: zeek", "F: a"));
  ReferenceMatcher m(rules);
  // The same channel, provider and id each time: what depends on fields must not be remembered.
  for (int i = 0; i < 4; ++i) {
    EXPECT_TRUE(w.run(m, "c", 7, {{"F", "a"}}).titles.empty());
    EXPECT_EQ(w.run(m, "c", 7, {{"F", "a"}, {"product", "zeek"}}).titles.size(), 1U);
  }
  // More sources than plans are kept, and names too long to be kept.
  const std::string longest(5000, 'c');
  for (std::uint32_t id = 1; id < 10'000; ++id)
    ASSERT_EQ(w.run(m, "c", id, {{"F", "a"}, {"product", "zeek"}}).titles.size(), 1U);
  EXPECT_EQ(w.run(m, longest.c_str(), 1, {{"F", "a"}, {"product", "zeek"}}).titles.size(), 1U);
}

TEST(Dispatch, AliasesHoldForTheirSelectorOnly) {
  World w;
  const RuleSet rules = w.compile(rule_of("image", "category: process_creation", "Image|endswith: '\\x.exe'") +
                                  rule_of("pid", "category: process_creation", "ProcessId: 420") +
                                  rule_of("none", "category: process_creation", "Image: null") +
                                  rule_of("ref", "category: process_creation", "NewProcessName|fieldref: Image"));
  ReferenceMatcher m(rules);
  using T = std::vector<std::string>;
  const Recorder got = w.run(m, "Security", 4688, {{"NewProcessName", "C:\\X.exe"}, {"NewProcessId", "0x1a4"}});
  EXPECT_EQ(got.titles, (T{"image", "pid", "ref"}));
  ASSERT_GE(got.matched.size(), 2U);
  EXPECT_EQ(got.matched[0], (std::pair<std::string, std::string>{"Image", "C:\\X.exe"}));
  EXPECT_EQ(got.matched[1], (std::pair<std::string, std::string>{"ProcessId", "420"}));
  // Security's own ProcessId is the parent's: the alias shadows it.
  EXPECT_EQ(w.run(m, "Security", 4688, {{"ProcessId", "420"}}).titles, T{"none"});
  EXPECT_EQ(w.run(m, "Sysmon", 1, {{"NewProcessName", "C:\\X.exe"}}).titles, T{"none"});
  EXPECT_EQ(w.run(m, "Sysmon", 1, {{"Image", "C:\\X.exe"}, {"ProcessId", "420"}}).titles, (T{"image", "pid"}));
}

TEST(Dispatch, EventIdsThatCannotCome) {
  World w;
  const auto code = [&w](const char* item) {
    return w.compile(rule_of("r", "category: process_creation", item)).reports()[0].code;
  };
  EXPECT_EQ(code("EventID: 4688"), "");
  EXPECT_EQ(code("EventID: [1, 99]"), "");
  EXPECT_EQ(code("EventID: 99"), "SIG101");
  EXPECT_EQ(code("EventID: '99'"), "SIG101");
  EXPECT_EQ(code("EventID: [98, 99]"), "SIG101");
  EXPECT_EQ(code("EventID: '9*'"), "");  // not provable
  EXPECT_EQ(code("EventID|neq: 1"), "");
  EXPECT_EQ(w.compile(rule_of("r", "product: other", "EventID: 99")).reports()[0].code, "");
}

TEST(Dispatch, WantedFields) {
  World w;
  const RuleSet rules = w.compile(rule_of("a", "category: process_creation", "Image: x") +
                                  rule_of("b", "product: zeek", "F|fieldref: G"));
  WantedFields wanted(w.table);
  rules.add_wanted(wanted);
  for (const char* name : {"Image", "NewProcessName", "F", "G", "product"})
    EXPECT_TRUE(wanted.contains(*w.table.find(name))) << name;
  for (const char* name : {"CommandLine", "NewProcessId", "ProcessId"})
    EXPECT_FALSE(wanted.contains(*w.table.find(name))) << name;
  EXPECT_FALSE(wanted.all_values());
  const RuleSet keywords =
      w.compile("title: k\nlogsource: {product: zeek}\ndetection:\n    k: [word]\n    condition: k\n");
  keywords.add_wanted(wanted);
  EXPECT_TRUE(wanted.all_values());
}

}  // namespace
}  // namespace stopwarden::sigma
