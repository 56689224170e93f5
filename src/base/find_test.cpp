// SPDX-License-Identifier: Apache-2.0
#include "base/find.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace stopwarden {
namespace {

TEST(Find, AgreesWithTheStandardLibrary) {
  std::minstd_rand random(11);
  int found = 0;
  for (int round = 0; round < 50'000; ++round) {
    std::string text(round % 8 == 0 ? 500 + random() % 200 : random() % 90, 'a'), needle(random() % 12, 'a');
    for (std::string* s : {&text, &needle})
      for (char& c : *s)
        if (random() % 3 == 0) c = static_cast<char>('a' + random() % 3);
    if (random() % 3 == 0 && needle.size() <= text.size())  // it stands somewhere, at the very end, too
      text.replace(random() % (text.size() - needle.size() + 1), needle.size(), needle);
    const std::size_t expected = text.find(needle);
    ASSERT_EQ(find_text(text, needle), expected) << '"' << needle << "\" in \"" << text << '"';
    ASSERT_EQ(holds(text, needle), expected != std::string::npos);
    found += expected != std::string::npos ? 1 : 0;
  }
  EXPECT_GT(found, 10'000);
  EXPECT_LT(found, 45'000);
}

TEST(Find, AtBothEndsOfALongText) {
  const std::string filler(100, '\xE2');
  for (const std::string needle : {"x", "xy", "x--------------------------y"}) {
    EXPECT_EQ(find_text(needle + filler, needle), 0U);
    EXPECT_EQ(find_text(filler + needle, needle), 100U);
    EXPECT_EQ(find_text(needle, needle), 0U);
    EXPECT_EQ(find_text(filler, needle), std::string_view::npos);
  }
  EXPECT_EQ(find_text("", ""), 0U);
  EXPECT_EQ(find_text("", "x"), std::string_view::npos);
}

}  // namespace
}  // namespace stopwarden
