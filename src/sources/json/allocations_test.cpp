// SPDX-License-Identifier: Apache-2.0
// Counts allocations. In a file of its own, so that no compiler sees only one half of a pair inlined.
#include <atomic>
#include <cstdlib>
#include <new>

#include "sources/json/json_test_support.h"

namespace {
std::atomic<std::size_t> count{0};
}

// The sanitizers bring their own; under them nothing is counted and the test says nothing.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SW_SANITIZED
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SW_SANITIZED
#endif
#endif

#ifndef SW_SANITIZED
void* operator new(std::size_t size) {
  ++count;
  if (void* p = std::malloc(size)) return p;
  std::abort();
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }
#endif

namespace stopwarden::json::testing {
std::size_t allocations() noexcept { return count; }
}  // namespace stopwarden::json::testing
