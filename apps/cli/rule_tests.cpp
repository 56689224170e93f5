// SPDX-License-Identifier: Apache-2.0
#include "rule_tests.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <tuple>
#include <utility>

#include "base/text.h"
#include "detect/sigma/correlate.h"
#include "detect/sigma/correlation_values.h"
#include "detect/sigma/ir.h"
#include "input/input.h"
#include "pipeline/reader.h"

namespace stopwarden::cli {
namespace {

constexpr std::size_t kInfoMax = 1u << 20;

/// Counts how often one rule or correlation fires over one file; remembers why something was not read.
class Counter final : public InputVisitor, public EventSink, public HitSink, public CorrelationSink {
 public:
  Counter(const LoadedRules& loaded, const std::string& rule_id)
      : rules_(*loaded.rules),
        rule_id_(rule_id),
        wanted_(loaded.table),
        matcher_(*loaded.rules),
        values_(loaded.rules->ir()) {
    loaded.rules->add_wanted(wanted_);
  }
  void on_input(const std::string&, ByteStream& stream) override {
    InputReader reader(SourceOptions{&wanted_});
    const ReadResult result = reader.read(stream, *this);
    if (result.format == nullptr && result.bytes != 0) why_ = "not a log format this version reads";
    if (result.stream_error) why_ = result.stream_error->what;
  }
  void on_unreadable(const std::string&, const Error&, const std::string& why) override { why_ = why; }
  void on_progress(std::uint64_t) override {}
  void on_event(const Event& event) override { matcher_.match(event, *this); }
  void on_drop(const Error& error) override { why_ = error.what; }
  void on_oddity(const Error&) override {}
  void on_hit(const Hit& hit) override {
    fired_ += static_cast<std::uint64_t>(hit.rule->id == rule_id_);
    if (!rules_.ir().rules[hit.number].correlated || !hit.event->time) return;
    Kept& kept = kept_.emplace_back();
    kept.rule = hit.number;
    kept.time = *hit.event->time;
    kept.host = hit.event->host;
    kept.record = hit.event->origin.record;
    for (const auto& value : values_.read(hit.number, *hit.event))
      kept.values.push_back(value ? std::optional<std::string>(*value) : std::nullopt);
  }
  void on_result(const CorrelationResult& result) override {
    fired_ += static_cast<std::uint64_t>(result.rule->id == rule_id_);
  }
  /// All events are read: what correlations make of the hits.
  void correlate() {
    std::stable_sort(kept_.begin(), kept_.end(), [](const Kept& a, const Kept& b) {
      return std::tie(a.time, a.host, a.record) < std::tie(b.time, b.host, b.record);
    });
    sigma::Correlator correlator(rules_);
    for (const Kept& kept : kept_) {
      const std::vector<std::optional<std::string_view>> values(kept.values.begin(), kept.values.end());
      sigma::CorrelationHit hit;
      hit.rule = kept.rule;
      hit.time = kept.time;
      hit.host = kept.host;
      hit.event = kept.record;
      hit.values = values;
      correlator.on_hit(hit, *this);
    }
    correlator.finish(*this);
  }

  std::uint64_t fired() const { return fired_; }
  const std::string& why() const { return why_; }

 private:
  /// A hit that correlations ask for. One test's events fit into memory.
  struct Kept {
    std::uint32_t rule = 0;
    EventTime time{};
    std::string host;
    std::uint64_t record = 0;
    std::vector<std::optional<std::string>> values;
  };

