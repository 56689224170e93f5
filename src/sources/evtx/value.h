// SPDX-License-Identifier: Apache-2.0
// Typed values of BinXML and their one canonical text.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/arena.h"
#include "base/bytes.h"
#include "event/event.h"
#include "sources/evtx/digits.h"
#include "sources/evtx/utf16.h"

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

/// What a value of so many bytes is charged: no text of a value or an array is longer (five bytes for an int8 with its
/// comma; a short GUID, time or number). Charged whether or not the text is made, so that what is dropped does not
/// depend on what is asked.
constexpr std::size_t text_cost(std::size_t value_bytes) noexcept { return 5 * value_bytes + 40; }

/// Makes text of values. Remembers the latest day it wrote, since a log's times are close together.
class ValueWriter {
 public:
  /// The canonical text of one value that is no array and no BinXML (event.h, FieldValue). Never fails: a value whose
  /// size does not fit its type is shown as uppercase hex and `fits` is cleared.
  /// Input:  `out` has room for text_cost(bytes.size()) + kTextSlack; it is moved behind the text. The bytes up to
  ///         `readable_end` may be read, though only `bytes` count.
  /// Cost:   one pass, no allocation.
  [[gnu::always_inline]] Text write(std::uint8_t type, Bytes bytes, const std::byte* readable_end, char*& out,
                                    bool& fits) {
    char* const from = out;
    // OPTIMIZATION: the commonest types in their usual size, in place; ValueText.IsCanonical has every type in its
    // usual size and in others.
    switch (Type{type}) {
      case Type::string: out = put_utf16(out, bytes, readable_end); return {ValueKind::string, text(from, out)};
      case Type::uint8:
        if (bytes.size() != 1) break;
        out = put_decimal(out, load_le<std::uint8_t>(bytes, 0));
        return {ValueKind::integer, text(from, out)};
      case Type::uint16:
        if (bytes.size() != 2) break;
        out = put_decimal(out, load_le<std::uint16_t>(bytes, 0));
        return {ValueKind::integer, text(from, out)};
      case Type::uint32:
        if (bytes.size() != 4) break;
        out = put_decimal(out, load_le<std::uint32_t>(bytes, 0));
        return {ValueKind::integer, text(from, out)};
      case Type::hex64:
        if (bytes.size() != 8) break;
        out = put_hex_number(out, load_le<std::uint64_t>(bytes, 0));
        return {ValueKind::string, text(from, out)};
      case Type::guid:
        if (bytes.size() != 16) break;
        out = put_guid(out, bytes);
        return {ValueKind::string, text(from, out)};
      case Type::filetime:
        if (bytes.size() != 8) break;
        out = put_filetime(out, load_le<std::uint64_t>(bytes, 0));
        return {ValueKind::string, text(from, out)};
      case Type::sid:
        if (char* const after = put_sid(out, bytes)) {
          out = after;
          return {ValueKind::string, text(from, out)};
        }
        break;
      default: break;
    }
    char* end = from;  // its address leaves; that of `out` does not, so the caller's may stay in a register
    const ValueKind kind = write_any(Type{type}, bytes, end, fits);
    out = end;
    return {kind, text(from, end)};
  }

 private:
  static std::string_view text(const char* from, const char* to) noexcept {
    return {from, static_cast<std::size_t>(to - from)};
  }
  ValueKind write_any(Type type, Bytes bytes, char*& out, bool& fits);
  bool write_fixed(Type type, Bytes bytes, char*& out);
  static char* put_guid(char* out, Bytes bytes) noexcept;
  static char* put_sid(char* out, Bytes bytes) noexcept;  // nullptr when the bytes are too few
  char* put_filetime(char* out, std::uint64_t ticks) noexcept;

  std::uint64_t day_ = ~std::uint64_t{0};  // since 1601
  char date_[16] = {};                     // "2026-11-25T"
};

/// ValueWriter::write() into an arena, for values that are few.
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
