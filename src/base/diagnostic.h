// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace stopwarden {

/// A problem on a cold path (rules, mappings, policies) for a person to mend: returned by libraries, printed by
/// programs.
struct Diagnostic {
  enum class Severity : std::uint8_t { warning, error };
  Severity severity = Severity::error;
  std::string_view code;  ///< stable, a literal: "SIG014". Listed in docs/diagnostics.md.
  std::string file;
  std::uint32_t line = 0;    ///< from 1; 0 when the whole file is meant
  std::uint32_t column = 0;  ///< from 1; 0 when unknown
  std::string message;       ///< what is wrong and what to do, one line
};

/// "rules/web.yml:12:7: error SIG014: unknown modifier 'foo'".
std::string to_string(const Diagnostic& d);

}  // namespace stopwarden
