// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/correlate.h"

#include <algorithm>
#include <cstdlib>
#include <queue>
#include <string>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "detect/sigma/held_hits.h"
#include "detect/sigma/ir.h"
#include "detect/sigma/ruleset.h"
#include "detect/sigma/tracker.h"

namespace stopwarden::sigma {
namespace {

/// Where hits of a rule, or results of a correlation, go.
struct Edge {
  std::uint32_t to = 0;  ///< correlation
  const CorrelationMember* member = nullptr;
};

constexpr std::size_t kHostMax = 256;  // DNS allows 255 bytes

KeyedHash hash_of(std::uint64_t seed) noexcept { return {mix(seed, 1), mix(seed, 2)}; }

}  // namespace

struct Correlator::Impl {
  Impl(const Ir& i, const CorrelatorOptions& o);
  void on_hit(const CorrelationHit& hit, CorrelationSink& sink);
  void in_order(const CorrelationHit& hit, CorrelationSink& sink);
  void take(const CorrelationHit& hit, CorrelationSink& sink);
  void release(EventTime until, CorrelationSink& sink);
  void close_before(EventTime now, CorrelationSink& sink);
  void close_first(CorrelationSink& sink);
  void schedule(std::uint32_t correlation);
  void enter(std::uint32_t correlation, const Entry& entry, CorrelationSink& sink);
  void tell(std::uint32_t correlation, const Fired& fired, CorrelationSink& sink);
  CorrelationHit shortened_of(const CorrelationHit& hit);
  void make_room();

  /// Hands a tracker's results on.
  struct Ear final : FiredSink {
    Ear(Impl& o, std::uint32_t c, CorrelationSink& s) : owner(o), correlation(c), sink(s) {}
    void on_fired(const Fired& fired) override { owner.tell(correlation, fired, sink); }
    Impl& owner;
    std::uint32_t correlation;
    CorrelationSink& sink;
  };
  struct Node {
    std::unique_ptr<Tracker> tracker;
    std::vector<Edge> outer;
    std::uint32_t depth = 0;
    bool closes = false;     // is decided when windows are over
    bool scheduled = false;  // it has its place in `closes`
    // Of the present result.
    std::vector<std::pair<std::string_view, std::string_view>> group;
    std::vector<std::uint64_t> evidences;
    std::vector<std::optional<std::string_view>> values;
  };
  /// When a correlation's next window ends, or earlier.
  struct Close {
    EventTime time{};
    std::uint32_t depth = 0, correlation = 0;
    auto operator<=>(const Close&) const = default;
  };

