// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/decimal.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>
#include <vector>

namespace stopwarden::sigma {
namespace {

TEST(Decimal, IsReadAndWritten) {
  struct Case {
    const char* text;
    const char* out;  // nullptr: no number
  };
  for (const Case& c : std::vector<Case>{
           {"0", "0"},
           {"-0", "0"},
           {"007", "7"},
           {"12", "12"},
           {"-12", "-12"},
           {"1.5", "1.5"},
           {"-1.5", "-1.5"},
           {"-0.25", "-0.25"},
           {"0.1", "0.1"},
           {"0.000000001", "0.000000001"},
           {"0.9999999999", "1"},
           {"1e3", "1000"},
           {"2.5E-1", "0.25"},
           {"9223372036854775807", "9223372036854775807"},
           {"-9223372036854775808", "-9223372036854775808"},
           {"1e300", "9223372036854775807.999999999"},
           {"-1e300", "-9223372036854775808"},
           {"", nullptr},
           {"x", nullptr},
           {"1x", nullptr},
           {"0x10", nullptr},
           {"nan", nullptr},
           {"inf", nullptr},
       }) {
    const auto read = parse_decimal(c.text);
    ASSERT_EQ(read.has_value(), c.out != nullptr) << c.text;
    if (read) {
      EXPECT_EQ(to_string(*read), c.out) << c.text;
    }
  }
}

TEST(Decimal, ComparesByValue) {
  const std::vector<const char*> rising{"-1e300",       "-2", "-1.75", "-1.5", "-1",
                                        "-0.000000001", "0",  "0.5",   "1",    "1e300"};
  for (std::size_t i = 0; i < rising.size(); ++i)
    for (std::size_t k = 0; k < rising.size(); ++k)
      EXPECT_EQ(*parse_decimal(rising[i]) <=> *parse_decimal(rising[k]), i <=> k) << rising[i] << " " << rising[k];
}

TEST(DecimalSum, IsExactInAnyOrder) {
  DecimalSum sum;
  for (int i = 0; i < 10; ++i) sum.add(*parse_decimal("0.1"));  // ten times a tenth, which floating point misses
  EXPECT_EQ(sum.compare(*parse_decimal("1")), std::strong_ordering::equal);
  EXPECT_EQ(sum.compare(*parse_decimal("0.1"), 10), std::strong_ordering::equal);  // the average
  EXPECT_EQ(sum.compare(*parse_decimal("0.100000001"), 10), std::strong_ordering::less);
  EXPECT_EQ(to_string(sum.divided(4)), "0.25");
  EXPECT_EQ(to_string(sum.divided(0)), "0");

  // The largest values, there and back again.
  constexpr Decimal kHigh{std::numeric_limits<std::int64_t>::max(), 999'999'999};
  constexpr Decimal kLow{std::numeric_limits<std::int64_t>::min(), 0};
  for (int i = 0; i < 1000; ++i) sum.add(kHigh);
  EXPECT_EQ(sum.compare(kHigh, 999), std::strong_ordering::greater);
  EXPECT_EQ(to_string(sum.divided(1)), to_string(kHigh));  // held at the end
  for (int i = 0; i < 2000; ++i) sum.add(kLow);
  const DecimalSum copy = DecimalSum::from(sum.low(), sum.high());
  EXPECT_EQ(copy.compare(kLow, 1001), std::strong_ordering::greater);
  for (int i = 0; i < 2000; ++i) sum.subtract(kLow);
  for (int i = 0; i < 1000; ++i) sum.subtract(kHigh);
  EXPECT_EQ(sum.compare(*parse_decimal("1")), std::strong_ordering::equal);
}

TEST(DecimalSum, AveragesRoundDown) {
  DecimalSum sum;
  sum.add(*parse_decimal("-1"));
  EXPECT_EQ(to_string(sum.divided(3)), "-0.333333334");
  sum.add(*parse_decimal("2"));
  EXPECT_EQ(to_string(sum.divided(3)), "0.333333333");
}

}  // namespace
}  // namespace stopwarden::sigma
