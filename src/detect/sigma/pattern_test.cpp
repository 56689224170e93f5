// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/pattern.h"

#include <gtest/gtest.h>

#include <random>

#include "base/text.h"

namespace stopwarden::sigma {
namespace {

bool match(std::string_view written, std::string_view subject) {
  Pattern p = parse_pattern(written);
  finish(p);
  return matches(p, fold(subject));
}

TEST(Pattern, Escapes) {
  struct Case {
    const char* written;
    const char* shown;  // [text] * ?
  };
  const auto show = [](const Pattern& p) {
    std::string out;
    for (const PatternToken& t : p.tokens)
      out += t.kind == PatternToken::Kind::any ? "*" : t.kind == PatternToken::Kind::one ? "?" : "[" + t.text + "]";
    return out;
  };
  for (const Case& c : std::initializer_list<Case>{
           {R"(a\b)", R"([a\b])"},
           {R"(a\\b)", R"([a\b])"},      // S5: single or double is one
           {R"(a\\\b)", R"([a\\b])"},    // three are two
           {R"(a\\\\b)", R"([a\\b])"},   // four are two
           {R"(a\*b)", "[a*b]"},         // escaped wildcard
           {R"(a\?b)", "[a?b]"},         //
           {R"(a\\*b)", R"([a\]*[b])"},  // backslash, wildcard
           {R"(a\\\*b)", R"([a\*b])"},   // backslash, literal star
           {R"(a\)", R"([a\])"},         // trailing
           {R"(a\\)", R"([a\])"},        //
           {R"(*a?)", "*[a]?"},          //
           {R"(%x%)", "[%x%]"},          // no placeholder without `expand`
           {"", ""},
       })
    EXPECT_EQ(show(parse_pattern(c.written)), c.shown) << c.written;
}

TEST(Pattern, Placeholders) {
  const auto tokens = [](std::string_view s) { return parse_pattern(s, PlaceholderSyntax::expand).tokens; };
  using K = PatternToken::Kind;
  EXPECT_EQ(tokens("%a%"), (std::vector<PatternToken>{{K::placeholder, "a"}}));
  EXPECT_EQ(tokens("x%a%y"), (std::vector<PatternToken>{{K::text, "x"}, {K::placeholder, "a"}, {K::text, "y"}}));
  EXPECT_EQ(tokens(R"(\%plain%name%)"), (std::vector<PatternToken>{{K::text, "%plain"}, {K::placeholder, "name"}}));
  EXPECT_EQ(tokens(R"(C:\\%a%)"), (std::vector<PatternToken>{{K::text, "C:\\"}, {K::placeholder, "a"}}));
  EXPECT_EQ(tokens("100%"), (std::vector<PatternToken>{{K::text, "100%"}}));
  EXPECT_EQ(tokens("%%"), (std::vector<PatternToken>{{K::text, "%%"}}));
}

TEST(Pattern, AddedWildcardAfterBackslashStaysOne) {  // D17
  Pattern p = parse_pattern(R"(C:\Temp\)");
  add_any_back(p);
  finish(p);
  EXPECT_TRUE(matches(p, R"(c:\temp\x.exe)"));
  EXPECT_FALSE(matches(p, R"(c:\temp*)"));
}

TEST(Pattern, WildcardsAreNotDoubled) {
  Pattern p = parse_pattern("*a*");
  add_any_front(p);
  add_any_back(p);
  EXPECT_EQ(p.tokens.size(), 3U);
}

TEST(Pattern, Wildcards) {  // S4, D19
  struct Case {
    const char* pattern;
    const char* subject;
    bool yes;
  };
  for (const Case& c : std::initializer_list<Case>{
           {"a*c", "abc", true},
           {"a*c", "ac", true},
           {"a*c", "xabc", false},  // anchored
           {"a*c", "abcx", false},  //
           {"a?c", "abc", true},    //
           {"a?c", "ac", false},    // exactly one
           {"a?c", "abbc", false},  //
           {"a?c",
            "a\xC3\xA4"
            "c",
            true},  // one code point of two bytes
           {"a?c",
            "a\xF0\x9F\x98\x80"
            "c",
            true},  // of four
           {"a?c",
            "a\xFF"
            "c",
            true},  // an invalid byte counts as one
           {"a??c",
            "a\xC3\xA4"
            "c",
            false},
           {"?", "\xC3\xA4", true},
           {"*?", "\xC3\xA4", true},
           {"*??", "\xC3\xA4", false},
           {"*?", "", false},
           {"?*", "", false},
           {"*", "", true},
           {"**", "anything", true},
           {"*a*b*", "xxaxxbxx", true},
           {"*a*b*", "xxbxxaxx", false},
           {"*ab*ab", "abab", true},
           {"*ab*ab", "ab", false},  // the two must not share
           {"ab*ab", "ab", false},
           {"*a?b*c", "aab_a1b__c", true},
           {"*\\*.exe", "c:*.exe", true},
           {"*\\*.exe", "c:x.exe", false},
           {"a*b", "a\nx\r\nb", true},  // newlines are characters
           {"*.tar.*", "x.tar.gz", true},
           {"abc", "ABC", true},  // folded
       })
    EXPECT_EQ(match(c.pattern, c.subject), c.yes) << c.pattern << " on " << c.subject;
}

TEST(Pattern, CaseFoldingBeyondAscii) {  // S3, D15
  EXPECT_TRUE(
      match("*\xC3\x9C"
            "ber*",
            "x\xC3\xBC"
            "BER"));                             // U-umlaut
  EXPECT_TRUE(match("\xCE\xA3*", "\xCF\x83x"));  // sigma
  EXPECT_TRUE(match("*\xD0\x96", "\xD0\xB6"));   // Cyrillic zhe
  EXPECT_FALSE(match("I", "\xC4\xB1"));          // dotless i is another letter
}

TEST(Pattern, CasedKeepsCase) {
  Pattern p = parse_pattern("aB*");
  p.case_match = CaseMatch::exact;
  finish(p);
  EXPECT_TRUE(matches(p, "aBc"));
  EXPECT_FALSE(matches(p, "abc"));
}

std::string dashes(std::string_view written) {
  Pattern p = parse_pattern(written);
  mark_dashes(p);
  std::string out;
  for (const PatternToken& t : p.tokens)
    out += t.kind == PatternToken::Kind::dash ? "~" : t.kind == PatternToken::Kind::text ? t.text : "*";
  return out;
}

TEST(Pattern, DashPositions) {  // S10
  EXPECT_EQ(dashes("-flag"), "~flag");
  EXPECT_EQ(dashes("/flag"), "~flag");
  EXPECT_EQ(dashes("\xE2\x80\x93"
                   "flag"),
            "~flag");
  EXPECT_EQ(dashes(" -a /b"), " ~a ~b");
  EXPECT_EQ(dashes("-param-name"), "~param-name");
  EXPECT_EQ(dashes("--long"), "-~long");
  EXPECT_EQ(dashes("a-b/c"), "a-b/c");
  EXPECT_EQ(dashes("a - b"), "a - b");
  EXPECT_EQ(dashes("*-f*"), "*~f*");
  EXPECT_EQ(dashes(R"(C:\a-b\c)"), R"(C:\a-b\c)");
  EXPECT_EQ(dashes("-"), "-");
  EXPECT_EQ(dashes("\xC3\xA4-x"), "\xC3\xA4-x");  // a letter beyond ASCII is a letter
  EXPECT_EQ(dashes("x-"), "x-");
}

TEST(Pattern, ManyDashesStaySmall) {  // D3: one token a dash, never 5^n patterns
  std::string written;
  for (int i = 0; i < 2000; ++i) written += "-f ";
  Pattern p = parse_pattern(written);
  mark_dashes(p);
  finish(p);
  EXPECT_EQ(p.tokens.size(), 4000U);
  std::string event;
  for (int i = 0; i < 2000; ++i)
    event += i % 2 == 0 ? "/F "
                        : "\xE2\x80\x95"
                          "f ";
  EXPECT_TRUE(matches(p, fold(event)));
  std::vector<Pattern> spelt;
  EXPECT_FALSE(spell_out_dashes(p, 125, spelt));
  EXPECT_TRUE(spelt.empty());
}

/// The plainest matcher there is: recursion over tokens.
bool slow_match(std::span<const PatternToken> tokens, std::string_view s) {
  if (tokens.empty()) return s.empty();
  const PatternToken& t = tokens.front();
  const auto rest = tokens.subspan(1);
  switch (t.kind) {
    case PatternToken::Kind::text: return s.starts_with(t.text) && slow_match(rest, s.substr(t.text.size()));
    case PatternToken::Kind::one: return !s.empty() && slow_match(rest, s.substr(code_point_at(s, 0).length));
    case PatternToken::Kind::dash:
      return (!s.empty() && (s[0] == '-' || s[0] == '/') && slow_match(rest, s.substr(1))) ||
             (s.size() >= 3 && (s.starts_with("\xE2\x80\x93") || s.starts_with("\xE2\x80\x94")) &&
              slow_match(rest, s.substr(3)));
    case PatternToken::Kind::any:
      for (std::size_t i = 0;;) {
        if (slow_match(rest, s.substr(i))) return true;
        if (i >= s.size()) return false;
        i += code_point_at(s, i).length;
      }
    case PatternToken::Kind::placeholder: return false;
  }
  return false;
}

TEST(Pattern, AgreesWithThePlainestMatcher) {
  std::mt19937 random(1489);
  const std::string_view pieces[] = {"a", "b", "ab", "*", "?", "-a", "\xC3\xA4", "\xE2\x80\x93", "/"};
  const std::string_view parts[] = {"a", "b", "-", "/", "\xC3\xA4", "\xE2\x80\x93", "\xE2\x80\x94", "\xF0\x9F\x98\x80"};
  int hits = 0;
  for (int round = 0; round < 60'000; ++round) {
    std::string written, subject;
    for (auto n = random() % 7; n > 0; --n) written += pieces[random() % std::size(pieces)];
    for (auto n = random() % 9; n > 0; --n) subject += parts[random() % std::size(parts)];
    Pattern p = parse_pattern(written);
    mark_dashes(p);
    finish(p);
    const bool got = matches(p, subject);
    ASSERT_TRUE(!got || may_hold(bigrams_of(subject), p.bigrams)) << written << " on " << subject;
    ASSERT_EQ(got, slow_match(p.tokens, subject)) << written << " on " << subject;
    hits += got ? 1 : 0;
  }
  EXPECT_GT(hits, 1000);
}

TEST(Pattern, BigramsNeverLie) {
  std::mt19937 random(7);
  int ruled_out = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (auto n = random() % 80; n > 0; --n) text.push_back(static_cast<char>(random() & 0xFF));
    const std::size_t from = random() % (text.size() + 1);
    const std::string inside = text.substr(from, random() % 20);
    ASSERT_TRUE(may_hold(bigrams_of(text), bigrams_of(inside)));
    if (!may_hold(bigrams_of(text), bigrams_of("stopwarden"))) ++ruled_out;
  }
  EXPECT_GT(ruled_out, 19'000);
  EXPECT_TRUE(may_hold(bigrams_of(""), bigrams_of("x")));  // of one byte nothing is known
}

TEST(Pattern, PrintedFormReadsBack) {
  for (const char* written : {R"(a\b)", R"(a\\*b)", R"(a\\\*b)", R"(*a?b*)", R"(\\\\srv\x)", R"(a\*)", R"(x\\)"}) {
    const Pattern p = parse_pattern(written);
    EXPECT_EQ(parse_pattern(to_string(p)), p) << written << " -> " << to_string(p);
  }
}

}  // namespace
}  // namespace stopwarden::sigma
