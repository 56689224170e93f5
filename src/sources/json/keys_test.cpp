// SPDX-License-Identifier: Apache-2.0
#include "sources/json/keys.h"

#include <gtest/gtest.h>

#include <string>

namespace stopwarden::json {
namespace {

TEST(JsonKeys, NumbersStandForKeysAsWritten) {
  Keys keys;
  const std::uint32_t a = keys.find("a"), escaped = keys.find("\\u0061");
  EXPECT_NE(a, 0u);
  EXPECT_NE(a, escaped);
  EXPECT_EQ(keys.find("a"), a);
  EXPECT_EQ(keys.key(escaped).raw, "\\u0061");
  EXPECT_EQ(keys.key(escaped).text, "a");
  EXPECT_EQ(keys.key(0).text, "");
  EXPECT_NE(keys.find(""), 0u);
  EXPECT_EQ(keys.key(keys.find("Hostname")).traits.mark, Mark::computer);
  EXPECT_TRUE(keys.key(keys.find("Hostname")).traits.is_event_key);
  EXPECT_TRUE(keys.key(keys.find("Records")).traits.is_wrapper_name);
  EXPECT_EQ(keys.key(keys.find("winlog.x")).traits.mark, Mark::winlog);
  EXPECT_EQ(keys.key(keys.find("EventI\\u0044")).traits.mark, Mark::none);
}

/// Every length, and every single byte of it changed: neither hash nor comparison may leave a byte out.
TEST(JsonKeys, SameKeyMeansSameBytes) {
  Keys keys;
  for (std::size_t n = 0; n < 40; ++n) {
    std::string key(n, 'k');
    const std::uint32_t number = keys.find(key);
    EXPECT_TRUE(same_key(key, std::string(n, 'k')));
    EXPECT_FALSE(same_key(key, std::string(n + 1, 'k')));
    for (std::size_t i = 0; i < n; ++i) {
      key[i] = 'x';
      EXPECT_FALSE(same_key(key, std::string(n, 'k'))) << n << " " << i;
      const std::uint32_t other = keys.find(key);
      EXPECT_NE(other, number) << n << " " << i;
      EXPECT_EQ(keys.key(other).raw, key);
      key[i] = 'k';
    }
    EXPECT_EQ(keys.find(key), number);
  }
}

TEST(JsonKeys, HostileKeysAreForgotten) {
  Keys keys;
  const auto fill = [&keys](int count) {
    for (int i = 0; i < count; ++i) keys.find("key" + std::to_string(i));
  };
  fill(1000);
  const std::uint64_t generation = keys.generation();
  keys.limit();
  EXPECT_EQ(keys.generation(), generation);
  EXPECT_EQ(keys.size(), 1001u);
  fill(20'000);
  EXPECT_EQ(keys.key(keys.find("key777")).raw, "key777");
  keys.limit();
  EXPECT_NE(keys.generation(), generation);
  EXPECT_EQ(keys.size(), 1u);
  keys.find(std::string(2 << 20, 'k'));
  keys.limit();
  EXPECT_EQ(keys.size(), 1u);
}

}  // namespace
}  // namespace stopwarden::json
