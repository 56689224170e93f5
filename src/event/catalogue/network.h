// SPDX-License-Identifier: Apache-2.0
// Fields of logs of the wire: Zeek.
#pragma once

#define SW_NETWORK_FIELDS(X)
