// SPDX-License-Identifier: Apache-2.0
#include "source_contract.h"
#include "sources/esxi/esxi.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  stopwarden::fuzz::check_source(stopwarden::esxi::make_esxi, stopwarden::esxi::sniff_esxi, data, size);
  return 0;
}
