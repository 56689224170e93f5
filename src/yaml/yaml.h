// SPDX-License-Identifier: Apache-2.0
// YAML text to a tree that remembers where each node stood. yaml-cpp is used here and nowhere else.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/diagnostic.h"

namespace stopwarden {

/// One node of a YAML document. Scalars keep their text and how they were written, so that the reader decides what `42`
/// and `'42'` mean.
struct YamlNode {
  // Out of line, in yaml.cpp: clang 14 would want the pair below complete for the implicit ones.
  YamlNode();
  YamlNode(const YamlNode&);
  YamlNode(YamlNode&&) noexcept;
  YamlNode& operator=(const YamlNode&);
  YamlNode& operator=(YamlNode&&) noexcept;
  ~YamlNode();

  enum class Kind : std::uint8_t { null, scalar, sequence, map };
  Kind kind = Kind::null;
  bool quoted = false;                 ///< scalar in quotes or a block scalar: a string whatever it looks like
  std::string text;                    ///< scalar only
  std::uint32_t line = 0, column = 0;  ///< from 1
  std::vector<YamlNode> items;         ///< sequence
  std::vector<std::pair<YamlNode, YamlNode>> entries;  ///< map, in the order written; keys are scalars or null

  bool is_null() const noexcept { return kind == Kind::null; }
  bool is_scalar() const noexcept { return kind == Kind::scalar; }
  bool is_sequence() const noexcept { return kind == Kind::sequence; }
  bool is_map() const noexcept { return kind == Kind::map; }
  /// The value of a key of a map; nullptr when this is no map or has no such key.
  const YamlNode* find(std::string_view key) const noexcept;
};

/// YAML 1.2 core types of a plain (unquoted) scalar.
enum class YamlType : std::uint8_t { string, integer, real, boolean, null };
YamlType scalar_type(const YamlNode& scalar) noexcept;

struct YamlLimits {
  std::size_t bytes_max = 1024 * std::size_t{1024};  // the largest SigmaHQ rule has 60 kB
  std::size_t nodes_max = 200'000;                   // counts what aliases expand to: stops a "billion laughs" file
  std::size_t depth_max = 64;                        // SigmaHQ nests 5 deep
};

/// One document of a file, or why it could not be read.
struct YamlDocument {
  YamlNode root;           ///< null after an error
  std::uint32_t line = 1;  ///< of its first content
};

/// Reads all documents of a file. Stops at the first syntax error, which is returned with what was read before it.
/// Duplicate keys of a map, keys that are not scalars, and reached limits are errors (yaml-cpp would accept them).
/// Errors (codes): YML001 syntax, YML002 duplicate key, YML003 limit, YML004 key is not a scalar, YML005 not UTF-8.
std::vector<YamlDocument> parse_yaml(std::string_view text, const std::string& file, const YamlLimits& limits,
                                     std::vector<Diagnostic>& diagnostics);

/// A text file somebody else opened.
struct TextFile {
  std::string path;
  std::string text;
};

}  // namespace stopwarden
