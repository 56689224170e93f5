// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "sources/evtx/test_bytes.h"
#include "sources/evtx/test_planner.h"

namespace stopwarden::evtx::test {
namespace {

using Mode = SomePlanner::Mode;

/// System as real templates have it: typed substitutions 0.. (id, time, record, channel), then `part`.
void usual_event(ChunkBuilder& c, const std::function<void()>& part) {
  c.open("Event");
  c.content();
  c.open("System");
  c.content();
  c.open("Provider", {{"Name", c.lit("Microsoft-Windows-Security-Auditing")}});
  c.close_empty();
  c.leaf("EventID", [&] { c.optional_sub(0, 0x06); });
  c.leaf("Level", [&] { c.sub(4, 0x04); });
  c.open("TimeCreated", {{"SystemTime", c.optional_subst(1)}});
  c.close_empty();
  c.leaf("EventRecordID", [&] { c.sub(2, 0x0a); });
  c.leaf("Channel", [&] { c.optional_sub(3); });
  c.leaf("Computer", [&] { c.text("WS01.corp.example"); });
  c.close();
  part();
  c.close();
}

std::vector<TestValue> usual_values(std::uint16_t id, std::string_view channel, std::vector<TestValue> more) {
  std::vector<TestValue> list{{0x06, le(id)},
                              {0x11, le<std::uint64_t>(134'000'000'000'000'000)},
                              {0x0a, le<std::uint64_t>(77)},
                              str(channel),
                              {0x04, "\x02"}};
  list.insert(list.end(), more.begin(), more.end());
  return list;
}

/// Every way a record gets its values, in one chunk.
std::string chunk_of_all_kinds() {
  ChunkBuilder c;
  const auto usual = [&c](std::uint16_t id, const std::function<void()>& part, const std::vector<TestValue>& more,
                          std::string_view channel = "Security") {
    c.record([&] {
      c.instance([&] { usual_event(c, part); });
      c.values(usual_values(id, channel, more));
    });
  };
  const std::string nul(2, '\0');
  for (std::uint16_t id = 4688; id < 4694; ++id) {
    usual(
        id,
        [&] {
          c.leaf("EventData", [&] {
            c.data("CommandLine", [&] { c.sub(5); });
            c.data("NewProcessId", [&] { c.sub(6, 0x15); });
            c.data("Image", [&] {
              c.text("C:\\");
              c.sub(5);
              c.sub(7, 0x81);
            });
            c.leaf("Data", [&] { c.sub(7, 0x81); });
            c.leaf("Data", [&] { c.sub(5); });
            c.data("Nobody", [&] { c.text("literal"); });
            c.open("Data", {{"Name", c.subst(8)}});
            c.content();
            c.sub(9, 0x08);
            c.close();
          });
        },
        {str("net stop x" + std::to_string(id)),
         {0x15, le<std::uint64_t>(0x1a4)},
         {0x81, u16("one") + nul + u16("two") + nul},
         str(id % 2 == 0 ? "ProcessId" : "Unheard"),
         {0x08, le<std::uint32_t>(id)}},
        id % 3 == 0 ? "Security" : "System");
  }
  usual(1, [&] { c.leaf("UserData", [&] { c.leaf("W", [&] { c.leaf("User", [&] { c.sub(5); }); }); }); }, {str("u")});
  return c.chunk();
}

struct Table {
  Table() {
    for (const char* name : {"W", "Level", "Nobody"}) (void)table.intern(name);
  }
  FieldTable table;
};

/// Reads with each mode; returns how many events were planned.
std::size_t expect_same(const std::string& chunk) {
  const Table t;
  std::size_t planned = 0;
  for (const bool all : {true, false}) {
    WantedFields wanted(t.table);
    if (all) wanted.add_all_values();
    for (std::size_t i = 0; i < t.table.size(); i += all ? 1 : 2) wanted.add(FieldId{static_cast<std::uint16_t>(i)});
    Keeper plain;
    const auto source = make_evtx({&wanted});
    (void)source->parse(as_bytes(chunk), 4096, 0, plain);
    EXPECT_FALSE(plain.events.empty());
    for (const Mode mode : {Mode::nothing, Mode::some, Mode::everything}) {
      SomePlanner planner(t.table, mode);
      const auto narrowed = make_evtx({&wanted, &planner});
      for (int round = 0; round < 2; ++round) {
        Keeper seen;
        planner.asked = 0;
        (void)narrowed->parse(as_bytes(chunk), 4096, 0, seen);
        EXPECT_EQ(difference(plain, seen), "") << "mode " << static_cast<int>(mode);
        EXPECT_LE(planner.asked, seen.events.size());
        planned = 0;
        for (const Kept& k : seen.events) {
          planned += static_cast<std::size_t>(k.planned);
          const bool nothing = k.planned && mode == Mode::nothing;
          EXPECT_TRUE(!nothing || k.chosen.empty());
        }
      }
    }
  }
  return planned;
}

TEST(EvtxPlanner, GivesTheSameEventsForAnyChoice) { EXPECT_EQ(expect_same(chunk_of_all_kinds()), 7u); }

TEST(EvtxPlanner, IsToldChannelProviderAndId) {
  ChunkBuilder c;
  c.record([&] {
    c.instance([&] { usual_event(c, [] {}); });
    c.values(usual_values(4688, "Security", {}));
  });
  const FieldTable table;
  WantedFields wanted(table);
  SomePlanner planner(table, Mode::nothing);
  Keeper sink;
  (void)make_evtx({&wanted, &planner})->parse(as_bytes(c.chunk()), 0, 0, sink);
  EXPECT_EQ(planner.asked, 1u);
  EXPECT_EQ(planner.told, "Security|Microsoft-Windows-Security-Auditing|4688");
}

TEST(EvtxPlanner, LiteralsOfTheHeadWillDo) {
  ChunkBuilder c;
  c.event_data([&] { c.data("Image", [&] { c.text("x"); }); }, {});
  EXPECT_EQ(expect_same(c.chunk()), 1u);
}

TEST(EvtxPlanner, ARecordWithoutTemplateWillDo) {
  ChunkBuilder c;
  c.record([&] { c.whole_event([&] { c.leaf("EventData", [&] { c.data("Image", [&] { c.text("x"); }); }); }); });
  EXPECT_EQ(expect_same(c.chunk()), 1u);
}

/// Numbers of the event itself come from typed values, whether their text is made or not.
TEST(EvtxPlanner, NumbersOfStrangeTypesAreReadAlike) {
  for (const int type : {0x0e, 0x0f, 0x15, 0x23, 0x60, 0x81, 0x85, 0x8a, 0x8e}) {
    SCOPED_TRACE(type);
    ChunkBuilder c;
    c.record([&] {
      c.instance([&] { usual_event(c, [] {}); });
      std::vector<TestValue> list = usual_values(4688, "Security", {});
      list[1] = list[2] = {static_cast<std::uint8_t>(type), le<std::uint64_t>(0x79)};
      c.values(list);
    });
    EXPECT_EQ(expect_same(c.chunk()), 1u);
  }
}

/// System in a value of its own, behind EventData, twice, or with a piece missing: such records come whole.
TEST(EvtxPlanner, StrangeHeadsAreReadWhole) {
  struct Case {
    const char* title;
    std::function<void(ChunkBuilder&)> record;
  };
  const auto system = [](ChunkBuilder& c, const std::function<void()>& channel) {
    c.open("System");
    c.content();
    c.open("Provider", {{"Name", c.lit("P")}});
    c.close_empty();
    c.leaf("EventID", [&c] { c.text("7"); });
    channel();
    c.close();
  };
  const auto data = [](ChunkBuilder& c) { c.leaf("EventData", [&] { c.data("Image", [&] { c.sub(0); }); }); };
  const auto whole = [](ChunkBuilder& c, const std::function<void()>& inner, const std::vector<TestValue>& list) {
    c.record([&] {
      c.instance([&] { c.leaf("Event", inner); });
      c.values(list);
    });
  };
  const std::vector<Case> cases{
      {"no channel",
       [&](ChunkBuilder& c) {
         whole(c,
               [&] {
                 system(c, [] {});
                 data(c);
               },
               {str("x")});
       }},
      {"System behind a value that is BinXML",
       [&](ChunkBuilder& c) {
         whole(c,
               [&] {
                 c.optional_sub(0, 0x21);
                 system(c, [&] { c.leaf("Channel", [&] { c.text("C"); }); });
               },
               {{0x21, ""}});
       }},
      {"channel is empty first and comes later",
       [&](ChunkBuilder& c) {
         whole(c,
               [&] {
                 system(c, [&] { c.leaf("Channel", [&] { c.sub(1); }); });
                 data(c);
                 system(c, [&] { c.leaf("Channel", [&] { c.text("Late"); }); });
               },
               {str("x"), str("")});
       }},
      {"channel of two pieces",
       [&](ChunkBuilder& c) {
         whole(c,
               [&] {
                 system(c, [&] {
                   c.leaf("Channel", [&] {
                     c.text("C");
                     c.sub(0);
                   });
                 });
                 data(c);
               },
               {str("x")});
       }},
      {"channel is an array",
       [&](ChunkBuilder& c) {
         whole(c,
               [&] {
                 system(c, [&] { c.leaf("Channel", [&] { c.sub(1, 0x81); }); });
                 data(c);
               },
               {str("x"), {0x81, u16("one") + std::string(2, '\0') + u16("two")}});
       }},
      {"a value of the head is missing",
       [&](ChunkBuilder& c) {
         whole(c,
               [&] {
                 system(c, [&] { c.leaf("Channel", [&] { c.sub(9); }); });
                 data(c);
               },
               {str("x")});
       }},
  };
  for (const Case& one : cases) {
    SCOPED_TRACE(one.title);
    ChunkBuilder c;
    one.record(c);
    EXPECT_EQ(expect_same(c.chunk()), 0u);
  }
}

/// Counts the events that may hold "svchost": its pair "vc" stands in no made text.
class Prober final : public EventSink {
 public:
  Prober() { added = probe_.add("svchost", 1); }
  void on_event(const Event& e) override {
    if (e.reader != nullptr) ++(e.reader->may_hold(probe_, e) ? held : not_held);
  }
  void on_drop(const Error&) override {}
  void on_oddity(const Error&) override {}
  bool added = false;
  int held = 0, not_held = 0;

 private:
  TextProbe probe_;
};

/// Literals stand in the template, which only the first of its records carries; names are no values.
TEST(EvtxPlanner, ProbesSeeValuesAndLiteralsOnly) {
  const auto probe = [](std::string_view literal, std::string_view value, std::string_view name) {
    ChunkBuilder c;
    std::uint32_t definition = 0;
    for (int i = 0; i < 2; ++i)
      c.record([&] {
        if (i == 0)
          definition = c.instance([&] {
            usual_event(c, [&] {
              c.leaf("EventData", [&] {
                c.data("Image", [&] { c.text(literal); });
                c.data(name, [&] { c.sub(5); });
              });
            });
          });
        else
          c.instance_head(definition);
        c.values(usual_values(4688, "Security", {str(value)}));
      });
    const FieldTable table;
    WantedFields wanted(table);
    wanted.add_all_values();
    SomePlanner planner(table, Mode::nothing);
    Prober sink;
    (void)make_evtx({&wanted, &planner})->parse(as_bytes(c.chunk()), 0, 0, sink);
    EXPECT_TRUE(sink.added);
    EXPECT_EQ(sink.held + sink.not_held, 2);
    return sink.held;
  };
  EXPECT_EQ(probe("x", "y", "z"), 0);
  EXPECT_EQ(probe("C:\\SVCHOST.EXE", "y", "z"), 2);
  EXPECT_EQ(probe("x", "svchost", "z"), 2);
  EXPECT_EQ(probe("x", "y", "svchost"), 0);
}

TEST(EvtxPlanner, DamageIsDroppedAlike) {
  std::string chunk = chunk_of_all_kinds();
  const Table t;
  WantedFields wanted(t.table);
  wanted.add_all_values();
  const auto source = make_evtx({&wanted});
  SomePlanner planner(t.table, Mode::some);
  const auto narrowed = make_evtx({&wanted, &planner});
  for (std::size_t i = kChunkHeaderSize; i < 9000; i += 3) {
    const char before = chunk[i];
    chunk[i] = static_cast<char>(before ^ (i % 2 == 0 ? 0x21 : 0xFF));
    Keeper plain, seen;
    (void)source->parse(as_bytes(chunk), 0, 0, plain);
    (void)narrowed->parse(as_bytes(chunk), 0, 0, seen);
    ASSERT_EQ(difference(plain, seen), "") << i;
    chunk[i] = before;
  }
}

}  // namespace
}  // namespace stopwarden::evtx::test
