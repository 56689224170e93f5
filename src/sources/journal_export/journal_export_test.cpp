// SPDX-License-Identifier: Apache-2.0
#include "sources/journal_export/journal_export.h"

#include <gtest/gtest.h>

#include <string>

#include "sources/journal/journal.h"
#include "sources/journal/test_reading.h"
#include "support/journal_writer.h"

namespace stopwarden::journal {
namespace {

using testing::Asked;
using testing::Lines;
using testing::Reading;

Reading read(const std::string& text, const Asked& asked, std::size_t step = SIZE_MAX) {
  return testing::read(make_export({&asked.fields()}), text, asked.table(), step);
}

std::string binary(std::string_view name, std::string_view value) {
  std::string out(name);
  out += "\n";
  append_le(out, value.size(), 8);
  return out.append(value) + "\n";
}

constexpr const char* kHead = "__CURSOR=s=5e;i=1f;b=0;m=1;t=2;x=3\n__REALTIME_TIMESTAMP=1764032523004000\n";

struct Case {
  const char* name;
  std::string text;
  Lines events, drops;
};

TEST(JournalExport, Table) {
  const Asked asked({"MESSAGE", "A", "Image"});
  const std::string head = kHead;
  const Case cases[] = {
      {"text", head + "MESSAGE=one\nA=\n\n" + head + "MESSAGE=two=2\n\n", {"MESSAGE=one|A=", "MESSAGE=two=2"}, {}},
      {"bytes", head + binary("MESSAGE", "a\n\nb") + "_EXE=/x\n\n", {"MESSAGE=a\n\nb|Image=/x"}, {}},
      {"no line feed at the end", head + "MESSAGE=one", {"MESSAGE=one"}, {}},
      {"more blank lines",
       "\n\n" + head + "MESSAGE=one\n\n\n\n" + head + "MESSAGE=two\n\n\n",
       {"MESSAGE=one", "MESSAGE=two"},
       {}},
      {"a line that is no field",
       head + "not a field\nMESSAGE=one\n\n" + head + "MESSAGE=two\n\n",
       {"MESSAGE=one", "MESSAGE=two"},
       {"bad_value@73: a line that is no field of an entry"}},
      {"bytes that do not end",
       head + "MESSAGE=one\nA\n" + std::string("\x10\0\0\0\0\0\0\0abc", 11),
       {"MESSAGE=one"},
       {"truncated@85: the input ends inside of a field's bytes"}},
      {"a length that is cut",
       head + "MESSAGE=one\nA\n\x01",
       {"MESSAGE=one"},
       {"truncated@85: the input ends inside of a field's bytes"}},
      {"a length that is too long",
       head + "MESSAGE=one\nA\n" + std::string(8, '\x7F') + "\n\n" + head + "A=b\n\n",
       {"MESSAGE=one", "A=b"},
       {"bad_value@85: a line that is no field of an entry"}},
      {"a length that is wrong",
       head + "MESSAGE=one\nA\n" + std::string("\x01\0\0\0\0\0\0\0abc\n\n", 13) + head + "A=b\n\n",
       {"MESSAGE=one", "A=b"},
       {"bad_value@85: a line that is no field of an entry"}},
      {"nothing but junk",
       "junk\n\njunk\n",
       {},
       {"bad_value@0: a line that is no field of an entry", "bad_value@6: a line that is no field of an entry"}},
  };
  for (const Case& c : cases) {
    for (const std::size_t step : {SIZE_MAX, std::size_t{1}, std::size_t{9}}) {
      const Reading got = read(c.text, asked, step);
      EXPECT_EQ(got.events, c.events) << c.name << " " << step;
      EXPECT_EQ(got.drops, c.drops) << c.name << " " << step;
    }
  }
}

TEST(JournalExport, HeadsAreThoseOfTheFile) {
  const Asked asked({"MESSAGE", "Image", "_BOOT_ID", "__REALTIME_TIMESTAMP", "__MONOTONIC_TIMESTAMP"});
  const test::JournalEntry e{.realtime = 1'764'032'523'004'000,
                             .monotonic = 7,
                             .fields = {{"MESSAGE", "a\nb"}, {"_HOSTNAME", "h"}, {"_EXE", "/x"}, {"_COMM", "sshd"}}};
  test::JournalWriter w;
  w.add(e);
  const Reading file = testing::read(make_journal({&asked.fields()}), w.finish(), asked.table(), SIZE_MAX);
  const Reading got = read(journal_export(e, 1), asked);
  EXPECT_EQ(got.heads, (Lines{"2025-11-25T01:02:03.004Z h linux:journal sshd - 1"}));
  EXPECT_EQ(file.heads, got.heads);
  EXPECT_EQ(got.origins.size(), 1U);
}

TEST(JournalExport, AnEntryThatIsTooLongIsLeftOut) {
  const Asked asked({"MESSAGE"});
  const std::string head = kHead;
  const std::string text = head + "A=" + std::string(17u << 20, 'x') + "\n\n" + head + "MESSAGE=two\n\n";
  const Reading got = read(text, asked, 4u << 20);
  EXPECT_EQ(got.events, Lines{"MESSAGE=two"});
  EXPECT_EQ(got.drops, Lines{"limit_exceeded@0: an entry of more than 16 MiB was left out"});
}

TEST(JournalExport, Sniff) {
  const std::pair<std::string, bool> cases[] = {
      {std::string(kHead) + "MESSAGE=x\n", true},
      {"\n" + std::string(kHead), true},
      {"__REALTIME_TIMESTAMP=1\nA=b\n", true},
      {"__REALTIME_TIMESTAMP=1\n", false},
      {"__CURSOR=x\nnot a field\n", false},
      {"MESSAGE=x\n__CURSOR=x\n", false},
      {"", false},
      {"\n", false},
      {"{\"__CURSOR\":1}", false},
  };
  for (const auto& [text, want] : cases) EXPECT_EQ(sniff_export(as_bytes(text)), want) << text;
}

}  // namespace
}  // namespace stopwarden::journal
