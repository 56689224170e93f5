// SPDX-License-Identifier: Apache-2.0
#include "base/argv.h"

#include <algorithm>
#include <cstring>

namespace stopwarden {
namespace {

constexpr std::string_view kNeedsQuotes = " \t\n\r\v\f'\"\\;|&<>()$`";
constexpr std::string_view kQuoteInside = "'\\''";

bool is_plain(std::string_view arg) noexcept { return !arg.empty() && arg.find_first_of(kNeedsQuotes) == arg.npos; }

char* write(std::string_view text, char* out) noexcept {
  if (!text.empty()) std::memcpy(out, text.data(), text.size());
  return out + text.size();
}

}  // namespace

std::size_t word_size(std::string_view arg) noexcept {
  if (is_plain(arg)) return arg.size();
  const auto quotes = static_cast<std::size_t>(std::count(arg.begin(), arg.end(), '\''));
  return arg.size() + 2 + quotes * (kQuoteInside.size() - 1);
}

char* write_word(std::string_view arg, char* out) noexcept {
  if (is_plain(arg)) return write(arg, out);
  *out++ = '\'';
  for (std::size_t quote = arg.find('\''); quote != arg.npos; quote = arg.find('\'')) {
    out = write(arg.substr(0, quote), out);
    out = write(kQuoteInside, out);
    arg.remove_prefix(quote + 1);
  }
  out = write(arg, out);
  *out++ = '\'';
  return out;
}

}  // namespace stopwarden
