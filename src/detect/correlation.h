// SPDX-License-Identifier: Apache-2.0
// What a correlation says when it fires, in neutral words: what `detect/sigma` finds and `finding` puts into words.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

#include "base/time.h"
#include "detect/hit.h"

namespace stopwarden {

/// A correlation fired. Valid during the call only.
struct CorrelationResult {
  std::uint32_t correlation = 0;   ///< number in sigma::Ir::correlations
  const RuleInfo* rule = nullptr;  ///< what is said of it to people
  std::string_view type;           ///< "event_count", ...
  EventTime first{};               ///< of the earliest event it is made of
  EventTime time{};                ///< of the event that completed it, or the end of the window that decided
  std::string_view host;           ///< of all hits of its group from the first to the last; empty when they differ
  std::span<const std::pair<std::string_view, std::string_view>> group;  ///< group-by: names and values
  std::uint64_t count = 0;                                               ///< hits it is made of
  std::string_view value;                                                ///< the number that met the condition
  std::span<const std::uint64_t> evidences;  ///< CorrelationHit::evidence of these hits, oldest first; bounded
};

class CorrelationSink {
 public:
  virtual ~CorrelationSink() = default;
  virtual void on_result(const CorrelationResult& result) = 0;
};

}  // namespace stopwarden
