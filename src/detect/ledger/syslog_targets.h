// SPDX-License-Identifier: Apache-2.0
// From a line of syslog to the units, processes and virtual machines it is about: resources[] of a finding.
#pragma once
#include <vector>

#include "detect/hit.h"
#include "detect/ledger/target_list.h"
#include "event/field.h"

namespace stopwarden::ledger {

/// Events: systemd's messages on units (route systemd), the kernel's OOM killer (route oom), Proxmox tasks on virtual
/// machines and containers (route proxmox). Fields as src/sources/messages fills them, hostile.
/// Misses: command lines of sudo, pkexec and cron.
std::vector<Target> syslog_targets(const Event& event, const TargetLimits& limits = {});

/// The fields syslog_targets() reads.
void add_syslog_target_fields(WantedFields& wanted);

}  // namespace stopwarden::ledger
