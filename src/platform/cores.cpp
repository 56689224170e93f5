// SPDX-License-Identifier: Apache-2.0
#include "platform/cores.h"

#include <sched.h>

#include <algorithm>
#include <thread>

namespace stopwarden::platform {

std::size_t usable_cores() noexcept {
  cpu_set_t set;
  CPU_ZERO(&set);
  // Fails where there are more cores than a cpu_set_t holds.
  if (::sched_getaffinity(0, sizeof set, &set) == 0) return static_cast<std::size_t>(std::max(CPU_COUNT(&set), 1));
  return std::max(std::thread::hardware_concurrency(), 1u);
}

}  // namespace stopwarden::platform
