// SPDX-License-Identifier: Apache-2.0
#include "sources/journal/journal.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "sources/journal/test_reading.h"
#include "support/journal_writer.h"

namespace stopwarden::journal {
namespace {

using test::JournalEntry;
using test::JournalPacking;
using test::JournalShape;
using test::JournalWriter;
using test::patch;
using testing::Asked;
using testing::Lines;
using testing::Reading;

constexpr std::uint64_t kAt = 1'764'032'523'004'000;  // 2025-11-25T01:02:03.004Z

JournalEntry entry(std::string message, std::vector<std::pair<std::string, std::string>> more = {}) {
  JournalEntry e;
  e.realtime = kAt;
  e.fields = {{"MESSAGE", std::move(message)}, {"_PID", "1"}, {"_HOSTNAME", "db01"}};
  e.fields.insert(e.fields.end(), more.begin(), more.end());
  return e;
}

Reading read(const std::string& file, const Asked& asked, std::size_t step = SIZE_MAX) {
  return testing::read(make_journal({&asked.fields()}), file, asked.table(), step);
}

std::string three_entries(const JournalShape& shape = {}) {
  JournalWriter w(shape);
  w.add(entry("one", {{"LONG", std::string(300, 'x')}}));
  w.add(entry("two"));
  w.add(entry("three", {{"LONG", std::string(300, 'x')}}));
  return w.finish();
}

TEST(Journal, EveryLayoutGivesTheSame) {
  const Asked asked(
      {"MESSAGE", "LONG", "_PID", "__SEQNUM", "__REALTIME_TIMESTAMP", "__MONOTONIC_TIMESTAMP", "_BOOT_ID"});
  for (const bool compact : {false, true}) {
    for (const auto packing : {JournalPacking::none, JournalPacking::xz, JournalPacking::lz4, JournalPacking::zstd}) {
      for (const std::uint64_t header : {208U, 240U, 272U}) {
        const Reading got = read(three_entries({.compact = compact, .packing = packing, .header_size = header}), asked);
        ASSERT_EQ(got.events.size(), 3U);
        const std::string tail =
            "|__REALTIME_TIMESTAMP=1764032523004000|__MONOTONIC_TIMESTAMP=1000000|__SEQNUM=2|"
            "_BOOT_ID=b00701020304050607"
            "08090a0b0c0d0e";
        EXPECT_EQ(got.events[1], "MESSAGE=two|_PID=1" + tail);
        EXPECT_EQ(got.events[2].substr(0, 25), "MESSAGE=three|_PID=1|LONG");
        EXPECT_EQ(got.heads[2], "2025-11-25T01:02:03.004Z db01 linux:journal  - 3");
        EXPECT_EQ(got.drops, Lines{});
        EXPECT_EQ(got.oddities, Lines{});
        EXPECT_EQ(got.records, 3U);
      }
    }
  }
}

TEST(Journal, WindowsDoNotMatter) {
  const Asked asked({"MESSAGE"});
  const std::string file = three_entries();
  const Reading whole = read(file, asked);
  for (const std::size_t step : {1U, 7U, 4096U}) {
    const Reading got = read(file, asked, step);
    EXPECT_EQ(got.events, whole.events);
    EXPECT_EQ(got.origins, whole.origins);
  }
}

TEST(Journal, FieldsAsTheyAre) {
  const Asked asked({"MESSAGE", "BINARY", "EMPTY", "TWICE"});
  JournalWriter w;
  const std::string binary("a\0=\n\xFF", 5);
  w.add(entry("x", {{"BINARY", binary}, {"EMPTY", ""}, {"TWICE", "1"}, {"TWICE", "2"}}));
  const Reading got = read(w.finish(), asked);
  EXPECT_EQ(got.events, (Lines{"MESSAGE=x|BINARY=" + binary + "|EMPTY=|TWICE=1|TWICE=2"}));
}

struct MadeCase {
  std::vector<std::pair<std::string, std::string>> fields;
  std::string want;
};

TEST(Journal, TaxonomyFields) {
  const Asked asked({"Image", "CommandLine", "ProcessId", "User", "ActorUserId", "LogonId", "message", "program", "pid",
                     "facility", "severity", "host", "SourceIp", "CurrentDirectory"});
  const MadeCase cases[] = {
      {{{"MESSAGE", "m"},
        {"_PID", "77"},
        {"_UID", "0"},
        {"_AUDIT_LOGINUID", "1000"},
        {"_AUDIT_SESSION", "5"},
        {"_EXE", "/usr/bin/sudo"},
        {"_CMDLINE", "sudo systemctl stop x"},
        {"SYSLOG_IDENTIFIER", "sudo"},
        {"SYSLOG_FACILITY", "10"},
        {"PRIORITY", "5"},
        {"_HOSTNAME", "h"}},
       "message=m|program=sudo|facility=authpriv|severity=notice|host=h|Image=/usr/bin/sudo|"
       "CommandLine=sudo systemctl stop x|pid=77|ProcessId=77|LogonId=5|ActorUserId=1000"},
      // PID 1 does what others asked for.
      {{{"MESSAGE", "Stopped x."}, {"_PID", "1"}, {"_UID", "0"}, {"_COMM", "systemd"}},
       "message=Stopped x.|program=systemd|pid=1|ProcessId=1"},
      {{{"_PID", "9"}, {"_UID", "0"}, {"_AUDIT_LOGINUID", "4294967295"}, {"_AUDIT_SESSION", "4294967295"}},
       "pid=9|ProcessId=9|ActorUserId=0|User=root"},
      // The kernel's record, as journald takes it apart.
      {{{"_TRANSPORT", "audit"},
        {"_PID", "812"},
        {"_UID", "1000"},
        {"_AUDIT_LOGINUID", "1000"},
        {"_EXE", "/usr/lib/systemd/systemd-journald"},
        {"AUDIT_FIELD_EXE", "/usr/bin/sudo"},
        {"AUDIT_FIELD_CMD", "systemctl stop x"},
        {"AUDIT_FIELD_CWD", "/root"},
        {"AUDIT_FIELD_ADDR", "10.0.0.7"}},
       "Image=/usr/bin/sudo|CommandLine=systemctl stop x|pid=812|ProcessId=812|CurrentDirectory=/root|"
       "SourceIp=10.0.0.7|ActorUserId=1000"},
      // What sudo's message says comes before what sudo itself is.
      {{{"MESSAGE", "ann : TTY=pts/0 ; PWD=/home/ann ; USER=root ; COMMAND=/usr/bin/systemctl stop x"},
        {"SYSLOG_IDENTIFIER", "sudo"},
        {"_UID", "1000"},
        {"_EXE", "/usr/bin/sudo"}},
       "User=ann|CurrentDirectory=/home/ann|CommandLine=/usr/bin/systemctl stop x|Image=/usr/bin/systemctl|"
       "message=ann : TTY=pts/0 ; PWD=/home/ann ; USER=root ; COMMAND=/usr/bin/systemctl stop x|program=sudo|"
       "ActorUserId=1000"},
      {{{"SYSLOG_PID", "4"}, {"SYSLOG_FACILITY", "99"}, {"PRIORITY", "x"}}, "pid=4|ProcessId=4"},
  };
  for (const MadeCase& c : cases) {
    JournalWriter w;
    w.add({.fields = c.fields});
    EXPECT_EQ(read(w.finish(), asked).events, Lines{c.want});
  }
}

TEST(Journal, UnitsWhateverTheLanguage) {
  const Asked asked({"UNIT", "unit_event", "JOB_TYPE"});
  const MadeCase cases[] = {
      {{{"SYSLOG_IDENTIFIER", "systemd"},
        {"MESSAGE", "x.service - X wurde gestoppt."},
        {"MESSAGE_ID", "9d1aaa27d60140bd96365438aad20286"},
        {"UNIT", "x.service"},
        {"JOB_TYPE", "stop"}},
       "UNIT=x.service|JOB_TYPE=stop|unit_event=stopped"},
      {{{"MESSAGE", "?"}, {"MESSAGE_ID", "98e322203f7a4ed290d09fe03c09fe15"}, {"USER_UNIT", "y.service"}},
       "UNIT=y.service|unit_event=main process exited"},
      {{{"MESSAGE", "?"}, {"MESSAGE_ID", "fc2e22bc6ee647b6b90729ab34a250b1"}}, ""},
      // Own fields hold against what the text says.
      {{{"SYSLOG_IDENTIFIER", "systemd"}, {"MESSAGE", "Stopped z.service - Z."}, {"UNIT", "x.service"}},
       "UNIT=x.service|unit_event=stopped|JOB_TYPE=stop"},
  };
  for (const MadeCase& c : cases) {
    JournalWriter w;
    w.add({.fields = c.fields});
    EXPECT_EQ(read(w.finish(), asked).events, Lines{c.want});
  }
}

TEST(Journal, TimeIsTheSendersWhenItIsNotLater) {
  const Asked asked({"MESSAGE"});
  const std::pair<const char*, const char*> cases[] = {
      {"1764032523001000", "2025-11-25T01:02:03.001Z"},
      {"1764032523004001", "2025-11-25T01:02:03.004Z"},
      {"0", "2025-11-25T01:02:03.004Z"},
      {"-5", "2025-11-25T01:02:03.004Z"},
      {"", "2025-11-25T01:02:03.004Z"},
  };
  for (const auto& [source, want] : cases) {
    JournalWriter w;
    w.add(entry("x", {{"_SOURCE_REALTIME_TIMESTAMP", source}}));
    EXPECT_EQ(read(w.finish(), asked).heads[0].substr(0, 24), want) << source;
  }
}

TEST(Journal, DamageCostsWhatItTouches) {
  const Asked asked({"MESSAGE"});
  JournalWriter w;
  w.add(entry("one"));
  const std::uint64_t two = w.add(entry("two", {{"X", "1"}}));
  const std::uint64_t three = w.add(entry("three"));
  w.add(entry("four"));
  const std::uint64_t data_two = w.data_offset("MESSAGE", "two"), data_three = w.data_offset("MESSAGE", "three");
  const std::string good = w.finish();
  const std::uint64_t list = good.find("\x06") == std::string::npos ? 0 : load_le<std::uint64_t>(as_bytes(good), 176);
  const auto at = [](const char* what, std::uint64_t offset, const char* why) {
    return std::string(what) + "@" + std::to_string(offset) + ": " + why;
  };
  struct Case {
    const char* name;
    std::string file;
    Lines events, drops;
    std::size_t oddities;
  };
  const auto patched = [&good](std::uint64_t offset, std::uint64_t value, std::size_t size) {
    std::string file = good;
    patch(file, offset, value, size);
    return file;
  };
  const auto zeroed = [&good](std::uint64_t from, std::uint64_t to) {
    std::string file = good;
    file.replace(from, to - from, to - from, '\0');
    return file;
  };
  const Lines all{"MESSAGE=one", "MESSAGE=two", "MESSAGE=three", "MESSAGE=four"};
  const char* const kNoObject = "no object of a journal";
  const char* const kNoData = "an item of an entry points at no data";
  const Case cases[] = {
      {"nothing", good, all, {}, 0},
      {"type of an entry",
       patched(two, 99, 1),
       {"MESSAGE=one", "MESSAGE=three", "MESSAGE=four"},
       {at("bad_value", two, kNoObject)},
       1},
      {"reserved bytes of an entry",
       patched(two + 2, 1, 1),
       {"MESSAGE=one", "MESSAGE=three", "MESSAGE=four"},
       {at("bad_value", two, kNoObject)},
       1},
      {"size of an entry: none",
       patched(two + 8, 0, 8),
       {"MESSAGE=one", "MESSAGE=three", "MESSAGE=four"},
       {at("bad_value", two, kNoObject)},
       1},
      {"size of an entry: all there is",
       patched(two + 8, UINT64_MAX, 8),
       {"MESSAGE=one", "MESSAGE=three", "MESSAGE=four"},
       {at("truncated", two, "an object of the journal does not end inside of it")},
       1},
      {"item behind the end",
       patched(two + 64, UINT64_MAX - 7, 8),
       {"MESSAGE=one", "", "MESSAGE=three", "MESSAGE=four"},
       {at("bad_value", two, kNoData)},
       0},
      {"item that is not aligned",
       patched(two + 64, data_two + 1, 8),
       {"MESSAGE=one", "", "MESSAGE=three", "MESSAGE=four"},
       {at("bad_value", two, kNoData)},
       0},
      {"item that points at its own entry",
       patched(two + 64, two, 8),
       {"MESSAGE=one", "", "MESSAGE=three", "MESSAGE=four"},
       {at("bad_value", two, kNoData)},
       0},
      {"item that points at other data",
       patched(two + 64, data_three, 8),
       {"MESSAGE=one", "", "MESSAGE=three", "MESSAGE=four"},
       {at("bad_value", two, "an item of an entry points at other data than it names")},
       0},
      {"data without a name",
       patched(data_two + 64, '=', 1),
       {"MESSAGE=one", "", "MESSAGE=three", "MESSAGE=four"},
       {at("bad_value", two, "a field of an entry has no name")},
       0},
      {"data that is said to be packed",
       patched(data_two + 1, 4, 1),
       {"MESSAGE=one", "", "MESSAGE=three", "MESSAGE=four"},
       {at("bad_value", two, "a payload that cannot be decompressed")},
       0},
      {"zeros from an entry to the next",
       zeroed(two, three),
       {"MESSAGE=one", "", "MESSAGE=four"},
       {at("bad_value", two, "zeros where objects of a journal should be"), at("bad_value", three, kNoData)},
       1},
      {"zeros to the end",
       zeroed(three, good.size()),
       {"MESSAGE=one", "MESSAGE=two"},
       {at("bad_value", three, "the journal's last objects are zeros")},
       1},
      {"torn inside an entry",
       good.substr(0, three + 20),
       {"MESSAGE=one", "MESSAGE=two"},
       {at("truncated", three, "an object of the journal does not end inside of it"),
        at("truncated", three + 20, "the journal ends before its last object")},
       0},
      {"torn behind an entry",
       good.substr(0, three),
       {"MESSAGE=one", "MESSAGE=two"},
       {at("truncated", three, "the journal ends before its last object")},
       0},
      {"a list of entries that leads back", patched(list + 16, list, 8), all, {}, 1},
      {"a list of entries that leads out", patched(list + 16, UINT64_MAX, 8), all, {}, 1},
      {"the header's length", patched(88, 7, 8), all, {at("bad_value", 208, kNoObject)}, 1},
      {"later features",
       patched(12, 0x80, 4),
       {},
       {at("unsupported", 12, "a journal with features of a later version of systemd")},
       0},
      {"nothing but the signature",
       good.substr(0, 8),
       {},
       {at("truncated", 0, "a journal that ends inside of its header")},
       0},
      {"the header alone",
       good.substr(0, 272),
       {},
       {at("truncated", 272, "the journal ends before its last object")},
       0},
  };
  for (const Case& c : cases) {
    const Reading got = read(c.file, asked);
    EXPECT_EQ(got.events, c.events) << c.name;
    EXPECT_EQ(got.drops, c.drops) << c.name;
    EXPECT_EQ(got.oddities.size(), c.oddities) << c.name;
  }
}

TEST(Journal, EmptyFileIsFine) {
  const Asked asked({"MESSAGE"});
  const Reading got = read(JournalWriter().finish(), asked);
  EXPECT_EQ(got.events, Lines{});
  EXPECT_EQ(got.drops, Lines{});
  EXPECT_EQ(got.oddities, Lines{});
}

TEST(Journal, ACompressionBombIsLeftOut) {
  const Asked asked({"MESSAGE"});
  for (const auto packing : {JournalPacking::xz, JournalPacking::lz4, JournalPacking::zstd}) {
    JournalWriter w({.packing = packing});
    w.add(entry("x", {{"BOMB", std::string(17u << 20, 'b')}}));
    const Reading got = read(w.finish(), asked);
    EXPECT_EQ(got.events, Lines{"MESSAGE=x"});
    ASSERT_EQ(got.drops.size(), 1U);
    EXPECT_NE(got.drops[0].find("a value of more than 16 MiB"), std::string::npos);
  }
}

TEST(Journal, ManyEntriesOfOneLongValueEnd) {
  const Asked asked({"LONG", "N"});
  JournalWriter w;
  const std::string value(1u << 20, 'v');
  for (int i = 0; i < 400; ++i) w.add({.fields = {{"LONG", value}, {"N", std::to_string(i)}}});
  const Reading got = read(w.finish(), asked);
  ASSERT_EQ(got.events.size(), 400U);
  EXPECT_EQ(got.events[0].size(), value.size() + 9);
  EXPECT_EQ(got.events[399], "N=399");
  EXPECT_FALSE(got.drops.empty());
}

TEST(Journal, WhatAPlannerLeavesOutIsReadLater) {
  const Asked asked({"MESSAGE", "_PID", "Image"});
  JournalWriter w;
  w.add(entry("one", {{"_EXE", "/bin/x"}}));
  const std::string file = w.finish();
  testing::OnePlanner planner(*asked.table().find("_PID"));
  const Reading got = testing::read(make_journal({&asked.fields(), &planner}), file, asked.table(), SIZE_MAX);
  EXPECT_EQ(got.events, Lines{"_PID=1 then MESSAGE=one|_PID=1|Image=/bin/x"});
}

}  // namespace
}  // namespace stopwarden::journal
