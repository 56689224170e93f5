// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/value_passes.h"

#include <cstdlib>

#include "base/text.h"

namespace stopwarden::sigma {
namespace {

template <class T>
bool compare_as(T left, CompareOp op, T right) noexcept {
  switch (op) {
    case CompareOp::equal: return !(left < right) && !(right < left);
    case CompareOp::less: return left < right;
    case CompareOp::less_equal: return left <= right;
    case CompareOp::greater: return left > right;
    case CompareOp::greater_equal: return left >= right;
  }
  std::abort();
}

std::int64_t iso_week(std::chrono::sys_days day) noexcept {
  using namespace std::chrono;
  // The week belongs to the year of its Thursday; week 1 holds the year's first Thursday.
  const sys_days thursday = day + days{4 - static_cast<int>(weekday{day}.iso_encoding())};
  const sys_days first = year_month_day{thursday}.year() / January / 1;
  return (thursday - first).count() / 7 + 1;
}

}  // namespace

std::optional<Number> number_of(std::string_view text) noexcept {
  if (const auto i = parse_integer(text)) return Number{true, *i, static_cast<double>(*i)};
  if (const auto d = parse_number(text)) return Number{false, 0, *d};
  return std::nullopt;
}

bool compare(const Number& left, CompareOp op, const Number& right) noexcept {
  if (left.is_integer && right.is_integer) return compare_as(left.integer, op, right.integer);
  return compare_as(left.real, op, right.real);
}

std::int64_t time_part(EventTime time, TimePart part) noexcept {
  using namespace std::chrono;
  const sys_days day = floor<days>(time);
  const year_month_day date{day};
  const hh_mm_ss clock{time - day};
  switch (part) {
    case TimePart::minute: return clock.minutes().count();
    case TimePart::hour: return clock.hours().count();
    case TimePart::day: return static_cast<unsigned>(date.day());
    case TimePart::week: return iso_week(day);
    case TimePart::month: return static_cast<unsigned>(date.month());
    case TimePart::year: return static_cast<int>(date.year());
  }
  std::abort();
}

bool passes(const NumberTest& test, const FieldValue& value) noexcept {
  if (value.kind == ValueKind::null) return false;
  if (value.text == test.canonical && !test.canonical.empty()) return true;
  if (equal_ignore_ascii_case(value.text, test.written)) return true;
  if (value.kind != ValueKind::integer && value.kind != ValueKind::real) return false;
  const auto number = number_of(value.text);
  return number && compare(*number, CompareOp::equal, test.value);
}

bool passes(const CidrTest& test, const FieldValue& value) noexcept {
  const auto address = parse_address(value.text);
  return address && contains(test.network, *address);
}

bool passes(const CompareTest& test, const FieldValue& value) noexcept {
  const auto number = number_of(value.text);
  return number && compare(*number, test.op, test.bound);
}

bool passes(const TimeTest& test, const FieldValue& value) noexcept {
  const auto time = parse_time(value.text);
  return time && compare_as(time_part(*time, test.part), test.op, test.bound);
}

bool passes(const FieldRefTest& test, std::string_view left, std::string_view right) noexcept {
  if (test.any_before && test.any_after) return left.find(right) != std::string_view::npos;
  if (test.any_before) return left.ends_with(right);
  if (test.any_after) return left.starts_with(right);
  return left == right;
}

}  // namespace stopwarden::sigma
