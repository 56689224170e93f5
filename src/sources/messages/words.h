// SPDX-License-Identifier: Apache-2.0
// Small steps over a message; for this module only.
#pragma once
#include <string_view>

namespace stopwarden::messages {

/// Takes `prefix` off the start of `text`; false when it starts with something else.
inline bool take(std::string_view& text, std::string_view prefix) noexcept {
  if (text.substr(0, prefix.size()) != prefix) return false;
  text.remove_prefix(prefix.size());
  return true;
}

/// What stands before the first `mark`; all of it where there is none.
inline std::string_view before(std::string_view text, std::string_view mark) noexcept {
  return text.substr(0, text.find(mark));
}

/// What stands behind the first `mark`; nothing where there is none.
inline std::string_view behind(std::string_view text, std::string_view mark) noexcept {
  const std::size_t at = text.find(mark);
  return at == std::string_view::npos ? std::string_view{} : text.substr(at + mark.size());
}

inline std::string_view between(std::string_view text, std::string_view left, std::string_view right) noexcept {
  return before(behind(text, left), right);
}

inline bool ends_with(std::string_view text, std::string_view end) noexcept {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

inline bool has(std::string_view text, std::string_view part) noexcept {
  return text.find(part) != std::string_view::npos;
}

}  // namespace stopwarden::messages
