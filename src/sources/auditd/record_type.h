// SPDX-License-Identifier: Apache-2.0
// The types of audit records: their numbers, names, and what part of an event they are.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace stopwarden::auditd {

/// What a record is to its event, in rising order of how much its type says about the whole event.
enum class Part : std::uint8_t {
  end,      ///< EOE: says nothing but that the event is over
  title,    ///< PROCTITLE: the last record of an event that the kernel writes for a system call
  detail,   ///< PATH, CWD, SOCKADDR, ...: never alone
  call,     ///< SYSCALL, URINGOP
  subject,  ///< AVC, LOGIN, CONFIG_CHANGE, ...: may stand alone or with a SYSCALL
  alone,    ///< USER_*, SERVICE_*, DAEMON_*: written by programs, one record an event
  exec,     ///< EXECVE
};

struct RecordType {
  std::uint16_t number;
  std::string_view name;
  Part part;
};

/// By the name that auditd writes ("SERVICE_STOP"); nullptr when it is not known.
const RecordType* type_by_name(std::string_view name) noexcept;
/// By number, as the kernel's own log has it ("1131"); nullptr when it is not known.
const RecordType* type_by_number(std::uint32_t number) noexcept;

/// The number in "1334", "UNKNOWN[1334]" or "AUDIT1334".
std::optional<std::uint32_t> type_number_in(std::string_view name) noexcept;

/// What part a type is that is not in the table, by the ranges of linux/audit.h: user space writes 1000..1299 and
/// 2100..2999.
Part part_by_number(std::uint32_t number) noexcept;

}  // namespace stopwarden::auditd
