// SPDX-License-Identifier: Apache-2.0
#include "sources/json/shapes_journal.h"

#include <algorithm>

#include "base/text.h"
#include "sources/journal/derived.h"
#include "sources/json/byte_array.h"

namespace stopwarden::json {
namespace {

using journal::Fact;
using journal::Facts;

/// A field of several values is an array of them, one of bytes an array of numbers: the first value.
std::string_view first_text(const Tree& tree, std::uint32_t node, Arena& arena) {
  if (is_byte_array(tree, node)) return byte_array_text(tree, node, arena);
  const Node& n = tree.node(node);
  if (n.type == NodeType::array && n.next > node + 1) return first_text(tree, node + 1, arena);
  if (n.type == NodeType::string) return unescape(n.raw, arena);
  return n.type == NodeType::number || n.type == NodeType::boolean ? n.raw : std::string_view{};
}

/// `asked`: those that are needed; others stay empty.
template <class Asked>
Facts facts_of(const Tree& tree, std::uint32_t root, Arena& arena, const Asked& asked) {
  const auto names = journal::fact_names();
  Facts facts;
  for (std::uint32_t i = root + 1; i < tree.node(root).next; i = tree.node(i).next) {
    const std::string_view key = tree.key_of(tree.node(i)).raw;
    const auto found = std::find(names.begin(), names.end(), key);
    if (found == names.end()) continue;
    const auto fact = static_cast<Fact>(found - names.begin());
    if (asked(fact)) facts.note(fact, first_text(tree, i, arena));
  }
  return facts;
}

bool is_for_head(Fact f) noexcept {
  return f == Fact::identifier || f == Fact::comm || f == Fact::transport || f == Fact::source_realtime ||
         f == Fact::realtime || f == Fact::cursor || f == Fact::seqnum;
}

}  // namespace

void journal_head(const Tree& tree, std::uint32_t root, Arena& arena, Event& event) {
  const Facts facts = facts_of(tree, root, arena, is_for_head);
  event.provider = journal::provider_of(facts);
  event.record_id = journal::seqnum_of(facts);
  if (const auto time = journal::event_time(parse_unsigned(facts[Fact::realtime]), facts[Fact::source_realtime]))
    event.time = time;
}

void journal_derive(const Tree& tree, std::uint32_t root, DerivedValues& out) {
  if (out.kept() == nullptr) out.kept() = std::make_shared<journal::Derivation>(out.wanted());
  auto& derivation = *static_cast<journal::Derivation*>(out.kept().get());
  const Facts facts = facts_of(tree, root, out.arena(), [](Fact) { return true; });
  // Copied: an event may be derived twice, and the first texts are still in use then.
  for (const FieldValue& v : derivation.derive(facts))
    if (!out.has(v.field)) out.add(v.field, v.kind, out.arena().copy(v.text));
}

}  // namespace stopwarden::json
