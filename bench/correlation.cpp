// SPDX-License-Identifier: Apache-2.0
// Hypothesis: a correlation rule's state costs no more per event than one find+insert of a std::unordered_map on the
// same keys, since both hash the key once and touch one entry. Worst case: more groups than the cache holds. Measured
// with events a second apart, where nearly every event forgets one group and begins another, and ("dense") 0.1 ms
// apart, where all groups are alive at once, each with all of its hits.
#include <fmt/format.h>

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <unordered_map>

#include "commands.h"
#include "detect/sigma/correlate.h"
#include "detect/sigma/ir.h"
#include "event/field.h"
#include "support.h"

namespace stopwarden::bench {
namespace {

/// The group keys of a run of events: host and user, as a rule for bursts of stops would group by.
struct Keys {
  std::vector<std::string> groups;
  std::vector<std::uint32_t> events;  ///< index of the group, one a event
};

Keys make_keys(const CorrelationOptions& options) {
  Keys out;
  for (std::uint64_t i = 0; i < options.groups; ++i)
    out.groups.push_back(fmt::format("SRV{:04}.corp.example|CORP\\user{:03}", i / 16, i % 16));
  std::uint64_t state = 88172645463325252;  // xorshift64: the same keys in every run
  for (std::uint64_t i = 0; i < options.events; ++i) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    out.events.push_back(static_cast<std::uint32_t>(state % options.groups));
  }
  return out;
}

/// The yardstick: one find and, for a new key, one insert.
double map_seconds(const Keys& keys, std::uint64_t& counted) {
  std::unordered_map<std::string, std::uint64_t, StringHash, std::equal_to<>> counts;
  const Stopwatch watch;
  for (const std::uint32_t group : keys.events) {
    const std::string& key = keys.groups[group];
    const auto found = counts.find(key);
    if (found != counts.end())
      ++found->second;
    else
      counts.emplace(key, 1);
  }
  const double seconds = watch.elapsed().cpu;
  counted = 0;
  for (const auto& [key, n] : counts) counted += n;
  return seconds;
}

/// One event_count rule with group-by and a timespan of five minutes, that never fires.
sigma::Ir make_rule() {
  sigma::Ir ir;
  ir.rules.resize(1);
  sigma::CorrelationRule rule;
  rule.stages = {"stop"};
  sigma::CorrelationMember member;
  member.group = {0};
  rule.members.push_back(member);
  rule.group_by = {"who"};
  rule.timespan = std::chrono::minutes(5);
  rule.bounds.push_back({sigma::Bound::Op::gte, {100'000, 0}});
  ir.correlations.push_back(std::move(rule));
  return ir;
}

struct NoResult final : CorrelationSink {
  void on_result(const CorrelationResult&) override { ++results; }
  std::uint64_t results = 0;
};

/// The engine's half: the same events, one each `step`. Sets `counted` to the events it took.
double correlator_seconds(const Keys& keys, std::chrono::nanoseconds step, std::uint64_t& counted) {
  const sigma::Ir ir = make_rule();
  sigma::Correlator correlator(ir);
  NoResult sink;
  sigma::CorrelationHit hit;
  hit.time = EventTime{std::chrono::seconds(1'700'000'000)};
  std::array<std::optional<std::string_view>, 1> values;
  hit.values = values;
  const Stopwatch watch;
  for (const std::uint32_t group : keys.events) {
    values[0] = keys.groups[group];
    hit.host = std::string_view(keys.groups[group]).substr(0, 20);
    hit.time += step;
    ++hit.event;
    ++hit.evidence;
    correlator.on_hit(hit, sink);
  }
  const double seconds = watch.elapsed().cpu;
  const sigma::CorrelationStats& stats = correlator.stats().front();
  counted = stats.hits - stats.groups_evicted - stats.late - stats.without_group - sink.results;
  return seconds;
}

}  // namespace

int run_correlation(const CorrelationOptions& options) {
  const Keys keys = make_keys(options);
  std::vector<double> yardstick, sparse, dense;
  for (std::size_t i = 0; i <= options.passes; ++i) {  // the first of each only warms up
    std::uint64_t counted = 0;
    const double map = map_seconds(keys, counted);
    if (counted != options.events) return wrong_answer("the map lost events");
    const double few = correlator_seconds(keys, std::chrono::seconds(1), counted);
    if (counted != options.events) return wrong_answer("the correlator lost events");
    const double many = correlator_seconds(keys, std::chrono::microseconds(100), counted);
    if (counted != options.events) return wrong_answer("the correlator lost events");
    if (i == 0) continue;
    yardstick.push_back(map);
    sparse.push_back(few);
    dense.push_back(many);
  }
  const double per_event = 1e9 / static_cast<double>(options.events);
  const auto nanoseconds = [per_event](const std::vector<double>& seconds) {
    std::vector<std::string> out;
    for (const double s : seconds) out.push_back(fmt::format("{:.4g}", s * per_event));
    return fmt::format("[{}]", fmt::join(out, ", "));
  };
  Report report;
  report.number("events", options.events);
  report.number("groups", options.groups);
  report.json("unordered_map_ns", nanoseconds(yardstick));
  report.json("correlator_ns", nanoseconds(sparse));
  report.json("correlator_dense_ns", nanoseconds(dense));
  fmt::print("{}", report.take());
  return 0;
}

}  // namespace stopwarden::bench
