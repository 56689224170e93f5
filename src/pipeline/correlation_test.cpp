// SPDX-License-Identifier: Apache-2.0
#include "pipeline/correlation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "detect/sigma/ruleset.h"
#include "finding/correlation.h"
#include "pipeline/evidence_store.h"
#include "pipeline/scan.h"

namespace stopwarden {
namespace {

constexpr const char* kRules = R"(
title: Stop
name: stop
id: 00000000-0000-0000-0000-000000000001
logsource: {product: windows}
detection: {sel: {Verb: stop}, condition: sel}
level: low
---
title: Burst
id: 00000000-0000-0000-0000-000000000002
correlation:
  type: event_count
  rules: [stop]
  group-by: [User]
  timespan: 1m
  condition: {gte: 3}
level: high
)";

struct Findings final : FindingSink {
  void on_finding(const Finding& f) override { all.push_back(f); }
  std::vector<Finding> all;
};

/// A hit as a detector hands it on.
struct Given {
  CorrelatedHit hit;
  std::string input;
  std::uint64_t records_before = 0;
};

struct CorrelationStageTest : ::testing::Test {
  CorrelationStageTest()
      : rules(sigma::RuleSet::compile(
            std::vector<TextFile>{{"t.yml", kRules}},
            [this](const sigma::Logsource&) {
              return sigma::Resolution{{&everything}, {}};
            },
            {}, table, warnings)) {}

  /// The event `record` of log System on `host`, read as the first record of a block of `input`.
  Given given(std::int64_t nanoseconds, const std::string& host, std::optional<std::uint64_t> record,
              std::optional<std::string_view> user, const std::string& input, const std::string& raw = {}) {
    Event event;
    event.time = EventTime(std::chrono::nanoseconds(nanoseconds));
    event.host = host;
    event.channel = "System";
    event.record_id = record;
    event.raw = raw;
    event.origin = {64, 1};
    Hit hit;
    hit.rule = &rules.info(0);
    hit.event = &event;
    const FindingBuilder builder(table, Redaction::on);
    const std::vector<std::optional<std::string_view>> values{user};
    return {correlated_hit(hit, builder.build(hit, input, {}), values), input, record.value_or(0)};
  }

  std::vector<Finding> run(const std::vector<Given>& hits, SortLimits limits = {}, Level least = Level::informational,
                           const SpillMaker& make_spill = make_temporary_spill) {
    Findings out;
    summary = {};
    CorrelationStage stage(rules, {Redaction::on, least}, make_spill, limits);
    for (const Given& g : hits) stage.add(g.hit, g.input, g.records_before);
    stage.finish(out, summary);
    return out.all;
  }

