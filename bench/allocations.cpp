// SPDX-License-Identifier: Apache-2.0
// Replaces operator new of engine_bench to count its calls. Costs about a nanosecond a call.
#include <cstdlib>
#include <new>

#include "support.h"

namespace {
std::uint64_t calls = 0;  // engine_bench has one thread
}  // namespace

namespace stopwarden::bench {
std::uint64_t allocations() noexcept { return calls; }
}  // namespace stopwarden::bench

// Not inlined: gcc would see malloc meet delete and warn.
__attribute__((noinline)) void* operator new(std::size_t n) {
  ++calls;
  if (void* p = std::malloc(n == 0 ? 1 : n)) return p;
  throw std::bad_alloc();
}
__attribute__((noinline)) void* operator new[](std::size_t n) { return operator new(n); }
__attribute__((noinline)) void* operator new(std::size_t n, const std::nothrow_t&) noexcept {
  ++calls;
  return std::malloc(n == 0 ? 1 : n);
}
__attribute__((noinline)) void* operator new[](std::size_t n, const std::nothrow_t& tag) noexcept {
  return operator new(n, tag);
}
__attribute__((noinline)) void operator delete(void* p) noexcept { std::free(p); }
__attribute__((noinline)) void operator delete(void* p, std::size_t) noexcept { std::free(p); }
__attribute__((noinline)) void operator delete[](void* p) noexcept { std::free(p); }
__attribute__((noinline)) void operator delete[](void* p, std::size_t) noexcept { std::free(p); }
