// SPDX-License-Identifier: Apache-2.0
// For tests: audit records as text, and what the source makes of them as lines.
#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sources/auditd/auditd.h"

namespace stopwarden::auditd {

/// `type=SYSCALL msg=audit(1700000000.123:77): arch=...`, with a line feed.
inline std::string line(std::string_view type, int serial, std::string_view body, int second = 1'700'000'000) {
  return "type=" + std::string(type) + " msg=audit(" + std::to_string(second) + ".123:" + std::to_string(serial) +
         "): " + std::string(body) + "\n";
}

inline std::string on_node(std::string_view node, const std::string& record) {
  return "node=" + std::string(node) + " " + record;
}

constexpr std::string_view kExecCall =
    "arch=c000003e syscall=59 success=yes exit=0 a0=55d0 a1=55d1 a2=55d2 a3=8 items=2 ppid=900 pid=901 auid=1000 uid=0 "
    "gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=pts0 ses=3 comm=\"systemctl\" exe=\"/usr/bin/systemctl\" "
    "subj=unconfined key=\"stops\"";

/// The records of `systemctl stop nginx`.
inline std::string exec_event(int serial, int second = 1'700'000'000) {
  return line("SYSCALL", serial, kExecCall, second) +
         line("EXECVE", serial, "argc=3 a0=\"systemctl\" a1=\"stop\" a2=\"nginx\"", second) +
         line("CWD", serial, "cwd=\"/root\"", second) +
         line("PATH", serial,
              "item=0 name=\"/usr/bin/systemctl\" inode=12 dev=08:01 mode=0100755 ouid=0 ogid=0 "
              "rdev=00:00 nametype=NORMAL cap_fp=0 cap_fi=0 cap_fe=0 cap_fver=0 cap_frootid=0",
              second) +
         line("PROCTITLE", serial, "proctitle=73797374656D63746C0073746F70006E67696E78", second);
}

inline std::string stop_event(int serial, std::string_view unit, int second = 1'700'000'000) {
  return line("SERVICE_STOP", serial,
              "pid=1 uid=0 auid=4294967295 ses=4294967295 subj=unconfined msg='unit=" + std::string(unit) +
                  " comm=\"systemd\" exe=\"/usr/lib/systemd/systemd\" hostname=? addr=? terminal=? res=success'",
              second);
}

/// Everything a source tells.
class Log final : public EventSink {
 public:
  explicit Log(const FieldTable& table) : table_(&table) {}
  void on_event(const Event& e) override {
    std::string text = std::string(e.provider) + "@" + std::to_string(e.origin.offset) + "#" +
                       std::to_string(e.origin.record) + (e.host.empty() ? "" : " on " + std::string(e.host));
    if (e.time) text += " " + format_time(*e.time);
    text += ":";
    for (const FieldValue& v : e.fields) {
      EXPECT_EQ(e.channel, "linux:auditd");
      if (v.field != kUnnamedField) text += " " + std::string(table_->name(v.field)) + "=" + std::string(v.text) + ";";
    }
    events.push_back(text);
    raws.emplace_back(e.raw);
  }
  void on_drop(const Error& e) override { drops.push_back(place(e)); }
  void on_oddity(const Error& e) override { oddities.push_back(place(e)); }
  bool operator==(const Log& o) const {
    return events == o.events && raws == o.raws && drops == o.drops && oddities == o.oddities && records == o.records;
  }

  std::vector<std::string> events, raws, drops, oddities;
  std::uint64_t records = 0;

 private:
  static std::string place(const Error& e) { return std::string(errc_name(e.code)) + "@" + std::to_string(e.offset); }
  const FieldTable* table_;
};

/// Reads `bytes` with windows that begin with `window` bytes, for these fields, and checks the contract of cut().
inline Log read(std::string_view bytes, const std::vector<std::string>& fields, std::size_t window = 1 << 18) {
  static std::vector<std::unique_ptr<FieldTable>> tables;
  FieldTable& table = *tables.emplace_back(std::make_unique<FieldTable>());
  WantedFields wanted(table);
  for (const std::string& name : fields) wanted.add(*table.intern(name));
  Log log(table);
  const auto cutter = make_auditd({&wanted}), parser = make_auditd({&wanted});
  std::size_t at = 0, length = window;
  while (at < bytes.size()) {
    length = std::min(length, bytes.size() - at);
    const bool last = length == bytes.size() - at;
    const Cut cut = cutter->cut(as_bytes(bytes.substr(at, length)), last ? AtEnd::yes : AtEnd::no);
    if (cut.kind == Cut::Kind::more) {
      EXPECT_FALSE(last);
      if (last) break;
      EXPECT_LT(length, cutter->window_max());
      length = std::min(2 * length, cutter->window_max());
      continue;
    }
    EXPECT_GT(cut.take, 0u);
    EXPECT_LE(cut.take, length);
    if (cut.kind == Cut::Kind::unit)
      log.records += parser->parse(as_bytes(bytes.substr(at, cut.take)), at, log.records, log);
    if (cut.kind == Cut::Kind::drop) log.on_drop({cut.error.code, at + cut.error.offset, cut.error.what});
    at += cut.take;
    length = window;
  }
  return log;
}

/// The one event of `text`, without its head.
inline std::string fields_of(std::string_view text, const std::vector<std::string>& fields) {
  const Log log = read(text, fields);
  EXPECT_EQ(log.events.size(), 1u);
  EXPECT_TRUE(log.drops.empty());
  if (log.events.empty()) return "";
  const std::string& event = log.events.front();
  return event.substr(std::min(event.find(": "), event.size() - 2) + 2);
}

}  // namespace stopwarden::auditd
