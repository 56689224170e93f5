// SPDX-License-Identifier: Apache-2.0
// What the names of elements and attributes mean to the reader, looked up once and remembered over chunks.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/bytes.h"
#include "event/field.h"

namespace stopwarden::evtx {

/// Names with a meaning of their own in the event schema.
enum class Known : std::uint8_t {
  other,
  event,
  system,
  event_data,
  user_data,
  processing_error_data,
  rendering_info,
  data,
  complex_data,
  name,
  xmlns,
  provider,
  event_id,
  channel,
  computer,
  event_record_id,
  time_created,
  system_time,
  message,
};

struct NameInfo {
  FieldId field = kUnnamedField;
  bool wanted = false;  ///< is a value of this name to be emitted (under `field`)?
  Known known = Known::other;
};

/// From names as they lie in the chunk (UTF-16LE) to fields. Remembers at most kSlots names, in open addressing with a
/// short probe; what finds no room is looked up again each time, so hostile names cost time but no memory.
class NameTable {
 public:
  explicit NameTable(const WantedFields& wanted);

  /// An element, or the Name of a Data element.
  NameInfo look_up(Bytes name) { return look_up({}, name); }
  /// A value known as `prefix` + "_" + `name` (an attribute of an element). With an empty prefix: `name` alone.
  NameInfo look_up(Bytes prefix, Bytes name);
  /// The same for a name that came as text.
  NameInfo look_up_text(std::string_view name) const;

  const WantedFields& wanted() const noexcept { return *wanted_; }

 private:
  static constexpr std::size_t kSlots = 4096;
  static constexpr std::size_t kProbes = 8;
  struct Slot {
    std::size_t hash = 0;
    std::string key;  // empty: free
    std::size_t prefix_size = 0;
    NameInfo info;
  };
  NameInfo resolve(Bytes prefix, Bytes name);

  const WantedFields* wanted_;
  std::vector<Slot> slots_;
  Arena arena_;
  std::string text_;
};

}  // namespace stopwarden::evtx
