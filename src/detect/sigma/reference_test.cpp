// SPDX-License-Identifier: Apache-2.0
// What rules mean: value, modifiers, event, expected result. S.. and D.. are the items of the Sigma checklist.
#include "base/text.h"
#include "detect/sigma/encode.h"
#include "detect/sigma/testing.h"

namespace stopwarden::sigma {
namespace {

using testing::Bench;
using testing::F;
using testing::line;
using testing::Recorder;
using testing::rule;
using testing::selection;

struct Case {
  const char* item;   // a line of a selection
  std::string value;  // of the field F
  bool fires;
  ValueKind kind = ValueKind::string;
};

void check(std::initializer_list<Case> cases) {
  for (const Case& c : cases) {
    Bench bench(line(c.item));
    ASSERT_EQ(bench.code(), "") << c.item << ": " << bench.reason();
    EXPECT_EQ(bench.fires({{"F", c.value, c.kind}}), c.fires) << c.item << " on " << c.value;
  }
}
constexpr ValueKind kNull = ValueKind::null, kInteger = ValueKind::integer, kReal = ValueKind::real;

TEST(Matching, EqualsAndAnchors) {
  check({
      {"F: abc", "abc", true},
      {"F: abc", "xabc", false},
      {"F: abc", "abcx", false},
      {"F: ABC", "aBc", true},
      {"F|startswith: ab", "abc", true},
      {"F|startswith: ab", "xab", false},
      {"F|endswith: bc", "abc", true},
      {"F|endswith: bc", "bcx", false},
      {"F|contains: b", "abc", true},
      {"F|contains: d", "abc", false},
      {"F|contains|all: [a, c]", "abc", true},
      {"F|contains|all: [a, d]", "abc", false},
      {"F|contains: [d, c]", "abc", true},
      {"F|contains: [[d, x], [c]]", "abc", true},  // nested lists are written out
      {"F|startswith|endswith: b", "abc", true},   // both: anywhere
  });
}

TEST(Matching, S4_D19_WildcardsAreAnchoredUnlessAModifierSaysElse) {
  check({
      {"F: 'a*c'", "abc", true},
      {"F: 'a*c'", "abcd", false},
      {"F: 'a?c'", "abc", true},
      {"F: 'a?c'", "ac", false},
      {"F|contains: 'a*c'", "xxabcxx", true},
      {"F|contains: 'a*c'", "xxcbaxx", false},
      {"F|startswith: 'a?c'", "abcd", true},
      {"F|startswith: 'a?c'", "xabcd", false},
      {"F|endswith: 'a*c'", "zzabc", true},
      {"F|endswith: 'a*c'", "zzabcd", false},
      {"F|contains: '*a*'", "xax", true},
      {"F: '*'", "", true},
      {"F: 'a*b'", "a\nb", true},
  });
}

TEST(Matching, S5_D17_Backslashes) {
  check({
      {R"(F: 'C:\x')", R"(C:\x)", true},
      {R"(F: 'C:\\x')", R"(C:\x)", true},
      {R"(F: '\\\\srv')", R"(\\srv)", true},
      {R"(F: 'a\*')", "a*", true},
      {R"(F: 'a\*')", "ab", false},
      {R"(F: 'a\\*')", R"(a\b)", true},
      {R"(F: 'a\\\*')", R"(a\*)", true},
      {R"(F: 'a\\\*')", R"(a\b)", false},
      {R"(F|startswith: 'C:\')", R"(C:\x)", true},
      {R"(F|contains: '\x\')", R"(a\x\b)", true},
      {R"(F|endswith: '\cmd.exe')", R"(C:\cmd.exe)", true},
  });
}

TEST(Matching, S3_D15_CaseFolding) {
  check({
      {"F: '\xC3\x9C"
       "ber'",
       "\xC3\xBC"
       "BER",
       true},
      {"F|startswith: '\xC3\xA4'", "\xC3\x84x", true},
      {"F|endswith: '\xC3\xA4'", "x\xC3\x84", true},
      {"F|contains: '\xC3\xA4'", "x\xC3\x84x", true},
      {"F|cased: Abc", "Abc", true},
      {"F|cased: Abc", "abc", false},
      {"F|contains|cased: B", "aBc", true},
      {"F|contains|cased: B", "abc", false},
      {"F|cased|contains: B", "abc", false},
      {"F|cased|endswith: C", "abC", true},
  });
}

TEST(Matching, S6_NullEmptyMissing) {
  check({
      {"F: null", "", true, kNull},
      {"F: null", "", false},
      {"F: null", "null", false},
      {"F: ~", "", true, kNull},
      {"F: 'null'", "null", true},
      {"F: 'null'", "", false, kNull},
      {"F: ''", "", true},
      {"F: ''", "", false, kNull},
      {"F: ''", "x", false},
      {"F|contains: x", "", false, kNull},
      {"F: '*'", "", false, kNull},
      {"F|neq: x", "", true, kNull},
  });
  Bench null(line("F: null"));
  EXPECT_TRUE(null.fires({}));  // missing is null
  EXPECT_TRUE(null.fires({{"G", "x"}}));
  Bench empty(line("F: ''"));
  EXPECT_FALSE(empty.fires({}));
  Bench not_null(
      rule("    selection:\n        G: g\n    filter:\n        F: null\n    condition: selection and not filter\n"));
  EXPECT_FALSE(not_null.fires({{"G", "g"}}));
  EXPECT_TRUE(not_null.fires({{"G", "g"}, {"F", "x"}}));
  Bench list(line("F: ['', null]"));
  EXPECT_TRUE(list.fires({}));
  EXPECT_TRUE(list.fires({{"F", ""}}));
  EXPECT_EQ(list.warning_codes(), std::vector<std::string>{"SIG200"});
}

TEST(Matching, S7_D13_Numbers) {
  check({
      {"F: 42", "42", true},
      {"F: 42", "42", true, kInteger},
      {"F: 42", "042", false},
      {"F: 42", "42.0", false},        // text is compared as text
      {"F: 42", "42.0", true, kReal},  // a number as a number
      {"F: -1", "-1", true},
      {"F: 1.5", "1.5", true},
      {"F: 1.5", "1.50", true, kReal},
      {"F: '0x17'", "0x17", true},
      {"F: '0x17'", "23", false},
      {"F: 0x17", "0x17", true},  // without quotes: text, with a warning
      {"F: '42'", "42", true, kInteger},
      {"F: true", "true", true},
      {"F: true", "True", true, ValueKind::boolean},
      {"F: false", "true", false},
      {"F: 99999999999999999999999", "99999999999999999999999", true},
      {"F|contains: 42", "x42x", true},  // a text modifier takes it as text
      {"F|startswith: 4", "42", true, kInteger},
  });
}

TEST(Matching, S7_D9_Comparisons) {
  check({
      {"F|lt: 10", "9", true},
      {"F|lt: 10", "10", false},
      {"F|lte: 10", "10", true},
      {"F|gt: 10", "10", false},
      {"F|gt: 10", "11", true},
      {"F|gte: 10", "10", true},
      {"F|gt: -5", "-4", true},
      {"F|gt: -5", "-6", false},
      {"F|gt: 1.5", "1.6", true},
      {"F|lt: 1.5", "1", true},
      {"F|gt: 9", "100", true},                              // not as text
      {"F|gt: '9'", "100", true},                            // numeric text
      {"F|gt: 9007199254740992", "9007199254740993", true},  // exact beyond double
      {"F|gt: 1", "abc", false},                             // S7: false, no error
      {"F|lt: 1", "abc", false},
      {"F|gt: 1", "", false},
      {"F|gt: 1", "0x10", false},  // hexadecimal text is text
      {"F|gt: 1", "", false, kNull},
      {"F|lt: [5, 50]", "20", true},       // any of
      {"F|gt|all: [5, 50]", "20", false},  // all of
      {"F|gt|neq: 5", "3", true},
      {"F|gt|neq: 5", "7", false},
  });
  Bench missing(line("F|lt: 10"));
  EXPECT_FALSE(missing.fires({}));
}

TEST(Matching, Neq) {
  check({
      {"F|neq: a", "b", true},
      {"F|neq: a", "A", false},
      {"F|neq: [a, b]", "b", false},  // none of the list
      {"F|neq: [a, b]", "c", true},
      {"F|contains|all|neq: [a, b]", "a", true},  // not all of the list
      {"F|contains|all|neq: [a, b]", "ab", false},
      {"F|neq|contains: a", "xax", false},
      {"F|re|neq: '^a'", "ba", true},
      {"F|cidr|neq: 10.0.0.0/8", "11.0.0.1", true},
  });
  Bench missing(line("F|neq: a"));
  EXPECT_TRUE(missing.fires({}));  // decided: NOT(nothing matches) is true
  Bench several(line("F|neq: a"));
  EXPECT_FALSE(several.fires({{"F", "b"}, {"F", "a"}}));  // NOT(any)
}

TEST(Matching, S24_SeveralValuesOfAField) {
  Bench any(line("F|startswith: b"));
  EXPECT_TRUE(any.fires({{"F", "a"}, {"F", "b"}}));
  Bench all(line("F|contains|all: [a, b]"));
  EXPECT_TRUE(all.fires({{"F", "xa"}, {"F", "xb"}}));  // each by any value
  EXPECT_FALSE(all.fires({{"F", "xa"}}));
}

TEST(Matching, S8_ModifiersAreAChain) {
  const std::string wide = base64(std::string(2, '\0') + std::string("n\0e\0t\0", 6));
  check({
      {"F|utf16le|base64offset|contains: net", wide, true},
      {"F|wide|base64offset|contains: net", wide, true},  // D14
      {"F|base64offset|contains: net", wide, false},
      {"F|contains|all: [a, b]", "ba", true},
  });
  Bench wrong(line("F|contains|base64: net"));  // wildcards first, then base64: an error, not another order
  EXPECT_EQ(wrong.code(), "SIG018");
}

TEST(Matching, S9_D1_Base64) {
  check({
      {"F|base64: foobar", "Zm9vYmFy", true},
      {"F|base64: foo", "Zm9vYmFy", false},
      {"F|base64|contains: foo", "xZm9vx", true},
      {"F|base64: foobar", "zM9VyMfY", true},  // decided: case is ignored as in any string
      {"F|base64|cased: foobar", "zM9VyMfY", false},
      {"F|base64|cased: foobar", "Zm9vYmFy", true},
      {"F|base64offset|contains: foobar", base64("foobar!"), true},
      {"F|base64offset|contains: foobar", base64("xfoobar!"), true},
      {"F|base64offset|contains: foobar", base64("xxfoobar!"), true},
      {"F|base64offset|contains: foobar", base64("xxfooba!"), false},
      {R"(F|base64: 'a\*b')", base64("a*b"), true},  // an escaped wildcard is a character
      {"F|utf16be|base64: ab", base64(std::string("\0a\0b", 4)), true},
      {"F|utf16|base64: a",
       base64("\xFF\xFE"
              "a" +
              std::string(1, '\0')),
       true},
      {"F|utf16le|base64: '\xC3\xA4'", base64(std::string("\xE4\0", 2)), true},
      {"F|windash|base64: ' -a'", base64(" /a"), true},
  });
}

TEST(Matching, S10_D2_D21_Windash) {
  const std::string en = "\xE2\x80\x93", em = "\xE2\x80\x94", bar = "\xE2\x80\x95";
  check({
      {"F|windash|contains: ' -stop'", "x /STOP", true},
      {"F|contains|windash: ' /stop'", "x -stop", true},
      {"F|contains|windash: ' /stop'", "x " + en + "stop", true},
      {"F|contains|windash: ' -stop'", "x " + em + "stop", true},
      {"F|contains|windash: ' -stop'", "x " + bar + "stop", true},
      {"F|contains|windash: ' -stop'", "x stop", false},
      {"F|contains|windash: ' -a /b '", "x " + bar + "a -b y", true},  // two flags, all combinations
      {"F|contains|windash: ' -a-b'", " -a/b", false},                 // a dash inside a word stays
      {"F|contains|windash: ' -stop'", R"(C:\a-b\x.exe )" + en + "stop", true},
      {"F|endswith|windash: ' -a'", "x /a", true},
      {"F|startswith|windash: '-a'", "/a x", true},
      {"F|windash: 'x -a*'", "x /abc", true},
      {"F|windash: '* -a?c *'", "cmd /abc d", true},
      {"F|windash|contains|all: [' -a', ' -b']", "x /b -a", true},
      {"F|windash|contains|cased: ' -A'", "x /a", false},
  });
}

TEST(Matching, S11_D12_Regex) {
  check({
      {"F|re: 'b.d'", "abcde", true},
      {"F|re: 'B'", "abc", false},
      {"F|re|i: 'B'", "abc", true},
      {"F|re|ignorecase: 'B'", "abc", true},
      {"F|re|m: '^b'", "a\nb", true},
      {"F|re|multiline: '^b'", "a\nb", true},
      {"F|re: '^b'", "a\nb", false},
      {"F|re|s: 'a.b'", "a\nb", true},
      {"F|re|dotall: 'a.b'", "a\nb", true},
      {"F|re: 'a.b'", "a\nb", false},
      {"F|re|i|m|s: '^A.B$'", "x\na\nb\ny", true},
      {"F|re|s|i: 'A.B'", "a\nb", true},
      {"F|re|m|i: '^B'", "a\nb", true},
      {R"(F|re: '\\x\.exe$')", R"(C:\x.exe)", true},  // no Sigma escapes in it
      {"F|re: 'a*'", "zzz", true},
      {"F|re|startswith: 'a|b'", "bx", true},
      {"F|re|startswith: 'a|b'", "xb", false},
      {"F|re|endswith: 'a|b'", "xb", true},
      {"F|re|endswith: 'a|b'", "bx", false},
      {"F|re|contains: 'b'", "abc", true},
      {"F|re: 42", "x42", true},
      {"F|re|all: ['a', 'b']", "ba", true},
      {"F|re: '(.)\\1'", "abba", true},
  });
}

TEST(Matching, RegexBudgetIsCountedAndNoMatch) {
  Bench bench(line("F|re: '^(?=a)(a+)+$'"));
  EXPECT_FALSE(bench.fires({{"F", std::string(5000, 'a') + "b"}}));
  ASSERT_EQ(bench.matcher().budget_exceeded().size(), 1U);
  EXPECT_EQ(bench.matcher().budget_exceeded()[0], 1U);
}

TEST(Matching, S12_D11_Cidr) {
  check({
      {"F|cidr: 10.0.0.0/8", "10.1.2.3", true},
      {"F|cidr: 10.0.0.0/8", "11.1.2.3", false},
      {"F|cidr: fe80::/10", "fe80::1", true},
      {"F|cidr: 10.0.0.0/8", "::ffff:10.1.2.3", true},
      {"F|cidr: 10.0.0.0/8", "LOCAL", false},
      {"F|cidr: 0.0.0.0/0", "", false, kNull},
      {"F|cidr: [10.0.0.0/8, '::1/128']", "::1", true},
  });
}

TEST(Matching, S13_Exists) {
  check({
      {"F|exists: true", "x", true},
      {"F|exists: true", "", true},
      {"F|exists: true", "", true, kNull},  // presence only
      {"F|exists: false", "", false, kNull},
  });
  Bench yes(line("F|exists: true")), no(line("F|exists: false"));
  EXPECT_FALSE(yes.fires({}));
  EXPECT_TRUE(no.fires({}));
}

TEST(Matching, S14_FieldRef) {
  struct Ref {
    const char* item;
    const char* f;
    const char* g;
    bool fires;
  };
  for (const Ref& c : std::initializer_list<Ref>{
           {"F|fieldref: G", "abc", "ABC", true},
           {"F|fieldref: G", "abc", "ab", false},
           {"F|fieldref|startswith: G", "abc", "AB", true},
           {"F|fieldref|startswith: G", "abc", "bc", false},
           {"F|fieldref|endswith: G", "abc", "bc", true},
           {"F|fieldref|endswith: G", "abc", "ab", false},
           {"F|fieldref|contains: G", "abc", "b", true},
           {"F|fieldref|neq: G", "abc", "abd", true},
           {"F|fieldref|neq: G", "abc", "ABC", false},
           {"F|fieldref|cased: G", "abc", "ABC", false},
           {"F|fieldref: 'G'", "a*c", "abc", false},
       }) {
    Bench bench(line(c.item));
    ASSERT_EQ(bench.code(), "") << c.item << bench.reason();
    EXPECT_EQ(bench.fires({{"F", c.f}, {"G", c.g}}), c.fires) << c.item << " " << c.f << " " << c.g;
  }
  Bench bench(line("F|fieldref: G"));
  EXPECT_FALSE(bench.fires({{"F", "abc"}}));
  EXPECT_FALSE(bench.fires({{"G", "abc"}}));
  EXPECT_FALSE(bench.fires({}));
  EXPECT_FALSE(bench.fires({{"F", "", kNull}, {"G", "", kNull}}));
  EXPECT_TRUE(bench.fires({{"F", "x"}, {"F", "abc"}, {"G", "y"}, {"G", "abc"}}));
}

TEST(Matching, D11_TimeParts) {
  const char* t = "2026-12-31T23:59:58.5Z";  // a Thursday, ISO week 53 of 2026
  check({
      {"F|minute: 59", t, true},
      {"F|minute: 58", t, false},
      {"F|hour: 23", t, true},
      {"F|day: 31", t, true},
      {"F|week: 53", t, true},
      {"F|month: 12", t, true},
      {"F|year: 2026", t, true},
      {"F|hour|gte: 22", t, true},
      {"F|gte|hour: 22", t, true},
      {"F|hour|lt: 6", t, false},
      {"F|hour|neq: 23", t, false},
      {"F|hour: [1, 23]", t, true},
      {"F|hour: 23", "no time", false},
      {"F|week: 1", "2025-12-29T00:00:00Z", true},   // a Monday of the next year's week 1
      {"F|week: 53", "2021-01-03T00:00:00Z", true},  // a Sunday of the last year's week 53
      {"F|hour: 1", "2026-01-01 01:00:00.000", true},
  });
}

TEST(Matching, S15_D25_Keywords) {
  Bench list(rule("    keywords:\n        - mimi*tz\n        - 'a\\*b'\n        - 4711\n    condition: keywords\n"));
  ASSERT_EQ(list.code(), "") << list.reason();
  EXPECT_TRUE(list.fires({{"Whatever", "xxMIMIkaTZyy"}}));
  EXPECT_TRUE(list.fires({{"Other", "-a*b-"}}));
  EXPECT_TRUE(list.fires({{"Other", "port 4711!"}}));
  EXPECT_FALSE(list.fires({{"Other", "-axb-"}}));
  EXPECT_FALSE(list.fires({}));
  Bench all(rule("    keywords:\n        '|all':\n            - one\n            - two\n    condition: keywords\n"));
  EXPECT_TRUE(all.fires({{"A", "xonex"}, {"B", "TWO"}}));
  EXPECT_FALSE(all.fires({{"A", "xonex"}}));
  Bench single(rule("    keywords: word\n    condition: keywords\n"));
  EXPECT_TRUE(single.fires({{"A", "a word here"}}));
  Bench regex(rule("    keywords:\n        '|re': '^w.rd$'\n    condition: keywords\n"));
  EXPECT_TRUE(regex.fires({{"A", "word"}}));
  EXPECT_FALSE(regex.fires({{"A", "a word"}}));
  Bench contains(rule("    keywords:\n        '|contains': ord\n    condition: keywords\n"));
  EXPECT_TRUE(contains.fires({{"A", "word"}}));
  Bench starts(rule("    keywords:\n        '|startswith': wo\n    condition: keywords\n"));
  EXPECT_TRUE(starts.fires({{"A", "word"}}));
  EXPECT_FALSE(starts.fires({{"A", "a word"}}));
}

TEST(Matching, S15_MixedListsAndListsOfMaps) {
  Bench mixed(
      rule("    s:\n        - word\n        - F: a\n          G: b\n        - [other, H: c]\n    condition: s\n"));
  ASSERT_EQ(mixed.code(), "") << mixed.reason();
  EXPECT_TRUE(mixed.fires({{"X", "a word"}}));
  EXPECT_TRUE(mixed.fires({{"F", "a"}, {"G", "b"}}));
  EXPECT_FALSE(mixed.fires({{"F", "a"}}));
  EXPECT_TRUE(mixed.fires({{"X", "another"}}));
  EXPECT_TRUE(mixed.fires({{"H", "c"}}));
  Bench twice(selection("        F|startswith: a\n        F|endswith: z\n"));  // same field, two keys: both
  EXPECT_TRUE(twice.fires({{"F", "a-z"}}));
  EXPECT_FALSE(twice.fires({{"F", "a-y"}}));
}

TEST(Matching, S16_D10_Conditions) {
  struct Cond {
    const char* condition;
    const char* values;  // of F, one letter each; searches: sel_a, sel_b, filter_c, _d
    bool fires;
  };
  for (const Cond& c : std::initializer_list<Cond>{
           {"1 of them", "a", true},
           {"1 of them", "d", false},  // _d is left out
           {"any of them", "c", true},
           {"all of them", "abc", true},
           {"all of them", "ab", false},
           {"1 of sel_*", "b", true},
           {"1 of sel_*", "c", false},
           {"all of sel_*", "ab", true},
           {"all of sel_*", "a", false},
           {"1 of *_a", "a", true},
           {"1 of s*_*", "b", true},
           {"all of sel_* and not 1 of filter_*", "ab", true},
           {"all of sel_* and not 1 of filter_*", "abc", false},
           {"sel_a or sel_b and filter_c", "a", true},
           {"sel_a or sel_b and filter_c", "b", false},
           {"(sel_a or sel_b) and filter_c", "bc", true},
           {"not sel_a and not sel_b", "c", true},
           {"not (sel_a or sel_b)", "a", false},
           {"_d", "d", true},
           {"1 of _*", "d", true},
           {"sel_a and (1 of them or _d)", "ad", true},
       }) {
    Bench bench(rule("    sel_a: {F: a}\n    sel_b: {F: b}\n    filter_c: {F: c}\n    _d: {F: d}\n    condition: " +
                     std::string(c.condition) + "\n"));
    ASSERT_EQ(bench.code(), "") << c.condition << bench.reason();
    std::vector<FieldValue> values;
    Event event;
    for (const char* v = c.values; *v != '\0'; ++v)
      values.push_back({*bench.table().find("F"), ValueKind::string, {v, 1}});
    event.fields = values;
    Recorder got;
    bench.matcher().match(event, got);
    EXPECT_EQ(!got.titles.empty(), c.fires) << c.condition << " on " << c.values;
  }
  Bench list(rule("    a: {F: a}\n    b: {F: b}\n    condition:\n        - a\n        - b\n"));
  EXPECT_TRUE(list.fires({{"F", "b"}}));
  EXPECT_EQ(list.run({{"F", "a"}, {"F", "b"}}).titles.size(), 1U);  // one rule, one hit
}

TEST(Matching, Expand) {
  const Placeholders names{{"Servers", {"srv*", "db1"}}, {"Dom", {"corp"}}};
  struct Exp {
    const char* item;
    const char* value;
    bool fires;
  };
  for (const Exp& c : std::initializer_list<Exp>{
           {"F|expand: '%Servers%'", "SRV01", true},
           {"F|expand: '%Servers%'", "db1", true},
           {"F|expand: '%Servers%'", "db2", false},
           {"F|expand: '%Dom%.%Servers%'", "corp.db1", true},
           {"F|contains|expand: '%Dom%'", "x-corp-x", true},
           {"F|expand|contains: '%Dom%'", "x-corp-x", true},
           {R"(F|expand: '\%plain%Dom%')", "%plaincorp", true},
           {"F: '%Servers%'", "%servers%", true},  // without `expand` it is text
           {"F|re|expand: '^x%Servers%$'", "xsrv*", true},
           {"F|re|expand: '^x%Servers%$'", "xsrvv", false},
           {"F|expand|neq: '%Dom%'", "other", true},
       }) {
    Bench bench(line(c.item), names);
    ASSERT_EQ(bench.code(), "") << c.item << bench.reason();
    EXPECT_EQ(bench.fires({{"F", c.value}}), c.fires) << c.item << " on " << c.value;
  }
  Bench net(line("F|expand|cidr: '%nets%'"), {{"nets", {"10.0.0.0/8"}}});
  EXPECT_TRUE(net.fires({{"F", "10.1.1.1"}}));
}

TEST(Matching, Utf16IsComparedAsBytes) {
  check({
      {"F|utf16le: ab", std::string("a\0b\0", 4), true},
      {"F|utf16be: ab", std::string("\0a\0b", 4), true},
      {"F|utf16|startswith: ab",
       std::string("\xFF\xFE"
                   "a\0b\0c",
                   7),
       true},
      {"F|wide: ab", "ab", false},
  });
}

TEST(Matching, HostileText) {
  check({
      {"F|contains: b",
       "a\xFF\xFE"
       "b",
       true},
      {"F: 'a?b'",
       "a\xFF"
       "b",
       true},
      {"F|re: 'b$'",
       "\xC3"
       "b",
       true},
      {"F|endswith: '\xC3\xA4'", "\xFF\xC3\x84", true},
  });
  Bench bench(line("F|contains: 'a*a*a*a*a*b'"));
  EXPECT_FALSE(bench.fires({{"F", std::string(200'000, 'a')}}));
}

TEST(Hits, MatchedFieldsAreTheOnesThatCount) {
  Bench bench(rule(
      "    sel:\n        F|contains: [x, b]\n        G: g\n        H: null\n    alt:\n        K|startswith: k\n"
      "    filter:\n        F: never\n    kw:\n        - inside\n    condition: (sel or alt) and kw and not filter\n"));
  ASSERT_EQ(bench.code(), "") << bench.reason();
  const Recorder got = bench.run({{"F", "aBc"}, {"G", "G"}, {"Z", "InSide"}, {"F", "zzz"}});
  ASSERT_EQ(got.titles.size(), 1U);
  using P = std::pair<std::string, std::string>;
  EXPECT_EQ(got.matched, (std::vector<P>{{"F", "aBc"}, {"G", "G"}, {"H", ""}, {"", "InSide"}}));
  const Recorder both = bench.run({{"F", "aBc"}, {"G", "G"}, {"K", "key"}, {"Z", "inside"}});
  EXPECT_EQ(both.matched, (std::vector<P>{{"F", "aBc"}, {"G", "G"}, {"H", ""}, {"K", "key"}, {"", "inside"}}));
}

TEST(Hits, AtMost64MatchedFields) {
  std::string body, values;
  for (int i = 0; i < 100; ++i) body += "        F" + std::to_string(i) + ": v\n";
  Bench bench(selection(body));
  std::vector<FieldValue> fields;
  std::string text(100, 'v');
  for (std::size_t i = 0; i < 100; ++i)
    fields.push_back(
        {*bench.table().find("F" + std::to_string(i)), ValueKind::string, std::string_view(text).substr(i, 1)});
  Event event;
  event.fields = fields;
  Recorder got;
  bench.matcher().match(event, got);
  EXPECT_EQ(got.matched.size(), 64U);
}

}  // namespace
}  // namespace stopwarden::sigma
