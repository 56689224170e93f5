// SPDX-License-Identifier: Apache-2.0
// From one entry of the systemd journal to the units and processes it is about.
#pragma once
#include <vector>

#include "detect/hit.h"
#include "detect/ledger/target_list.h"
#include "event/field.h"

namespace stopwarden::ledger {

/// Entries of programs as syslog has them (syslog_targets.h): the journal's sources give the same fields. The kernel's
/// records that journald takes in itself: the unit of SERVICE_STOP and SERVICE_START; route "systemd".
void journal_targets(const Event& event, TargetList& out);

/// The fields journal_targets() reads.
void add_journal_target_fields(WantedFields& wanted);

}  // namespace stopwarden::ledger
