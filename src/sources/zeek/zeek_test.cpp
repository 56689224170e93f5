// SPDX-License-Identifier: Apache-2.0
#include "sources/zeek/zeek.h"

#include <gtest/gtest.h>

#include <string>

#include "sources/text/lines.h"
#include "sources/text/test_reading.h"

namespace stopwarden::zeek {
namespace {

constexpr std::string_view kRpcHeader =
    "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tdce_rpc\n"
    "#open\t2026-11-25-02-00-00\n"
    "#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\trtt\tnamed_pipe\tendpoint\toperation\n"
    "#types\ttime\tstring\taddr\tport\taddr\tport\tinterval\tstring\tstring\tstring\n";
constexpr std::string_view kRpcLine =
    "1795658465.250001\tCx1\t10.1.2.3\t50123\t10.1.2.9\t445\t0.000412\t\\\\pipe\\\\svcctl\tsvcctl\tControlService\n";
constexpr std::string_view kDnsHeader =
    "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tdns\n"
    "#fields\tts\tquery\trejected\tanswers\n#types\ttime\tstring\tbool\tvector[string]\n";

struct ZeekTest : ::testing::Test {
  FieldTable table;
  WantedFields wanted{table};
  ZeekTest() {
    for (const std::string_view name :
         {"_path", "id.orig_h", "id.resp_p", "named_pipe", "endpoint", "operation", "query", "rejected", "answers",
          "SourceIp", "DestinationIp", "QueryName", "rtt"})
      wanted.add(*table.intern(name));
  }
  text::Written read(std::string_view input, std::size_t window = std::size_t{1} << 20) {
    text::Written out(table);
    records = text::read_with(*make_zeek({&wanted}), input, window, out);
    return out;
  }
  std::uint64_t records = 0;
};

TEST_F(ZeekTest, ALineIsAnEvent) {
  const text::Written got = read(std::string(kRpcHeader) + std::string(kRpcLine) + "#close\t2026-11-25-03-00-00\n");
  EXPECT_EQ(got.text,
            "zeek|dce_rpc|10.1.2.9|2026-11-26T02:01:05.250001Z|_path=dce_rpc;id.orig_h=10.1.2.3;SourceIp=10.1.2.3;"
            "DestinationIp=10.1.2.9;id.resp_p=445;rtt=0.000412;named_pipe=\\pipe\\svcctl;endpoint=svcctl;"
            "operation=ControlService;\n");
  EXPECT_EQ(got.notes, "");
  EXPECT_EQ(got.places, std::to_string(kRpcHeader.size()) + "#1 ");
}

TEST_F(ZeekTest, ValuesByTheirType) {
  const text::Written got =
      read(std::string(kDnsHeader) + "1.5\ta.example\tT\t10.0.0.1,-,b\\x2cc\n2\t(empty)\tF\t(empty)\n-\t-\t-\t-\n");
  EXPECT_EQ(got.text,
            "zeek|dns||1970-01-01T00:00:01.500000Z|_path=dns;query=a.example;QueryName=a.example;rejected=true;"
            "answers=10.0.0.1;answers=b,c;\n"
            "zeek|dns||1970-01-01T00:00:02.000000Z|_path=dns;query=;QueryName=;rejected=false;\n"
            "zeek|dns|||_path=dns;\n");
}

TEST_F(ZeekTest, AnUnknownLogHasNoProvider) {
  const text::Written got = read("#separator \\x09\n#path\tconn_red\n#fields\tts\tquery\n1\tx\n");
  EXPECT_EQ(got.text, "zeek|||1970-01-01T00:00:01.000000Z|_path=conn_red;query=x;\n");
}

TEST_F(ZeekTest, WindowsDoNotShow) {
  std::string input = std::string(kRpcHeader);
  for (int i = 0; i < 40; ++i) input += kRpcLine;
  input += "#close\t2026\n" + std::string(kDnsHeader) + "3\tq\tF\ta,b\n\nbad line\n#close\t2026\n4\tq\tT\t-";
  const text::Written whole = read(input);
  const std::uint64_t all = records;
  EXPECT_EQ(all, 43u);
  EXPECT_EQ(whole.notes, "drop bad_value@" + std::to_string(input.find("bad line")) + "\n");
  for (const std::size_t window : {1u, 2u, 7u, 100u, 1000u}) {
    const text::Written got = read(input, window);
    EXPECT_EQ(got.text, whole.text) << window;
    EXPECT_EQ(got.places, whole.places) << window;
    EXPECT_EQ(got.notes, whole.notes) << window;
    EXPECT_EQ(records, all) << window;
  }
}

TEST_F(ZeekTest, LinesWithoutAHeaderAreReportedOnce) {
  for (const std::size_t window : {4u, 1000u}) {
    const text::Written got =
        read("1\ta\n2\tb\n3\tc\n#separator \\x09\n#path\tdns\n#fields\tts\tquery\n1\tx\n", window);
    EXPECT_EQ(got.notes, "drop bad_value@0\n") << window;
    EXPECT_EQ(got.text, "zeek|dns||1970-01-01T00:00:01.000000Z|_path=dns;query=x;QueryName=x;\n") << window;
  }
}

TEST_F(ZeekTest, AHeaderThatIsTooLongIsNone) {
  const std::string longest(kContextMax, 'x');
  const text::Written got = read(
      "#separator \\x09\n#fields\tts\n#note\t" + longest + "\n1\n2\n" + std::string(kDnsHeader) + "5\tq\tF\t-\n", 4096);
  EXPECT_EQ(got.notes.substr(0, 15), "drop bad_value@");
  EXPECT_EQ(got.text, "zeek|dns||1970-01-01T00:00:05.000000Z|_path=dns;query=q;QueryName=q;rejected=false;\n");
}

TEST_F(ZeekTest, ALongLineIsDroppedAndTheRestIsRead) {
  const std::string input = std::string(kDnsHeader) + "1\t" + std::string(text::kLineMax, 'a') + "\tF\t-\n#" +
                            std::string(text::kLineMax, 'b') + "\n2\tq\tF\t-\n";
  for (const std::size_t window : {std::size_t{4096}, text::kLineMax}) {
    const text::Written got = read(input, window);
    EXPECT_EQ(got.notes.find("drop limit_exceeded@" + std::to_string(kDnsHeader.size()) + "\n"), 0u) << got.notes;
  }
}

TEST_F(ZeekTest, TimesThatAreNone) {
  const text::Written got = read(
      "#separator \\x09\n#path\tdns\n#fields\tts\tquery\n99999999999\ta\nx\tb\n1.2x\tc\n2026-01-02T03:04:05.5Z\td\n");
  EXPECT_EQ(got.text,
            "zeek|dns|||_path=dns;query=a;QueryName=a;\nzeek|dns|||_path=dns;query=b;QueryName=b;\n"
            "zeek|dns|||_path=dns;query=c;QueryName=c;\n"
            "zeek|dns||2026-01-02T03:04:05.500000Z|_path=dns;query=d;QueryName=d;\n");
}

TEST(ZeekSniff, SureOrNotAtAll) {
  EXPECT_TRUE(sniff_zeek(as_bytes("#separator \\x09\n#set_separator\t,\n")));
  EXPECT_TRUE(sniff_zeek(as_bytes("\n#separator \\x09\n")));
  EXPECT_FALSE(sniff_zeek(as_bytes("# separator\n")));
  EXPECT_FALSE(sniff_zeek(as_bytes("ts\tuid\n")));
  EXPECT_FALSE(sniff_zeek(as_bytes("")));
}

}  // namespace
}  // namespace stopwarden::zeek
