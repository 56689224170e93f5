// SPDX-License-Identifier: Apache-2.0
#include "sources/json/embedded.h"

#include <utility>

#include "base/base64.h"
#include "base/text.h"
#include "sources/json/shapes_cloud.h"

namespace stopwarden::json {
namespace {

constexpr std::size_t kKeepMax = 1024 * std::size_t{1024};

/// Of a string as written: `{` and a quote, which is escaped there.
bool may_be_object(std::string_view raw) noexcept {
  const std::size_t at = raw.find_first_not_of(' ');
  return at != std::string_view::npos && raw.size() - at > 2 && raw[at] == '{' &&
         (raw[at + 1] == '\\' || raw[at + 1] == ' ');
}

/// base64 of `{"`, `{ ` or `{` and a line's end.
bool may_be_encoded_object(std::string_view raw) noexcept {
  return raw.size() > 3 && raw[0] == 'e' && (raw[1] == 'y' || raw[1] == 'w');
}

}  // namespace

bool Embedded::may_hold(const Marks& m) noexcept {
  return (m.has(Mark::envelope) || m.has(Mark::event_low) || m.result != 0) && !m.has(Mark::winlog) &&
         !m.has(Mark::event_id_number) && !m.has(Mark::event_id_low) && m.system == 0 && !is_cloud_event(m);
}

/// The next candidate among the members of the object, from node `from` on.
Embedded::Found Embedded::find(const Tree& tree, std::uint32_t from) {
  for (std::uint32_t i = from; i < tree.node(0).next; i = tree.node(i).next) {
    const Node& node = tree.node(i);
    if (node.traits.mark != Mark::envelope && node.traits.mark != Mark::event_low && node.traits.mark != Mark::result)
      continue;
    std::uint32_t text = i;
    if (node.type == NodeType::object) {
      for (const std::string_view name : {"data", "original", "Message", "_raw"})
        if ((text = tree.find(i, name)) != 0) break;
    }
    if (text == 0 || tree.node(text).type != NodeType::string) continue;
    const std::string_view raw = tree.node(text).raw;
    if (may_be_object(raw)) return {text, false};
    if (may_be_encoded_object(raw) && tree.key_of(tree.node(text)).raw == "data") return {text, true};
  }
  return {};
}

/// The text of `found` becomes the tree. `tree` may be our own: it is not looked at again.
bool Embedded::read(const Tree& tree, const Found& found) {
  const std::string_view raw = tree.node(found.node).raw;
  if (found.is_base64) {
    if (!decode_base64(raw, next_)) return false;
  } else {
    arena_.reset();
    next_ = unescape(raw, arena_);
  }
  text_.swap(next_);
  bool good = static_cast<bool>(tree_.read(text_));
  if (!good && tree_.repairable()) {
    repaired_ = repair(text_);
    text_.swap(repaired_);
    good = text_.size() <= kObjectMax && static_cast<bool>(tree_.read(text_));
  }
  broken_ = broken_ || !good;
  return good;
}

bool Embedded::open(const Tree& outer) {
  broken_ = false;
  for (Found first = find(outer, 1); first.node != 0;) {
    Found found = first;
    const Tree* around = &outer;
    for (int depth = 0; found.node != 0 && read(*around, found); ++depth) {
      marks_ = read_marks(tree_, 0);
      if (is_cloud_event(event_place(tree_, marks_).marks)) return true;
      if (depth + 1 == kEmbeddedMax) {
        broken_ = true;
        break;
      }
      around = &tree_;
      found = may_hold(marks_) ? find(tree_, 1) : Found{};
    }
    first = find(outer, outer.node(first.node).next);
  }
  return false;
}

void Embedded::release_excess() {
  tree_.release_excess();
  for (std::string* s : {&text_, &next_, &repaired_})
    if (s->capacity() > kKeepMax) std::string().swap(*s);
}

}  // namespace stopwarden::json
