// SPDX-License-Identifier: Apache-2.0
#include "summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <utility>
#include <vector>

#include "format.h"
#include "output/safe_text.h"

namespace stopwarden::cli {
namespace {

constexpr std::size_t kTopRules = 5;
constexpr std::size_t kProblemsShown = 50;
constexpr std::size_t kRulesShown = 20;

std::string inputs_line(const ScanSummary& s) {
  std::string formats;
  for (const auto& [name, n] : s.inputs_by_format)
    formats += fmt::format("{}{} {}", formats.empty() ? "" : ", ", grouped(n), name);
  std::string out = counted(s.inputs_read, "input", "inputs") + " read";
  if (!formats.empty()) out += " (" + formats + ")";
  if (s.inputs_empty != 0) out += fmt::format(", {} empty", grouped(s.inputs_empty));
  return out;
}

std::string time_line(const ScanSummary& s) {
  if (!s.first) return s.events == 0 ? "no events" : "no event carries a time";
  std::string out = format_time(*s.first, 0) + " to " + format_time(*s.last, 0);
  if (s.events_without_time != 0)
    out += fmt::format("; {} without a time", counted(s.events_without_time, "event", "events"));
  return out;
}

std::string hits_line(const ScanSummary& s) {
  std::string out;
  for (const Level level : {Level::critical, Level::high, Level::medium, Level::low, Level::informational}) {
    const std::uint64_t n = s.hits_by_level[static_cast<std::size_t>(level)];
    if (n != 0) out += fmt::format("{}{} {}", out.empty() ? "" : ", ", grouped(n), level_name(level));
  }
  return out.empty() ? "none" : out;
}

void add_problems(std::string& out, const std::vector<InputProblem>& problems, std::uint64_t left_out,
                  const char* heading) {
  if (problems.empty()) return;
  out += heading;
  for (std::size_t i = 0; i < problems.size() && i < kProblemsShown; ++i) {
    const InputProblem& p = problems[i];
    out += fmt::format("    {}: {}", terminal_safe(p.input), terminal_safe(p.why));
    if (p.count > 1)
      out += fmt::format(" ({} times, first at byte {})", grouped(p.count), p.offset);
    else if (p.offset != 0)
      out += fmt::format(" (at byte {})", p.offset);
    out += "\n";
  }
  const std::uint64_t rest = left_out + (problems.size() > kProblemsShown ? problems.size() - kProblemsShown : 0);
  if (rest != 0) out += fmt::format("    ... and {} more\n", grouped(rest));
}

void add_rules(std::string& out, const LoadedRules& rules) {
  out += "  rules     " + loaded_text(rules);
  if (rules.never != 0) out += fmt::format(", {} for sources this version does not read", grouped(rules.never));
  if (rules.rejected != 0) out += fmt::format(", {} rejected:", grouped(rules.rejected));
  out += "\n";
  std::size_t shown = 0;
  for (const sigma::RuleReport& r : rules.rules->reports()) {
    if (r.state != sigma::RuleReport::State::rejected) continue;
    if (++shown > kRulesShown) {
      out += fmt::format("    ... and {} more (stopwarden rules lint names them all)\n",
                         grouped(rules.rejected - kRulesShown));
      break;
    }
    out += fmt::format("    {}:{}: {}: {}\n", terminal_safe(r.file), r.line, r.code, terminal_safe(r.reason));
  }
  for (const Diagnostic& d : rules.mistakes) out += "    " + terminal_safe(to_string(d)) + "\n";
  for (const auto& [path, why] : rules.unreadable)
    out += fmt::format("    {}: {}\n", terminal_safe(path), terminal_safe(why));
}

void add_top_rules(std::string& out, const ScanSummary& s) {
  std::vector<std::pair<std::uint64_t, std::string_view>> top;
  for (const auto& [title, n] : s.hits_by_rule) top.emplace_back(n, title);
  std::stable_sort(top.begin(), top.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  if (top.size() > kTopRules) top.resize(kTopRules);
  for (std::size_t i = 0; i < top.size(); ++i)
    out += fmt::format("  {} {:>7}  {}\n", i == 0 ? "top rules" : "         ", grouped(top[i].first),
                       terminal_safe(top[i].second));
}

/// Hits that correlations could not take into account, and why.
void add_correlations(std::string& out, const ScanSummary& s) {
  if (s.correlation_losses.empty()) return;
  out += "  correlations that left hits out of account\n";
  for (const CorrelationLosses& c : s.correlation_losses) {
    std::string why;
    for (const auto& [n, what] : std::initializer_list<std::pair<std::uint64_t, const char*>>{
             {c.stats.without_time, "of events without a time"},
             {c.stats.without_group, "without a field of group-by"},
             {c.stats.without_value, "without the field that counts"},
             {c.stats.not_a_number, "whose value is no number"},
             {c.stats.late, "too late"},
             {c.stats.hits_evicted, "forgotten for lack of memory"},
         })
      if (n != 0) why += fmt::format("{}{} {}", why.empty() ? "" : ", ", grouped(n), what);
    if (c.stats.groups_evicted != 0)
      why += fmt::format("{}{} forgotten for lack of memory", why.empty() ? "" : ", ",
                         counted(c.stats.groups_evicted, "group", "groups"));
    out += fmt::format("    {}: {}\n", terminal_safe(c.title), why);
  }
}

}  // namespace

std::string summary_text(const ScanSummary& s, const LoadedRules& rules, double seconds) {
  const auto rate = [&](std::uint64_t n) {
    return static_cast<std::uint64_t>(static_cast<double>(n) / std::max(seconds, 0.001));
  };
  std::string out = "\n";
  out += "  inputs    " + inputs_line(s) + "\n";
  out += fmt::format("  events    {} in {} ({:.1f} s, {}/s, {} events/s)\n", grouped(s.events), size_text(s.bytes),
                     seconds, size_text(rate(s.bytes)), grouped(rate(s.events)));
  out += "  period    " + time_line(s) + "\n";
  if (s.events_outside_time != 0)
    out +=
        fmt::format("  left out  {} before --from or after --to\n", counted(s.events_outside_time, "event", "events"));
  out += "  hits      " + hits_line(s) + "\n";
  add_top_rules(out, s);
  add_rules(out, rules);
  if (s.regex_budget_exceeded != 0)
    out += fmt::format("  regex     {} evaluations ran out of budget and counted as no match\n",
                       grouped(s.regex_budget_exceeded));
  add_correlations(out, s);
  add_problems(out, s.notes, s.notes_left_out, "  oddities (the data was read all the same)\n");
  add_problems(out, s.problems, s.problems_left_out, "  NOT READ, so the answer is incomplete:\n");
  if (s.events == 0 && s.problems.empty())
    out += "  No event was found: check that the paths hold logs (stopwarden sources lists the formats).\n";
  return out;
}

}  // namespace stopwarden::cli
