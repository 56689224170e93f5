// SPDX-License-Identifier: Apache-2.0
// The fast matcher gives the hits of the reference matcher: over the logs of the tests, with the own rules and some
// more, and over random events. compare_engines does the same by hand over other people's rules and logs.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>

#include "detect/sigma/fast.h"
#include "support/evtx_text.h"
#include "support/evtx_writer.h"
#include "support/planned_event.h"
#include "support/reading.h"
#include "support/rules.h"

namespace stopwarden::test {
namespace {

struct Found {
  std::uint64_t record;
  std::uint32_t rule;
  std::vector<std::pair<std::string, std::string>> matched;
  bool operator==(const Found&) const = default;
};

class Hits final : public EventSink, public HitSink {
 public:
  explicit Hits(sigma::Matcher& matcher) : matcher_(matcher) {}
  void on_event(const Event& e) override { matcher_.match(e, *this); }
  void on_drop(const Error&) override {}
  void on_oddity(const Error&) override {}
  void on_hit(const Hit& hit) override {
    Found f{hit.event->origin.record, hit.number, {}};
    for (const MatchedField& m : hit.matched) f.matched.emplace_back(m.name, m.value);
    found.push_back(std::move(f));
  }
  std::vector<Found> found;

 private:
  sigma::Matcher& matcher_;
};

/// Rules with every kind of test, of many channels, with keywords and with sources that make fields by alias; filters
/// that add to them, and to the own rules.
constexpr const char* kMoreRules = R"(title: keyword anywhere
name: filtered
logsource: {product: windows}
detection:
  keywords: ['net view', 'Drucker*17', 'sb://']
  filter: {EventID: 4103}
  condition: keywords and not filter
---
title: no trigger
logsource: {product: windows, category: process_creation}
detection:
  a: {CommandLine: null}
  b: {Image|re: '^.{3,}$'}
  c: {ParentImage|endswith: '\services.exe'}
  condition: not a and b and not c
---
title: cased, numbers, lists
logsource: {product: windows}
detection:
  a: {CommandLine|contains|cased: ['View', 'editor.EXE', 'Überblick']}
  b: {ProcessId: [4, 7, 4711]}
  c: {EventID|gte: 1, EventID|lt: 5000}
  condition: (a or b) and c
---
title: regex
logsource: {product: windows}
detection:
  a: {CommandLine|re|i: '(?:EDITOR|notepad)\.exe .*\d+\.txt'}
  b: {ScriptBlockText|re: 'Get-[A-Z]\w+ \|'}
  condition: a or b
---
title: short
logsource: {product: windows}
detection:
  a: {CommandLine|contains: ['/n', '::', 'Ü']}
  b: {TargetObject|contains|all: ['\Services\', 'Start']}
  c: {Details|startswith: 'DWORD (0x'}
  condition: 1 of them
---
title: kind only
logsource: {product: windows, service: system}
detection:
  a: {EventID: [7036, 7040, 7045], Provider_Name: 'Service Control Manager'}
  condition: a
---
title: a filter of one rule, with a keyword
logsource: {product: windows}
filter:
  rules: [filtered]
  a: {CommandLine|contains: [View, '1']}
  keyword: ['editor', '17']
  condition: not a or keyword
---
title: a filter of all rules of a category
logsource: {product: windows, category: process_creation}
filter:
  rules: any
  a: {CurrentDirectory|re: '[0-4]\\?$'}
  b: {User|endswith: 'e'}
  condition: not (a and b)
)";

struct EnginesAgree : ::testing::Test {
  std::vector<Found> run(sigma::Matcher& matcher, FieldPlanner* planner, const std::string& bytes) {
    Hits hits(matcher);
    InputReader reader(SourceOptions{&own.wanted, planner});
    PieceStream stream(bytes, SIZE_MAX);
    reader.read(stream, hits);
    return std::move(hits.found);
  }
  std::size_t compare(const std::string& bytes, const std::string& name) {
    const auto expected = run(reference, nullptr, bytes);
    EXPECT_EQ(run(fast, fast.planner(), bytes), expected) << name << ", fields chosen by the planner";
    EXPECT_EQ(run(fast, nullptr, bytes), expected) << name << ", all fields read";
    return expected.size();
  }
  const BuiltinRules own{{{"more.yml", kMoreRules}}};
  const sigma::Program program{own.rules};
  sigma::FastMatcher fast{program};
  sigma::ReferenceMatcher reference{own.rules};
};

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST_F(EnginesAgree, OnEveryFileOfTheTests) {
  std::size_t hits = 0, inputs = 0;
  const std::filesystem::path root = SW_SOURCE_DIR;
  for (const char* folder : {"tests/data/evtx", "samples/demo", "tests/rules", "fuzz/corpus/json", "fuzz/corpus/xml"}) {
    for (const auto& file : std::filesystem::recursive_directory_iterator(root / folder)) {
      if (!file.is_regular_file()) continue;
      std::string bytes = read_file(file.path());
      if (file.path().extension() == ".evtxt") {
        std::vector<Diagnostic> mistakes;
        const auto described = parse_evtxt(bytes, file.path().string(), mistakes);
        if (!described) continue;
        auto written = write_evtx(*described);
        if (!written) continue;
        bytes = std::move(written).take();
      }
      hits += compare(bytes, file.path().string());
      ++inputs;
    }
  }
  EXPECT_GE(inputs, 100u);
  EXPECT_GE(hits, 200u) << "too few hits to mean anything";
}

/// Events put together at random from words that rules look for, some with fields that contradict their kind.
TEST_F(EnginesAgree, OnRandomEvents) {
  const std::vector<std::string> words{"net view",
                                       "sc stop",
                                       "\\services.exe",
                                       "C:\\Windows\\System32\\net.exe",
                                       "::",
                                       "editor.EXE",
                                       "View",
                                       "Überblick",
                                       "Größerer Drucker 17",
                                       "/n",
                                       "Get-Service |",
                                       "DWORD (0x4)",
                                       "\\Services\\",
                                       "Start",
                                       "4711",
                                       "007",
                                       "",
                                       "x",
                                       "MSSQLSERVER",
                                       "\xFF\xC3",
                                       "K\xE2\x84\xAA",
                                       "vssadmin delete shadows",
                                       "sb://"};
  const std::vector<const char*> names{
      "CommandLine",    "Image",         "ParentImage",  "ProcessId", "EventID",
      "Channel",        "Provider_Name", "TargetObject", "Details",   "ScriptBlockText",
      "NewProcessName", "ServiceName",   "param1",       "param4",    "User"};
  const std::vector<std::pair<const char*, std::uint32_t>> kinds{{"Microsoft-Windows-Sysmon/Operational", 1},
                                                                 {"Microsoft-Windows-Sysmon/Operational", 13},
                                                                 {"Security", 4688},
                                                                 {"System", 7036},
                                                                 {"System", 7045},
                                                                 {"Application", 1000},
                                                                 {"Microsoft-Windows-PowerShell/Operational", 4104},
                                                                 {"", 0}};
  std::mt19937 random(20261125);
  const auto pick = [&random](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  std::size_t hits = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::vector<std::string> texts;
    texts.reserve(64);
    std::vector<FieldValue> fields;
    const auto& kind = kinds[pick(kinds.size())];
    const auto add = [&](const char* name, std::string text, ValueKind value_kind) {
      texts.push_back(std::move(text));
      fields.push_back({own.table.find(name).value_or(kUnnamedField), value_kind,
                        value_kind == ValueKind::null ? std::string_view{} : std::string_view(texts.back())});
    };
    Event event;
    event.channel = kind.first;
    if (kind.second != 0) event.event_id = kind.second;
    event.provider = pick(3) == 0 ? "" : kind.first[0] == 'S' ? "Service Control Manager" : "Microsoft-Windows-Sysmon";
    if (pick(8) != 0 && kind.second != 0) add("EventID", std::to_string(kind.second), ValueKind::integer);
    if (pick(8) != 0 && !event.channel.empty()) add("Channel", kind.first, ValueKind::string);
    if (pick(8) != 0 && !event.provider.empty()) add("Provider_Name", std::string(event.provider), ValueKind::string);
    for (std::size_t n = pick(8); n > 0; --n) {
      std::string text = words[pick(words.size())];
      if (pick(2) == 0) text += words[pick(words.size())];
      const auto value_kind = pick(10) == 0 ? ValueKind::null : pick(6) == 0 ? ValueKind::integer : ValueKind::string;
      add(pick(20) == 0 ? "nobody" : names[pick(names.size())], std::move(text), value_kind);
    }
    event.fields = fields;
    Hits expected(reference), got(fast), planned(fast);
    expected.on_event(event);
    got.on_event(event);
    ASSERT_EQ(got.found, expected.found) << "round " << round;
    planned.on_event(PlannedEvent(event, *fast.planner()).event());
    ASSERT_EQ(planned.found, expected.found) << "round " << round << ", by choice";
    hits += expected.found.size();
  }
  EXPECT_GE(hits, 5000u);
}

}  // namespace
}  // namespace stopwarden::test
