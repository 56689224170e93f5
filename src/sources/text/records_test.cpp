// SPDX-License-Identifier: Apache-2.0
#include "sources/text/records.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace stopwarden::text {
namespace {

bool starts(std::string_view line) { return line.substr(0, 2) == "R:"; }

/// The records of an input that is cut in windows of `size` bytes, as "place:text"; torn ones with a '?'.
std::vector<std::string> records(const std::string& input, std::size_t size, bool live = false) {
  RecordCutter cutter(&starts);
  cutter.begin(live);
  std::vector<std::string> out;
  std::size_t at = 0, window = size;
  while (at < input.size()) {
    const std::string_view now = std::string_view(input).substr(at, window);
    const Cut cut = cutter.cut(as_bytes(now), at + now.size() == input.size() ? AtEnd::yes : AtEnd::no);
    if (cut.kind == Cut::Kind::more) {
      if (window >= cutter.window_max()) return {"asked for more than there may be"};
      window = std::min(cutter.window_max(), 2 * window);
      continue;
    }
    if (cut.take == 0) return {"took nothing"};
    if (cut.kind == Cut::Kind::drop) out.emplace_back("dropped");
    if (cut.kind == Cut::Kind::unit)
      for (RecordWalk walk(now.substr(0, cut.take), &starts); walk.next();)
        out.push_back(std::to_string(at + walk.begin()) + ":" + std::string(walk.record()) + (walk.torn() ? "?" : ""));
    at += cut.take;
    window = size;
  }
  return out;
}

TEST(Records, TheLinesBehindARecordAreItsOwn) {
  const std::string text = "half\nR:1\n a\n\nb\r\nR:2\n\n\nR:3\n c";
  const std::vector<std::string> want{"0:half?", "5:R:1\n a\n\nb", "16:R:2", "22:R:3\n c"};
  for (const std::size_t window : {1u, 3u, 9u, 100u}) EXPECT_EQ(records(text, window), want) << window;
  EXPECT_EQ(records("", 10), std::vector<std::string>{});
  EXPECT_EQ(records("\n\n", 10), std::vector<std::string>{});
}

TEST(Records, ALiveInputIsNotKeptWaiting) {
  RecordCutter cutter(&starts);
  cutter.begin(true);
  EXPECT_EQ(cutter.cut(as_bytes(std::string_view("R:1\nR:2\n a\n")), AtEnd::no).take, 11u);
  cutter.begin(false);
  EXPECT_EQ(cutter.cut(as_bytes(std::string_view("R:1\nR:2\n a\n")), AtEnd::no).take, 4u);
}

TEST(Records, EndlessOnesAreCut) {
  std::string lines = "R:1\n";
  while (lines.size() < 3 * kLineMax) lines += std::string(63, 'x') + "\n";
  lines += "R:2\n";
  for (const std::size_t window : {std::size_t{4096}, kLineMax}) {
    const auto got = records(lines, window);
    ASSERT_GE(got.size(), 3u);
    EXPECT_EQ(got.front().substr(0, 5), "0:R:1");
    EXPECT_EQ(got[1].back(), '?');
    EXPECT_NE(got.back().find(":R:2"), std::string::npos);
    EXPECT_EQ(records("R:1\n" + std::string(3 * kLineMax, 'y') + "\nR:2\n", window),
              (std::vector<std::string>{"0:R:1", "dropped", std::to_string(3 * kLineMax + 5) + ":R:2"}));
  }
}

}  // namespace
}  // namespace stopwarden::text
