// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/diagnostic.h"
#include "base/digest.h"
#include "base/result.h"

namespace stopwarden {
namespace {

Result<int> half(int n) {
  if (n % 2 != 0) return Error{Errc::bad_value, static_cast<std::uint64_t>(n), "odd"};
  return n / 2;
}
Result<int> quarter(int n) {
  const int h = SW_TRY(half(n));
  return SW_TRY(half(h));
}

TEST(Result, TryGivesTheValueOrReturnsTheError) {
  EXPECT_EQ(quarter(12).value(), 3);
  const auto bad = quarter(6);
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().code, Errc::bad_value);
  EXPECT_EQ(bad.error().offset, 3u);
  EXPECT_STREQ(errc_name(bad.error().code), "bad_value");
}

struct Header {
  std::array<char, 2> magic;
  Le<std::uint16_t> size;
  Le<std::uint32_t> crc;
};

TEST(Bytes, ReadStructIsLittleEndianAndBounded) {
  const std::string_view data("MZ\x01\x02\x78\x56\x34\x12", 8);
  const auto h = read_struct<Header>(as_bytes(data), 0);
  ASSERT_TRUE(h);
  EXPECT_EQ(h.value().size, 0x0201);
  EXPECT_EQ(h.value().crc, 0x12345678u);
  EXPECT_FALSE(read_struct<Header>(as_bytes(data), 1));
  EXPECT_FALSE(read_struct<Header>(as_bytes(data), SIZE_MAX));
}

TEST(Arena, KeepsViewsUntilResetAndReusesItsBlocks) {
  Arena arena;
  const auto a = arena.copy("hello");
  const auto big = arena.copy(std::string(3'000'000, 'x'));
  const auto b = arena.copy("world");
  EXPECT_EQ(a, "hello");
  EXPECT_EQ(big.size(), 3'000'000u);
  EXPECT_EQ(b, "world");
  const char* first = a.data();
  arena.reset();
  EXPECT_EQ(arena.copy("again").data(), first);
}

TEST(Arena, ShrinkGivesTheTailBack) {
  Arena arena;
  char* p = arena.allocate(100);
  arena.shrink_last(100, 10);
  EXPECT_EQ(arena.allocate(1), p + 10);
}

TEST(Digest, PartsDoNotRunTogether) {
  EXPECT_NE(Digest().add("ab").add("c").hex(), Digest().add("a").add("bc").hex());
  EXPECT_EQ(Digest().add("ab").hex(), Digest().add("ab").hex());
  EXPECT_EQ(Digest().add("ab").hex().size(), 32u);
  // SHA-256 of eight zero bytes: the length of an empty part, and nothing behind it.
  EXPECT_EQ(Digest().add("").hex(), "af5570f5a1810b7af78caf4bc70a660f");
  const auto bytes = Digest().add("").bytes();
  EXPECT_EQ(bytes.front(), std::byte{0xaf});
  EXPECT_EQ(bytes.back(), std::byte{0xfc});
}

TEST(Diagnostic, NamesThePlace) {
  EXPECT_EQ(to_string({Diagnostic::Severity::error, "SIG014", "r/a.yml", 12, 7, "unknown modifier 'foo'"}),
            "r/a.yml:12:7: error SIG014: unknown modifier 'foo'");
  EXPECT_EQ(to_string({Diagnostic::Severity::warning, "YML003", "a.yml", 0, 0, "too long"}),
            "a.yml: warning YML003: too long");
}

}  // namespace
}  // namespace stopwarden
