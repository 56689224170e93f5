// SPDX-License-Identifier: Apache-2.0
// Programs that write to syslog and the journal, as far as they are known: Event::provider of those logs. Whoever
// writes a line chooses the name in it, so only names of this table become providers (event.h: a small set).
#pragma once
#include <span>
#include <string_view>

namespace stopwarden {

/// The name as this table spells it ("cron" for "CRON" and "/usr/sbin/cron"); empty when it is none of these. ASCII
/// case and a path before the name are ignored. Lives for ever. Cost: a binary search.
std::string_view known_program(std::string_view name) noexcept;

/// All of them, sorted.
std::span<const std::string_view> known_programs() noexcept;

}  // namespace stopwarden
