// SPDX-License-Identifier: Apache-2.0
// The obvious way to correlate: keeps every hit and works every window out from scratch. What the Correlator is held
// to. Ordered input only; no limits.
#pragma once
#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "detect/sigma/correlate.h"
#include "detect/sigma/ir.h"

namespace stopwarden::test {

/// A result, owned.
struct OwnedResult {
  std::uint32_t correlation = 0;
  EventTime first{}, time{};
  std::string host;
  std::vector<std::pair<std::string, std::string>> group;
  std::uint64_t count = 0;
  std::string value;
  std::vector<std::uint64_t> evidences;
  bool operator==(const OwnedResult&) const = default;
};

class OwnedResults final : public CorrelationSink {
 public:
  void on_result(const CorrelationResult& r) override {
    OwnedResult out{r.correlation,
                    r.first,
                    r.time,
                    std::string(r.host),
                    {},
                    r.count,
                    std::string(r.value),
                    {r.evidences.begin(), r.evidences.end()}};
    for (const auto& [name, value] : r.group) out.group.emplace_back(name, value);
    all.push_back(std::move(out));
  }
  std::vector<OwnedResult> all;
};

class NaiveCorrelator {
 public:
  explicit NaiveCorrelator(const sigma::Ir& ir) : ir_(ir), of_(ir.correlations.size()) {}

  void on_hit(const sigma::CorrelationHit& hit) {
    close_until([&](EventTime end) { return end < hit.time; });
    for (std::uint32_t c = 0; c < ir_.correlations.size(); ++c)
      for (const sigma::CorrelationMember& m : ir_.correlations[c].members)
        if (!m.chained && m.number == hit.rule)
          enter(c, m, hit.time, std::string(hit.host), hit.event, hit.evidence, own(hit.values));
  }
  void finish() {
    close_until([](EventTime) { return true; });
  }
  const std::vector<OwnedResult>& results() const { return results_; }

 private:
  using Value = std::optional<std::string>;
  using Tuple = std::vector<std::string>;
  using Nanos = __int128_t;
  struct Hit {
    std::uint32_t stage = 0;
    EventTime time{};
    std::string host;
    std::uint64_t event = 0, evidence = 0;
    Tuple tuple;
    Nanos number = 0;
    std::vector<Value> passed;
  };
  using Hits = std::vector<Hit>;
  struct Group {
    Hits hits;                          // of all times
    std::optional<EventTime> fired;     // at_once: last
    std::optional<std::size_t> opened;  // at_close: index of the first hit of the open window
    std::uint64_t opening = 0;          // windows that end together are told in the order in which they were opened
  };
  struct State {
    std::map<Tuple, Group> groups;
  };
  /// What a window gives: which of its hits, and the number that met the condition.
  struct Found {
    std::vector<std::size_t> hits;  // by index in Group::hits, ascending
    Nanos value = 0;
  };

