// SPDX-License-Identifier: Apache-2.0
// Tools whose arguments are split the usual way. Used by windows_command_line and powershell.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "detect/ledger/target_list.h"

namespace stopwarden::ledger {

/// `name` as tool_name() gives it.
bool is_tool(std::string_view name) noexcept;
/// Adds what a tool's arguments (the program first) are aimed at. False: no such tool.
bool run_tool(std::string_view name, const std::vector<std::string>& arguments, const CommandContext& context,
              TargetList& out);

/// What a WQL condition or query compares a name with: "name='x'", "Name like '%x%'", "processid=4",
/// "Win32_Service.Name='x'".
struct WqlName {
  std::string_view field, value;
};
std::vector<WqlName> wql_names(std::string_view condition);

}  // namespace stopwarden::ledger
