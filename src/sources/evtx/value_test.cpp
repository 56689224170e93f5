// SPDX-License-Identifier: Apache-2.0
#include "sources/evtx/value.h"

#include <gtest/gtest.h>

#include <array>
#include <charconv>
#include <string>
#include <vector>

#include "base/text.h"
#include "sources/evtx/crc32.h"
#include "sources/evtx/test_bytes.h"

namespace stopwarden::evtx {
namespace {

using test::le;
using test::u16;

struct Case {
  const char* title;
  std::uint8_t type;
  std::string bytes;
  const char* text;
  ValueKind kind = ValueKind::string;
  bool fits = true;
};

TEST(ValueText, IsCanonical) {
  const std::string sid = std::string("\x01\x05\0\0\0\0\0\x05", 8) + le<std::uint32_t>(21) + le<std::uint32_t>(1) +
                          le<std::uint32_t>(4294967295u) + le<std::uint32_t>(3) + le<std::uint32_t>(500);
  const std::string guid("\x78\x56\x34\x12\xbc\x9a\xf0\xde\x01\x02\x03\x04\x05\x06\x07\xff", 16);
  const std::string system_time = le<std::uint16_t>(2026) + le<std::uint16_t>(11) + le<std::uint16_t>(3) +
                                  le<std::uint16_t>(25) + le<std::uint16_t>(1) + le<std::uint16_t>(2) +
                                  le<std::uint16_t>(3) + le<std::uint16_t>(45);
  const std::vector<Case> cases{
      {"null", 0x00, "", "", ValueKind::null},
      {"null with bytes", 0x00, "abcd", "", ValueKind::null},
      {"string", 0x01, u16("net stop"), "net stop"},
      {"string, empty", 0x01, "", ""},
      {"string, trailing NULs", 0x01, u16("a") + std::string(4, '\0'), "a"},
      {"string, NULs only", 0x01, std::string(6, '\0'), ""},
      {"string, odd byte", 0x01, u16("ab") + "x", "ab"},
      {"string, umlaut", 0x01, u16("f\xC3\xBCr"), "f\xC3\xBCr"},
      {"string, pair", 0x01, u16("\xF0\x9F\x98\x80"), "\xF0\x9F\x98\x80"},
      {"string, lone high surrogate", 0x01, le<std::uint16_t>(0xD800) + u16("x"), "\xEF\xBF\xBDx"},
      {"string, lone low surrogate", 0x01, u16("x") + le<std::uint16_t>(0xDC00), "x\xEF\xBF\xBD"},
      {"ansi", 0x02, std::string("a\x80\xE9\x00", 4), "a\xE2\x82\xAC\xC3\xA9"},
      {"ansi, unassigned", 0x02, "\x81", "\xC2\x81"},
      {"int8", 0x03, "\xff", "-1", ValueKind::integer},
      {"uint8", 0x04, "\xff", "255", ValueKind::integer},
      {"int16", 0x05, le<std::uint16_t>(0x8000), "-32768", ValueKind::integer},
      {"uint16", 0x06, le<std::uint16_t>(7036), "7036", ValueKind::integer},
      {"int32", 0x07, le<std::uint32_t>(0xFFFFFFFE), "-2", ValueKind::integer},
      {"uint32", 0x08, le<std::uint32_t>(4294967295u), "4294967295", ValueKind::integer},
      {"uint32 of two bytes", 0x08, le<std::uint16_t>(9), "9", ValueKind::integer, false},
      {"uint32 of three bytes", 0x08, "\x01\x02\xff", "0102FF", ValueKind::string, false},
      {"uint32, empty", 0x08, "", "", ValueKind::string, false},
      {"int64", 0x09, le<std::uint64_t>(1ull << 63), "-9223372036854775808", ValueKind::integer},
      {"uint64", 0x0a, le<std::uint64_t>(~0ull), "18446744073709551615", ValueKind::integer},
      {"real32", 0x0b, le<std::uint32_t>(0x3DCCCCCD), "0.1", ValueKind::real},
      {"real64", 0x0c, le<std::uint64_t>(0x3FB999999999999A), "0.1", ValueKind::real},
      {"real64, odd size", 0x0c, "ab", "6162", ValueKind::string, false},
      {"bool", 0x0d, le<std::uint32_t>(1), "true", ValueKind::boolean},
      {"bool false", 0x0d, le<std::uint32_t>(0), "false", ValueKind::boolean},
      {"bool of one byte", 0x0d, "\x01", "true", ValueKind::boolean},
      {"bool of eight bytes", 0x0d, le<std::uint64_t>(1ull << 40), "true", ValueKind::boolean},
      {"bool of 0xffffffff", 0x0d, le<std::uint32_t>(0xFFFFFFFF), "true", ValueKind::boolean},
      {"binary", 0x0e, "\x01\xaf", "01AF"},
      {"binary, empty", 0x0e, "", ""},
      {"guid", 0x0f, guid, "{12345678-9ABC-DEF0-0102-0304050607FF}"},
      {"guid, short", 0x0f, "ab", "6162", ValueKind::string, false},
      {"size_t of 4", 0x10, le<std::uint32_t>(0x1a4), "0x1a4"},
      {"size_t of 8", 0x10, le<std::uint64_t>(0x1a4), "0x1a4"},
      {"filetime", 0x11, le<std::uint64_t>(134'000'000'000'000'001), "2025-08-18T14:13:20.0000001Z"},
      {"filetime 0", 0x11, le<std::uint64_t>(0), "1601-01-01T00:00:00.0000000Z"},
      {"filetime, last of 9999", 0x11, le<std::uint64_t>(2'650'467'743'999'999'999), "9999-12-31T23:59:59.9999999Z"},
      {"filetime, never", 0x11, le<std::uint64_t>(0x7FFFFFFFFFFFFFFF), "9223372036854775807"},
      {"systemtime", 0x12, system_time, "2026-11-25T01:02:03.045Z"},
      {"systemtime, month 0", 0x12, std::string(16, '\0'), "00000000000000000000000000000000", ValueKind::string,
       false},
      {"sid", 0x13, sid, "S-1-5-21-1-4294967295-3-500"},
      {"sid, no subauthority", 0x13, std::string("\x01\0\0\0\0\0\0\x01", 8), "S-1-1"},
      {"sid, large authority", 0x13, std::string("\x01\0\x01\0\0\0\0\0", 8), "S-1-0x10000000000"},
      {"sid, count too large", 0x13, std::string("\x01\x05\0\0\0\0\0\x05", 8), "0105000000000005", ValueKind::string,
       false},
      {"hex32", 0x14, le<std::uint32_t>(0xABC), "0xabc"},
      {"hex32, zero", 0x14, le<std::uint32_t>(0), "0x0"},
      {"hex64", 0x15, le<std::uint64_t>(0x8020000000000000), "0x8020000000000000"},
      {"handle", 0x20, le<std::uint64_t>(16), "0x10"},
      {"evt xml", 0x23, u16("<a/>"), "<a/>"},
      {"unknown type", 0x7f, "\x01", "01", ValueKind::string, false},
  };
  Arena arena;
  for (const Case& c : cases) {
    bool fits = true;
    const Text t = format_value(c.type, as_bytes(c.bytes), arena, fits);
    EXPECT_EQ(t.text, c.text) << c.title;
    EXPECT_EQ(t.kind, c.kind) << c.title;
    EXPECT_EQ(fits, c.fits) << c.title;
  }
}

TEST(ValueText, SurvivesEverySizeOfEveryType) {
  Arena arena;
  for (unsigned type = 0; type < 256; ++type)
    for (std::size_t size = 0; size < 40; ++size) {
      bool fits = true;
      const std::string bytes(size, '\xff');
      (void)format_value(static_cast<std::uint8_t>(type), as_bytes(bytes), arena, fits);
      ArrayWalk walk(static_cast<std::uint8_t>(type | kArrayBit), as_bytes(bytes));
      Bytes element;
      std::size_t n = 0;
      while (walk.next(element)) ASSERT_LE(++n, size) << type;
      arena.reset();
    }
}

TEST(Utf16, EveryWayGivesTheSame) {
  std::vector<char> out(4096), plain(4096);
  for (std::size_t n = 0; n < 140; ++n)
    for (std::size_t odd = 0; odd <= n; ++odd) {
      std::string utf16;
      for (std::size_t i = 0; i < n; ++i)
        utf16 += le<std::uint16_t>(static_cast<std::uint16_t>(i == odd ? std::size_t{0x80} << (i % 9) : 'a' + i % 26));
      const std::string whole = utf16 + std::string(40, '\xC3');  // what stands behind must not matter
      const std::string want = utf16le_to_utf8(as_bytes(utf16));
      for (const std::size_t readable : {std::size_t{0}, std::size_t{1}, std::size_t{31}, std::size_t{40}}) {
        const Bytes text = as_bytes(whole).first(utf16.size());
        const std::byte* const end = text.data() + text.size() + readable;
        const std::size_t ascii = copy_ascii(text.data(), n, end, out.data());
        ASSERT_EQ(ascii, copy_ascii_plain(text.data(), n, plain.data()));
        ASSERT_EQ(std::string_view(out.data(), ascii), std::string_view(plain.data(), ascii));
        ASSERT_EQ(std::string_view(out.data(), static_cast<std::size_t>(put_utf16(out.data(), text, end) - out.data())),
                  want)
            << n << " " << odd << " " << readable;
      }
    }
}

TEST(Utf16, MixedTextIsReadOnAfterEachChange) {
  Arena arena;
  for (const char* text : {"f\xC3\xBCr die Gr\xC3\xB6\xC3\x9F"
                           "e des Dienstes",
                           "\xF0\x9F\x98\x80x\xF0\x9F\x98\x80\xF0\x9F\x98\x80",
                           "\xD1\x81\xD0\xBB\xD1\x83\xD0\xB6\xD0\xB1\xD0\xB0 stop \xE2\x82\xAC"})
    EXPECT_EQ(string_text(as_bytes(u16(text)), arena), text);
}

TEST(Digits, EqualsToChars) {
  std::vector<std::uint64_t> values{~std::uint64_t{0}, std::uint64_t{1} << 63};
  for (std::uint64_t v = 0; v < 20'000; ++v) values.push_back(v);
  for (std::uint64_t power = 10; power < 10'000'000'000'000'000'000u; power *= 10)
    for (const std::uint64_t v : {power - 1, power, power + 1, power * 9 + 5}) values.push_back(v);
  std::uint64_t random = 1;
  for (int i = 0; i < 20'000; ++i) {
    random = random * 6364136223846793005u + 1442695040888963407u;
    values.push_back(random >> (i % 64));
  }
  std::array<char, 256> got{}, want{};
  for (const std::uint64_t v : values) {
    const auto text = [](const std::array<char, 256>& a, const char* end) {
      return std::string_view(a.data(), static_cast<std::size_t>(end - a.data()));
    };
    ASSERT_EQ(text(got, put_decimal(got.data(), v)), text(want, std::to_chars(want.data(), want.data() + 99, v).ptr));
    const char* const hex = std::to_chars(want.data(), want.data() + 99, v, 16).ptr;
    ASSERT_EQ(text(got, put_hex_number(got.data(), v)), "0x" + std::string(text(want, hex)));
  }
}

std::vector<std::string> elements(std::uint8_t type, const std::string& bytes) {
  std::vector<std::string> out;
  Arena arena;
  ArrayWalk walk(type, as_bytes(bytes));
  Bytes element;
  bool fits = true;
  while (walk.next(element)) out.emplace_back(format_value(walk.element_type(), element, arena, fits).text);
  return out;
}

TEST(ArrayWalk, SplitsByTypeOrNul) {
  using List = std::vector<std::string>;
  const std::string nul(2, '\0');
  EXPECT_EQ(elements(0x81, u16("a") + nul + u16("bc") + nul), (List{"a", "bc"}));
  EXPECT_EQ(elements(0x81, u16("a") + nul + nul + u16("b")), (List{"a", "", "b"}));
  EXPECT_EQ(elements(0x81, u16("last")), (List{"last"}));
  EXPECT_EQ(elements(0x81, ""), (List{}));
  EXPECT_EQ(elements(0x82, std::string("x\0y\0", 4)), (List{"x", "y"}));
  EXPECT_EQ(elements(0x86, le<std::uint16_t>(1) + le<std::uint16_t>(65535)), (List{"1", "65535"}));
  EXPECT_EQ(elements(0x88, le<std::uint32_t>(7) + "\x01"), (List{"7", "1"}));  // the cut one by its bytes
  EXPECT_EQ(elements(0x95, le<std::uint64_t>(0x10) + le<std::uint64_t>(0)), (List{"0x10", "0x0"}));
  EXPECT_EQ(elements(0x90, le<std::uint64_t>(0x10)), (List{"0x10"}));
  EXPECT_EQ(elements(0x90, le<std::uint32_t>(0x10)), (List{"0x10"}));
  EXPECT_EQ(elements(0x8d, le<std::uint32_t>(1) + le<std::uint32_t>(0)), (List{"true", "false"}));
  const std::string system("\x01\x01\0\0\0\0\0\x05\x12\0\0\0", 12), world("\x01\x01\0\0\0\0\0\x01\0\0\0\0", 12);
  EXPECT_EQ(elements(0x93, system + world), (List{"S-1-5-18", "S-1-1-0"}));
}

TEST(EventTimeOfValue, ReadsBothKindsAndNothingElse) {
  EXPECT_EQ(format_time(*time_value(0x11, as_bytes(le<std::uint64_t>(134'000'000'000'000'000)))),
            "2025-08-18T14:13:20.000Z");
  EXPECT_FALSE(time_value(0x11, as_bytes("abc")));
  EXPECT_FALSE(time_value(0x11, as_bytes(le<std::uint64_t>(~0ull))));
  EXPECT_FALSE(time_value(0x12, as_bytes(std::string(16, '\0'))));
  EXPECT_FALSE(time_value(0x08, as_bytes(le<std::uint32_t>(1))));
}

TEST(Crc32, EveryWayGivesTheSame) {
  EXPECT_EQ(crc32(0, as_bytes("123456789")), 0xCBF43926u);
  std::vector<CrcWay> ways;
  for (const CrcWay way : {CrcWay::clmul, CrcWay::wide_clmul})
    if (way <= best_crc_way()) ways.push_back(way);
  std::string bytes;
  std::uint32_t seed = 1;
  for (int i = 0; i < 400; ++i) bytes.push_back(static_cast<char>((seed = seed * 1664525u + 1013904223u) >> 24));
  for (std::size_t from = 0; from < 20; ++from)
    for (std::size_t n = 0; n + from <= bytes.size(); ++n) {
      const Bytes part = as_bytes(bytes).subspan(from, n);
      const std::uint32_t expected = crc32_by(CrcWay::tables, 0x12345678, part);
      for (const CrcWay way : ways) ASSERT_EQ(crc32_by(way, 0x12345678, part), expected) << from << " " << n;
    }
  const Bytes all = as_bytes(bytes);
  EXPECT_EQ(crc32(crc32(0, all.first(100)), all.subspan(100)), crc32(0, all));
}

}  // namespace
}  // namespace stopwarden::evtx
