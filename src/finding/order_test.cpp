// SPDX-License-Identifier: Apache-2.0
#include "finding/order.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "base/text.h"
#include "finding/serial.h"

namespace stopwarden {
namespace {

class MemorySpill : public SpillFile {
 public:
  Status append(Bytes bytes) override {
    if (appends_left-- == 0) return Error{Errc::io, 0, "full"};
    written += bytes.size();
    data_.append(as_text(bytes));
    return Ok{};
  }
  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> out) override {
    if (fail_reads) return Error{Errc::io, offset, "test"};
    const std::size_t at = std::min<std::size_t>(offset, data_.size());
    const std::size_t n = std::min<std::size_t>({out.size(), data_.size() - at, 7});  // short reads
    std::copy_n(reinterpret_cast<const std::byte*>(data_.data()) + at, n, out.data());
    return n;
  }
  static inline bool fail_reads = false;
  static inline std::uint64_t appends_left = UINT64_MAX;  ///< then one fails
  static inline std::uint64_t written = 0;

 private:
  std::string data_;
};
Result<std::unique_ptr<SpillFile>> make_memory_spill() { return std::unique_ptr<SpillFile>(new MemorySpill); }
Result<std::unique_ptr<SpillFile>> no_spill() { return Error{Errc::io, 0, "full"}; }

constexpr SortLimits kTiny{.memory_bytes_max = 4096, .runs_max = 3, .read_buffer = 512};

class Kept : public FindingSink {
 public:
  void on_finding(const Finding& f) override { findings.push_back(f); }
  std::vector<Finding> findings;
  std::vector<std::string> uids() const {
    std::vector<std::string> out;
    for (const Finding& f : findings) out.push_back(f.uid);
    return out;
  }
};

Finding finding(const std::string& uid, const char* time, const std::string& host, const std::string& file = "a",
                std::uint64_t record = 1) {
  Finding f;
  f.uid = uid;
  f.time = parse_time(time);
  f.host = host;
  f.title = "t";
  f.record_id = 1;
  f.evidences = {{file, record * 10, record, "event"}};
  return f;
}

/// All observable members, for comparing.
std::string bytes_of(const Finding& f) {
  std::string out;
  write_rule_part(out, f);
  write_event_part(out, f);
  return out;
}

TEST(Serial, RoundTrip) {
  Finding f = finding("u", "2026-01-01", "h");
  f.severity = Level::critical;
  for (std::string* s : {&f.type,
                         &f.analytic_uid,
                         &f.title,
                         &f.description,
                         &f.status,
                         &f.author,
                         &f.license,
                         &f.message,
                         &f.channel,
                         &f.provider,
                         &f.source_ip,
                         &f.actor.user_name,
                         &f.actor.user_uid,
                         &f.actor.process_path,
                         &f.actor.cmd_line,
                         &f.actor.process_pid,
                         &f.actor.parent_path,
                         &f.actor.parent_cmd_line,
                         &f.actor.parent_pid,
                         &f.actor.session_uid})
    *s = std::to_string(reinterpret_cast<std::uintptr_t>(s)) + std::string("\0\xFF", 2);
  f.attacks = {{"T1"}, {"T2"}};
  f.tactics = {"a"};
  f.tags = {"b", ""};
  f.falsepositives = {"c"};
  f.references = {"d"};
  f.event_id = 1;
  f.record_id = UINT64_MAX;
  f.resources = {{Target::Type::vm, "1", "2", "3", "4", "5", "6"}};
  f.matched = {{"k", "v"}, {"", "w"}};
  f.evidences_left_out = 3;
  f.count = 4;
  f.joins_hits = true;
  std::string rule, event;
  write_rule_part(rule, f);
  write_event_part(event, f);
  Finding back;
  ASSERT_TRUE(read_rule_part(rule, back));
  ASSERT_TRUE(read_event_part(event, back));
  EXPECT_EQ(bytes_of(back), bytes_of(f));
  EXPECT_EQ(back.actor.parent_pid, f.actor.parent_pid);
  EXPECT_EQ(back.time, f.time);
  EXPECT_EQ(back.evidences, f.evidences);
  EXPECT_EQ(back.tags, f.tags);
  EXPECT_EQ(back.matched, f.matched);
  EXPECT_TRUE(back.joins_hits);
  Finding none;
  none.uid = "x";
  std::string no_time;
  write_event_part(no_time, none);
  ASSERT_TRUE(read_event_part(no_time, back));
  EXPECT_FALSE(back.time || back.event_id || back.record_id);
  for (std::size_t cut = 0; cut < event.size(); ++cut) {
    Finding half;
    EXPECT_FALSE(read_event_part(std::string_view{event}.substr(0, cut), half));
  }
  Finding longer;
  EXPECT_FALSE(read_event_part(event + "x", longer));
}

TEST(ExternalSort, SortsWhateverTheSize) {
  for (const SortLimits& limits : {SortLimits{}, kTiny}) {
    std::mt19937 random(1);
    ExternalSort sort(make_memory_spill, limits);
    std::vector<std::pair<std::string, std::string>> want;
    for (int i = 0; i < 3000; ++i) {
      const std::string key = std::to_string(random() % 500);
      want.emplace_back(key, std::to_string(i) + std::string(random() % 40, 'v'));
      sort.add(want.back().first, want.back().second);
    }
    std::stable_sort(want.begin(), want.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<std::pair<std::string, std::string>> got;
    ASSERT_TRUE(sort.drain([&](std::string_view k, std::string_view v) { got.emplace_back(k, v); }));
    EXPECT_TRUE(got == want);
    EXPECT_EQ(sort.runs_written() > 20, limits.memory_bytes_max == 4096);
  }
}

TEST(ExternalSort, OneRecordLargerThanEveryLimit) {
  ExternalSort sort(make_memory_spill, kTiny);
  sort.add("b", std::string(100'000, 'x'));
  sort.add("a", "y");
  std::vector<std::size_t> sizes;
  ASSERT_TRUE(sort.drain([&](std::string_view, std::string_view v) { sizes.push_back(v.size()); }));
  EXPECT_EQ(sizes, (std::vector<std::size_t>{1, 100'000}));
}

TEST(ExternalSort, AFullDiskLosesNothing) {
  int made = 0;
  const SpillMaker two = [&]() -> Result<std::unique_ptr<SpillFile>> {
    if (++made > 2) return Error{Errc::io, 0, "full"};
    return make_memory_spill();
  };
  ExternalSort sort(two, kTiny);
  for (int i = 0; i < 2000; ++i) sort.add(std::to_string(i % 1000), "v");
  int n = 0;
  std::string last;
  ASSERT_TRUE(sort.drain([&](std::string_view k, std::string_view) {
    EXPECT_LE(last, k);
    last = k;
    ++n;
  }));
  EXPECT_EQ(n, 2000);
  EXPECT_TRUE(sort.spill_error());
}

/// It is found out in the middle of a run, which then is in memory still; the next one may be written again.
TEST(ExternalSort, ARunThatBreaksOffLosesNothing) {
  for (std::uint64_t appends = 0; appends < 60; ++appends) {
    MemorySpill::appends_left = appends;
    ExternalSort sort(make_memory_spill, kTiny);
    std::vector<std::pair<std::string, std::string>> want, got;
    for (int i = 0; i < 2000; ++i) {
      want.emplace_back(std::to_string(i % 300), std::to_string(i) + " of many");
      sort.add(want.back().first, want.back().second);
    }
    MemorySpill::appends_left = UINT64_MAX;
    std::stable_sort(want.begin(), want.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    ASSERT_TRUE(sort.drain([&](std::string_view k, std::string_view v) { got.emplace_back(k, v); }));
    EXPECT_TRUE(got == want) << appends;
    EXPECT_TRUE(sort.spill_error()) << appends;
  }
}

/// Values that share much or little with the one before, up to all of it, in runs and in merged runs.
TEST(ExternalSort, WhatValuesShareIsWrittenOnce) {
  for (const SortLimits& limits : {SortLimits{.memory_bytes_max = 65'536}, kTiny}) {
    std::mt19937 random(3);
    const std::string text(600, 't');
    ExternalSort sort(make_memory_spill, limits);
    std::vector<std::pair<std::string, std::string>> want, got;
    std::size_t bytes = 0;
    for (int i = 0; i < 2000; ++i) {
      const std::string begin = random() % 4 == 0 ? "" : std::to_string(i) + std::string(random() % 20, 'b');
      want.emplace_back(std::to_string(random() % 50), begin + text.substr(random() % 3 == 0 ? random() % 600 : 0));
      bytes += want.back().second.size();
    }
    MemorySpill::written = 0;
    for (const auto& [key, value] : want) sort.add(key, value);
    std::stable_sort(want.begin(), want.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    ASSERT_TRUE(sort.drain([&](std::string_view k, std::string_view v) { got.emplace_back(k, v); }));
    EXPECT_TRUE(got == want);
    EXPECT_GT(sort.runs_written(), 10u);
    EXPECT_TRUE(MemorySpill::written < bytes / 2 || limits.runs_max == kTiny.runs_max) << MemorySpill::written;
  }
}

TEST(ExternalSort, WhatCannotBeReadBackIsAnError) {
  ExternalSort sort(make_memory_spill, kTiny);
  for (int i = 0; i < 2000; ++i) sort.add(std::to_string(i), "v");
  MemorySpill::fail_reads = true;
  EXPECT_FALSE(sort.drain([](std::string_view, std::string_view) {}));
  MemorySpill::fail_reads = false;
}

TEST(ExternalSort, PosixSpill) {
  ExternalSort sort(make_temporary_spill, kTiny);
  for (int i = 0; i < 2000; ++i) sort.add(std::to_string(9999 - i), "v");
  std::vector<std::string> keys;
  ASSERT_TRUE(sort.drain([&](std::string_view k, std::string_view) { keys.emplace_back(k); }));
  EXPECT_EQ(keys.size(), 2000u);
  EXPECT_TRUE(std::is_sorted(keys.begin(), keys.end()));
  EXPECT_FALSE(sort.spill_error());
}

TEST(FindingOrder, ByTimeAndByHost) {
  const std::vector<Finding> in{
      finding("5", "", "A"),           finding("4", "2026-01-02", "b"), finding("3", "2026-01-01", ""),
      finding("2", "2026-01-01", "B"), finding("1", "2026-01-01", "a"), finding("0", "1969-01-01", "c"),
  };
  const auto ordered = [&](FindingSort sort) {
    FindingOrder order(sort, make_memory_spill);
    for (const Finding& f : in) order.on_finding(f);
    Kept kept;
    EXPECT_TRUE(order.finish(kept));
    return kept.uids();
  };
  EXPECT_EQ(ordered(FindingSort::time), (std::vector<std::string>{"0", "1", "2", "3", "4", "5"}));
  EXPECT_EQ(ordered(FindingSort::host), (std::vector<std::string>{"1", "5", "2", "4", "0", "3"}));
}

TEST(FindingOrder, CopiesOfARecordCountOnce) {
  FindingOrder order(FindingSort::time, make_memory_spill);
  Finding best = finding("u", "2026-01-01T00:00:00.1234567Z", "h", "a.evtx", 3);
  best.message = "best";
  order.on_finding(finding("u", "2026-01-01T00:00:00.123Z", "h", "b.json", 9));
  order.on_finding(finding("other", "2026-01-01T00:00:00.1233Z", "h"));  // stands between the two copies' times
  order.on_finding(best);
  order.on_finding(best);  // the same file given twice
  Kept kept;
  ASSERT_TRUE(order.finish(kept));
  ASSERT_EQ(kept.uids(), (std::vector<std::string>{"other", "u"}));
  const Finding& f = kept.findings[1];
  EXPECT_EQ(f.count, 1u);
  EXPECT_EQ(f.message, "best");
  EXPECT_EQ(f.evidences, (std::vector<Evidence>{{"a.evtx", 30, 3, "event"}, {"b.json", 90, 9, "event"}}));
}

TEST(FindingOrder, RecordsWithoutNumberCountAsInTheFileThatHasMost) {
  FindingOrder order(FindingSort::time, make_memory_spill);
  const auto add = [&](const std::string& file, std::uint64_t record) {
    Finding f = finding("u", "2026-01-01", "h", file, record);
    f.record_id.reset();
    order.on_finding(f);
  };
  for (const std::uint64_t record : {5u, 1u, 3u}) add("b", record);
  for (const std::uint64_t record : {2u, 1u}) add("a", record);
  add("a", 2);  // again
  Kept kept;
  ASSERT_TRUE(order.finish(kept));
  ASSERT_EQ(kept.findings.size(), 1u);
  EXPECT_EQ(kept.findings[0].count, 3u);
  EXPECT_EQ(kept.findings[0].evidences.size(), 5u);
}

TEST(FindingOrder, EvidencesAreCappedAndTheRestCounted) {
  FindingOrder order(FindingSort::time, make_memory_spill);
  for (std::uint64_t i = 100; i > 0; --i) {
    Finding f = finding("u", "2026-01-01", "h", "a", i);
    f.record_id.reset();
    order.on_finding(f);
  }
  Kept kept;
  ASSERT_TRUE(order.finish(kept));
  const Finding& f = kept.findings.at(0);
  EXPECT_EQ(f.evidences.size(), kEvidencesMax);
  EXPECT_EQ(f.evidences_left_out, 84u);
  EXPECT_EQ(f.count, 100u);
  EXPECT_TRUE(std::is_sorted(f.evidences.begin(), f.evidences.end()));
  EXPECT_EQ(f.evidences.front().record, 1u);
}

TEST(FindingOrder, MemoryOrDiskOrSequenceMakeNoDifference) {
  std::mt19937 random(7);
  std::vector<Finding> in;
  for (int i = 0; i < 800; ++i) {
    Finding f = finding(std::to_string(random() % 300), "", "h" + std::to_string(random() % 5),
                        "f" + std::to_string(random() % 4), random() % 50);
    const auto n = static_cast<int>(parse_integer(f.uid).value_or(0));
    const auto seconds = n % 20;
    if (seconds > 2) f.time = EventTime{std::chrono::seconds{1'700'000'000 + seconds}};
    f.host = "h" + std::to_string(n % 5);
    f.analytic_uid = "rule" + std::to_string(n % 7);
    f.severity = static_cast<Level>(1 + n % 5);
    if (n % 2 == 0) f.record_id.reset();
    in.push_back(f);
  }
  for (const FindingSort sort : {FindingSort::time, FindingSort::host}) {
    std::vector<std::string> want;
    for (int round = 0; round < 4; ++round) {
      FindingOrder order(sort, round == 3 ? SpillMaker{no_spill} : SpillMaker{make_memory_spill},
                         round == 0 ? SortLimits{} : kTiny);
      std::shuffle(in.begin(), in.end(), random);
      for (const Finding& f : in) order.on_finding(f);
      Kept kept;
      ASSERT_TRUE(order.finish(kept));
      std::vector<std::string> got;
      for (const Finding& f : kept.findings) got.push_back(bytes_of(f));
      if (round == 0) want = got;
      EXPECT_TRUE(got == want) << round;
      EXPECT_EQ(order.runs_written() > 0, round == 1 || round == 2);
      EXPECT_EQ(order.spill_error().has_value(), round == 3);
    }
    EXPECT_LE(want.size(), 300u);
  }
}

}  // namespace
}  // namespace stopwarden
