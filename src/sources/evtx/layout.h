// SPDX-License-Identifier: Apache-2.0
// What lies on disk: structs of alignment 1, copied out, and the limits of the reader.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/bytes.h"

namespace stopwarden::evtx {

inline constexpr std::string_view kFileMagic{"ElfFile\0", 8};
inline constexpr std::string_view kChunkMagic{"ElfChnk\0", 8};
inline constexpr std::uint32_t kRecordMagic = 0x00002a2a;  // "**\0\0"
inline constexpr std::size_t kFileHeaderSize = 4096;
inline constexpr std::size_t kChunkSize = 65'536;
inline constexpr std::size_t kChunkHeaderSize = 512;  // with the tables of strings and templates, which are not used
inline constexpr std::size_t kRecordHeaderSize = 24;
inline constexpr std::size_t kRecordSizeMin = kRecordHeaderSize + 4;  // and the copy of the size at the end

struct FileHeader {
  std::array<char, 8> magic;
  Le<std::uint64_t> chunk_first, chunk_last, record_id_next;
  Le<std::uint32_t> header_size;
  Le<std::uint16_t> version_minor, version_major, block_size, chunk_count;
  std::array<std::byte, 76> reserved;
  Le<std::uint32_t> flags, crc;
};
static_assert(sizeof(FileHeader) == 128 && alignof(FileHeader) == 1);

inline constexpr std::uint32_t kFileDirty = 1;

struct ChunkHeader {
  std::array<char, 8> magic;
  Le<std::uint64_t> record_number_first, record_number_last, record_id_first, record_id_last;
  Le<std::uint32_t> header_size, record_offset_last, free_offset, records_crc;
  std::array<std::byte, 64> reserved;
  Le<std::uint32_t> flags, header_crc;
};
static_assert(sizeof(ChunkHeader) == 128 && alignof(ChunkHeader) == 1);

struct RecordHeader {
  Le<std::uint32_t> magic, size;
  Le<std::uint64_t> record_id, written;  // written: FILETIME
};
static_assert(sizeof(RecordHeader) == kRecordHeaderSize && alignof(RecordHeader) == 1);

inline constexpr std::size_t kNameHeader = 8;  // in front of a name: the next of its bucket, hash, count of characters

/// In front of a template's BinXML.
struct DefinitionHeader {
  Le<std::uint32_t> next;
  std::array<std::byte, 16> guid;
  Le<std::uint32_t> size;
};
static_assert(sizeof(DefinitionHeader) == 24 && alignof(DefinitionHeader) == 1);

/// Every number here stops hostile input only; the largest seen in 36,218 real records is given beside it.
struct Limits {
  std::size_t element_depth_max = 64;         // elements in elements (seen: 7)
  std::size_t nesting_max = 8;                // BinXML in BinXML values (seen: 1)
  std::size_t name_chars_max = 1024;          // of an element or attribute, in UTF-16 units (seen: 46)
  std::size_t compile_bytes_max = 2'097'152;  // BinXML compiled for one chunk of 65,536 bytes (seen: 63,612)
  std::size_t record_steps_max = 65'536;      // slots walked for one record (seen: 284): templates may name each other
  std::size_t record_text_max = 1'048'576;    // text made of one record of at most 64 KiB (seen: 12,079); see text_cost
  std::size_t chunk_steps_max = 4'194'304;    // the same for one chunk, so that 1,600 records cannot each use
  std::size_t chunk_text_max = 16 * 1'048'576;  // their full share (seen: 59,087)
};

}  // namespace stopwarden::evtx
