// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>

namespace stopwarden {

/// RFC 4648 sections 4 and 5: both alphabets, with or without padding, no blanks. The bytes go into `out`, whose memory
/// is kept from call to call. False (and `out` empty) when `text` is no base64. Cost: linear.
bool decode_base64(std::string_view text, std::string& out);

}  // namespace stopwarden
