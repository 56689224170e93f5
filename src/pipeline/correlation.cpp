// SPDX-License-Identifier: Apache-2.0
#include "pipeline/correlation.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <deque>
#include <random>
#include <unordered_set>
#include <utility>

#include "base/bytes.h"
#include "base/digest.h"
#include "detect/sigma/ir.h"
#include "detect/sigma/ruleset.h"
#include "finding/correlation.h"
#include "pipeline/evidence_store.h"
#include "pipeline/scan.h"

namespace stopwarden {
namespace {

// A sort key compares byte by byte, so its numbers are big-endian.
constexpr std::size_t kTimeSize = 8, kUidSize = 32, kRuleSize = 4;
constexpr std::size_t kIdentitySize = kUidSize + kRuleSize;

std::uint64_t get(std::string_view bytes) noexcept {
  std::uint64_t out = 0;
  for (const char c : bytes) out = out << 8 | static_cast<unsigned char>(c);
  return out;
}

constexpr std::uint64_t kSign = std::uint64_t{1} << 63;  // so that times before 1970 come first
std::uint64_t sortable(EventTime time) noexcept {
  return static_cast<std::uint64_t>(time.time_since_epoch().count()) ^ kSign;
}
EventTime time_of(std::uint64_t sorted) noexcept {
  return EventTime(std::chrono::nanoseconds(static_cast<std::int64_t>(sorted ^ kSign)));
}

/// Reads what append_be() wrote, front to back. The bytes are our own, but may come from a disk: never past the end.
class Cursor {
 public:
  explicit Cursor(std::string_view bytes) : rest_(bytes) {}
  std::string_view take(std::size_t size) {
    good_ = good_ && size <= rest_.size();
    const std::string_view out = rest_.substr(0, good_ ? size : 0);
    rest_.remove_prefix(out.size());
    return out;
  }
  std::uint64_t number(std::size_t size) { return get(take(size)); }
  std::string_view rest() const noexcept { return rest_; }
  bool good() const noexcept { return good_; }

 private:
  std::string_view rest_;
  bool good_ = true;
};

constexpr std::size_t kCountSize = 2, kLengthSize = 4;
constexpr std::uint64_t kNothing = 0xFFFFFFFF;  // the length of a value that is not there

}  // namespace

CorrelatedHit correlated_hit(const Hit& hit, const Finding& finding,
                             std::span<const std::optional<std::string_view>> values) {
  CorrelatedHit out;
  out.rule = hit.number;
  const Event& event = *hit.event;
  if (!event.time) return out;
  out.has_time = true;
  append_be(out.place, sortable(*event.time), kTimeSize);
  append_be(out.place, event.host.size(), kLengthSize);
  out.place += event.host;
  // Where the log numbers no records, the place in the input does: times of whole seconds order nothing.
  append_be(out.place, event.record_id.value_or(event.origin.record), 8);
  out.place += event_uid(hit);
  append_be(out.place, hit.number, kRuleSize);
  out.place += Digest().add(event.raw).hex();
  append_be(out.content, values.size(), kCountSize);
  for (const auto& value : values) {
    append_be(out.content, value ? value->size() : kNothing, kLengthSize);
    if (value) out.content += *value;
  }
  out.content += encode_member(finding);
  return out;
}

CorrelationStage::CorrelationStage(const sigma::RuleSet& rules, Options options, SpillMaker make_spill,
                                   SortLimits limits)
    : rules_(rules),
      options_(options),
      make_spill_(make_spill),
      sort_(std::move(make_spill), limits),
      without_time_(rules.size(), 0) {}
CorrelationStage::~CorrelationStage() = default;

void CorrelationStage::add(const CorrelatedHit& hit, std::string_view input, std::uint64_t records_before) {
  if (!hit.has_time) {
    ++without_time_[hit.rule];
    return;
  }
  std::string key = hit.place, value;
  key += input;
  append_be(key, records_before, 8);
  append_be(value, records_before, 8);
  value += hit.content;
  sort_.add(key, value);
}

/// One way through the sorted hits.
class CorrelationStage::Run final : public CorrelationSink {
 public:
  Run(const CorrelationStage& stage, FindingSink& sink, ScanSummary& summary)
      : stage_(stage),
        sink_(sink),
        summary_(summary),
        correlator_(stage.rules_, with_secret()),
        evidences_(stage.make_spill_) {}

