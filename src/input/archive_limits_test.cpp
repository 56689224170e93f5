// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "input/archive.h"
#include "input/test_archives.h"

namespace stopwarden::input {
namespace {

using Kind = TestEntry::Kind;

/// An archive in an archive, `levels` deep, around one log.
std::string onion(std::size_t levels, const char* format) {
  std::string bytes = "log\n";
  for (std::size_t i = 0; i < levels; ++i)
    bytes = make_archive(format, {{"in" + std::to_string(i), bytes, Kind::file}, {"side", "s", Kind::file}});
  return bytes;
}

TEST(ArchiveLimits, Depth) {
  for (const char* format : {"zip", "pax+gzip", "7zip", "pax"}) {
    TestVisitor four;
    walk_bytes("o", onion(4, format), four);
    EXPECT_EQ(four.names.size(), 5u) << format;
    EXPECT_EQ(four.unreadable, Lines{}) << format;
    TestVisitor ten;
    walk_bytes("o", onion(10, format), ten);
    EXPECT_EQ(ten.names.size(), 4u) << format;  // the side entries
    EXPECT_EQ(ten.unreadable, Lines{"o!/in9!/in8!/in7!/in6 limit_exceeded"}) << format;
    EXPECT_EQ(ten.whys[0], "more than 4 archives in each other");
  }
  std::string gz = "log\n";  // filters count as well
  for (int i = 0; i < 10; ++i) gz = pack("gzip", gz);
  TestVisitor seen;
  walk_bytes("x.gz", gz, seen);
  EXPECT_EQ(seen.names, Lines{});
  EXPECT_EQ(seen.unreadable.size(), 1u);
  TestVisitor none;
  walk_bytes("x.zip", onion(1, "zip"), none, {.depth_max = 0});
  EXPECT_EQ(none.unreadable, Lines{"x.zip limit_exceeded"});
}

TEST(ArchiveLimits, Ratio) {
  // Zeros pack about 1000 to 1 with deflate, far more with zstd and xz.
  const std::string zeros(16u << 20, '\0');
  const InputLimits limits{.ratio_max = 100, .ratio_grace_bytes = 1u << 20};
  for (const char* format : {"zip", "7zip", "pax+gzip", "pax+zstd", "raw+zstd"}) {
    const std::string bomb = make_archive(format, {{"zeros", zeros, Kind::file}});
    for (const As as : {As::file, As::pipe}) {
      TestVisitor seen;
      walk_bytes("bomb", bomb, seen, limits, as);
      ASSERT_EQ(seen.sizes.size(), 1u) << format;
      EXPECT_LT(seen.sizes[0], 9u << 20) << format;
      ASSERT_EQ(seen.errors.size(), 1u) << format;
      EXPECT_NE(seen.errors[0].find("limit_exceeded unpacks to too much (ratio)"), std::string::npos) << seen.errors[0];
    }
  }
  TestVisitor fine;
  walk_bytes("fine", make_archive("pax+zstd", {{"zeros", zeros, Kind::file}}), fine);
  EXPECT_EQ(fine.sizes, std::vector<std::uint64_t>{zeros.size()});  // below the default grace
  EXPECT_EQ(fine.errors, Lines{});
}

TEST(ArchiveLimits, RatioOverAllLayers) {
  // 90 to 1 in 90 to 1: each layer is innocent, both together are not.
  std::string grain;
  for (int i = 0; i < 40'000; ++i) grain += noise(12, static_cast<std::uint32_t>(i / 64)) + std::string(500, 'x');
  const std::string inner = make_archive("pax+gzip", {{"grain", grain, Kind::file}});
  std::string outer_data;
  while (outer_data.size() < 8u << 20) outer_data += inner;  // concatenated gzip members: one stream
  const std::string bomb = make_archive("pax+xz", {{"in.gz", outer_data, Kind::file}});
  ASSERT_LT(bomb.size(), 1u << 20);
  TestVisitor seen;
  walk_bytes("bomb", bomb, seen, {.ratio_max = 200, .ratio_grace_bytes = 1u << 20});
  std::uint64_t total = 0;
  for (const auto size : seen.sizes) total += size;
  EXPECT_LT(total, 200 * (bomb.size() + (128u << 10)));
}

TEST(ArchiveLimits, EntryAndTotalSize) {
  const std::vector<TestEntry> three{
      {"a", noise(50'000), Kind::file}, {"b", noise(150'000), Kind::file}, {"c", noise(50'000), Kind::file}};
  for (const char* format : {"zip", "7zip", "pax+zstd"}) {
    TestVisitor entry;
    walk_bytes("e", make_archive(format, three), entry, {.entry_bytes_max = 100'000});
    EXPECT_EQ(entry.names, (Lines{"e!/a", "e!/b", "e!/c"})) << format;
    EXPECT_EQ(entry.errors, Lines{"e!/b limit_exceeded archive entry is too large"}) << format;
    EXPECT_EQ(entry.unreadable, Lines{}) << format;
    TestVisitor total;
    walk_bytes("t", make_archive(format, three), total, {.total_bytes_max = 100'000});
    EXPECT_EQ(total.names, (Lines{"t!/a", "t!/b"})) << format;
    EXPECT_EQ(total.errors.size(), 1u) << format;
    EXPECT_EQ(total.unreadable, Lines{"t limit_exceeded"}) << format;
    EXPECT_EQ(total.whys[0], "archive unpacks to too much (total); what follows entry 2 is not read") << format;
  }
}

TEST(ArchiveLimits, Entries) {
  std::vector<TestEntry> many;
  for (int i = 0; i < 3000; ++i) many.push_back({"e" + std::to_string(i), "x", Kind::file});
  for (const char* format : {"zip", "pax+gzip", "7zip"}) {
    TestVisitor all;
    walk_bytes("m", make_archive(format, many), all);
    EXPECT_EQ(all.names.size(), 3000u) << format;
    TestVisitor some;
    walk_bytes("m", make_archive(format, many), some, {.entries_max = 100});
    EXPECT_EQ(some.names.size(), 100u) << format;
    EXPECT_EQ(some.unreadable, Lines{"m limit_exceeded"}) << format;
    EXPECT_EQ(some.whys[0], "more than 100 entries") << format;
  }
}

TEST(ArchiveLimits, SpoolOfANestedSevenZip) {
  const std::string seven = make_archive("7zip", {{"x", noise(100'000), Kind::file}});
  const std::string zip = make_archive("zip", {{"a.7z", seven, Kind::file}, {"b", "b", Kind::file}});
  TestVisitor seen;
  walk_bytes("z", zip, seen, {.seekable_spool_max = 50'000});
  EXPECT_EQ(seen.names, Lines{"z!/b"});
  EXPECT_EQ(seen.unreadable, Lines{"z!/a.7z limit_exceeded"});
  TestVisitor fits;
  walk_bytes("z", zip, fits, {.seekable_spool_max = seven.size()});
  EXPECT_EQ(fits.names, (Lines{"z!/a.7z!/x", "z!/b"}));
}

}  // namespace
}  // namespace stopwarden::input
