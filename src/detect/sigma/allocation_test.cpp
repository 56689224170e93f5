// SPDX-License-Identifier: Apache-2.0
// A warm matcher allocates nothing (style R12).
#include <array>

#include "detect/sigma/correlate.h"
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

struct CountResults final : CorrelationSink {
  void on_result(const CorrelationResult&) override { ++results; }
  std::size_t results = 0;
};

/// Groups come, grow and are forgotten; windows open and close. `rules` says which type, lateness as a stream has it.
std::uint64_t allocations_of(const std::string& correlation, std::chrono::nanoseconds lateness) {
  testing::Bench bench("name: a\n" + testing::line("F: x") + "---\nname: b\n" + testing::line("F: y") +
                       "---\ntitle: c\ncorrelation:\n    rules: [a, b]\n    group-by: [U]\n    timespan: 10s\n" +
                       correlation);
  EXPECT_EQ(bench.rules().ir().correlations.size(), 1U) << bench.rules().reports().back().reason;
  CorrelatorOptions options;
  options.lateness = lateness;
  Correlator correlator(bench.rules(), options);
  constexpr std::uint64_t kWarm = 100'000;  // until no size of block is wanted more often than ever before
  CountResults sink;
  std::uint64_t before = 0;
  std::vector<std::string> users, numbers;
  for (int i = 0; i < 64; ++i) {
    users.push_back("a user with a longer name, number " + std::to_string(i * i));
    numbers.push_back("a value with a longer text " + std::to_string(i));
  }
  for (std::uint64_t i = 0; i < kWarm + 20'000; ++i) {
    if (i == kWarm) before = test::allocations();
    const std::uint64_t far = i * 7919;
    const std::vector<FieldId>& fields = bench.rules().ir().rules[0].correlation_fields;
    std::array<std::optional<std::string_view>, 2> values;
    for (std::size_t f = 0; f < fields.size(); ++f)
      values.at(f) = fields[f] == bench.table().find("U")   ? std::string_view(users[far % 13 * (i / 50 % 4)])
                     : fields[f] == bench.table().find("N") ? std::string_view("12.5")
                                                            : std::string_view(numbers[far % 17]);
    CorrelationHit hit;
    hit.time = EventTime{std::chrono::milliseconds(1'700'000'000'000 + i * 50)};
    hit.host = far % 3 == 0 ? "a-host-with-a-longer-name" : "another-host-with-a-longer-name";
    hit.event = hit.evidence = i;
    hit.values = std::span(values).first(fields.size());
    correlator.on_hit(hit, sink);
  }
  EXPECT_EQ(sink.results, 0U);
  return test::allocations() - before;
}

TEST(Correlate, AllocatesNothingOnceWarm) {
  for (const std::string correlation :
       {"    type: event_count\n    condition:\n        gte: 1000\n",
        "    type: event_count\n    condition:\n        eq: 1000\n",
        "    type: value_count\n    condition:\n        field: V\n        gte: 30\n",
        "    type: value_count\n    condition:\n        field: V\n        eq: 30\n",
        "    type: value_sum\n    condition:\n        field: N\n        gte: 100000\n",
        "    type: value_median\n    condition:\n        field: N\n        gt: 13\n",
        "    type: value_percentile\n    condition:\n        field: V\n        gt: 100\n", "    type: temporal\n",
        "    type: temporal_ordered\n", "    type: temporal_ordered\n    condition:\n        eq: 2\n"})
    for (const int lateness : {0, 2}) {
      if (lateness != 0 && correlation.find("event_count") == std::string::npos) continue;
      // At most a block more of some size than were ever wanted at a time.
      EXPECT_LE(allocations_of(correlation, std::chrono::seconds(lateness)), 2U) << correlation << lateness;
    }
}

}  // namespace
}  // namespace stopwarden::sigma
