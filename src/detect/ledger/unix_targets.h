// SPDX-License-Identifier: Apache-2.0
// Command lines in the logs of Linux, macOS and ESXi.
#pragma once
#include "detect/ledger/target_list.h"
#include "event/event.h"
#include "event/field.h"

namespace stopwarden::ledger {

bool has_unix_commands(const Event& event);
void add_unix_command_fields(WantedFields& wanted);
/// What the event's CommandLine is aimed at, as unix_command_line.h reads it. Fields: CommandLine.
void unix_command_targets(const Event& event, TargetList& out);

}  // namespace stopwarden::ledger
