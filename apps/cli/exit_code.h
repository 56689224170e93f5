// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace stopwarden::cli {

/// Exit codes of the program (design, section 5).
enum ExitCode : int {
  kDone = 0,
  kFailOnReached = 1,  ///< --fail-on; beats kPartial. Also: a rule test failed.
  kUsage = 2,
  kPartial = 3,  ///< finished, but some input or rule could not be used; each one was named
};

}  // namespace stopwarden::cli
