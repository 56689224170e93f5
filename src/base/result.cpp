// SPDX-License-Identifier: Apache-2.0
#include "base/result.h"

#include <cstdlib>

namespace stopwarden {

const char* errc_name(Errc code) noexcept {
  switch (code) {
    case Errc::truncated: return "truncated";
    case Errc::bad_magic: return "bad_magic";
    case Errc::bad_checksum: return "bad_checksum";
    case Errc::bad_value: return "bad_value";
    case Errc::limit_exceeded: return "limit_exceeded";
    case Errc::assumed: return "assumed";
    case Errc::unsupported: return "unsupported";
    case Errc::io: return "io";
  }
  std::abort();
}

}  // namespace stopwarden
