// SPDX-License-Identifier: Apache-2.0
#include "sources/json/json.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>

#include "base/text.h"
#include "sources/json/json_test_support.h"

namespace stopwarden::json {
namespace {

using testing::Lines;
using testing::Read;
using testing::run;
using testing::Wanted;

std::string utf16(std::string_view s, ByteOrder order) {
  return (order == ByteOrder::little ? std::string("\xFF\xFE") : std::string("\xFE\xFF")) + utf8_to_utf16(s, order);
}

TEST(JsonSniff, TellsJsonByItsFirstBytes) {
  const std::pair<std::string, bool> cases[] = {
      {R"({"a":1})", true},
      {"{}", true},
      {"{ \n \"a\" : 1", true},
      {"\xEF\xBB\xBF{\"a\":1}", true},
      {"  \r\n[\n {\"a\":1}]", true},
      {"[]", true},
      {"\x1E{\"a\":1}\n", true},
      {utf16(R"({"a":1})", ByteOrder::little), true},
      {utf16(R"([{"a":1}])", ByteOrder::big), true},
      {utf16(R"({"a":1})", ByteOrder::little).substr(2), true},
      {"", false},
      {"   ", false},
      {"[1,2]", false},
      {"{a:1}", false},
      {"{\"a\"}", false},
      {"\"a\"", false},
      {"<Event/>", false},
      {"ElfFile", false},
      {"[Unit]\nDescription=x\n", false},
      {"Nov 25 host app: {\"a\":1}", false},
      {std::string("{\0\0\0", 4), false},
  };
  for (const auto& c : cases) EXPECT_EQ(sniff_json(as_bytes(c.first)), c.second) << c.first;
}

constexpr std::size_t kBig = 17 << 20;  // more than a window

struct LayoutCase {
  const char* name;
  std::string input;
  Lines events;
  Lines origins;
  Lines drops;
};

const std::vector<LayoutCase>& layouts() {
  static const std::vector<LayoutCase> cases{
      {"empty", "", {}, {}, {}},
      {"blank", " \n\t\r\n", {}, {}, {}},
      {"ndjson", "{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n", {"a=1", "a=2", "a=3"}, {"0#1", "8#2", "16#3"}, {}},
      {"ndjson, no last newline", "{\"a\":1}\n{\"a\":2}", {"a=1", "a=2"}, {"0#1", "8#2"}, {}},
      {"ndjson, CRLF and blank lines", "{\"a\":1}\r\n\r\n{\"a\":2}\r\n", {"a=1", "a=2"}, {"0#1", "11#2"}, {}},
      {"byte order mark", "\xEF\xBB\xBF{\"a\":1}\n{\"a\":2}\n", {"a=1", "a=2"}, {"3#1", "11#2"}, {}},
      {"array", "[{\"a\":1},{\"a\":2}]", {"a=1", "a=2"}, {"1#1", "9#2"}, {}},
      {"array, pretty", "[\n  {\n    \"a\": 1\n  },\n  {\n    \"a\": 2\n  }\n]\n", {"a=1", "a=2"}, {"4#1", "24#2"}, {}},
      {"array, a line each", "[\n{\"a\":1},\n{\"a\":2}\n]\n", {"a=1", "a=2"}, {"2#1", "11#2"}, {}},
      {"documents in a row",
       "{\n \"a\": 1\n}\n{\n \"a\": 2\n}\n\n{\n \"a\": {\"b\": 3}\n},",
       {"a=1", "a=2", "a.b=3"},
       {"0#1", "12#2", "25#3"},
       {}},
      {"documents without anything between",
       "{\"a\":1}{\"a\":2}{\"a\":3}",
       {"a=1", "a=2", "a=3"},
       {"0#1", "7#2", "14#3"},
       {}},
      {"garbage between documents",
       "{\"a\":1}\n--- next ---\n{\"a\":2}\n",
       {"a=1", "a=2"},
       {"0#1", "21#2"},
       {"bad_value@8"}},
      {"text before an object", "app: {\"a\":1}\n", {"a=1"}, {"5#1"}, {"bad_value@0"}},
      {"wrapper", R"({"Records":[{"a":1},{"a":2}]})", {"a=1", "a=2"}, {"12#1", "20#2"}, {}},
      {"wrapper, pretty",
       "{\n \"Records\" : [\n  {\"a\":1},\n  {\"a\":2}\n ]\n}\n",
       {"a=1", "a=2"},
       {"19#1", "30#2"},
       {}},
      {"wrapper with plain members around",
       R"({"@odata.context":"x","value":[{"a":1}],"next":"y","n":{"a":9}})",
       {"a=1"},
       {"31#1"},
       {}},
      {"wrapper, then more lines",
       "{\"records\":[{\"a\":1}]}\n{\"a\":2}\n{\"Events\":[{\"a\":3},{\"a\":4}]}\n",
       {"a=1", "a=2", "a=3", "a=4"},
       {"12#1", "22#2", "41#3", "49#4"},
       {}},
      {"wrapper twice in one object",
       R"({"events":[{"a":1}],"x":{},"events":[{"a":2}]})",
       {"a=1", "a=2"},
       {"11#1", "37#2"},
       {}},
      {"empty wrapper", "{\"Records\":[]}\n{\"a\":1}", {"a=1"}, {"15#1"}, {}},
      {"wrapper in a wrapper", R"({"Records":[{"Records":[{"a":1}]},{"a":2}]})", {"a=1", "a=2"}, {"24#1", "34#2"}, {}},
      {"an event is no wrapper", R"({"EventID":1,"Records":[{"a":1}]})", {"EventID=1"}, {"0#1"}, {}},
      {"another array first", R"({"x":[],"Records":[{"a":1}]})", {""}, {"0#1"}, {}},
      {"array of values is no wrapper", R"({"value":[1],"a":5})", {"a=5"}, {"0#1"}, {}},
      {"unbalanced quote",
       "{\"a\":1}\n{\"a\":\"x}\n{\"a\":2}\n{\"a\":3}\n",
       {"a=1", "a=2", "a=3"},
       {"0#1", "17#2", "25#3"},
       {"truncated@8"}},
      {"missing brace", "{\"a\":{\"b\":7}\n{\"a\":2}\n{\"a\":3}\n", {"a=2", "a=3"}, {"13#1", "21#2"}, {"truncated@0"}},
      {"cut inside an array", "{\"x\":[1,\n{\"a\":2}\n{\"a\":3}\n", {"a=2", "a=3"}, {"9#1", "17#2"}, {"truncated@0"}},
      {"cut behind a colon", "{\"x\":\n{\"a\":2}\n{\"a\":3}\n", {"a=2", "a=3"}, {"6#1", "14#2"}, {"truncated@0"}},
      {"wrong bracket", "{\"x\":[1}\n{\"a\":2}\n", {"a=2"}, {"9#1"}, {"bad_value@0"}},
      {"no JSON inside an object",
       "{\"a\":1}\n{\"a\":nope}\n{\"a\":2}\n",
       {"a=1", "a=2"},
       {"0#1", "19#3"},
       {"bad_value@8"}},
      {"bad record in an array of one line",
       R"([{"a":1},{"a":tru},{"a":3}])",
       {"a=1", "a=3"},
       {"1#1", "19#3"},
       {"bad_value@9"}},
      {"broken record in a pretty array",
       "[\n  {\n    \"a\": 1\n  },\n  {\n    \"a: 2\n  },\n  {\n    \"a\": 3\n  }\n]\n",
       {"a=1", "a=3"},
       {"4#1", "43#2"},
       {"truncated@24"}},
      {"truncated input", "{\"a\":1}\n{\"a\":2", {"a=1"}, {"0#1"}, {"truncated@8"}},
      {"truncated in a string", "{\"a\":1}\n{\"a\":\"2\\", {"a=1"}, {"0#1"}, {"truncated@8"}},
      {"truncated wrapper", R"({"Records":[{"a":1},{"a":)", {"a=1"}, {"12#1"}, {"truncated@20"}},
      {"lines after a wrapper that does not end",
       "{\"Records\":[{\"a\":1},{\"a\":{}\n{\"a\":2}\n{\"a\":3}],\"a\":4}\n{\"a\":5}\n",
       {"a=1", "a=2", "a=3", "a=5"},
       {"12#1", "28#2", "36#3", "52#4"},
       {"truncated@20", "bad_value@45"}},
      {"lines after a wrapper whose tail does not end",
       "{\"Records\":[{\"a\":1}],\"x\":{}\n{\"a\":2}\n{\"a\":3}\n",
       {"a=1", "a=2", "a=3"},
       {"12#1", "28#2", "36#3"},
       {}},
      {"starts in the middle", "1,\"b\":2}\n{\"a\":1}\n", {"a=1"}, {"9#1"}, {"bad_value@0"}},
      {"values that are no objects",
       "null\n\"x\"\n{\"a\":1}\n17\n",
       {"a=1"},
       {"9#1"},
       {"bad_value@0", "bad_value@5", "bad_value@17"}},
      {"zero bytes",
       std::string("{\"a\":1}\n\0\0\0\0\n{\"a\":2}\n", 21),
       {"a=1", "a=2"},
       {"0#1", "13#2"},
       {"bad_value@8"}},
      {"brackets in strings", "{\"a\":\"}{][\\\"\"}\n{\"a\":\"\\\\\"}\n", {"a=}{][\"", "a=\\"}, {"0#1", "15#2"}, {}},
      {"trailing comma in an object", "{\"a\":1,}\n{\"a\":2}\n", {"a=2"}, {"9#2"}, {"bad_value@0"}},
  };
  return cases;
}

TEST(JsonSource, Layouts) {
  const Wanted wanted({"a", "a.b", "EventID"});
  for (const LayoutCase& c : layouts()) {
    const Read got = run(c.input, wanted);
    EXPECT_EQ(got.events, c.events) << c.name;
    EXPECT_EQ(got.origins, c.origins) << c.name;
    EXPECT_EQ(got.drops, c.drops) << c.name;
  }
}

/// The fast path takes whole lines when it sees many; with a window of a few bytes only the scanner is at work.
TEST(JsonSource, WindowsDoNotMatter) {
  const Wanted wanted({"a", "a.b", "EventID"});
  for (const LayoutCase& c : layouts()) {
    for (std::size_t step = 1; step <= c.input.size() + 1; step += step < 16 ? 1 : 7) {
      const Read got = run(c.input, wanted, step);
      EXPECT_EQ(got.events, c.events) << c.name << " in steps of " << step;
      EXPECT_EQ(got.origins, c.origins) << c.name << " in steps of " << step;
      EXPECT_EQ(got.drops, c.drops) << c.name << " in steps of " << step;
    }
  }
}

/// All pairs of cases in one input: what one leaves behind must not hurt the next.
TEST(JsonSource, WindowsDoNotMatterForPairs) {
  const Wanted wanted({"a", "a.b", "EventID"});
  for (const LayoutCase& first : layouts()) {
    for (const LayoutCase& second : layouts()) {
      const std::string input = first.input + "\n" + second.input + "\n";
      const Read whole = run(input, wanted);
      for (const std::size_t step : {std::size_t{1}, std::size_t{3}, std::size_t{8}, std::size_t{29}}) {
        const Read got = run(input, wanted, step);
        EXPECT_EQ(got.events, whole.events) << first.name << " + " << second.name << " in steps of " << step;
        EXPECT_EQ(got.origins, whole.origins) << first.name << " + " << second.name << " in steps of " << step;
        EXPECT_EQ(got.drops, whole.drops) << first.name << " + " << second.name << " in steps of " << step;
      }
    }
  }
}

/// cut() and parse() both look for objects, cut() in what the window happens to hold. They must find the same ones.
void expect_same_in_all_windows(const std::string& input, const Wanted& wanted, const std::string& name) {
  const Read whole = run(input, wanted);
  for (const std::size_t step : {std::size_t{1}, std::size_t{2}, std::size_t{7}, std::size_t{13}, std::size_t{40}}) {
    const Read got = run(input, wanted, step);
    ASSERT_EQ(got.events, whole.events) << name << " in steps of " << step;
    ASSERT_EQ(got.origins, whole.origins) << name << " in steps of " << step;
    ASSERT_EQ(got.raws, whole.raws) << name << " in steps of " << step;
  }
}

/// The mark is a value there, in UTF-16 too, so the object is broken and reading goes on at a line that begins with {.
TEST(JsonSource, WindowsDoNotMatterForAMarkInsideAnObject) {
  const Wanted wanted({"a", "b", "c"});
  const std::string text = "{\"a\":\xEF\xBB\xBF{\"a\":1}}\n[{\"b\":2}]\n{\"c\":3}\n\xEF\xBB\xBF{\"c\":4}\n";
  for (const std::string& input : {text, utf16(text, ByteOrder::little), utf16(text, ByteOrder::big)}) {
    const Read got = run(input, wanted);
    EXPECT_EQ(got.events, (Lines{"c=3", "c=4"}));
    EXPECT_EQ(got.drops.size(), 1u);
    expect_same_in_all_windows(input, wanted, text);
  }
}

TEST(JsonSource, WindowsDoNotMatterForACarriageReturnBeforeAnObject) {
  const Wanted wanted({"a", "b", "c"});
  const std::string input = "{\"a\":[1}\n\r{\"b\":1}\n\r{\"c\":1}\n";
  EXPECT_EQ(run(input, wanted).events, (Lines{"b=1", "c=1"}));
  expect_same_in_all_windows(input, wanted, input);
}

TEST(JsonSource, WrappersMayBeNestedAsDeepAsTheyLike) {
  const Wanted wanted({"a"});
  for (const std::size_t depth : {std::size_t{64}, std::size_t{65}, std::size_t{66}, std::size_t{200}}) {
    std::string input;
    for (std::size_t i = 0; i < depth; ++i) input += "{\"value\":[";
    input += "{\"a\":1} x]},{\"a\":2}\n";
    for (std::size_t i = 1; i < depth; ++i) input += "]}";
    input += "{\"a\":3}\n";
    EXPECT_EQ(run(input, wanted).events, (Lines{"a=1", "a=2", "a=3"})) << depth;
    expect_same_in_all_windows(input, wanted, "wrappers " + std::to_string(depth));
  }
}

/// Texts of pieces that mean something to the scanner, drawn at random (the same in every run), in three encodings.
TEST(JsonSource, WindowsDoNotMatterForRandomTexts) {
  const Wanted wanted({"*"});
  constexpr std::string_view kPieces[] = {"{",
                                          "}",
                                          "[",
                                          "]",
                                          "\"",
                                          "\\",
                                          ",",
                                          ":",
                                          "\n",
                                          "\r",
                                          " ",
                                          "1",
                                          "{}",
                                          "\"k\"",
                                          "{\"a\":1}",
                                          "{\"b\":[",
                                          "\r\n",
                                          "\n{\"c\":2}",
                                          "{\"value\":[",
                                          "[{",
                                          "}]",
                                          "]}",
                                          "\xEF\xBB\xBF",
                                          "\xEF\xBF\xBF",
                                          "\xC3\xBC",
                                          "\xF0\x9F\x98\x80",
                                          "\x1E",
                                          "\n  {\"d\":3}",
                                          "\"value\":[",
                                          "},\n",
                                          "},{",
                                          "}\n{"};
  std::uint32_t state = 1;
  const auto draw = [&state](std::uint32_t below) {
    state = state * 1664525 + 1013904223;
    return (state >> 16) % below;
  };
  for (int n = 0; n < 3'000; ++n) {
    std::string text;
    for (std::uint32_t left = 1 + draw(24); left > 0; --left) text += kPieces[draw(std::size(kPieces))];
    const std::uint32_t encoding = draw(3);
    if (encoding > 0) text = utf16(text, encoding == 1 ? ByteOrder::little : ByteOrder::big);
    if (draw(8) == 0) text.pop_back();  // half a UTF-16 unit, part of a UTF-8 character
    expect_same_in_all_windows(text, wanted, "text " + std::to_string(n) + ": " + text);
    if (HasFatalFailure()) return;
  }
}

TEST(JsonSource, Utf16IsReadAtItsOwnOffsets) {
  const Wanted wanted({"a"});
  const std::string text = "{\"a\":\"\xC3\xBC\xF0\x9F\x98\x80\"}\r\n{\"a\":\"x\"}\r\n[{\"a\":bad},{\"a\":3}]";
  for (const ByteOrder order : {ByteOrder::little, ByteOrder::big}) {
    for (const std::size_t step : {std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{7}, std::size_t{1000}}) {
      const Read got = run(utf16(text, order), wanted, step);
      EXPECT_EQ(got.events, (Lines{"a=\xC3\xBC\xF0\x9F\x98\x80", "a=x", "a=3"})) << step;
      EXPECT_EQ(got.origins, (Lines{"2#1", "28#2", "72#4"})) << step;
      EXPECT_EQ(got.drops, Lines{"bad_value@52"}) << step;
      EXPECT_EQ(got.raws[1], utf8_to_utf16(R"({"a":"x"})", order)) << step;
    }
  }
}

TEST(JsonSource, Utf16CutInsideAUnitIsReported) {
  const Wanted wanted({"a"});
  const Read got = run(utf16("{\"a\":1}", ByteOrder::little) + "\n", wanted);
  EXPECT_EQ(got.events, Lines{"a=1"});
  EXPECT_EQ(got.drops, Lines{"truncated@16"});
}

TEST(JsonSource, InvalidUtf8AndControlCharactersAreRepaired) {
  const Wanted wanted({"a", "b"});
  const std::string input =
      "{\"a\":\"x\xFFy\",\"b\":1}\n{\"a\":\"t\tu" + std::string(1, '\0') + "\",\"b\":2}\n{\"a\":\"ok\"}\n";
  for (const std::size_t step : {std::size_t{1}, std::size_t{5}, std::size_t{1000}}) {
    const Read got = run(input, wanted, step);
    EXPECT_EQ(got.events, (Lines{"a=x\xEF\xBF\xBDy|b=1", "a=t\tu" + std::string(1, '\0') + "|b=2", "a=ok"}));
    EXPECT_EQ(got.drops, Lines{});
    EXPECT_EQ(got.oddities, (Lines{"bad_value@0", "bad_value@18"}));
    EXPECT_EQ(got.raws[0], "{\"a\":\"x\xFFy\",\"b\":1}");
  }
}

TEST(JsonSource, TooDeepIsDroppedAndTheNextLineRead) {
  const Wanted wanted({"a"});
  std::string deep = "{\"a\":";
  for (int i = 0; i < 100; ++i) deep += "[";
  for (int i = 0; i < 100; ++i) deep += "]";
  deep += "}\n{\"a\":1}\n";
  const Read got = run(deep, wanted);
  EXPECT_EQ(got.events, Lines{"a=1"});
  EXPECT_EQ(got.drops, Lines{"limit_exceeded@0"});
  EXPECT_EQ(run(deep, wanted, 3).events, got.events);
  EXPECT_EQ(run(deep, wanted, 3).drops, got.drops);
}

TEST(JsonSource, OpenLinesDoNotSwallowWhatFollows) {
  const Wanted wanted({"a"});
  std::string input;
  for (int i = 0; i < 500; ++i) input += "{\"x\":[\n";
  input += "{\"a\":1}\n{\"a\":2}\n";
  for (const std::size_t step : {std::size_t{16}, std::size_t{1 << 20}}) {
    const Read got = run(input, wanted, step);
    EXPECT_EQ(got.events, (Lines{"a=1", "a=2"})) << step;
    EXPECT_EQ(got.drops.size(), 500u) << step;
  }
}

TEST(JsonSource, AnObjectLongerThanTheWindowIsReportedOnce) {
  const Wanted wanted({"a"});
  const std::string huge = "{\"big\":\"" + std::string(kBig, 'x') + "\\\"}\",\"a\":0}";
  const Read lines = run("{\"a\":1}\n" + huge + "\n{\"a\":2}\n", wanted, 4 << 20);
  EXPECT_EQ(lines.events, (Lines{"a=1", "a=2"}));
  EXPECT_EQ(lines.drops, Lines{"limit_exceeded@8"});
  const Read array = run("[{\"a\":1}," + huge + ",{\"a\":2}]", wanted, 4 << 20);
  EXPECT_EQ(array.events, (Lines{"a=1", "a=2"}));
  EXPECT_EQ(array.drops, Lines{"limit_exceeded@9"});
  const Read open = run("{\"a\":1}\n{\"big\":\"" + std::string(kBig, 'x') + "\n{\"a\":2}\n", wanted, 4 << 20);
  EXPECT_EQ(open.events, (Lines{"a=1", "a=2"}));
  EXPECT_EQ(open.drops, Lines{"limit_exceeded@8"});
}

TEST(JsonSource, ALongLineWithinTheWindowIsRead) {
  const Wanted wanted({"a"});
  const std::string input = "{\"big\":\"" + std::string(9 << 20, 'x') + "\",\"a\":1}\n{\"a\":2}\n";
  const Read got = run(input, wanted, 1 << 20);
  EXPECT_EQ(got.events, (Lines{"a=1", "a=2"}));
  EXPECT_EQ(got.drops, Lines{});
}

TEST(JsonSource, AHugeWrapperIsStreamed) {
  const Wanted wanted({"a"});
  std::string input = "{\"Records\":[";
  for (int i = 0; i < 400'000; ++i)
    input += (i ? ",{\"a\":" : "{\"a\":") + std::to_string(i) + ",\"text\":\"0123456789012345678901234567890\"}";
  input += "]}";
  ASSERT_GT(input.size(), 17u << 20);
  const Read got = run(input, wanted, 1 << 20);
  EXPECT_EQ(got.events.size(), 400'000u);
  EXPECT_EQ(got.events.back(), "a=399999");
  EXPECT_EQ(got.drops, Lines{});
  EXPECT_GT(got.units, 10u);
}

TEST(JsonSource, NdjsonComesInUnitsOfAboutAMebibyte) {
  const Wanted wanted({"a"});
  std::string input;
  for (int i = 0; i < 200'000; ++i) input += "{\"a\":" + std::to_string(i) + "}\n";
  const Read got = run(input, wanted, 4 << 20);
  EXPECT_EQ(got.events.size(), 200'000u);
  EXPECT_LE(got.units, 4u);
  EXPECT_EQ(got.origins.back(), std::to_string(input.size() - 13) + "#200000");
}

TEST(JsonSource, ALongLineOfGarbageIsReportedOnce) {
  const Wanted wanted({"a"});
  const std::string input = std::string(300'000, 'z') + "\n{\"a\":1}\n";
  for (const std::size_t step : {std::size_t{50'000}, std::size_t{1 << 20}}) {
    const Read got = run(input, wanted, step);
    EXPECT_EQ(got.events, Lines{"a=1"});
    EXPECT_EQ(got.drops, Lines{"bad_value@0"});
  }
}

}  // namespace
}  // namespace stopwarden::json
