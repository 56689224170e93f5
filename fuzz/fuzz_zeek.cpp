// SPDX-License-Identifier: Apache-2.0
#include "source_contract.h"
#include "sources/zeek/zeek.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  stopwarden::fuzz::check_source(stopwarden::zeek::make_zeek, stopwarden::zeek::sniff_zeek, data, size);
  return 0;
}
