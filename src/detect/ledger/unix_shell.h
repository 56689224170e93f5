// SPDX-License-Identifier: Apache-2.0
// A line for sh, as far as it can be understood without running it: which commands it holds, with which words.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "detect/ledger/target_list.h"

namespace stopwarden::ledger {

/// One simple command.
struct ShellCommand {
  /// A file that the command's output goes to or its input comes from, as in `echo 1 > cgroup.kill`.
  struct Redirection {
    enum class Way : std::uint8_t { in, out } way = Way::out;
    std::string file;
  };
  std::vector<std::string> words;  ///< quotes and backslashes resolved, known variables replaced; the program first
  std::vector<Redirection> redirections;
  bool piped = false;  ///< reads the output of the command before it
};

/// Reads a script for sh (POSIX Shell Command Language; of bash: $'...', <<<, [[, &>).
///
/// Commands come in the order they stand in, those of `$(...)` and backticks before the command that uses them. Loops
/// over word lists come once a word, with the variable set; both branches of conditions come. Variables that the
/// script itself sets to plain text are replaced. Words that cannot be known ("$1", "$(hostname)") stay as written.
/// Misses: functions' arguments, arithmetic, arrays, `case` patterns, here-documents' text, files read with `.`.
/// Limits: `out.spend()` for every stretch read, loops and nesting by its limits. Cost: linear in the text and its
/// loops.
std::vector<ShellCommand> shell_commands(std::string_view script, TargetList& out);

}  // namespace stopwarden::ledger
