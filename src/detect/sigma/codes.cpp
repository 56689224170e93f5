// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/codes.h"

namespace stopwarden::sigma {

std::span<const CodeInfo> rule_codes() noexcept {
#define SW_SIGMA_CODE_ROW(name, code, meaning, mend) {code, meaning, mend},
  static constexpr CodeInfo kRows[] = {SW_SIGMA_CODES(SW_SIGMA_CODE_ROW)};
#undef SW_SIGMA_CODE_ROW
  return kRows;
}

}  // namespace stopwarden::sigma
