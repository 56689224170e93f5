// SPDX-License-Identifier: Apache-2.0
// What a command line of Linux, macOS or ESXi is aimed at. Parsed as sh and the tools parse it, not searched.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "detect/ledger/target_list.h"

namespace stopwarden::ledger {

/// Adds what a line is aimed at: a script for sh, or the arguments of one program joined by blanks, as logs write them.
///
/// Knows: systemctl, service, init scripts, OpenRC, Upstart, SMF, runit, supervisor; busctl, dbus-send, gdbus;
/// kill, pkill, killall; docker, podman, crictl, kubectl; virsh, qm, pct, xe, VBoxManage; esxcli, vim-cmd; launchctl
/// and others of macOS; databases' own stop commands; rm, mv and ln of unit files; writes to cgroup.kill and sysrq.
/// Behind sudo, doas, su -c, sh -c, ssh (the target's host), env, nohup, timeout, xargs, find -exec, docker exec,
/// chroot, nsenter and their like. Anything else adds nothing.
/// Misses: names that only the shell knew ($1, $(...)); what shell_commands() misses; names read from files; aliases;
/// other programs that call the same interfaces. Cost: linear in the line and its loops.
void unix_command_line_targets(std::string_view line, const CommandContext& context, TargetList& out);

/// The same for arguments that are split already, as execve got them.
void unix_arguments_targets(const std::vector<std::string>& arguments, const CommandContext& context, TargetList& out);

}  // namespace stopwarden::ledger
