// SPDX-License-Identifier: Apache-2.0
#include "output/csv.h"

#include <array>

#include "finding/message.h"
#include "output/safe_text.h"

namespace stopwarden {
namespace {

constexpr std::string_view kHeader =
    "Timestamp,Level,RuleTitle,RuleId,Computer,Channel,EventID,RecordID,User,Targets,Process,CommandLine,Attack,Count,"
    "File,Offset,Uid\r\n";

/// Would a spreadsheet calculate it? Blanks and quotes before the sign do not keep all of them from it. The wide forms
/// of the signs count too: some take them for the narrow ones.
bool starts_formula(std::string_view s) noexcept {
  if (s == "-") return false;  // standard input; a log's "nothing"
  const std::size_t first = s.find_first_not_of(" \"'");
  if (first == std::string_view::npos) return false;
  const std::string_view rest = s.substr(first);
  if (std::string_view{"=+-@"}.find(rest.front()) != std::string_view::npos) return true;
  static constexpr std::array<std::string_view, 7> kStarts{
      "\\t", "\\r", "\\n", "\xEF\xBC\x9D", "\xEF\xBC\x8B", "\xEF\xBC\x8D", "\xEF\xBC\xA0"};
  for (const std::string_view start : kStarts)
    if (rest.substr(0, start.size()) == start) return true;
  return false;
}

template <class List, class Text>
std::string joined(const List& list, const Text& text) {
  std::string out;
  for (const auto& item : list) {
    if (!out.empty()) out += "; ";
    out += text(item);
  }
  return out;
}

}  // namespace

std::string csv_cell(std::string_view value) {
  std::string safe;
  append_terminal_safe(safe, value);
  if (starts_formula(safe)) safe.insert(safe.begin(), '\'');
  const bool plain =
      safe.find_first_of(",;\"") == std::string::npos && (safe.empty() || (safe.front() != ' ' && safe.back() != ' '));
  if (plain) return safe;
  std::string out = "\"";
  for (const char c : safe) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
  return out;
}

CsvWriter::CsvWriter(ByteSink& out, const FormatOptions&) : FindingWriter(out) {}

void CsvWriter::header() {
  if (header_written_) return;
  header_written_ = true;
  put(kHeader);
}

void CsvWriter::on_finding(const Finding& f) {
  header();
  const Evidence evidence = f.evidences.empty() ? Evidence{} : f.evidences.front();
  const std::array<std::string, 17> cells{
      f.time ? format_time(*f.time, 6) : std::string{},
      std::string{level_name(f.severity)},
      f.title,
      f.analytic_uid,
      f.host,
      f.channel,
      f.event_id ? std::to_string(*f.event_id) : std::string{},
      f.record_id ? std::to_string(*f.record_id) : std::string{},
      std::string{actor_name(f.actor)},
      joined(f.resources, [](const Target& t) { return t.name.empty() ? t.display_name : t.name; }),
      f.actor.process_path,
      f.actor.cmd_line,
      joined(f.attacks, [](const Attack& a) { return a.technique_uid; }),
      std::to_string(f.count),
      evidence.file,
      std::to_string(evidence.offset),
      f.uid,
  };
  row_.clear();
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) row_ += ',';
    row_ += csv_cell(cells[i]);
  }
  row_ += "\r\n";
  put(row_);
}

void CsvWriter::on_finish() { header(); }

}  // namespace stopwarden
