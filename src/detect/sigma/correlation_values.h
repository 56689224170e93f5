// SPDX-License-Identifier: Apache-2.0
// What correlations ask of a rule's hit, read from its event.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "detect/sigma/ir.h"
#include "event/event.h"

namespace stopwarden::sigma {

/// Reads group-by and counted fields by the names that the rule itself goes by: of a source with aliases, what the
/// alias makes hides a field of that name in the log. Not for sharing between threads.
class CorrelationValues {
 public:
  explicit CorrelationValues(const Ir& ir) : ir_(ir) {}
  /// The values by Rule::correlation_fields: of a field with several the first that is not null, nothing when there is
  /// none. `event` holds all wanted fields (with_all_fields). Valid until the next call. Cost: for hits, not for every
  /// event; no allocation once warm.
  std::span<const std::optional<std::string_view>> read(std::uint32_t rule, const Event& event);

 private:
  std::optional<std::string_view> value_of(FieldId field, const SourceSelector* source, const Event& event);

  const Ir& ir_;
  Arena arena_;
  std::vector<FieldValue> made_;
  std::vector<std::optional<std::string_view>> values_;
};

}  // namespace stopwarden::sigma
