// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/codes.h"

namespace stopwarden::sigma {

std::span<const CodeInfo> rule_codes() noexcept {
#define SW_SIGMA_CODE_ROW(name, code, meaning, mend) {code, meaning, mend},
  static constexpr CodeInfo kRows[] = {SW_SIGMA_CODES(SW_SIGMA_CODE_ROW)};
#undef SW_SIGMA_CODE_ROW
  return kRows;
}

std::string markdown_cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c;
  }
  return out;
}

std::string codes_as_markdown() {
  std::string out = "| code | meaning | what to do |\n|---|---|---|\n";
  for (const CodeInfo& row : rule_codes())
    out += "| " + std::string(row.code) + " | " + markdown_cell(row.meaning) + " | " + markdown_cell(row.mend) + " |\n";
  return out;
}

}  // namespace stopwarden::sigma
