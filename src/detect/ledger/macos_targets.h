// SPDX-License-Identifier: Apache-2.0
// From one macOS event to the jobs of launchd and processes it is about: resources[] of a finding.
#pragma once
#include <vector>

#include "detect/hit.h"
#include "detect/ledger/target_list.h"
#include "event/field.h"

namespace stopwarden::ledger {

/// What an event is aimed at, or what it says happened to a job. Input: fields as the sources have them, hostile.
///
/// Unified log: launchd's messages (event/launchd.h). Endpoint Security and OpenBSM: signals (the target's program),
/// launch items and property lists of LaunchDaemons and LaunchAgents (the label by the file's name), kernel extensions.
/// Misses: command lines of exec and sudo events, which are understood elsewhere; the target of OpenBSM's kill is a
/// number and is named as "pid 333".
/// Cost: linear in the message; meant for events that made a rule fire.
void macos_targets(const Event& event, TargetList& out);

/// The fields macos_targets() reads.
void add_macos_target_fields(WantedFields& wanted);

}  // namespace stopwarden::ledger
