// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/regex.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "base/text.h"

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
    const auto later = Regex::deferred(c.expression, c.flags, {});
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
  const auto regex = Regex::deferred("(a|b)+c", {true, false, false}, {"c"});
  EXPECT_EQ(regex->expression(), "(a|b)+c");
  EXPECT_EQ(regex->literals(), std::vector<std::string>{"c"});
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
    const auto regex = Regex::deferred(wrong, {}, {});
    EXPECT_EQ(regex->search("a", scratch), Answer::over_budget);
    EXPECT_EQ(regex->search("a", scratch), Answer::over_budget);
    EXPECT_EQ(regex->engine(), Engine::none);
  }
}

/// Each subject that matches must hold one of the literals when folded; the literals themselves are RE2's business.
TEST(Regex, LiteralsAreNecessary) {
  const RegexFlags none, i{true, false, false};
  struct Row {
    const char* expression;
    RegexFlags flags;
    std::vector<std::string> subjects;
    bool some = true;  // literals
  };
  RegexScratch scratch;
  for (const Row& row : std::initializer_list<Row>{
           {"Stop-Service", none, {"x Stop-Service y"}},
           {"(?i)stop-service", none, {"STOP-SERVICE", "\u017Ftop-\u017Fervice", "Stop-Service"}},
           {"KIWI", i, {"kiwi", "\u212Aiwi", "KIWI"}},
           {"(net1?|sc)\\.exe\\s+stop", none, {"net.exe stop", "net1.exe  stop", "sc.exe\tstop"}},
           {"abc|def[0-9]{2}", none, {"abc", "def12"}},
           {"\u00DCber[a-z]+", i, {"\u00DCbera", "\u00FCberz"}},
           {".*foo.*bar.*", none, {"foo bar", "a foo b bar c"}},
           {"a*b*c*", none, {""}, false},
           {"[0-9]+", none, {"7"}, false},
           {"(?=look)look", none, {"look"}, false},
           {".{3,}", none, {"abc"}, false}}) {
    std::string error;
    const auto regex = Regex::compile(row.expression, row.flags, error);
    ASSERT_TRUE(regex) << row.expression << error;
    EXPECT_EQ(!regex->literals().empty(), row.some) << row.expression;
    for (const std::string& subject : row.subjects) {
      ASSERT_EQ(regex->search(subject, scratch), Answer::yes) << row.expression << " on " << subject;
      const std::string folded = fold(subject);
      bool held = regex->literals().empty();
      for (const std::string& literal : regex->literals()) held = held || folded.find(literal) != std::string::npos;
      EXPECT_TRUE(held) << row.expression << " on " << subject;
    }
  }
}

}  // namespace
}  // namespace stopwarden::sigma
