// SPDX-License-Identifier: Apache-2.0
// The programs of Linux, macOS and ESXi that stop services, processes and machines, and how each reads its arguments.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "detect/ledger/target_list.h"

namespace stopwarden::ledger {

using UnixArguments = std::vector<std::string>;

/// "/usr/bin/systemctl" -> "systemctl"; case counts.
std::string unix_tool_name(std::string_view program);

/// Adds what a tool's arguments (the program first) are aimed at. False: no such tool. `args[0]` is its path: scripts
/// in /etc/init.d are tools, too.
bool run_unix_tool(const UnixArguments& args, const CommandContext& context, TargetList& out);

/// The file a command writes to, or that is removed or linked away: unit files, cgroup.kill, sysrq-trigger.
/// `text` is what is written, when it is known.
void written_file_target(std::string_view file, std::string_view text, const CommandContext& context, TargetList& out);

}  // namespace stopwarden::ledger
