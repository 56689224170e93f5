// SPDX-License-Identifier: Apache-2.0
#include "sources/json/bytes16.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace stopwarden::json {
namespace {

/// One stop byte, or two, at every place of texts of every length around the step of 16.
TEST(JsonBytes16, SearchesAgreeWithThePlainForms) {
  for (std::size_t size = 0; size < 50; ++size) {
    for (std::size_t first = 0; first <= size; ++first) {
      for (std::size_t second = first; second <= size; second += 7) {
        for (const char stop : {'"', '\\', '\n'}) {
          std::string text(size, 'x');
          if (first < size) text[first] = stop;
          if (second < size) text[second] = stop;
          for (const std::size_t from : {std::size_t{0}, size / 2, size}) {
            ASSERT_EQ(find_string_stop(text, from), std::min(text.find_first_of("\"\\\n", from), size)) << text << from;
            ASSERT_EQ(find_last(text, stop, from), std::string_view(text).substr(0, from).rfind(stop)) << text << from;
          }
          ASSERT_EQ(find_last(text, stop, size), text.rfind(stop)) << text;
        }
      }
    }
  }
}

}  // namespace
}  // namespace stopwarden::json