  const Ir& ir;
  CorrelatorOptions options;
  KeyedHash hash;
  BlockPool pool;
  std::vector<CorrelationStats> stats;
  std::vector<Node> nodes;
  std::vector<std::vector<Edge>> edges;  // by rule
  std::priority_queue<Close, std::vector<Close>, std::greater<>> closes;
  HeldHits held;
  EventTime now = EventTime::min();     // nothing older is taken any more
  EventTime newest = EventTime::min();  // time seen
  std::uint64_t results = 0;
  std::vector<std::optional<std::string_view>> values;  // of a hit with long ones
  std::vector<std::string> shortened;
};

Correlator::Impl::Impl(const Ir& i, const CorrelatorOptions& o)
    : ir(i),
      options(o),
      hash(hash_of(o.hash_seed)),
      stats(i.correlations.size()),
      nodes(i.correlations.size()),
      edges(i.rules.size()) {
  const auto depths = depths_of(ir.correlations, kCorrelationLimits.chain_depth_max);
  if (!depths) std::abort();  // linking and the cache's check let none in
  for (std::uint32_t c = 0; c < nodes.size(); ++c) {
    const CorrelationRule& rule = ir.correlations[c];
    nodes[c].tracker = make_tracker(rule, options.limits, hash, pool, stats[c]);
    nodes[c].depth = (*depths)[c];
    nodes[c].closes = rule.decision == CorrelationRule::Decision::at_close;
    for (const CorrelationMember& m : rule.members)
      (m.chained ? nodes[m.number].outer : edges[m.number]).push_back({c, &m});
  }
}

void Correlator::Impl::on_hit(const CorrelationHit& hit, CorrelationSink& sink) {
  if (hit.rule >= edges.size() || edges[hit.rule].empty()) return;
  const std::size_t most = options.limits.value_bytes_max;
  const bool is_long = std::any_of(hit.values.begin(), hit.values.end(),
                                   [most](const std::optional<std::string_view>& v) { return v && v->size() > most; });
  if (is_long || hit.host.size() > kHostMax) [[unlikely]]
    return in_order(shortened_of(hit), sink);
  in_order(hit, sink);
}

void Correlator::Impl::in_order(const CorrelationHit& hit, CorrelationSink& sink) {
  if (options.lateness.count() == 0) return take(hit, sink);
  newest = std::max(newest, hit.time);
  if (hit.time < now) return take(hit, sink);  // late
  held.hold(hit);
  release(minus(newest, options.lateness), sink);
}

/// Hits up to `until` are certain; so are the earliest ones when too many wait.
void Correlator::Impl::release(EventTime until, CorrelationSink& sink) {
  while (!held.empty() && (held.earliest() <= until || held.size() > options.limits.waiting_max ||
                           held.bytes() > options.limits.waiting_bytes_max))
    take(held.take(), sink);
  close_before(until, sink);
}

void Correlator::Impl::take(const CorrelationHit& hit, CorrelationSink& sink) {
  if (hit.time < now) {
    for (const Edge& edge : edges[hit.rule]) ++stats[edge.to].late;
    return;
  }
  close_before(hit.time, sink);
  const auto host_hash = static_cast<std::uint32_t>(hash(hit.host));
  for (const Edge& edge : edges[hit.rule])
    enter(edge.to, {edge.member, hit.time, hit.host, host_hash, hit.event, hit.evidence, hit.values}, sink);
  if (pool.in_use() > options.limits.bytes_total_max) make_room();
}

void Correlator::Impl::enter(std::uint32_t correlation, const Entry& entry, CorrelationSink& sink) {
  Ear ear(*this, correlation, sink);
  nodes[correlation].tracker->add(entry, ear);
  if (nodes[correlation].closes && !nodes[correlation].scheduled) schedule(correlation);
}

void Correlator::Impl::schedule(std::uint32_t correlation) {
  const auto next = nodes[correlation].tracker->next_close();
  nodes[correlation].scheduled = next.has_value();
  if (next) closes.push({*next, nodes[correlation].depth, correlation});
}

/// Windows in the order of their ends, so that what their results mean to outer correlations comes in order too.
void Correlator::Impl::close_before(EventTime time, CorrelationSink& sink) {
  while (!closes.empty() && closes.top().time < time) close_first(sink);
  now = std::max(now, time);
}

void Correlator::Impl::close_first(CorrelationSink& sink) {
  const Close close = closes.top();
  closes.pop();
  Tracker& tracker = *nodes[close.correlation].tracker;
  if (tracker.next_close() == close.time) {  // else that window was evicted
    Ear ear(*this, close.correlation, sink);
    tracker.close_next(ear);
  }
  schedule(close.correlation);
}

/// Tells a result, and feeds it to the correlations that are made of this one.
void Correlator::Impl::tell(std::uint32_t correlation, const Fired& fired, CorrelationSink& sink) {
  const CorrelationRule& rule = ir.correlations[correlation];
  Node& node = nodes[correlation];
  ++stats[correlation].fired;
  ++results;
  node.group.clear();
  std::string_view key = fired.key;
  for (const std::string& name : rule.group_by)
    node.group.emplace_back(name, rule.group_by.size() == 1 ? key : take_part(key));
  if (!rule.silent) {
    node.evidences.clear();
    for (const Mark& mark : fired.verdict->marks) node.evidences.push_back(mark.evidence);
    const std::string value = to_string(fired.verdict->value);
    sink.on_result({correlation, &rule.info, correlation_type_name(rule.type), fired.verdict->marks.front().time,
                    fired.time, fired.host, node.group, fired.verdict->count, value, node.evidences});
  }
  if (node.outer.empty()) return;
  node.values.clear();
  for (std::size_t i = 0; i < rule.passed.size(); ++i) {
    const std::int32_t group = rule.passed[i].group;
    node.values.push_back(group >= 0 ? node.group[static_cast<std::size_t>(group)].second : fired.passed[i]);
  }
  // A result is an event of its own; numbers of events in logs do not come near the upper half.
  const std::uint64_t event = ~results;
  const auto host_hash = static_cast<std::uint32_t>(hash(fired.host));
  for (const Edge& edge : node.outer)
    enter(edge.to,
          {edge.member, fired.time, fired.host, host_hash, event, fired.verdict->marks.back().evidence, node.values},
          sink);
}

/// Of long values their beginning, and a hash of all of them.
CorrelationHit Correlator::Impl::shortened_of(const CorrelationHit& hit) {
  const std::size_t most = options.limits.value_bytes_max;
  CorrelationHit out = hit;
  out.host = hit.host.substr(0, kHostMax);
  values.assign(hit.values.begin(), hit.values.end());
  shortened.resize(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!values[i] || values[i]->size() <= most) continue;
    shortened[i].assign(values[i]->substr(0, most));
    shortened[i] += "...#" + Digest().add(*values[i]).hex();
    values[i] = shortened[i];
  }
  out.values = values;
  return out;
}

/// All together hold too much: what has expired goes first, then the oldest groups of the largest correlation. Somewhat
/// more than needed, so that this is rare.
void Correlator::Impl::make_room() {
  const std::size_t enough = options.limits.bytes_total_max - options.limits.bytes_total_max / 8;
  for (Node& node : nodes) node.tracker->expire(now);
  while (pool.in_use() > enough) {
    const auto largest = std::max_element(nodes.begin(), nodes.end(), [](const Node& a, const Node& b) {
      return a.tracker->bytes() < b.tracker->bytes();
    });
    const std::size_t before = pool.in_use(), share = largest->tracker->bytes() / 8;
    while (before - pool.in_use() < share && largest->tracker->evict_oldest()) {
    }
    if (pool.in_use() >= before) return;  // nothing is left but empty tables
  }
}

Correlator::Correlator(const Ir& ir, const CorrelatorOptions& options) : impl_(std::make_unique<Impl>(ir, options)) {}
Correlator::Correlator(const RuleSet& rules, const CorrelatorOptions& options) : Correlator(rules.ir(), options) {}
Correlator::~Correlator() = default;

void Correlator::on_hit(const CorrelationHit& hit, CorrelationSink& sink) { impl_->on_hit(hit, sink); }

void Correlator::on_hit_without_time(std::uint32_t rule) {
  if (rule >= impl_->edges.size()) return;
  for (const Edge& edge : impl_->edges[rule]) ++impl_->stats[edge.to].without_time;
}

void Correlator::advance(EventTime time, CorrelationSink& sink) {
  impl_->newest = std::max(impl_->newest, time);
  impl_->release(minus(impl_->newest, impl_->options.lateness), sink);
}

void Correlator::finish(CorrelationSink& sink) {
  while (!impl_->held.empty()) impl_->take(impl_->held.take(), sink);
  while (!impl_->closes.empty()) impl_->close_first(sink);
  impl_->now = EventTime::max();
}

std::span<const CorrelationStats> Correlator::stats() const { return impl_->stats; }

}  // namespace stopwarden::sigma
