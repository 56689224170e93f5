// SPDX-License-Identifier: Apache-2.0
#include "base/base64.h"

#include <cstdint>

namespace stopwarden {
namespace {

constexpr std::uint32_t kNoDigit = 64;

constexpr std::uint32_t digit_of(char c) noexcept {
  if (c >= 'A' && c <= 'Z') return static_cast<std::uint32_t>(c - 'A');
  if (c >= 'a' && c <= 'z') return static_cast<std::uint32_t>(c - 'a') + 26;
  if (c >= '0' && c <= '9') return static_cast<std::uint32_t>(c - '0') + 52;
  if (c == '+' || c == '-') return 62;
  if (c == '/' || c == '_') return 63;
  return kNoDigit;
}

}  // namespace

bool decode_base64(std::string_view text, std::string& out) {
  out.clear();
  for (int i = 0; i < 2 && !text.empty() && text.back() == '='; ++i) text.remove_suffix(1);
  if (text.size() % 4 == 1) return false;
  out.reserve(text.size() / 4 * 3 + 3);
  std::uint32_t bits = 0;
  unsigned held = 0;  // bits that are not out yet
  for (const char c : text) {
    const std::uint32_t digit = digit_of(c);
    if (digit == kNoDigit) {
      out.clear();
      return false;
    }
    bits = (bits << 6) | digit;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    out += static_cast<char>(static_cast<unsigned char>((bits >> held) & 0xFF));
  }
  return true;
}

}  // namespace stopwarden
