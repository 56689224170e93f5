// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "load.h"
#include "pipeline/scan.h"

namespace stopwarden::cli {

/// The closing words on stderr: what was read, what could not be, what fired, and what that answer does not cover.
/// Safe for terminals whatever the inputs' names hold.
std::string summary_text(const ScanSummary& summary, const LoadedRules& rules, double seconds);

}  // namespace stopwarden::cli
