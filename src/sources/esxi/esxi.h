// SPDX-License-Identifier: Apache-2.0
// Logs of ESXi and vCenter: shell.log, hostd.log, vobd.log, auth.log, syslog.log, vmkernel.log, vpxa.log, fdm.log,
// rhttpproxy.log, vpxd.log, audit records, and the same lines forwarded with a syslog head.
#pragma once
#include <memory>

#include "event/source.h"

namespace stopwarden::esxi {

/// One of the first lines is of a form or a program that nothing else has, and all are such lines; those that name a
/// host (forwarded ones) must all be ESXi's own, since a syslog server's files hold those of others, too.
bool sniff_esxi(Bytes head);

/// Reads lines (docs/formats/esxi.md). Which log it is, each line says itself by its program: channels esxi:shell,
/// esxi:hostd, esxi:vobd, esxi:auth, esxi:syslog, vcenter:vpxd; the provider is the program, where programs.h lists it.
/// Lines that begin with "-->" or a blank belong to the one before.
///
/// Errors: limit_exceeded for a line of more than 1 MiB; bad_value for a line without a time that goes on with none. A
/// line with its continuations that reaches 1 MiB ends there; what follows is an event of its own. Cost: one pass over
/// the line's head and as far into the message as it takes to know it.
std::unique_ptr<Source> make_esxi(const SourceOptions& options);

}  // namespace stopwarden::esxi
