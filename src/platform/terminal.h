// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>

namespace stopwarden::platform {

enum class Stream : std::uint8_t { standard_input, standard_output, standard_error };

bool is_terminal(Stream stream);

/// Columns of the terminal behind `stream`: what the terminal says, else COLUMNS, else 80. Never below 20, so that a
/// layout can count on it, and never above 1000.
std::size_t terminal_width(Stream stream);

/// Shall output to `stream` have colours? NO_COLOR (not empty) says no and beats everything; CLICOLOR_FORCE (not empty,
/// not "0") says yes; else yes on a terminal whose TERM is not "dumb" and CLICOLOR is not "0".
bool wants_colour(Stream stream);

}  // namespace stopwarden::platform
