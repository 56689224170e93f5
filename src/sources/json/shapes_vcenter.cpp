// SPDX-License-Identifier: Apache-2.0
#include "sources/json/shapes_vcenter.h"

#include <algorithm>

namespace stopwarden::json {

bool is_vcenter(const Marks& m) { return m.has(Mark::vcenter_message) && m.has(Mark::vcenter_event); }

void vcenter_head(const Tree&, std::uint32_t, Arena&, Event& event) { event.provider = "vpxd"; }

void vcenter_derive(const Tree& tree, std::uint32_t root, DerivedValues& out) {
  constexpr std::string_view kField = "EventTypeId", kPrefix = "vim.event.";
  if (!out.wants(kField) || tree.find(root, kField) != 0) return;  // then the object has it under this name
  for (const std::string_view key : {"eventTypeId", "_typeName", "Type", "type", "@type"}) {
    const std::uint32_t node = tree.find(root, key);
    if (node == 0 || tree.node(node).type != NodeType::string) continue;
    const std::string_view name = unescape(tree.node(node).raw, out.arena());
    if (name.find('.') != std::string_view::npos) return out.add(kField, ValueKind::string, name);
    char* made = out.arena().allocate(kPrefix.size() + name.size());
    std::copy(name.begin(), name.end(), std::copy(kPrefix.begin(), kPrefix.end(), made));
    return out.add(kField, ValueKind::string, {made, kPrefix.size() + name.size()});
  }
}

}  // namespace stopwarden::json