  const sigma::RuleSet& rules_;
  const std::string& rule_id_;
  WantedFields wanted_;
  sigma::ReferenceMatcher matcher_;
  sigma::CorrelationValues values_;
  std::vector<Kept> kept_;
  std::uint64_t fired_ = 0;
  std::string why_;
};

/// SigmaHQ's paths start at the top of its repository; ours lie beside info.yml. The nearest one that exists wins.
std::string find_events(const std::string& info, const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  const fs::path folder = fs::path(info).parent_path();
  if (const fs::path beside = folder / fs::path(path).filename(); fs::is_regular_file(beside, ignored))
    return beside.string();
  for (fs::path up = folder; !up.empty(); up = up.parent_path()) {
    if (const fs::path there = up / path; fs::is_regular_file(there, ignored)) return there.string();
    if (up == up.parent_path()) break;
  }
  return {};
}

const std::string& text_of(const YamlNode& map, std::string_view key) {
  static const std::string kNone;
  const YamlNode* node = map.find(key);
  return node != nullptr && node->is_scalar() ? node->text : kNone;
}

void run_one(RuleTest& test, const std::string& path, const LoadedRules& loaded) {
  const auto& reports = loaded.rules->reports();
  const bool known = std::any_of(reports.begin(), reports.end(), [&test](const sigma::RuleReport& r) {
    return r.id == test.id && r.state == sigma::RuleReport::State::loaded;
  });
  test.file = find_events(test.info, path);
  if (test.file.empty()) {
    test.file = path;
    test.ran = false;
    test.why = "the event file is not there";
    return;
  }
  if (!known) {
    test.ran = false;
    test.why = "no loaded rule has this id";
    return;
  }
  Counter counter(loaded, test.id);
  const std::array<std::string, 1> paths{test.file};
  walk_inputs(paths, InputLimits{}, counter);
  counter.correlate();
  test.got = counter.fired();
  test.ok = test.at_least ? test.got >= test.expected : test.got == test.expected;
  if (!test.ok) test.why = "fired " + std::to_string(test.got) + " times";
  if (!test.ok && !counter.why().empty()) test.why += "; reading the events: " + counter.why();
}

void run_info(const TextFile& file, const LoadedRules& loaded, RuleTestRun& run) {
  const auto problem = [&](std::uint32_t line, std::string message) {
    run.problems.push_back({Diagnostic::Severity::error, "TST001", file.path, line, 0, std::move(message)});
  };
  const auto documents = parse_yaml(file.text, file.path, YamlLimits{}, run.problems);
  if (documents.empty() || !documents.front().root.is_map()) return;
  const YamlNode& root = documents.front().root;
  const YamlNode* rules = root.find("rule_metadata");
  if (rules == nullptr || !rules->is_sequence() || rules->items.empty())
    return problem(root.line, "no rule_metadata: say which rule (id, title) the events are for");
  const YamlNode* tests = root.find("regression_tests_info");
  if (tests == nullptr || tests->is_null()) {
    ++run.without_tests;
    return;
  }
  if (!tests->is_sequence()) return problem(tests->line, "regression_tests_info must be a list");
  for (const YamlNode& rule : rules->items) {
    for (const YamlNode& item : tests->items) {
      RuleTest test;
      test.id = text_of(rule, "id");
      test.title = text_of(rule, "title");
      test.info = file.path;
      const std::string& count = text_of(item, "match_count");
      const auto wanted = parse_unsigned(count);
      if (!count.empty() && !wanted) {
        problem(item.line, "match_count must be a number, not '" + count + "'");
        continue;
      }
      test.at_least = count.empty();
      test.expected = wanted.value_or(1);
      const std::string& path = text_of(item, "path");
      if (test.id.empty() || path.empty()) {
        problem(item.line, "a test needs the id of its rule and the path of its events");
        continue;
      }
      run_one(test, path, loaded);
      run.tests.push_back(std::move(test));
    }
  }
}

}  // namespace

RuleTestRun run_rule_tests(const std::vector<std::string>& folders, const LoadedRules& loaded) {
  static constexpr std::array<std::string_view, 1> kInfo{"info.yml"};
  RuleTestRun run;
  for (const std::string& folder : folders)
    for (const TextFile& file : read_text_tree(folder, kInfo, kInfoMax, run.unreadable)) run_info(file, loaded, run);
  return run;
}

}  // namespace stopwarden::cli
