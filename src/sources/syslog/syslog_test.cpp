// SPDX-License-Identifier: Apache-2.0
#include "sources/syslog/syslog.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "sources/syslog/test_run.h"

namespace stopwarden::syslog {
namespace {

using stopwarden::testing::Asked;
using stopwarden::testing::tell;
using stopwarden::testing::Told;
using Strings = std::vector<std::string>;

const InputFacts kFacts{parse_time("2026-03-10T12:00:00Z"), {}, false};

Told read(std::string_view text, const Asked& asked, std::size_t window = std::size_t{1} << 20) {
  return tell(make_syslog, asked, text, window, kFacts);
}

TEST(Syslog, RecordsOfOtherLogs) {
  const Asked asked{"type", "unit", "res", "CommandLine", "message"};
  const auto event = [&](const char* line) {
    const Told told = read(line, asked);
    return told.events.size() == 1 ? told.events[0] : "events: " + std::to_string(told.events.size());
  };
  EXPECT_EQ(event("Mar  6 04:07:33 web1 kernel: audit: type=1131 audit(1741234053.123:45): pid=1 uid=0 "
                  "msg='unit=mysql comm=\"systemd\" res=success'"),
            "2025-03-06T04:07:33Z web1 linux:auditd/SERVICE_STOP type=SERVICE_STOP unit=mysql res=success");
  EXPECT_EQ(event("Mar  6 04:07:33 web1 audit[1]: SERVICE_STOP pid=1 uid=0 msg='unit=mysql res=failed'"),
            "2026-03-06T04:07:33Z web1 linux:auditd/SERVICE_STOP type=SERVICE_STOP unit=mysql res=failed");
  EXPECT_EQ(event("Mar  6 04:07:33 web1 kernel: audit: backlog limit exceeded"),
            "2026-03-06T04:07:33Z web1 linux:syslog/kernel message=audit: backlog limit exceeded");
  EXPECT_EQ(event("Mar  6 04:07:33 esx1 shell[2099]: [root]: vim-cmd vmsvc/power.off 7"),
            "2026-03-06T04:07:33Z esx1 esxi:shell/shell message=[root]: vim-cmd vmsvc/power.off 7 "
            "CommandLine=vim-cmd vmsvc/power.off 7");
}

TEST(Syslog, LineForms) {
  const Asked asked{"program", "pid", "facility", "severity", "message"};
  const struct {
    const char *line, *event;
  } cases[] = {
      {"Mar  6 04:07:33 web1 sshd[123]: Server listening",
       "2026-03-06T04:07:33Z web1 linux:syslog/sshd program=sshd pid=123 message=Server listening"},
      {"<38>Mar  6 04:07:33 web1 sshd[123]: x",
       "2026-03-06T04:07:33Z web1 linux:syslog/sshd program=sshd pid=123 facility=auth severity=info message=x"},
      {"Mar  6 04:07:33 sshd[123]: x", "2026-03-06T04:07:33Z  linux:syslog/sshd program=sshd pid=123 message=x"},
      {"Mar  6 04:07:33 web1 my tool said: x", "2026-03-06T04:07:33Z web1 linux:syslog/ message=my tool said: x"},
      {"Mar  6 04:07:33 fe80::1 postfix/smtpd[9]: x",
       "2026-03-06T04:07:33Z fe80::1 linux:syslog/postfix program=postfix/smtpd pid=9 message=x"},
      {"Mar  6 04:07:33 mac kernel[0] <Error>: x",
       "2026-03-06T04:07:33Z mac linux:syslog/kernel program=kernel pid=0 severity=err message=x"},
      {"Mar  6 04:07:33 --- last message repeated 5 times ---",
       "2026-03-06T04:07:33Z  linux:syslog/ message=--- last message repeated 5 times ---"},
      {"2021-03-06T04:07:33.194677+00:00 web1 rsyslogd:  x",
       "2021-03-06T04:07:33Z web1 linux:syslog/rsyslogd program=rsyslogd message=x"},
      {"<30>2021-03-06T04:07:33Z web1 systemd[1]: x",
       "2021-03-06T04:07:33Z web1 linux:syslog/systemd program=systemd pid=1 facility=daemon severity=info message=x"},
      {"2016-10-25T12:37:23.297265-07:00 WARNING kernel: x",
       "2016-10-25T19:37:23Z  linux:syslog/kernel program=kernel severity=warning message=x"},
      {"2021-03-06T04:07:33+0000 web1 (systemd)[77]: x",
       "2021-03-06T04:07:33Z web1 linux:syslog/systemd program=(systemd) pid=77 message=x"},
      {"<165>1 2003-10-11T22:14:15.003Z web1 evntslog - ID47 [a@1 k=\"v\"] \xEF\xBB\xBFx",
       "2003-10-11T22:14:15Z web1 linux:syslog/ program=evntslog facility=local4 severity=notice message=x"},
      {"<86>1 - - sudo 12 - - x", "-  linux:syslog/sudo program=sudo pid=12 facility=authpriv severity=info message=x"},
      {"<0>1 2003-10-11T22:14:15Z h p - - [broken x",
       "2003-10-11T22:14:15Z h linux:syslog/ program=p facility=kern severity=emerg message=[broken x"},
      {"Sat 2021-03-06 04:07:33 UTC web1 CRON[5]: x",
       "2021-03-06T04:07:33Z web1 linux:syslog/cron program=CRON pid=5 message=x"},
      {"1614995253.123456 web1 su[7]: x", "2021-03-06T01:47:33Z web1 linux:syslog/su program=su pid=7 message=x"},
      {"[12345.678901] web1 kernel: x", "- web1 linux:syslog/kernel program=kernel message=x"},
      {"Mar  6 04:07:33 web1 logger: Mar  6 04:07:34 web1 sshd[1]: forged",
       "2026-03-06T04:07:33Z web1 linux:syslog/ program=logger message=Mar  6 04:07:34 web1 sshd[1]: forged"},
      {"Mar  6 04:07:33 web1 made.up[1]: x", "2026-03-06T04:07:33Z web1 linux:syslog/ program=made.up pid=1 message=x"},
  };
  for (const auto& c : cases) EXPECT_EQ(read(c.line, asked).events, Strings{c.event}) << c.line;
}

TEST(Syslog, StructuredData) {
  const Asked asked{"exampleSDID@32473.iut", "exampleSDID@32473.eventSource", "meta.sequenceId", "message"};
  EXPECT_EQ(
      read(
          R"(<165>1 2003-10-11T22:14:15Z h p - - [exampleSDID@32473 iut="3" eventSource="a\"b\]\\c"][meta sequenceId="29"] text)",
          asked)
          .events,
      Strings{
          R"(2003-10-11T22:14:15Z h linux:syslog/ exampleSDID@32473.iut=3 exampleSDID@32473.eventSource=a"b]\c meta.sequenceId=29 message=text)"});
}

