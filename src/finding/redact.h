// SPDX-License-Identifier: Apache-2.0
// Secrets in command lines and scripts, replaced before anything is printed. `--raw` switches it off.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace stopwarden {

/// `text` with every secret of a known form replaced by `***`: passwords of net use, net user, psexec, the database
/// clients, schtasks, sc and others (tables in redact_programs.cpp); values of options and keys that are called
/// password, token, secret, api-key (table in redact.cpp); credentials in URLs and Authorization headers; PowerShell's
/// ConvertTo-SecureString, credential objects and the payload of -EncodedCommand; keys that show what they are
/// (AKIA...).
///
/// What it cannot know stays: a secret in a form of no table. In doubt it hides too much rather than too little.
/// Cost: linear in the length of `text`, whatever stands in it.
std::string redact(std::string_view text);

namespace redaction {

/// Bytes [begin, end) of the text that are secret.
struct Range {
  std::size_t begin, end;
};

/// Secrets that are told by their own look or by the word before them.
void find_by_word(std::string_view text, std::vector<Range>& out);
/// Secrets that are told by the program they are given to.
void find_by_program(std::string_view text, std::vector<Range>& out);

}  // namespace redaction
}  // namespace stopwarden
