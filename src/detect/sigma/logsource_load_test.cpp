// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/logsource_load.h"

#include <gtest/gtest.h>

namespace stopwarden::sigma {
namespace {

std::string first_mistake(const std::string& text) {
  FieldTable table;
  std::vector<Diagnostic> d;
  const TextFile file{"mine.yml", text};
  Logsources::parse({&file, 1}, table, d);
  return d.empty() ? "" : std::string(d[0].code) + ":" + std::to_string(d[0].line);
}

TEST(LogsourceFile, MistakesAreNamedAndLocated) {
  const std::string entry = "logsources:\n  - product: x\n    service: y\n    sources:\n";
  const std::string alias = "aliases:\n  a:\n    - ";
  struct Case {
    std::string text;
    const char* mistake;
  };
  for (const Case& c : {
           Case{"", ""},
           Case{"- a\n", "LOG001:1"},
           Case{"logsources: x\n", "LOG001:1"},
           Case{"logsource: []\n", "LOG002:1"},
           Case{"logsources:\n  - x\n", "LOG001:2"},
           Case{"logsources:\n  - {service: a, sources: [{channel: b}], colour: red}\n", "LOG002:2"},
           Case{"logsources:\n  - {service: [a], sources: [{channel: b}]}\n", "LOG003:2"},
           Case{"logsources:\n  - sources: [{channel: b}]\n", "LOG004:2"},
           Case{"logsources:\n  - {service: a, replace: maybe, sources: [{channel: b}]}\n", "LOG003:2"},
           Case{"logsources:\n  - {service: a}\n", "LOG009:2"},
           Case{"logsources:\n  - {service: a, never: no such log, sources: [{channel: b}]}\n", "LOG009:2"},
           Case{"logsources:\n  - {service: a, sources: []}\n", "LOG001:2"},
           Case{entry + "      - {}\n", "LOG001:5"},
           Case{entry + "      - {aliases: []}\n", "LOG001:5"},
           Case{entry + "      - {channel: a, colour: red}\n", "LOG002:5"},
           Case{entry + "      - {channel: a, event_ids: 1}\n", "LOG005:5"},
           Case{entry + "      - {channel: a, event_ids: [one]}\n", "LOG005:5"},
           Case{entry + "      - {channel: a, event_ids: [4294967296]}\n", "LOG005:5"},
           Case{entry + "      - {channel: a, fields: [x]}\n", "LOG001:5"},
           Case{entry + "      - {channel: a, fields: {x: [1, 2]}}\n", "LOG003:5"},
           Case{entry + "      - {channel: a, aliases: none}\n", "LOG008:5"},
           Case{entry + "      - {fields: {eventSource: ec2.amazonaws.com}}\n", ""},
           Case{"aliases: [a]\n", "LOG001:1"},
           Case{"aliases:\n  a: x\n", "LOG001:2"},
           Case{alias + "x\n", "LOG001:3"},
           Case{alias + "{to: A, from: B}\n", ""},
           Case{alias + "{to: A, from: B, transform: rot13}\n", "LOG006:3"},
           Case{alias + "{to: A, transform: copy}\n", "LOG007:3"},
           Case{alias + "{to: A, from: B, transform: domain_user}\n", "LOG007:3"},
           Case{alias + "{to: A, from: [B, C, D], transform: domain_user}\n", "LOG007:3"},
           Case{alias + "{to: A, from: B, transform: hash_of}\n", "LOG007:3"},
           Case{alias + "{to: A, from: B, transform: copy, argument: x}\n", "LOG007:3"},
           Case{alias + "{to: 'A B', from: B}\n", "LOG003:3"},
           Case{alias + "{from: B}\n", "LOG003:3"},
           Case{alias + "{to: A, from: B, because: x}\n", "LOG002:3"},
       })
    EXPECT_EQ(first_mistake(c.text), c.mistake) << c.text;
}

TEST(LogsourceFile, OneBrokenEntryKeepsTheOthers) {
  FieldTable table;
  std::vector<Diagnostic> d;
  const TextFile file{"mine.yml", "logsources:\n  - {service: a}\n  - {service: b, sources: [{channel: B}]}\n"};
  const Logsources s = Logsources::parse({&file, 1}, table, d);
  EXPECT_EQ(d.size(), 1u);
  EXPECT_TRUE(s.resolve({"", "", "a"}).selectors.empty());
  EXPECT_EQ(s.resolve({"", "", "b"}).selectors.size(), 1u);
}

TEST(LogsourceFile, LaterFilesAddOrReplace) {
  FieldTable table;
  std::vector<Diagnostic> d;
  const std::vector<TextFile> files{
      {"a.yml",
       "aliases:\n  set:\n    - {to: Image, from: exe}\nlogsources:\n"
       "  - {product: p, service: one, sources: [{channel: A}]}\n"
       "  - {product: p, service: two, sources: [{channel: A}]}\n"
       "  - {product: p, service: three, never: nobody logs it}\n"},
      {"b.yml",
       "logsources:\n  - {product: P, service: ONE, sources: [{channel: B, aliases: set}]}\n"
       "  - {product: p, service: two, replace: true, sources: [{channel: B}]}\n"}};
  const Logsources s = Logsources::parse(files, table, d);
  ASSERT_TRUE(d.empty()) << to_string(d[0]);
  const Resolution one = s.resolve({"", "p", "one"});
  ASSERT_EQ(one.selectors.size(), 2u);
  EXPECT_EQ(one.selectors[1]->channel, "b");
  EXPECT_EQ(one.selectors[1]->aliases.size(), 1u);
  const Resolution two = s.resolve({"", "p", "two"});
  ASSERT_EQ(two.selectors.size(), 1u);
  EXPECT_EQ(two.selectors[0]->channel, "b");
  EXPECT_EQ(s.resolve({"", "p", "three"}).why_never, "nobody logs it");
  EXPECT_EQ(s.resolve({"", "p", ""}).selectors.size(), 3u);
}

TEST(LogsourceFile, ASourceWithoutProductServesEveryProduct) {
  FieldTable table;
  std::vector<Diagnostic> d;
  const TextFile file{"mine.yml", "logsources:\n  - {category: proxy, sources: [{fields: {log: proxy}}]}\n"};
  const Logsources s = Logsources::parse({&file, 1}, table, d);
  EXPECT_EQ(s.resolve({"proxy", "", ""}).selectors.size(), 1u);
  EXPECT_EQ(s.resolve({"proxy", "squid", ""}).selectors.size(), 1u);
  EXPECT_TRUE(s.resolve({"", "squid", ""}).selectors.empty());
}

TEST(LogsourceFile, LimitsHold) {
  FieldTable table;
  std::vector<Diagnostic> d;
  const TextFile file{"mine.yml",
                      "logsources:\n  - {service: a, sources: [{channel: A}]}\n"
                      "  - {service: b, sources: [{channel: A}, {channel: B}]}\n"
                      "  - {service: c, sources: [{channel: A}]}\n  - {service: d, sources: [{channel: A}]}\n"};
  LogsourceLimits limits;
  limits.entries_max = 2;
  limits.sources_max = 1;
  const auto loaded = load_entries({&file, 1}, table, d, limits);
  EXPECT_EQ(loaded.size(), 2u);
  ASSERT_EQ(d.size(), 2u);
  EXPECT_EQ(d[0].code, "LOG001");
  EXPECT_EQ(d[1].code, "LOG012");
}

TEST(LogsourceFile, AFullFieldTableIsSaid) {
  FieldTable table;
  while (table.intern("f" + std::to_string(table.size()))) {
  }
  std::vector<Diagnostic> d;
  const TextFile file{"mine.yml", "aliases:\n  a:\n    - {to: Image, from: exe}\n"};
  Logsources::parse({&file, 1}, table, d);
  ASSERT_EQ(d.size(), 1u);
  EXPECT_EQ(d[0].code, "LOG010");
}

TEST(Transforms, EveryOneIsInTheTableOnce) {
  for (const TransformRow& row : transform_table()) {
    int n = 0;
    for (const TransformRow& other : transform_table()) n += other.name == row.name || other.transform == row.transform;
    EXPECT_EQ(n, 1) << row.name;
  }
  EXPECT_EQ(transform_table().size(), 9u);
}

}  // namespace
}  // namespace stopwarden::sigma
