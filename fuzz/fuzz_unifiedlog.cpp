// SPDX-License-Identifier: Apache-2.0
// Any bytes as the unified log of macOS as text, with several window sizes: the contract of Source::cut()
// must hold and what is read must not depend on the windows. Then hands the bytes to parse() uncut.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "sources/text/source_test_support.h"
#include "sources/unifiedlog/unifiedlog.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stopwarden;               // NOLINT: a fuzz target is one function
  constexpr std::size_t kInputMax = 16384;  // every window is copied
  const Bytes bytes = std::as_bytes(std::span(data, std::min(size, kInputMax)));
  const std::string_view input = as_text(bytes);
  unifiedlog::sniff_unifiedlog(bytes);
  for (const text::testing::MakeSource make : {&unifiedlog::make_unifiedlog}) {
    const text::testing::Said whole = text::testing::read_all(make, input, {"*"});
    for (const std::string& note : whole.notes)
      if (note.substr(0, 8) == "CONTRACT") std::abort();
    for (const std::size_t window : {std::size_t{7}, std::size_t{64}})
      if (!(text::testing::read_all(make, input, {"*"}, window) == whole)) std::abort();
    text::testing::Said said;
    static const FieldTable table;
    static WantedFields wanted(table);
    text::testing::SaidSink sink(said, table);
    make({&wanted})->parse(bytes, 0, 0, sink);
  }
  return 0;
}
