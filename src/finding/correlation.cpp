// SPDX-License-Identifier: Apache-2.0
#include "finding/correlation.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/digest.h"
#include "base/text.h"
#include "finding/message.h"
#include "finding/redact.h"
#include "finding/rule_part.h"
#include "finding/serial.h"

namespace stopwarden {
namespace {

std::string correlation_uid(const CorrelationResult& result, std::span<const Finding> members) {
  std::set<std::string_view> uids;
  for (const Finding& member : members) uids.insert(member.uid);
  Digest digest;
  digest.add("correlation");
  if (!result.rule->id.empty())
    digest.add(fold_ascii(result.rule->id));
  else
    digest.add(result.rule->file).add(result.rule->title);
  for (const auto& [name, value] : result.group) digest.add(name).add(value);
  for (const std::string_view uid : uids) digest.add(uid);
  return digest.hex();
}

/// The value all members have; "" when they differ or one has none: half of the truth would name an innocent.
template <class Get>
std::string agreed(std::span<const Finding> members, const Get& get) {
  if (members.empty()) return {};
  const std::string& first = get(members.front());
  const bool same = std::all_of(members.begin(), members.end(), [&](const Finding& m) { return get(m) == first; });
  return same ? first : std::string{};
}

Actor agreed_actor(std::span<const Finding> members) {
  Actor out;
  for (std::string Actor::*part : {&Actor::user_name, &Actor::user_uid, &Actor::session_uid, &Actor::process_path,
                                   &Actor::process_pid, &Actor::parent_path, &Actor::parent_pid})
    out.*part = agreed(members, [part](const Finding& m) -> const std::string& { return m.actor.*part; });
  return out;
}

bool same_target(const Target& a, const Target& b) noexcept {
  return a.type == b.type && a.name == b.name && a.display_name == b.display_name && a.verb == b.verb &&
         a.route == b.route && a.state == b.state && a.host == b.host;
}

/// Targets of all members, each once. What a member did on its own host is told with that host where hosts differ.
std::vector<Target> all_targets(std::span<const Finding> members, std::string_view host, std::size_t targets_max) {
  std::vector<Target> out;
  for (const Finding& member : members) {
    for (Target target : member.resources) {
      if (target.host.empty() && host.empty()) target.host = member.host;
      const bool known = std::any_of(out.begin(), out.end(), [&](const Target& t) { return same_target(t, target); });
      if (!known && out.size() < targets_max) out.push_back(std::move(target));
    }
  }
  return out;
}

/// "12 hits within 4m 58s, User = CORP\admin"
std::string word_result(const CorrelationResult& result, Redaction redaction, std::size_t value_max) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(result.time - result.first).count();
  std::string out = fmt::format("{} {} within {}s", result.count, result.count == 1 ? "hit" : "hits", seconds);
  if (result.type != "event_count") out += fmt::format(", {} {}", result.type, result.value);
  for (const auto& [name, value] : result.group) {
    std::string shown = redaction == Redaction::on ? redact(value) : std::string{value};
    if (shown.size() > value_max) {
      std::size_t keep = value_max;
      while (keep > 0 && (static_cast<unsigned char>(shown[keep]) & 0xC0) == 0x80) --keep;  // not inside a character
      shown = fmt::format("{}...({} more bytes)", std::string_view(shown).substr(0, keep), shown.size() - keep);
    }
    out += fmt::format(", {} = {}", name, shown);
  }
  return out;
}

}  // namespace

std::string encode_member(const Finding& finding, const CorrelationBuildLimits& limits) {
  Finding kept;
  kept.uid = finding.uid;
  kept.time = finding.time;
  kept.host = finding.host;
  kept.actor = finding.actor;
  kept.actor.cmd_line.clear();
  kept.actor.parent_cmd_line.clear();
  kept.source_ip = finding.source_ip;
  const std::size_t targets = std::min(finding.resources.size(), limits.member_resources_max);
  kept.resources.assign(finding.resources.begin(), finding.resources.begin() + static_cast<std::ptrdiff_t>(targets));
  kept.evidences = finding.evidences;
  std::string out;
  write_event_part(out, kept);
  return out;
}

Result<Finding> decode_member(std::string_view bytes) {
  Finding out;
  SW_TRY(read_event_part(bytes, out));
  return out;
}

Finding build_correlation(const CorrelationResult& result, std::span<const Finding> members, Redaction redaction,
                          const CorrelationBuildLimits& limits) {
  Finding f;
  fill_rule_part(f, *result.rule);
  f.uid = correlation_uid(result, members);
  f.time = result.time;
  f.host = result.host;
  if (f.host.empty()) f.host = agreed(members, [](const Finding& m) -> const std::string& { return m.host; });
  f.actor = agreed_actor(members);
  f.source_ip = agreed(members, [](const Finding& m) -> const std::string& { return m.source_ip; });
  f.resources = all_targets(members, f.host, limits.resources_max);
  for (const Finding& member : members)
    f.evidences.insert(f.evidences.end(), member.evidences.begin(), member.evidences.end());
  std::sort(f.evidences.begin(), f.evidences.end());
  f.evidences.erase(std::unique(f.evidences.begin(), f.evidences.end()), f.evidences.end());
  if (f.evidences.size() > kEvidencesMax) f.evidences.resize(kEvidencesMax);
  f.count = result.count;
  f.joins_hits = true;
  f.evidences_left_out = result.count - std::min<std::uint64_t>(result.count, f.evidences.size());
  f.message = one_line(fmt::format("{}: {}", f.title, word_result(result, redaction, limits.group_value_max)));
  if (const std::string_view actor = actor_name(f.actor); !actor.empty())
    f.message += one_line(fmt::format(" by {}", actor));
  if (const std::string what = word_targets(f, limits.message_names_max); !what.empty())
    f.message += one_line(fmt::format("; {}", what));
  if (!f.host.empty()) f.message += one_line(fmt::format(" on {}", f.host));
  return f;
}

}  // namespace stopwarden
