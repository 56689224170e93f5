// SPDX-License-Identifier: Apache-2.0
// Fields of ESXi and vCenter logs.
#pragma once

#define SW_ESXI_FIELDS(X)
