// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

namespace re2 {
class RE2;
}

namespace stopwarden::sigma {

/// Texts of which at least one stands in the folded form (base/text.h, fold) of every subject that `expression`
/// matches. Empty: nothing can be said. ASCII only, lowercase, at least three bytes each, so that what RE2 and fold()
/// think of other letters does not matter.
std::vector<std::string> required_literals(const re2::RE2& expression);

}  // namespace stopwarden::sigma
