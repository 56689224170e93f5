// SPDX-License-Identifier: Apache-2.0
// The bytes of a systemd journal file, as systemd's JOURNAL_FILE_FORMAT document and journal-def.h describe them.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/bytes.h"

namespace stopwarden::journal {

inline constexpr std::string_view kSignature = "LPKSHHRH";
inline constexpr std::size_t kAlignment = 8;  // of every object

using Id128 = std::array<std::uint8_t, 16>;

/// The start of a file. What later versions added behind is of no use to a reader that walks the objects.
struct FileHeader {
  std::array<char, 8> signature;
  Le<std::uint32_t> compatible_flags;
  Le<std::uint32_t> incompatible_flags;
  std::uint8_t state;
  std::array<std::uint8_t, 7> reserved;
  Id128 file_id;
  Id128 machine_id;
  Id128 tail_entry_boot_id;
  Id128 seqnum_id;
  Le<std::uint64_t> header_size;
  Le<std::uint64_t> arena_size;
  Le<std::uint64_t> data_hash_table_offset;
  Le<std::uint64_t> data_hash_table_size;
  Le<std::uint64_t> field_hash_table_offset;
  Le<std::uint64_t> field_hash_table_size;
  Le<std::uint64_t> tail_object_offset;
  Le<std::uint64_t> n_objects;
  Le<std::uint64_t> n_entries;
  Le<std::uint64_t> tail_entry_seqnum;
  Le<std::uint64_t> head_entry_seqnum;
  Le<std::uint64_t> entry_array_offset;
  Le<std::uint64_t> head_entry_realtime;
  Le<std::uint64_t> tail_entry_realtime;
  Le<std::uint64_t> tail_entry_monotonic;
};
static_assert(sizeof(FileHeader) == 208 && alignof(FileHeader) == 1);

/// Without knowing all of them a file cannot be read.
namespace incompatible {
inline constexpr std::uint32_t kXz = 1, kLz4 = 2, kKeyedHash = 4, kZstd = 8, kCompact = 16;
inline constexpr std::uint32_t kKnown = kXz | kLz4 | kKeyedHash | kZstd | kCompact;
}  // namespace incompatible

enum class ObjectType : std::uint8_t {
  unused,
  data,
  field,
  entry,
  data_hash_table,
  field_hash_table,
  entry_array,
  tag,
};
inline constexpr std::uint8_t kLastObjectType = 7;

/// Flags of a DATA object: how its payload is compressed; one at most.
inline constexpr std::uint8_t kObjectXz = 1, kObjectLz4 = 2, kObjectZstd = 4;
inline constexpr std::uint8_t kObjectFlags = kObjectXz | kObjectLz4 | kObjectZstd;

struct ObjectHeader {
  std::uint8_t type;
  std::uint8_t flags;
  std::array<std::uint8_t, 6> reserved;
  Le<std::uint64_t> size;  ///< with this header, without the padding behind
};
static_assert(sizeof(ObjectHeader) == 16 && alignof(ObjectHeader) == 1);

/// "NAME=value", stored once for all entries that have it. The payload follows, in compact files behind 8 bytes more.
struct DataObject {
  ObjectHeader header;
  Le<std::uint64_t> hash;
  Le<std::uint64_t> next_hash_offset, next_field_offset, entry_offset, entry_array_offset, n_entries;
};
static_assert(sizeof(DataObject) == 64 && alignof(DataObject) == 1);
inline constexpr std::size_t kCompactDataExtra = 8;

/// One event; its items follow.
struct EntryObject {
  ObjectHeader header;
  Le<std::uint64_t> seqnum;
  Le<std::uint64_t> realtime;   ///< microseconds since 1970
  Le<std::uint64_t> monotonic;  ///< microseconds since the boot
  Id128 boot_id;
  Le<std::uint64_t> xor_hash;
};
static_assert(sizeof(EntryObject) == 64 && alignof(EntryObject) == 1);

/// An item of an entry: where a DATA object lies. In compact files the offset alone, in 4 bytes.
inline constexpr std::size_t kItem = 16, kCompactItem = 4;

struct EntryArrayObject {
  ObjectHeader header;
  Le<std::uint64_t> next_entry_array_offset;
};
static_assert(sizeof(EntryArrayObject) == 24 && alignof(EntryArrayObject) == 1);

/// The least an object of this type has.
constexpr std::uint64_t size_min(ObjectType type) noexcept {
  switch (type) {
    case ObjectType::data: return sizeof(DataObject) + 1;
    case ObjectType::field: return 40 + 1;
    case ObjectType::entry: return sizeof(EntryObject) + kCompactItem;
    case ObjectType::data_hash_table:
    case ObjectType::field_hash_table: return 16 + 16;
    case ObjectType::entry_array: return sizeof(EntryArrayObject) + kCompactItem;
    case ObjectType::tag: return 64;
    case ObjectType::unused: break;
  }
  return sizeof(ObjectHeader);
}

}  // namespace stopwarden::journal
