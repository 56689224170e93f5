// SPDX-License-Identifier: Apache-2.0
// Typed values of BinXML and their one canonical text.
#pragma once
#include <cstdint>
#include <string_view>

#include "base/arena.h"
#include "base/bytes.h"
#include "event/event.h"

namespace stopwarden::evtx {

/// [MS-EVEN6] 2.2.12, ValueType; the array bit is kept apart.
enum class Type : std::uint8_t {
  null = 0x00,
  string = 0x01,
  ansi_string = 0x02,
  int8 = 0x03,
  uint8 = 0x04,
  int16 = 0x05,
  uint16 = 0x06,
  int32 = 0x07,
  uint32 = 0x08,
  int64 = 0x09,
  uint64 = 0x0a,
  real32 = 0x0b,
  real64 = 0x0c,
  boolean = 0x0d,
  binary = 0x0e,
  guid = 0x0f,
  size = 0x10,
  filetime = 0x11,
  systemtime = 0x12,
  sid = 0x13,
  hex32 = 0x14,
  hex64 = 0x15,
  evt_handle = 0x20,
  binxml = 0x21,
  evt_xml = 0x23,
};
inline constexpr std::uint8_t kArrayBit = 0x80;

/// One value of a record: its type as written, and where its bytes lie in the chunk.
struct Value {
  std::uint32_t offset = 0;
  std::uint16_t size = 0;
  std::uint8_t type = 0;
};

struct Text {
  ValueKind kind;
  std::string_view text;
};

/// The canonical text of one value that is no array and no BinXML (event.h, FieldValue). Never fails: a value whose
/// size does not fit its type is shown as uppercase hex and `fits` is cleared.
/// Lifetime: of `arena`. Cost: one pass, no allocation by itself.
Text format_value(std::uint8_t type, Bytes bytes, Arena& arena, bool& fits);

/// Walks the elements of an array value. Strings are separated by NUL, everything else has a fixed stride.
class ArrayWalk {
 public:
  ArrayWalk(std::uint8_t array_type, Bytes bytes) noexcept;
  /// The next element; false after the last one.
  bool next(Bytes& element) noexcept;
  std::uint8_t element_type() const noexcept { return type_; }

 private:
  Bytes left_;
  std::size_t stride_ = 0;  // 0: strings
  std::uint8_t type_ = 0;
};

/// An integer of 1, 2, 4 or 8 bytes; nothing else.
std::optional<std::uint64_t> unsigned_value(std::uint8_t type, Bytes bytes) noexcept;

/// FILETIME or SYSTEMTIME as event time.
std::optional<EventTime> time_value(std::uint8_t type, Bytes bytes) noexcept;

/// UTF-16LE without its trailing NULs, as UTF-8.
std::string_view string_text(Bytes utf16, Arena& arena);

}  // namespace stopwarden::evtx
