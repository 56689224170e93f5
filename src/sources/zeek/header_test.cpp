// SPDX-License-Identifier: Apache-2.0
#include "sources/zeek/header.h"

#include <gtest/gtest.h>

#include <string>

namespace stopwarden::zeek {
namespace {

TEST(ZeekHeader, SaysHowTheTableIsWritten) {
  const std::string text =
      "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tdns\n#open\t2026-01-02\n"
      "#fields\tts\tid.resp_p\trejected\tanswers\tTTLs\tquery\n"
      "#types\ttime\tport\tbool\tvector[string]\tvector[interval]\tstring\n";
  Header header;
  ASSERT_TRUE(header.read(text));
  EXPECT_EQ(header.separator, '\t');
  EXPECT_EQ(header.path, "dns");
  ASSERT_EQ(header.columns.size(), 6u);
  const struct {
    std::string_view name;
    ColumnType type;
    bool many;
  } want[] = {{"ts", ColumnType::real, false},          {"id.resp_p", ColumnType::integer, false},
              {"rejected", ColumnType::boolean, false}, {"answers", ColumnType::text, true},
              {"TTLs", ColumnType::real, true},         {"query", ColumnType::text, false}};
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_EQ(header.columns[i].name, want[i].name);
    EXPECT_EQ(header.columns[i].type, want[i].type) << want[i].name;
    EXPECT_EQ(header.columns[i].many, want[i].many) << want[i].name;
  }
}

TEST(ZeekHeader, OtherSignsAndTheLastHeaderCount) {
  Header header;
  ASSERT_TRUE(
      header.read("#separator \\x09\n#fields\ta\n#separator |\n#set_separator|;\n#unset_field|?\n#fields|b|c\n"));
  EXPECT_EQ(header.separator, '|');
  EXPECT_EQ(header.set_separator, ";");
  EXPECT_EQ(header.unset, "?");
  EXPECT_EQ(header.empty, "(empty)");
  ASSERT_EQ(header.columns.size(), 2u);
  EXPECT_EQ(header.columns[1].name, "c");
}

TEST(ZeekHeader, WhatCannotBeRead) {
  Header header;
  EXPECT_FALSE(header.read(""));
  EXPECT_FALSE(header.read("#separator \\x09\n#path\tconn\n"));
  EXPECT_FALSE(header.read("#separator ab\n#fields\ta\n"));
  const Status wide = header.read("#separator \\x09\n#fields" + std::string(kColumnsMax + 1, '\t') + "x\n");
  ASSERT_FALSE(wide);
  EXPECT_EQ(wide.error().code, Errc::limit_exceeded);
}

TEST(ZeekUnescape, ResolvesWhatZeekWrites) {
  Arena arena;
  const struct {
    std::string_view raw, want;
  } cases[] = {
      {"plain", "plain"},
      {R"(\\\\10.0.0.12\\IPC$)", R"(\\10.0.0.12\IPC$)"},
      {R"(a\x09b\x5cc)", "a\tb\\c"},
      {R"(C:\Temp\x)", R"(C:\Temp\x)"},
      {R"(\\x41)", R"(\x41)"},
      {R"(\xc3\xa9\)", "\xC3\xA9\\"},
      {R"(\xzz)", R"(\xzz)"},
  };
  for (const auto& c : cases) EXPECT_EQ(unescape(c.raw, arena), c.want) << c.raw;
}

}  // namespace
}  // namespace stopwarden::zeek
