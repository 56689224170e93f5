// SPDX-License-Identifier: Apache-2.0
// From one event of ESXi or vCenter to the virtual machines and services it is about: resources[] of a finding.
#pragma once
#include <vector>

#include "detect/hit.h"
#include "detect/ledger/target_list.h"
#include "event/field.h"

namespace stopwarden::ledger {

/// What an event is aimed at, or what it says happened to a machine; empty for events that name none.
///
/// Events: hostd's tasks, events and states, vpxd's tasks, vCenter's events. Commands are unix_command_line.h's.
/// Input: fields as the log has them, hostile. A machine's name is that of the event, or the number or object where the
/// log has no name (tasks: "12").
/// Misses: which service a ServiceSystem task is about.
void esxi_targets(const Event& event, TargetList& out);

/// The fields esxi_targets() reads.
void add_esxi_target_fields(WantedFields& wanted);

}  // namespace stopwarden::ledger
