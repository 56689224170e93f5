// SPDX-License-Identifier: Apache-2.0
// Counts every allocation of this program: reading a record must make none once the reader is warm.
#include <gtest/gtest.h>

#include <cstdlib>
#include <new>
#include <string>

#include "sources/evtx/test_bytes.h"

namespace {
unsigned long long allocations = 0;
}

// Not inlined: gcc would see malloc meet delete and warn.
__attribute__((noinline)) void* operator new(std::size_t n) {
  ++allocations;
  if (void* p = std::malloc(n == 0 ? 1 : n)) return p;
  throw std::bad_alloc();
}
__attribute__((noinline)) void operator delete(void* p) noexcept { std::free(p); }
__attribute__((noinline)) void operator delete(void* p, std::size_t) noexcept { std::free(p); }

namespace stopwarden::evtx::test {
namespace {

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

std::string many_records() {
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
              c.data("UtcTime", [&] {
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
    const unsigned long long before = allocations;
    for (int i = 0; i < 20; ++i) (void)source->parse(as_bytes(chunk), 0, 0, sink);
    EXPECT_EQ(allocations - before, 0u);
    EXPECT_EQ(sink.events, 22u * 50);
    EXPECT_EQ(sink.drops, 0u);
    EXPECT_GE(sink.fields, sink.events);
  }
}

}  // namespace
}  // namespace stopwarden::evtx::test
