// SPDX-License-Identifier: Apache-2.0
#include "platform/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <string_view>

namespace stopwarden::platform {
namespace {

std::string_view variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? std::string_view(value) : std::string_view();
}

int number_of(Stream stream) noexcept { return static_cast<int>(stream); }  // 0, 1, 2 by POSIX

constexpr std::size_t kWidthMin = 20, kWidthDefault = 80, kWidthMax = 1000;

}  // namespace

bool is_terminal(Stream stream) { return ::isatty(number_of(stream)) == 1; }

std::size_t terminal_width(Stream stream) {
  std::size_t width = 0;
  winsize size{};
  if (::ioctl(number_of(stream), TIOCGWINSZ, &size) == 0) width = size.ws_col;
  if (width == 0) {
    const std::string_view columns = variable("COLUMNS");
    const auto [end, error] = std::from_chars(columns.data(), columns.data() + columns.size(), width);
    if (error != std::errc{} || end != columns.data() + columns.size()) width = 0;
  }
  return width == 0 ? kWidthDefault : std::clamp(width, kWidthMin, kWidthMax);
}

bool wants_colour(Stream stream) {
  if (!variable("NO_COLOR").empty()) return false;
  const std::string_view force = variable("CLICOLOR_FORCE");
  if (!force.empty() && force != "0") return true;
  return is_terminal(stream) && variable("TERM") != "dumb" && variable("CLICOLOR") != "0";
}

}  // namespace stopwarden::platform
