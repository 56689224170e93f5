// SPDX-License-Identifier: Apache-2.0
// Zeek's and vCenter's JSON.
#include <gtest/gtest.h>

#include <string>

#include "sources/json/json_test_support.h"
#include "sources/json/shapes.h"

namespace stopwarden::json {
namespace {

using testing::Read;
using testing::run;
using testing::Wanted;

TEST(JsonZeek, TheLogIsToldByItsPathOrItsMembers) {
  const struct {
    std::string json, head, fields;
  } cases[] = {
      {R"({"_path":"dce_rpc","ts":1767323045.250001,"uid":"C1","id.orig_h":"192.0.2.3","id.resp_h":"192.0.2.9","endpoint":"svcctl","operation":"ControlService"})",
       "2026-01-02T03:04:05.250Z 192.0.2.9 zeek dce_rpc - -",
       "SourceIp=192.0.2.3|id.orig_h=192.0.2.3|operation=ControlService"},
      {R"({"ts":"2026-01-02T03:04:05.25Z","id.orig_h":"192.0.2.3","id.resp_h":"192.0.2.9","endpoint":"svcctl","operation":"DeleteService"})",
       "2026-01-02T03:04:05.250Z 192.0.2.9 zeek dce_rpc - -",
       "SourceIp=192.0.2.3|id.orig_h=192.0.2.3|operation=DeleteService"},
      {R"({"ts":1,"id.orig_h":"192.0.2.3","id.resp_h":"192.0.2.9","action":"SMB::FILE_OPEN","path":"\\\\a\\IPC$","name":"svcctl"})",
       "1970-01-01T00:00:01.000Z 192.0.2.9 zeek smb_files - -",
       "SourceIp=192.0.2.3|id.orig_h=192.0.2.3|ShareName=\\\\a\\IPC$"},
      {R"({"_path":"kerberos","ts":1,"client":"ann/CORP"})", "1970-01-01T00:00:01.000Z  zeek kerberos - -",
       "User=ann/CORP"},
      {R"({"_path":"conn_red","ts":1,"id.orig_h":"192.0.2.3","conn_state":"SF"})",
       "1970-01-01T00:00:01.000Z  zeek  - -", "SourceIp=192.0.2.3|id.orig_h=192.0.2.3"},
      {R"({"_path":7,"ts":1})", "1970-01-01T00:00:01.000Z  zeek  - -", ""},
      {R"({"_path":"conn"})", "-    - -", ""},
  };
  for (const auto& c : cases) {
    const Read got = run(c.json, Wanted({"id.orig_h", "SourceIp", "operation", "ShareName", "User"}));
    ASSERT_EQ(got.events.size(), 1u) << c.json;
    EXPECT_EQ(got.heads[0], c.head) << c.json;
    EXPECT_EQ(got.events[0], c.fields) << c.json;
  }
}

TEST(JsonVcenter, EventsOfSeveralWriters) {
  const struct {
    std::string json, head, fields;
  } cases[] = {
      {R"({"_typeName":"VmPoweredOffEvent","key":7,"chainId":6,"createdTime":"2026-01-02T03:04:05.6Z","userName":"CORP\\ann","host":{"name":"esx1"},"vm":{"name":"SQL 01","vm":{"type":"VirtualMachine","value":"vm-42"}},"fullFormattedMessage":"SQL 01 on esx1 in dc is powered off"})",
       "2026-01-02T03:04:05.600Z esx1 vcenter:vpxd vpxd - -",
       "User=CORP\\ann|VmName=SQL 01|VmId=vm-42|EventTypeId=vim.event.VmPoweredOffEvent"},
      {R"({"Type":"VmSuspendedEvent","Key":7,"ChainId":6,"CreatedTime":"2026-01-02T03:04:05Z","UserName":"ann","Host":{"Name":"esx1"},"Vm":{"Name":"a","Vm":{"Type":"VirtualMachine","Value":"vm-1"}},"FullFormattedMessage":"x"})",
       "2026-01-02T03:04:05.000Z esx1 vcenter:vpxd vpxd - -",
       "User=ann|VmName=a|VmId=vm-1|EventTypeId=vim.event.VmSuspendedEvent"},
      {R"({"EventTypeId":"esx.audit.ssh.enabled","CreatedTime":"2026-01-02T03:04:05Z","FullFormattedMessage":"x"})",
       "2026-01-02T03:04:05.000Z  vcenter:vpxd vpxd - -", "EventTypeId=esx.audit.ssh.enabled"},
      {R"({"_typeName":"EventEx","eventTypeId":"esx.audit.ssh.enabled","createdTime":"2026-01-02T03:04:05Z","fullFormattedMessage":"x"})",
       "2026-01-02T03:04:05.000Z  vcenter:vpxd vpxd - -", "EventTypeId=esx.audit.ssh.enabled"},
      {R"({"userName":"ann","chainId":6})", "-    - -", ""},
  };
  for (const auto& c : cases) {
    const Read got = run(c.json, Wanted({"User", "VmName", "VmId", "EventTypeId"}));
    ASSERT_EQ(got.events.size(), 1u) << c.json;
    EXPECT_EQ(got.heads[0], c.head) << c.json;
    EXPECT_EQ(got.events[0], c.fields) << c.json;
  }
}

}  // namespace
}  // namespace stopwarden::json
