// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "event/field.h"
#include "sources/journal/journal.h"
#include "support/allocations.h"
#include "support/journal_writer.h"

namespace stopwarden::journal {
namespace {

class Nobody final : public EventSink {
 public:
  void on_event(const Event&) override { ++events; }
  void on_drop(const Error&) override {}
  void on_oddity(const Error&) override {}
  std::size_t events = 0;
};

TEST(JournalAllocations, NoneForAnEntryOnceWarm) {
  const FieldTable table;
  WantedFields wanted(table);
  wanted.add_all_values();
  for (const auto packing : {test::JournalPacking::none, test::JournalPacking::lz4, test::JournalPacking::zstd}) {
    test::JournalWriter w({.packing = packing});
    for (int i = 0; i < 200; ++i)
      w.add({.fields = {{"MESSAGE", "ann : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/usr/bin/systemctl stop x" +
                                        std::to_string(i % 8)},
                        {"SYSLOG_IDENTIFIER", "sudo"},
                        {"_PID", std::to_string(i)},
                        {"_AUDIT_LOGINUID", "1000"},
                        {"_HOSTNAME", "h"}}});
    const std::string file = w.finish();
    const std::unique_ptr<Source> source = make_journal({&wanted});
    Nobody sink;
    source->parse(as_bytes(file), 0, 0, sink);
    const std::uint64_t before = test::allocations();
    source->parse(as_bytes(file), 0, 0, sink);
    EXPECT_EQ(test::allocations(), before);
    EXPECT_EQ(sink.events, 400U);
  }
}

}  // namespace
}  // namespace stopwarden::journal
