// SPDX-License-Identifier: Apache-2.0
#include "detect/ledger/esxi_targets.h"

#include <gtest/gtest.h>

#include "detect/ledger/targets.h"
#include "detect/ledger/targets_text.h"
#include "event/catalogue.h"

namespace stopwarden::ledger {
namespace {

struct Given {
  field::Number field;
  const char* text;
};

std::string targets(std::string_view channel, std::vector<Given> given) {
  std::vector<FieldValue> fields;
  for (const Given& g : given) fields.push_back({id_of(g.field), ValueKind::string, g.text});
  Event e;
  e.channel = channel;
  e.fields = fields;
  return targets_text(targets_of(e));
}

TEST(EsxiTargets, TasksEventsAndStates) {
  EXPECT_EQ(targets("esxi:hostd", {{field::TaskName, "vim.VirtualMachine.powerOff"}, {field::VmId, "12"}}),
            "power-off vm:12 hostd");
  EXPECT_EQ(targets("esxi:hostd", {{field::VmName, "SQL 01"}, {field::VmState, "powered off"}}),
            "power-off vm:SQL 01 hostd =stopped");
  EXPECT_EQ(targets("esxi:hostd", {{field::VmName, "a"}, {field::StateTo, "VM_STATE_SUSPENDED"}}),
            "pause vm:a hostd =paused");
  EXPECT_EQ(targets("vcenter:vpxd",
                    {{field::EventTypeId, "vim.event.VmPoweredOffEvent"}, {field::VmName, "a"}, {field::VmId, "vm-1"}}),
            "power-off vm:a vcenter =stopped");
  EXPECT_EQ(targets("vcenter:vpxd", {{field::TaskName, "vim.VirtualMachine.unregister"}, {field::VmId, "vm-1"}}),
            "unregister vm:vm-1 vcenter");
  EXPECT_EQ(targets("esxi:hostd", {{field::TaskName, "vim.host.ServiceSystem.stop"}}), "");
  EXPECT_EQ(targets("esxi:hostd", {{field::VmName, "a"}, {field::VmState, "powered on"}}), "");
}

}  // namespace
}  // namespace stopwarden::ledger
