// SPDX-License-Identifier: Apache-2.0
// One JSON object as a flat list of its values, in order. simdjson is used in tree.cpp only.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/result.h"

namespace stopwarden::json {

enum class NodeType : std::uint8_t { null, boolean, number, string, array, object };

/// A value. The children of an array or object follow it; `next` is the node behind the last of them.
struct Node {
  std::string_view key;  ///< as written, between the quotes; empty for elements of arrays
  std::string_view raw;  ///< scalars: as written (strings: between the quotes)
  std::uint32_t next = 0;
  NodeType type = NodeType::null;
  bool key_escaped = false;
  bool escaped = false;  ///< strings: a backslash stands in `raw`
};

inline constexpr std::size_t kObjectMax = 16 * std::size_t{1024} * 1024;  // one object; Windows events end at 64 KiB
inline constexpr std::uint32_t kNodesMax =
    65'536;  // values of one object: bounds what they cost at 40 MiB; events have 60

/// Reads objects one after the other and keeps its memory in between.
class Tree {
 public:
  Tree();
  ~Tree();
  Tree(const Tree&) = delete;
  Tree& operator=(const Tree&) = delete;

  /// Reads `text`, which is one object and nothing else but blanks around it. `readable` counts the bytes from
  /// text.data() that may be read (nothing is learnt from those behind the text); when they are too few, `text` is
  /// copied first.
  /// Errors: bad_value (no JSON, invalid UTF-8), limit_exceeded (depth, number of values); offset 0.
  /// Lifetime: the nodes view `text` or the copy, until the next read() or release().
  Status read(std::string_view text, std::size_t readable);

  /// The latest read() failed at invalid UTF-8 or a raw control character, which repair() mends.
  bool repairable() const noexcept { return repairable_; }

  const Node& node(std::uint32_t i) const { return nodes_[i]; }
  std::uint32_t size() const noexcept { return static_cast<std::uint32_t>(nodes_.size()); }

  /// A child of object `parent`; 0 (the root, which is nobody's child) when there is none of that name.
  std::uint32_t find(std::uint32_t parent, std::string_view key) const;

  /// Frees what a huge object made grow.
  void release_excess();

 private:
  struct Reader;  // simdjson's
  std::unique_ptr<Reader> reader_;
  std::vector<Node> nodes_;
  std::string copy_;
  bool repairable_ = false;
};

/// `text` with every invalid byte as U+FFFD and every raw control character inside a string as an escape.
std::string repair(std::string_view text);

/// The text of a JSON string: escapes resolved. `raw` itself when it has none. A lone surrogate becomes U+FFFD; a
/// backslash before anything else than JSON's escapes stays as it is ("C:\Temp" written by a careless logger).
std::string_view unescape(std::string_view raw, bool escaped, Arena& arena);

}  // namespace stopwarden::json
