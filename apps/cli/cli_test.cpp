// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "format.h"
#include "load.h"
#include "summary.h"

namespace stopwarden::cli {
namespace {

TEST(Format, NumbersForPeople) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1234567), "1,234,567");
  EXPECT_EQ(size_text(999), "999 B");
  EXPECT_EQ(size_text(1536), "1.5 KB");
  EXPECT_EQ(size_text(2'147'483'648), "2.1 GB");
  EXPECT_EQ(counted(1, "rule", "rules"), "1 rule");
  EXPECT_EQ(counted(2000, "rule", "rules"), "2,000 rules");
}

TEST(Format, JsonStringsAreSafe) { EXPECT_EQ(json_string("a\"b\n\xFF"), "\"a\\\"b\\n\uFFFD\""); }

TEST(Load, TheRulesThatComeWithTheProgramAllLoad) {
  const LoadedRules loaded = load_rules({});
  EXPECT_TRUE(loaded.complete());
  EXPECT_GE(loaded.rules->size(), 30u);
  EXPECT_EQ(loaded.rejected, 0u);
  EXPECT_EQ(loaded.never, 0u);
  for (const Diagnostic& d : loaded.warnings) ADD_FAILURE() << to_string(d);
}

TEST(Load, EachRuleOfOursSaysWhatPeopleNeed) {
  const LoadedRules loaded = load_rules({});
  for (std::size_t i = 0; i < loaded.rules->size(); ++i) {
    const RuleInfo& r = loaded.rules->info(i);
    EXPECT_FALSE(r.id.empty()) << r.file;
    EXPECT_FALSE(r.falsepositives.empty()) << r.file;
    EXPECT_GE(r.description.size(), 40u) << r.file;
    EXPECT_EQ(r.author, "stopwarden") << r.file;
    EXPECT_LE(r.level, Level::high) << r.file;
    bool technique = false;
    for (const std::string& tag : r.tags) technique = technique || tag.rfind("attack.t", 0) == 0;
    EXPECT_TRUE(technique) << r.file;
  }
}

TEST(Load, WhatCannotBeReadIsNamedAndTheRestRuns) {
  RuleOptions options;
  options.rules = {"/nonexistent/rules"};
  options.logsources = {"/nonexistent/map.yml"};
  const LoadedRules loaded = load_rules(options);
  EXPECT_FALSE(loaded.complete());
  EXPECT_EQ(loaded.unreadable.size(), 2u);
  EXPECT_GE(loaded.rules->size(), 30u);
}

TEST(Load, AFolderWithoutRulesIsNamed) {
  RuleOptions options;
  options.rules = {SW_SOURCE_DIR "/docs/adr"};
  const LoadedRules loaded = load_rules(options);
  ASSERT_EQ(loaded.unreadable.size(), 1u);
  EXPECT_EQ(loaded.unreadable[0].second, "no rule file (.yml, .yaml) is there");
  EXPECT_FALSE(loaded.complete());
}

TEST(Summary, SaysWhatWasNotReadAndStaysSafe) {
  const LoadedRules loaded = load_rules({});
  ScanSummary s;
  s.inputs_read = 2;
  s.inputs_by_format["evtx"] = 2;
  s.events = 12345;
  s.problems.push_back({"a\x1b[2J.evtx", "truncated: record", 3, 4096});
  const std::string text = summary_text(s, loaded, 2.0);
  EXPECT_NE(text.find("2 inputs read (2 evtx)"), std::string::npos) << text;
  EXPECT_NE(text.find("(3 times, first at byte 4096)"), std::string::npos) << text;
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
}

TEST(Summary, ZeroFindingsAndNothingReadAreTold) {
  const LoadedRules loaded = load_rules({});
  EXPECT_NE(summary_text({}, loaded, 0).find("No event was found"), std::string::npos);
}

}  // namespace
}  // namespace stopwarden::cli
