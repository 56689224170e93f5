// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/fast.h"

#include <algorithm>
#include <charconv>
#include <deque>
#include <string>

#include "detect/sigma/hash.h"
#include "detect/sigma/plan.h"
#include "event/catalogue.h"

namespace stopwarden::sigma {
namespace {

constexpr std::size_t kKindsMax = 4096;  // kinds of event whose plans are kept; a busy host has about 400
constexpr std::size_t kNamesMax = 512;   // longer names are hostile and not worth keeping

/// Plans by kind of event, made when first asked for.
class PlanTable {
 public:
  PlanTable(const Program& program, Decide decide) : program_(program), decide_(decide), slots_(2 * kKindsMax) {}

  /// Valid until the next call.
  const Plan& find(const EventKind& kind) {
    if (kind.channel.size() + kind.provider.size() > kNamesMax) {
      uncached_ = make_plan(program_, kind, decide_);
      return uncached_;
    }
    const std::uint64_t id = kind.event_id ? std::uint64_t{*kind.event_id} + 1 : 0;
    const std::uint64_t hash = mix(hash_text(kind.channel) ^ id, hash_text(kind.provider));
    for (std::size_t at = hash % slots_.size();; at = (at + 1) % slots_.size()) {
      Slot& slot = slots_[at];
      if (slot.plan == nullptr) return add(hash, id, kind);
      if (slot.hash == hash && slot.id == id && slot.channel == kind.channel && slot.provider == kind.provider)
        return *slot.plan;
    }
  }

 private:
  struct Slot {
    std::uint64_t hash = 0, id = 0;
    std::string channel, provider;
    const Plan* plan = nullptr;
  };

  const Plan& add(std::uint64_t hash, std::uint64_t id, const EventKind& kind) {
    if (used_ >= kKindsMax) {
      std::fill(slots_.begin(), slots_.end(), Slot{});
      plans_.clear();
      used_ = 0;
    }
    Plan made = make_plan(program_, kind, decide_);
    // Most kinds share a plan, so that only few are kept.
    auto same = std::find(plans_.begin(), plans_.end(), made);
    if (same == plans_.end()) same = plans_.insert(plans_.end(), std::move(made));
    std::size_t at = hash % slots_.size();
    while (slots_[at].plan != nullptr) at = (at + 1) % slots_.size();
    slots_[at] = {hash, id, std::string(kind.channel), std::string(kind.provider), &*same};
    ++used_;
    return *same;
  }

  const Program& program_;
  Decide decide_;
  std::vector<Slot> slots_;
  std::deque<Plan> plans_;
  std::size_t used_ = 0;
  Plan uncached_;
};

/// Whether the event's own fields say what its kind says, so that a plan decided by the kind holds for it.
bool says_its_kind(const Constants& asked, const Event& event) noexcept {
  unsigned ids = 0, channels = 0, providers = 0;
  bool same = true;
  for (const FieldValue& v : event.fields) {
    if (v.field == id_of(field::EventID)) {
      char text[12];
      const auto end = std::to_chars(text, text + sizeof text, event.event_id.value_or(0)).ptr;
      ++ids;
      same = same && (!asked.event_id || (v.kind == ValueKind::integer &&
                                          v.text == std::string_view(text, static_cast<std::size_t>(end - text))));
    } else if (v.field == id_of(field::Channel)) {
      ++channels;
      same = same && (!asked.channel || (v.kind == ValueKind::string && v.text == event.channel));
    } else if (v.field == id_of(field::Provider_Name)) {
      ++providers;
      same = same && (!asked.provider || (v.kind == ValueKind::string && v.text == event.provider));
    }
  }
  return same && (!asked.event_id || ids == 1) && (!asked.channel || channels == 1) &&
         (!asked.provider || providers == 1);
}

}  // namespace

struct FastMatcher::Impl final : FieldPlanner {
  explicit Impl(const Program& p)
      : program(p),
        evaluation(p.ir(), p.sources()),
        plans(p, Decide::by_kind),
        undecided(p, Decide::nothing),
        marked(p.ir().rules.size(), 0) {
    found.reserve(p.ir().rules.size());
  }

