// SPDX-License-Identifier: Apache-2.0
#include "sources/json/tree.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace stopwarden::json {
namespace {

TEST(JsonTree, ListsValuesInOrder) {
  Tree tree;
  const std::string text = R"( {"a": {"b": [1, "x\"y", {}], "c": null}, "k\u0041": true} )";
  ASSERT_TRUE(tree.read(text));
  ASSERT_EQ(tree.size(), 8u);
  EXPECT_EQ(tree.node(0).next, 8u);
  EXPECT_EQ(tree.key_of(tree.node(1)).raw, "a");
  EXPECT_EQ(tree.node(1).next, 7u);
  EXPECT_EQ(tree.node(2).type, NodeType::array);
  EXPECT_EQ(tree.node(3).raw, "1");
  EXPECT_EQ(tree.node(4).raw, "x\\\"y");
  EXPECT_EQ(tree.node(4).key, 0u);
  EXPECT_EQ(tree.node(5).type, NodeType::object);
  EXPECT_EQ(tree.node(5).next, 6u);
  EXPECT_EQ(tree.node(6).type, NodeType::null);
  EXPECT_EQ(tree.key_of(tree.node(7)).raw, "k\\u0041");
  EXPECT_EQ(tree.key_of(tree.node(7)).text, "kA");
  EXPECT_EQ(tree.find(0, "a"), 1u);
  EXPECT_EQ(tree.find(1, "c"), 6u);
  EXPECT_EQ(tree.find(0, "c"), 0u);
  EXPECT_EQ(tree.find(3, "c"), 0u);
}

TEST(JsonTree, ReadsOneObjectOfManyByTheTokensOfAll) {
  Tree tree;
  Tokens tokens;
  const std::string text = "{\"a\":1}{\"a\" : [2 , {}] }\n{\"a\":tru}{}{\"a\":\"\"";
  EXPECT_FALSE(tree.read(text));
  ASSERT_EQ(tokens.find(text), Tokens::Outcome::good);
  std::size_t at = 0;
  ASSERT_TRUE(tree.read_at(text, tokens.places(), at));
  EXPECT_EQ(at, 5u);
  EXPECT_EQ(tree.node(1).raw, "1");
  ASSERT_TRUE(tree.read_at(text, tokens.places(), at));
  EXPECT_EQ(at, 15u);
  EXPECT_EQ(tree.node(2).raw, "2");
  EXPECT_EQ(tree.size(), 4u);
  EXPECT_FALSE(tree.read_at(text, tokens.places(), at));
  EXPECT_EQ(at, 15u);
  at += 5;
  ASSERT_TRUE(tree.read_at(text, tokens.places(), at));
  EXPECT_EQ(tree.size(), 1u);
  EXPECT_FALSE(tree.read_at(text, tokens.places(), at)) << "it has no end";
}

TEST(JsonTree, RejectsWhatIsNoJson) {
  Tree tree;
  for (const char* text : {"",
                           " ",
                           "[]",
                           "1",
                           "{",
                           "{\"a\"}",
                           "{\"a\":}",
                           "{\"a\":1,}",
                           "{,}",
                           "{\"a\":01}",
                           "{\"a\":1.}",
                           "{\"a\":.5}",
                           "{\"a\":+1}",
                           "{\"a\":1e}",
                           "{\"a\":-}",
                           "{\"a\":nul}",
                           "{\"a\":True}",
                           "{\"a\":nullx}",
                           "{\"a\":1 2}",
                           "{\"a\":[1,]}",
                           "{\"a\":[1}",
                           "{\"a\":1}]",
                           "{\"a\":1}}",
                           "{\"a\" 1}",
                           "{\"a\":\"b\":\"c\"}",
                           "{\"a\"\x01:1}",
                           "{\"a\":\"b\"\x01}",
                           "{\"a\":1}x",
                           "{a:1}",
                           "{\"a\":'x'}",
                           "{\"a\":\"x}",
                           "{\"a\":0x1}",
                           "{\"a\":NaN}"}) {
    const Status read = tree.read(text);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().code, Errc::bad_value) << text;
    EXPECT_FALSE(tree.repairable()) << text;
  }
}

TEST(JsonTree, AcceptsNumbers) {
  Tree tree;
  for (const char* number :
       {"0", "-0", "12", "-12", "1.5", "1e5", "1E-5", "-1.25e+10", "18446744073709551616", "1e999"}) {
    const std::string text = std::string("{\"a\":") + number + "}";
    EXPECT_TRUE(tree.read(text)) << number;
    EXPECT_EQ(tree.node(1).raw, number);
  }
}

