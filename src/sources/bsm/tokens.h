// SPDX-License-Identifier: Apache-2.0
// Tokens, of which a record of an OpenBSM trail is made: audit.log(5), <bsm/audit_record.h>. All numbers are
// big-endian. What each token holds is a table; this reads any of them.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/arena.h"
#include "base/bytes.h"
#include "event/event.h"

namespace stopwarden::bsm {

/// Turns raw bytes of a token into a value's text; the result lies in `arena` or is `raw` itself.
using Make = std::string_view (*)(std::string_view raw, Arena& arena);

/// What a part of a token is.
enum class Part : std::uint8_t {
  number8,
  number16,
  number32,
  number64,
  id32,     ///< of a user or group; 0xFFFFFFFF, nobody, is -1 as praudit prints it
  octal32,  ///< mode of a file
  status8,  ///< number of <bsm/audit_errno.h>, as a name
  ip4,
  ip16,
  address_size16,  ///< 4 or 16: how long the `address` parts behind are
  address_size32,
  address,
  tid32,     ///< terminal: port, IPv4
  tid64,     ///< 64-bit port, IPv4
  tid_ex32,  ///< port, length, address
  tid_ex64,
  text,   ///< 16-bit length, bytes, the last one NUL
  bytes,  ///< 16-bit length, bytes
  uuid,
  c_text,     ///< up to a NUL
  strings,    ///< 32-bit count, texts that end with NUL
  ids,        ///< 16-bit count, 32-bit ids
  ids16,      ///< 16 ids
  ip_header,  ///< an IPv4 header, 20 bytes
  data,       ///< how to print, size of a unit, number of units, units
  none,       ///< ends the list
};

/// A part and the field it fills: the words are those of praudit's XML, "element.attribute" or "element".
struct PartRow {
  Part part = Part::none;
  std::string_view field{};
};

/// What a token's value is to the record, beside its own fields (record_fields.h).
enum class Meaning : std::uint8_t { none, subject, process, path, args, result, argument, text, address, socket };

struct TokenKind {
  std::uint8_t id;
  Meaning meaning;
  std::array<PartRow, 10> parts;
};
std::span<const TokenKind> token_kinds();
const TokenKind* token_kind(std::uint8_t id) noexcept;

inline constexpr std::uint8_t kFileToken = 0x11, kTrailerToken = 0x13, kHeader32 = 0x14, kHeader32Ex = 0x15,
                              kHeader64 = 0x74, kHeader64Ex = 0x79;

/// A token in a record. `raw[i]` is what part i holds, without its length; views of the record.
struct Token {
  const TokenKind* kind = nullptr;
  std::size_t size = 0;  ///< bytes, its id among them
  std::array<std::string_view, 10> raw{};
};

/// Reads the token that `rest` begins with. Input: `rest` is hostile and ends where the record's tokens do.
/// Errors: unsupported (an id that is not in the table: its length is unknown), truncated (it would go beyond `rest`),
/// bad_value (an address of neither 4 nor 16 bytes); offset 0.
Status read_token(std::string_view rest, Token& token) noexcept;

/// How the text of a part is made; nullptr: the bytes are the text.
Make make_of(Part part) noexcept;
ValueKind kind_of(Part part) noexcept;

/// Each text of a `strings` part.
template <class Use>
void each_string(std::string_view raw, const Use& use) {
  while (!raw.empty()) {
    const std::size_t end = raw.find('\0');
    use(raw.substr(0, end));
    if (end == raw.npos) return;
    raw.remove_prefix(end + 1);
  }
}

std::uint64_t big_endian(std::string_view raw) noexcept;
/// "192.0.2.1", or IPv6 in the form of RFC 5952. `raw` has 4 or 16 bytes.
std::string_view ip_text(std::string_view raw, Arena& arena);
/// The address in a tid part; empty when it is 0.0.0.0 or ::.
std::string_view address_of_tid(std::string_view raw, Part part) noexcept;

}  // namespace stopwarden::bsm
