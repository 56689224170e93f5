// SPDX-License-Identifier: Apache-2.0
// Fields of logs of the wire: Zeek.
#pragma once

#define SW_NETWORK_FIELDS(X)                                                            \
  X(endpoint, "string", "RPC interface: svcctl", "Zeek: dce_rpc")                       \
  X(operation, "string", "Operation of the interface: ControlService", "Zeek: dce_rpc") \
  X(named_pipe, "string", "Pipe or port the interface was reached by", "Zeek: dce_rpc") \
  X(SourcePort, "integer", "Source port of a connection", "Sysmon 3, Zeek")
