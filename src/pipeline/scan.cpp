// SPDX-License-Identifier: Apache-2.0
#include "pipeline/scan.h"

#include <algorithm>

#include "detect/ledger/service_targets.h"
#include "pipeline/reader.h"

namespace stopwarden {
namespace {

/// Counts problems of one input by what they are, so that a thousand bad records are one line.
class ProblemCounter {
 public:
  void add(const Error& error) {
    for (InputProblem& known : found_) {
      if (known.why == text(error)) {
        ++known.count;
        return;
      }
    }
    found_.push_back({{}, text(error), 1, error.offset});
  }
  void move_to(const std::string& input, std::vector<InputProblem>& out, std::uint64_t& left_out) {
    for (InputProblem& p : found_) {
      p.input = input;
      if (out.size() < kProblemsMax)
        out.push_back(std::move(p));
      else
        ++left_out;
    }
    found_.clear();
  }

 private:
  static std::string text(const Error& error) { return std::string(errc_name(error.code)) + ": " + error.what; }
  std::vector<InputProblem> found_;
};

class Scan final : public InputVisitor, public EventSink, public HitSink {
 public:
  Scan(const ScanOptions& options, const sigma::RuleSet& rules, const FieldTable& table, FindingSink& sink,
       ScanObserver& observer)
      : options_(options),
        sink_(sink),
        observer_(observer),
        wanted_(table),
        matcher_(rules),
        builder_(table, options.redaction) {
    rules.add_wanted(wanted_);
    add_finding_fields(wanted_);
    ledger::add_target_fields(wanted_);
  }

  ScanSummary run() {
    walk_inputs(options_.paths, options_.limits, *this);
    for (const std::uint64_t n : matcher_.budget_exceeded()) summary_.regex_budget_exceeded += n;
    return std::move(summary_);
  }

  void on_input(const std::string& name, ByteStream& stream) override {
    input_ = &name;
    const ReadResult result = reader_.read(stream, *this, [this] { observer_.on_progress(bytes_done_, summary_); });
    summary_.bytes += result.bytes;
    summary_.records += result.records;
    if (result.format != nullptr) {
      ++summary_.inputs_read;
      ++summary_.inputs_by_format[std::string(result.format->name)];
    } else if (result.bytes == 0 && !result.stream_error) {
      ++summary_.inputs_empty;
    } else if (!result.stream_error) {
      problem({name, "not a log format this version reads (see: stopwarden sources)", 1, 0});
    }
    drops_.move_to(name, summary_.problems, summary_.problems_left_out);
    oddities_.move_to(name, summary_.notes, summary_.notes_left_out);
    if (result.stream_error)
      problem({name, std::string(errc_name(result.stream_error->code)) + ": " + result.stream_error->what, 1,
               result.bytes});
    input_ = nullptr;
  }
  void on_unreadable(const std::string& name, const Error&, const std::string& why) override {
    problem({name, why, 1, 0});
  }
  void on_progress(std::uint64_t bytes_done) override {
    bytes_done_ = bytes_done;
    observer_.on_progress(bytes_done_, summary_);
  }

  void on_event(const Event& event) override {
    ++summary_.events;
    if (event.time) {
      if ((options_.from && *event.time < *options_.from) || (options_.to && *event.time > *options_.to)) {
        ++summary_.events_outside_time;
        return;
      }
      if (!summary_.first || *event.time < *summary_.first) summary_.first = event.time;
      if (!summary_.last || *event.time > *summary_.last) summary_.last = event.time;
    } else {
      ++summary_.events_without_time;
    }
    targets_known_ = false;
    matcher_.match(event, *this);
  }
  void on_drop(const Error& error) override {
    ++summary_.drops;
    drops_.add(error);
  }
  void on_oddity(const Error& error) override {
    ++summary_.oddities;
    oddities_.add(error);
  }

  void on_hit(const Hit& hit) override {
    if (hit.rule->level < options_.min_level) return;
    ++summary_.hits_by_level[static_cast<std::size_t>(hit.rule->level)];
    ++summary_.hits_by_rule[hit.rule->title];
    if (!summary_.loudest || hit.rule->level > *summary_.loudest) summary_.loudest = hit.rule->level;
    if (!targets_known_) targets_ = ledger::service_targets(*hit.event);
    targets_known_ = true;
    sink_.on_finding(builder_.build(hit, *input_, targets_));
  }

 private:
  void problem(InputProblem p) {
    if (summary_.problems.size() < kProblemsMax)
      summary_.problems.push_back(std::move(p));
    else
      ++summary_.problems_left_out;
  }

  const ScanOptions& options_;
  FindingSink& sink_;
  ScanObserver& observer_;
  WantedFields wanted_;
  sigma::ReferenceMatcher matcher_;
  FindingBuilder builder_;
  InputReader reader_{SourceOptions{&wanted_}};
  ScanSummary summary_;
  ProblemCounter drops_, oddities_;
  std::vector<Target> targets_;
  bool targets_known_ = false;
  const std::string* input_ = nullptr;
  std::uint64_t bytes_done_ = 0;
};

}  // namespace

ScanSummary run_scan(const ScanOptions& options, const sigma::RuleSet& rules, const FieldTable& table,
                     FindingSink& sink, ScanObserver& observer) {
  return Scan(options, rules, table, sink, observer).run();
}

}  // namespace stopwarden
