// SPDX-License-Identifier: Apache-2.0
#include "sources/esxi/esxi.h"

#include <gtest/gtest.h>

#include <string>

#include "sources/text/lines.h"
#include "sources/text/test_reading.h"

namespace stopwarden::esxi {
namespace {

struct EsxiTest : ::testing::Test {
  FieldTable table;
  WantedFields wanted{table};
  EsxiTest() {
    for (const std::string_view name : {"message", "CommandLine", "Computer", "VmState"})
      wanted.add(*table.intern(name));
  }
  text::Written read(std::string_view input, std::size_t window = std::size_t{1} << 20) {
    text::Written out(table);
    records = text::read_with(*make_esxi({&wanted}), input, window, out);
    return out;
  }
  std::uint64_t records = 0;
};

constexpr std::string_view kMixed =
    "--> end of an earlier line\n"
    "2026-01-02T03:04:05.678Z warning hostd[2099] [Originator@6876 sub=x] Fault:\n"
    "--> (vim.fault.NotFound) {\n"
    "\n"
    "-->    msg = \"\"\r\n"
    "--> }\n"
    "2026-01-02T03:04:06.000Z In(166) Hostd[2099]: [Originator@6876 sub=x] Result:\n"
    "2026-01-02T03:04:06.000Z In(166) Hostd[2099]: --> more\n"
    "no time here\n"
    "2026-01-02T03:04:07Z shell[2101]: [root]: esxcli vm process list\n"
    "<166>2026-01-02T03:04:08Z esx1 Hostd: info hostd[2099] [Originator@6876 sub=x] last";

TEST_F(EsxiTest, LinesWithTheirContinuationsAreEvents) {
  const text::Written got = read(kMixed);
  EXPECT_EQ(got.text,
            "esxi:syslog||||message=--> end of an earlier line;\n"
            "esxi:hostd|hostd||2026-01-02T03:04:05.678000Z|message=Fault:\n--> (vim.fault.NotFound) {\n\n"
            "-->    msg = \"\"\r\n--> };\n"
            "esxi:hostd|hostd||2026-01-02T03:04:06.000000Z|message=Result:\n"
            "2026-01-02T03:04:06.000Z In(166) Hostd[2099]: --> more;\n"
            "esxi:shell|shell||2026-01-02T03:04:07.000000Z|message=[root]: esxcli vm process list;"
            "CommandLine=esxcli vm process list;\n"
            "esxi:hostd|hostd|esx1|2026-01-02T03:04:08.000000Z|Computer=esx1;message=last;\n");
  EXPECT_EQ(got.notes, "drop bad_value@" + std::to_string(kMixed.find("no time")) + "\n");
  EXPECT_EQ(records, 6u);
}

TEST_F(EsxiTest, WindowsDoNotShow) {
  const text::Written whole = read(kMixed);
  for (const std::size_t window : {1u, 2u, 3u, 10u, 64u, 100u, 300u}) {
    const text::Written got = read(kMixed, window);
    EXPECT_EQ(got.text, whole.text) << window;
    EXPECT_EQ(got.places, whole.places) << window;
    EXPECT_EQ(got.notes, whole.notes) << window;
  }
}

TEST_F(EsxiTest, ARecordWithoutEndIsCutTheSameWhateverTheWindow) {
  std::string input = "2026-01-02T03:04:05.678Z info hostd[1] [Originator@6876 sub=x] first\n";
  input += "2026-01-02T03:04:05.678Z info hostd[1] [Originator@6876 sub=x] long:\n";
  while (input.size() < 3 * text::kLineMax) input += "--> a line of some thirty bytes\n";
  input += "2026-01-02T03:04:06.678Z info hostd[1] [Originator@6876 sub=x] last\n";
  const text::Written whole = read(input);
  const std::uint64_t all = records;
  EXPECT_EQ(whole.notes, "");
  EXPECT_GT(all, 3u);
  for (const std::size_t window : {std::size_t{4096}, text::kUnitMax, text::kUnitMax + 17}) {
    EXPECT_EQ(read(input, window).places, whole.places) << window;
    EXPECT_EQ(records, all);
  }
}

TEST_F(EsxiTest, ALongLineIsDroppedAndTheRestIsRead) {
  const std::string input = "2026-01-02T03:04:05Z shell[1]: [root]: a\n" + std::string(5 * text::kLineMax, 'x') +
                            "\n2026-01-02T03:04:06Z shell[1]: [root]: b\n";
  for (const std::size_t window : {std::size_t{4096}, text::kLineMax}) {
    const text::Written got = read(input, window);
    EXPECT_NE(got.text.find("CommandLine=a;"), std::string::npos);
    EXPECT_NE(got.text.find("CommandLine=b;"), std::string::npos);
    EXPECT_EQ(got.notes, "drop limit_exceeded@41\n");
  }
}

TEST(EsxiSniff, SureOrNotAtAll) {
  const struct {
    std::string_view head;
    bool want;
  } cases[] = {
      {"2026-01-02T03:04:05.678Z info hostd[2099] [Originator@6876 sub=X] Task\n", true},
      {"--> rest\n2026-01-02T03:04:05.678Z In(166) Hostd[2099]: x\n", true},
      {"2026-01-02T03:04:05Z sshd[2101]: Connection from 192.0.2.7\n2026-01-02T03:04:05Z foo: x\n", true},
      {"2026-01-02T03:04:05Z shell[2101]: [root]: ls\n", true},
      {"2026-01-02T03:04:05.678Z: [GenericCorrelator] 12us: [vob.x] y\n", true},
      {"2026-01-02T03:04:05.678Z cpu0:2099)x\n", true},
      {"<110>2026-01-02T03:04:05Z esx1 shell[1]: [shell.cmd@6876 subject=\"root\"]\n", true},
      {"<14>1 2026-01-02T03:04:05Z vc1 vpxd 1 - - Event [1]\n", true},
      {"2026-01-02T03:04:05.678Z [FFB81B70 info 'Vimsvc' opID=a] m\n", true},
      {"f a line\n2026-01-02T03:04:05.678Z info hostd[2099] [Originator@6876 sub=X] Task\n", true},
      {"f a line\nand another\n2026-01-02T03:04:05.678Z info hostd[2099] [Originator@6876 sub=X] Task\n", false},
      // a syslog server's file, with lines of others
      {"<14>2026-01-02T03:04:05Z esx1 Hostd: x\n<14>2026-01-02T03:04:05Z web sshd[1]: y\n", false},
      {"2026-01-02T03:04:05+00:00 web sshd[1]: Accepted password for root from 192.0.2.7 port 5 ssh2\n", false},
      {"2026-01-02T03:04:05Z some text of a container\n", false},
      {"2026-01-02T03:04:05.678Z INFO main started\n", false},
      {"2026-01-02T03:04:05Z myprogram[1]: x\n", false},
      {"2026-01-02T03:04:05.678Z info hostd[2099] [Originator@6876 sub=X] Task\nsomething else\n", false},
      {"Jan  2 03:04:05 esx1 Hostd: x\n", false},
      {"{\"a\":1}\n", false},
      {"--> x\n", false},
      {"", false},
  };
  for (const auto& c : cases) EXPECT_EQ(sniff_esxi(as_bytes(c.head)), c.want) << c.head;
}

}  // namespace
}  // namespace stopwarden::esxi
