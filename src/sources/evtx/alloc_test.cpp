// SPDX-License-Identifier: Apache-2.0
// Counts every allocation of this program: reading a record must make none once the reader is warm.
#include <gtest/gtest.h>

#include <string>

#include "sources/evtx/test_bytes.h"
#include "support/allocations.h"

namespace stopwarden::evtx::test {
namespace {

using stopwarden::test::allocations;

class Counter final : public EventSink {
 public:
  void on_event(const Event& e) override {
    ++events;
    fields += e.fields.size();
  }
  void on_drop(const Error&) override { ++drops; }
  void on_oddity(const Error&) override {}
  std::size_t events = 0, fields = 0, drops = 0;
};

class TwoFields final : public FieldPlanner {
 public:
  TwoFields() {
    choice_.add(id_of(field::Image));
    choice_.add(id_of(field::UtcTime));
  }
  const FieldChoice& choose(std::string_view, std::string_view, std::optional<std::uint32_t>) override {
    return choice_;
  }

 private:
  FieldChoice choice_;
};

/// Reads every event whole, as for one that a rule is interested in.
class WholeReader final : public EventSink {
 public:
  void on_event(const Event& e) override {
    planned += static_cast<std::size_t>(e.choice != nullptr);
    fields += with_all_fields(e).fields.size();
  }
  void on_drop(const Error&) override {}
  void on_oddity(const Error&) override {}
  std::size_t planned = 0, fields = 0;
};

/// The name of the last field makes the template another one.
std::string many_records(const std::string& last = "UtcTime") {
  ChunkBuilder c;
  std::uint32_t definition = 0;
  const std::vector<TestValue> list{str("C:\\Windows\\System32\\net.exe"),
                                    {0x08, le<std::uint32_t>(4711)},
                                    {0x81, u16("a") + std::string(2, '\0') + u16("f\xC3\xBCr")},
                                    {0x11, le<std::uint64_t>(134'000'000'000'000'000)}};
  for (int i = 0; i < 50; ++i)
    c.record([&] {
      if (definition == 0) {
        definition = c.instance([&] {
          c.whole_event([&] {
            c.leaf("EventData", [&] {
              c.data("Image", [&] { c.sub(0); });
              c.data("ProcessId", [&] { c.sub(1); });
              c.leaf("Data", [&] { c.sub(2); });
              c.data(last, [&] {
                c.text("at ");
                c.sub(3);
              });
            });
          });
        });
      } else {
        c.instance_head(definition);
      }
      c.values(list);
    });
  return c.chunk();
}

TEST(EvtxAllocations, NoneOnceWarm) {
  const std::string chunk = many_records();
  for (const bool all : {false, true}) {
    FieldTable table;
    WantedFields wanted(table);
    wanted.add(id_of(field::Image));
    if (all) wanted.add_all_values();
    const auto source = evtx::make_evtx({&wanted});
    Counter sink;
    for (int warm = 0; warm < 2; ++warm) (void)source->parse(as_bytes(chunk), 0, 0, sink);
    const std::uint64_t before = allocations();
    for (int i = 0; i < 20; ++i) (void)source->parse(as_bytes(chunk), 0, 0, sink);
    EXPECT_EQ(allocations() - before, 0u);
    EXPECT_EQ(sink.events, 22u * 50);
    EXPECT_EQ(sink.drops, 0u);
    EXPECT_GE(sink.fields, sink.events);
  }
}

TEST(EvtxAllocations, NoneWithAPlannerNorForAllFields) {
  const std::string chunk = many_records();
  FieldTable table;
  WantedFields wanted(table);
  wanted.add(id_of(field::Image));
  wanted.add_all_values();
  TwoFields planner;
  const auto source = evtx::make_evtx({&wanted, &planner});
  WholeReader sink;
  for (int warm = 0; warm < 2; ++warm) (void)source->parse(as_bytes(chunk), 0, 0, sink);
  const std::uint64_t before = allocations();
  for (int i = 0; i < 20; ++i) (void)source->parse(as_bytes(chunk), 0, 0, sink);
  EXPECT_EQ(allocations() - before, 0u);
  EXPECT_EQ(sink.planned, 22u * 50);
  EXPECT_GT(sink.fields, 22u * 50 * 5);
}

/// Neither for templates the cache knows nor for those that overflow it.
TEST(EvtxAllocations, NoneForTemplatesOldOrNew) {
  std::vector<std::string> chunks;
  for (int i = 0; i < 400; ++i) chunks.push_back(many_records("Name" + std::to_string(i) + std::string(900, 'x')));
  FieldTable table;
  WantedFields wanted(table);
  wanted.add_all_values();
  const auto source = evtx::make_evtx({&wanted});
  Counter sink;
  for (const std::string& chunk : chunks) (void)source->parse(as_bytes(chunk), 0, 0, sink);
  const std::uint64_t before = allocations();
  for (int i = 0; i < 5; ++i)
    for (const std::string& chunk : chunks) (void)source->parse(as_bytes(chunk), 0, 0, sink);
  EXPECT_EQ(allocations() - before, 0u);
  EXPECT_EQ(sink.events, 6u * 400 * 50);
  EXPECT_EQ(sink.drops, 0u);
}

}  // namespace
}  // namespace stopwarden::evtx::test
