// SPDX-License-Identifier: Apache-2.0
// Drives files through the pipeline's own pieces: walk_inputs -> InputReader -> source -> sink.
#pragma once
#include <string>
#include <vector>

#include "event/source.h"
#include "support.h"

namespace stopwarden::bench {

/// What a pass over all files came to.
struct Pass {
  Elapsed elapsed;
  std::uint64_t records = 0;  ///< as the sources counted them, dropped ones among them
  std::uint64_t unreadable = 0;
  std::string format;
};
Pass read_files(const std::vector<std::string>& files, const SourceOptions& options, EventSink& sink);

}  // namespace stopwarden::bench
