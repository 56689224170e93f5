// SPDX-License-Identifier: Apache-2.0
// Counts every allocation of this program: a line must make none once the reader is warm.
#include <gtest/gtest.h>

#include <string>

#include "sources/zeek/zeek.h"
#include "support/allocations.h"

namespace stopwarden::zeek {
namespace {

struct Counter final : EventSink {
  void on_event(const Event& e) override { fields += e.fields.size(); }
  void on_drop(const Error&) override { ++drops; }
  void on_oddity(const Error&) override {}
  std::size_t fields = 0, drops = 0;
};

TEST(ZeekAllocations, NoneOnceWarm) {
  FieldTable table;
  WantedFields wanted(table);
  for (const std::string_view name : {"operation", "named_pipe", "SourceIp", "answers"})
    wanted.add(*table.intern(name));
  const std::string header =
      "#separator \\x09\n#set_separator\t,\n#path\tdce_rpc\n#fields\tts\tid.orig_h\tnamed_pipe\toperation\tanswers\n"
      "#types\ttime\taddr\tstring\tstring\tset[string]\n";
  std::string unit;
  for (int i = 0; i < 200; ++i) unit += "1767323045.25\t192.0.2.3\t\\\\pipe\\\\svcctl\tControlService\ta,b,c\n";
  const auto source = make_zeek({&wanted});
  Counter counter;
  source->parse_in(as_bytes(header), as_bytes(unit), 0, 0, counter);
  const std::uint64_t before = stopwarden::test::allocations();
  source->parse_in(as_bytes(header), as_bytes(unit), 0, 0, counter);
  EXPECT_EQ(stopwarden::test::allocations() - before, 0u);
  EXPECT_EQ(counter.fields, 2u * 200 * 6);
  EXPECT_EQ(counter.drops, 0u);
}

}  // namespace
}  // namespace stopwarden::zeek
