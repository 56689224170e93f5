// SPDX-License-Identifier: Apache-2.0
// parse() finds the tokens of 64 KiB at a time and keeps caches from unit to unit. Neither may show.
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "sources/json/json_test_support.h"

namespace stopwarden::json {
namespace {

using testing::Keeper;
using testing::Lines;
using testing::Read;
using testing::run;
using testing::Wanted;

constexpr std::size_t kBlock = 64 << 10;
constexpr std::size_t kWhole = 1 << 20;

void expect_same(const Read& got, const Read& expected, const std::string& name) {
  EXPECT_EQ(got.events, expected.events) << name;
  EXPECT_EQ(got.heads, expected.heads) << name;
  EXPECT_EQ(got.origins, expected.origins) << name;
  EXPECT_EQ(got.raws, expected.raws) << name;
  EXPECT_EQ(got.drops, expected.drops) << name;
  EXPECT_EQ(got.oddities, expected.oddities) << name;
}

/// Lines of objects, together as long as it says.
std::string filler(std::size_t size) {
  std::string out;
  while (size - out.size() > 2'000) out += "{\"f\":\"" + std::string(900, 'x') + "\"}\n";
  return out + "{\"f\":\"" + std::string(size - out.size() - 9, 'x') + "\"}\n";
}

/// What may stand at the edge of a block: each is read as it is in a window of its own size.
TEST(JsonSource, BlocksDoNotMatter) {
  const std::string long_value(70'000, 'v');
  const std::string texts[] = {
      "{\"a\":1}\n{\"a\":2}\n",
      "{\"a\":1}\r\n\r\n{\"a\":2}\r\n",
      "{\n  \"a\": {\n    \"b\": 1\n  }\n}\n{\n  \"a\": 2\n}\n",
      "[{\"a\":1},{\"a\":2},\n{\"a\":3}]\n",
      "{\"Records\":[{\"a\":1},{\"a\":2},\n{\"a\":3}]}\n{\"a\":4}\n",
      "{\"a\":01}\n{\"a\":2}\n",
      "{\"a\":\"not closed\n{\"a\":2}\n",
      "{\"a\":\"bad \xFF byte\"}\n{\"a\":2}\n",
      "{\"a\":[{\"b\":1}\n{\"a\":2}\n",
      "text\n{\"a\":1} text\n{\"a\":2}\n",
      "{\"a\":\"" + long_value + "\"}\n{\"a\":2}\n",
      "[{\"a\":\"" + long_value + "\"},{\"a\":2}," + "{\"a\":\"" + long_value + "}\"}]\n",
  };
  const Wanted wanted({"a", "a.b"});
  for (const std::string& text : texts) {
    for (const std::size_t before : {std::size_t{0}, kBlock - text.size() % 100, kBlock - 20, kBlock - 9, kBlock}) {
      std::string input = (before == 0 ? "" : filler(before)) + text + filler(3'000);
      const Read whole = run(input, wanted, kWhole);
      expect_same(run(input, wanted, 50), whole, text.substr(0, 80) + " behind " + std::to_string(before));
      EXPECT_GE(whole.events.size() + whole.drops.size(), 4u);
    }
  }
}

TEST(JsonSource, BlocksDoNotMatterInUtf16) {
  const Wanted wanted({"a"});
  const std::string text = filler(kBlock - 10) + "{\"a\":\"\xC3\xBC\"}\n{\"a\":bad}\n{\"a\":2}\n";
  const Read narrow = run(text, wanted, kWhole);
  const Read wide = run("\xFF\xFE" + utf8_to_utf16(text, ByteOrder::little), wanted, kWhole);
  EXPECT_EQ(wide.events, narrow.events);
  EXPECT_EQ(wide.drops.size(), narrow.drops.size());
}

/// Objects of threads read units of many inputs in any order. Nothing but caches may be left behind by one.
TEST(JsonSource, UnitsOfSeveralInputsInOneObject) {
  const Wanted wanted({"*", "Image", "EventID", "param1"});
  std::string hostile;
  for (int i = 0; i < 40'000; ++i) hostile += (i % 1000 == 0 ? "}\n{\"k" : ",\"k") + std::to_string(i) + "\":1";
  const std::string inputs[] = {
      "{\"EventTime\":\"2020-08-05 02:09:26\",\"EventReceivedTime\":\"2020-08-05 02:09:29\",\"EventID\":1,"
      "\"Image\":\"C:\\\\a.exe\",\"Hostname\":\"h\"}\n{\"a\":tru}\n",
      "\xFF\xFE" + utf8_to_utf16("{\"a\":\"\xC3\xBC\"}\r\n", ByteOrder::little),
      "{\"Event\":{\"System\":{\"EventID\":7,\"Channel\":\"C\"},\"EventData\":{\"Data\":[\"x\"],\"n\":1,\"n_1\":2}}}\n",
      "{\"Records\":[{\"a\":1},{\"a\":2}\n",
      "{\"a\":\"\xFF\"}\n{\"winlog\":{\"event_id\":3},\"a\":{\"b\":[1,2]}}\n",
      hostile.substr(2) + "}\n",
      "{\"a\":\"" + std::string(2 << 20, 'x') + "\"}\n",
  };
  std::vector<Read> alone;
  for (const std::string& input : inputs) {
    Read& out = alone.emplace_back();
    Keeper keeper(out, wanted.table());
    make_json({&wanted.fields()})->parse(as_bytes(input), 0, 0, keeper);
  }
  const auto shared = make_json({&wanted.fields()});
  for (std::size_t round = 0; round < 3; ++round) {
    for (std::size_t i = 0; i < std::size(inputs); ++i) {
      const std::size_t which = (i * (round + 2) + round) % std::size(inputs);
      Read got;
      Keeper keeper(got, wanted.table());
      shared->parse(as_bytes(inputs[which]), 0, 0, keeper);
      expect_same(got, alone[which], "input " + std::to_string(which) + " in round " + std::to_string(round));
    }
  }
}

class Counter final : public EventSink {
 public:
  void on_event(const Event& e) override {
    fields += e.fields.size();
    if (e.reader != nullptr) all_fields += e.reader->all_fields().size();
  }
  void on_drop(const Error&) override { ++bad; }
  void on_oddity(const Error&) override { ++bad; }
  std::size_t fields = 0, all_fields = 0, bad = 0;
};

class OneField final : public FieldPlanner {
 public:
  explicit OneField(FieldId id) { choice_.add(id); }
  const FieldChoice& choose(std::string_view, std::string_view, std::optional<std::uint32_t>) override {
    return choice_;
  }

 private:
  FieldChoice choice_;
};

TEST(JsonSource, NoAllocationPerEventInBlocksAndWithAPlannerOnceWarm) {
  const Wanted wanted({"Image", "CommandLine", "EventID", "Computer", "Keywords", "a", "param1"});
  OneField planner(*wanted.table().find("Image"));
  std::string unit;
  constexpr std::size_t kEvents = 600;
  for (std::size_t i = 0; i < kEvents / 2; ++i)
    unit +=
        R"({"EventTime":"2020-08-05 02:09:26","EventReceivedTime":"2020-08-05 02:09:29","Keywords":-9214364837600034816,)"
        R"("EventID":1,"Channel":"C","Hostname":"h","Image":"C:\\Windows\\x.exe","CommandLine":"x \"y\" ü","a":1.5})"
        "\n"
        R"({"Event":{"System":{"EventID":7,"Channel":"C","Computer":"h"},"EventData":{"Data":["\u0041"],"Image":"i"}}})"
        "\n";
  ASSERT_GT(unit.size(), kBlock);
  const auto source = make_json({&wanted.fields(), &planner});
  Counter counter;
  source->parse(as_bytes(unit), 0, 0, counter);
  const std::size_t before = testing::allocations();
  source->cut(as_bytes(unit), AtEnd::no);
  source->parse(as_bytes(unit), 0, 0, counter);
  EXPECT_EQ(testing::allocations() - before, 0u);
  EXPECT_EQ(counter.fields, 2 * kEvents);
  EXPECT_EQ(counter.all_fields, 2 * kEvents / 2 * (6 + 4));
  EXPECT_EQ(counter.bad, 0u);
}

}  // namespace
}  // namespace stopwarden::json
