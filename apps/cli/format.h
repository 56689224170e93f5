// SPDX-License-Identifier: Apache-2.0
// Small wordings shared by the commands.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace stopwarden::cli {

/// 1234567 -> "1,234,567".
std::string grouped(std::uint64_t n);
/// 1536 -> "1.5 KB"; decimal units, as disks and `ls --si` count.
std::string size_text(std::uint64_t bytes);
/// "1 rule", "2 rules".
std::string counted(std::uint64_t n, std::string_view one, std::string_view many);
/// A JSON string literal: always valid UTF-8, controls escaped.
std::string json_string(std::string_view text);

}  // namespace stopwarden::cli
