// SPDX-License-Identifier: Apache-2.0
// Fields of ESXi and vCenter logs.
#pragma once

#define SW_ESXI_FIELDS(X)                                                                                       \
  X(sub, "string", "Part of the daemon that wrote", "ESXi, vCenter: lines with an Originator")                  \
  X(opID, "string", "Operation; all lines of one act have it, also on other machines", "ESXi, vCenter")         \
  X(VmName, "string", "Virtual machine", "ESXi: hostd events and states; vCenter events")                       \
  X(VmId, "string", "Number or managed object of a virtual machine", "ESXi: hostd tasks; vCenter")              \
  X(VmState, "string", "What an event says of the machine: stopping, powered off, ...", "ESXi: hostd; vCenter") \
  X(VmxPath, "path", "Configuration file of a virtual machine", "ESXi: hostd states")                           \
  X(StateFrom, "string", "State that was left: VM_STATE_ON", "ESXi: hostd states")                              \
  X(StateTo, "string", "State that was entered", "ESXi: hostd states")                                          \
  X(TaskState, "string", "Created, Completed, BEGIN, FINISH, ERROR", "ESXi: hostd tasks; vCenter")              \
  X(TaskStatus, "string", "success or error of a completed task", "ESXi: hostd tasks")                          \
  X(EventTypeId, "string", "vim.event.VmPoweredOffEvent, esx.audit.ssh.enabled, shell.cmd",                     \
    "ESXi: vobd, audit; vCenter")                                                                               \
  X(EventText, "string", "An event's own words", "ESXi: hostd, vobd; vCenter events")
