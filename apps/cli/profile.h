// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "pipeline/profile.h"

namespace stopwarden::cli {

/// --profile: where the time went, by kind of event and by rule, the dearest first. Safe for terminals.
std::string profile_text(const ScanProfile& profile);

}  // namespace stopwarden::cli
