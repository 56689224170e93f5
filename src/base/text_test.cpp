// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"

#include <gtest/gtest.h>

#include <random>

namespace stopwarden {
namespace {

TEST(Fold, IsSimpleUnicodeFolding) {
  EXPECT_EQ(fold("ÜBER Straße"), "über straße");  // ß has no simple folding
  EXPECT_EQ(fold("ΣΊΣΥΦΟΣ"), fold("σίσυφος"));    // final sigma folds to sigma
  EXPECT_EQ(fold("\u212A"), "k");                 // KELVIN SIGN
  EXPECT_EQ(fold("\u017F"), "s");                 // LONG S
  EXPECT_EQ(fold("\u1E9E"), "ß");                 // capital sharp s
  EXPECT_EQ(fold("\u00B5"), "\u03BC");            // MICRO SIGN
  EXPECT_EQ(fold("\u0130"), "\u0130");            // dotted I: only a full or Turkic folding would change it
  EXPECT_EQ(fold("\u0131"), "\u0131");
  EXPECT_EQ(fold("ЖУК"), "жук");
  EXPECT_EQ(fold("\U00010400"), "\U00010428");  // outside the BMP
}

TEST(Fold, IsIdempotentAndKeepsOneCodePointOne) {
  for (char32_t c = 0; c < 0x110000; ++c) {
    const char32_t once = fold(c);
    ASSERT_EQ(fold(once), once) << std::hex << static_cast<std::uint32_t>(c);
    ASSERT_EQ(once < 0x80, c < 0x80 || c == 0x212A || c == 0x17F) << std::hex << static_cast<std::uint32_t>(c);
  }
}

TEST(Fold, GrowsByHalfAtMost) {
  for (char32_t c = 0x80; c <= 0x10FFFF; ++c) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    std::string before, after;
    append_utf8(before, c);
    append_utf8(after, fold(c));
    ASSERT_LE(2 * after.size(), 3 * before.size()) << std::hex << static_cast<std::uint32_t>(c);
  }
}

TEST(Fold, LeavesInvalidBytesAlone) { EXPECT_EQ(fold("A\xFF\xC3"), "a\xFF\xC3"); }

TEST(Fold, IntoArenaAgreesAndBorrowsWhatNeedsNoFolding) {
  Arena arena;
  for (const std::string_view s :
       {"", "abc", "ABC", "aBc", "Ünï", "x\xFFY", "ȺȺȺ", "\U00010400Z", "\xC3", "ΣΊ\xE2\x84"})
    EXPECT_EQ(fold_into(s, arena), fold(s));
  const std::string_view low = "already lower \\ 42";
  EXPECT_EQ(fold_into(low, arena).data(), low.data());
}

TEST(Fold, IntoArenaAgreesForAnyBytes) {
  constexpr std::string_view kPieces[] = {"a", "Z", "@[`{", "Ä", "\xE2\x84\xAA", "\xFF", "\U00010400", "Ⱥ", "\xC3"};
  std::mt19937 random(3);
  Arena arena;
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    const std::size_t odd = random() % 4 == 0 ? 3U : 40U;  // how seldom something else than `a` comes
    for (std::size_t size = random() % 80; text.size() < size;)
      text += random() % odd == 0 ? kPieces[random() % std::size(kPieces)] : "a";
    if (round % 100 == 0) arena.reset();
    ASSERT_EQ(fold_into(text, arena), fold(text)) << text;
  }
}

TEST(Text, IsGuid) {
  EXPECT_TRUE(is_guid("5770385f-C22A-43e0-bf4c-06f5698ffbd9"));
  EXPECT_FALSE(is_guid("{5770385f-c22a-43e0-bf4c-06f5698ffbd9}"));
  EXPECT_FALSE(is_guid("5770385f-c22a-43e0-bf4c-06f5698ffbdg"));
  EXPECT_FALSE(is_guid("5770385f_c22a-43e0-bf4c-06f5698ffbd9"));
  EXPECT_FALSE(is_guid("5770385f-c22a-43e0-bf4c-06f5698ffbd"));
  EXPECT_FALSE(is_guid(""));
}

TEST(Utf16, PairsBecomeOneCodePointAndLoneSurrogatesAreReplaced) {
  const auto utf8 = [](std::string_view bytes) { return utf16le_to_utf8(as_bytes(bytes)); };
  EXPECT_EQ(utf8(std::string_view("A\0\xDC\0\xAC\x20", 6)), "AÜ€");
  EXPECT_EQ(utf8(std::string_view("\x3D\xD8\x00\xDE", 4)), "\U0001F600");
  EXPECT_EQ(utf8(std::string_view("\x3D\xD8\x41\x00", 4)), "\uFFFDA");
  EXPECT_EQ(utf8(std::string_view("\x00\xDE", 2)), "\uFFFD");
  EXPECT_EQ(utf8(std::string_view("A\0B", 3)), "A");
  Arena arena;
  EXPECT_EQ(utf16le_to_utf8(as_bytes(std::string_view("h\0i\0", 4)), arena), "hi");
}

TEST(Utf16, ThereAndBackAgain) {
  const std::string text = "net stop \"Überwachung\" 😀";
  EXPECT_EQ(utf16le_to_utf8(as_bytes(utf8_to_utf16(text, ByteOrder::little))), text);
  EXPECT_EQ(utf8_to_utf16("é", ByteOrder::big), std::string_view("\0\xE9", 2));
}

TEST(Utf8, ValidityAndRepair) {
  EXPECT_TRUE(is_valid_utf8("aé😀"));
  EXPECT_FALSE(is_valid_utf8("a\xC3"));
  EXPECT_FALSE(is_valid_utf8("\xED\xA0\x80"));  // a surrogate
  EXPECT_EQ(to_valid_utf8("a\xC3z"), "a\uFFFDz");
}

TEST(Numbers, WholeStringOnly) {
  EXPECT_EQ(parse_integer("-12"), -12);
  EXPECT_FALSE(parse_integer("12 "));
  EXPECT_FALSE(parse_integer(""));
  EXPECT_FALSE(parse_integer("0x1"));
  EXPECT_EQ(parse_number("1.5"), 1.5);
  EXPECT_EQ(parse_number("-3e2"), -300.0);
  for (const std::string_view bad : {"", "-", "inf", "nan", "1.", ".5", "0x17", " 1", "1e999"})
    EXPECT_FALSE(parse_number(bad)) << bad;
  EXPECT_EQ(parse_hex("0x1A4"), 420u);
  EXPECT_FALSE(parse_hex("0x"));
}

}  // namespace
}  // namespace stopwarden