  const FieldChoice& choose(std::string_view channel, std::string_view provider,
                            std::optional<std::uint32_t> event_id) override {
    return plans.find({channel, provider, event_id});
  }

  void match(const Event& event, HitSink& sink) {
    const EventKind kind{event.channel, event.provider, event.event_id};
    const Plan& plan = event.choice != nullptr ? static_cast<const Plan&>(*event.choice) : plans.find(kind);
    if (says_its_kind(plan.decided_by, event)) {
      if (!plan.rules.empty()) run(plan, event, event, sink);
    } else {
      run(undecided.find(kind), with_all_fields(event), event, sink);
    }
  }

  void run(const Plan& plan, const Event& read, const Event& event, HitSink& sink) {
    if (plan.has_keywords && read.choice != nullptr && read.reader != nullptr && !plan.all_values()) {
      // Keywords may stand in any value, but not all were read: as nearly always, none of them is in the record.
      if (read.reader->may_hold(program.probe(), event)) return run(plan, with_all_fields(read), event, sink);
      evaluation.load(read);
      find_candidates(plan, Keywords::absent);
      for (const std::uint32_t rule : found)
        if (program.has_keywords(rule)) return run(plan, with_all_fields(read), event, sink);
    } else {
      evaluation.load(read);
      find_candidates(plan, Keywords::possible);
    }
    evaluate(plan, event, sink);
  }

  void evaluate(const Plan& plan, const Event& event, HitSink& sink) {
    for (const std::uint32_t rule : found) {
      for (const std::uint32_t source : plan.sources_of(rule)) {
        const Candidate candidate{rule, source};
        if (!evaluation.accepts(source) || !evaluation.fires(candidate)) continue;
        sink.on_hit({&program.ir().rules[rule].info, rule, &event, evaluation.matched(candidate)});
        break;
      }
    }
  }

  enum class Keywords : std::uint8_t { absent, possible };
  /// The rules whose trigger the event holds, ascending.
  void find_candidates(const Plan& plan, Keywords keywords) {
    found.assign(plan.always.begin(), plan.always.end());
    ++epoch;
    const auto mark = [&](std::uint32_t rule) {
      if (!plan.is_alive(rule) || marked[rule] == epoch) return;
      marked[rule] = epoch;
      found.push_back(rule);
    };
    for (const Plan::Scan& scan : plan.scans) {
      const auto look = [&](std::uint32_t value) {
        const ValueKind kind = evaluation.value(value).kind;
        if (kind != ValueKind::null) scan.literals->scan(evaluation.folded(value), kind, scan.engines, mark);
      };
      if (scan.field == kUnnamedField) {
        if (keywords == Keywords::absent) continue;
        for (std::uint32_t v = 0; v < evaluation.event_values(); ++v) look(v);
        continue;
      }
      for (std::uint32_t v = evaluation.first_value(scan.source, scan.field); v != Evaluation::kNone;
           v = evaluation.next_value(v))
        look(v);
    }
    std::sort(found.begin(), found.end());
  }

  const Program& program;
  Evaluation evaluation;
  PlanTable plans, undecided;
  std::vector<std::uint32_t> found;
  std::vector<std::uint64_t> marked;  ///< by rule: the latest event that it was a candidate of
  std::uint64_t epoch = 0;
};

FastMatcher::FastMatcher(const Program& program) : impl_(std::make_unique<Impl>(program)) {}
FastMatcher::~FastMatcher() = default;

void FastMatcher::measure(RuleProfile& profile) { impl_->evaluation.measure(profile); }

void FastMatcher::match(const Event& event, HitSink& sink) { impl_->match(event, sink); }

std::span<const std::uint64_t> FastMatcher::budget_exceeded() const { return impl_->evaluation.budget_exceeded(); }

FieldPlanner* FastMatcher::planner() noexcept { return impl_.get(); }

}  // namespace stopwarden::sigma
