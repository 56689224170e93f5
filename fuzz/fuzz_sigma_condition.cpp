// SPDX-License-Identifier: Apache-2.0
// Any text through the condition parser. What it accepts must print to a text that reads to the same tree.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "detect/sigma/condition.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stopwarden::sigma;
  Condition first, second;
  if (parse_condition({reinterpret_cast<const char*>(data), size}, first)) return 0;
  if (parse_condition(to_string(first), second)) std::abort();
  if (!(first == second)) std::abort();
  return 0;
}
