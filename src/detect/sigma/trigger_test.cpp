// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/trigger.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "detect/sigma/fast.h"
#include "detect/sigma/plan.h"
#include "detect/sigma/testing.h"

namespace stopwarden::sigma {
namespace {

/// "CommandLine:stop | CommandLine:pause" of the only rule.
std::string trigger(const std::string& detection) {
  testing::Bench bench(testing::rule(detection));
  EXPECT_EQ(bench.code(), "") << bench.reason();
  if (bench.rules().size() != 1) return "no rule";
  const Ir& ir = bench.rules().ir();
  std::string out;
  for (const TriggerLiteral& t : trigger_of(ir.rules[0], LiteralRarity(ir))) {
    if (!out.empty()) out += " | ";
    out += (t.field == kUnnamedField ? "" : std::string(bench.table().name(t.field))) + ":" + t.literal.text;
  }
  return out;
}

TEST(Trigger, IsANecessaryClauseOfTheCondition) {
  const auto one = [](const std::string& line) { return trigger("    s:\n        " + line + "\n    condition: s\n"); };
  EXPECT_EQ(one("F: Abc"), "F:abc");
  EXPECT_EQ(one("F|contains: [stop, pause]"), "F:pause | F:stop");
  EXPECT_EQ(one("F|contains|all: [stop, a rather rare text]").find(" | "), std::string::npos)
      << "one of them is enough";
  EXPECT_EQ(one("F|contains: [stop, x]"), "") << "one letter is in every value";
  EXPECT_EQ(one("F: 'sto?*-service'"), "F:-service");
  EXPECT_EQ(one("F: null"), "");
  EXPECT_EQ(one("F|exists: true"), "");
  EXPECT_EQ(one("F|gt: 4"), "");
  EXPECT_EQ(one("F|re: 'Stop-[A-Z]+Service'"), "F:service");
  EXPECT_EQ(one("F|re: '(net|sc) stop'"), "F:net stop | F:sc stop");
  EXPECT_EQ(one("F|re: '^[a-z]+$'"), "");
  EXPECT_EQ(one("EventID: 4688"), "") << "decided by the kind of event";
  EXPECT_EQ(one("F|contains|cased: Über-Stop"), "F:ber-stop")
      << "what stands as written stands folded, as far as ASCII";
  EXPECT_EQ(trigger("    k: [lsadump, 'sekurlsa::x']\n    condition: k\n"), ":lsadump | :sekurlsa::x");
}

TEST(Trigger, FollowsTheCondition) {
  const std::string searches = "    a:\n        F: aaaa\n    b:\n        G: bbbb\n    c:\n        H: null\n";
  const auto when = [&](const std::string& condition) {
    return trigger(searches + "    condition: " + condition + "\n");
  };
  EXPECT_EQ(when("a or b"), "F:aaaa | G:bbbb");
  EXPECT_EQ(when("a and not b"), "F:aaaa");
  EXPECT_EQ(when("b and c"), "G:bbbb");
  EXPECT_EQ(when("a or c"), "");
  EXPECT_EQ(when("not a"), "");
  EXPECT_EQ(when("not (not a)"), "F:aaaa");
  EXPECT_EQ(when("(a or b) and not c"), "F:aaaa | G:bbbb");
}

struct Kinds {
  explicit Kinds(const std::string& yaml) : bench(yaml), program(bench.rules()), probes(program) {}
  Plan plan(std::uint32_t id, Decide decide = Decide::by_kind) {
    return make_plan(program, probes, {"System", "Service Control Manager", id}, decide);
  }
  testing::Bench bench;
  Program program;
  KeywordProbes probes;
};

TEST(Plan, LeavesOutWhatTheKindRulesOut) {
  Kinds k(testing::rule(
      "    s:\n        EventID: [7036, 7040]\n        Provider_Name: 'service control *'\n    t:\n        "
      "param1|contains: backup\n    condition: s and t\n"));
  const Plan plan = k.plan(7036);
  EXPECT_EQ(plan.rules, std::vector<std::uint32_t>{0});
  EXPECT_TRUE(plan.always.empty());
  EXPECT_TRUE(plan.decided_by.event_id);
  EXPECT_TRUE(plan.decided_by.provider);
  EXPECT_TRUE(plan.contains(*k.bench.table().find("param1")));
  EXPECT_TRUE(plan.contains(*k.bench.table().find("EventID"))) << "asked, so that it can be held to the kind";
  EXPECT_FALSE(plan.contains(*k.bench.table().find("CommandLine")));
  EXPECT_TRUE(k.plan(7045).rules.empty());
  EXPECT_FALSE(k.plan(7045, Decide::nothing).rules.empty());
}

TEST(Plan, ARuleOfTheKindAloneIsAlwaysTried) {
  Kinds k(testing::line("EventID: 7045"));
  EXPECT_EQ(k.plan(7045).always, std::vector<std::uint32_t>{0});
  EXPECT_TRUE(k.plan(1).rules.empty());
}

TEST(Plan, KeywordsAreProbedFor) {
  Kinds probed(
      "title: t\nlogsource: {product: windows}\ndetection:\n    k: ['lsadump::', 'gentilkiwi']\n    condition: k\n");
  const TextProbe* probe = probed.plan(1).keywords;
  ASSERT_NE(probe, nullptr);
  EXPECT_FALSE(probed.plan(1).all_values());
  EXPECT_TRUE(probe->covers("xx lsadump::sam"));
  EXPECT_TRUE(probe->covers("gentilkiwi"));
  // Many keywords share few pairs: the tool's modules all end in "::".
  Kinds many(
      "title: t\nlogsource: {product: windows}\ndetection:\n    k: ['dpapi::masterkey', 'event::clear', 'event::drop',"
      " 'kerberos::golden', 'kerberos::ptt', 'lsadump::', 'misc::skeleton', 'privilege::debug', 'sekurlsa::',"
      " 'token::elevate', 'vault::cred', 'mimidrv.sys', '\\mimilib.dll', 'gentilkiwi.com']\n    condition: k\n");
  probe = many.plan(1).keywords;
  ASSERT_NE(probe, nullptr);
  EXPECT_EQ(probe, many.plan(2).keywords) << "one probe for the same rules";
  EXPECT_FALSE(many.plan(1).all_values());
  for (const char* text : {"x vault::cred", "sekurlsa::logonpasswords", "c:\\mimilib.dll", "mimidrv.sys"})
    EXPECT_TRUE(probe->covers(text)) << text;
  EXPECT_FALSE(probe->covers("microsoft-windows-security-auditing 12:00:00 c:\\windows\\system32\\svchost.exe"));
  Kinds whole("title: t\nlogsource: {product: windows}\ndetection:\n    k: ['4688']\n    condition: k\n");
  EXPECT_EQ(whole.plan(1).keywords, nullptr);
  EXPECT_TRUE(whole.plan(1).all_values()) << "a source may have made that text of a number";
}

TEST(Plan, AnEventThatContradictsItsKindIsStillJudgedByItsFields) {
  testing::Bench bench(testing::line("EventID: 7045"));
  const Program program(bench.rules());
  FastMatcher fast(program);
  const FieldId id = *bench.table().find("EventID");
  const std::vector<FieldValue> fields{{id, ValueKind::integer, "1"}, {id, ValueKind::integer, "7045"}};
  Event event;
  event.channel = "System";
  event.event_id = 1;
  event.fields = fields;
  testing::Recorder fired;
  fast.match(event, fired);
  EXPECT_EQ(fired.titles.size(), 1u) << "one of its two EventIDs is the rule's";
}

}  // namespace
}  // namespace stopwarden::sigma
