// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace stopwarden {

/// SHA-256 over parts, each prefixed with its length, so that ("ab","c") and ("a","bc") differ. Used where an attacker
/// must not be able to make two things look like one (finding ids, evidence digests). nettle is used here only.
class Digest {
 public:
  Digest();
  Digest& add(std::string_view part);
  Digest& add(std::uint64_t number);
  /// The first 16 bytes as 32 lowercase hex digits. Ends the object's use.
  std::string hex();
  /// All 32 bytes. Ends the object's use.
  std::array<std::byte, 32> bytes();

 private:
  alignas(8) std::array<std::byte, 128> state_;
};

}  // namespace stopwarden
