// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

#include "base/bytes.h"

namespace stopwarden::evtx {

/// CRC-32 (IEEE 802.3, reflected, as in zlib), continued from `crc`; start with 0.
/// Cost: carry-less multiplication where the processor has it, else eight table look-ups for eight bytes.
std::uint32_t crc32(std::uint32_t crc, Bytes data) noexcept;

/// The same by tables only: what every processor can do, and what the fast way is tested against.
std::uint32_t crc32_by_tables(std::uint32_t crc, Bytes data) noexcept;

}  // namespace stopwarden::evtx
