// SPDX-License-Identifier: Apache-2.0
// Counts every allocation of this program: a line must make none once the reader is warm.
#include <gtest/gtest.h>

#include <string>

#include "sources/esxi/esxi.h"
#include "support/allocations.h"

namespace stopwarden::esxi {
namespace {

struct Counter final : EventSink {
  void on_event(const Event& e) override { fields += e.fields.size(); }
  void on_drop(const Error&) override { ++drops; }
  void on_oddity(const Error&) override {}
  std::size_t fields = 0, drops = 0;
};

TEST(EsxiAllocations, NoneOnceWarm) {
  FieldTable table;
  WantedFields wanted(table);
  for (const std::string_view name : {"message", "TaskName", "VmName", "CommandLine", "Image", "command"})
    wanted.add(*table.intern(name));
  std::string unit;
  for (int i = 0; i < 100; ++i)
    unit +=
        "2026-01-02T03:04:05.678Z info hostd[2099] [Originator@6876 sub=Vimsvc.TaskManager opID=vim-cmd-1 user=dcui] "
        "Task "
        "Created : haTask-12-vim.VirtualMachine.powerOff-345\n"
        "2026-01-02T03:04:05.678Z info hostd[2099] [Originator@6876 sub=x] Event 7 : a on  b in c is powered off\n"
        "--> more\n"
        "2026-01-02T03:04:05Z shell[2101]: [root]: esxcli vm process list\n"
        "<110>2026-01-02T03:04:05Z h shell[1]: [shell.cmd@6876 subject=\"root\" command=\"/a \\\"b\\\"\"]\n"
        "2026-01-02T03:04:05.678Z: [GenericCorrelator] 12us: [vob.x.y] z\n";
  const auto source = make_esxi({&wanted});
  Counter counter;
  source->parse(as_bytes(unit), 0, 0, counter);
  const std::uint64_t before = stopwarden::test::allocations();
  source->parse(as_bytes(unit), 0, 0, counter);
  EXPECT_EQ(stopwarden::test::allocations() - before, 0u);
  EXPECT_EQ(counter.fields, 2u * 100 * (2 + 2 + 3 + 4 + 1));
  EXPECT_EQ(counter.drops, 0u);
}

}  // namespace
}  // namespace stopwarden::esxi
