// SPDX-License-Identifier: Apache-2.0
// Words that Event::provider takes for macOS logs. Closed lists: the fast engine keeps a plan for each provider, so a
// name that somebody can choose freely (a program's path) must not become one.
#pragma once
#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string_view>

namespace stopwarden::macos {

/// Events of Endpoint Security by the short names eslogger uses (eslogger(1), `--list-events`; ESTypes.h,
/// ES_EVENT_TYPE_ NOTIFY_*), up to macOS 15.4.
inline constexpr std::string_view kEvents[] = {"access",
                                               "authentication",
                                               "authorization_judgement",
                                               "authorization_petition",
                                               "btm_launch_item_add",
                                               "btm_launch_item_remove",
                                               "chdir",
                                               "chroot",
                                               "clone",
                                               "close",
                                               "copyfile",
                                               "create",
                                               "cs_invalidated",
                                               "deleteextattr",
                                               "dup",
                                               "exchangedata",
                                               "exec",
                                               "exit",
                                               "fcntl",
                                               "file_provider_materialize",
                                               "file_provider_update",
                                               "fork",
                                               "fsgetpath",
                                               "gatekeeper_user_override",
                                               "get_task",
                                               "get_task_inspect",
                                               "get_task_name",
                                               "get_task_read",
                                               "getattrlist",
                                               "getextattr",
                                               "iokit_open",
                                               "kextload",
                                               "kextunload",
                                               "link",
                                               "listextattr",
                                               "login_login",
                                               "login_logout",
                                               "lookup",
                                               "lw_session_lock",
                                               "lw_session_login",
                                               "lw_session_logout",
                                               "lw_session_unlock",
                                               "mmap",
                                               "mount",
                                               "mprotect",
                                               "od_attribute_set",
                                               "od_attribute_value_add",
                                               "od_attribute_value_remove",
                                               "od_create_group",
                                               "od_create_user",
                                               "od_delete_group",
                                               "od_delete_user",
                                               "od_disable_user",
                                               "od_enable_user",
                                               "od_group_add",
                                               "od_group_remove",
                                               "od_group_set",
                                               "od_modify_password",
                                               "open",
                                               "openssh_login",
                                               "openssh_logout",
                                               "proc_check",
                                               "proc_suspend_resume",
                                               "profile_add",
                                               "profile_remove",
                                               "pty_close",
                                               "pty_grant",
                                               "readdir",
                                               "readlink",
                                               "remote_thread_create",
                                               "remount",
                                               "rename",
                                               "screensharing_attach",
                                               "screensharing_detach",
                                               "searchfs",
                                               "setacl",
                                               "setattrlist",
                                               "setegid",
                                               "seteuid",
                                               "setextattr",
                                               "setflags",
                                               "setgid",
                                               "setmode",
                                               "setowner",
                                               "setregid",
                                               "setreuid",
                                               "settime",
                                               "setuid",
                                               "signal",
                                               "stat",
                                               "su",
                                               "sudo",
                                               "tcc_modify",
                                               "trace",
                                               "truncate",
                                               "uipc_bind",
                                               "uipc_connect",
                                               "unlink",
                                               "unmount",
                                               "utimes",
                                               "write",
                                               "xp_malware_detected",
                                               "xp_malware_remediated",
                                               "xpc_connect"};

/// Programs whose lines in the unified log rules ask for.
inline constexpr std::string_view kPrograms[] = {"XProtect",
                                                 "XProtectBehaviorService",
                                                 "XProtectRemediator",
                                                 "XprotectService",
                                                 "amfid",
                                                 "auditd",
                                                 "authd",
                                                 "backgroundtaskmanagementd",
                                                 "backupd",
                                                 "backupd-helper",
                                                 "com.apple.xpc.launchd",
                                                 "endpointsecurityd",
                                                 "eslogger",
                                                 "installd",
                                                 "kernel",
                                                 "kernelmanagerd",
                                                 "kextd",
                                                 "kill",
                                                 "killall",
                                                 "kmutil",
                                                 "launchctl",
                                                 "launchd",
                                                 "log",
                                                 "logd",
                                                 "login",
                                                 "loginwindow",
                                                 "mds",
                                                 "nesessionmanager",
                                                 "opendirectoryd",
                                                 "reboot",
                                                 "remotemanagementd",
                                                 "runningboardd",
                                                 "screensharingd",
                                                 "securityd",
                                                 "shutdown",
                                                 "smd",
                                                 "socketfilterfw",
                                                 "softwareupdated",
                                                 "sshd",
                                                 "sshd-auth",
                                                 "sshd-session",
                                                 "su",
                                                 "sudo",
                                                 "sysextd",
                                                 "syslogd",
                                                 "syspolicyd",
                                                 "tccd",
                                                 "trustd",
                                                 "xpcproxy"};

/// Sorted, so that a name is found by halving.
constexpr bool is_sorted(const std::string_view* begin, const std::string_view* end) noexcept {
  for (; end - begin > 1; ++begin)
    if (!(begin[0] < begin[1])) return false;
  return true;
}
static_assert(is_sorted(std::begin(kEvents), std::end(kEvents)));
static_assert(is_sorted(std::begin(kPrograms), std::end(kPrograms)));

/// The same name from a sorted list, which lives for ever; "" when it is none of them.
template <std::size_t N>
constexpr std::string_view known(const std::string_view (&list)[N], std::string_view name) noexcept {
  const std::string_view* const found = std::lower_bound(std::begin(list), std::end(list), name);
  return found != std::end(list) && *found == name ? *found : std::string_view{};
}

/// The program of a path or a bare name, as it is written in the provider; "" when no rule asks for it.
constexpr std::string_view program_of(std::string_view path) noexcept {
  const std::string_view name = known(kPrograms, path.substr(path.rfind('/') + 1));
  return name == "com.apple.xpc.launchd" ? std::string_view("launchd") : name;  // its name up to macOS 10.15
}

}  // namespace stopwarden::macos
