// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string_view>

#include "event/catalogue.h"
#include "event/event.h"

namespace stopwarden::ledger {

/// The first value of a field that says something; empty when there is none.
inline std::string_view value_of(const Event& event, field::Number n) noexcept {
  for (const FieldValue& v : event.fields)
    if (v.field == id_of(n) && !v.text.empty()) return v.text;
  return {};
}

}  // namespace stopwarden::ledger
