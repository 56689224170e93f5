// SPDX-License-Identifier: Apache-2.0
// Command lines, PowerShell code and pipeline payloads are written by attackers. The first byte says which it is.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "detect/ledger/powershell.h"
#include "detect/ledger/unix_command_line.h"
#include "detect/ledger/windows_command_line.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stopwarden::ledger;
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  const TargetLimits limits;
  TargetList out(limits);
  switch (data[0] % 6) {
    case 0: command_line_targets(text, "", {}, out); break;
    case 1: powershell_script_targets(text, {}, out); break;
    case 2: powershell_payload_targets(text, {}, out); break;
    case 4: unix_command_line_targets(text, {}, out); break;
    case 5: {
      std::vector<std::string> arguments(1);
      for (const char c : text) {
        if (c == '\0')
          arguments.emplace_back();
        else
          arguments.back() += c;
      }
      unix_arguments_targets(arguments, {}, out);
      break;
    }
    default: command_line_targets(text, "cmd.exe", {}, out); break;
  }
  const auto targets = std::move(out).take();
  if (targets.size() > limits.targets_max) std::abort();
  for (const auto& t : targets)
    if (t.name.empty() || t.route.empty()) std::abort();
  return 0;
}
