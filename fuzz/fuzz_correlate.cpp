// SPDX-License-Identifier: Apache-2.0
// Any correlations over any hits: the correlator gives what the obvious way gives.
//
// Input: each byte is a choice of CorrelationCase; those that are missing are 0.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "support/correlation_case.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stopwarden;
  constexpr std::size_t kHitsMax = 120;  // the obvious way works every window out at each of them
  std::size_t at = 0;
  const test::Choose choose = [&](std::uint32_t end) { return at < size ? data[at++] % end : 0; };
  const test::CorrelationCase made(choose, size < kHitsMax ? size : kHitsMax);
  test::OwnedResults results;
  sigma::Correlator correlator(made.ir);
  test::NaiveCorrelator naive(made.ir);
  for (const sigma::CorrelationHit& hit : made.hits) {
    correlator.on_hit(hit, results);
    naive.on_hit(hit);
  }
  correlator.finish(results);
  naive.finish();
  if (!test::same_results(made.ir, results.all, naive.results())) std::abort();
  return 0;
}
