// SPDX-License-Identifier: Apache-2.0
// Reading PowerShell text: blanks, comments, strings, brackets. Used by powershell.cpp only.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace stopwarden::ledger {

/// A cursor over a script. Every call moves forward or says that it cannot; none reads past the end.
class PsReader {
 public:
  explicit PsReader(std::string_view text) : text_(text) {}

  bool done() const noexcept { return at_ >= text_.size(); }
  char peek(std::size_t ahead = 0) const noexcept { return ahead < text_.size() - at_ ? text_[at_ + ahead] : '\0'; }
  void skip(std::size_t n = 1) noexcept { at_ = n < text_.size() - at_ ? at_ + n : text_.size(); }
  std::string_view rest() const noexcept { return text_.substr(at_); }

  /// Blanks, continued lines and <# #> comments; not the ends of lines.
  void skip_blanks();
  /// Also ends of lines and # comments.
  void skip_space();
  /// At the end of a command: the end of the line, ; | & ) } or the end of the text.
  bool at_command_end() const noexcept;

  bool at_string() const noexcept;
  /// Takes a quoted text or here-string; `expands` says whether variables in it are replaced by PowerShell.
  std::string take_string(bool& expands);
  /// Takes "( ... )", "{ ... }" or "[ ... ]" with what is inside; the cursor is at the bracket. To the end of the text
  /// when it is never closed.
  std::string_view take_bracketed();
  /// Takes "$name", "${name}", "$env:name", "$_"; returns the name without "$".
  std::string take_variable();
  /// Takes a bare word of an argument or a command name; backticks and quotes inside are resolved.
  std::string take_word();
  /// Takes "-Name" or, with any of the dashes PowerShell knows, returns the name; empty when none stands here.
  std::string take_parameter();

 private:
  void skip_string();
  void skip_line_comment() noexcept;
  bool skip_block_comment() noexcept;

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace stopwarden::ledger
