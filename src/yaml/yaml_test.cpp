// SPDX-License-Identifier: Apache-2.0
#include "yaml/yaml.h"

#include <gtest/gtest.h>

namespace stopwarden {
namespace {

std::string code_of(std::string_view text, YamlLimits limits = {}) {
  std::vector<Diagnostic> d;
  parse_yaml(text, "x.yml", limits, d);
  return d.empty() ? "" : std::string(d[0].code) + ":" + std::to_string(d[0].line);
}

TEST(Yaml, KeepsPlacesQuotesAndDocuments) {
  std::vector<Diagnostic> d;
  const auto docs =
      parse_yaml("title: x\nn: 42\nq: '42'\nnothing:\nlist:\n  - a\n  - \"*b\"\n---\nsecond: true\n", "x.yml", {}, d);
  ASSERT_TRUE(d.empty());
  ASSERT_EQ(docs.size(), 2u);
  const YamlNode& root = docs[0].root;
  EXPECT_EQ(scalar_type(*root.find("n")), YamlType::integer);
  EXPECT_EQ(scalar_type(*root.find("q")), YamlType::string);
  EXPECT_TRUE(root.find("nothing")->is_null());
  EXPECT_EQ(root.find("list")->items[1].text, "*b");
  EXPECT_EQ(root.find("list")->items[1].line, 7u);
  EXPECT_EQ(root.find("list")->items[1].column, 5u);
  EXPECT_EQ(scalar_type(*docs[1].root.find("second")), YamlType::boolean);
  EXPECT_EQ(docs[1].line, 9u);
}

TEST(Yaml, ScalarTypes) {
  const auto type = [](std::string text) {
    YamlNode n;
    n.kind = YamlNode::Kind::scalar;
    n.text = std::move(text);
    return scalar_type(n);
  };
  EXPECT_EQ(type("-3"), YamlType::integer);
  EXPECT_EQ(type("1.5"), YamlType::real);
  EXPECT_EQ(type("0x17"), YamlType::string);
  EXPECT_EQ(type("yes"), YamlType::string);  // YAML 1.2: not a boolean
  EXPECT_EQ(type("~"), YamlType::null);
}

TEST(Yaml, MistakesAreLocated) {
  EXPECT_EQ(code_of("a: 1\na: 2\n"), "YML002:2");
  EXPECT_EQ(code_of("a: [1, 2\n"), "YML001:2");
  EXPECT_EQ(code_of("? [x]\n: 1\n"), "YML004:1");
  EXPECT_EQ(code_of("a: \xFF\n"), "YML005:0");
  EXPECT_EQ(code_of("\"a\": 1\n"), "");
}

TEST(Yaml, DocumentsBeforeAnErrorAreKept) {
  std::vector<Diagnostic> d;
  EXPECT_EQ(parse_yaml("a: 1\n---\nb: [\n", "x.yml", {}, d).size(), 1u);
  EXPECT_EQ(d.size(), 1u);
}

TEST(Yaml, BombsStopAtTheLimit) {
  std::string bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string last = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + last;
    for (int n = 0; n < 9; ++n) bomb += "," + last;
    bomb += "]\n";
  }
  EXPECT_EQ(code_of(bomb).substr(0, 6), "YML003");
  EXPECT_EQ(code_of(std::string(100, '[')).substr(0, 3), "YML");
  EXPECT_EQ(code_of("a: 1", {.bytes_max = 3}), "YML003:0");
  EXPECT_EQ(code_of("a: &x [*x]\n").substr(0, 6), "YML001");
}

// yaml-cpp 0.7 yields empty documents for ever at these (found by fuzzing).
TEST(Yaml, TokensThatBeginNoValueEndTheFile) {
  for (const char* text : {",", ",,,,a: b\n", "a: 1\n---\n,\n", "]", "}", "a: 1\n---\n]\n---\nb: 2\n"})
    EXPECT_EQ(code_of(text).substr(0, 6), "YML001") << text;
}

}  // namespace
}  // namespace stopwarden
