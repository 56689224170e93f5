// SPDX-License-Identifier: Apache-2.0
#include "detect/ledger/auditd_targets.h"

#include <gtest/gtest.h>

#include "detect/ledger/targets_text.h"
#include "event/catalogue.h"
#include "event/log_name.h"

namespace stopwarden::ledger {
namespace {

using Values = std::vector<std::pair<field::Number, std::string_view>>;

std::string targets(std::string_view provider, const Values& values) {
  std::vector<FieldValue> fields;
  for (const auto& [name, text] : values) fields.push_back({id_of(name), ValueKind::string, text});
  Event event;
  event.channel = log_name::linux_auditd;
  event.provider = provider;
  event.fields = fields;
  return targets_text(targets_of(event));
}

TEST(AuditdTargets, SayWhatARecordIsAimedAt) {
  EXPECT_EQ(targets("SERVICE_STOP", {{field::unit, "nginx"}, {field::res, "success"}}),
            "stop service:nginx systemd =stopped");
  EXPECT_EQ(targets("SERVICE_STOP", {{field::unit, "nginx"}, {field::res, "failed"}}),
            "stop service:nginx systemd =failed");
  EXPECT_EQ(targets("SERVICE_START", {{field::unit, "nginx"}, {field::res, "success"}}),
            "start service:nginx systemd =running");
  EXPECT_EQ(targets("SYSCALL", {{field::sig, "9"}, {field::ocomm, "mysqld"}, {field::ocomm, "nginx"}}),
            "kill process:mysqld kill; kill process:nginx kill");
  EXPECT_EQ(targets("SYSCALL", {{field::sig, "19"}, {field::ocomm, "mysqld"}, {field::success, "no"}}),
            "pause process:mysqld kill =denied");
  EXPECT_EQ(targets("SYSCALL", {{field::DeletedFilename, "/etc/systemd/system/a.service"},
                                {field::CreatedFilename, "/etc/init.d/b"},
                                {field::CreatedFilename, "/tmp/x.service"}}),
            "delete service:a unit-file; reconfigure service:b unit-file");
  EXPECT_EQ(targets("VIRT_CONTROL", {{field::vm, "db1"}, {field::op, "stop"}, {field::res, "success"}}),
            "stop vm:db1 libvirt =stopped");
  EXPECT_EQ(targets("CONFIG_CHANGE", {{field::audit_enabled, "0"}}), "disable service:auditd auditctl =disabled");
  EXPECT_EQ(targets("DAEMON_END", {}), "stop service:auditd auditd =stopped");
}

TEST(AuditdTargets, NothingWhereNothingIsNamed) {
  EXPECT_EQ(targets("SERVICE_STOP", {}), "");
  EXPECT_EQ(targets("SYSCALL", {{field::sig, "1"}, {field::ocomm, "nginx"}}), "");
  EXPECT_EQ(targets("SYSCALL", {{field::sig, "15"}, {field::ocomm, "systemd-tty-ask"}}), "");
  EXPECT_EQ(targets("VIRT_CONTROL", {{field::vm, "db1"}, {field::op, "migrate"}}), "");
  EXPECT_EQ(targets("CONFIG_CHANGE", {{field::audit_enabled, "1"}}), "");
  EXPECT_EQ(targets("USER_CMD", {{field::unit, "nginx"}}), "");
}

}  // namespace
}  // namespace stopwarden::ledger
