// SPDX-License-Identifier: Apache-2.0
#include "input/archive.h"

#include <gtest/gtest.h>

#include <chrono>
#include <clocale>

#include "base/text.h"
#include "input/test_archives.h"

namespace stopwarden::input {
namespace {

using Kind = TestEntry::Kind;

const std::vector<TestEntry> kTwo{{"logs/System.evtx", "ElfFile...", Kind::file},
                                  {"logs/a.json", "{\"EventID\":7036}\n", Kind::file}};

TEST(Archive, EveryFormatAndFilter) {
  const char* formats[] = {"zip",      "7zip",     "pax",         "gnutar",    "ustar",  "v7tar",
                           "pax+gzip", "pax+zstd", "ustar+bzip2", "gnutar+xz", "pax+lz4"};
  for (const char* format : formats)
    for (const As as : {As::file, As::pipe}) {
      TestVisitor seen;
      walk_bytes("b", make_archive(format, kTwo), seen, {}, as);
      EXPECT_EQ(seen.names, (Lines{"b!/logs/System.evtx", "b!/logs/a.json"})) << format;
      EXPECT_EQ(seen.datas, (Lines{"ElfFile...", "{\"EventID\":7036}\n"})) << format;
      EXPECT_EQ(seen.errors, Lines{}) << format;
      EXPECT_EQ(seen.unreadable, Lines{}) << format;
    }
}

TEST(Archive, ZipMethods) {
  for (const char* options : {"zip:compression=store", "zip:compression=deflate"}) {
    TestVisitor seen;
    const std::string data = noise(300'000) + std::string(300'000, 'x');
    walk_bytes("b", make_archive("zip", {{"x", data, Kind::file}, {"y", "z", Kind::file}}, options), seen);
    EXPECT_EQ(seen.datas, (Lines{data, "z"})) << options;
  }
}

TEST(Archive, OnePackedLogKeepsItsNameWithoutTheSuffix) {
  const std::pair<std::string, std::string> cases[] = {{"dir/x.log.gz", "dir/x.log.gz!/x.log"},
                                                       {"x.log.GZ", "x.log.GZ!/x.log"},
                                                       {"x", "x!/data"},
                                                       {"-", "-!/data"},
                                                       {".gz", ".gz!/data"},
                                                       {"a.gz/x", "a.gz/x!/data"},
                                                       {"x.json.zst", "x.json.zst!/x.json"}};
  for (const auto& [name, inner] : cases) {
    TestVisitor seen;
    walk_bytes(name, pack("gzip", "one line\n"), seen);
    EXPECT_EQ(seen.names, Lines{inner});
    EXPECT_EQ(seen.datas, Lines{"one line\n"});
  }
  for (const char* filter : {"gzip", "zstd", "bzip2", "xz", "lz4"}) {
    TestVisitor seen;
    const std::string data = noise(200'000);
    walk_bytes("x", pack(filter, data), seen, {}, As::pipe);
    EXPECT_EQ(seen.datas, Lines{data}) << filter;
    if (filter == std::string_view("lz4")) continue;  // libarchive 3.6 cannot write an empty one
    TestVisitor empty;
    walk_bytes("x", pack(filter, ""), empty);
    EXPECT_EQ(empty.names, Lines{"x!/data"}) << filter;
    EXPECT_EQ(empty.sizes, std::vector<std::uint64_t>{0}) << filter;
    EXPECT_EQ(empty.unreadable, Lines{}) << filter;
  }
  TestVisitor members;  // gzip files may be put behind each other
  walk_bytes("x.gz", pack("gzip", "a") + pack("gzip", "b"), members);
  EXPECT_EQ(members.datas, Lines{"ab"});
}

TEST(Archive, AMemberHasItsOwnTime) {
  constexpr std::int64_t kTime = 1'600'000'000;
  const std::vector<TestEntry> entries{{"old", "x", Kind::file, kTime}, {"unsaid", "y", Kind::file, 0}};
  for (const char* format : {"zip", "7zip", "pax", "ustar", "pax+gzip"}) {
    TestVisitor seen;
    walk_bytes("b", make_archive(format, entries), seen);
    ASSERT_EQ(seen.modified.size(), 2u) << format;
    // The time of a zip has no zone: it may be off by that.
    ASSERT_TRUE(seen.modified[0]) << format;
    EXPECT_LE(std::chrono::abs(*seen.modified[0] - *time_from_unix(kTime)), std::chrono::hours{15}) << format;
  }
}

TEST(Archive, PlainInputsPassThrough) {
  for (const std::string& data : {std::string(), std::string("x"), noise(70'000), std::string("line\n")})
    for (const As as : {As::file, As::pipe}) {
      TestVisitor seen;
      seen.read_step = 7;
      walk_bytes("n", data, seen, {}, as);
      EXPECT_EQ(seen.names, Lines{"n"});
      EXPECT_EQ(seen.datas, Lines{data});
    }
}

TEST(Archive, NestedArchivesAreStreamed) {
  const std::string tar = make_archive("pax+gzip", kTwo);
  const std::string seven = make_archive("7zip", {{"logs.tar.gz", tar, Kind::file}, {"b.log", "b", Kind::file}});
  const std::string zip = make_archive("zip", {{"host.7z", seven, Kind::file},
                                               {"in.zip", make_archive("zip", kTwo), Kind::file},
                                               {"x.gz", pack("gzip", "packed"), Kind::file},
                                               {"last", "l", Kind::file}});
  for (const As as : {As::file, As::pipe}) {
    TestVisitor seen;
    walk_bytes("bundle.zip", zip, seen, {}, as);
    EXPECT_EQ(seen.names, (Lines{"bundle.zip!/host.7z!/logs.tar.gz!/logs/System.evtx",
                                 "bundle.zip!/host.7z!/logs.tar.gz!/logs/a.json", "bundle.zip!/host.7z!/b.log",
                                 "bundle.zip!/in.zip!/logs/System.evtx", "bundle.zip!/in.zip!/logs/a.json",
                                 "bundle.zip!/x.gz!/x", "bundle.zip!/last"}));
    EXPECT_EQ(seen.unreadable, Lines{});
    EXPECT_EQ(seen.errors, Lines{});
  }
}

TEST(Archive, AVisitorMayLoseInterest) {
  const std::string nested = make_archive("pax+gzip", {{"1", noise(500'000), Kind::file}, {"2", "two", Kind::file}});
  for (const char* format : {"zip", "7zip", "pax", "pax+zstd"}) {
    TestVisitor seen;
    seen.read_max = 1;
    seen.read_step = 1;
    walk_bytes("b", make_archive(format, {{"n", nested, Kind::file}, {"3", "three", Kind::file}}), seen);
    EXPECT_EQ(seen.names, (Lines{"b!/n!/1", "b!/n!/2", "b!/3"})) << format;
    EXPECT_EQ(seen.unreadable, Lines{}) << format;
  }
}

TEST(Archive, NamesAreOnlyNames) {
  const std::vector<TestEntry> entries{{"../../etc/passwd", "1", Kind::file},
                                       {"/abs/x", "2", Kind::file},
                                       {"gr\xC3\xBC\xC3\x9F/\xE2\x82\xAC.log", "3", Kind::file},
                                       {"ctl\x1B[31m\n", "4", Kind::file}};
  for (const char* format : {"zip", "7zip", "pax"}) {
    TestVisitor seen;
    walk_bytes("b", make_archive(format, entries), seen);
    EXPECT_EQ(seen.names,
              (Lines{"b!/../../etc/passwd", "b!//abs/x", "b!/gr\xC3\xBC\xC3\x9F/\xE2\x82\xAC.log", "b!/ctl\x1B[31m\n"}))
        << format;
    EXPECT_EQ(seen.unreadable, Lines{});
  }
  EXPECT_STREQ(std::setlocale(LC_ALL, nullptr), "C");  // the process' locale was left alone
}

TEST(Archive, NamesThatAreNoUtf8AreMended) {
  std::string tar = make_archive("ustar", {{"aXb", "1", Kind::file}});
  tar[1] = '\xE9';
  unsigned sum = 0;
  for (std::size_t i = 0; i < 512; ++i) sum += i >= 148 && i < 156 ? 32u : static_cast<unsigned char>(tar[i]);
  char digits[8];
  std::snprintf(digits, sizeof digits, "%06o", sum);
  tar.replace(148, 7, digits, 7);
  TestVisitor seen;
  walk_bytes("b", tar, seen);
  EXPECT_EQ(seen.names, Lines{"b!/a\xEF\xBF\xBD"
                              "b"});
}

TEST(Archive, OnlyFilesAreInputs) {
  const std::vector<TestEntry> entries{
      {"d", "", Kind::folder},      {"d/x", "data", Kind::file}, {"s", "/etc/passwd", Kind::symlink},
      {"h", "d/x", Kind::hardlink}, {"dev", "", Kind::device},   {"empty", "", Kind::file}};
  TestVisitor seen;
  walk_bytes("b", make_archive("pax", entries), seen);
  EXPECT_EQ(seen.names, (Lines{"b!/d/x", "b!/empty"}));
  EXPECT_EQ(seen.unreadable, Lines{"b!/dev unsupported"});
}

TEST(Archive, EncryptedEntriesAreReportedAndTheRestIsRead) {
  const std::string secret = make_archive("zip", kTwo, "zip:encryption=traditional", "secret");
  for (const As as : {As::file, As::pipe}) {
    TestVisitor seen;
    walk_bytes("b", secret, seen, {}, as);
    EXPECT_EQ(seen.names, Lines{});
    EXPECT_EQ(seen.unreadable, (Lines{"b!/logs/System.evtx unsupported", "b!/logs/a.json unsupported"}));
    EXPECT_EQ(seen.whys[0], "encrypted");
  }
}

TEST(Archive, WhatFollowsAnEncryptedEntryIsRead) {
  const std::string secret = make_archive("zip", kTwo, "zip:encryption=traditional", "secret");
  const std::string open = make_archive("zip", {{"open.log", "readable", Kind::file}});
  // As a stream: the local entries of the first archive, then the second archive.
  const std::string both = secret.substr(0, secret.find("PK\x01\x02")) + open;
  TestVisitor seen;
  walk_bytes("b", both, seen, {}, As::pipe);
  EXPECT_EQ(seen.unreadable, (Lines{"b!/logs/System.evtx unsupported", "b!/logs/a.json unsupported"}));
  EXPECT_EQ(seen.datas, Lines{"readable"});
}

TEST(Archive, DamageInAnEntryIsItsStreamsErrorAndTheRestIsRead) {
  const std::string data = noise(5000);
  std::string zip = make_archive("zip", {{"a", data, Kind::file}, {"b", "fine", Kind::file}}, "zip:compression=store");
  zip[2000] = static_cast<char>(zip[2000] ^ 1);
  TestVisitor seen;
  walk_bytes("z", zip, seen);
  EXPECT_EQ(seen.names, (Lines{"z!/a", "z!/b"}));
  EXPECT_EQ(seen.errors, Lines{"z!/a bad_value damaged archive entry"});
  EXPECT_EQ(seen.datas[0].size(), 5000u);  // what could be read was given
  EXPECT_EQ(seen.datas[1], "fine");
  EXPECT_EQ(seen.unreadable, Lines{});
}

TEST(Archive, WhateverEndsTooEarlyIsTruncatedWithWhatCameBefore) {
  const std::string data = noise(900'000);
  for (const char* format : {"pax", "pax+gzip", "pax+zstd", "pax+xz", "raw+gzip", "raw+zstd", "zip"}) {
    const std::string whole = make_archive(format, {{"a", data, Kind::file}});
    TestVisitor seen;
    walk_bytes("t", std::string_view(whole).substr(0, whole.size() / 2), seen, {}, As::pipe);
    ASSERT_EQ(seen.names.size(), 1u) << format;
    EXPECT_GT(seen.sizes[0], 10'000u) << format;
    EXPECT_EQ(data.substr(0, seen.datas[0].size()), seen.datas[0]) << format;
    ASSERT_EQ(seen.errors.size(), 1u) << format;
    EXPECT_NE(seen.errors[0].find(" truncated "), std::string::npos) << format << " " << seen.errors[0];
  }
}

TEST(Archive, ArchivesThatCannotBeOpenedAreNamed) {
  const std::string seven = make_archive("7zip", kTwo);
  const std::pair<std::string, std::string> cases[] = {{"7z", seven.substr(0, seven.size() / 2)},
                                                       {"7z head", seven.substr(0, 20)},
                                                       {"zip", std::string("PK\x03\x04") + noise(200)},
                                                       {"gz", std::string("\x1F\x8B\x08\x00", 4) + noise(3)},
                                                       {"zst", "\x28\xB5\x2F\xFD"},
                                                       {"xz", std::string("\xFD\x37zXZ\x00", 6)}};
  for (const auto& [name, bytes] : cases)
    for (const As as : {As::file, As::pipe}) {
      TestVisitor seen;
      walk_bytes(name, bytes, seen, {}, as);
      EXPECT_EQ(seen.unreadable.size() + seen.errors.size(), 1u) << name;
      EXPECT_TRUE(seen.whys.empty() || !seen.whys[0].empty()) << name;
    }
}

TEST(Archive, EveryTruncationAndEveryFlipEnds) {
  const std::string inner = make_archive("zip", kTwo);
  for (const char* format : {"zip", "7zip", "pax", "pax+gzip", "pax+zstd", "pax+xz", "pax+bzip2", "pax+lz4"}) {
    const std::string whole = make_archive(format, {{"in.zip", inner, Kind::file}, {"x", noise(300), Kind::file}});
    for (std::size_t n = 0; n < whole.size(); n += 1 + n / 40) {
      TestVisitor seen;
      walk_bytes("t", std::string_view(whole).substr(0, n), seen, {}, n % 2 == 0 ? As::file : As::pipe);
      std::string flipped = whole;
      flipped[n] = static_cast<char>(flipped[n] ^ 0x41);
      walk_bytes("f", flipped, seen, {}, n % 2 == 0 ? As::pipe : As::file);
      for (const std::string& name : seen.names) EXPECT_TRUE(is_valid_utf8(name));
    }
  }
}

}  // namespace
}  // namespace stopwarden::input
