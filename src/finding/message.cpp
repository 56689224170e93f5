// SPDX-License-Identifier: Apache-2.0
#include "finding/message.h"

#include <fmt/format.h>

#include <vector>

namespace stopwarden {
namespace {

/// Targets of one act: the same verb, route, state, kind and machine.
struct Act {
  const Target* first = nullptr;
  std::vector<std::string_view> names;
};

bool same_act(const Target& a, const Target& b) noexcept {
  return a.type == b.type && a.verb == b.verb && a.route == b.route && a.state == b.state && a.host == b.host;
}

std::string_view shown_name(const Target& t) noexcept { return t.name.empty() ? t.display_name : t.name; }

std::vector<Act> acts_of(const Finding& finding) {
  std::vector<Act> acts;
  for (const Target& t : finding.resources) {
    if (shown_name(t).empty()) continue;
    if (acts.empty() || !same_act(*acts.back().first, t)) acts.push_back({&t, {}});
    acts.back().names.push_back(shown_name(t));
  }
  return acts;
}

std::string named(const Act& act, std::size_t names_max) {
  const std::string_view kind = target_type_name(act.first->type);
  const bool several = act.names.size() > 1;
  std::string out = fmt::format("{}{} ",
                                kind == "cloud" ? "cloud resource"
                                : kind == "vm"  ? "VM"
                                                : kind,
                                !several            ? ""
                                : kind == "process" ? "es"
                                                    : "s");
  const std::size_t shown = std::min(act.names.size(), std::max<std::size_t>(names_max, 1));
  for (std::size_t i = 0; i < shown; ++i) out += fmt::format("{}{}", i == 0 ? "" : ", ", act.names[i]);
  if (shown < act.names.size()) out += fmt::format(" and {} more", act.names.size() - shown);
  return out;
}

/// "stop services A, B with net, now stopped"; "service A now stopped" where the event is an outcome nobody asked for.
std::string worded(const Act& act, std::size_t names_max) {
  std::string out =
      act.first->verb.empty() ? named(act, names_max) : fmt::format("{} {}", act.first->verb, named(act, names_max));
  if (!act.first->route.empty()) out += fmt::format(" ({})", act.first->route);
  if (!act.first->host.empty()) out += fmt::format(" at {}", act.first->host);
  if (!act.first->state.empty()) out += fmt::format(", now {}", act.first->state);
  return out;
}

}  // namespace

std::string one_line(std::string s) {
  for (char& c : s)
    if (c == '\n' || c == '\r' || c == '\t') c = ' ';
  return s;
}

std::string_view base_name(std::string_view path) noexcept {
  const std::size_t at = path.find_last_of("\\/");
  return at == std::string_view::npos ? path : path.substr(at + 1);
}

std::string_view actor_name(const Actor& actor) noexcept {
  return actor.user_name.empty() ? actor.user_uid : actor.user_name;
}

std::string word_targets(const Finding& finding, std::size_t names_max) {
  std::string what;
  for (const Act& act : acts_of(finding)) {
    if (!what.empty()) what += "; ";
    what += worded(act, names_max);
  }
  return what;
}

std::string word_message(const Finding& finding, std::size_t names_max) {
  std::string what = word_targets(finding, names_max);
  if (what.empty()) what = finding.title;
  std::string out{actor_name(finding.actor)};
  if (!out.empty()) out += ": ";
  out += what;
  if (const std::string_view program = base_name(finding.actor.process_path); !program.empty())
    out += fmt::format(" by {}", program);
  if (!finding.host.empty()) out += fmt::format(" on {}", finding.host);
  if (!finding.source_ip.empty()) out += fmt::format(" from {}", finding.source_ip);
  return one_line(std::move(out));
}

}  // namespace stopwarden
