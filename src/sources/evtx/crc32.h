// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

#include "base/bytes.h"

namespace stopwarden::evtx {

/// CRC-32 (IEEE 802.3, reflected, as in zlib), continued from `crc`; start with 0. The best way of this processor.
std::uint32_t crc32(std::uint32_t crc, Bytes data) noexcept;

/// Ways to do it, from what every processor can to what a new one has.
enum class CrcWay : std::uint8_t {
  tables,      ///< eight look-ups for eight bytes
  clmul,       ///< carry-less multiplication (PCLMULQDQ), 64 bytes a step
  wide_clmul,  ///< the same on 256 bits (VPCLMULQDQ), 128 bytes a step
};
CrcWay best_crc_way() noexcept;
/// crc32() in a way no better than best_crc_way(): they are tested against each other.
std::uint32_t crc32_by(CrcWay way, std::uint32_t crc, Bytes data) noexcept;

}  // namespace stopwarden::evtx
