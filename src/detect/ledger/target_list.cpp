// SPDX-License-Identifier: Apache-2.0
#include "detect/ledger/target_list.h"

#include "base/text.h"

namespace stopwarden::ledger {
namespace {

bool same(const Target& a, const Target& b) noexcept {
  return a.type == b.type && a.verb == b.verb && a.route == b.route && equal_ignore_ascii_case(a.name, b.name) &&
         equal_ignore_ascii_case(a.host, b.host);
}

}  // namespace

void TargetList::add(Target target) {
  // "nginx" and "nginx.service" are one unit; audit records write it without the ending.
  constexpr std::string_view kUnit = ".service";
  if (target.type == Target::Type::service && target.name.size() > kUnit.size() &&
      std::string_view(target.name).substr(target.name.size() - kUnit.size()) == kUnit)
    target.name.resize(target.name.size() - kUnit.size());
  if (target.name.empty() || target.name == "-" || targets_.size() >= limits_.targets_max) return;
  for (const Target& known : targets_)
    if (same(known, target)) return;
  targets_.push_back(std::move(target));
}

ServiceKey service_key_of(std::string_view path) noexcept {
  constexpr std::string_view kServices = "services", kCurrent = "currentcontrolset", kNumbered = "controlset";
  std::string_view parent;  // the component before the one at hand
  while (!path.empty()) {
    const std::size_t slash = path.find_first_of("\\/");
    const std::string_view part = path.substr(0, slash);
    const bool under =
        equal_ignore_ascii_case(parent, kCurrent) ||
        (parent.size() > kNumbered.size() && equal_ignore_ascii_case(parent.substr(0, kNumbered.size()), kNumbered) &&
         parent.find_first_not_of("0123456789", kNumbered.size()) == std::string_view::npos);
    if (slash == std::string_view::npos) return {};
    path.remove_prefix(slash + 1);
    if (under && equal_ignore_ascii_case(part, kServices)) {
      const std::size_t end = path.find_first_of("\\/");
      if (end == std::string_view::npos) return {path, {}};
      return {path.substr(0, end), path.substr(end + 1)};
    }
    if (!part.empty()) parent = part;
  }
  return {};
}

}  // namespace stopwarden::ledger
