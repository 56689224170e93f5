// SPDX-License-Identifier: Apache-2.0
#include "sources/auditd/record.h"

#include <gtest/gtest.h>

#include <string>

#include "sources/auditd/syscalls.h"
#include "sources/auditd/tokens.h"

namespace stopwarden::auditd {
namespace {

/// "node|type|stamp|time|body", or "none".
std::string said(std::string_view line) {
  const auto r = read_record(line);
  if (!r) return "none";
  const auto time = time_of(*r);
  return std::string(r->node) + "|" + std::string(r->type) + (r->known ? "" : "?") + "|" + std::string(r->stamp) + "|" +
         (time ? format_time(*time) : "") + "|" + std::string(r->body);
}

TEST(AuditdRecord, AllFormsOfAHead) {
  struct Case {
    std::string_view line, want;
  };
  const Case cases[] = {
      {"type=CWD msg=audit(1700000000.123:7): cwd=\"/\"", "|CWD|1700000000.123:7|2023-11-14T22:13:20.123Z|cwd=\"/\""},
      {"node=web type=CWD msg=audit(1700000000.123:7): a=1", "web|CWD|1700000000.123:7|2023-11-14T22:13:20.123Z|a=1"},
      {"type=1131 audit(1700000000.1:2): pid=1", "|SERVICE_STOP|1700000000.1:2|2023-11-14T22:13:20.100Z|pid=1"},
      {"audit: type=1400 audit(1700000000.123:3): x", "|AVC|1700000000.123:3|2023-11-14T22:13:20.123Z|x"},
      {"kernel: [   12.345678] audit: type=1131 audit(1700000000.123:3): x",
       "|SERVICE_STOP|1700000000.123:3|2023-11-14T22:13:20.123Z|x"},
      {"audit[1]: SERVICE_STOP pid=1 uid=0", "|SERVICE_STOP|||pid=1 uid=0"},
      {"audispd: node=db type=EOE msg=audit(1700000000.123:3): ", "db|EOE|1700000000.123:3|2023-11-14T22:13:20.123Z|"},
      {"type=UNKNOWN[1334] msg=audit(1700000000.123:3): a", "|BPF|1700000000.123:3|2023-11-14T22:13:20.123Z|a"},
      {"type=NEW_THING msg=audit(1700000000.123:3): a", "|NEW_THING?|1700000000.123:3|2023-11-14T22:13:20.123Z|a"},
      {"type=CWD msg=audit(11/14/2023 22:13:20.123:8) : cwd=/",
       "|CWD|11/14/2023 22:13:20.123:8|2023-11-14T22:13:20.123Z|cwd=/"},
      {"type=DAEMON_CONFIG msg=audit(1700000000.123:3) config changed",
       "|DAEMON_CONFIG|1700000000.123:3|2023-11-14T22:13:20.123Z|config changed"},
      {std::string_view("\0\0type=EOE msg=audit(1700000000.123:3): ", 40),
       "|EOE|1700000000.123:3|2023-11-14T22:13:20.123Z|"},
      {"type=CWD msg=audit(1700000000.123:7)", "|CWD|1700000000.123:7|2023-11-14T22:13:20.123Z|"},
      {"type=CWD msg=audit(1700000000.123:", "none"},
      {"type=CWD msg=audit(99999999999.123:7): x", "|CWD|99999999999.123:7||x"},
      {"type=CWD msg=audit(123456789012.123:7): x", "none"},
      {"type=CWD msg=audit(13/45/2023 22:13:20.123:8) : x", "none"},
      {"type= msg=audit(1700000000.123:7): x", "none"},
      {"type=CWD msg=audit(): x", "none"},
      {"audit[1]: hello world", "none"},
      {"audit[x]: SERVICE_STOP pid=1", "none"},
      {"SERVICE_STOP pid=1", "none"},
      {"", "none"},
  };
  for (const Case& c : cases) EXPECT_EQ(said(c.line), c.want) << c.line;
}

TEST(AuditdTokens, NamesAndValues) {
  struct Case {
    std::string_view body, want;
  };
  const Case cases[] = {
      {"a=1 b=\"x y\" c='p=1 q=2'd=3", "a=1;b=\"x y\";c=\"p=1 q=2\";d=3;"},
      {"msg='op=a acct=\"it's\" res=1'\x1DUID=\"root\"", "msg=\"op=a acct=\"it's\" res=1\";UID=\"root\";"},
      {"avc:  denied  { read } for  pid=1 tclass=dir", "pid=1;tclass=dir;"},
      {"(hostname=?, addr=?, terminal=cron res=success)", "hostname=?;addr=?;terminal=cron;res=success;"},
      {"SADDR={ fam=local path=/tmp/{1} }", "SADDR=\" fam=local path=/tmp/{1} \";"},
      {"tty=(none) key=(null) id=unknown(15)", "tty=(none);key=(null);id=unknown(15);"},
      {"subj==/usr/bin/man//&x (enforce) pid=1", "subj==/usr/bin/man//&x;pid=1;"},
      {"a=\"open\x1D"
       "b=1",
       "a=\"open\";b=1;"},
      {"=1 ==2 a= b=3", "a=;b=3;"},
      {"a", ""},
      {"a=", "a=;"},
  };
  for (const Case& c : cases) {
    std::string got;
    Token token;
    for (std::size_t at = 0; next_token(c.body, at, token);)
      got += std::string(token.name) + "=" + (token.quoted() ? "\"" : "") + std::string(token.value) +
             (token.quoted() ? "\"" : "") + ";";
    EXPECT_EQ(got, c.want) << c.body;
  }
}

TEST(AuditdSyscalls, NamesByArchitecture) {
  EXPECT_EQ(syscall_name(0xC000003E, 59), "execve");
  EXPECT_EQ(syscall_name(0xC000003E, 62), "kill");
  EXPECT_EQ(syscall_name(0xC000003E, 424), "pidfd_send_signal");
  EXPECT_EQ(syscall_name(0x40000003, 11), "execve");
  EXPECT_EQ(syscall_name(0x40000003, 37), "kill");
  EXPECT_EQ(syscall_name(0xC00000B7, 221), "execve");
  EXPECT_EQ(syscall_name(0xC00000B7, 129), "kill");
  EXPECT_EQ(syscall_name(0xC00000B7, 35), "unlinkat");
  EXPECT_EQ(syscall_name(0xC000003E, 100000), "");
  EXPECT_EQ(syscall_name(0x14, 59), "");
}

TEST(AuditdTypes, KnownAndUnknownOnes) {
  EXPECT_EQ(type_by_name("SERVICE_STOP")->number, 1131);
  EXPECT_EQ(type_by_number(1327)->name, "PROCTITLE");
  EXPECT_EQ(type_by_name("service_stop"), nullptr);
  EXPECT_EQ(type_by_number(1), nullptr);
  EXPECT_EQ(type_number_in("UNKNOWN[1334]"), 1334u);
  EXPECT_EQ(type_number_in("AUDIT1334"), 1334u);
  EXPECT_EQ(type_number_in("UNKNOWN[]"), std::nullopt);
  EXPECT_EQ(type_number_in("AUDIT99999999999"), std::nullopt);
  EXPECT_EQ(part_by_number(1199), Part::alone);
  EXPECT_EQ(part_by_number(1399), Part::subject);
}

}  // namespace
}  // namespace stopwarden::auditd