  void on_hit(std::string_view key, std::string_view value) {
    Cursor place(key), content(value);
    sigma::CorrelationHit hit;
    const std::uint64_t time = place.number(kTimeSize);
    hit.time = time_of(time);
    hit.host = place.take(place.number(kLengthSize));
    place.take(8);
    const std::string_view identity = place.take(kIdentitySize);
    if (is_copy(identity, hit.time)) return;
    const std::string_view event = key.substr(0, static_cast<std::size_t>(identity.data() - key.data()) + kUidSize);
    if (event != event_) {
      event_ = event;
      ++number_;
    }
    hit.event = number_;
    hit.rule = static_cast<std::uint32_t>(get(identity.substr(identity.size() - kRuleSize)));
    const std::uint64_t records_before = content.number(8);
    values_.clear();
    for (std::uint64_t n = content.number(kCountSize); n != 0; --n) {
      const std::uint64_t size = content.number(kLengthSize);
      values_.push_back(size == kNothing ? std::nullopt : std::optional(content.take(size)));
    }
    if (!place.good() || !content.good()) {
      ++unreadable_;
      return;
    }
    hit.values = values_;
    hit.evidence = evidences_.keep(records_before, content.rest());
    correlator_.on_hit(hit, *this);
  }

  void on_result(const CorrelationResult& result) override {
    const Level level = result.rule->level;
    if (level < stage_.options_.min_level) return;
    members_.clear();
    for (const std::uint64_t key : result.evidences) {
      if (Result<Finding> member = evidences_.get(key))
        members_.push_back(std::move(member).take());
      else
        ++unreadable_;
    }
    ++summary_.hits_by_level[static_cast<std::size_t>(level)];
    ++summary_.hits_by_rule[result.rule->title];
    if (!summary_.loudest || level > *summary_.loudest) summary_.loudest = level;
    sink_.on_finding(build_correlation(result, members_, stage_.options_.redaction));
  }

  void finish() {
    for (std::uint32_t rule = 0; rule < stage_.without_time_.size(); ++rule)
      for (std::uint64_t n = stage_.without_time_[rule]; n != 0; --n) correlator_.on_hit_without_time(rule);
    correlator_.finish(*this);
    for (std::size_t i = 0; i < correlator_.stats().size(); ++i) {
      const sigma::CorrelationStats& s = correlator_.stats()[i];
      const bool lost = (s.late | s.without_time | s.without_group | s.without_value | s.not_a_number |
                         s.groups_evicted | s.hits_evicted) != 0;
      if (lost) summary_.correlation_losses.push_back({stage_.rules_.correlation_info(i).title, s});
    }
  }

  /// Hits and evidences that a temporary file did not give back.
  std::uint64_t unreadable() const noexcept { return unreadable_; }
  const std::optional<Error>& spill_error() const noexcept { return evidences_.spill_error(); }

 private:
  /// Groups cannot be made to collide by who writes the logs; results do not depend on it.
  static sigma::CorrelatorOptions with_secret() {
    sigma::CorrelatorOptions out;
    std::random_device random;
    out.hash_seed = std::uint64_t{random()} << 32 | random();
    return out;
  }

  /// The same rule on the same event was met within the last second. Copies of a log keep more or fewer digits.
  bool is_copy(std::string_view identity, EventTime now) {
    while (!recent_.empty() && (now - recent_.front().time > std::chrono::seconds(1) || recent_.size() > kRecentMax)) {
      seen_.erase(recent_.front().identity);
      recent_.pop_front();
    }
    if (!seen_.emplace(identity).second) return true;
    recent_.push_back({now, std::string(identity)});
    return false;
  }

  static constexpr std::size_t kRecentMax = 65'536;  // hits of one second; beyond that copies may count twice
  struct Recent {
    EventTime time;
    std::string identity;
  };

  const CorrelationStage& stage_;
  FindingSink& sink_;
  ScanSummary& summary_;
  sigma::Correlator correlator_;
  EvidenceStore evidences_;
  std::unordered_set<std::string> seen_;
  std::deque<Recent> recent_;
  std::string event_;
  std::uint64_t number_ = 0, unreadable_ = 0;
  std::vector<std::optional<std::string_view>> values_;
  std::vector<Finding> members_;
};

void CorrelationStage::finish(FindingSink& sink, ScanSummary& summary) {
  if (rules_.correlations() == 0) return;
  Run run(*this, sink, summary);
  const auto problem = [&summary](const std::string& why, std::uint64_t count) {
    summary.problems.push_back({"correlations", why, count, 0});
  };
  const Status drained = sort_.drain([&run](std::string_view key, std::string_view value) { run.on_hit(key, value); });
  run.finish();
  if (!drained)
    problem(std::string("a temporary file could not be read back, so some are missing: ") + drained.error().what, 1);
  if (run.unreadable() != 0)
    problem("a temporary file could not be read back, so hits or evidences are missing", run.unreadable());
  for (const auto* error : {&sort_.spill_error(), &run.spill_error()})
    if (*error) problem(std::string("temporary files: ") + (*error)->what + "; memory was used instead", 1);
}

}  // namespace stopwarden
