// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

namespace stopwarden::platform {

/// Changes with every change of the program or of a library it runs with: the build ids that the linker gave to each of
/// them. Empty when the program has none; then nothing may be kept from one run to the next.
std::string build_id();

}  // namespace stopwarden::platform
