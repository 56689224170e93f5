// SPDX-License-Identifier: Apache-2.0
#include "base/base64.h"

#include <gtest/gtest.h>

#include <optional>

namespace stopwarden {
namespace {

TEST(Base64, Table) {
  struct Case {
    std::string_view text;
    std::optional<std::string> bytes;
  };
  const Case cases[] = {
      {"", ""},
      {"Zg==", "f"},
      {"Zm8=", "fo"},
      {"Zm9v", "foo"},
      {"Zm9vYg==", "foob"},
      {"Zg", "f"},
      {"Zm9vYmE", "fooba"},
      {"-_8", "\xFB\xFF"},
      {"+/8=", "\xFB\xFF"},
      {"AAA=", std::string("\0\0", 2)},
      {"Z", std::nullopt},
      {"Zm9vY", std::nullopt},
      {"Zm 9v", std::nullopt},
      {"Zm9v\n", std::nullopt},
      {"Z===", std::nullopt},
      {"=", ""},
      {"{\"a\":1}", std::nullopt},
  };
  for (const Case& c : cases) {
    std::string out = "old";
    EXPECT_EQ(decode_base64(c.text, out), c.bytes.has_value()) << c.text;
    EXPECT_EQ(out, c.bytes.value_or("")) << c.text;
  }
}

}  // namespace
}  // namespace stopwarden
