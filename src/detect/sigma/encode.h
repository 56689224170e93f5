// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace stopwarden::sigma {

/// RFC 4648 with padding.
std::string base64(std::string_view bytes);

/// The three texts that stand in any base64 text whose plain form holds `bytes`, one for each offset modulo 3: without
/// the characters at the head and at the tail that depend on what surrounds them, and without padding. Needs two bytes:
/// of one alone no character is certain at one of the offsets.
std::vector<std::string> base64_at_offsets(std::string_view bytes);

}  // namespace stopwarden::sigma
