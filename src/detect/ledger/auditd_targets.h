// SPDX-License-Identifier: Apache-2.0
// What Linux audit records are aimed at, beyond command lines.
#pragma once
#include <vector>

#include "detect/ledger/targets.h"

namespace stopwarden::ledger {

/// Reads events of the log "linux:auditd" (sources/auditd/fields.h).
///
/// | record | target |
/// |---|---|
/// | SERVICE_STOP, SERVICE_START | the unit: stop or start, state stopped, failed or running, route systemd |
/// | SYSCALL kill and its like with OBJ_PID | each process: kill, or pause for SIGSTOP, route kill |
/// | PATH of a unit file or init script | the unit: delete or reconfigure, route unit-file |
/// | VIRT_CONTROL | the virtual machine: stop or start, route libvirt |
/// | CONFIG_CHANGE audit_enabled, DAEMON_END | the service auditd: disable or stop, route auditctl or auditd |
void auditd_targets(const Event& event, TargetList& out);
void add_auditd_target_fields(WantedFields& wanted);

}  // namespace stopwarden::ledger
