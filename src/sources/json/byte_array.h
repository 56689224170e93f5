// SPDX-License-Identifier: Apache-2.0
// Values that hold other bytes than text, as journalctl writes them: an array of their numbers.
#pragma once
#include <cstdint>
#include <string_view>

#include "base/text.h"
#include "sources/json/tree.h"

namespace stopwarden::json {

/// An array with elements, each a number from 0 to 255.
inline bool is_byte_array(const Tree& tree, std::uint32_t node) {
  const Node& array = tree.node(node);
  if (array.type != NodeType::array || array.next == node + 1) return false;
  for (std::uint32_t i = node + 1; i < array.next; i = tree.node(i).next) {
    const auto n = tree.node(i).type == NodeType::number ? parse_unsigned(tree.node(i).raw) : std::nullopt;
    if (!n || *n > 255) return false;
  }
  return true;
}

/// The bytes of such an array, in `arena`.
inline std::string_view byte_array_text(const Tree& tree, std::uint32_t node, Arena& arena) {
  const std::uint32_t end = tree.node(node).next;
  char* out = arena.allocate(end - node - 1);
  for (std::uint32_t i = node + 1; i < end; ++i)
    out[i - node - 1] = static_cast<char>(parse_unsigned(tree.node(i).raw).value_or(0));
  return {out, end - node - 1};
}

}  // namespace stopwarden::json
