// SPDX-License-Identifier: Apache-2.0
#include "sources/journal_export/journal_export.h"

#include "source_contract.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  stopwarden::fuzz::check_source(stopwarden::journal::make_export, stopwarden::journal::sniff_export, data, size);
  return 0;
}
