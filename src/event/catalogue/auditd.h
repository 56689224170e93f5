// SPDX-License-Identifier: Apache-2.0
// Fields of Linux audit records.
#pragma once

#define SW_AUDITD_FIELDS(X)                                                                                       \
  X(type, "string", "Types of the event's audit records (several values)", "auditd: every event")                 \
  X(node, "string", "Machine the record came from", "auditd: where logs of several are gathered")                 \
  X(unit, "string", "Unit of systemd, without .service", "auditd: SERVICE_START, SERVICE_STOP")                   \
  X(res, "string", "success or failed; 1 or 0 in the kernel's records", "auditd: records of programs")            \
  X(success, "string", "yes or no", "auditd: SYSCALL")                                                            \
  X(op, "string", "What was done", "auditd: records of programs, CONFIG_CHANGE")                                  \
  X(exe, "path", "Executable of the process", "auditd: most records")                                             \
  X(comm, "string", "Name of the process, at most 15 bytes", "auditd: SYSCALL, AVC")                              \
  X(key, "string", "Keys of the audit rules that made the event", "auditd: SYSCALL, CONFIG_CHANGE")               \
  X(SYSCALL, "string", "Name of the system call, by auditd or from arch and syscall", "auditd: SYSCALL")          \
  X(syscall, "integer", "Number of the system call", "auditd: SYSCALL")                                           \
  X(a0, "string", "First argument: of a program decoded, of a system call in hex", "auditd: EXECVE, SYSCALL")     \
  X(a1, "string", "Second argument", "auditd: EXECVE, SYSCALL")                                                   \
  X(a2, "string", "Third argument", "auditd: EXECVE, SYSCALL")                                                    \
  X(a3, "string", "Fourth argument", "auditd: EXECVE, SYSCALL")                                                   \
  X(name, "path", "Path as the call was given it, decoded", "auditd: PATH")                                       \
  X(nametype, "string", "NORMAL, PARENT, CREATE or DELETE", "auditd: PATH")                                       \
  X(CreatedFilename, "path", "File that the call made, with its directory", "auditd: PATH of nametype CREATE")    \
  X(DeletedFilename, "path", "File that the call removed, with its directory", "auditd: PATH of nametype DELETE") \
  X(cwd, "path", "Working directory, decoded", "auditd: CWD, USER_CMD")                                           \
  X(cmd, "string", "Command of sudo, decoded", "auditd: USER_CMD")                                                \
  X(proctitle, "string", "Command line of the process, decoded, cut at 128 bytes", "auditd: PROCTITLE")           \
  X(acct, "string", "Account that a record is about", "auditd: records of programs")                              \
  X(auid, "integer", "Login account; 4294967295 when nobody logged in", "auditd: most records")                   \
  X(ses, "integer", "Login session", "auditd: most records")                                                      \
  X(opid, "integer", "Process that a signal was sent to", "auditd: OBJ_PID")                                      \
  X(ocomm, "string", "Its name", "auditd: OBJ_PID")                                                               \
  X(sig, "integer", "Signal; made from the arguments of kill and its like", "auditd: SYSCALL, ANOM_ABEND")        \
  X(vm, "string", "Virtual machine", "auditd: VIRT_CONTROL")                                                      \
  X(audit_enabled, "integer", "0 when auditing was switched off, 2 when locked", "auditd: CONFIG_CHANGE")         \
  X(saddr_fam, "string", "Family of a socket address: inet, inet6, local", "auditd: SOCKADDR")                    \
  X(laddr, "string", "Address of a socket address", "auditd: SOCKADDR")                                           \
  X(lport, "integer", "Port of a socket address", "auditd: SOCKADDR")
