// SPDX-License-Identifier: Apache-2.0
// From one Windows event to the services and processes it is about: resources[] of a finding.
#pragma once
#include <vector>

#include "detect/hit.h"
#include "detect/ledger/target_list.h"
#include "event/field.h"

namespace stopwarden::ledger {

/// What an event is aimed at, or what it says happened to a service; empty for events that name none.
///
/// Events: processes (Sysmon 1, Security 4688) by their command line; PowerShell 4103 and 4104; registry writes below
/// ...\Services\X (Sysmon 12, 13, 14, Security 4657, 4656, 4663); SERVICE OBJECT of 4656, 4663; 4697; the service
/// manager's 7023, 7024, 7031, 7034, 7035, 7036, 7040, 7042, 7043, 7045.
/// Input: fields as the log has them (no aliases), hostile. Key name and state of 7036 come from its Binary, which is
/// the same in every language; texts are read only where that is missing.
/// Misses: actors, and whether an attempt worked. Words for "disabled" and "stopped" in languages not listed give verb
/// "reconfigure" or an empty verb, with the word in `state`.
/// Cost: linear in the command line; meant for events that made a rule fire, not for all.
void windows_targets(const Event& event, TargetList& out);

/// The fields windows_targets() reads.
void add_windows_target_fields(WantedFields& wanted);

}  // namespace stopwarden::ledger
