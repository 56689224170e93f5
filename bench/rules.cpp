// SPDX-License-Identifier: Apache-2.0
// Reader and matcher in one thread, without findings: what the engine costs.
//
// Hypothesis: most of the time goes into the few kinds of event that most rules look at (process creations, script
// blocks); all others cost little more than reading them. The list of kinds shows whether that is so.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>
#include <unordered_map>

#include "base/digest.h"
#include "commands.h"
#include "detect/ledger/targets.h"
#include "detect/sigma/ruleset.h"
#include "finding/build.h"
#include "load.h"
#include "pipeline/engine.h"
#include "reading.h"
#include "support/allocations.h"

namespace stopwarden::bench {
namespace {

/// Counts the hits of each rule, and keeps one number of all hits in their order (FNV-1a).
class HitCounter final : public HitSink {
 public:
  explicit HitCounter(std::size_t rules) : per_rule(rules, 0) {}
  void on_hit(const Hit& hit) override {
    ++per_rule[hit.number];
    ++hits;
    mix(hit.number);
    mix(hit.event->origin.record);
  }
  std::vector<std::uint64_t> per_rule;
  std::uint64_t hits = 0, order = 14695981039346656037u;

 private:
  void mix(std::uint64_t value) { order = (order ^ value) * 1099511628211u; }
};

class Matching final : public EventSink {
 public:
  Matching(sigma::Matcher& matcher, HitSink& hits, std::uint64_t middle)
      : matcher_(matcher), hits_(hits), middle_(middle) {}
  void on_event(const Event& event) override {
    if (++events == middle_) allocations_at_middle = test::allocations();
    matcher_.match(event, hits_);
  }
  void on_drop(const Error&) override { ++drops; }
  void on_oddity(const Error&) override {}
  std::uint64_t events = 0, drops = 0, allocations_at_middle = 0;

 private:
  sigma::Matcher& matcher_;
  HitSink& hits_;
  std::uint64_t middle_;
};

/// Every `stride`-th event through both engines.
class Comparing final : public EventSink {
 public:
  Comparing(sigma::Matcher& engine, sigma::Matcher& reference, std::size_t rules, std::uint64_t stride)
      : engine_(engine), reference_(reference), stride_(stride), got(rules), want(rules) {}
  void on_event(const Event& event) override {
    if (events++ % stride_ != 0) return;
    ++compared;
    engine_.match(event, got);
    reference_.match(with_all_fields(event), want);
    if (got.order != want.order && first_difference == 0) first_difference = events;
  }
  void on_drop(const Error&) override {}
  void on_oddity(const Error&) override {}

 private:
  sigma::Matcher& engine_;
  sigma::Matcher& reference_;
  std::uint64_t stride_;

 public:
  HitCounter got, want;
  std::uint64_t events = 0, compared = 0, first_difference = 0;
};

/// Time by (channel, EventID). The clock is read three times an event, so the sum is more than a pass without it.
class KindTimer final : public EventSink {
 public:
  struct Kind {
    std::string channel;
    std::uint64_t id = 0, events = 0;
    std::int64_t read_ns = 0, match_ns = 0;
    std::int64_t total() const { return read_ns + match_ns; }
  };
  KindTimer(sigma::Matcher& matcher, HitSink& hits) : matcher_(matcher), hits_(hits) {}
  void on_event(const Event& event) override {
    const Clock::time_point start = Clock::now();
    matcher_.match(event, hits_);
    const Clock::time_point end = Clock::now();
    Kind& kind = kind_of(event);
    ++kind.events;
    kind.read_ns += std::chrono::nanoseconds(start - last_).count();
    kind.match_ns += std::chrono::nanoseconds(end - start).count();
    last_ = Clock::now();
  }
  void on_drop(const Error&) override {}
  void on_oddity(const Error&) override {}
  /// The dearest first.
  std::vector<Kind> sorted() const {
    std::vector<Kind> out;
    for (const auto& channel : kinds_)
      for (const auto& kind : channel.second) out.push_back(kind.second);
    std::sort(out.begin(), out.end(), [](const Kind& a, const Kind& b) { return a.total() > b.total(); });
    return out;
  }

