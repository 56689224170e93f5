// SPDX-License-Identifier: Apache-2.0
#include "sources/auditd/auditd.h"

#include "source_contract.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  stopwarden::fuzz::check_source(stopwarden::auditd::make_auditd, stopwarden::auditd::sniff_auditd, data, size);
  return 0;
}
