// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/condition.h"

#include <gtest/gtest.h>

namespace stopwarden::sigma {
namespace {

/// Fully bracketed, so that the tree can be seen.
std::string tree(const Condition& c) {
  switch (c.kind) {
    case Condition::Kind::search: return c.name;
    case Condition::Kind::any_of: return "<1 " + c.name + ">";
    case Condition::Kind::all_of: return "<all " + c.name + ">";
    case Condition::Kind::negation: return "!" + tree(c.parts.front());
    case Condition::Kind::all:
    case Condition::Kind::any: {
      std::string out = "(";
      for (const Condition& p : c.parts)
        out += (out.size() > 1 ? (c.kind == Condition::Kind::all ? " & " : " | ") : "") + tree(p);
      return out + ")";
    }
  }
  return "?";
}
std::string read(std::string_view text) {
  Condition c;
  if (const auto problem = parse_condition(text, c))
    return std::string(problem->code) + "@" + std::to_string(problem->column);
  return tree(c);
}

TEST(Condition, Trees) {
  struct Case {
    const char* text;
    const char* tree;
  };
  for (const Case& c : std::initializer_list<Case>{
           {"selection", "selection"},
           {"a and b", "(a & b)"},
           {"a or b and c", "(a | (b & c))"},
           {"a and b or c", "((a & b) | c)"},
           {"not a and b", "(!a & b)"},
           {"not (a and b)", "!(a & b)"},
           {"not not a", "!!a"},
           {"a AND NOT b OR c", "((a & !b) | c)"},
           {"1 of them", "<1 them>"},
           {"any of sel*", "<1 sel*>"},
           {"ALL OF Them", "<all them>"},
           {"selection and not 1 of filter_*", "(selection & !<1 filter_*>)"},
           {"(1 of a* or all of *b) and c", "((<1 a*> | <all *b>) & c)"},
           {"1 of s*l*n", "<1 s*l*n>"},
           {"notepad and order", "(notepad & order)"},
           {"of", "of"},
           {"all", "all"},
           {"1 of selection", "<1 selection>"},
           {"a\n  and\tb", "(a & b)"},
           {"((a))", "a"},
           {"a-b and _c", "(a-b & _c)"},
       })
    EXPECT_EQ(read(c.text), c.tree) << c.text;
}

TEST(Condition, Errors) {
  struct Case {
    const char* text;
    const char* problem;
  };
  for (const Case& c : std::initializer_list<Case>{
           {"", "SIG030@1"},
           {"a and", "SIG030@6"},
           {"and a", "SIG030@1"},
           {"a b", "SIG030@3"},
           {"(a", "SIG030@3"},
           {"a)", "SIG030@2"},
           {"a & b", "SIG030@3"},
           {"2 of a*", "SIG030@1"},
           {"1 of", "SIG030@5"},
           {"1 of (a)", "SIG030@6"},
           {"sel*", "SIG030@1"},
           {"not", "SIG030@4"},
           {"a | count() > 5", "SIG033@3"},
           {"a | near b", "SIG033@3"},
           {"\xC3\xA4", "SIG030@1"},
       })
    EXPECT_EQ(read(c.text), c.problem) << c.text;
}

TEST(Condition, Limits) {
  EXPECT_EQ(read(std::string(65, '(') + "a" + std::string(65, ')')), "SIG034@65");
  EXPECT_EQ(read(std::string(64, '(') + "a" + std::string(64, ')')), "a");
  std::string nots;
  for (int i = 0; i < 100'000; ++i) nots += "not ";
  EXPECT_EQ(read(nots + "a"), "SIG034@1");
  std::string deep;
  for (int i = 0; i < 65; ++i) deep += "not ";
  EXPECT_EQ(read(deep + "a").substr(0, 6), "SIG034");
}

TEST(Condition, PrintedFormReadsBack) {
  for (const char* text : {"a", "a and b or not c", "not (a or b) and (c or d)", "1 of x* and not all of them",
                           "(a and b) and c", "not not (a or (b or c))", "(a or b) or (c and (d and e))"}) {
    Condition first, second;
    ASSERT_FALSE(parse_condition(text, first));
    ASSERT_FALSE(parse_condition(to_string(first), second)) << to_string(first);
    EXPECT_EQ(first, second) << text << " -> " << to_string(first);
  }
}

TEST(Condition, NamePatterns) {
  EXPECT_TRUE(fits_name_pattern("selection_a", "selection_*"));
  EXPECT_TRUE(fits_name_pattern("selection_", "selection_*"));
  EXPECT_TRUE(fits_name_pattern("xay", "*a*"));
  EXPECT_TRUE(fits_name_pattern("aXbXc", "a*b*c"));
  EXPECT_TRUE(fits_name_pattern("abab", "*ab"));
  EXPECT_FALSE(fits_name_pattern("selection", "selection_*"));
  EXPECT_FALSE(fits_name_pattern("selection", "Selection"));
  EXPECT_FALSE(fits_name_pattern("ab", "a"));
  EXPECT_TRUE(fits_name_pattern("", "*"));
}

}  // namespace
}  // namespace stopwarden::sigma
