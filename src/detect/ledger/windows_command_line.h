// SPDX-License-Identifier: Apache-2.0
// What a Windows command line is aimed at. Parsed as Windows and the tools parse it, not searched.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "detect/ledger/target_list.h"

namespace stopwarden::ledger {

/// A command line to its arguments, the program first.
///
/// Format: CommandLineToArgvW: blanks and tabs separate; in the program's name quotes only group; behind it 2n
/// backslashes before a quote are n backslashes, one more makes the quote literal, and "" inside quotes is one quote
/// and ends them.
std::vector<std::string> split_arguments(std::string_view command_line);

/// The commands of a line for cmd.exe: split at & && | || and line ends outside quotes; carets and redirections
/// resolved, parentheses opened. A FOR stays whole, as cmd.exe reads it.
std::vector<std::string> split_cmd_line(std::string_view line);

/// "C:\Windows\System32\SC.EXE" -> "sc".
std::string tool_name(std::string_view program);

/// Adds what a command line is aimed at. `tool` says which program it is when the event knows better than the first
/// word does (a renamed copy, a path with blanks and no quotes); may be empty.
///
/// Knows: net, net1, sc, taskkill, tskill, wmic, powershell, pwsh, cmd (with FOR lists), reg, psservice, pskill,
/// pssuspend, psexec, advancedrun, logman, fltmc. Anything else adds nothing.
/// Misses: variables, batch files, commands read from files.
void command_line_targets(std::string_view command_line, std::string_view tool, const CommandContext& context,
                          TargetList& out);

/// The same for arguments that are split already (a command inside a PowerShell script).
void arguments_targets(const std::vector<std::string>& arguments, const CommandContext& context, TargetList& out);

}  // namespace stopwarden::ledger
