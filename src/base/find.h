// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <string_view>

namespace stopwarden {

/// As text.find(needle). Cost: with AVX2 about a nanosecond for 20 bytes, whatever the needle begins with: 32 places a
/// step are compared with two of its bytes, where std::string_view stops at each of its first byte.
std::size_t find_text(std::string_view text, std::string_view needle) noexcept;

inline bool holds(std::string_view text, std::string_view needle) noexcept {
  return find_text(text, needle) != std::string_view::npos;
}

}  // namespace stopwarden
