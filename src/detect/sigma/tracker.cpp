// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/tracker.h"

#include <cstdlib>
#include <cstring>
#include <string>

#include "detect/sigma/closing_states.h"
#include "detect/sigma/sliding_states.h"

namespace stopwarden::sigma {
namespace {

/// What trackers of both kinds do alike.
template <class State>
class GroupTracker : public Tracker {
 public:
  GroupTracker(const CorrelationRule& rule, const CorrelatorLimits& limits, KeyedHash hash, BlockPool& pool,
               CorrelationStats& stats)
      : memory_(pool), groups_(limits.groups_max, &memory_), plan_(rule, limits), hash_(hash), stats_(stats) {}
  std::size_t bytes() const override { return memory_.in_use(); }

 protected:
  using G = Group<State>;

  /// Reads what the state needs of a hit, and its group. False: it does not count, and is told in the statistics.
  bool read(const Entry& entry) {
    ++stats_.hits;
    if (!read_group(entry)) return ++stats_.without_group, false;
    key_hash_ = hash_(key_);
    sample_.mark = {entry.time, 0, entry.evidence};
    sample_.stage = entry.member->stage;
    if constexpr (State::kNeeds == SampleNeeds::number) {
      const auto value = entry.value(entry.member->fields.front());
      if (!value) return ++stats_.without_value, false;
      const auto number = parse_decimal(*value);
      if (!number) return ++stats_.not_a_number, false;
      sample_.number = *number;
    }
    if constexpr (State::kNeeds == SampleNeeds::text) {
      text_.clear();
      for (const std::uint16_t place : entry.member->fields) {
        const auto value = entry.value(place);
        if (!value) return ++stats_.without_value, false;
        append_part(text_, *value);
      }
      sample_.text = text_;
      sample_.text_hash = hash_(text_);
    }
    return true;
  }

  /// The group's key: a value, or the parts of several.
  bool read_group(const Entry& entry) {
    const std::vector<std::uint16_t>& places = entry.member->group;
    if (places.size() == 1) {
      const auto value = entry.value(places.front());
      key_ = value.value_or(std::string_view{});
      return value.has_value();
    }
    parts_.clear();
    for (const std::uint16_t place : places) {
      const auto value = entry.value(place);
      if (!value) return false;
      append_part(parts_, *value);
    }
    key_ = parts_;
    return true;
  }

  /// Gives the hit its number in the group. False: the event was counted already.
  bool number(const Entry& entry, G& group) {
    if (State::kOncePerEvent && group.hits != 0 && group.event == entry.event) return false;
    group.event = entry.event;
    ++group.hits;
    group.note_host(entry.host_hash);
    sample_.mark.number = group.hits;
    return true;
  }

  /// `host` is that of the last hit.
  void tell(const G& group, EventTime time, std::string_view host, FieldValues passed, FiredSink& sink) {
    const std::uint64_t made_of = group.hits - verdict_.marks.front().number + 1;
    verdict_.trim();
    sink.on_fired({time, group.key.text(), group.same_host >= made_of ? host : std::string_view{}, &verdict_, passed});
  }

  const CorrelationRule& rule() const noexcept { return plan_.rule; }
  const CorrelatorLimits& limits() const noexcept { return plan_.limits; }

  StateMemory memory_;
  GroupTable<State> groups_;
  WindowPlan plan_;
  KeyedHash hash_;
  CorrelationStats& stats_;
  // Of the present hit.
  std::string_view key_;
  std::string parts_, text_;
  std::uint64_t key_hash_ = 0;
  Sample sample_;
  Verdict verdict_;
  std::vector<std::optional<std::string_view>> passed_;
};

/// Told at the hit that completes it. After that the group is quiet until that hit has left the window; so no hit is
/// part of two results.
template <class State>
class SlidingTracker final : public GroupTracker<State> {
 public:
  using GroupTracker<State>::GroupTracker;

