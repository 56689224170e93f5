// SPDX-License-Identifier: Apache-2.0
#include "sources/json/skip.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <string>

#include "sources/json/scanner.h"
#include "sources/json/tokens.h"

namespace stopwarden::json {
namespace {

/// One past the object at the start of `text`; 0: refused.
std::size_t skipped(std::string_view text) {
  Tokens tokens;
  if (tokens.find(text) != Tokens::Outcome::good) return 0;
  std::size_t at = 0;
  if (!skip_object(text, tokens.places(), at)) {
    EXPECT_EQ(at, 0u);
    return 0;
  }
  return tokens.places()[at - 1] + std::size_t{1};
}

std::size_t scanned(std::string_view text) {
  Scanner scanner;
  const Step step = scanner.next(NarrowText{text}, 0, AtEnd::yes, Window::is_full);
  return step.kind == Step::Kind::object ? step.end : 0;
}

TEST(JsonSkip, Table) {
  const std::pair<std::string, std::size_t> cases[] = {
      {"{}", 2},
      {R"({"a":1},{"b":2})", 7},
      {R"({"a":{"b":[1,{"c":"}"}]}} )", 25},
      {"{\n \"a\" : [ ] ,\n \"b\":{ }\n}", 25},
      {R"({"a":tru})", 9},  // the reader's to refuse
      {R"({"eventName":"x","Records":[{"a":1}]})", 37},
      {R"({"x":{},"Records":[{"a":1}]})", 28},
      {R"({"a":1)", 0},
      {R"({"a":1]})", 0},
      {R"({"a" 1})", 0},
      {R"({"a":1 "b":2})", 0},
      {R"({"a":1,})", 0},
      {R"({"a":x"y"})", 0},
      {R"({"a":"x"y})", 0},
      {R"({1:2})", 0},
      {R"([1])", 0},
      {R"({"Records":[{"a":1}]})", 0},
      {R"({"Records":[]})", 0},
      {R"({"a":1,"subscriptionFilters":["f"],"logEvents":[{"a":1}]})", 0},
  };
  for (const auto& c : cases) EXPECT_EQ(skipped(c.first), c.second) << c.first;
  std::string deep = "1";
  for (int i = 0; i < 64; ++i) deep = R"({"a":)" + deep + "}";
  EXPECT_EQ(skipped(deep), deep.size());
  EXPECT_EQ(skipped(R"({"a":)" + deep + "}"), 0u);
}

/// Texts with a byte or two changed, from a fixed seed: what is taken, the scanner takes up to the same byte.
TEST(JsonSkip, TakesWhatTheScannerTakes) {
  const std::string texts[] = {
      R"({"a":"x\"y","b":[1,2,{"c":null}],"d":{"e":true}},{"f":-1.5})",
      R"({"v":1,"subscriptionFilters":["f"],"logEvents":[{"m":"{\"a\":1}"}]})",
      "{\n  \"a\": [\n{ \"b\": {} }\n],\n \"Records\": [ ]\n}\n{\"c\":2}",
  };
  constexpr std::string_view kBytes = "{}[],:\"\\\n a1t";
  std::mt19937 random(1489);
  std::size_t taken = 0;
  for (int i = 0; i < 60'000; ++i) {
    std::string text = texts[random() % 3];
    for (auto changes = random() % 3; changes > 0; --changes) {
      const std::size_t at = 1 + random() % (text.size() - 1);
      const char c = kBytes[random() % kBytes.size()];
      if (random() % 2 == 0)
        text[at] = c;
      else
        text.insert(at, 1, c);
    }
    const std::size_t end = skipped(text);
    if (end == 0) continue;
    ++taken;
    ASSERT_EQ(scanned(text), end) << text;
  }
  EXPECT_GT(taken, 10'000u);
}

}  // namespace
}  // namespace stopwarden::json
