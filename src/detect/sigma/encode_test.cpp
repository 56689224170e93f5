// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/encode.h"

#include <gtest/gtest.h>

#include <random>

namespace stopwarden::sigma {
namespace {

TEST(Base64, Rfc4648Vectors) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foo"), "Zm9v");
  EXPECT_EQ(base64("foob"), "Zm9vYg==");
  EXPECT_EQ(base64("fooba"), "Zm9vYmE=");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64("\xFB\xFF\xBF"), "+/+/");
}

TEST(Base64Offset, Known) {
  EXPECT_EQ(base64_at_offsets("foobar"), (std::vector<std::string>{"Zm9vYmFy", "Zvb2Jhc", "mb29iYX"}));
}

/// S9, D1: whatever stands before and after, one of the three texts is in the encoded whole.
TEST(Base64Offset, FoundInAnySurroundings) {
  std::mt19937 random(9);
  const auto bytes = [&](std::size_t n) {
    std::string out;
    for (; n > 0; --n) out.push_back(static_cast<char>(random() & 0xFF));
    return out;
  };
  for (int round = 0; round < 20'000; ++round) {
    const std::string needle = bytes(2 + random() % 12);
    const std::string before = bytes(random() % 7);
    const std::string whole = base64(before + needle + bytes(random() % 7));
    const auto texts = base64_at_offsets(needle);
    ASSERT_EQ(texts.size(), 3U);
    const std::string& text = texts[before.size() % 3];
    ASSERT_FALSE(text.empty());
    ASSERT_EQ(text.find('='), std::string::npos);
    ASSERT_NE(whole.find(text), std::string::npos) << round;
    // Nothing certain was cut off: at most 7 of the needle's bits lie outside at each end.
    ASSERT_GE(text.size() * 6 + 14, needle.size() * 8) << round;
  }
}

}  // namespace
}  // namespace stopwarden::sigma
