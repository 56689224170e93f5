// SPDX-License-Identifier: Apache-2.0
#include "sources/bsm/bsm.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "sources/bsm/events.h"
#include "sources/bsm/test_trail.h"
#include "sources/bsm/trail.h"
#include "sources/text/source_test_support.h"

namespace stopwarden::bsm {
namespace {

using namespace testing;  // NOLINT: the writer's words
using text::testing::read_all;
using text::testing::Said;
using Names = std::vector<std::string>;
using Lines = std::vector<std::string>;

std::string fields(const std::string& tokens, const Names& names, std::uint16_t event = 0) {
  const Said said = read_all(make_bsm, record(event, tokens), names);
  if (said.events.size() != 1 || !said.notes.empty()) return "events: " + std::to_string(said.events.size());
  const std::size_t bar = said.events[0].find('|');
  return bar == std::string::npos ? "" : said.events[0].substr(bar + 1);
}

struct TokenCase {
  const char* name;
  std::string bytes;
  Names names;
  std::string want;
};

const std::string kSixteen = be(0xFE80, 2) + be(0, 6) + be(0, 6) + be(1, 2);

const TokenCase kTokens[] = {
    {"argument",
     arg32(2, 9, "signal"),
     {"argument.arg-num", "argument.value", "argument.desc"},
     "argument.arg-num=2|argument.value=9|argument.desc=signal"},
    {"argument, 64 bits",
     id(0x71) + be(1, 1) + be(0x1'0000'0000, 8) + sized("flags"),
     {"argument.value", "argument.desc"},
     "argument.value=4294967296|argument.desc=flags"},
    {"argument, UUID",
     id(0x84) + be(4, 1) + be(0x0011223344556677, 8) + be(0x8899AABBCCDDEEFF, 8) + sized("u"),
     {"argument.value"},
     "argument.value=00112233-4455-6677-8899-AABBCCDDEEFF"},
    {"data as text",
     id(0x21) + be(4, 1) + be(0, 1) + be(5, 1) + std::string("Some\0", 5),
     {"arbitrary"},
     "arbitrary=Some"},
    {"data as numbers",
     id(0x21) + be(3, 1) + be(2, 1) + be(2, 1) + be(1, 4) + be(0xABCD, 4),
     {"arbitrary"},
     "arbitrary=000000010000ABCD"},
    {"file", file("test"), {"file.msec", "file"}, "file.msec=1|file=test"},
    {"IPv4", id(0x2A) + be(0xC0000201, 4), {"ip_address"}, "ip_address=192.0.2.1"},
    {"IPv6", id(0x7E) + be(16, 4) + kSixteen, {"ip_address"}, "ip_address=fe80::1"},
    {"IP header", id(0x2B) + std::string(20, '\x45'), {"ip"}, "ip=4545454545454545454545454545454545454545"},
    {"IPC",
     id(0x22) + be(1, 1) + be(305419896, 4),
     {"IPC.ipc-type", "IPC.ipc-id"},
     "IPC.ipc-type=1|IPC.ipc-id=305419896"},
    {"port", id(0x2C) + be(80, 2), {"ip_port"}, "ip_port=80"},
    {"opaque", id(0x29) + be(4, 2) + be(0xAABBCCDD, 4), {"opaque"}, "opaque=AABBCCDD"},
    {"path", path("/var/audit"), {"path"}, "path=/var/audit"},
    {"status",
     result(13, 0xFFFFFFFF),
     {"return.errval", "return.retval"},
     "return.errval=EACCES|return.retval=4294967295"},
    {"status without a name", result(255), {"return.errval"}, "return.errval=255"},
    {"status, 64 bits",
     id(0x72) + be(0, 1) + be(7, 8),
     {"return.errval", "return.retval"},
     "return.errval=success|return.retval=7"},
    {"sequence", id(0x2F) + be(77, 4), {"sequence.seq-num"}, "sequence.seq-num=77"},
    {"socket, extended",
     id(0x7F) + be(2, 2) + be(1, 2) + be(4, 2) + be(22, 2) + be(0x7F000001, 4) + be(999, 2) + be(0x7F000002, 4),
     {"socket.lport", "socket.laddr", "socket.fport", "socket.faddr"},
     "socket.lport=22|socket.laddr=127.0.0.1|socket.fport=999|socket.faddr=127.0.0.2"},
    {"Unix socket",
     id(0x82) + be(1, 2) + std::string("/var/run/x\0", 11),
     {"socket-unix.addr"},
     "socket-unix.addr=/var/run/x"},
    {"groups", id(0x3B) + be(2, 2) + be(20, 4) + be(80, 4), {"group.gid"}, "group.gid=20|group.gid=80"},
    {"attributes",
     id(0x3E) + be(0100644, 4) + be(0, 4) + be(0, 4) + be(16777220, 4) + be(99, 8) + be(0, 4),
     {"attribute.mode", "attribute.uid", "attribute.nodeid"},
     "attribute.mode=100644|attribute.uid=0|attribute.nodeid=99"},
    {"zone", id(0x60) + sized("z"), {"zone.name"}, "zone.name=z"},
    {"identity",
     id(0xED) + be(1, 4) + sized("com.apple.kill") + be(0, 1) + sized("") + be(0, 1) + be(2, 2) + be(0xBEEF, 2),
     {"identity.signing-id", "identity.team-id", "identity.cdhash"},
     "identity.signing-id=com.apple.kill|identity.team-id=|identity.cdhash=BEEF"},
    {"subject, 64 bits",
     id(0x75) + ids({0xFFFFFFFF, 0, 1, 2}) + be(5, 8) + be(0xC0000201, 4),
     {"subject.audit-uid", "subject.uid", "subject.tid", "User", "SourceIp"},
     "subject.audit-uid=-1|subject.uid=0|subject.tid=5 192.0.2.1|User=0|SourceIp=192.0.2.1"},
    {"subject, IPv6",
     id(0x7A) + ids({}) + be(5, 4) + be(16, 4) + kSixteen,
     {"subject.tid", "SourceIp"},
     "subject.tid=5 fe80::1|SourceIp=fe80::1"},
    {"process, 64 bits, IPv4",
     id(0x7D) + ids({501, 501, 333, 9}) + be(5, 8) + be(4, 4) + be(0, 4),
     {"process.pid", "process.tid", "TargetProcessId"},
     "process.pid=333|process.tid=5 0.0.0.0|TargetProcessId=333"},
};

TEST(BsmToken, HasTheseFields) {
  for (const TokenCase& c : kTokens) EXPECT_EQ(fields(c.bytes, c.names), c.want) << c.name;
}

TEST(BsmToken, CutShortItIsLeftOutWithWhatFollows) {
  for (const TokenCase& c : kTokens) {
    for (std::size_t size = 1; size < c.bytes.size(); ++size) {
      const Said said = read_all(make_bsm, record(23, text("kept") + c.bytes.substr(0, size)), {"text", "*"});
      ASSERT_EQ(said.events.size(), 1u) << c.name << size;
      EXPECT_NE(said.events[0].find("text=kept"), std::string::npos);
      ASSERT_EQ(said.notes, Lines{"drop truncated@26"}) << c.name << size;
    }
  }
}

TEST(BsmToken, UnknownOnesEndTheRecordsFields) {
  const Said said = read_all(make_bsm, record(23, text("a") + id(0x33) + text("b")), {"text"});
  EXPECT_EQ(said.events, Lines{"2026-11-25T12:00:00.381Z  macos:bsm AUE_EXECVE 23|text=a"});
  EXPECT_EQ(said.notes, Lines{"drop unsupported@23"});
  EXPECT_EQ(read_all(make_bsm, record(23, id(0x7E) + be(5, 4) + kSixteen), {}).notes, Lines{"drop bad_value@18"});
}

struct RecordCase {
  const char* name;
  std::uint16_t event;
  std::string tokens;
  std::string want;
};

const Names kTaxonomy{"EventName",       "Image",          "CommandLine",     "User",         "ActorUserId",
                      "LogonId",         "ProcessId",      "ParentProcessId", "SignalNumber", "TargetFilename",
                      "TargetProcessId", "SourceIp",       "SourceFilename",  "Status",       "message",
                      "DestinationIp",   "DestinationPort"};

const RecordCase kRecords[] = {
    {"execve", 23,
     exec_args({"launchctl", "bootout", "system/com.example.db"}) + path("launchctl") + path("/bin/launchctl") +
         subject_ex({}, 0xCB007107) + result(0),
     "EventName=AUE_EXECVE|Image=/bin/launchctl|CommandLine=launchctl bootout system/com.example.db|User=501|"
     "ActorUserId=501|LogonId=100005|ProcessId=812|SourceIp=203.0.113.7|Status=success"},
    {"posix_spawn", 43190,
     arg32(0, 900, "child PID") + exec_args({"sh", "-c", "kill 1"}) + path("/bin/sh") + subject_ex({}) + result(0),
     "EventName=AUE_POSIX_SPAWN|Image=/bin/sh|CommandLine=sh -c 'kill 1'|User=501|ActorUserId=501|LogonId=100005|"
     "ProcessId=900|ParentProcessId=812|Status=success"},
    {"kill", 15, arg32(2, 9, "signal") + process_ex({0xFFFFFFFF, 0, 333, 1}) + subject_ex({}) + result(1),
     "EventName=AUE_KILL|User=501|ActorUserId=501|LogonId=100005|ProcessId=812|TargetProcessId=333|SignalNumber=9|"
     "Status=EPERM"},
    {"rename", 42, path("a.plist") + path("/Library/LaunchDaemons/a.plist") + path("/tmp/a") + result(0),
     "EventName=AUE_RENAME|TargetFilename=/tmp/a|SourceFilename=/Library/LaunchDaemons/a.plist|Status=success"},
    {"unlink", 6, path("/a") + path("/private/a"), "EventName=AUE_UNLINK|TargetFilename=/private/a"},
    {"connect", 32, id(0x80) + be(2, 2) + be(443, 2) + be(0xCB007107, 4),
     "EventName=AUE_CONNECT|DestinationIp=203.0.113.7|DestinationPort=443"},
    {"nobody knows it", 45999, text("hello"), "EventName=45999|message=hello"},
};

TEST(BsmRecord, FillsTheTaxonomy) {
  for (const RecordCase& c : kRecords) EXPECT_EQ(fields(c.tokens, kTaxonomy, c.event), c.want) << c.name;
}

TEST(BsmRecord, Heads) {
  const auto head = [](const std::string& trail) { return read_all(make_bsm, trail, {}).events; };
  EXPECT_EQ(head(record(15, "")), Lines{"2026-11-25T12:00:00.381Z  macos:bsm AUE_KILL 15"});
  EXPECT_EQ(head(record(45999, "", kNoon, 381'000'000)), Lines{"2026-11-25T12:00:00.381Z  macos:bsm  45999"});
  const std::string ex = id(0x15) + be(33, 4) + be(11, 1) + be(15, 2) + be(0, 2) + be(4, 4) + be(0xC0000201, 4) +
                         be(kNoon, 4) + be(0, 4) + trailer(33);
  EXPECT_EQ(head(ex), Lines{"2026-11-25T12:00:00.000Z 192.0.2.1 macos:bsm AUE_KILL 15"});
  const std::string wide =
      id(0x74) + be(33, 4) + be(11, 1) + be(15, 2) + be(0, 2) + be(kNoon, 8) + be(7, 8) + trailer(33);
  EXPECT_EQ(head(wide), Lines{"2026-11-25T12:00:00.007Z  macos:bsm AUE_KILL 15"});
  EXPECT_EQ(head(record(15, "", UINT32_MAX)).size(), 1u);
}

std::string sample() {
  return file("/var/audit/1") + record(23, exec_args({"a", "b"})) + record(6, path("/x")) + std::string(40, '\x14') +
         "noise" + record(15, arg32(2, 9, "signal")) + file("") + record(1, "") +
         record(42, path("/torn")).substr(0, 30);
}

TEST(BsmTrail, WindowsDoNotMatter) {
  const Said whole = read_all(make_bsm, sample(), {"*"});
  EXPECT_EQ(whole.events.size(), 4u);
  EXPECT_EQ(whole.notes.size(), 2u);
  for (const std::size_t window : {1u, 2u, 3u, 7u, 18u, 19u, 64u, 100u, 1000u})
    EXPECT_EQ(read_all(make_bsm, sample(), {"*"}, window), whole) << window;
}

TEST(BsmTrail, WhatIsNoRecordIsReportedOnce) {
  const std::string good = record(15, "");
  const Said said = read_all(make_bsm, good + "xx\x14yy" + good + good.substr(0, 20), {});
  EXPECT_EQ(said.places, (Lines{"0+25#1", "30+25#2"}));
  EXPECT_EQ(said.notes, (Lines{"drop bad_magic@25", "drop truncated@55"}));
}

TEST(BsmTrail, ALengthThatLiesDoesNotHideWhatFollows) {
  const std::string good = record(15, "");
  for (const std::uint64_t size : {0u, 1u, 24u, 26u, 60u, 0xFFFFu, 0xFFFFFu, 0x100000u, 0x7FFFFFFFu, 0xFFFFFFFFu}) {
    std::string bad = good;
    bad.replace(1, 4, be(size, 4));
    const Said said = read_all(make_bsm, bad + good + good, {}, 16);
    EXPECT_EQ(said.places, (Lines{"25+25#1", "50+25#2"})) << size;
    EXPECT_EQ(said.notes, Lines{"drop bad_magic@0"}) << size;
  }
}

TEST(BsmTrail, LongRecords) {
  std::string args = id(0x3C) + be(1, 4) + std::string(300'000, 'x') + std::string(1, '\0');
  const Said said = read_all(make_bsm, record(23, args) + record(15, ""), {"EventName"}, 4096);
  EXPECT_EQ(said.events.size(), 2u);
  EXPECT_EQ(said.notes, Lines{});
  const Said more = read_all(make_bsm, record(23, std::string(3 * 5000, '\x2C')), {"ip_port"});
  EXPECT_EQ(more.notes, Lines{"drop limit_exceeded@12306"});
}

TEST(BsmTrail, Sniff) {
  const std::string good = record(15, arg32(2, 9, "signal"));
  EXPECT_TRUE(sniff_bsm(as_bytes(good)));
  EXPECT_TRUE(sniff_bsm(as_bytes(file("/var/audit/x") + good)));
  EXPECT_FALSE(sniff_bsm(as_bytes(good.substr(0, good.size() - 1))));
  EXPECT_FALSE(sniff_bsm(as_bytes(file("/var/audit/x"))));
  EXPECT_FALSE(sniff_bsm(as_bytes(std::string(100, '\x14'))));
  EXPECT_FALSE(sniff_bsm(as_bytes(std::string_view("ASL DB\0\0\0\0\0\0", 12))));  // Apple's older system log
  EXPECT_FALSE(sniff_bsm({}));
}

TEST(BsmEvents, ByNumberNameAndDescription) {
  EXPECT_EQ(event_kind(23)->name, "AUE_EXECVE");
  EXPECT_EQ(event_kind("execve(2)")->number, 23);
  EXPECT_EQ(event_kind("AUE_KILL")->number, 15);
  EXPECT_EQ(event_kind("43190")->name, "AUE_POSIX_SPAWN");
  EXPECT_EQ(event_kind(45999), nullptr);
  EXPECT_EQ(event_kind(70000), nullptr);
  EXPECT_EQ(event_kind("no such"), nullptr);
}

}  // namespace
}  // namespace stopwarden::bsm
