// SPDX-License-Identifier: Apache-2.0
#include "pipeline/detector.h"

#include <algorithm>
#include <utility>

#include "detect/ledger/targets.h"
#include "detect/sigma/ir.h"

namespace stopwarden {
namespace {

std::size_t bytes_of(const std::vector<std::string>& texts) {
  std::size_t out = 0;
  for (const std::string& text : texts) out += sizeof text + text.size();
  return out;
}

/// About how much memory a finding holds.
std::size_t bytes_of(const Finding& f) {
  std::size_t out = sizeof f + f.description.size() + f.message.size() + f.actor.cmd_line.size() +
                    f.actor.parent_cmd_line.size() + f.resources.size() * sizeof(Target);
  out += bytes_of(f.tags) + bytes_of(f.falsepositives) + bytes_of(f.references);
  for (const auto& [name, value] : f.matched) out += sizeof(f.matched.front()) + name.size() + value.size();
  for (const Target& target : f.resources) out += target.name.size() + target.display_name.size();
  for (const Evidence& e : f.evidences) out += sizeof e + e.file.size();
  return out;
}

}  // namespace

Detector::Detector(const DetectorSetup& setup)
    : options_(setup.options),
      matcher_(setup.make_matcher()),
      parsers_(SourceOptions{&setup.wanted, matcher_->planner()}),
      builder_(setup.table, setup.options.redaction),
      rules_(setup.rules),
      values_(setup.rules.ir()),
      hits_by_rule_(setup.rules.size(), 0) {
  if (options_.profile == Profile::on) matcher_->measure(rule_profile_);
}

void Detector::work(const Block& block, BlockResult& result, ResultValve& valve) {
  block_ = &block;
  result_ = &result;
  valve_ = &valve;
  if (options_.profile == Profile::on) kinds_.start_reading();
  const std::uint64_t records = parsers_.parse(block, 0, *this);
  result.records = records;
}

void Detector::on_event(const Event& event) {
  ++result_->events;
  if (!in_time(event)) return;
  if (options_.profile == Profile::off) return match(event);
  kinds_.start_matching();
  match(event);
  kinds_.end_matching(event);
}

/// Notes the event's time. False when it is outside of --from and --to.
bool Detector::in_time(const Event& event) {
  if (!event.time) {
    ++result_->events_without_time;
    return true;
  }
  if ((options_.from && *event.time < *options_.from) || (options_.to && *event.time > *options_.to)) {
    ++result_->events_outside_time;
    return false;
  }
  if (!result_->first || *event.time < *result_->first) result_->first = event.time;
  if (!result_->last || *event.time > *result_->last) result_->last = event.time;
  return true;
}

void Detector::match(const Event& event) {
  whole_.reset();
  matcher_->match(event, *this);
}

void Detector::on_drop(const Error& error) {
  ++result_->drops;
  result_->drop_tally.add(error);
}

void Detector::on_oddity(const Error& error) {
  ++result_->oddities;
  result_->oddity_tally.add(error);
}

void Detector::on_hit(const Hit& hit) {
  const sigma::Rule& rule = rules_.ir().rules[hit.number];
  const Level level = hit.rule->level;
  const bool tell = !rule.silent && level >= options_.min_level;
  if (!tell && !rule.correlated) return;
  if (!whole_) {
    whole_ = with_all_fields(*hit.event);
    targets_ = ledger::targets_of(*whole_);
  }
  Hit whole = hit;
  whole.event = &*whole_;
  Finding finding = builder_.build(whole, block_->input, targets_);
  if (rule.correlated) {
    result_->correlated.push_back(correlated_hit(whole, finding, values_.read(hit.number, *whole_)));
    valve_->on_grown(bytes_of(result_->correlated.back()));
  }
  if (!tell) return;
  ++result_->hits_by_level[static_cast<std::size_t>(level)];
  ++hits_by_rule_[hit.number];
  if (!result_->loudest || level > *result_->loudest) result_->loudest = level;
  result_->findings.push_back(std::move(finding));
  valve_->on_grown(bytes_of(result_->findings.back()));
}

}  // namespace stopwarden