TEST(JsonTree, HasLimits) {
  Tree tree;
  std::string many = "{\"a\":[0";
  for (int i = 0; i < 70'000; ++i) many += ",0";
  many += "]}";
  const Status too_many = tree.read(many);
  ASSERT_FALSE(too_many);
  EXPECT_EQ(too_many.error().code, Errc::limit_exceeded);
  for (const int depth : {63, 64}) {
    const auto n = static_cast<std::size_t>(depth);
    const std::string deep = "{\"a\":" + std::string(n, '[') + std::string(n, ']') + "}";
    const Status read = tree.read(deep);
    EXPECT_EQ(static_cast<bool>(read), depth == 63);
  }
  tree.release_excess();
  EXPECT_TRUE(tree.read("{}"));
}

TEST(JsonTree, Repair) {
  Tree tree;
  const std::string bad = "{\"a\":\"x\xC3\x28\x01\\\"\x02\"\t}";
  ASSERT_FALSE(tree.read(bad));
  ASSERT_TRUE(tree.repairable());
  const std::string good = repair(bad);
  EXPECT_EQ(good, "{\"a\":\"x\xEF\xBF\xBD(\\u0001\\\"\\u0002\"\t}");
  EXPECT_TRUE(tree.read(good));
}

TEST(JsonUnescape, Table) {
  const std::pair<std::string, std::string> cases[] = {
      {"", ""},
      {"plain", "plain"},
      {R"(C:\\Windows\\System32\\sc.exe)", R"(C:\Windows\System32\sc.exe)"},
      {R"(\"\/\b\f\n\r\t\\)", "\"/\b\f\n\r\t\\"},
      {R"(\u0041\u00fC\u20aC)", "A\xC3\xBC\xE2\x82\xAC"},
      {R"(\ud83d\uDE00!)", "\xF0\x9F\x98\x80!"},
      {R"(\ud83dx)", "\xEF\xBF\xBDx"},
      {R"(\ude00)", "\xEF\xBF\xBD"},
      {R"(\ud83d\u0041)",
       "\xEF\xBF\xBD"
       "A"},
      {R"(C:\Temp\u12)", R"(C:\Temp\u12)"},
      {R"(\u)", R"(\u)"},
      {R"(\)", R"(\)"},
      {R"(\u0000x)", std::string("\0x", 2)},
  };
  Arena arena;
  for (const auto& c : cases) EXPECT_EQ(unescape(c.first, arena), c.second) << c.first;
  const std::string same = "as it is";
  EXPECT_EQ(unescape(same, arena).data(), same.data());
}

/// Bytes are copied in steps of 16: runs of any length before, between and behind two escapes.
TEST(JsonUnescape, EveryRunLength) {
  Arena arena;
  for (std::size_t before = 0; before < 40; ++before)
    for (std::size_t between = 0; between < 40; ++between)
      for (const std::size_t behind :
           {std::size_t{0}, std::size_t{1}, std::size_t{15}, std::size_t{16}, std::size_t{33}}) {
        const std::string a(before, 'a'), b(between, 'b'), c(behind, 'c');
        const std::string raw = a + "\\n" + b + "\\u00e4" + c;
        ASSERT_EQ(unescape(raw, arena), a + "\n" + b + "\xC3\xA4" + c);
      }
}

/// Long texts with escapes at every distance, held to a byte after the other: texts of 64 bytes and more go by blocks.
TEST(JsonUnescape, RandomTexts) {
  const std::pair<std::string_view, std::string_view> pieces[] = {
      {"\\\\", "\\"}, {"\\n", "\n"}, {"\\\"", "\""}, {"\\u00e4", "\xC3\xA4"}, {"\\/", "/"}, {"\\x", "\\x"}, {"a", "a"}};
  std::mt19937 random(20261125);
  Arena arena;
  for (int round = 0; round < 20'000; ++round) {
    arena.reset();
    std::string raw, want;
    const std::size_t plain = 1 + random() % 40;  // the usual distance between escapes
    for (std::size_t n = random() % 100; n > 0; --n) {
      const auto& [escape, text] = pieces[random() % std::size(pieces)];
      raw += escape;
      want += text;
      const std::string run(random() % plain, 'b');
      raw += run;
      want += run;
    }
    if (round % 5 == 0) raw += '\\', want += '\\';
    ASSERT_EQ(unescape(raw, arena), want) << raw;
  }
}

}  // namespace
}  // namespace stopwarden::json
