// SPDX-License-Identifier: Apache-2.0
// What PowerShell code is aimed at: only commands in command position count, never text in strings, comments or module
// manifests.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "detect/ledger/target_list.h"

namespace stopwarden::ledger {

/// Arguments of powershell.exe or pwsh.exe, the program first: -Command, -EncodedCommand (in any prefix), a bare
/// command. -File names a script we do not have.
void powershell_arguments_targets(const std::vector<std::string>& arguments, const CommandContext& context,
                                  TargetList& out);

/// A script block (event 4104). Follows pipelines, comma lists, literal lists in variables, foreach, aliases, parameter
/// prefixes, WMI methods, iex, Start-Process, and native tools.
/// Misses: names put together at run time, variables set elsewhere, functions with parameters.
void powershell_script_targets(std::string_view script, const CommandContext& context, TargetList& out);

/// The payload of event 4103: "CommandInvocation(X): ..." and "ParameterBinding(X): name="..."; value="..."".
void powershell_payload_targets(std::string_view payload, const CommandContext& context, TargetList& out);

/// Base64 of UTF-16LE, as -EncodedCommand takes it. Blanks are allowed. Nothing when it is no base64.
std::optional<std::string> decode_encoded_command(std::string_view base64);

}  // namespace stopwarden::ledger
