// SPDX-License-Identifier: Apache-2.0
// Fields of macOS logs: Endpoint Security, unified log, OpenBSM.
#pragma once

#define SW_MACOS_FIELDS(X)
