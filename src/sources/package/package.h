// SPDX-License-Identifier: Apache-2.0
// Logs of package managers: what was installed, upgraded and removed, by which command.
#pragma once
#include <memory>

#include "event/source.h"

namespace stopwarden::package {

/// Does an input start like dpkg.log, apt's history.log or term.log, yum.log, dnf.log, dnf.rpm.log or pacman.log?
bool sniff_package(Bytes head);

/// Format:  docs/formats/packages.md. A record is a line with what follows it up to the next time; of apt a stanza, or
///          what dpkg said in one run.
/// Channel: linux:package; provider dpkg, apt, yum, dnf or pacman.
/// Fields:  action, package, version, old_version, arch (several values where a record names several packages),
///          CommandLine, User, ActorUserId, message.
/// Times:   dpkg, apt and yum write local time without a zone: taken as UTC; yum.log has no year: as in syslog.
/// Drops:   lines before the first record (bad_value), lines over 1 MiB (limit_exceeded).
/// Oddities: assumed, once an input.
std::unique_ptr<Source> make_package(const SourceOptions& options);

}  // namespace stopwarden::package
