// SPDX-License-Identifier: Apache-2.0
#include "content/content.h"

namespace stopwarden {

std::vector<TextFile> builtin(std::span<const EmbeddedFile> files) {
  std::vector<TextFile> out;
  out.reserve(files.size());
  for (const EmbeddedFile& f : files) out.push_back({"builtin:" + std::string(f.path), std::string(f.text)});
  return out;
}

}  // namespace stopwarden
