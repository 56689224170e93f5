// SPDX-License-Identifier: Apache-2.0
#include "detect/ledger/syslog_targets.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "detect/ledger/targets.h"
#include "event/catalogue.h"
#include "event/log_name.h"

namespace stopwarden::ledger {
namespace {

using Fields = std::vector<std::pair<field::Number, const char*>>;

std::string targets(const char* provider, const Fields& fields) {
  std::vector<FieldValue> values;
  for (const auto& [number, text] : fields) values.push_back({id_of(number), ValueKind::string, text});
  Event event;
  event.channel = log_name::linux_syslog;
  event.provider = provider;
  event.fields = values;
  std::string out;
  for (const Target& t : targets_of(event)) {
    out += std::string(target_type_name(t.type)) + " " + t.name + "|" + t.display_name + "|" + t.verb + "|" + t.route +
           "|" + t.state + ";";
  }
  return out;
}

TEST(SyslogTargets, Units) {
  EXPECT_EQ(targets("systemd", {{field::UNIT, "nginx.service"},
                                {field::unit_description, "A web server"},
                                {field::unit_event, "stopped"},
                                {field::JOB_TYPE, "stop"}}),
            "service nginx.service|A web server|stop|systemd|stopped;");
  EXPECT_EQ(targets("systemd", {{field::unit_description, "A web server"}, {field::unit_event, "stopping"}}),
            "service A web server|A web server|stop|systemd|stopping;");
  EXPECT_EQ(
      targets("systemd",
              {{field::UNIT, "x.service"}, {field::unit_event, "main process exited"}, {field::EXIT_CODE, "killed"}}),
      "service x.service||kill|systemd|exited;");
  EXPECT_EQ(
      targets("systemd",
              {{field::UNIT, "x.service"}, {field::unit_event, "main process exited"}, {field::EXIT_CODE, "exited"}}),
      "service x.service|||systemd|exited;");
  EXPECT_EQ(targets("systemd", {{field::UNIT, "x.service"}, {field::unit_event, "failed"}}),
            "service x.service|||systemd|failed;");
  EXPECT_EQ(targets("systemd",
                    {{field::UNIT, "x.service"}, {field::unit_event, "signal sent"}, {field::killed_process, "x"}}),
            "service x.service||kill|systemd|;process x||kill|systemd|;");
  EXPECT_EQ(targets("systemd", {{field::unit_event, "stopped"}}), "");
}

TEST(SyslogTargets, OthersAndNone) {
  EXPECT_EQ(targets("kernel", {{field::killed_process, "mysqld"}}), "process mysqld||kill|oom|;");
  EXPECT_EQ(targets("pvedaemon", {{field::task_type, "qmstop"}, {field::task_object, "101"}}),
            "vm 101||stop|proxmox|;");
  EXPECT_EQ(targets("pvedaemon", {{field::task_type, "vncproxy"}, {field::task_object, "101"}}), "");
  EXPECT_EQ(targets("", {{field::UNIT, "nginx.service"}, {field::unit_event, "stopped"}}), "");  // anybody's words
}

}  // namespace
}  // namespace stopwarden::ledger
