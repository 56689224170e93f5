// SPDX-License-Identifier: Apache-2.0
#include "event/text_probe.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "base/text.h"

namespace stopwarden {
namespace {

using Escapes = TextProbe::Escapes;

TEST(TextProbe, UsablePairsCannotBeMadeByFoldingOrFormatting) {
  EXPECT_TRUE(TextProbe::usable('i', 'w'));
  EXPECT_TRUE(TextProbe::usable(':', ':'));
  EXPECT_FALSE(TextProbe::usable('k', 'i')) << "the Kelvin sign folds to k";
  EXPECT_FALSE(TextProbe::usable('m', 's')) << "the long s folds to s";
  EXPECT_FALSE(TextProbe::usable('0', 'x'));
  EXPECT_FALSE(TextProbe::usable('t', 'r')) << "true";
  EXPECT_FALSE(TextProbe::usable('l', 's')) << "false";
  EXPECT_FALSE(TextProbe::usable('.', '4'));
  EXPECT_FALSE(TextProbe::usable('5', 't')) << "2026-11-25T";
  EXPECT_FALSE(TextProbe::usable('b', 'd')) << "binary as hex";
  EXPECT_TRUE(TextProbe::usable('b', '.')) << "a point stands between digits";
  EXPECT_TRUE(TextProbe::usable('i', 'b'));
  EXPECT_FALSE(TextProbe::usable('\\', 'm'));
  EXPECT_FALSE(TextProbe::usable('M', 'I'));
}

TEST(TextProbe, FindsPairsInBothEncodingsAndBothCases) {
  TextProbe probe;
  ASSERT_TRUE(probe.add("::", 0));
  ASSERT_TRUE(probe.add("kiwi", 1));  // the k is left out: "iwi"
  const auto in = [&probe](std::string_view s, Escapes e = Escapes::none) { return probe.in_record(as_bytes(s), e); };
  const std::string filler(40, 'x');
  for (const std::string text : {"a::b", "KIWI", "kIWi", "\u212AIWI"}) {
    EXPECT_TRUE(in(filler + text + filler)) << text;
    EXPECT_TRUE(in(filler + utf8_to_utf16(text, ByteOrder::little) + filler)) << text;
    EXPECT_TRUE(in("x" + utf8_to_utf16(text, ByteOrder::big))) << text;
    EXPECT_TRUE(in(text)) << text;
  }
  EXPECT_FALSE(in(filler + "a:b ki wi kiw 12:00 a:x:b" + filler));
  EXPECT_FALSE(in(""));
  EXPECT_TRUE(in(filler + "k\\u0069wi", Escapes::json));
  EXPECT_FALSE(in(filler + "C:\\\\Users", Escapes::json));
  EXPECT_FALSE(in(filler + "C:\\\\users", Escapes::json)) << "a backslash that is escaped begins no escape";
  EXPECT_TRUE(in(filler + "C:\\\\\\u0073ers", Escapes::json));
  EXPECT_TRUE(probe.covers("lsadump::sam"));
  EXPECT_TRUE(probe.covers("gentilkiwi"));
  EXPECT_FALSE(probe.covers("net stop"));
}

TEST(TextProbe, StepsAgreeWithThePlainWay) {
  std::mt19937 random(7);
  TextProbe probe;
  ASSERT_TRUE(probe.add("iw", 0));
  ASSERT_TRUE(probe.add("m::p", 1));
  ASSERT_TRUE(probe.add("zmp", 1));
  constexpr std::string_view kAlphabet("iIwW:mMpPaz\\u\0\xC8", 15);
  int yes = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string text(random() % 140, 'z');
    for (char& c : text)
      if (random() % 8 == 0) c = kAlphabet[random() % kAlphabet.size()];
    if (random() % 2 == 0) text = utf8_to_utf16(text.substr(0, 70), ByteOrder::little);
    for (const Escapes e : {Escapes::none, Escapes::json}) {
      const bool expected = probe.in_record_plain(as_bytes(text), e);
      ASSERT_EQ(probe.in_record(as_bytes(text), e), expected) << round;
      yes += expected ? 1 : 0;
    }
  }
  EXPECT_GT(yes, 1000);
  EXPECT_LT(yes, 39'000);
}

}  // namespace
}  // namespace stopwarden
