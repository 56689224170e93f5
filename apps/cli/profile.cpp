// SPDX-License-Identifier: Apache-2.0
#include "profile.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <vector>

#include "format.h"
#include "output/safe_text.h"

namespace stopwarden::cli {
namespace {

constexpr std::size_t kRowsShown = 25;

std::string each(std::uint64_t ns, std::uint64_t n) { return grouped(n == 0 ? 0 : ns / n); }

std::string share(std::uint64_t ns, std::uint64_t all) {
  return fmt::format("{:5.1f} %", all == 0 ? 0.0 : 100.0 * static_cast<double>(ns) / static_cast<double>(all));
}

std::string kind_name(const KindCost& kind) {
  if (kind.others) return "(all other kinds)";
  std::string out = kind.channel.empty() ? "(no channel)" : terminal_safe(kind.channel);
  return out + (kind.event_id ? fmt::format(" {}", *kind.event_id) : " (no id)");
}

/// "... and 12 more", with what they come to.
void add_rest(std::string& out, std::size_t rows, std::uint64_t rest_ns, std::uint64_t all_ns) {
  if (rows > kRowsShown)
    out += fmt::format("    {}  ... and {} more\n", share(rest_ns, all_ns), grouped(rows - kRowsShown));
}

void add_kinds(std::string& out, const std::vector<KindCost>& kinds) {
  std::uint64_t all = 0, rest = 0;
  for (const KindCost& kind : kinds) all += kind.ns();
  out += "  time by kind of event (of all threads; reading, then matching with what comes of hits)\n";
  out += fmt::format("    {:>7}  {:>12}  {:>12}  {:>12}  {}\n", "share", "events", "ns to read", "ns to match",
                     "channel, event id");
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    const KindCost& kind = kinds[i];
    if (i >= kRowsShown) {
      rest += kind.ns();
      continue;
    }
    out += fmt::format("    {}  {:>12}  {:>12}  {:>12}  {}\n", share(kind.ns(), all), grouped(kind.events),
                       each(kind.reading_ns, kind.events), each(kind.matching_ns, kind.events), kind_name(kind));
  }
  add_rest(out, kinds.size(), rest, all);
}

void add_rules(std::string& out, const std::vector<RuleCost>& rules) {
  if (rules.empty()) {
    out += "  no rule was evaluated, or the engine does not measure rules\n";
    return;
  }
  std::uint64_t all = 0, rest = 0;
  for (const RuleCost& rule : rules) all += rule.ns;
  out += "  time by rule (evaluation only)\n";
  out += fmt::format("    {:>7}  {:>12}  {:>12}  {}\n", "share", "evaluated", "ns each", "rule");
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const RuleCost& cost = rules[i];
    if (i >= kRowsShown) {
      rest += cost.ns;
      continue;
    }
    out +=
        fmt::format("    {}  {:>12}  {:>12}  {} ({})\n", share(cost.ns, all), grouped(cost.evaluations),
                    each(cost.ns, cost.evaluations), terminal_safe(cost.rule->title), terminal_safe(cost.rule->file));
  }
  add_rest(out, rules.size(), rest, all);
}

}  // namespace

std::string profile_text(const ScanProfile& profile) {
  std::string out = "\n";
  add_kinds(out, profile.kinds);
  add_rules(out, profile.rules);
  return out;
}

}  // namespace stopwarden::cli