  sigma::SourceSelector everything;
  FieldTable table;
  std::vector<Diagnostic> warnings;
  sigma::RuleSet rules;
  ScanSummary summary;
};

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kNoon = 1'763'640'000 * kSecond;

TEST_F(CorrelationStageTest, ABurstIsFoundInWhateverOrderItsHitsCome) {
  ASSERT_EQ(rules.correlations(), 1u) << (rules.reports().empty() ? "" : rules.reports().back().reason);
  std::vector<Given> hits;
  for (std::uint64_t i = 0; i < 300; ++i) {
    const std::string host = i % 2 == 0 ? "a" : "b", user = "user" + std::to_string(i / 10 % 7);
    hits.push_back(
        given(kNoon + static_cast<std::int64_t>(i) * 7 * kSecond, host, i, user, "log" + std::to_string(i % 3)));
  }
  const std::vector<Finding> expected = run(hits);
  ASSERT_GE(expected.size(), 20u);
  EXPECT_EQ(expected.front().title, "Burst");
  EXPECT_EQ(expected.front().severity, Level::high);
  EXPECT_EQ(expected.front().count, 3u);
  EXPECT_EQ(expected.front().host, "");
  ASSERT_EQ(expected.front().evidences.size(), 3u);
  EXPECT_EQ(expected.front().evidences[1], (Evidence{"log1", 64, 2, "event"})) << "record 1 of the block, 1 before it";
  EXPECT_EQ(summary.hits_by_rule.at("Burst"), expected.size());
  EXPECT_EQ(summary.loudest, Level::high);

  std::minstd_rand random(1);
  for (int round = 0; round < 20; ++round) {
    std::shuffle(hits.begin(), hits.end(), random);
    SortLimits limits;
    if (round % 2 == 1) limits = {2000, 3, 512};  // a few hits at a time wait in memory
    const std::vector<Finding> got = run(hits, limits);
    ASSERT_EQ(got.size(), expected.size());
    for (std::size_t i = 0; i < got.size(); ++i) {
      ASSERT_EQ(got[i].uid, expected[i].uid);
      ASSERT_EQ(got[i].message, expected[i].message);
      ASSERT_EQ(got[i].evidences, expected[i].evidences);
    }
  }
}

TEST_F(CorrelationStageTest, CopiesOfARecordCountOnce) {
  std::vector<Given> hits;
  for (std::uint64_t i = 0; i < 2; ++i) {
    const auto at = kNoon + static_cast<std::int64_t>(i) * kSecond + 123'456'700;
    hits.push_back(given(at, "a", i, "eve", "System.evtx"));
    hits.push_back(given(at, "a", i, "eve", "copy/System.evtx"));
    hits.push_back(given(at / 1'000'000 * 1'000'000, "a", i, "eve", "System.json"));  // milliseconds only
  }
  EXPECT_EQ(run(hits).size(), 0u);
  hits.push_back(given(kNoon + 59 * kSecond, "a", 7, "eve", "System.evtx"));
  EXPECT_EQ(run(hits).size(), 1u);
  // Without a record number it is known by its bytes.
  hits = {given(kNoon, "a", {}, "eve", "x", "one"), given(kNoon, "a", {}, "eve", "y", "one"),
          given(kNoon, "a", {}, "eve", "x", "two")};
  EXPECT_EQ(run(hits).size(), 0u);
  hits.push_back(given(kNoon, "a", {}, "eve", "x", "three"));
  EXPECT_EQ(run(hits).size(), 1u);
}

TEST_F(CorrelationStageTest, WhatCannotBeCorrelatedIsCounted) {
  std::vector<Given> hits{given(kNoon, "a", 1, {}, "x"), given(kNoon + kSecond, "a", 2, "eve", "x")};
  hits.push_back(hits.back());
  hits.back().hit = {.rule = 0, .has_time = false, .place = {}, .content = {}};
  EXPECT_EQ(run(hits).size(), 0u);
  ASSERT_EQ(summary.correlation_losses.size(), 1u);
  EXPECT_EQ(summary.correlation_losses[0].title, "Burst");
  EXPECT_EQ(summary.correlation_losses[0].stats.without_group, 1u);
  EXPECT_EQ(summary.correlation_losses[0].stats.without_time, 1u);
  EXPECT_TRUE(summary.problems.empty());
}

TEST_F(CorrelationStageTest, LevelsBelowTheLeastAreNotTold) {
  std::vector<Given> hits;
  for (std::uint64_t i = 0; i < 5; ++i) hits.push_back(given(kNoon, "a", i, "eve", "x"));
  EXPECT_EQ(run(hits, {}, Level::critical).size(), 0u);
  EXPECT_FALSE(summary.loudest);
  EXPECT_EQ(run(hits, {}, Level::high).size(), 1u);
}

TEST_F(CorrelationStageTest, TimesBefore1970ComeFirst) {
  std::vector<Given> hits;
  for (const std::int64_t at : {std::int64_t{5}, std::int64_t{-20}, std::int64_t{-50}})
    hits.push_back(given(at * kSecond, "a", static_cast<std::uint64_t>(100 + at), "eve", "x"));
  const std::vector<Finding> got = run(hits);
  ASSERT_EQ(got.size(), 1u);
  EXPECT_EQ(got[0].time, EventTime(std::chrono::seconds(5)));
}

/// A spill file that takes no more than so many bytes.
class FullDisk final : public SpillFile {
 public:
  explicit FullDisk(std::size_t room) : room_(room) {}
  Status append(Bytes bytes) override {
    const std::size_t taken = std::min(room_ - data_.size(), bytes.size());
    data_ += std::string_view(reinterpret_cast<const char*>(bytes.data()), taken);
    if (taken < bytes.size()) return Error{Errc::io, 0, "disk full"};
    return Ok{};
  }
  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> out) override {
    const std::size_t n = offset < data_.size() ? std::min<std::size_t>(out.size(), data_.size() - offset) : 0;
    for (std::size_t i = 0; i < n; ++i) out[i] = static_cast<std::byte>(data_[offset + i]);
    return n;
  }

 private:
  std::size_t room_;
  std::string data_;
};

SpillMaker disk_with(std::size_t room) {
  return [room]() -> Result<std::unique_ptr<SpillFile>> { return std::unique_ptr<SpillFile>(new FullDisk(room)); };
}

TEST_F(CorrelationStageTest, AFullDiskCostsMemoryAndIsTold) {
  std::vector<Given> hits;
  for (std::uint64_t i = 0; i < 60; ++i) hits.push_back(given(kNoon, "a", i, "eve", "x"));
  EXPECT_EQ(run(hits, {2000, 3, 512}, Level::informational, disk_with(100)).size(), 1u);
  ASSERT_EQ(summary.problems.size(), 1u);
  EXPECT_EQ(summary.problems[0].why, "temporary files: disk full; memory was used instead");
}

TEST_F(CorrelationStageTest, EvidencesComeBackFromMemoryFromDiskAndWhenTheDiskIsFull) {
  for (const std::size_t room : {std::size_t{0}, std::size_t{3000}, std::size_t{1} << 30}) {
    EvidenceStore store(disk_with(room), 700);
    std::vector<std::uint64_t> keys;
    for (std::uint64_t i = 0; i < 100; ++i) {
      Finding f;
      f.uid = std::to_string(i);
      f.evidences = {{"x", i, 2, "event"}};
      keys.push_back(store.keep(i, encode_member(f)));
    }
    for (std::uint64_t i = 0; i < 100; ++i) {
      const Result<Finding> got = store.get(keys[i]);
      ASSERT_TRUE(got) << got.error().what;
      EXPECT_EQ(got.value().uid, std::to_string(i));
      EXPECT_EQ(got.value().evidences.at(0), (Evidence{"x", i, 2 + i, "event"}));
    }
    EXPECT_EQ(store.spill_error().has_value(), room < 100'000);
    EXPECT_FALSE(store.get(keys.back() + 1'000'000));
  }
}

}  // namespace
}  // namespace stopwarden