  static std::vector<Value> own(std::span<const std::optional<std::string_view>> values) {
    std::vector<Value> out;
    for (const auto& v : values) out.push_back(v ? Value(std::string(*v)) : std::nullopt);
    return out;
  }
  static Value at(const std::vector<Value>& values, std::size_t place) {
    return place < values.size() ? values[place] : std::nullopt;
  }
  static Nanos nanos(const sigma::Decimal& d) { return Nanos{d.whole} * 1'000'000'000 + d.nano; }
  static Nanos whole(std::size_t n) { return static_cast<Nanos>(n) * 1'000'000'000; }
  static Nanos floor_div(Nanos a, Nanos b) { return a / b - (a % b < 0 ? 1 : 0); }

  /// Does number / over meet all bounds?
  static bool meets(const sigma::CorrelationRule& rule, Nanos number, std::size_t over = 1) {
    for (const sigma::Bound& bound : rule.bounds) {
      const Nanos other = nanos(bound.value) * static_cast<Nanos>(over);
      bool met = false;
      switch (bound.op) {
        case sigma::Bound::Op::lt: met = number < other; break;
        case sigma::Bound::Op::lte: met = number <= other; break;
        case sigma::Bound::Op::gt: met = number > other; break;
        case sigma::Bound::Op::gte: met = number >= other; break;
        case sigma::Bound::Op::eq: met = number == other; break;
        case sigma::Bound::Op::neq: met = number != other; break;
      }
      if (!met) return false;
    }
    return true;
  }
  static bool true_of(const std::vector<sigma::CorrelationNode>& nodes, std::size_t node,
                      const std::set<std::uint32_t>& stages) {
    const sigma::CorrelationNode& n = nodes[node];
    const auto child = [&](std::uint32_t c) { return true_of(nodes, c, stages); };
    switch (n.kind) {
      case sigma::CorrelationNode::Kind::stage: return stages.count(n.stage) != 0;
      case sigma::CorrelationNode::Kind::all: return std::all_of(n.children.begin(), n.children.end(), child);
      case sigma::CorrelationNode::Kind::any: return std::any_of(n.children.begin(), n.children.end(), child);
      case sigma::CorrelationNode::Kind::negation: return !child(n.children.front());
    }
    std::abort();
  }
  static void positive(const std::vector<sigma::CorrelationNode>& nodes, std::size_t node, bool negated,
                       std::set<std::uint32_t>& out) {
    if (nodes[node].kind == sigma::CorrelationNode::Kind::stage && !negated) out.insert(nodes[node].stage);
    for (const std::uint32_t c : nodes[node].children)
      positive(nodes, c, negated != (nodes[node].kind == sigma::CorrelationNode::Kind::negation), out);
  }
  /// Stages that have a place in the order, in it.
  static std::vector<std::uint32_t> ordered_stages(const sigma::CorrelationRule& rule) {
    std::set<std::uint32_t> out;
    if (!rule.condition.empty())
      positive(rule.condition, rule.condition.size() - 1, false, out);
    else
      for (std::uint32_t s = 0; s < rule.stages.size(); ++s) out.insert(s);
    return {out.begin(), out.end()};
  }

  void enter(std::uint32_t c, const sigma::CorrelationMember& m, EventTime time, const std::string& host,
             std::uint64_t event, std::uint64_t evidence, const std::vector<Value>& values) {
    const sigma::CorrelationRule& rule = ir_.correlations[c];
    Tuple key;
    for (const std::uint16_t place : m.group) {
      const Value v = at(values, place);
      if (!v) return;
      key.push_back(*v);
    }
    Hit hit{m.stage, time, host, event, evidence, {}, 0, {}};
    for (const std::uint16_t place : m.fields) {
      const Value v = at(values, place);
      if (!v) return;
      hit.tuple.push_back(*v);
    }
    if (needs_number(rule)) {
      const auto number = sigma::parse_decimal(hit.tuple.front());
      if (!number) return;
      hit.number = nanos(*number);
    }
    for (const std::uint16_t place : m.passed) hit.passed.push_back(at(values, place));
    Group& group = of_[c].groups[key];
    const bool once = !sigma::is_temporal(rule.type) && rule.type != sigma::CorrelationType::value_count;
    // at_close starts anew with each window, at_once when nothing of the group is left.
    const bool follows = rule.decision == sigma::CorrelationRule::Decision::at_close
                             ? group.opened.has_value()
                             : !group.hits.empty() && group.hits.back().time >= time - rule.timespan;
    if (once && follows && group.hits.back().event == event) return;
    group.hits.push_back(std::move(hit));
    if (rule.decision == sigma::CorrelationRule::Decision::at_close) {
      if (!group.opened) {
        group.opened = group.hits.size() - 1;
        group.opening = ++openings_;
      }
      return;
    }
    if (group.fired && time <= *group.fired + rule.timespan) return;
    std::vector<std::size_t> window;
    for (std::size_t i = 0; i < group.hits.size(); ++i)
      if (group.hits[i].time >= time - rule.timespan) window.push_back(i);
    if (const auto found = completed(rule, group.hits, window)) {
      group.fired = time;
      tell(c, key, group, *found, time);
    }
  }

  static bool needs_number(const sigma::CorrelationRule& rule) {
    return rule.type == sigma::CorrelationType::value_sum || rule.type == sigma::CorrelationType::value_avg ||
           rule.type == sigma::CorrelationType::value_median || rule.percentile.has_value();
  }

  /// at_once: does the condition hold over the window, and by which hits?
  static std::optional<Found> completed(const sigma::CorrelationRule& rule, const Hits& hits,
                                        const std::vector<std::size_t>& window) {
    Found out;
    if (rule.type == sigma::CorrelationType::value_sum) {
      for (const std::size_t i : window) out.value += hits[i].number;
      out.hits = window;
      return meets(rule, out.value) ? std::optional(out) : std::nullopt;
    }
    if (rule.type == sigma::CorrelationType::temporal_ordered) return chain(rule, hits, window);
    // The last hits that suffice: each counts, or the last one of each value or stage.
    std::set<Tuple> values;
    std::set<std::uint32_t> stages;
    for (std::size_t w = window.size(); w-- > 0;) {
      const Hit& hit = hits[window[w]];
      if (rule.type == sigma::CorrelationType::value_count && !values.insert(hit.tuple).second) continue;
      if (rule.type == sigma::CorrelationType::temporal && !stages.insert(hit.stage).second) continue;
      out.hits.insert(out.hits.begin(), window[w]);
      const bool all_stages = rule.type == sigma::CorrelationType::temporal;  // it names all it saw
      if (!all_stages && meets(rule, whole(out.hits.size()))) break;
    }
    out.value = whole(out.hits.size());
    const bool holds =
        rule.condition.empty() ? meets(rule, out.value) : true_of(rule.condition, rule.condition.size() - 1, stages);
    return holds ? std::optional(out) : std::nullopt;
  }

  /// Every choice of enough stages: the chain through them that begins last, found from its end.
  static std::optional<Found> chain(const sigma::CorrelationRule& rule, const Hits& hits,
                                    const std::vector<std::size_t>& window) {
    const std::vector<std::uint32_t> stages = ordered_stages(rule);
    std::size_t needed = stages.size();
    if (rule.condition.empty())
      for (needed = 1; needed <= stages.size() && !meets(rule, whole(needed));) ++needed;
    std::optional<Found> best;
    for (std::uint32_t choice = 0; choice < (1U << stages.size()); ++choice) {
      Found found;
      std::size_t length = 0;
      for (std::size_t s = stages.size(); s-- > 0;) {
        if ((choice >> s & 1) == 0) continue;
        ++length;
        for (std::size_t w = window.size(); w-- > 0;) {
          const Hit& hit = hits[window[w]];
          if (hit.stage != stages[s] || (!found.hits.empty() && hit.time >= hits[found.hits.front()].time)) continue;
          found.hits.insert(found.hits.begin(), window[w]);
          break;
        }
        if (found.hits.size() != length) break;
      }
      if (length != needed || found.hits.size() != needed) continue;
      found.value = whole(needed);
      if (!best || found.hits.front() > best->hits.front()) best = found;
    }
    return best;
  }

  /// at_close
  static std::optional<Found> decided(const sigma::CorrelationRule& rule, const Hits& hits, std::size_t begin) {
    Found out;
    for (std::size_t i = begin; i < hits.size(); ++i) out.hits.push_back(i);
    const std::size_t n = out.hits.size();
    std::set<Tuple> values;
    std::set<std::uint32_t> stages;
    std::vector<Nanos> numbers;
    Nanos sum = 0;
    for (const std::size_t i : out.hits) {
      values.insert(hits[i].tuple);
      stages.insert(hits[i].stage);
      numbers.push_back(hits[i].number);
      sum += hits[i].number;
    }
    std::sort(numbers.begin(), numbers.end());
    Nanos number = 0;
    std::size_t over = 1;
    switch (rule.type) {
      case sigma::CorrelationType::event_count: number = whole(n); break;
      case sigma::CorrelationType::value_count: number = whole(values.size()); break;
      case sigma::CorrelationType::value_sum: number = sum; break;
      case sigma::CorrelationType::value_avg:
        number = sum;
        over = n;
        break;
      case sigma::CorrelationType::value_median:
        number = numbers[(n - 1) / 2] + numbers[n / 2];
        over = 2;
        break;
      case sigma::CorrelationType::value_percentile:
        if (!rule.percentile) return rare(rule, hits, out.hits);
        number = ranked(numbers, nanos(*rule.percentile));
        break;
      case sigma::CorrelationType::temporal: number = whole(stages.size()); break;
      case sigma::CorrelationType::temporal_ordered: number = whole(longest(rule, hits, out.hits)); break;
    }
    out.value = floor_div(number, static_cast<Nanos>(over));
    bool holds = meets(rule, number, over);
    if (!rule.condition.empty()) {
      holds = true_of(rule.condition, rule.condition.size() - 1, stages);
      if (rule.type == sigma::CorrelationType::temporal_ordered)
        holds = holds && number == whole(ordered_stages(rule).size());
    }
    return holds ? std::optional(out) : std::nullopt;
  }

  static Nanos ranked(const std::vector<Nanos>& sorted, Nanos percentile) {
    for (std::size_t i = 0; i < sorted.size(); ++i)  // the first that at least so many percent do not exceed
      if (whole(100 * (i + 1)) >= percentile * static_cast<Nanos>(sorted.size())) return sorted[i];
    return sorted.back();
  }

  static std::optional<Found> rare(const sigma::CorrelationRule& rule, const Hits& hits,
                                   const std::vector<std::size_t>& window) {
    for (const std::size_t first : window) {
      Found out;
      for (const std::size_t i : window)
        if (hits[i].tuple == hits[first].tuple) out.hits.push_back(i);
      const Nanos percents = whole(100 * out.hits.size());
      if (!meets(rule, percents, window.size())) continue;
      out.value = floor_div(percents, static_cast<Nanos>(window.size()));
      return out;
    }
    return std::nullopt;
  }

  static std::size_t longest(const sigma::CorrelationRule& rule, const Hits& hits,
                             const std::vector<std::size_t>& window) {
    const std::vector<std::uint32_t> stages = ordered_stages(rule);
    std::size_t best = 0;
    for (std::uint32_t choice = 0; choice < (1U << stages.size()); ++choice) {
      std::optional<EventTime> last;
      std::size_t length = 0, wanted = 0;
      for (std::size_t s = 0; s < stages.size() && length == wanted; ++s) {
        if ((choice >> s & 1) == 0) continue;
        ++wanted;
        for (const std::size_t i : window) {  // the first that is later
          if (hits[i].stage != stages[s] || (last && hits[i].time <= *last)) continue;
          last = hits[i].time;
          ++length;
          break;
        }
      }
      if (length == wanted) best = std::max(best, length);
    }
    return best;
  }

  std::size_t depth(std::uint32_t c) const {
    std::size_t out = 0;
    for (const sigma::CorrelationMember& m : ir_.correlations[c].members)
      if (m.chained) out = std::max(out, depth(m.number) + 1);
    return out;
  }

  void close_until(const std::function<bool(EventTime)>& is_over) {
    for (;;) {
      using Key = std::tuple<EventTime, std::size_t, std::uint32_t, std::uint64_t>;
      std::optional<Key> first;
      const Tuple* first_key = nullptr;
      for (std::uint32_t c = 0; c < of_.size(); ++c)
        for (const auto& [key, group] : of_[c].groups) {
          if (!group.opened) continue;
          const Hit& hit = group.hits[*group.opened];
          const Key at{hit.time + ir_.correlations[c].timespan, depth(c), c, group.opening};
          if (first && *first <= at) continue;
          first = at;
          first_key = &key;
        }
      if (!first || !is_over(std::get<0>(*first))) return;
      const EventTime end = std::get<0>(*first);
      const std::uint32_t c = std::get<2>(*first);
      const Tuple key = *first_key;
      Group& group = of_[c].groups[key];
      const auto found = decided(ir_.correlations[c], group.hits, *group.opened);
      group.opened.reset();
      if (found) tell(c, key, group, *found, end);
    }
  }

  void tell(std::uint32_t c, const Tuple& key, const Group& group, const Found& found, EventTime time) {
    const sigma::CorrelationRule& rule = ir_.correlations[c];
    OwnedResult out;
    out.correlation = c;
    out.first = group.hits[found.hits.front()].time;
    out.time = time;
    out.host = group.hits.back().host;
    for (std::size_t i = found.hits.front(); i < group.hits.size(); ++i)
      if (group.hits[i].host != out.host) out.host.clear();
    for (std::size_t i = 0; i < rule.group_by.size(); ++i) out.group.emplace_back(rule.group_by[i], key[i]);
    out.count = found.hits.size();
    const Nanos whole_part = floor_div(found.value, 1'000'000'000);
    out.value = sigma::to_string(
        {static_cast<std::int64_t>(whole_part), static_cast<std::uint32_t>(found.value - whole_part * 1'000'000'000)});
    for (const std::size_t i : found.hits) {
      if (out.evidences.size() == sigma::kCorrelationEvidencesMax) out.evidences.pop_back();
      out.evidences.push_back(group.hits[i].evidence);
    }
    const std::uint64_t evidence = out.evidences.back();
    const Hit last = group.hits.back();
    const std::string host = out.host;
    if (!rule.silent) results_.push_back(std::move(out));
    std::vector<Value> values;
    for (std::size_t i = 0; i < rule.passed.size(); ++i)
      values.push_back(rule.passed[i].group >= 0 ? Value(key[static_cast<std::size_t>(rule.passed[i].group)])
                                                 : last.passed[i]);
    const std::uint64_t event = ~++told_;
    for (std::uint32_t outer = 0; outer < ir_.correlations.size(); ++outer)
      for (const sigma::CorrelationMember& m : ir_.correlations[outer].members)
        if (m.chained && m.number == c) enter(outer, m, time, host, event, evidence, values);
  }

  const sigma::Ir& ir_;
  std::vector<State> of_;
  std::uint64_t openings_ = 0, told_ = 0;
  std::vector<OwnedResult> results_;
};

}  // namespace stopwarden::test
