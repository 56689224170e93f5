// SPDX-License-Identifier: Apache-2.0
// A warm matcher allocates nothing (style R12).
#include "detect/sigma/fast.h"
#include "detect/sigma/testing.h"
#include "support/allocations.h"

namespace stopwarden::sigma {
namespace {

struct Count final : HitSink {
  void on_hit(const Hit& hit) override { values += hit.matched.size(); }
  std::size_t values = 0;
};

TEST(Matchers, AllocateNothingOnceWarm) {
  testing::Bench bench(
      testing::rule("    s:\n        F|contains|all: [STOP, svc]\n        G|endswith: '\\SC.exe'\n        N|gt: 5\n"
                    "    k: [word, '*x?y*']\n    f:\n        F|windash|contains: ' -q'\n        H: null\n    r:\n      "
                    "  F|re: 'S.op'\n"
                    "    condition: s and k and r and not f\n"));
  ASSERT_EQ(bench.code(), "") << bench.reason();
  const Program program(bench.rules());
  FastMatcher fast(program);
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
  for (Matcher* matcher : std::initializer_list<Matcher*>{&bench.matcher(), &fast}) {
    Count sink;
    for (int i = 0; i < 10; ++i) matcher->match(event, sink);
    ASSERT_GT(sink.values, 0U);
    const std::uint64_t before = test::allocations();
    for (int i = 0; i < 1000; ++i) matcher->match(event, sink);
    EXPECT_EQ(test::allocations() - before, 0U) << "a text beyond ASCII among them";
  }
}

}  // namespace
}  // namespace stopwarden::sigma
