// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/correlation_values.h"

#include <algorithm>

namespace stopwarden::sigma {
namespace {

std::optional<std::string_view> first_of(std::span<const FieldValue> values) noexcept {
  for (const FieldValue& value : values)
    if (value.kind != ValueKind::null) return value.text;
  return std::nullopt;
}

}  // namespace

std::span<const std::optional<std::string_view>> CorrelationValues::read(std::uint32_t rule, const Event& event) {
  values_.clear();
  arena_.reset();
  const Rule& asked = ir_.rules[rule];
  if (asked.correlation_fields.empty()) return values_;
  const auto source = std::find_if(asked.selectors.begin(), asked.selectors.end(),
                                   [&event](const SourceSelector* s) { return s->accepts(event); });
  for (const FieldId field : asked.correlation_fields)
    values_.push_back(value_of(field, source == asked.selectors.end() ? nullptr : *source, event));
  return values_;
}

std::optional<std::string_view> CorrelationValues::value_of(FieldId field, const SourceSelector* source,
                                                            const Event& event) {
  if (source != nullptr) {
    bool made_by_alias = false;
    made_.clear();
    for (const FieldAlias& alias : source->aliases) {
      if (alias.to != field) continue;
      made_by_alias = true;
      derive(alias, event, arena_, made_);
    }
    if (made_by_alias) return first_of(made_);
  }
  for (const FieldValue& value : event.fields)
    if (value.field == field && value.kind != ValueKind::null) return value.text;
  return std::nullopt;
}

}  // namespace stopwarden::sigma
