// SPDX-License-Identifier: Apache-2.0
#include "sources/evtx/evtx.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "sources/evtx/test_bytes.h"

namespace stopwarden::evtx::test {
namespace {

using Values = std::vector<std::pair<std::string, std::string>>;

/// Reads a file (or a chunk alone) with the given fields wanted; everything when there are none.
Collector read(std::string_view file, const std::vector<std::string>& fields = {}) {
  static FieldTable table;  // outlives the collector
  for (const std::string& f : fields) (void)table.intern(f);
  WantedFields wanted(table);
  for (const std::string& f : fields) wanted.add(*table.find(f));
  if (fields.empty()) wanted.add_all_values();
  const auto source = make_evtx({&wanted});
  Collector sink(table);
  read_all(*source, file, sink);
  return sink;
}

/// What one event with this EventData gives for these fields.
Values values_of(const std::function<void(ChunkBuilder&)>& data, const std::vector<TestValue>& list,
                 const std::vector<std::string>& fields) {
  ChunkBuilder c;
  c.event_data([&] { data(c); }, list);
  const Collector seen = read(c.chunk(), fields);
  EXPECT_TRUE(seen.drops.empty()) << (seen.drops.empty() ? "" : seen.drops[0].what);
  EXPECT_TRUE(seen.oddities.empty()) << (seen.oddities.empty() ? "" : seen.oddities[0].what);
  return seen.events.size() == 1 ? seen.events[0].values : Values{{"events", std::to_string(seen.events.size())}};
}

TEST(Evtx, ReadsTheHeadOfAnEventWhateverIsWanted) {
  ChunkBuilder c;
  const std::size_t at = c.event_data([&] { c.data("param1", [&] { c.sub(0); }); }, {str("Print Spooler")});
  const Collector seen = read(file_header(1) + c.chunk(), {"CommandLine"});
  ASSERT_EQ(seen.events.size(), 1u);
  const Seen& e = seen.events[0];
  EXPECT_EQ(e.provider, "Stopwarden-Test");
  EXPECT_EQ(e.channel, "System");
  EXPECT_EQ(e.host, "DB01");
  EXPECT_EQ(e.event_id, 7036u);
  EXPECT_EQ(e.id, 77u);
  EXPECT_EQ(e.time, "2026-11-25T01:02:03.1234567Z");
  EXPECT_EQ(e.offset, kFileHeaderSize + at);
  EXPECT_EQ(e.record, 1u);
  EXPECT_EQ(e.raw_size, c.b.size() - at);
  EXPECT_TRUE(e.values.empty());
  EXPECT_TRUE(seen.drops.empty());
  EXPECT_TRUE(seen.oddities.empty());
}

TEST(Evtx, NamesSystemFieldsAsSigmaDoes) {
  ChunkBuilder c;
  c.event_data([] {}, {});
  const Collector seen = read(c.chunk(), {"Provider_Name", "EventID", "EventID_Qualifiers", "TimeCreated_SystemTime",
                                          "EventRecordID", "Channel", "Computer", "Security_UserID"});
  ASSERT_EQ(seen.events.size(), 1u);
  EXPECT_EQ(seen.events[0].values, (Values{{"Provider_Name", "Stopwarden-Test"},
                                           {"EventID_Qualifiers", "16384"},
                                           {"EventID", "7036"},
                                           {"TimeCreated_SystemTime", "2026-11-25T01:02:03.1234567Z"},
                                           {"EventRecordID", "77"},
                                           {"Channel", "System"},
                                           {"Computer", "DB01"}}));
}

TEST(Evtx, TypedSystemValuesNeedNoText) {
  ChunkBuilder c(42);
  c.record([&] {
    c.instance([&] {
      c.open("Event");
      c.content();
      c.open("System");
      c.content();
      c.leaf("EventID", [&] { c.sub(0, 0x06); });
      c.open("TimeCreated", {{"SystemTime", c.subst(1)}});
      c.close_empty();
      c.open("Security", {{"UserID", c.optional_subst(2)}});
      c.close_empty();
      c.leaf("Keywords", [&] { c.sub(3, 0x15); });
      c.close();
      c.close();
    });
    c.values({{0x06, le<std::uint16_t>(4688)},
              {0x11, le<std::uint64_t>(134'000'000'000'000'000)},
              none(),
              {0x15, le<std::uint64_t>(0x8020000000000000)}});
  });
  const Collector seen = read(c.chunk(), {"EventID", "Security_UserID", "Keywords"});
  ASSERT_EQ(seen.events.size(), 1u);
  EXPECT_EQ(seen.events[0].event_id, 4688u);
  EXPECT_EQ(seen.events[0].time, "2025-08-18T14:13:20.0000000Z");
  EXPECT_EQ(seen.events[0].id, 42u);  // no EventRecordID: the record's header says it
  EXPECT_EQ(seen.events[0].values, (Values{{"EventID", "4688"}, {"Keywords", "0x8020000000000000"}}));
}

TEST(Evtx, UnwantedFieldsAreNotThere) {
  const auto data = [](ChunkBuilder& c) {
    c.data("Image", [&] { c.sub(0); });
    c.data("CommandLine", [&] { c.sub(1); });
  };
  EXPECT_EQ(values_of(data, {str("a.exe"), str("a /x")}, {"CommandLine"}), (Values{{"CommandLine", "a /x"}}));
}

TEST(Evtx, NullAndEmptyDiffer) {
  const auto data = [](ChunkBuilder& c) {
    c.data("A", [&] { c.optional_sub(0); });
    c.data("B", [&] { c.optional_sub(1); });
    c.data("C", [] {});
    c.open("Data", {{"Name", c.lit("D")}});
    c.close_empty();
    c.data("E", [&] { c.sub(0); });
  };
  EXPECT_EQ(values_of(data, {none(), str("")}, {"A", "B", "C", "D", "E"}),
            (Values{{"B", ""}, {"C", ""}, {"D", ""}, {"E", "(null)"}}));  // an optional null takes its element away
}

TEST(Evtx, BlanksInNamesAreLeftOutAndDuplicatesKept) {
  const auto data = [](ChunkBuilder& c) {
    c.data("Source Name", [&] { c.text("Real-Time Protection"); });
    c.data("X", [&] { c.text("1"); });
    c.data("X", [&] { c.text("2"); });
  };
  EXPECT_EQ(values_of(data, {}, {"SourceName", "X"}),
            (Values{{"SourceName", "Real-Time Protection"}, {"X", "1"}, {"X", "2"}}));
}

TEST(Evtx, UnnamedDataIsDataAndParams) {
  const auto data = [](ChunkBuilder& c) {
    c.leaf("Data", [&] { c.sub(0); });
    c.open("Data", {{"Name", c.lit("")}});
    c.content();
    c.sub(1);
    c.close();
    c.leaf("Binary", [&] { c.sub(2, 0x0e); });
  };
  const std::vector<TestValue> list{str("Spooler"), str("stopped"), {0x0e, "\x01\xAB"}};
  EXPECT_EQ(values_of(data, list, {"Data"}), (Values{{"Data", "Spooler"}, {"Data", "stopped"}}));
  EXPECT_EQ(values_of(data, list, {"param2", "Binary"}), (Values{{"param2", "stopped"}, {"Binary", "01AB"}}));
  EXPECT_EQ(values_of(data, list, {"Data", "param1"}),
            (Values{{"Data", "Spooler"}, {"param1", "Spooler"}, {"Data", "stopped"}}));
}

TEST(Evtx, ArraysAreSeveralValues) {
  const auto data = [](ChunkBuilder& c) {
    c.leaf("Data", [&] { c.sub(0, 0x81); });
    c.data("N", [&] { c.sub(1, 0x88); });
    c.data("P", [&] {
      c.text("n=");
      c.sub(1, 0x88);
    });
  };
  const std::string nul(2, '\0');
  EXPECT_EQ(
      values_of(data,
                {{0x81, u16("one") + nul + u16("two") + nul}, {0x88, le<std::uint32_t>(1) + le<std::uint32_t>(2)}},
                {"Data", "param2", "N", "P"}),
      (Values{{"Data", "one"}, {"Data", "two"}, {"param2", "two"}, {"N", "1"}, {"N", "2"}, {"P", "n=1,2"}}));
}

TEST(Evtx, PiecesOfTextAreJoined) {
  const auto data = [](ChunkBuilder& c) {
    c.data("A", [&] {
      c.text("net ");
      c.sub(0);
      c.entity("amp");
      c.char_ref(0x20AC);
      c.cdata("<x>");
      c.entity("nbsp");
      c.sub(1, 0x08);
    });
    c.open("Data", {{"Name", c.lit("B")}, {"Type", [&c] {
                                             c.text("a");
                                             c.entity("lt");
                                           }}});
    c.content();
    c.text("b");
    c.close();
  };
  EXPECT_EQ(values_of(data, {str("stop"), {0x08, le<std::uint32_t>(5)}}, {"A", "B", "Data_Type"}),
            (Values{{"A", "net stop&\xE2\x82\xAC<x>&nbsp;5"}, {"Data_Type", "a<"}, {"B", "b"}}));
}

TEST(Evtx, ProcessingInstructionsAreNoText) {
  const auto data = [](ChunkBuilder& c) {
    c.data("A", [&] {
      c.put8(0x0a);
      c.name("target");
      c.put8(0x0b);
      c.put<std::uint16_t>(2);
      c.raw(u16("xy"));
      c.text("v");
    });
  };
  EXPECT_EQ(values_of(data, {}, {"A"}), (Values{{"A", "v"}}));
}

TEST(Evtx, ANameMayBeASubstitution) {
  const auto data = [](ChunkBuilder& c) {
    for (std::uint16_t i = 0; i < 2; ++i) {
      c.open("Data", {{"Name", c.subst(i)}});
      c.content();
      c.sub(2);
      c.close();
    }
  };
  EXPECT_EQ(values_of(data, {str("Image"), str("Other"), str("x.exe")}, {"Image"}), (Values{{"Image", "x.exe"}}));
}

TEST(Evtx, UserDataGivesLeavesAndTheirAttributes) {
  ChunkBuilder c;
  c.event(
      [&] {
        c.open("UserData");
        c.content();
        c.open("LogFileCleared", {{"xmlns", c.lit("http://manifests.microsoft.com/x")}});
        c.content();
        c.leaf("SubjectUserName", [&] { c.sub(0); });
        c.open("Group");
        c.content();
        c.open("Inner", {{"Kind", c.lit("k")}});
        c.content();
        c.text("deep");
        c.close();
        c.close();
        c.open("Empty");
        c.close_empty();
        c.close();
        c.close();
      },
      {str("bob")});
  EXPECT_EQ(read(c.chunk(), {"SubjectUserName", "Inner", "Inner_Kind", "Empty", "Group", "UserData"}).events[0].values,
            (Values{{"SubjectUserName", "bob"}, {"Inner_Kind", "k"}, {"Inner", "deep"}, {"Empty", ""}}));
}

TEST(Evtx, OtherPartsOfAnEvent) {
  ChunkBuilder c;
  c.event(
      [&] {
        c.open("ProcessingErrorData");
        c.content();
        c.leaf("ErrorCode", [&] { c.text("15005"); });
        c.close();
        c.open("RenderingInfo", {{"Culture", c.lit("en-US")}});
        c.content();
        c.leaf("Message", [&] { c.text("The service stopped."); });
        c.leaf("Level", [&] { c.text("Information"); });
        c.close();
        c.open("EventData", {{"Name", c.lit("SAMMSG")}});
        c.content();
        c.open("ComplexData", {{"Name", c.lit("C")}});
        c.content();
        c.text("complex");
        c.close();
        c.close();
      },
      {});
  EXPECT_EQ(
      read(c.chunk(), {"ErrorCode", "Message", "Level", "RenderingInfo_Level", "EventData_Name", "C"}).events[0].values,
      (Values{{"ErrorCode", "15005"},
              {"Message", "The service stopped."},
              {"RenderingInfo_Level", "Information"},
              {"EventData_Name", "SAMMSG"},
              {"C", "complex"}}));
}

TEST(Evtx, KeywordRulesSeeEveryValue) {
  ChunkBuilder c;
  c.event_data([&] { c.data("NobodyKnowsThis", [&] { c.text("v"); }); }, {});
  bool found = false;
  const Collector seen = read(c.chunk());
  for (const auto& [name, text] : seen.events[0].values) found = found || (name.empty() && text == "v");
  EXPECT_TRUE(found);
}

TEST(Evtx, TemplatesStandInlineBeforeOrBehind) {
  ChunkBuilder c;
  std::uint32_t first = 0;
  c.record([&] {
    first = c.instance([&] { c.whole_event([&] { c.leaf("EventData", [&] { c.data("A", [&] { c.sub(0); }); }); }); });
    c.values({str("inline")});
  });
  c.record([&] {
    c.instance_head(first);
    c.values({str("backward")});
  });
  std::size_t patch = 0;
  c.record([&] {
    patch = c.b.size() + 6;
    c.instance_head(0);
    c.values({str("forward")});
  });
  std::uint32_t later = 0;
  c.record([&] {
    later = c.instance([&] { c.whole_event([&] { c.leaf("EventData", [&] { c.data("B", [&] { c.sub(0); }); }); }); });
    c.values({str("its own")});
  });
  poke(c.b, patch, later);
  const Collector seen = read(c.chunk(), {"A", "B"});
  ASSERT_EQ(seen.events.size(), 4u);
  EXPECT_TRUE(seen.drops.empty());
  EXPECT_EQ(seen.events[0].values, (Values{{"A", "inline"}}));
  EXPECT_EQ(seen.events[1].values, (Values{{"A", "backward"}}));
  EXPECT_EQ(seen.events[2].values, (Values{{"B", "forward"}}));
  EXPECT_EQ(seen.events[3].values, (Values{{"B", "its own"}}));
  EXPECT_EQ(seen.events[3].record, 4u);
}

/// An outer template whose EventData is a value of type BinXml, written by `inner` at the very end of the record.
std::string embedded(const std::function<void(ChunkBuilder&)>& inner, bool in_data = false) {
  ChunkBuilder c;
  c.record([&] {
    c.instance([&] {
      c.whole_event([&] {
        if (in_data)
          c.leaf("EventData", [&] { c.data("Outer", [&] { c.optional_sub(0, 0x21); }); });
        else
          c.optional_sub(0, 0x21);
      });
    });
    c.put<std::uint32_t>(1);
    const std::size_t size_at = c.b.size();
    c.put<std::uint16_t>(0);
    c.put8(0x21);
    c.put8(0);
    const std::size_t from = c.b.size();
    inner(c);
    poke<std::uint16_t>(c.b, size_at, static_cast<std::uint16_t>(c.b.size() - from));
  });
  return c.chunk();
}

TEST(Evtx, EmbeddedBinXmlWithATemplateOfItsOwn) {
  const std::string chunk = embedded([](ChunkBuilder& c) {
    c.fragment();
    c.instance([&] { c.leaf("EventData", [&] { c.data("A", [&] { c.sub(0); }); }); });
    c.values({str("nested")});
    c.eof();
  });
  const Collector seen = read(chunk, {"A"});
  ASSERT_EQ(seen.events.size(), 1u) << seen.drops[0].what;
  EXPECT_EQ(seen.events[0].values, (Values{{"A", "nested"}}));
}

TEST(Evtx, EmbeddedFragmentsHaveNoDependencyIds) {
  const auto inner = [](ChunkBuilder& c) {
    c.fragment();
    c.open("UserData");
    c.content();
    c.open("W");
    c.content();
    c.leaf("Leaf", [&] { c.text("fragment"); });
    c.close();
    c.close();
    c.eof();
  };
  const Collector seen = read(embedded(inner), {"Leaf"});
  ASSERT_EQ(seen.events.size(), 1u) << seen.drops[0].what;
  EXPECT_EQ(seen.events[0].values, (Values{{"Leaf", "fragment"}}));
  EXPECT_EQ(read(embedded(inner, true), {"Leaf"}).events[0].values, (Values{{"Leaf", "fragment"}}));
}

TEST(Evtx, NestingIsLimited) {
  for (const int depth : {2, 8, 9, 200}) {
    // A chain: each instance's only value is BinXml that holds the next instance.
    const std::string chunk = embedded([&](ChunkBuilder& c) {
      std::vector<std::size_t> sizes;
      for (int i = 1; i < depth; ++i) {
        c.instance([&] { c.leaf("UserData", [&] { c.sub(0, 0x21); }); });
        c.put<std::uint32_t>(1);
        sizes.push_back(c.b.size());
        c.put<std::uint32_t>(0x00210000);
      }
      c.leaf("UserData", [&] { c.leaf("A", [&] { c.text("deep"); }); });
      for (const std::size_t at : sizes) poke<std::uint16_t>(c.b, at, static_cast<std::uint16_t>(c.b.size() - at - 4));
    });
    const Collector seen = read(chunk, {"A"});
    if (depth <= 8) {
      ASSERT_EQ(seen.events.size(), 1u) << depth;
      EXPECT_EQ(seen.events[0].values, (Values{{"A", "deep"}}));
    } else {
      ASSERT_EQ(seen.drops.size(), 1u) << depth;
      EXPECT_EQ(seen.drops[0].code, Errc::limit_exceeded);
      EXPECT_EQ(seen.drops[0].offset, kChunkHeaderSize);
    }
  }
}

TEST(Evtx, ATemplateThatUnfoldsWithoutEndIsDropped) {
  // Eight templates, each naming the next 64 times: 64^8 values if nobody counted.
  const std::string inner_chunk = embedded([](ChunkBuilder& b) {
    std::vector<std::size_t> sizes;
    for (int i = 0; i < 7; ++i) {
      b.instance([&] {
        b.leaf("UserData", [&] {
          for (int n = 0; n < 64; ++n) b.leaf("L", [&] { b.sub(0, 0x21); });
        });
      });
      b.put<std::uint32_t>(1);
      sizes.push_back(b.b.size());
      b.put<std::uint32_t>(0x00210000);
    }
    b.leaf("A", [&] { b.text("x"); });
    for (const std::size_t at : sizes) poke<std::uint16_t>(b.b, at, static_cast<std::uint16_t>(b.b.size() - at - 4));
  });
  const Collector seen = read(inner_chunk, {"A"});
  EXPECT_TRUE(seen.events.empty());
  ASSERT_EQ(seen.drops.size(), 1u);
  EXPECT_EQ(seen.drops[0].code, Errc::limit_exceeded);
}

TEST(Evtx, ElementDepthIsLimited) {
  for (const int depth : {60, 70}) {
    ChunkBuilder c;
    c.event(
        [&] {
          for (int i = 0; i < depth; ++i) {
            c.open("E");
            c.content();
          }
          for (int i = 0; i < depth; ++i) c.close();
        },
        {});
    EXPECT_EQ(read(c.chunk(), {"A"}).events.size(), depth == 60 ? 1u : 0u);
  }
}

TEST(Evtx, AMissingValueIsNullAndOdd) {
  ChunkBuilder c;
  c.event_data([&] { c.data("A", [&] { c.sub(9); }); }, {str("only one")});
  const Collector seen = read(c.chunk(), {"A"});
  ASSERT_EQ(seen.events.size(), 1u);
  EXPECT_EQ(seen.events[0].values, (Values{{"A", "(null)"}}));
  EXPECT_EQ(seen.oddities.size(), 1u);
}

// ---- records and chunks -------------------------------------------------------------------------------------------

std::string three_records(std::vector<std::size_t>* at = nullptr, std::uint64_t first_id = 1) {
  ChunkBuilder c(first_id);
  for (int i = 0; i < 3; ++i) {
    const std::size_t where = c.event_data([&] { c.data("A", [&] { c.sub(0); }); }, {str(std::to_string(i))});
    if (at != nullptr) at->push_back(where);
  }
  return c.chunk();
}

TEST(EvtxChunk, ABadRecordIsDroppedAndTheNextOneRead) {
  std::vector<std::size_t> at;
  const std::string good = three_records(&at);
  struct Damage {
    const char* title;
    std::size_t offset;
    std::string bytes;
  };
  // Names of later records stand in the first: the damage stays clear of them.
  const std::vector<Damage> damages{
      {"signature", at[1], "XXXX"},
      {"size at the front", at[1] + 4, le<std::uint32_t>(24)},
      {"size beyond the chunk", at[1] + 4, le<std::uint32_t>(0xFFFFFFFF)},
      {"size 0", at[1] + 4, le<std::uint32_t>(0)},
      {"size at the back", at[2] - 4, le<std::uint32_t>(1)},
      {"token", at[1] + 28, "\x7f"},
      {"definition outside", at[1] + 34, le<std::uint32_t>(0xFFFFFFF0)},
  };
  for (const Damage& d : damages) {
    std::string bad = good;
    bad.replace(d.offset, d.bytes.size(), d.bytes);
    const Collector seen = read(file_header(1) + bad, {"A"});
    ASSERT_EQ(seen.events.size(), 2u) << d.title;
    EXPECT_EQ(seen.events[0].values, (Values{{"A", "0"}})) << d.title;
    EXPECT_EQ(seen.events[1].values, (Values{{"A", "2"}})) << d.title;
    EXPECT_EQ(seen.events[1].record, 3u) << d.title;
    ASSERT_EQ(seen.drops.size(), 1u) << d.title;
    EXPECT_EQ(seen.drops[0].offset, kFileHeaderSize + at[1]) << d.title;
    ASSERT_EQ(seen.oddities.size(), 1u) << d.title;
    EXPECT_EQ(seen.oddities[0].code, Errc::bad_checksum) << d.title;
  }
}

TEST(EvtxChunk, WrongChecksumsAreOddities) {
  const std::string good = three_records();
  std::string bad = good;
  bad[60] = 'x';  // header checksum
  EXPECT_EQ(read(bad).oddities.size(), 1u);
  EXPECT_EQ(read(bad).events.size(), 3u);
  bad = good;
  bad[52] = static_cast<char>(bad[52] ^ 1);
  ChunkBuilder::seal(bad);
  ASSERT_EQ(read(bad).oddities.size(), 1u);
  EXPECT_EQ(read(bad).oddities[0].offset, 52u);
  EXPECT_EQ(read(bad).events.size(), 3u);
}

TEST(EvtxChunk, FreeOffsetIsNotBelievedBlindly) {
  ChunkBuilder c;
  std::vector<std::size_t> at;
  for (int i = 0; i < 3; ++i) at.push_back(c.event_data([&] { c.data("A", [&] { c.text("x"); }); }, {}));
  EXPECT_EQ(read(c.chunk(0xFFFFFFFF)).events.size(), 3u);
  EXPECT_EQ(read(c.chunk(0)).events.size(), 3u);
  EXPECT_EQ(read(c.chunk(kChunkSize)).events.size(), 3u);  // seen in archived logs
  EXPECT_TRUE(read(c.chunk(kChunkSize)).drops.empty());
  // Older than its records, as in a dirty log: they go on without a gap.
  const Collector dirty = read(c.chunk(static_cast<std::uint32_t>(at[1])));
  EXPECT_EQ(dirty.events.size(), 3u);
  EXPECT_EQ(dirty.oddities.size(), 1u);
  EXPECT_TRUE(dirty.drops.empty());
  EXPECT_EQ(read(c.chunk(kChunkHeaderSize)).events.size(), 3u);  // the header was never written again
}

TEST(EvtxChunk, OldRecordsInTheSlackAreNotRead) {
  ChunkBuilder c;
  c.event_data([] {}, {});
  std::string chunk = c.chunk();
  const std::string old = three_records(nullptr, 500);
  chunk.replace(c.b.size(), 2000, old.substr(512, 2000));
  EXPECT_EQ(read(chunk).events.size(), 1u);
  EXPECT_TRUE(read(chunk).drops.empty());
}

TEST(EvtxChunk, ATruncatedChunkIsReadAsFarAsItGoes) {
  std::vector<std::size_t> at;
  const std::string file = file_header(1) + three_records(&at);
  const Collector inside = read(std::string_view(file).substr(0, kFileHeaderSize + at[2] + 20), {"A"});
  EXPECT_EQ(inside.events.size(), 2u);
  ASSERT_EQ(inside.drops.size(), 1u);
  EXPECT_EQ(inside.drops[0].code, Errc::truncated);
  EXPECT_EQ(inside.drops[0].offset, kFileHeaderSize + at[2]);
  const Collector between = read(std::string_view(file).substr(0, kFileHeaderSize + at[2]), {"A"});
  EXPECT_EQ(between.events.size(), 2u);
  ASSERT_EQ(between.drops.size(), 1u);
  EXPECT_EQ(between.drops[0].code, Errc::truncated);
  const Collector behind = read(std::string_view(file).substr(0, file.size() - 100), {"A"});  // only padding is gone
  EXPECT_EQ(behind.events.size(), 3u);
  EXPECT_TRUE(behind.drops.empty());
  EXPECT_EQ(behind.oddities.size(), 1u);
}

TEST(EvtxFile, EveryPrefixIsReadWithoutAccident) {
  const std::string file = file_header(1) + three_records();
  for (std::size_t n = 0; n<kFileHeaderSize + 3000; n += n> kFileHeaderSize ? 1 : 97) {
    const Collector seen = read(std::string_view(file).substr(0, n), {"A"});
    ASSERT_LE(seen.events.size(), 3u);
    const bool told = n == 0 || n == kFileHeaderSize || seen.events.size() == 3 || !seen.drops.empty();
    ASSERT_TRUE(told) << n;
  }
}

TEST(EvtxFile, EveryDamagedByteIsReadWithoutAccident) {
  std::string chunk = three_records();
  FieldTable table;
  WantedFields wanted(table);
  wanted.add_all_values();
  const auto source = make_evtx({&wanted});
  for (std::size_t i = 0; i < 2600; ++i)
    for (const int flip : {0x01, 0x80, 0xFF}) {
      const char before = chunk[i];
      chunk[i] = static_cast<char>(before ^ flip);
      Collector sink(table);
      (void)source->parse(as_bytes(chunk), 0, 0, sink);
      chunk[i] = before;
      ASSERT_LE(sink.events.size() + sink.drops.size(), 4u) << i;
    }
  Collector sink(table);
  EXPECT_EQ(source->parse(as_bytes(chunk), 0, 0, sink), 3u);  // and nothing of that stuck
  EXPECT_EQ(sink.events.size(), 3u);
}

TEST(EvtxFile, EmptyChunksAreSkippedAndStrangeOnesDropped) {
  const std::string empty(kChunkSize, '\0');
  std::string strange(kChunkSize, '\0');
  strange[100] = 'x';
  const std::string file = file_header(4) + empty + three_records() + strange + three_records(nullptr, 4) + empty;
  const Collector seen = read(file, {"A"});
  EXPECT_EQ(seen.events.size(), 6u);
  EXPECT_EQ(seen.events[5].record, 6u);
  ASSERT_EQ(seen.drops.size(), 1u);
  EXPECT_EQ(seen.drops[0].code, Errc::bad_magic);
  EXPECT_EQ(seen.drops[0].offset, kFileHeaderSize + 2 * kChunkSize);
}

TEST(EvtxFile, HeaderIsCheckedButNotTrusted) {
  struct Case {
    const char* title;
    std::string header;
    std::size_t oddities;
  };
  std::string bad_crc = file_header(1), version = file_header(1);
  bad_crc[90] = 'x';
  poke<std::uint16_t>(version, 38, 4);
  poke<std::uint32_t>(version, 124, crc32(0, as_bytes(std::string_view(version).substr(0, 120))));
  for (const Case& c : std::vector<Case>{{"good", file_header(1), 0},
                                         {"dirty", file_header(1, 1), 1},
                                         {"no chunks", file_header(0), 1},
                                         {"too many chunks", file_header(40'000), 0},
                                         {"checksum", bad_crc, 1},
                                         {"version", version, 1}}) {
    const Collector seen = read(c.header + three_records(), {"A"});
    EXPECT_EQ(seen.events.size(), 3u) << c.title;
    EXPECT_EQ(seen.oddities.size(), c.oddities) << c.title;
    EXPECT_TRUE(seen.drops.empty()) << c.title;
  }
}

TEST(EvtxFile, ALostFileHeaderCostsItselfOnly) {
  std::string file = file_header(1) + three_records();
  file.replace(0, 8, "xxxxxxxx");
  const Collector seen = read(file, {"A"});
  EXPECT_EQ(seen.events.size(), 3u);
  ASSERT_EQ(seen.drops.size(), 1u);
  EXPECT_EQ(seen.drops[0].code, Errc::bad_magic);
}

TEST(EvtxFile, AGrowingWindowSaysMoreUntilAUnitIsWhole) {
  const std::string file = file_header(1) + three_records();
  FieldTable table;
  WantedFields wanted(table);
  const auto source = make_evtx({&wanted});
  const Bytes all = as_bytes(file);
  EXPECT_EQ(source->cut(all.first(4095), AtEnd::no).kind, Cut::Kind::more);
  EXPECT_EQ(source->cut(all.first(4096), AtEnd::no).kind, Cut::Kind::unit);
  EXPECT_EQ(source->cut(all.subspan(4096, 65'535), AtEnd::no).kind, Cut::Kind::more);
  const Cut chunk = source->cut(all.subspan(4096), AtEnd::no);
  EXPECT_EQ(chunk.kind, Cut::Kind::unit);
  EXPECT_EQ(chunk.take, kChunkSize);
  EXPECT_EQ(source->cut(all.first(5), AtEnd::yes).kind, Cut::Kind::drop);
}

TEST(EvtxSniff, KnowsItsOwn) {
  EXPECT_TRUE(sniff_evtx(as_bytes(file_header(1))));
  EXPECT_TRUE(sniff_evtx(as_bytes(three_records())));
  EXPECT_FALSE(sniff_evtx(as_bytes("ElfFile")));
  EXPECT_FALSE(sniff_evtx(as_bytes("<Event>")));
  EXPECT_FALSE(sniff_evtx({}));
}

}  // namespace
}  // namespace stopwarden::evtx::test
