// SPDX-License-Identifier: Apache-2.0
// Text of hostile logs, made fit for terminals and tables.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace stopwarden {

/// Does a code point steer a terminal, hide itself or turn text around? Controls (C0, DEL, C1), line separators, bidi
/// controls, zero-width characters, fillers, tags, interlinear marks. Unpaired combining marks and letters that look
/// like others are not: they are text.
bool is_unsafe(char32_t c) noexcept;

/// `s` with every unsafe code point and every byte that is no UTF-8 as a visible escape: \n \r \t, \x1b for ASCII and
/// raw bytes, \u{202e} for the rest. A backslash stays as it is, so paths stay readable; the result is for people.
std::string terminal_safe(std::string_view s);
void append_terminal_safe(std::string& out, std::string_view s);

/// Columns that safe text takes.
std::size_t text_width(std::string_view safe) noexcept;

/// Safe text cut to `columns` with "…" at the end; 0 columns: not cut.
std::string fit_width(std::string_view safe, std::size_t columns);

}  // namespace stopwarden
