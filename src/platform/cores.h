// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>

namespace stopwarden::platform {

/// How many cores this process may run on (taskset, containers), at least 1.
std::size_t usable_cores() noexcept;

}  // namespace stopwarden::platform
