// SPDX-License-Identifier: Apache-2.0
// Small steps through a message.
#pragma once
#include <optional>
#include <string_view>

namespace stopwarden::esxi {

inline bool starts_with(std::string_view s, std::string_view with) noexcept { return s.substr(0, with.size()) == with; }

/// Takes what stands before the next `mark`, and the mark; all when there is none.
inline std::string_view take_until(std::string_view& rest, std::string_view mark) noexcept {
  const std::size_t at = rest.find(mark);
  const std::string_view part = rest.substr(0, at);
  rest = at == std::string_view::npos ? std::string_view{} : rest.substr(at + mark.size());
  return part;
}

/// What stands between the first `open` and the next `close`.
inline std::optional<std::string_view> between(std::string_view s, std::string_view open,
                                               std::string_view close) noexcept {
  const std::size_t begin = s.find(open);
  if (begin == std::string_view::npos) return std::nullopt;
  const std::size_t end = s.find(close, begin + open.size());
  if (end == std::string_view::npos) return std::nullopt;
  return s.substr(begin + open.size(), end - begin - open.size());
}

}  // namespace stopwarden::esxi
