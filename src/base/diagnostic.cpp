// SPDX-License-Identifier: Apache-2.0
#include "base/diagnostic.h"

namespace stopwarden {

std::string to_string(const Diagnostic& d) {
  std::string out = d.file;
  if (d.line != 0) out += ':' + std::to_string(d.line);
  if (d.line != 0 && d.column != 0) out += ':' + std::to_string(d.column);
  out += d.severity == Diagnostic::Severity::error ? ": error " : ": warning ";
  out += d.code;
  out += ": ";
  out += d.message;
  return out;
}

}  // namespace stopwarden
