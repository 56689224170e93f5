// SPDX-License-Identifier: Apache-2.0
#include "sources/esxi/line.h"

#include <gtest/gtest.h>

#include <string>

namespace stopwarden::esxi {
namespace {

/// "time|host|severity|program|pid|message", "!" before it when the form is a sure one.
std::string written(std::string_view text) {
  const auto line = read_line(text);
  if (!line) return "none";
  return (line->sure ? "!" : "") + format_time(*line->time) + "|" + std::string(line->host) + "|" +
         std::string(line->severity) + "|" + std::string(line->program) + "|" + std::string(line->pid) + "|" +
         std::string(line->message);
}

TEST(EsxiLine, EveryForm) {
  const struct {
    std::string_view text, want;
  } cases[] = {
      {"2026-01-02T03:04:05.678Z info hostd[2099415] [Originator@6876 sub=X] Task Created",
       "!2026-01-02T03:04:05.678Z||info|hostd|2099415|[Originator@6876 sub=X] Task Created"},
      {"2026-01-02T03:04:05.678Z In(166) Hostd[2099415]: [Originator@6876 sub=X] m",
       "!2026-01-02T03:04:05.678Z||info|Hostd|2099415|[Originator@6876 sub=X] m"},
      {"2026-01-02T03:04:05.678Z Wa(164) vmkwarning: cpu3:2097)WARNING: x",
       "!2026-01-02T03:04:05.678Z||warning|vmkwarning||cpu3:2097)WARNING: x"},
      {"2026-01-02T03:04:05Z shell[2101]: [root]: ls /", "2026-01-02T03:04:05.000Z|||shell|2101|[root]: ls /"},
      {"2026-01-02T03:04:05.678Z In(14) shell[2101]: [root]: ls /",
       "!2026-01-02T03:04:05.678Z||info|shell|2101|[root]: ls /"},
      {"2026-01-02T03:04:05.678Z cpu3:2099 opID=ab)World: x",
       "!2026-01-02T03:04:05.678Z|||vmkernel||cpu3:2099 opID=ab)World: x"},
      {"2026-01-02T03:04:05.678Z: [GenericCorrelator] 12us: [vob.x.y] z",
       "!2026-01-02T03:04:05.678Z|||vobd||[GenericCorrelator] 12us: [vob.x.y] z"},
      {"2026-01-02T03:04:05.678Z [FFB81B70 info 'Vimsvc' opID=a] m",
       "2026-01-02T03:04:05.678Z|||||[FFB81B70 info 'Vimsvc' opID=a] m"},
      {"<166>2026-01-02T03:04:05.678Z esx1.corp Hostd: info hostd[2099] [Originator@6876 sub=X] m",
       "!2026-01-02T03:04:05.678Z|esx1.corp|info|hostd|2099|[Originator@6876 sub=X] m"},
      {"<110>2026-01-02T03:04:05.678Z esx1 shell[2101]: [shell.cmd@6876 subject=\"root\"]",
       "!2026-01-02T03:04:05.678Z|esx1|info|shell|2101|[shell.cmd@6876 subject=\"root\"]"},
      {"<14>1 2026-01-02T03:04:05.678+02:00 vc1 vpxd 2099 - - Event [7] x",
       "2026-01-02T01:04:05.678Z|vc1|info|vpxd|2099|Event [7] x"},
      {"<14>1 2026-01-02T03:04:05Z - hostd - - - x", "2026-01-02T03:04:05.000Z||info|hostd||x"},
      {"2026-01-02T03:04:05Z watchdog-hostd: [2100] Begin", "2026-01-02T03:04:05.000Z|||watchdog-hostd||[2100] Begin"},
      {"2026-01-02T03:04:05Z In(14) words without a program",
       "!2026-01-02T03:04:05.000Z||info|||words without a program"},
      {"2026-01-02T03:04:05Z two words", "2026-01-02T03:04:05.000Z|||||two words"},
      {"2026-01-02 03:04:05Z sshd[1]: x", "none"},
      {"Jan  2 03:04:05 esx1 Hostd: x", "none"},
      {"--> more", "none"},
      {"", "none"},
      {"<", "none"},
      {"2026-01-02T03:04:05Z", "2026-01-02T03:04:05.000Z|||||"},
  };
  for (const auto& c : cases) EXPECT_EQ(written(c.text), c.want) << c.text;
}

TEST(EsxiLine, Continuations) {
  EXPECT_TRUE(is_continuation("--> )"));
  EXPECT_TRUE(is_continuation("\tat x"));
  EXPECT_TRUE(is_continuation("2026-01-02T03:04:05.678Z In(166) Hostd[2099]: --> (vim.fault.NotFound) {"));
  EXPECT_TRUE(is_continuation("2026-01-02T03:04:05.678Z --> x"));
  EXPECT_FALSE(is_continuation("2026-01-02T03:04:05.678Z In(166) Hostd[2099]: a --> b"));
  EXPECT_FALSE(is_continuation("2026-01-02T03:04:05Z shell[2101]: [root]: echo -->"));
  EXPECT_FALSE(is_continuation(""));
}

}  // namespace
}  // namespace stopwarden::esxi
