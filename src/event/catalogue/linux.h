// SPDX-License-Identifier: Apache-2.0
// Fields of Linux logs: auditd, journal, syslog.
#pragma once

#include "event/catalogue/auditd.h"

#define SW_LINUX_FIELDS(X) SW_AUDITD_FIELDS(X)
