// SPDX-License-Identifier: Apache-2.0
// Fields of the systemd journal that are its own (docs/formats/journal.md); those it shares with syslog stand in
// linux.h. Names that begin with an underscore are no names for C++: rules may ask for them all the same.
#pragma once

#define SW_JOURNAL_FIELDS(X)                                                                                    \
  X(MESSAGE, "string", "Text of the entry", "journal")                                                          \
  X(MESSAGE_ID, "hex", "Kind of message, the same in every language", "journal")                                \
  X(PRIORITY, "integer", "0 emerg, 1 alert, 2 crit, 3 err, 4 warning, 5 notice, 6 info, 7 debug", "journal")    \
  X(SYSLOG_IDENTIFIER, "string", "What the program calls itself", "journal")                                    \
  X(USER_UNIT, "string", "Unit of a user's service manager", "journal: systemd")                                \
  X(JOB_ID, "integer", "Job of the service manager", "journal: systemd")                                        \
  X(AUDIT_FIELD_UNIT, "string", "Unit a service record is about, without its type", "journal: audit transport") \
  X(AUDIT_FIELD_RES, "string", "success or failed", "journal: audit transport")                                 \
  X(AUDIT_FIELD_CMD, "string", "Command that sudo ran", "journal: audit transport")                             \
  X(AUDIT_FIELD_EXE, "path", "Program the record is about", "journal: audit transport")                         \
  X(AUDIT_FIELD_ACCT, "string", "Account the record is about", "journal: audit transport")
