// SPDX-License-Identifier: Apache-2.0
// Text is UTF-8 bytes; case folding is ours and never the locale's. utf8proc is used here and nowhere else.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/arena.h"
#include "base/bytes.h"

namespace stopwarden {

constexpr char fold_ascii(char c) noexcept { return (c >= 'A' && c <= 'Z') ? static_cast<char>(c | 0x20) : c; }
static_assert(fold_ascii('Q') == 'q' && fold_ascii('[') == '[');

bool is_ascii(std::string_view s) noexcept;

/// Equal when ASCII case is ignored; other bytes must be the same. For names of formats and fields, not for rule
/// values.
bool equal_ignore_ascii_case(std::string_view a, std::string_view b) noexcept;

std::string fold_ascii(std::string_view s);

/// 5770385f-c22a-43e0-bf4c-06f5698ffbd9, in any case, without braces: a GUID, or a UUID.
bool is_guid(std::string_view s) noexcept;

/// The code point at `at` and how many bytes it takes. A byte that is no valid UTF-8 counts as one code point U+FFFD of
/// length 1, so that walking any bytes ends. `at` lies inside.
struct CodePoint {
  char32_t value;
  std::size_t length;
  bool valid;
};
CodePoint code_point_at(std::string_view s, std::size_t at) noexcept;

/// Appends one code point as UTF-8 (a surrogate or a value over 0x10FFFF becomes U+FFFD).
void append_utf8(std::string& out, char32_t c);

/// Simple case folding of one code point (CaseFolding.txt, status C and S): one code point to one code point, so
/// positions and `?` keep their meaning. Dotless i and dotted I are left alone, as that table does.
char32_t fold(char32_t c) noexcept;

/// Folds a whole string; invalid bytes stay as they are. The same function runs when a rule is compiled and when an
/// event is matched (sigma-checklist S3).
std::string fold(std::string_view s);

/// As fold(), into an arena. Returns `s` itself when it is ASCII and folding changes nothing. Cost: one pass, nothing
/// is allocated beside the arena.
std::string_view fold_into(std::string_view s, Arena& arena);

/// UTF-16LE to UTF-8. An unpaired surrogate becomes U+FFFD; an odd last byte is left out. Never fails.
std::string_view utf16le_to_utf8(Bytes utf16, Arena& arena);
std::string utf16le_to_utf8(Bytes utf16);
/// The same into `out`, which has room for 3 bytes a code unit. Returns the bytes written.
std::size_t utf16le_to_utf8(Bytes utf16, char* out) noexcept;

/// UTF-8 to UTF-16 code units, little-endian bytes (or big-endian); invalid bytes become U+FFFD.
enum class ByteOrder : std::uint8_t { little, big };
std::string utf8_to_utf16(std::string_view s, ByteOrder order);

bool is_valid_utf8(std::string_view s) noexcept;

/// `s` with every invalid byte replaced by U+FFFD.
std::string to_valid_utf8(std::string_view s);

/// Whole-string decimal parse, no locale: "-12", "12". Nothing when anything else stands in `s`.
std::optional<std::int64_t> parse_integer(std::string_view s) noexcept;
std::optional<std::uint64_t> parse_unsigned(std::string_view s) noexcept;
/// Whole-string number: integer or "1.5", "-3e2"; no hex, no blanks, no inf or nan.
std::optional<double> parse_number(std::string_view s) noexcept;
/// "0x1a4" or "1a4" in either case.
std::optional<std::uint64_t> parse_hex(std::string_view s) noexcept;

std::string_view trim(std::string_view s) noexcept;

/// Columns of a terminal a code point takes: 0 for combining marks and controls, 2 for wide East Asian ones and most
/// emoji, else 1.
unsigned display_width(char32_t c) noexcept;

}  // namespace stopwarden
