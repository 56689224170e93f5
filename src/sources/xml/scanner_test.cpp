// SPDX-License-Identifier: Apache-2.0
#include "sources/xml/scanner.h"

#include <gtest/gtest.h>

#include <string>

#include "base/text.h"

namespace stopwarden::xml {
namespace {

/// What scan() tells about a text, as letters with places: S0 E27 ...
std::string told(std::string_view text, Encoding encoding = Encoding::utf8) {
  Scanner scanner(encoding);
  std::string out;
  std::size_t at = 0;
  for (;;) {
    const Found found = scanner.scan(as_bytes(text), at);
    at = found.resume;
    if (found.kind == Found::Kind::nothing) return out + (scanner.in_event() ? "..." : "");
    const char letter = " SERFT"[static_cast<std::size_t>(found.kind)];
    out += letter + std::to_string(found.at) + " ";
  }
}

const std::string kNew = "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'>";

TEST(XmlScanner, TellsWhereEventsBeginAndEnd) {
  struct Case {
    std::string text, want;
  };
  const Case cases[] = {
      {"", ""},
      {"<Event></Event>", "S0 E15 "},
      {"<Event/>", "S0 E8 "},
      {"<Event />x", "S0 E9 T9 "},
      {" <e:Event a='1'>t</e:Event>", "S1 E27 "},
      {"<Events><Event></Event></Events>", "S8 E23 "},
      {"<Event><EventData>x</EventData></Event>", "S0 E39 "},
      {"<Event><EventX></EventX></Event >", "S0 E33 "},
      {"<Event><!-- </Event> --></Event>", "S0 E32 "},
      {"<Event><!-- - -- ---></Event>", "S0 E29 "},
      {"<Event><![CDATA[</Event>]]]></Event>", "S0 E36 "},
      {"<Event><D N=\"</Event>\"/></Event>", "S0 E32 "},
      {"<Event><D N='\">'/></Event>", "S0 E26 "},
      {"<Event><?pi </Event> ?></Event>", "S0 E31 "},
      {"<Event><U><Event>inner</Event></U></Event>", "S0 E42 "},
      {"<Event><U><Event/></U></Event>", "S0 E30 "},
      {"<?xml version='1.0'?><!DOCTYPE Events [<!ENTITY a 'b'>]><Event/>", "S56 E64 "},
      {"Event number : 1\n<Event/>\nEvent number : 2\n<Event/>", "T0 S17 E25 T26 S43 E51 "},
      {"<html><Event/></html>", "F0 S6 E14 F14 "},
      {"</Event><Event/>", "F0 S8 E16 "},
      {"<![CDATA[x]]><Event/>", "F0 S13 E21 "},
      {"<Event><a", "S0 ..."},
      {"<Eventful/>", "F0 "},
      {"<EventEventEventEvent/>", "F0 "},
  };
  for (const Case& c : cases) EXPECT_EQ(told(c.text), c.want) << c.text;
}

TEST(XmlScanner, ANameWithNulIsNoEvent) {
  using namespace std::string_view_literals;
  const std::pair<std::string_view, const char*> cases[] = {
      {"<\0e:Event></Event><Event/>"sv, "F0 F10 S18 E26 "},
      {"<e\0:Event/><Event/>"sv, "F0 S11 E19 "},
      {"<Event\0/><Event/>"sv, "F0 S9 E17 "},
      {"<Event><\0:Event></Event>"sv, "S0 E24 "},
      {"<Event></\0:Event></Event>"sv, "S0 E25 "},
  };
  for (const auto& [text, want] : cases) EXPECT_EQ(told(text), want) << text;
  std::string damaged = kNew;
  damaged.insert(1, "\0:"sv);
  EXPECT_EQ(told(kNew + damaged + "</Event>"), "S0 E" + std::to_string(kNew.size() + damaged.size() + 8) + " ");
}

TEST(XmlScanner, TextBehindASectionIsNoStartOfAnEvent) {
  const std::string attributes = ":Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'";
  for (const std::string section : {"<!-- -->", "<?pi ?>", "<!D x>", "<![CDATA[x]]>"})
    for (const ByteOrder order : {ByteOrder::little, ByteOrder::big}) {
      const std::string bytes = utf8_to_utf16("<Event>" + section + attributes + "</Event>", order);
      EXPECT_EQ(told(bytes, order == ByteOrder::big ? Encoding::utf16be : Encoding::utf16le),
                "S0 E" + std::to_string(bytes.size()) + " ")
          << section;
    }
}

TEST(XmlScanner, ANewEventEndsOneThatBrokeOff) {
  EXPECT_EQ(told(kNew + "<System>" + kNew), "S0 R77 ...");
  EXPECT_EQ(told(kNew + "<Data Name=\"x>" + kNew), "S0 R83 ...");
  EXPECT_EQ(told("<a b='" + kNew), "R6 ");
  EXPECT_EQ(told(kNew + "<![CDATA[" + kNew + "</Event>]]></Event>"), "S0 E166 ");
  EXPECT_EQ(told(kNew + "<!--" + kNew + "--></Event>"), "S0 E153 ");
  EXPECT_EQ(told(kNew + "<Event xmlns='urn:other'></Event></Event>"), "S0 E110 ");
}

TEST(XmlScanner, AnyWindowGivesTheSame) {
  const std::string text =
      "\n<Events>" + kNew + "<D N='>'>x</D><!-- -- --><![CDATA[]]]]></Event>\r\n" + kNew + "</Event>t</Events>";
  for (const Encoding encoding : {Encoding::utf8, Encoding::utf16le, Encoding::utf16be}) {
    const ByteOrder order = encoding == Encoding::utf16be ? ByteOrder::big : ByteOrder::little;
    const std::string bytes = encoding == Encoding::utf8 ? text : utf8_to_utf16(text, order);
    Scanner scanner(encoding);
    std::string out;
    std::size_t at = 0;
    for (std::size_t have = 0; have <= bytes.size(); ++have) {
      for (;;) {
        const Found found = scanner.scan(as_bytes(std::string_view(bytes).substr(0, have)), at);
        at = found.resume;
        ASSERT_LE(at, have);
        if (found.kind == Found::Kind::nothing) break;
        out += " SERFT"[static_cast<std::size_t>(found.kind)] + std::to_string(found.at) + " ";
      }
    }
    EXPECT_EQ(out, told(bytes, encoding));
    EXPECT_EQ(out.empty(), false);
  }
}

TEST(XmlScanner, Encodings) {
  using namespace std::string_view_literals;
  EXPECT_EQ(detect_encoding(as_bytes("\xFF\xFE<\0"sv)), Encoding::utf16le);
  EXPECT_EQ(detect_encoding(as_bytes("\xFE\xFF\0<"sv)), Encoding::utf16be);
  EXPECT_EQ(detect_encoding(as_bytes("<\0E\0"sv)), Encoding::utf16le);
  EXPECT_EQ(detect_encoding(as_bytes("\0<\0E"sv)), Encoding::utf16be);
  EXPECT_EQ(detect_encoding(as_bytes("<Event"sv)), Encoding::utf8);
  EXPECT_EQ(detect_encoding({}), Encoding::utf8);
  EXPECT_EQ(byte_order_mark(as_bytes("\xEF\xBB\xBF<"sv)), 3u);
  EXPECT_EQ(byte_order_mark(as_bytes("\xFF\xFE"sv)), 2u);
  EXPECT_EQ(byte_order_mark(as_bytes("<"sv)), 0u);
}

}  // namespace
}  // namespace stopwarden::xml