TEST(Syslog, LinesWithoutATimeBelongToTheRecordBefore) {
  const Asked asked{"message"};
  const std::string text =
      "half a line\nand more\n"
      "-- Reboot --\n"
      "Mar  6 04:07:33 h a: one\n\tof two\nof three\n"
      "-- Boot 1 --\n"
      "Mar  6 04:07:34 h a: two\r\n"
      "\n"
      "Mar  6 04:07:35 h a: thr";
  for (const std::size_t window : {1u, 7u, 40u, 60u, 1000u}) {
    const Told told = read(text, asked, window);
    EXPECT_EQ(told.events, (Strings{"2026-03-06T04:07:33Z h linux:syslog/ message=one\n\tof two\nof three",
                                    "2026-03-06T04:07:34Z h linux:syslog/ message=two",
                                    "2026-03-06T04:07:35Z h linux:syslog/ message=thr"}))
        << window;
    EXPECT_EQ(told.drops.size(), 1u) << window;
    EXPECT_EQ(told.drops[0].substr(0, 2), "0:");
    EXPECT_EQ(told.oddities.size(), 1u) << window;
  }
}

TEST(Syslog, AnyWindowGivesTheSame) {
  const Asked asked{"message", "program", "User", "UNIT"};
  std::string text;
  for (int i = 0; i < 3000; ++i) {
    text +=
        "Mar  6 04:0" + std::to_string(i % 10) + ":33 h systemd[1]: Stopped x" + std::to_string(i) + ".service - X.\n";
    if (i % 7 == 0) text += "  continued " + std::string(static_cast<std::size_t>(i % 100), 'c') + "\n";
    if (i % 1000 == 9) text += std::string(30'000, 'l') + "\n";
    if (i % 1000 == 11) text += std::string(3, '\0') + "Mar  7 00:00:00 h a: behind NULs\n";
  }
  const Told whole = read(text, asked);
  EXPECT_GT(whole.events.size(), 3000u);
  for (const std::size_t window : {100u, 4096u, 65'536u, 262'144u})
    EXPECT_EQ(read(text, asked, window), whole) << window;
}

TEST(Syslog, RecordsWithoutAnEnd) {
  const Asked asked{"program"};
  const std::string line = "Mar  6 04:07:33 h a: x\n";
  for (const std::size_t window : {std::size_t{4096}, std::size_t{1} << 20}) {
    // One line of 5 MiB: dropped once, its neighbours are read.
    Told told = read(line + std::string(5u << 20, 'y') + "\n" + line, asked, window);
    EXPECT_EQ(told.events.size(), 2u);
    EXPECT_EQ(told.drops.size(), 1u);
    // 5 MiB of lines that belong to no record of their own: the first MiB is the record's, the rest is dropped.
    std::string many;
    while (many.size() < 5u << 20) many += std::string(99, 'z') + "\n";
    told = read(line + many + line, asked, window);
    EXPECT_EQ(told.events.size(), 2u);
    EXPECT_GE(told.drops.size(), 1u);
    EXPECT_LE(told.drops.size(), 30u);
  }
}

TEST(Syslog, OctetCountedFrames) {
  const Asked asked{"message"};
  const std::string one = "<34>1 2025-10-11T22:14:15Z h su 1 - - one\nof two lines",
                    two = "<13>Mar  6 04:07:33 h a: two\n";
  const auto frame = [](const std::string& s) { return std::to_string(s.size()) + " " + s; };
  const Strings both{"2025-10-11T22:14:15Z h linux:syslog/su message=one\nof two lines",
                     "2026-03-06T04:07:33Z h linux:syslog/ message=two"};
  for (const std::size_t window : {1u, 10u, 70u, 1000u}) {
    EXPECT_EQ(read(frame(one) + frame(two), asked, window).events, both) << window;
    // A frame that is not there, one that breaks off, one that is too long.
    Told told = read(frame(one) + "lost\n" + frame(two) + "99 <13>Mar", asked, window);
    EXPECT_EQ(told.events, both) << window;
    EXPECT_EQ(told.drops.size(), 2u) << window;
  }
  const std::string huge = "<13>" + std::string(3u << 20, 'x');
  const Told told = read(frame(one) + frame(huge) + frame(two), asked, 65'536);
  EXPECT_EQ(told.events, both);
  EXPECT_EQ(told.drops.size(), 1u);
}

TEST(Syslog, RepeatedMessagesAreReadOnce) {
  const Asked asked{"repeat_count", "User", "SourceIp", "message"};
  EXPECT_EQ(
      read("Mar  6 04:07:33 h sshd[1]: message repeated 3 times: [ Failed password for root from 10.0.0.5 port 9 ssh2]",
           asked)
          .events,
      Strings{"2026-03-06T04:07:33Z h linux:syslog/sshd repeat_count=3 message=Failed password for root from 10.0.0.5 "
              "port 9 ssh2 User=root SourceIp=10.0.0.5"});
  EXPECT_EQ(read("Mar  6 04:07:33 h last message repeated 5 times", asked).events,
            Strings{"2026-03-06T04:07:33Z h linux:syslog/ repeat_count=5 message=last message repeated 5 times"});
}

TEST(Syslog, SysmonForLinux) {
  const Asked asked{"Image", "CommandLine", "User"};
  const std::string head = "2021-10-14T10:00:00.5+00:00 web1 sysmon: ";
  const std::string xml =
      "<Event><System><Provider Name=\"Linux-Sysmon\" "
      "Guid=\"{ff032593-a8d3-4f13-b0d6-01fc615a0f97}\"/><EventID>1</EventID>"
      "<TimeCreated "
      "SystemTime=\"2021-10-14T10:00:00.1Z\"/><Channel>Linux-Sysmon/Operational</Channel><Computer>web1</Computer>"
      "</System><EventData><Data Name=\"Image\">/usr/bin/systemctl</Data><Data Name=\"CommandLine\">systemctl stop "
      "nginx</Data>"
      "<Data Name=\"User\">-</Data></EventData></Event>";
  EXPECT_EQ(read(head + xml, asked).events,
            Strings{"2021-10-14T10:00:00Z web1 Linux-Sysmon/Operational/Linux-Sysmon Image=/usr/bin/systemctl "
                    "CommandLine=systemctl stop nginx User=-"});
  const Told cut = read(head + xml.substr(0, 200), asked);
  EXPECT_EQ(cut.events, Strings{"2021-10-14T10:00:00Z web1 linux:syslog/sysmon"});
  EXPECT_EQ(cut.oddities.size(), 1u);
  std::string unescaped = xml;
  unescaped.replace(unescaped.find("systemctl stop nginx"), 20, "<unknown process>");
  EXPECT_EQ(read(head + unescaped, asked).events,
            Strings{"2021-10-14T10:00:00Z web1 Linux-Sysmon/Operational/Linux-Sysmon Image=/usr/bin/systemctl "
                    "CommandLine=<unknown process> User=-"});
}

TEST(Syslog, ALiveInputKeepsNothingBack) {
  const Asked asked{"message"};
  InputFacts live = kFacts;
  live.live = true;
  const auto source = make_syslog({&asked.wanted});
  source->begin(live);
  const Cut cut = source->cut(as_bytes(std::string_view("Mar  6 04:07:33 h a: one\n")), AtEnd::no);
  EXPECT_EQ(cut.kind, Cut::Kind::unit);
  EXPECT_EQ(cut.take, 25u);
}

TEST(Syslog, Sniff) {
  const struct {
    const char* head;
    bool is;
  } cases[] = {
      {"Mar  6 04:07:33 h sshd[1]: x\n", true},
      {"Mar  6 04:07:33 h sshd[1]: x", true},
      {"torn line\nMar  6 04:07:33 h sshd[1]: x\nMar  6 04:07:33 h sshd[1]: y\n", true},
      {"2021-03-06T04:07:33Z h sshd[1]: x\n", true},
      {"<34>1 2003-10-11T22:14:15Z h su - - - x\n", true},
      {"28 <13>Mar  6 04:07:33 h a: two\n", true},
      {"-- Logs begin at Sat 2021-03-06 04:07:33 UTC. --\nMar 06 04:07:33 h systemd[1]: x\n", true},
      {"2021-03-06T04:07:33.193Z info hostd[2099551] [Originator@6876 sub=Vimsvc] x\n", false},
      {"2021-03-06T04:07:33Z In(14) shell[2]: [root]: ls\n", false},
      {"2021-03-06T04:07:33Z shell[2]: [root]: ls\n", false},
      {"<110>2021-03-06T04:07:33Z esx1 shell[2]: [shell.cmd@6876 subject=\"root\"]\n", false},
      {"2021-03-06T04:07:33Z Port 22\n", false},
      {"[    0.000000] Linux version 6.1\n[    0.000000] Command line: x\n", false},
      {"type=SYSCALL msg=audit(1604996384.965:93777): arch=c000003e\n", false},
      {"{\"a\":1}\n", false},
      {"", false},
      {"1614995253 x\n", false},
  };
  for (const auto& c : cases) EXPECT_EQ(sniff_syslog(as_bytes(std::string_view(c.head))), c.is) << c.head;
}

}  // namespace
}  // namespace stopwarden::syslog
