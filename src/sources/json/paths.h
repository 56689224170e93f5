// SPDX-License-Identifier: Apache-2.0
// From the place of a value in an object to the fields it fills: worked out once for each place, then looked up.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "event/event.h"
#include "event/field.h"

namespace stopwarden::json {

/// What a value means to the event as a whole.
enum class Role : std::uint8_t {
  none,
  host,
  channel,
  provider,
  event_id,
  record_id,
  time,            ///< event time, with a zone or in UTC
  local_time,      ///< event time by the clock on the wall of the machine (NXLog's EventTime)
  received_local,  ///< when the collector's agent read it, by the same clock (NXLog's EventReceivedTime)
  collected,       ///< when the pipeline took it in, UTC (Logstash's @timestamp)
  record_name,     ///< the record's own id where that is text (Event::record_name)
  kCount,
};

/// How a value is rewritten to its canonical text.
enum class Convert : std::uint8_t {
  none,
  integer,    ///< "4624" is a number
  hex64,      ///< a signed number is a bit mask: 0x8020000000000000
  guid,       ///< {UPPERCASE}
  json_text,  ///< an array or object gives its text, as written; for rules that search in it
};

/// One row of a shape's table: a value at `path` also fills `field` and has a role. Among several values of one role
/// the lowest rank wins. With `fallback` the field is filled only when no value of a better rank was there.
struct Alias {
  std::string_view path;
  std::string_view field;  // empty: none
  Role role = Role::none;
  std::uint8_t rank = 0;
  Convert convert = Convert::none;
  bool fallback = false;
  bool numbered = false;  // also param1, param2, ... in the order of coming
};

/// How the names of children are made.
enum class Naming : std::uint8_t {
  dotted,      ///< a.b.c
  system,      ///< below Event/System: Provider_Name
  attributes,  ///< attributes of an element: Leaf_Attr
  leaf,        ///< below EventData and UserData: the element's own name
};

/// What holds below one root.
struct PathRules {
  Naming naming = Naming::dotted;
  std::string_view root;  ///< name of the root itself, for values and attributes that stand on it
  std::span<const Alias> aliases;
  std::span<const std::string_view> strip;       ///< "winlog.event_data.": the rest of the path is a field, too
  std::span<const std::string_view> strip_leaf;  ///< "winlog.user_data.": the last part of the path is a field, too
  bool bare_guids = false;                       ///< GUIDs come without braces
  bool byte_arrays = false;  ///< an array of numbers from 0 to 255 is one value of these bytes (byte_array.h)
};

struct Path {
  std::string_view key;   ///< as in the object, unescaped
  std::string_view name;  ///< without blanks
  std::uint32_t parent = 0;
  std::uint32_t hash = 0;
  std::uint32_t first = 0;  ///< of `Name_1` below EventData and UserData: the path of `Name`; else 0
  std::array<FieldId, 3> fields{};
  FieldId fallback_field{};  ///< filled when nothing better came
  std::uint8_t field_count = 0;
  std::uint8_t rank = 0;
  std::uint8_t rules = 0;
  Naming naming = Naming::dotted;
  Role role = Role::none;
  Convert convert = Convert::none;
  bool has_fallback = false;
  bool numbered = false;
  bool overlong = false;  ///< the name is longer than any that is looked for
  bool named() const noexcept { return field_count != 0 && fields[0] != kUnnamedField; }
  bool used() const noexcept { return field_count != 0 || role != Role::none || numbered; }
};

/// A trie of (parent, key), kept from event to event. Not for sharing between threads.
/// Cost: one hash and one comparison for a key that was seen before; no allocation then.
class PathTable {
 public:
  PathTable(const WantedFields& wanted, std::span<const PathRules> roots);

  /// The root of `roots[i]` is path i.
  std::uint32_t child(std::uint32_t parent, std::string_view key);
  /// The same for a key that has a number (keys.h), when the pair was seen lately; else 0.
  std::uint32_t known_child(std::uint32_t parent, std::uint32_t number) const {
    const Cached& c = cache_[cache_place(parent, number)];
    return c.number == number && c.parent == parent ? c.path : 0;
  }
  std::uint32_t child(std::uint32_t parent, std::uint32_t number, std::string_view key) {
    const std::uint32_t path = child(parent, key);
    cache_[cache_place(parent, number)] = {parent, number, path};
    return path;
  }
  const Path& path(std::uint32_t i) const { return paths_[i]; }

  /// Called between events. Forgets everything but the roots when hostile keys made the table grow too large. `keys` is
  /// the generation of the numbers that come (Keys::generation).
  void limit(std::uint64_t keys);
  std::size_t size() const noexcept { return paths_.size(); }

 private:
  std::uint32_t add(std::uint32_t parent, std::string_view key, std::uint32_t hash);
  static std::size_t cache_place(std::uint32_t parent, std::uint32_t number) noexcept {
    return (parent * kParentStep + number) % kCacheSize;
  }
  void add_name(Path& path, const Path& parent);
  void resolve(Path& path) const;
  void add_field(Path& path, std::string_view name) const;
  void rehash(std::size_t slots);
  struct Cached {
    std::uint32_t parent = 0, number = 0, path = 0;
  };
  static constexpr std::size_t kCacheSize = 2048;    // 24 KiB; a log's events have some hundred places
  static constexpr std::uint32_t kParentStep = 331;  // keeps keys of the same number under several parents apart
  void clear();

  const WantedFields* wanted_;
  std::span<const PathRules> roots_;
  std::vector<Path> paths_;
  std::vector<std::uint32_t> slots_;  // path index + 1; 0 is free
  std::vector<Cached> cache_;
  std::uint64_t keys_ = 0;  // generation of the numbers in cache_
  Arena names_;
  std::size_t name_bytes_ = 0;
  std::string scratch_;
};

}  // namespace stopwarden::json
