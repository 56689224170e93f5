// SPDX-License-Identifier: Apache-2.0
// Numbers of OpenBSM and what they stand for: events and errors.
#pragma once
#include <cstdint>
#include <string_view>

namespace stopwarden::bsm {

/// One kind of audit record: audit_event(5). The names and numbers are those of <bsm/audit_kevents.h> and
/// <bsm/audit_uevents.h>; the description is what praudit prints.
struct EventKind {
  std::uint16_t number;
  std::string_view name;         ///< "AUE_EXECVE"
  std::string_view description;  ///< "execve(2)"
};

/// What a number means; nullptr when it is none of those we name. Lives for ever.
const EventKind* event_kind(std::uint32_t number) noexcept;
/// By description, name, or number as text: the three ways praudit prints one.
const EventKind* event_kind(std::string_view text) noexcept;

/// The name of the status of a return token, which has numbers of its own (<bsm/audit_errno.h>): 0 is "success", 13 is
/// "EACCES". Empty when there is none.
std::string_view status_name(std::uint8_t status) noexcept;
/// The name of an error by the text that praudit prints, e.g. "Permission denied". `text` itself when it is another
/// one.
std::string_view status_name(std::string_view text) noexcept;

}  // namespace stopwarden::bsm
