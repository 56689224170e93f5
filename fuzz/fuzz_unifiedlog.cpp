// SPDX-License-Identifier: Apache-2.0
#include "sources/unifiedlog/unifiedlog.h"

#include "source_contract.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  stopwarden::fuzz::check_source(stopwarden::unifiedlog::make_unifiedlog, stopwarden::unifiedlog::sniff_unifiedlog,
                                 data, size);
  return 0;
}
