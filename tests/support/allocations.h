// SPDX-License-Identifier: Apache-2.0
// For programs that count what they allocate: linking stopwarden::test_allocations replaces operator new.
#pragma once
#include <cstdint>

namespace stopwarden::test {

/// Calls of operator new so far, of all threads, and what they asked for. What C libraries take by malloc is not
/// counted.
std::uint64_t allocations() noexcept;
std::uint64_t allocated_bytes() noexcept;

}  // namespace stopwarden::test
