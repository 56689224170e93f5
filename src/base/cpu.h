// SPDX-License-Identifier: Apache-2.0
// What the processor at hand can do beyond what the program is compiled for. Every way that needs it stands beside a
// plain one.
#pragma once

namespace stopwarden {

#if defined(__x86_64__)
inline bool has_avx2() noexcept {
  static const bool has = __builtin_cpu_supports("avx2") != 0;
  return has;
}
#endif

}  // namespace stopwarden
