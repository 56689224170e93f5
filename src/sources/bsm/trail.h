// SPDX-License-Identifier: Apache-2.0
// Where the records of a binary trail begin and end.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "event/source.h"

namespace stopwarden::bsm {

/// The kernel's records end at 32 KiB and a user's at 64; arguments of exec may be as long as the system allows.
inline constexpr std::size_t kRecordMax = 1024 * std::size_t{1024};

/// The token that a record begins with.
struct Header {
  std::uint32_t record_size = 0;  ///< header and trailer among them
  std::size_t size = 0;           ///< of the header token
  std::uint8_t version = 0;
  std::uint16_t event = 0, modifier = 0;
  std::string_view address;  ///< of the machine, 4 or 16 bytes; empty in most trails
  std::uint64_t seconds = 0, fraction = 0;
};

/// Reads a header; nothing when `text` does not begin with one that could be (id, version, sizes) or it is cut short.
std::optional<Header> read_header(std::string_view text) noexcept;

/// What stands at the start of a text.
struct Piece {
  enum class Kind : std::uint8_t {
    record,
    file,  ///< a file token between records
    more,  ///< could be one of these, but the text is too short to say
    none,  ///< neither
  } kind = Kind::none;
  std::size_t size = 0;
};
/// A record counts when its trailer is where its header says, with the same length.
Piece piece_at(std::string_view text, AtEnd at_end) noexcept;

}  // namespace stopwarden::bsm
