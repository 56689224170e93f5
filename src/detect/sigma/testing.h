// SPDX-License-Identifier: Apache-2.0
// For tests of this folder: a rule text and an event, does it fire?
#pragma once
#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "detect/sigma/ir.h"
#include "detect/sigma/ruleset.h"

namespace stopwarden::sigma::testing {

/// A field of an event. `kind` null ignores the text.
struct F {
  std::string_view name;
  std::string_view text;
  ValueKind kind = ValueKind::string;
};

struct Recorder final : HitSink {
  void on_hit(const Hit& hit) override {
    titles.push_back(hit.rule->title);
    for (const MatchedField& m : hit.matched) matched.emplace_back(m.name, m.value);
  }
  std::vector<std::string> titles;
  std::vector<std::pair<std::string, std::string>> matched;
};

/// Compiled rules, one selector that takes everything, and the matcher.
class Bench {
 public:
  explicit Bench(std::string yaml, Placeholders placeholders = {})
      : Bench({{"t.yml", std::move(yaml)}}, placeholders) {}
  Bench(std::vector<TextFile> files, const Placeholders& placeholders)
      : rules_(RuleSet::compile(
            files,
            [this](const Logsource&) {
              return Resolution{{&everything_}, {}};
            },
            placeholders, table_, warnings_)),
        matcher_(rules_) {}

  Recorder run(std::initializer_list<F> fields) {
    std::vector<FieldValue> values;
    for (const F& f : fields) {
      const auto id = table_.find(f.name);
      values.push_back({id.value_or(kUnnamedField), f.kind, f.kind == ValueKind::null ? std::string_view{} : f.text});
    }
    Event event;
    event.fields = values;
    Recorder out;
    matcher_.match(event, out);
    return out;
  }
  bool fires(std::initializer_list<F> fields) { return !run(fields).titles.empty(); }

  std::string code() const { return rules_.reports().empty() ? "none" : rules_.reports().front().code; }
  std::string reason() const { return rules_.reports().empty() ? "none" : rules_.reports().front().reason; }
  std::vector<std::string> warning_codes() const {
    std::vector<std::string> out;
    for (const Diagnostic& d : warnings_) out.emplace_back(d.code);
    return out;
  }
  /// "SIG212:7 SIG213:9"
  std::string warnings_text() const {
    std::string out;
    for (const Diagnostic& d : warnings_)
      out += (out.empty() ? "" : " ") + std::string(d.code) + ":" + std::to_string(d.line);
    return out;
  }
  const RuleSet& rules() const { return rules_; }
  FieldTable& table() { return table_; }
  ReferenceMatcher& matcher() { return matcher_; }

 private:
  SourceSelector everything_;
  FieldTable table_;
  std::vector<Diagnostic> warnings_;
  RuleSet rules_;
  ReferenceMatcher matcher_;
};

/// "ok", or code and line: "SIG054:12".
inline std::string state(const RuleReport& report) {
  return report.state == RuleReport::State::loaded ? "ok" : report.code + ":" + std::to_string(report.line);
}

/// A rule around a detection, which is indented by four blanks.
inline std::string rule(std::string_view detection) {
  return "title: t\nlogsource:\n    product: windows\ndetection:\n" + std::string(detection);
}
/// A rule of one selection.
inline std::string selection(std::string_view body) {
  return rule("    selection:\n" + std::string(body) + "    condition: selection\n");
}
/// A rule of one line in one selection.
inline std::string line(std::string_view body) { return selection("        " + std::string(body) + "\n"); }

}  // namespace stopwarden::sigma::testing
