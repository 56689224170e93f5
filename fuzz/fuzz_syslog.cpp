// SPDX-License-Identifier: Apache-2.0
#include "sources/syslog/syslog.h"

#include "source_contract.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  stopwarden::fuzz::check_source(stopwarden::syslog::make_syslog, stopwarden::syslog::sniff_syslog, data, size);
  return 0;
}
