// SPDX-License-Identifier: Apache-2.0
// Fields of Linux logs: auditd, journal, syslog.
#pragma once

#define SW_LINUX_FIELDS(X)
