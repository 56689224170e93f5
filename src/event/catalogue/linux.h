// SPDX-License-Identifier: Apache-2.0
// Fields of Linux logs, a file a log.
#pragma once

#include "event/catalogue/auditd.h"
#include "event/catalogue/syslog.h"

#define SW_LINUX_FIELDS(X) \
  SW_AUDITD_FIELDS(X)      \
  SW_SYSLOG_FIELDS(X)
