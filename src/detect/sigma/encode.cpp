// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/encode.h"

#include <array>
#include <cassert>
#include <cstdint>

namespace stopwarden::sigma {

std::string base64(std::string_view bytes) {
  static constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t left = bytes.size() - i;
    const auto byte = [&](std::size_t n) -> std::uint32_t {
      return n < left ? static_cast<unsigned char>(bytes[i + n]) : 0U;
    };
    const std::uint32_t group = (byte(0) << 16) | (byte(1) << 8) | byte(2);
    out.push_back(kAlphabet[group >> 18]);
    out.push_back(kAlphabet[(group >> 12) & 63]);
    out.push_back(left > 1 ? kAlphabet[(group >> 6) & 63] : '=');
    out.push_back(left > 2 ? kAlphabet[group & 63] : '=');
  }
  return out;
}

std::vector<std::string> base64_at_offsets(std::string_view bytes) {
  assert(bytes.size() >= 2);
  // Characters of the head that hold bits of what stands before, and of the tail that hold bits of what comes after
  // (there with the padding).
  static constexpr std::array<std::size_t, 3> kHead{0, 2, 3}, kTail{0, 3, 2};
  std::vector<std::string> out;
  for (std::size_t shift = 0; shift < 3; ++shift) {
    const std::string all = base64(std::string(shift, ' ') + std::string(bytes));
    const std::size_t head = kHead[shift], tail = kTail[(bytes.size() + shift) % 3];
    out.push_back(all.substr(head, all.size() - head - tail));
  }
  return out;
}

}  // namespace stopwarden::sigma
