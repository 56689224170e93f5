// SPDX-License-Identifier: Apache-2.0
#include "sources/package/package.h"

#include "source_contract.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  stopwarden::fuzz::check_source(stopwarden::package::make_package, stopwarden::package::sniff_package, data, size);
  return 0;
}
