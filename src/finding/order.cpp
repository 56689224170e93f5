// SPDX-License-Identifier: Apache-2.0
#include "finding/order.h"

#include <algorithm>

#include "base/text.h"
#include "finding/serial.h"

namespace stopwarden {
namespace {

constexpr std::size_t kRuleBytes = 8;  // of a value, before the event's part: the rule's place in rules_

/// Big-endian: byte order is number order.
void put_number(std::string& key, std::uint64_t v) {
  for (unsigned i = 0; i < 8; ++i) key.push_back(static_cast<char>((v >> (56 - 8 * i)) & 0xFF));
}

std::string uid_key(const Finding& f) {
  std::string key = f.uid;
  key.push_back('\0');
  if (f.evidences.empty()) return key;
  const Evidence& e = f.evidences.front();
  key += e.file;
  key.push_back('\0');
  put_number(key, e.offset);
  put_number(key, e.record);
  key += e.kind;
  return key;
}

void put_time(std::string& key, const std::optional<EventTime>& time) {
  key.push_back(time ? '\0' : '\1');
  const auto nanos = time ? time->time_since_epoch().count() : 0;
  put_number(key, static_cast<std::uint64_t>(nanos) ^ (std::uint64_t{1} << 63));
}

void put_host(std::string& key, const std::string& host) {
  key.push_back(host.empty() ? '\1' : '\0');
  key += fold(host);
  key.push_back('\0');
}

std::string order_key(const Finding& f, FindingSort sort) {
  std::string key;
  switch (sort) {
    case FindingSort::time:
      put_time(key, f.time);
      put_host(key, f.host);
      break;
    case FindingSort::host:
      put_host(key, f.host);
      put_time(key, f.time);
      break;
  }
  key += f.uid;
  return key;
}

/// Findings of one uid, in the order of their evidences, become one.
class Fold {
 public:
  /// Is this the key of a finding with the same uid?
  bool takes(std::string_view key) const noexcept { return merged_ && key.substr(0, key.find('\0')) == merged_->uid; }
  void start(Finding f) {
    merged_ = std::move(f);
    if (!merged_->evidences.empty()) last_ = merged_->evidences.back();
    in_file_ = most_ = merged_->count;
  }
  /// A copy, of which only the proof need be there.
  void add(const Finding& f) {
    const bool new_file = f.evidences.empty() || f.evidences.front().file != last_.file;
    bool repeated = !f.evidences.empty();  // the very same record of the very same file: read twice
    for (const Evidence& e : f.evidences) {
      if (e == last_) continue;
      repeated = false;
      last_ = e;
      if (merged_->evidences.size() < kEvidencesMax)
        merged_->evidences.push_back(e);
      else
        ++merged_->evidences_left_out;
    }
    merged_->evidences_left_out += f.evidences_left_out;
    if (repeated) return;
    in_file_ = new_file ? f.count : in_file_ + f.count;
    most_ = std::max(most_, in_file_);
  }
  std::optional<Finding> take() {
    if (!merged_) return std::nullopt;
    merged_->count = merged_->record_id ? 1 : most_;
    std::optional<Finding> out = std::move(merged_);
    merged_.reset();
    return out;
  }

 private:
  std::optional<Finding> merged_;
  Evidence last_;
  std::uint64_t in_file_ = 0, most_ = 0;
};

}  // namespace

FindingOrder::FindingOrder(FindingSort sort, SpillMaker make_spill, SortLimits limits)
    : sort_(sort), make_spill_(std::move(make_spill)), limits_(limits), by_uid_(make_spill_, limits) {}

std::string FindingOrder::value_of(const Finding& finding) {
  std::string rule;
  write_rule_part(rule, finding);
  auto known = rule_ids_.find(rule);
  if (known == rule_ids_.end()) {
    Finding& kept = rules_.emplace_back();
    [[maybe_unused]] const Status status = read_rule_part(rule, kept);
    assert(status);
    known = rule_ids_.emplace(std::move(rule), static_cast<std::uint32_t>(rules_.size() - 1)).first;
  }
  std::string value;
  put_number(value, known->second);
  write_event_part(value, finding);
  return value;
}

Result<Finding> FindingOrder::finding_of(std::string_view value) const {
  if (value.size() < kRuleBytes) return Error{Errc::truncated, 0, "spilled finding"};
  std::uint64_t rule = 0;
  for (unsigned i = 0; i < kRuleBytes; ++i) rule = (rule << 8) | static_cast<unsigned char>(value[i]);
  if (rule >= rules_.size()) return Error{Errc::bad_value, 0, "spilled finding"};
  Finding out = rules_[static_cast<std::size_t>(rule)];
  SW_TRY(read_event_part(value.substr(kRuleBytes), out));
  return out;
}

void FindingOrder::on_finding(const Finding& finding) { by_uid_.add(uid_key(finding), value_of(finding)); }

void FindingOrder::add_in_order(const Finding& finding) {
  in_order_->add(order_key(finding, sort_), value_of(finding));
}

void FindingOrder::note(const ExternalSort& sort) {
  if (!spill_error_) spill_error_ = sort.spill_error();
  runs_written_ += sort.runs_written();
}

Status FindingOrder::finish(FindingSink& sink) {
  in_order_.emplace(make_spill_, limits_);
  Fold fold_same;
  std::optional<Error> failed;
  const auto flush = [&] {
    if (const auto merged = fold_same.take()) add_in_order(*merged);
  };
  const auto start = [&](std::string_view value) -> Status {
    flush();
    fold_same.start(SW_TRY(finding_of(value)));
    return Ok{};
  };
  Finding copy;
  // OPTIMIZATION: of a copy all but its proof is thrown away, so that is not read at all: most findings of a folder of
  // logs that were saved more than once are copies. MemoryOrDiskOrSequenceMakeNoDifference compares.
  const auto fold_copy = [&](std::string_view value) -> Status {
    SW_TRY(read_proof(value.substr(std::min(value.size(), kRuleBytes)), copy));
    fold_same.add(copy);
    return Ok{};
  };
  const Status read_back = by_uid_.drain([&](std::string_view key, std::string_view value) {
    if (const Status read = fold_same.takes(key) ? fold_copy(value) : start(value); !read) failed = read.error();
  });
  flush();
  note(by_uid_);
  const Status given = in_order_->drain([&](std::string_view, std::string_view value) {
    const Result<Finding> finding = finding_of(value);
    if (finding)
      sink.on_finding(finding.value());
    else
      failed = finding.error();
  });
  note(*in_order_);
  if (!read_back) return read_back.error();
  if (!given) return given.error();
  if (failed) return *failed;
  return Ok{};
}

}  // namespace stopwarden
