// SPDX-License-Identifier: Apache-2.0
#include "pipeline/merger.h"

#include <algorithm>
#include <utility>

namespace stopwarden {
namespace {

std::string text(const Error& error) { return std::string(errc_name(error.code)) + ": " + error.what; }

}  // namespace

void Merger::on_result(const Block& block, BlockResult& result, Part part) {
  if (!block.unreadable.empty()) return problem({block.input, block.unreadable, 1, 0});
  count(result);
  for (Finding& finding : result.findings) {
    for (Evidence& e : finding.evidences) e.record += records_before_;
    sink_.on_finding(finding);
  }
  for (const CorrelatedHit& hit : result.correlated) correlations_.add(hit, block.input, records_before_);
  drops_.add(result.drop_tally);
  oddities_.add(result.oddity_tally);
  if (part == Part::final) {
    records_before_ += result.records;
    summary_.records += result.records;
    if (block.last) end_input(block);
  }
  tell_observer();
}

void Merger::count(const BlockResult& r) {
  summary_.events += r.events;
  summary_.events_outside_time += r.events_outside_time;
  summary_.events_without_time += r.events_without_time;
  summary_.drops += r.drops;
  summary_.oddities += r.oddities;
  for (std::size_t i = 0; i < r.hits_by_level.size(); ++i) summary_.hits_by_level[i] += r.hits_by_level[i];
  if (r.first && (!summary_.first || *r.first < *summary_.first)) summary_.first = r.first;
  if (r.last && (!summary_.last || *r.last > *summary_.last)) summary_.last = r.last;
  if (r.loudest && (!summary_.loudest || *r.loudest > *summary_.loudest)) summary_.loudest = r.loudest;
}

void Merger::end_input(const Block& block) {
  summary_.bytes += block.input_bytes;
  if (block.format != nullptr) {
    ++summary_.inputs_read;
    ++summary_.inputs_by_format[std::string(block.format->name)];
  } else if (block.input_bytes == 0 && !block.stream_error) {
    ++summary_.inputs_empty;
  } else if (!block.stream_error) {
    problem({block.input, "not a log format this version reads (see: stopwarden sources)", 1, 0});
  }
  add_problems(block.input, drops_, summary_.problems, summary_.problems_left_out);
  add_problems(block.input, oddities_, summary_.notes, summary_.notes_left_out);
  if (block.stream_error) problem({block.input, text(*block.stream_error), 1, block.input_bytes});
  drops_.clear();
  oddities_.clear();
  records_before_ = 0;
}

void Merger::add_problems(const std::string& input, const ProblemTally& tally, std::vector<InputProblem>& out,
                          std::uint64_t& left_out) {
  for (const ProblemTally::Entry& entry : tally.entries()) {
    if (out.size() < kProblemsMax)
      out.push_back({input, text(entry.first), entry.count, entry.first.offset});
    else
      ++left_out;
  }
}

void Merger::problem(InputProblem p) {
  if (summary_.problems.size() < kProblemsMax)
    summary_.problems.push_back(std::move(p));
  else
    ++summary_.problems_left_out;
}

}  // namespace stopwarden
