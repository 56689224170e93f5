// SPDX-License-Identifier: Apache-2.0
#include "sources/auditd/auditd.h"

#include <random>

#include "sources/auditd/groups.h"
#include "sources/auditd/test_support.h"

namespace stopwarden::auditd {
namespace {

using Lines = std::vector<std::string>;

const Lines kSome{"CommandLine", "unit"};
constexpr std::size_t kWindows[] = {1, 3, 100, 1000, 70'000, 1 << 18};

/// The same for all windows; returns what the largest gives.
Log read_all_ways(std::string_view text, const Lines& fields = kSome) {
  const Log want = read(text, fields);
  for (const std::size_t window : kWindows) EXPECT_EQ(read(text, fields, window).events, want.events) << window;
  for (const std::size_t window : kWindows) EXPECT_TRUE(read(text, fields, window) == want) << window;
  return want;
}

TEST(Auditd, RecordsOfOneStampAreOneEvent) {
  const Log log = read_all_ways(exec_event(7) + stop_event(8, "nginx"));
  EXPECT_EQ(log.events, (Lines{"EXECVE@0#1 2023-11-14T22:13:20.123Z: CommandLine=systemctl stop nginx;",
                               "SERVICE_STOP@717#2 2023-11-14T22:13:20.123Z: unit=nginx;"}));
  EXPECT_EQ(log.records, 2u);
  EXPECT_EQ(log.raws[0] + "\n", exec_event(7));
}

TEST(Auditd, RecordsOfOtherEventsMayLieBetween) {
  const std::string a = exec_event(7), b = exec_event(8);
  std::string mixed, only_a;
  for (std::size_t at = 0; at < a.size();) {  // a line of each in turn
    const std::size_t end = a.find('\n', at) + 1;
    mixed += a.substr(at, end - at) + b.substr(at, end - at);
    at = end;
  }
  const Log log = read_all_ways(mixed + stop_event(9, "x"));
  ASSERT_EQ(log.events.size(), 3u);
  EXPECT_EQ(log.events[0].substr(0, 10), "EXECVE@0#1");
  EXPECT_EQ(log.raws[0] + "\n", a);
  EXPECT_EQ(log.raws[1] + "\n", b);
  EXPECT_TRUE(log.oddities.empty());
}

TEST(Auditd, SerialsMeanSomethingOnlyWithTimeAndNode) {
  const Log log = read_all_ways(
      on_node("web", line("SYSCALL", 5, "pid=1")) + on_node("db", line("SYSCALL", 5, "pid=2")) +
          on_node("web", line("CWD", 5, "cwd=\"/\"")) + on_node("web", line("SYSCALL", 5, "pid=3", 1'700'000'001)) +
          line("SYSCALL", 0, "pid=4", 1'700'000'001),
      {"pid", "cwd", "node"});
  EXPECT_EQ(log.events, (Lines{"SYSCALL@0#1 on web 2023-11-14T22:13:20.123Z: node=web; pid=1; node=web; cwd=/;",
                               "SYSCALL@57#2 on db 2023-11-14T22:13:20.123Z: node=db; pid=2;",
                               "SYSCALL@168#3 on web 2023-11-14T22:13:21.123Z: node=web; pid=3;",
                               "SYSCALL@225#4 2023-11-14T22:13:21.123Z: pid=4;"}));
}

TEST(Auditd, WhatEndsAnEvent) {
  struct Case {
    const char* what;
    std::string between;
    std::size_t events;
    std::size_t oddities;
  };
  const std::string filler = line("USER_CMD", 99, "pid=1 msg='" + std::string(900, 'x') + " res=success'");
  std::string far;
  while (far.size() <= kGapMax) far += filler;
  const std::size_t fillers = far.size() / filler.size();
  const Case cases[] = {
      {"nothing", "", 1, 0},
      {"its PROCTITLE", line("PROCTITLE", 7, "proctitle=\"x\""), 2, 1},
      {"its EOE", line("EOE", 7, ""), 2, 1},
      {"others do not", filler, 2, 0},
      {"64 KiB of others", far, fillers + 2, 1},
      {"a pause", line("USER_CMD", 8, "pid=1", 1'700'000'010), 3, 1},
      {"a shorter one does not", line("USER_CMD", 8, "pid=1", 1'700'000'009), 2, 0},
      {"a clock set back", line("USER_CMD", 8, "pid=1", 1'600'000'000), 3, 1},
      {"a pause of another node does not", on_node("b", line("USER_CMD", 8, "pid=1", 1'800'000'000)), 2, 0},
  };
  for (const Case& c : cases) {
    const Log log = read_all_ways(line("SYSCALL", 7, "pid=1") + c.between + line("CWD", 7, "cwd=\"/\""));
    EXPECT_EQ(log.events.size(), c.events) << c.what;
    EXPECT_EQ(log.oddities.size(), c.oddities) << c.what;
  }
}

TEST(Auditd, RecordsThatComeAloneAreNeverJoined) {
  EXPECT_EQ(read_all_ways(stop_event(7, "a") + stop_event(7, "b")).events.size(), 2u);
}

TEST(Auditd, BadLinesAreDroppedWithTheirPlaceAndTheRestIsRead) {
  const std::string half = "msg=audit(1700000000.123:6): cwd=\"/\"\n";
  const std::string good = stop_event(7, "a");
  const Log log = read_all_ways(half + good + "\x01\x02 noise\n" + good + "type=SYSCALL msg=audit(17000");
  EXPECT_EQ(log.events.size(), 2u);
  EXPECT_EQ(log.drops, (Lines{"bad_value@0", "bad_value@" + std::to_string(half.size() + good.size()),
                              "truncated@" + std::to_string(half.size() + 2 * good.size() + 9)}));
  EXPECT_EQ(log.records, 5u);
}

TEST(Auditd, NulsOfAPageThatWasNeverWrittenAreSkipped) {
  const Log log = read_all_ways(std::string(4096, '\0') + stop_event(7, "a"));
  EXPECT_EQ(log.events.size(), 1u);
  EXPECT_TRUE(log.drops.empty());
}

TEST(Auditd, ALineThatIsTooLongIsDroppedOnce) {
  const std::string text =
      line("SYSCALL", 7, "pid=1") + line("CWD", 7, "cwd=\"" + std::string(3 << 20, 'x') + "\"") + stop_event(8, "a");
  for (const std::size_t window : {std::size_t{1000}, std::size_t{1} << 18, std::size_t{8} << 20}) {
    const Log log = read(text, kSome, window);
    EXPECT_EQ(log.events.size(), 2u);
    EXPECT_EQ(log.drops, (Lines{"limit_exceeded@48"}));
  }
}

TEST(Auditd, WhatAusearchPutsBetweenEventsIsLeftOut) {
  const Log log = read_all_ways("----\ntime->Tue Nov 14 22:13:20 2023\n" + stop_event(7, "a") + "----\n" +
                                "type=SERVICE_STOP msg=audit(11/14/2023 22:13:20.123:8) : pid=1 uid=root auid=unset "
                                "ses=unset msg='unit=b comm=systemd exe=/usr/lib/systemd/systemd res=success'\n");
  EXPECT_EQ(log.events, (Lines{"SERVICE_STOP@36#1 2023-11-14T22:13:20.123Z: unit=a;",
                               "SERVICE_STOP@247#2 2023-11-14T22:13:20.123Z: unit=b;"}));
  EXPECT_TRUE(log.drops.empty());
}

TEST(Auditd, AStreamWithoutPlacesToCutGivesAllEventsAtTheEnd) {
  // Without PROCTITLE (Linux before 3.14) nothing says that an event is over.
  std::string text;
  for (int i = 0; i < 3000; ++i)
    text += line("SYSCALL", i, kExecCall) + line("CWD", i, "cwd=\"/\"") + line("PATH", i, "item=0 name=\"/x\"");
  const Log log = read(text, {"cwd"});
  EXPECT_EQ(log.events.size(), 3000u);
  for (const std::size_t window : {std::size_t{1000}, std::size_t{100'000}})
    EXPECT_TRUE(read(text, {"cwd"}, window) == log);
}

TEST(Auditd, EventsThatLieAcrossEachOtherWithoutEndAreCutSomewhere) {
  std::string text;  // each event's second record is behind the first of the next
  for (int i = 0; text.size() < (std::size_t{40} << 20); ++i)
    text += line("SYSCALL", i + 1, std::string(400, 'x')) + line("CWD", i, std::string(400, 'y'));
  const Log log = read(text, {"cwd"});
  EXPECT_LE(log.oddities.size(), 5u);
  EXPECT_TRUE(log.drops.empty());
}

TEST(Auditd, AnyMixtureGivesTheSameForAllWindows) {
  std::mt19937 random(42);
  const auto pick = [&](unsigned n) { return static_cast<int>(random() % n); };
  for (int round = 0; round < 60; ++round) {
    std::string text;
    const int spread = 1 + pick(40);
    for (int i = 0; i < 400; ++i) {
      const int serial = std::max(0, i - pick(static_cast<unsigned>(spread)));
      const char* types[] = {"SYSCALL", "CWD", "PATH", "PROCTITLE", "EOE", "AVC", "USER_CMD", "EXECVE"};
      std::string record = line(types[pick(round % 2 == 0 ? 8 : 3)], serial,
                                "a=" + std::string(static_cast<std::size_t>(pick(900)), 'z'),
                                1'700'000'000 + serial + (pick(60) == 0 ? 30 : 0));
      if (round % 3 == 0 && pick(2) == 0) record = on_node("n" + std::to_string(pick(3)), record);
      text += pick(50) == 0 ? "junk\n" : record;
    }
    const Log want = read(text, {"a"});
    for (const std::size_t window : {std::size_t{500}, std::size_t{20'000}, std::size_t{80'000}})
      EXPECT_TRUE(read(text, {"a"}, window) == want) << round << " " << window;
  }
}

TEST(Auditd, SniffsAuditLogsOnly) {
  struct Case {
    std::string head;
    bool is;
  };
  const Case cases[] = {
      {exec_event(1), true},
      {stop_event(1, "a").substr(0, 60), true},
      {on_node("a", stop_event(1, "a")), true},
      {"----\ntime->Tue Nov 14 22:13:20 2023\n" + stop_event(1, "a"), true},
      {"02:00\" cwd=\"/\"\n" + stop_event(1, "a"), true},
      {"", false},
      {"----\n", false},
      {"type=SERVICE_STOP\n", false},
      {"type=1131 audit(1700000000.1:2): pid=1\n", true},
      {"audit: type=1131 audit(1700000000.1:2): pid=1\n", false},
      {"Nov 14 22:13:20 web kernel: audit: type=1131 audit(1700000000.1:2): pid=1\n", false},
      {"Nov 14 22:13:20 web audispd: " + stop_event(1, "a") + stop_event(2, "a"), true},
      {"a\nb\n" + stop_event(1, "a"), false},
      {"{\"type\": \"SYSCALL\"}\n", false},
  };
  for (const Case& c : cases) EXPECT_EQ(sniff_auditd(as_bytes(c.head)), c.is) << c.head;
}

}  // namespace
}  // namespace stopwarden::auditd
