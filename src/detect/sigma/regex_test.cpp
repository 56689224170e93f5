// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/regex.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

namespace stopwarden::sigma {
namespace {

using Engine = Regex::Engine;
using Answer = Regex::Answer;

struct Case {
  const char* expression;
  RegexFlags flags;
  std::string_view subject;
  bool yes;
  Engine engine = Engine::re2;
};

TEST(Regex, Searches) {
  RegexScratch scratch;
  const RegexFlags none, i{true, false, false}, m{false, true, false}, s{false, false, true}, ims{true, true, true};
  for (const Case& c : std::initializer_list<Case>{
           {"b+", none, "abbc", true},          // unanchored
           {"^b", none, "ab", false},           //
           {"B", none, "abc", false},           // case-sensitive
           {"B", i, "abc", true},               //
           {"(?i)B", none, "abc", true},        //
           {"^b", m, "a\nb", true},             // S11
           {"^b", none, "a\nb", false},         //
           {"a.b", none, "a\nb", false},        //
           {"a.b", s, "a\nb", true},            //
           {"^A.B$", ims, "x\na\nb\ny", true},  // all three
           {"c$", none, "abc\n", true},         // as PCRE: before the last newline
           {"c$", none, "abc\n\n", false},      //
           {"c\\z|x$", none, "abc\n", false},   //
           {R"(\\x)", none, R"(a\x)", true},    // not unescaped as a Sigma string
           {"\xC3\xA4", i, "\xC3\x84", true},   // beyond ASCII
           {"a.c", none,
            "a\xC3\xA4"
            "c",
            true},
           {"a(?=b)", none, "ab", true, Engine::pcre2},
           {"a(?!b)", none, "ab", false, Engine::pcre2},
           {R"((.)\1)", none, "abba", true, Engine::pcre2},
           {"(?>a+)b", i, "AAB", true, Engine::pcre2},
           {"(?<=x).y", s, "x\ny", true, Engine::pcre2},
           {"^b(?=c)", m, "a\nbc", true, Engine::pcre2},
           {".{5,}", none, "1234", false, Engine::run_length},
           {".{5,}", none, "12345", true, Engine::run_length},
           {".{5,}", none, "1234\n5678", false, Engine::run_length},
           {".{5,}", s, "1234\n5678", true, Engine::run_length},
           {".{2,}", none, "\xC3\xA4", false, Engine::run_length},
       }) {
    std::string error;
    const auto regex = Regex::compile(c.expression, c.flags, error);
    ASSERT_TRUE(regex) << c.expression << ": " << error;
    EXPECT_EQ(regex->engine(), c.engine) << c.expression;
    const auto later = Regex::deferred(c.expression, c.flags);
    EXPECT_EQ(later->search(c.subject, scratch) == Answer::yes, c.yes) << c.expression;
    EXPECT_EQ(later->engine(), c.engine) << c.expression;
    EXPECT_EQ(later->flags(), c.flags) << c.expression;
    EXPECT_EQ(regex->search(c.subject, scratch), c.yes ? Answer::yes : Answer::no) << c.expression;
  }
}

TEST(Regex, WrongOnesAreExplained) {
  for (const char* wrong : {"(", "[a", "a{2,1}", "*a", "(?<x", "\\"}) {
    std::string error;
    EXPECT_FALSE(Regex::compile(wrong, {}, error)) << wrong;
    EXPECT_FALSE(error.empty()) << wrong;
  }
  std::string error;
  EXPECT_FALSE(Regex::compile(std::string(20'000, 'a'), {}, error));
}

TEST(Regex, InvalidUtf8IsNoTrouble) {
  RegexScratch scratch;
  std::string error;
  const std::string_view bad =
      "ab\xFF\xC3"
      "cd\xED\xA0\x80";
  for (const char* expression : {"cd", "c(?=d)"}) {
    const auto regex = Regex::compile(expression, {}, error);
    ASSERT_TRUE(regex);
    EXPECT_EQ(regex->search(bad, scratch), Answer::yes) << expression;
    EXPECT_EQ(regex->search("\xFF", scratch), Answer::no) << expression;
    EXPECT_EQ(regex->search({}, scratch), Answer::no) << expression;
  }
}

TEST(Regex, BudgetEndsHopelessSearches) {
  RegexScratch scratch;
  std::string error;
  const auto regex = Regex::compile("^(?=a)(a+)+$", {}, error);
  ASSERT_TRUE(regex) << error;
  ASSERT_EQ(regex->engine(), Engine::pcre2);
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(regex->search(std::string(5000, 'a') + "b", scratch), Answer::over_budget);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
  // The same without look-ahead is linear.
  const auto linear = Regex::compile("^(a+)+$", {}, error);
  ASSERT_EQ(linear->engine(), Engine::re2);
  EXPECT_EQ(linear->search(std::string(5000, 'a') + "b", scratch), Answer::no);
}

TEST(Regex, Quotes) { EXPECT_EQ(quote_for_regex("a.b\\"), "a\\.b\\\\"); }

TEST(Regex, ADeferredOneIsCompiledOnceByWhoeverIsFirst) {
  const auto regex = Regex::deferred("(a|b)+c", {true, false, false});
  EXPECT_EQ(regex->expression(), "(a|b)+c");
  std::atomic<int> yes{0};
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t)
      threads.emplace_back([&regex, &yes] {
        RegexScratch scratch;
        for (int i = 0; i < 100; ++i) yes += regex->search("xABABC", scratch) == Answer::yes ? 1 : 0;
      });
  }
  EXPECT_EQ(yes, 400);
}

TEST(Regex, ADeferredOneThatIsWrongIsCountedNotACrash) {
  RegexScratch scratch;
  for (const std::string& wrong : {std::string("("), std::string("a{2,1}"), std::string(20'000, 'a')}) {
    const auto regex = Regex::deferred(wrong, {});
    EXPECT_EQ(regex->search("a", scratch), Answer::over_budget);
    EXPECT_EQ(regex->search("a", scratch), Answer::over_budget);
    EXPECT_EQ(regex->engine(), Engine::none);
  }
}

}  // namespace
}  // namespace stopwarden::sigma