 private:
  using Clock = std::chrono::steady_clock;
  Kind& kind_of(const Event& event) {
    auto channel = kinds_.find(event.channel);
    if (channel == kinds_.end()) channel = kinds_.emplace(std::string(event.channel), ById{}).first;
    Kind& kind = channel->second[event.event_id.value_or(0)];
    if (kind.events == 0) {
      kind.channel = channel->first;
      kind.id = event.event_id.value_or(0);
    }
    return kind;
  }
  using ById = std::unordered_map<std::uint32_t, Kind>;
  sigma::Matcher& matcher_;
  HitSink& hits_;
  std::unordered_map<std::string, ById, StringHash, std::equal_to<>> kinds_;
  Clock::time_point last_ = Clock::now();
};

std::string kinds_json(const std::vector<KindTimer::Kind>& kinds, std::size_t most) {
  std::int64_t all = 1;
  for (const KindTimer::Kind& kind : kinds) all += kind.total();
  std::string out = "[";
  for (std::size_t i = 0; i < std::min(most, kinds.size()); ++i) {
    const KindTimer::Kind& k = kinds[i];
    const auto events = static_cast<std::int64_t>(k.events);
    out += fmt::format("{}{{\"channel\": {}, \"id\": {}, \"events\": {}, \"read_ns\": {}, \"match_ns\": {}, ",
                       i == 0 ? "" : ", ", quoted(k.channel), k.id, k.events, k.read_ns / events, k.match_ns / events);
    out += fmt::format("\"share\": {:.4f}}}", static_cast<double>(k.total()) / static_cast<double>(all));
  }
  return out + "]";
}

/// Rules by their id, or by their file where they have none; two rules of one name are told apart by their number.
std::string hits_json(const sigma::RuleSet& rules, const HitCounter& hits, std::string& digest) {
  Digest sum;
  std::string out = "{";
  for (std::size_t i = 0; i < hits.per_rule.size(); ++i) {
    if (hits.per_rule[i] == 0) continue;
    const RuleInfo& info = rules.info(i);
    const std::string name = info.id.empty() ? fmt::format("{}#{}", info.file, i) : info.id;
    sum.add(name).add(hits.per_rule[i]);
    out += fmt::format("{}{}: {}", out.size() == 1 ? "" : ", ", quoted(name), hits.per_rule[i]);
  }
  digest = sum.hex();
  return out + "}";
}

/// What stays the same through a run.
struct Setup {
  explicit Setup(const RulesOptions& o)
      : options(o), loaded(cli::load_rules({o.rules, !o.default_rules, {}, {}})), wanted(loaded.table) {
    loaded.rules->add_wanted(wanted);
    add_finding_fields(wanted);  // as a scan asks for them
    ledger::add_target_fields(wanted);
    if (const Engine* engine = find_engine(o.engine)) {
      maker = engine->prepare(*loaded.rules);
      matcher = maker();
    }
  }
  SourceOptions source() const { return {&wanted, matcher->planner()}; }
  const RulesOptions& options;
  cli::LoadedRules loaded;
  WantedFields wanted;
  MatcherMaker maker;                       // owns what its matchers share
  std::unique_ptr<sigma::Matcher> matcher;  // nullptr: no such engine
};

/// Empty when the engine gives what the reference gives, on a sample, and every event was read.
std::string check(Setup& setup, const PlainCount& plain, std::uint64_t& compared) {
  const std::uint64_t sample = setup.options.check_events;
  const std::size_t rules = setup.loaded.rules->size();
  if (sample != 0 && setup.options.engine != "reference") {
    sigma::ReferenceMatcher reference(*setup.loaded.rules);
    Comparing comparing(*setup.matcher, reference, rules, std::max<std::uint64_t>(1, plain.events / sample));
    read_files(setup.options.files, setup.source(), comparing);
    compared = comparing.compared;
    if (comparing.got.order != comparing.want.order)
      return fmt::format("{} hits, the reference has {}; they part at event {}", comparing.got.hits,
                         comparing.want.hits, comparing.first_difference);
  }
  return {};
}

}  // namespace

int run_rules(const RulesOptions& options) {
  const Stopwatch starting;
  Setup setup(options);
  const double start_s = starting.elapsed().cpu;
  if (setup.matcher == nullptr) return wrong_answer("this build has no engine '" + options.engine + "'");
  if (setup.loaded.rules->size() == 0) return wrong_answer("no rule was loaded");
  const std::size_t rules = setup.loaded.rules->size();
  std::string why;
  PlainCount plain;
  if (!count_plainly(options.files, plain, why)) return wrong_answer(why);
  std::uint64_t compared = 0;
  why = check(setup, plain, compared);
  if (!why.empty()) return wrong_answer(why);

  HitCounter first(rules);
  std::vector<Elapsed> passes;
  std::uint64_t allocated_late = 0;
  for (std::size_t i = 0; i < options.passes; ++i) {
    HitCounter hits(rules);
    Matching matching(*setup.matcher, hits, plain.events / 2);
    const Pass pass = read_files(options.files, setup.source(), matching);
    allocated_late = test::allocations() - matching.allocations_at_middle;
    passes.push_back(pass.elapsed);
    if (pass.unreadable != 0 || matching.events != plain.events)
      return wrong_answer(fmt::format("{} events of {}, {} drops", matching.events, plain.events, matching.drops));
    if (i == 0) first = hits;
    if (hits.order != first.order) return wrong_answer("two passes differ in their hits");
  }
  const std::uint64_t memory = peak_memory_kb();
  HitCounter ignored(rules);
  KindTimer timer(*setup.matcher, ignored);
  if (options.kinds != 0) read_files(options.files, setup.source(), timer);

  std::uint64_t budget = 0;
  for (const std::uint64_t n : setup.matcher->budget_exceeded()) budget += n;
  std::string digest;
  const std::string hits = hits_json(*setup.loaded.rules, first, digest);
  Report report;
  report.text("what", "source and matcher, one thread, no findings");
  report.text("engine", options.engine);
  report.number("rules", rules);
  report.number("rejected", setup.loaded.rejected);
  report.number("never", setup.loaded.never);
  report.real("start_s", start_s);
  report.number("file_bytes", plain.file_bytes);
  report.number("used_bytes", plain.used_bytes);
  report.number("events", plain.events);
  report.number("compared_with_reference", compared);
  report.passes(passes, plain.used_bytes, plain.events);
  report.real("allocations_per_event_warm",
              plain.events == 0 ? 0.0 : 2 * static_cast<double>(allocated_late) / static_cast<double>(plain.events));
  report.number("peak_memory_kb", memory);
  report.number("regex_budget_exceeded", budget);
  report.number("hits", first.hits);
  report.text("hits_digest", digest);
  report.text("hits_order", fmt::format("{:016x}", first.order));
  report.json("kinds", kinds_json(timer.sorted(), options.kinds));
  report.json("hits_by_rule", hits);
  fmt::print("{}", report.take());
  return 0;
}

}  // namespace stopwarden::bench
