// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>

#include "finding/finding.h"

namespace stopwarden {

/// The file name at the end of a Windows or Unix path.
std::string_view base_name(std::string_view path) noexcept;

/// The account that acted: its name, else its uid, else "".
std::string_view actor_name(const Actor& actor) noexcept;

/// What was aimed at, in words: "stop services A, B (net); delete service C (sc) at SRV". Empty without targets.
std::string word_targets(const Finding& finding, std::size_t names_max);

/// Blanks for line breaks and tabs: names are hostile, a message is one line.
std::string one_line(std::string s);

/// One plain line: who did what to what on which host, as far as the finding knows. Names at most `names_max` targets
/// of each kind of act, then says how many more. Line breaks of hostile names become blanks; nothing else is escaped.
std::string word_message(const Finding& finding, std::size_t names_max);

}  // namespace stopwarden
