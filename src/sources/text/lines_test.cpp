// SPDX-License-Identifier: Apache-2.0
#include "sources/text/lines.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace stopwarden::text {
namespace {

/// What an input is cut into when the window has `size` bytes at first and grows only when asked to.
struct Pieces {
  std::string units, notes;
  std::size_t drops = 0;
};
Pieces cut_all(const std::string& input, std::size_t size) {
  LineCutter cutter;
  Pieces out;
  std::size_t at = 0, window = size;
  while (at < input.size()) {
    const std::size_t end = std::min(input.size(), at + window);
    const Cut cut = cutter.cut(as_bytes(std::string_view(input).substr(at, end - at)),
                               end == input.size() ? AtEnd::yes : AtEnd::no);
    if (cut.kind == Cut::Kind::more) {
      if (window >= cutter.window_max() || end == input.size()) return {"", "asked for more than there may be"};
      window = std::min(cutter.window_max(), 2 * window);
      continue;
    }
    if (cut.take == 0) return {"", "took nothing"};
    if (cut.kind == Cut::Kind::unit) out.units += input.substr(at, cut.take) + "|";
    if (cut.kind == Cut::Kind::drop) ++out.drops;
    at += cut.take;
    window = size;
  }
  return out;
}

std::vector<std::string> lines_of(std::string_view unit) {
  std::vector<std::string> out;
  for (LineWalk walk(unit); walk.next();) out.push_back(std::to_string(walk.begin()) + ":" + std::string(walk.line()));
  return out;
}

TEST(LineCutter, UnitsAreWholeLines) {
  EXPECT_EQ(cut_all("one\ntwo\nthree", 100).units, "one\ntwo\nthree|");
  EXPECT_EQ(cut_all("one\ntwo\nthree\n", 6).units, "one\n|two\n|three\n|");
  EXPECT_EQ(cut_all("one\ntwo\nend", 6).units, "one\n|two\n|end|");
  EXPECT_EQ(cut_all("\n\n", 1).units, "\n|\n|");
}

TEST(LineCutter, ALineThatIsTooLongIsDroppedOnce) {
  const std::string longest(kLineMax - 1, 'x');
  for (const std::size_t window : {std::size_t{4096}, kUnitMax, kLineMax}) {
    EXPECT_EQ(cut_all(longest + "\nnext\n", window).drops, 0u);
    const Pieces p = cut_all("first\n" + std::string(5 * kLineMax + 7, 'y') + "\nnext\n", window);
    EXPECT_EQ(p.drops, 1u);
    EXPECT_EQ(p.units, "first\n|next\n|") << p.notes;
    EXPECT_EQ(cut_all(std::string(3 * kLineMax, 'y'), window).drops, 1u);
  }
}

TEST(LineCutter, UnitsStayNearTheirSize) {
  std::string input;
  for (int i = 0; i < 100'000; ++i) input += "a line of some twenty\n";
  LineCutter cutter;
  const Cut cut = cutter.cut(as_bytes(input), AtEnd::yes);
  EXPECT_EQ(cut.kind, Cut::Kind::unit);
  EXPECT_GE(cut.take, kUnitMax);
  EXPECT_LT(cut.take, kUnitMax + 30);
  EXPECT_EQ(input[cut.take - 1], '\n');
}

TEST(LineWalk, GivesLinesWithTheirPlaces) {
  EXPECT_EQ(lines_of("a\r\nbb\n\n\r\nlast"), (std::vector<std::string>{"0:a", "3:bb", "6:", "7:", "9:last"}));
  EXPECT_EQ(lines_of(""), std::vector<std::string>{});
  EXPECT_EQ(lines_of("\n"), std::vector<std::string>{"0:"});
}

TEST(FirstLines, SniffLooksAtWholeLinesOnly) {
  const auto is_a = [](std::string_view line) { return line.substr(0, 2) == "a:"; };
  EXPECT_TRUE(first_lines_are(as_bytes("a:1\na:2\n"), 3, is_a));
  EXPECT_TRUE(first_lines_are(as_bytes("\xEF\xBB\xBF\r\n\na:1\nb:2\n"), 1, is_a));
  EXPECT_FALSE(first_lines_are(as_bytes("a:1\nb:2\n"), 2, is_a));
  EXPECT_TRUE(first_lines_are(as_bytes("a:1\nb"), 2, is_a));  // cut short
  EXPECT_TRUE(first_lines_are(as_bytes("a:1"), 2, is_a));
  EXPECT_FALSE(first_lines_are(as_bytes("\n \n"), 2, is_a));
  EXPECT_FALSE(first_lines_are(as_bytes(""), 2, is_a));
}

}  // namespace
}  // namespace stopwarden::text