  void add(const Entry& entry, FiredSink& sink) override {
    if (!this->read(entry)) return;
    const EventTime from = minus(entry.time, this->rule().timespan);
    this->groups_.forget_before(from);
    auto* group = this->groups_.find(this->key_hash_, this->key_);
    if (group != nullptr) {
      group->at = entry.time;
    } else {
      if (this->groups_.size() >= this->limits().groups_max) evict_oldest();
      group = &this->groups_.add(this->key_hash_, this->key_, entry.time);
    }
    if (!this->number(entry, *group)) return;
    group->state.add(this->sample_, from, this->plan_, this->stats_);
    if (entry.time > group->quiet_until && group->state.holds(from, this->plan_)) fire(entry, from, *group, sink);
    while (this->memory_.in_use() > this->limits().bytes_max && evict_oldest()) {
    }
  }

  void expire(EventTime now) override { this->groups_.forget_before(minus(now, this->rule().timespan)); }

  bool evict_oldest() override {
    if (this->groups_.empty()) return false;
    this->groups_.settle_oldest();
    ++this->stats_.groups_evicted;
    this->stats_.hits_evicted += this->groups_.oldest().state.size();
    this->groups_.forget_oldest();
    return true;
  }

 private:
  void fire(const Entry& entry, EventTime from, Group<State>& group, FiredSink& sink) {
    Verdict& verdict = this->verdict_;
    verdict.clear();
    group.state.tell(from, this->plan_, group.hits, verdict);
    std::sort(verdict.marks.begin(), verdict.marks.end());
    group.state.clear();
    group.quiet_until = plus(entry.time, this->rule().timespan);
    this->passed_.clear();
    for (const std::uint16_t place : entry.member->passed) this->passed_.push_back(entry.value(place));
    this->tell(group, entry.time, entry.host, this->passed_, sink);
  }
};

/// A state, with what every window that is told at its end remembers.
template <class State>
struct Window : State {
  explicit Window(std::pmr::memory_resource* memory) : State(memory), marks(memory), host(memory), passed(memory) {}
  std::uint64_t hits = 0;
  std::pmr::vector<Mark> marks;   ///< the oldest, and the newest in the last place
  std::pmr::string host, passed;  ///< of the newest hit

  void remember(const Mark& mark) {
    ++hits;
    if (marks.size() < kCorrelationEvidencesMax)
      marks.push_back(mark);
    else
      marks.back() = mark;
  }
  void forget() {
    State::forget();
    hits = 0;
    empty_out(marks);
    empty_out(host);
    empty_out(passed);
  }
};

/// Told at the end of windows, which follow each other without overlap: the hit that finds none open opens one.
template <class State>
class ClosingTracker final : public GroupTracker<Window<State>> {
 public:
  using GroupTracker<Window<State>>::GroupTracker;

  void add(const Entry& entry, FiredSink&) override {
    if (!this->read(entry)) return;
    auto* group = this->groups_.find(this->key_hash_, this->key_);
    if (group == nullptr) {
      if (this->groups_.size() >= this->limits().groups_max) evict_oldest();
      group = &this->groups_.add(this->key_hash_, this->key_, entry.time);
    }
    if (!this->number(entry, *group)) return;
    group->state.add(this->sample_, this->plan_, this->stats_);
    group->state.remember(this->sample_.mark);
    group->state.host.assign(entry.host);
    keep_passed(entry, group->state.passed);
    while (this->memory_.in_use() > this->limits().bytes_max && evict_oldest()) {
    }
  }

  std::optional<EventTime> next_close() const override {
    if (this->groups_.empty()) return std::nullopt;
    return plus(this->groups_.oldest().at, this->rule().timespan);
  }

