// SPDX-License-Identifier: Apache-2.0
// Any bytes before every format's sniffer; what says yes must also be able to make a source and to cut the bytes.
#include <cstdint>
#include <cstdlib>

#include "event/field.h"
#include "sources/registry.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stopwarden;
  const Bytes input(reinterpret_cast<const std::byte*>(data), size);
  static const FieldTable table;
  static const WantedFields wanted(table);
  for (const SourceFormat& format : source_formats()) {
    if (!format.sniff(input)) continue;
    const auto source = format.make({&wanted});
    if (size == 0 || size > source->window_max()) continue;
    const Cut cut = source->cut(input, AtEnd::yes);
    if (cut.kind == Cut::Kind::more || cut.take == 0 || cut.take > size) std::abort();
  }
  return 0;
}
