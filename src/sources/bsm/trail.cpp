// SPDX-License-Identifier: Apache-2.0
#include "sources/bsm/trail.h"

#include <algorithm>

#include "sources/bsm/tokens.h"

namespace stopwarden::bsm {
namespace {

constexpr std::size_t kTrailerSize = 7;  // id, magic, length of the record
constexpr std::uint64_t kTrailerMagic = 0xB105;
constexpr std::size_t kVersionAt = 5;

bool is_header_id(std::uint8_t id) noexcept {
  return id == kHeader32 || id == kHeader32Ex || id == kHeader64 || id == kHeader64Ex;
}

/// AUDIT_HEADER_VERSION_*: Darwin's old one, Solaris', OpenBSM 1.0 and 1.1.
bool is_version(std::uint8_t version) noexcept {
  return (version >= 1 && version <= 4) || version == 10 || version == 11;
}

std::uint8_t byte_at(std::string_view text, std::size_t i) noexcept { return static_cast<std::uint8_t>(text[i]); }

/// "tv_sec" of a file's name token is followed by its length and a NUL at the end.
Piece file_at(std::string_view text, AtEnd at_end) noexcept {
  constexpr std::size_t kHead = 11;         // id, seconds, milliseconds, length
  constexpr std::uint64_t kNameMax = 1024;  // PATH_MAX
  if (text.size() < kHead) return {at_end == AtEnd::no ? Piece::Kind::more : Piece::Kind::none};
  const std::uint64_t length = big_endian(text.substr(9, 2));
  if (length > kNameMax) return {};
  if (text.size() - kHead < length) return {at_end == AtEnd::no ? Piece::Kind::more : Piece::Kind::none};
  const std::string_view name = text.substr(kHead, length);
  if (length > 0 && name.find('\0') != length - 1) return {};
  return {Piece::Kind::file, kHead + static_cast<std::size_t>(length)};
}

}  // namespace

std::optional<Header> read_header(std::string_view text) noexcept {
  constexpr std::size_t kFixed = 10;  // id, size, version, event, modifier
  if (text.size() < kFixed || !is_header_id(byte_at(text, 0))) return std::nullopt;
  const std::uint8_t id = byte_at(text, 0);
  Header h;
  h.record_size = static_cast<std::uint32_t>(big_endian(text.substr(1, 4)));
  h.version = byte_at(text, kVersionAt);
  h.event = static_cast<std::uint16_t>(big_endian(text.substr(6, 2)));
  h.modifier = static_cast<std::uint16_t>(big_endian(text.substr(8, 2)));
  h.size = kFixed;
  if (id == kHeader32Ex || id == kHeader64Ex) {
    if (text.size() - h.size < 4) return std::nullopt;
    const std::uint64_t length = big_endian(text.substr(h.size, 4));
    if (length != 4 && length != 16) return std::nullopt;
    h.size += 4;
    if (text.size() - h.size < length) return std::nullopt;
    h.address = text.substr(h.size, length);
    h.size += length;
  }
  const std::size_t width = id == kHeader32 || id == kHeader32Ex ? 4 : 8;
  if (text.size() - h.size < 2 * width) return std::nullopt;
  h.seconds = big_endian(text.substr(h.size, width));
  h.fraction = big_endian(text.substr(h.size + width, width));
  h.size += 2 * width;
  if (!is_version(h.version) || h.record_size < h.size + kTrailerSize || h.record_size > kRecordMax)
    return std::nullopt;
  return h;
}

Piece piece_at(std::string_view text, AtEnd at_end) noexcept {
  if (text.empty()) return {at_end == AtEnd::no ? Piece::Kind::more : Piece::Kind::none};
  const std::uint8_t id = byte_at(text, 0);
  if (id == kFileToken) return file_at(text, at_end);
  if (!is_header_id(id)) return {};
  const Piece short_of{at_end == AtEnd::no ? Piece::Kind::more : Piece::Kind::none};
  if (text.size() <= kVersionAt) return short_of;
  const std::uint64_t size = big_endian(text.substr(1, 4));
  if (size > kRecordMax || size < kTrailerSize || !is_version(byte_at(text, kVersionAt))) return {};
  if (text.size() < size) return short_of;
  const std::string_view trailer = text.substr(static_cast<std::size_t>(size) - kTrailerSize, kTrailerSize);
  if (byte_at(trailer, 0) != kTrailerToken || big_endian(trailer.substr(1, 2)) != kTrailerMagic ||
      big_endian(trailer.substr(3, 4)) != size || !read_header(text.substr(0, static_cast<std::size_t>(size))))
    return {};
  return {Piece::Kind::record, static_cast<std::size_t>(size)};
}

}  // namespace stopwarden::bsm