  void close_next(FiredSink& sink) override {
    auto& group = this->groups_.oldest();
    Verdict& verdict = this->verdict_;
    verdict.clear();
    verdict.marks.assign(group.state.marks.begin(), group.state.marks.end());
    verdict.count = group.state.hits;
    if (group.state.decide(this->plan_, verdict)) {
      read_passed(group.state.passed);
      this->tell(group, plus(group.at, this->rule().timespan), group.state.host, this->passed_, sink);
    }
    this->groups_.forget_oldest();
  }

  bool evict_oldest() override {
    if (this->groups_.empty()) return false;
    ++this->stats_.groups_evicted;
    this->stats_.hits_evicted += this->groups_.oldest().state.hits;
    this->groups_.forget_oldest();
    return true;
  }

 private:
  void keep_passed(const Entry& entry, std::pmr::string& to) {
    if (entry.member->passed.empty()) return;
    this->text_.clear();
    for (const std::uint16_t place : entry.member->passed) {
      const auto value = entry.value(place);
      this->text_ += value ? '+' : '-';
      append_part(this->text_, value.value_or(std::string_view{}));
    }
    to.assign(this->text_);
  }
  void read_passed(std::string_view from) {
    this->passed_.clear();
    while (!from.empty()) {
      const bool there = from.front() == '+';
      from.remove_prefix(1);
      const std::string_view value = take_part(from);
      this->passed_.push_back(there ? std::optional(value) : std::nullopt);
    }
  }
};

}  // namespace

void append_part(std::string& out, std::string_view value) {
  const auto size = static_cast<std::uint32_t>(value.size());
  char before[sizeof size];
  std::memcpy(before, &size, sizeof size);
  out.append(before, sizeof before);
  out += value;
}

std::string_view take_part(std::string_view& parts) noexcept {
  const auto size = load_word<std::uint32_t>(parts.data());
  const std::string_view out = parts.substr(sizeof size, size);
  parts.remove_prefix(sizeof size + size);
  return out;
}

std::unique_ptr<Tracker> make_tracker(const CorrelationRule& rule, const CorrelatorLimits& limits, KeyedHash hash,
                                      BlockPool& pool, CorrelationStats& stats) {
  const auto sliding = [&](auto* type) -> std::unique_ptr<Tracker> {
    using State = std::remove_pointer_t<decltype(type)>;
    return std::make_unique<SlidingTracker<State>>(rule, limits, hash, pool, stats);
  };
  const auto closing = [&](auto* type) -> std::unique_ptr<Tracker> {
    using State = std::remove_pointer_t<decltype(type)>;
    return std::make_unique<ClosingTracker<State>>(rule, limits, hash, pool, stats);
  };
  const bool slides = rule.decision == CorrelationRule::Decision::at_once;
  switch (rule.type) {
    case CorrelationType::event_count:
      return slides ? sliding(static_cast<CountState*>(nullptr)) : closing(static_cast<ClosingCount*>(nullptr));
    case CorrelationType::value_count:
      return slides ? sliding(static_cast<DistinctState*>(nullptr)) : closing(static_cast<ClosingDistinct*>(nullptr));
    case CorrelationType::temporal:
      return slides ? sliding(static_cast<StagesState*>(nullptr)) : closing(static_cast<ClosingStages*>(nullptr));
    case CorrelationType::temporal_ordered:
      return slides ? sliding(static_cast<ChainsState*>(nullptr)) : closing(static_cast<ClosingChains*>(nullptr));
    case CorrelationType::value_sum:
      return slides ? sliding(static_cast<SumState*>(nullptr)) : closing(static_cast<ClosingSum*>(nullptr));
    case CorrelationType::value_avg: return closing(static_cast<ClosingSum*>(nullptr));
    case CorrelationType::value_median: return closing(static_cast<ClosingRank*>(nullptr));
    case CorrelationType::value_percentile:
      return rule.percentile ? closing(static_cast<ClosingRank*>(nullptr))
                             : closing(static_cast<ClosingShare*>(nullptr));
  }
  std::abort();
}

}  // namespace stopwarden::sigma
