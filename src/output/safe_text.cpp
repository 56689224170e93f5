// SPDX-License-Identifier: Apache-2.0
#include "output/safe_text.h"

#include <array>
#include <cstdint>

#include "base/text.h"

namespace stopwarden {
namespace {

struct CodeRange {
  std::uint32_t first, last;
};
/// Sorted; ASCII and C1 are handled apart.
constexpr std::array kUnsafe{
    CodeRange{0x00AD, 0x00AD},    // soft hyphen
    CodeRange{0x034F, 0x034F},    // combining grapheme joiner
    CodeRange{0x061C, 0x061C},    // Arabic letter mark
    CodeRange{0x115F, 0x1160},    // Hangul fillers
    CodeRange{0x17B4, 0x17B5},    // Khmer inherent vowels
    CodeRange{0x180B, 0x180F},    // Mongolian selectors, vowel separator
    CodeRange{0x200B, 0x200F},    // zero-width space, joiners, LRM, RLM
    CodeRange{0x2028, 0x202E},    // line and paragraph separator, bidi embeddings and overrides
    CodeRange{0x2060, 0x206F},    // word joiner, invisible operators, bidi isolates, deprecated format characters
    CodeRange{0x3164, 0x3164},    // Hangul filler
    CodeRange{0xFEFF, 0xFEFF},    // byte order mark, zero-width no-break space
    CodeRange{0xFFA0, 0xFFA0},    // half-width Hangul filler
    CodeRange{0xFFF0, 0xFFFB},    // interlinear annotation
    CodeRange{0x1BCA0, 0x1BCA3},  // shorthand format controls
    CodeRange{0x1D173, 0x1D17A},  // musical format controls
    CodeRange{0xE0000, 0xE0FFF},  // tags, variation selectors supplement
};

constexpr std::string_view kHex = "0123456789abcdef";

void put_byte_escape(std::string& out, unsigned char byte) {
  out += "\\x";
  out += kHex[byte >> 4];
  out += kHex[byte & 15];
}

void put_code_escape(std::string& out, char32_t c) {
  out += "\\u{";
  unsigned shift = 20;
  while (shift > 0 && (c >> shift) == 0) shift -= 4;
  for (;; shift -= 4) {
    out += kHex[(c >> shift) & 15];
    if (shift == 0) break;
  }
  out += '}';
}

}  // namespace

bool is_unsafe(char32_t c) noexcept {
  if (c < 0x20 || (c >= 0x7F && c < 0xA0)) return true;
  if (c < kUnsafe.front().first) return false;
  for (const CodeRange& r : kUnsafe)
    if (c <= r.last) return c >= r.first;
  return false;
}

void append_terminal_safe(std::string& out, std::string_view s) {
  for (std::size_t i = 0; i < s.size();) {
    const auto byte = static_cast<unsigned char>(s[i]);
    if (byte >= 0x20 && byte < 0x7F) {
      out += s[i++];
      continue;
    }
    const CodePoint c = code_point_at(s, i);
    if (!c.valid) {
      put_byte_escape(out, byte);
    } else if (!is_unsafe(c.value)) {
      out += s.substr(i, c.length);
    } else if (c.value == '\n' || c.value == '\r' || c.value == '\t') {
      out += c.value == '\n' ? "\\n" : c.value == '\r' ? "\\r" : "\\t";
    } else if (c.value < 0x80) {
      put_byte_escape(out, byte);
    } else {
      put_code_escape(out, c.value);
    }
    i += c.length;
  }
}

std::string terminal_safe(std::string_view s) {
  std::string out;
  out.reserve(s.size());
  append_terminal_safe(out, s);
  return out;
}

std::size_t text_width(std::string_view safe) noexcept {
  std::size_t columns = 0;
  for (std::size_t i = 0; i < safe.size();) {
    const CodePoint c = code_point_at(safe, i);
    columns += display_width(c.value);
    i += c.length;
  }
  return columns;
}

std::string fit_width(std::string_view safe, std::size_t columns) {
  if (columns == 0 || text_width(safe) <= columns) return std::string{safe};
  std::size_t used = 0, i = 0;
  while (i < safe.size()) {
    const CodePoint c = code_point_at(safe, i);
    if (used + display_width(c.value) > columns - 1) break;
    used += display_width(c.value);
    i += c.length;
  }
  return std::string{safe.substr(0, i)} + "…";
}

}  // namespace stopwarden
