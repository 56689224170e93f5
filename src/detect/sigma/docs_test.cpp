// SPDX-License-Identifier: Apache-2.0
// The documents say what the tables say. When one of these fails, paste the printed table into the document.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "detect/sigma/codes.h"
#include "detect/sigma/modifiers.h"

namespace stopwarden::sigma {
namespace {

std::string document(const char* name) {
  std::ifstream in(std::string(SW_SOURCE_DIR) + "/docs/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(Documents, ListEveryCode) {
  const std::string text = document("diagnostics.md");
  EXPECT_NE(text.find(codes_as_markdown()), std::string::npos) << codes_as_markdown();
  std::size_t rows = 0;
  for (std::size_t at = 0; (at = text.find("\n| SIG", at)) != std::string::npos; ++at) ++rows;
  EXPECT_EQ(rows, rule_codes().size()) << "a row that no code has";
}

TEST(Documents, ListEveryModifier) {
  EXPECT_NE(document("sigma.md").find(modifiers_as_markdown()), std::string::npos) << modifiers_as_markdown();
}

TEST(Codes, AreUniqueAndSorted) {
  const auto codes = rule_codes();
  EXPECT_TRUE(
      std::is_sorted(codes.begin(), codes.end(), [](const CodeInfo& a, const CodeInfo& b) { return a.code < b.code; }));
  std::set<std::string_view> seen;
  for (const CodeInfo& row : codes) EXPECT_TRUE(seen.insert(row.code).second) << row.code;
}

TEST(Modifiers, NamesAreUnique) {
  std::set<std::string_view> seen;
  for (const ModifierRow& row : modifier_table()) EXPECT_TRUE(seen.insert(row.name).second) << row.name;
  // The modifiers of the specification and its appendix; the others are pySigma's long names.
  for (const char* name :
       {"all",   "startswith", "endswith", "contains", "exists", "cased",        "neq",     "windash",
        "re",    "i",          "m",        "s",        "base64", "base64offset", "utf16le", "utf16be",
        "utf16", "wide",       "lt",       "lte",      "gt",     "gte",          "minute",  "hour",
        "day",   "week",       "month",    "year",     "cidr",   "expand",       "fieldref"})
    EXPECT_TRUE(seen.contains(name)) << name;
}

}  // namespace
}  // namespace stopwarden::sigma
