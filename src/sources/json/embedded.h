// SPDX-License-Identifier: Apache-2.0
// Events that stand as text inside a string of another object: a queue's message, a log group's line, an export's
// column.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "sources/json/shapes.h"
#include "sources/json/tree.h"

namespace stopwarden::json {

/// Messages in messages: a queue around a topic around a bus around an event is three.
inline constexpr int kEmbeddedMax = 4;

/// Opens what an envelope's members hold: JSON text (CloudTrailEvent, eventJson, message, body, event.original, ...) or
/// base64 of it (message.data of Pub/Sub). Only audit events of clouds are opened; other text in other logs
/// stays where it is. Keeps its memory from one object to the next.
class Embedded {
 public:
  /// May be asked for any object at hand: does open() have anything to look at?
  static bool may_hold(const Marks& marks) noexcept;
  /// Is there an event inside the object? Then the rest is about it, until the next call.
  /// Cost: one look at each member of the object, and for a text that may be an object a Tree::read() of it.
  bool open(const Tree& outer);
  /// The latest open() met a text that looks like an object and is no JSON, or lies too deep.
  bool met_broken() const noexcept { return broken_; }

  const Tree& tree() const noexcept { return tree_; }
  const Marks& marks() const noexcept { return marks_; }
  /// The event, unescaped: its identity and what keywords are looked for in.
  std::string_view text() const noexcept { return text_; }

  void release_excess();

 private:
  struct Found {
    std::uint32_t node = 0;  ///< of a string; 0: nothing
    bool is_base64 = false;
  };
  static Found find(const Tree& tree, std::uint32_t from);
  bool read(const Tree& tree, const Found& found);

  Tree tree_;
  Marks marks_;
  Arena arena_;
  std::string text_, next_, repaired_;
  bool broken_ = false;
};

}  // namespace stopwarden::json
