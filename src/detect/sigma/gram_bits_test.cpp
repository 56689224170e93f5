// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/gram_bits.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "base/hash.h"

namespace stopwarden::sigma {
namespace {

TEST(GramBits, StepsAgreeWithThePlainWay) {
  std::minstd_rand random(5);
  const auto letter = [&random] { return static_cast<char>('a' + random() % 5); };
  for (const std::size_t count : {std::size_t{0}, std::size_t{3}, std::size_t{60}, std::size_t{5000}}) {
    GramBits bits(count);
    std::string first;
    for (std::size_t n = 0; n < count; ++n) {
      const std::string gram{letter(), letter(), letter(), letter()};
      if (n == 0) first = gram;
      bits.add(load_gram(gram.data()));
    }
    for (int round = 0; round < 2000; ++round) {
      const std::size_t places = 1 + random() % kGramsAtOnce;
      std::string text(places + 3, '\0');  // no byte behind it is to be read: a sanitizer sees to that
      for (char& c : text) c = letter();
      if (count != 0) text.replace(random() % places, 4, first);
      const std::uint64_t hits = bits.hits(text.data(), places);
      ASSERT_EQ(hits, bits.hits_plain(text.data(), places)) << text;
      if (count != 0) {
        ASSERT_NE(hits & (std::uint64_t{1} << text.find(first)), 0U) << first << " in " << text;
      } else {
        ASSERT_EQ(hits, 0U);
      }
      if (places < kGramsAtOnce) {
        ASSERT_EQ(hits >> places, 0U);
      }
    }
  }
}

}  // namespace
}  // namespace stopwarden::sigma
