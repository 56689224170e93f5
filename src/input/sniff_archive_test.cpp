// SPDX-License-Identifier: Apache-2.0
#include "input/sniff_archive.h"

#include <gtest/gtest.h>

#include "input/test_archives.h"

namespace stopwarden::input {
namespace {

ArchiveKind sniff(std::string_view s) { return sniff_archive(as_bytes(s.substr(0, kArchiveHead))); }

TEST(SniffArchive, KnowsWhatWeUnpack) {
  const std::vector<TestEntry> one{{"x.log", "data", TestEntry::Kind::file}};
  EXPECT_EQ(sniff(make_archive("zip", one)), ArchiveKind::zip);
  EXPECT_EQ(sniff(make_archive("zip", {})), ArchiveKind::zip);
  EXPECT_EQ(sniff(make_archive("7zip", one)), ArchiveKind::seven_zip);
  for (const char* tar : {"pax", "gnutar", "ustar", "v7tar"})
    EXPECT_EQ(sniff(make_archive(tar, one)), ArchiveKind::tar) << tar;
  EXPECT_EQ(sniff(pack("gzip", "x")), ArchiveKind::gzip);
  EXPECT_EQ(sniff(pack("zstd", "x")), ArchiveKind::zstd);
  EXPECT_EQ(sniff(pack("bzip2", "x")), ArchiveKind::bzip2);
  EXPECT_EQ(sniff(pack("xz", "x")), ArchiveKind::xz);
  EXPECT_EQ(sniff(pack("lz4", "x")), ArchiveKind::lz4);
}

TEST(SniffArchive, LogsAreNone) {
  std::string ustar_inside(512, ' ');
  ustar_inside.replace(257, 5, "ustar");
  const std::string logs[] = {"",
                              "P",
                              "PK",
                              "PK\x03",
                              "{\"a\":1}\n",
                              "<Events>",
                              std::string("ElfFile\0\0\0", 10),
                              "BZh is a word\n",
                              "BZh9",
                              std::string(512, '\0'),
                              std::string(600, '0'),
                              ustar_inside,
                              "\xFF\xFE<",
                              "7zip is a program"};
  for (const std::string& log : logs) EXPECT_EQ(sniff(log), ArchiveKind::none) << log.substr(0, 20);
}

TEST(SniffArchive, ATarMustHaveTheRightSum) {
  std::string tar = make_archive("ustar", {{"x.log", "data", TestEntry::Kind::file}});
  tar[0] = 'y';
  EXPECT_EQ(sniff(tar), ArchiveKind::none);
  EXPECT_EQ(sniff(tar.substr(0, 511)), ArchiveKind::none);
}

}  // namespace
}  // namespace stopwarden::input
