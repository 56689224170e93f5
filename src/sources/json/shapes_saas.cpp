// SPDX-License-Identifier: Apache-2.0
#include "sources/json/shapes_saas.h"

#include "sources/json/shapes.h"

namespace stopwarden::json {

bool is_m365(const Marks& m) { return m.has(Mark::m365_operation) && m.has(Mark::m365_part); }
bool is_okta(const Marks& m) { return m.has(Mark::okta_type) && m.has(Mark::okta_part); }
bool is_github(const Marks& m) { return m.has(Mark::github_action) && m.has(Mark::github_part); }
bool is_bitbucket(const Marks& m) { return m.has(Mark::bitbucket_type); }
bool is_onelogin(const Marks& m) { return m.has(Mark::onelogin_type); }
bool is_duo(const Marks& m) { return m.has(Mark::event_type_low) && m.has(Mark::duo_part); }

void m365_derive(const Tree& tree, std::uint32_t root, DerivedValues& out) {
  const std::uint32_t list = tree.find(root, "ExtendedProperties");
  if (list == 0 || tree.node(list).type != NodeType::array) return;
  for (std::uint32_t i = list + 1; i < tree.node(list).next; i = tree.node(i).next) {
    const std::uint32_t name = tree.find(i, "Name"), value = tree.find(i, "Value");
    if (name == 0 || value == 0 || tree.node(name).type != NodeType::string || !tree.node(value).is_scalar()) continue;
    const std::string_view field = unescape(tree.node(name).raw, out.arena());
    if (out.wants(field)) out.add(field, ValueKind::string, unescape(tree.node(value).raw, out.arena()));
  }
}

}  // namespace stopwarden::json
