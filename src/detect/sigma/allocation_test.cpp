// SPDX-License-Identifier: Apache-2.0
// A warm matcher allocates nothing (style R12).
#include <atomic>
#include <cstdlib>
#include <new>

#include "detect/sigma/testing.h"

namespace {
std::atomic<std::size_t> g_allocations{0};

void* counted(std::size_t size) {
  ++g_allocations;
  if (void* p = std::malloc(size == 0 ? 1 : size)) return p;
  std::abort();
}
}  // namespace

void* operator new(std::size_t size) { return counted(size); }
void* operator new[](std::size_t size) { return counted(size); }
void operator delete(void* p) noexcept { std::free(p); }
void operator delete[](void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }
void operator delete[](void* p, std::size_t) noexcept { std::free(p); }

namespace stopwarden::sigma {
namespace {

struct Count final : HitSink {
  void on_hit(const Hit& hit) override { values += hit.matched.size(); }
  std::size_t values = 0;
};

TEST(ReferenceMatcher, AllocatesNothingOnceWarm) {
  testing::Bench bench(
      testing::rule("    s:\n        F|contains|all: [STOP, svc]\n        G|endswith: '\\SC.exe'\n        N|gt: 5\n"
                    "    k: [word, '*x?y*']\n    f:\n        F|windash|contains: ' -q'\n        H: null\n    r:\n      "
                    "  F|re: 'S.op'\n"
                    "    condition: s and k and r and not f\n"));
  ASSERT_EQ(bench.code(), "") << bench.reason();
  const auto id = [&](const char* name) { return *bench.table().find(name); };
  const std::vector<FieldValue> values{{id("F"), ValueKind::string, "sc Stop \xC3\x84 SVC"},
                                       {id("G"), ValueKind::string, "C:\\Windows\\SC.EXE"},
                                       {id("N"), ValueKind::integer, "7"},
                                       {kUnnamedField, ValueKind::string, "a WORD here"}};
  Event event;
  event.channel = "System";
  event.provider = "P";
  event.event_id = 7;
  event.fields = values;
  Count sink;
  for (int i = 0; i < 10; ++i) bench.matcher().match(event, sink);
  ASSERT_GT(sink.values, 0U);
  const std::size_t before = g_allocations;
  for (int i = 0; i < 1000; ++i) bench.matcher().match(event, sink);
  // The one value beyond ASCII is folded through a string.
  EXPECT_LE(g_allocations - before, 1000U);
  const std::vector<FieldValue> ascii{{id("F"), ValueKind::string, "sc Stop SVC"}, values[1], values[2], values[3]};
  event.fields = ascii;
  bench.matcher().match(event, sink);
  const std::size_t warm = g_allocations;
  for (int i = 0; i < 1000; ++i) bench.matcher().match(event, sink);
  EXPECT_EQ(g_allocations - warm, 0U);
}

}  // namespace
}  // namespace stopwarden::sigma
