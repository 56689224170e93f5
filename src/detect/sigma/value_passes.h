// SPDX-License-Identifier: Apache-2.0
// One value of an event against one value of a rule: the meaning of every test, free of how rules are dispatched.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/time.h"
#include "detect/sigma/ir.h"
#include "event/event.h"

namespace stopwarden::sigma {

/// The value as a number, when it is written as one ("-12", "1.5"). Hexadecimal text is text.
std::optional<Number> number_of(std::string_view text) noexcept;

/// Exact between integers.
bool compare(const Number& left, CompareOp op, const Number& right) noexcept;

/// UTC; weeks and the year of a week by ISO 8601.
std::int64_t time_part(EventTime time, TimePart part) noexcept;

bool passes(const NumberTest& test, const FieldValue& value) noexcept;
bool passes(const CidrTest& test, const FieldValue& value) noexcept;
bool passes(const CompareTest& test, const FieldValue& value) noexcept;
bool passes(const TimeTest& test, const FieldValue& value) noexcept;
/// `left` and `right` as the test's case_match wants them: folded or as they are.
bool passes(const FieldRefTest& test, std::string_view left, std::string_view right) noexcept;

}  // namespace stopwarden::sigma
