// SPDX-License-Identifier: Apache-2.0
#include "finding/correlation.h"

#include <gtest/gtest.h>

namespace stopwarden {
namespace {

Finding member(std::string uid, std::string host, std::string user, std::uint64_t record) {
  Finding f;
  f.uid = std::move(uid);
  f.host = std::move(host);
  f.actor.user_name = std::move(user);
  f.actor.cmd_line = "sc stop x";
  f.source_ip = "10.0.0.1";
  f.resources.push_back({Target::Type::service, "svc" + std::to_string(record), "", "stop", "sc", "", ""});
  f.evidences.push_back({"logs/a.evtx", 512 * record, record, "event"});
  f.matched.emplace_back("Field", "value");
  return f;
}

class Correlation : public testing::Test {
 protected:
  Correlation() {
    rule.id = "2f0c7a3e-7c1b-4f57-9d3e-0d2f5a6b7c8d";
    rule.title = "Burst";
    rule.level = Level::high;
    rule.tags = {"attack.t1489", "attack.impact"};
    result.rule = &rule;
    result.type = "event_count";
    result.first = *parse_time("2026-11-25T01:02:03Z");
    result.time = *parse_time("2026-11-25T01:04:08.5Z");
    result.host = "DB01";
    result.group = group;
    result.count = 2;
    result.value = "2";
  }
  Finding build(const std::vector<Finding>& members) { return build_correlation(result, members, Redaction::on); }
  RuleInfo rule;
  std::vector<std::pair<std::string_view, std::string_view>> group{{"User", "CORP\\admin"}};
  CorrelationResult result;
  const Finding one = member("u1", "DB01", "CORP\\admin", 1), two = member("u2", "DB01", "CORP\\admin", 2);
};

TEST_F(Correlation, SaysWhatItsMembersAgreeOn) {
  const Finding f = build({one, two});
  EXPECT_EQ(f.title, "Burst");
  EXPECT_EQ(f.severity, Level::high);
  EXPECT_EQ(f.analytic_uid, rule.id);
  ASSERT_EQ(f.attacks.size(), 1U);
  EXPECT_EQ(f.time, result.time);
  EXPECT_EQ(f.host, "DB01");
  EXPECT_EQ(f.actor.user_name, "CORP\\admin");
  EXPECT_EQ(f.source_ip, "10.0.0.1");
  EXPECT_EQ(f.count, 2U);
  EXPECT_TRUE(f.joins_hits);
  EXPECT_EQ(f.evidences_left_out, 0U);
  ASSERT_EQ(f.evidences.size(), 2U);
  EXPECT_EQ(f.evidences[1].record, 2U);
  ASSERT_EQ(f.resources.size(), 2U);
  EXPECT_EQ(f.resources[0].name, "svc1");
  EXPECT_EQ(f.message,
            "Burst: 2 hits within 125s, User = CORP\\admin by CORP\\admin; stop services svc1, svc2 (sc) on DB01");
}

TEST_F(Correlation, GuessesNothing) {
  result.host = "";
  Finding other = member("u2", "DC", "", 2);
  other.source_ip = "10.0.0.2";
  const Finding f = build({one, other});
  EXPECT_EQ(f.host, "");
  EXPECT_EQ(f.actor.user_name, "");
  EXPECT_EQ(f.source_ip, "");
  ASSERT_EQ(f.resources.size(), 2U);
  EXPECT_EQ(f.resources[0].host, "DB01") << "where hosts differ, each target says its own";
  EXPECT_EQ(f.resources[1].host, "DC");
  EXPECT_EQ(build({}).message, "Burst: 2 hits within 125s, User = CORP\\admin");
}

TEST_F(Correlation, UidIsThatOfRuleGroupAndMembers) {
  const std::string uid = build({one, two}).uid;
  EXPECT_EQ(uid.size(), 32U);
  Finding copy = two;
  copy.evidences[0].file = "elsewhere/copy.evtx";
  EXPECT_EQ(build({copy, one}).uid, uid) << "neither order nor file";
  EXPECT_NE(build({one}).uid, uid);
  group[0].second = "CORP\\other";
  EXPECT_NE(build({one, two}).uid, uid);
  group[0].second = "CORP\\admin";
  rule.id = "3f0c7a3e-7c1b-4f57-9d3e-0d2f5a6b7c8d";
  EXPECT_NE(build({one, two}).uid, uid);
}

TEST_F(Correlation, NamesABoundedNumberOfEvidences) {
  std::vector<Finding> members;
  for (std::uint64_t i = 0; i < 64; ++i) members.push_back(member("u" + std::to_string(i), "DB01", "x", i));
  result.count = 1000;
  const Finding f = build(members);
  EXPECT_EQ(f.evidences.size(), kEvidencesMax);
  EXPECT_EQ(f.evidences_left_out, 1000 - kEvidencesMax);
  EXPECT_EQ(f.count, 1000U);
}

TEST_F(Correlation, MessageOfHostileGroups) {
  const std::string value = "net use \\\\srv\\c$ Passw0rd! /user:x\n" + std::string(1000, 'y');
  group[0].second = value;
  result.type = "value_count";
  result.value = "7";
  const std::string message = build({}).message;
  EXPECT_EQ(message.find('\n'), std::string::npos);
  EXPECT_EQ(message.find("Passw0rd!"), std::string::npos);
  EXPECT_LT(message.size(), 400U);
  EXPECT_NE(message.find("value_count 7"), std::string::npos);
}

TEST_F(Correlation, MembersAsBytes) {
  Finding many = one;
  many.time = result.first;
  for (int i = 0; i < 100; ++i) many.resources.push_back(many.resources.front());
  const std::string bytes = encode_member(many);
  const auto back = decode_member(bytes);
  ASSERT_TRUE(back);
  EXPECT_EQ(back.value().uid, "u1");
  EXPECT_EQ(back.value().time, many.time);
  EXPECT_EQ(back.value().host, "DB01");
  EXPECT_EQ(back.value().actor.user_name, "CORP\\admin");
  EXPECT_EQ(back.value().actor.cmd_line, "") << "long, and of one member only";
  EXPECT_EQ(back.value().evidences, one.evidences);
  EXPECT_EQ(back.value().resources.size(), CorrelationBuildLimits{}.member_resources_max);
  EXPECT_TRUE(back.value().matched.empty());
  for (std::size_t size = 0; size < bytes.size(); ++size) EXPECT_FALSE(decode_member(bytes.substr(0, size))) << size;
}

}  // namespace
}  // namespace stopwarden
