// SPDX-License-Identifier: Apache-2.0
// Where an object ends, by its tokens, when nothing is wrong with it.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace stopwarden::json {

/// Moves `at`, the number of the token where an object begins, behind it. False, and `at` as it was, when the tokens
/// end before it does, when its brackets, commas and colons are not as JSON has them, over 64 levels, or when it may be
/// a wrapper (scanner.h): then only the scanner can say. What is taken here the scanner takes, too, up to the same
/// byte. Values are not looked at.
bool skip_object(std::string_view text, std::span<const std::uint32_t> tokens, std::size_t& at);

}  // namespace stopwarden::json
