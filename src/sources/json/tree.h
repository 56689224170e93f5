// SPDX-License-Identifier: Apache-2.0
// One JSON object as a flat list of its values, in order.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/result.h"
#include "sources/json/keys.h"
#include "sources/json/tokens.h"

namespace stopwarden::json {

enum class NodeType : std::uint8_t { null, boolean, number, string, array, object };

/// A value. The children of an array or object follow it; `next` is the node behind the last of them.
struct Node {
  std::string_view raw;  ///< as written (strings: between the quotes; arrays and objects: with their brackets)
  std::uint32_t next = 0;
  std::uint32_t key = 0;  ///< number of its name (Tree::key); 0 for elements of arrays
  NodeType type = NodeType::null;
  KeyTraits traits;  ///< of its key
  bool is_scalar() const noexcept { return type != NodeType::array && type != NodeType::object; }
};

inline constexpr std::size_t kObjectMax = 16 * std::size_t{1024} * 1024;  // one object; Windows events end at 64 KiB
inline constexpr std::uint32_t kNodesMax =
    65'536;  // values of one object: bounds what they cost at 40 MiB; events have 60

/// Reads objects one after the other and keeps its memory in between.
class Tree {
 public:
  /// Reads `text`, which is one object and nothing else but blanks around it.
  /// Errors: bad_value (no JSON, invalid UTF-8), limit_exceeded (depth, number of values); offset 0.
  /// Lifetime: the nodes view `text`, until the next read() or release_excess().
  Status read(std::string_view text);
  /// The same for one object of a text whose tokens were found before. It begins at token `at`, which is moved behind
  /// it. False when there is no whole good object, for whatever reason.
  bool read_at(std::string_view text, std::span<const std::uint32_t> tokens, std::size_t& at);

  /// The latest read_at() failed because there were no more tokens.
  bool ran_out() const noexcept { return ran_out_; }
  /// The latest read() failed at invalid UTF-8 or a raw control character, which repair() mends.
  bool repairable() const noexcept { return repairable_; }

  const Node& node(std::uint32_t i) const { return nodes_[i]; }
  std::uint32_t size() const noexcept { return static_cast<std::uint32_t>(size_); }
  const Key& key(std::uint32_t number) const { return keys_.key(number); }
  const Key& key_of(const Node& node) const { return keys_.key(node.key); }
  /// Changes when the numbers of keys become others.
  std::uint64_t key_generation() const noexcept { return keys_.generation(); }

  /// A child of object `parent`; 0 (the root, which is nobody's child) when there is none of that name.
  std::uint32_t find(std::uint32_t parent, std::string_view key) const;

  /// Frees what a huge object made grow.
  void release_excess();

 private:
  friend class TreeBuilder;
  /// A node that holds what an earlier object left in it.
  Node& add() {
    if (size_ == nodes_.size()) grow();
    return nodes_[size_++];
  }
  void grow();
  bool build(class TreeBuilder& builder);

  Tokens tokens_;
  Keys keys_;
  std::vector<Node> nodes_;
  std::size_t size_ = 0;  // nodes in use
  bool repairable_ = false, ran_out_ = false;
};

/// `text` with every invalid byte as U+FFFD and every raw control character inside a string as an escape.
std::string repair(std::string_view text);

/// The text of a JSON string: escapes resolved. `raw` itself when it has none. A lone surrogate becomes U+FFFD; a
/// backslash before anything else than JSON's escapes stays as it is ("C:\Temp" written by a careless logger).
std::string_view unescape(std::string_view raw, Arena& arena);

}  // namespace stopwarden::json
