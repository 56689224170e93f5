// SPDX-License-Identifier: Apache-2.0
// The table of output formats of `scan`.
//
//   const OutputFormat* format = find_format("jsonl");
//   auto writer = format->make(stdout_sink, {});
//   FindingOrder order(format->sort);     // or, where format->streams, straight to the writer
//   ...
//   order.finish(*writer);
//   if (!writer->finish()) ...            // the sink refused bytes
#pragma once
#include <memory>
#include <span>
#include <string_view>

#include "finding/order.h"
#include "output/writer.h"

namespace stopwarden {

enum class Streams : std::uint8_t {
  no,   ///< makes sense only when all findings are known and in order
  yes,  ///< each finding stands for itself: may be written when it is found
};

/// To add one: a row in formats.cpp, a writer beside it, golden tests, a section in docs/output.md.
struct OutputFormat {
  std::string_view name, meaning;
  FindingSort sort;
  Streams streams;
  std::unique_ptr<FindingWriter> (*make)(ByteSink& out, const FormatOptions& options);
};

std::span<const OutputFormat> output_formats();

/// The format of that name; nullptr when there is none.
const OutputFormat* find_format(std::string_view name) noexcept;

}  // namespace stopwarden
