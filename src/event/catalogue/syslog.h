// SPDX-License-Identifier: Apache-2.0
// Fields of syslog lines, of the journal where it says the same, and of package managers' logs.
#pragma once

#define SW_SYSLOG_FIELDS(X)                                                                                           \
  X(message, "string", "Text of the record, without time, host and tag", "syslog; packages")                          \
  X(program, "string", "Program that wrote the line, as logged", "syslog")                                            \
  X(appname, "string", "The same, by RFC 5424's name", "syslog")                                                      \
  X(pid, "integer", "Process that wrote the line", "syslog")                                                          \
  X(facility, "string", "kern, user, mail, daemon, auth, ..., local7", "syslog with a priority")                      \
  X(severity, "string", "emerg, alert, crit, err, warning, notice, info, debug", "syslog with a priority or a level") \
  X(host, "string", "Machine, as logged", "syslog")                                                                   \
  X(msgid, "string", "Kind of message, by RFC 5424", "syslog, RFC 5424")                                              \
  X(repeat_count, "integer", "How often the message came again", "syslog: folded repetitions")                        \
  X(TTY, "string", "Terminal", "sudo, su, PAM, pkexec")                                                               \
  X(PWD, "path", "Directory the command ran in", "sudo")                                                              \
  X(USER, "string", "Account the command ran as", "sudo, pkexec")                                                     \
  X(COMMAND, "string", "Command, asked for or run", "sudo, pkexec")                                                   \
  X(TargetUser, "string", "Account that was logged into or changed to", "sudo, su, sshd, PAM, polkit")                \
  X(auth_action, "string", "login, su, session opened, session closed, ...; for sudo why it refused",                 \
    "sudo, su, sshd, PAM, logind")                                                                                    \
  X(auth_method, "string", "publickey, password, keyboard-interactive/pam, ...", "sshd")                              \
  X(auth_result, "string", "success or failed", "sudo, su, sshd, PAM, polkit")                                        \
  X(polkit_action, "string", "org.freedesktop.systemd1.manage-units, ...", "polkit")                                  \
  X(UNIT, "string", "Unit of systemd, with its type: nginx.service", "systemd, by any log")                           \
  X(JOB_TYPE, "string", "start, stop, reload", "systemd")                                                             \
  X(JOB_RESULT, "string", "done, failed, canceled, ...", "systemd")                                                   \
  X(EXIT_CODE, "string", "exited, killed, dumped", "systemd")                                                         \
  X(EXIT_STATUS, "integer", "Exit status, or the signal's number", "systemd")                                         \
  X(UNIT_RESULT, "string", "success, exit-code, signal, ...", "systemd")                                              \
  X(unit_description, "string", "What the unit calls itself", "systemd")                                              \
  X(unit_event, "string",                                                                                             \
    "stopping, stopped, starting, started, failed, deactivated, signal sent, main process exited, ...", "systemd")    \
  X(signal, "string", "KILL, TERM, ...: what ended the process or was sent", "systemd")                               \
  X(requested_by, "string", "Program that asked", "systemd; packages")                                                \
  X(killed_pid, "integer", "Process that was killed", "systemd, kernel")                                              \
  X(killed_process, "string", "Its name", "systemd, kernel")                                                          \
  X(container, "string", "Container's id", "dockerd, containerd")                                                     \
  X(task_type, "string", "qmstop, qmshutdown, vzstop, ...", "Proxmox")                                                \
  X(task_object, "string", "Number of the virtual machine or container", "Proxmox")                                   \
  X(action, "string", "install, upgrade, remove, purge, ...", "packages")                                             \
  X(package, "string", "Name of the package", "packages")                                                             \
  X(version, "string", "Its version, the new one of an upgrade", "packages")                                          \
  X(old_version, "string", "The version before", "packages")                                                          \
  X(arch, "string", "Architecture", "packages")
