// SPDX-License-Identifier: Apache-2.0
#include "rule_tests.h"

#include <array>
#include <filesystem>

#include "base/text.h"
#include "input/input.h"
#include "pipeline/reader.h"

namespace stopwarden::cli {
namespace {

constexpr std::size_t kInfoMax = 1u << 20;

/// Counts the hits of one rule over one file; remembers why something was not read.
class Counter final : public InputVisitor, public EventSink, public HitSink {
 public:
  Counter(const LoadedRules& loaded, const std::string& rule_id)
      : rule_id_(rule_id), wanted_(loaded.table), matcher_(*loaded.rules) {
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
  void on_hit(const Hit& hit) override { hits_ += static_cast<std::uint64_t>(hit.rule->id == rule_id_); }

  std::uint64_t hits() const { return hits_; }
  const std::string& why() const { return why_; }

 private:
  const std::string& rule_id_;
  WantedFields wanted_;
  sigma::ReferenceMatcher matcher_;
  std::uint64_t hits_ = 0;
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
  bool known = false;
  for (std::size_t i = 0; i < loaded.rules->size() && !known; ++i) known = loaded.rules->info(i).id == test.id;
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
  test.got = counter.hits();
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
