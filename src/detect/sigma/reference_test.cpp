// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/testing.h"

namespace stopwarden::sigma {
namespace {

using testing::Bench;
using testing::F;
using testing::line;
using testing::rule;
using testing::selection;

struct Case {
  const char* item;   // a line of a selection
  const char* value;  // of the field F
  bool fires;
};

void check(std::initializer_list<Case> cases) {
  for (const Case& c : cases) {
    Bench bench(line(c.item));
    ASSERT_EQ(bench.code(), "") << c.item << ": " << bench.reason();
    EXPECT_EQ(bench.fires({{"F", c.value}}), c.fires) << c.item << " on " << c.value;
  }
}

TEST(Matching, EqualsAndAnchors) {
  check({
      {"F: abc", "abc", true},
      {"F: abc", "xabc", false},
      {"F: abc", "abcx", false},
      {"F: ABC", "aBc", true},
      {"F|startswith: ab", "abc", true},
      {"F|startswith: ab", "xab", false},
      {"F|endswith: bc", "abc", true},
      {"F|endswith: bc", "bcx", false},
      {"F|contains: b", "abc", true},
      {"F|contains: d", "abc", false},
      {"F|contains|all: [a, c]", "abc", true},
      {"F|contains|all: [a, d]", "abc", false},
      {"F|contains: [d, c]", "abc", true},
  });
}

}  // namespace
}  // namespace stopwarden::sigma
