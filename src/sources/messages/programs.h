// SPDX-License-Identifier: Apache-2.0
// The programs of Unix whose log messages are known, whichever log carries them (syslog, the journal): the provider of
// an event, and the reader of its message.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>

#include "sources/messages/fields.h"

namespace stopwarden::messages {

/// A row of the table. Tags of one program in other spellings have the same provider (CRON, crond: cron).
struct Program {
  std::string_view tag;       ///< what the log says
  std::string_view provider;  ///< Event::provider; data/logsources/linux_*.yml name these
  /// Adds what its message says to the event in `out`. nullptr: nothing but the text is known of it.
  void (*read)(std::string_view message, const Fields& fields, text::Emitter& out) = nullptr;
};
std::span<const Program> programs();

/// The row of a tag or SYSLOG_IDENTIFIER: "sshd", "/usr/sbin/cron", "(systemd)", "postfix/smtpd". nullptr when it is
/// none: such tags are no provider, because whoever may call logger(1) makes them up. Cost: a hash.
const Program* find_program(std::string_view tag) noexcept;

}  // namespace stopwarden::messages
