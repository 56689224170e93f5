// SPDX-License-Identifier: Apache-2.0
#include "detect/ledger/journal_targets.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "detect/ledger/targets.h"
#include "detect/ledger/targets_text.h"
#include "event/catalogue.h"
#include "event/log_name.h"

namespace stopwarden::ledger {
namespace {

struct Case {
  const char* provider;
  std::vector<std::pair<field::Number, const char*>> fields;
  const char* want;
};

TEST(JournalTargets, Table) {
  const Case cases[] = {
      {"systemd",
       {{field::UNIT, "mariadb.service"}, {field::unit_event, "stopped"}, {field::JOB_TYPE, "stop"}},
       "stop service:mariadb systemd =stopped"},
      {"systemd",
       {{field::UNIT, "x.service"}, {field::unit_event, "main process exited"}, {field::EXIT_CODE, "killed"}},
       "kill service:x systemd =exited"},
      {"systemd",
       {{field::UNIT, "x.service"}, {field::unit_event, "failed"}, {field::UNIT_RESULT, "signal"}},
       "kill service:x systemd =failed"},
      {"systemd",
       {{field::UNIT, "x.service"}, {field::unit_event, "failed"}, {field::UNIT_RESULT, "exit-code"}},
       " service:x systemd =failed"},
      {"audit",
       {{field::MESSAGE, "SERVICE_STOP pid=1 uid=0"},
        {field::AUDIT_FIELD_UNIT, "cron"},
        {field::AUDIT_FIELD_RES, "success"}},
       "stop service:cron systemd =stopped"},
      {"audit",
       {{field::MESSAGE, "SERVICE_STOP pid=1 uid=0"},
        {field::AUDIT_FIELD_UNIT, "getty@tty1"},
        {field::AUDIT_FIELD_RES, "failed"}},
       "stop service:getty@tty1 systemd =failed"},
      {"audit",
       {{field::MESSAGE, "SERVICE_START pid=1"}, {field::AUDIT_FIELD_UNIT, "cron"}},
       "start service:cron systemd =running"},
      {"audit", {{field::MESSAGE, "USER_START pid=9"}, {field::AUDIT_FIELD_UNIT, "cron"}}, ""},
      {"audit", {{field::MESSAGE, "SERVICE_STOP pid=1"}}, ""},
      {"", {{field::UNIT, "x.service"}, {field::unit_event, "stopped"}}, ""},
  };
  for (const Case& c : cases) {
    std::vector<FieldValue> values;
    for (const auto& [number, text] : c.fields) values.push_back({id_of(number), ValueKind::string, text});
    Event event;
    event.channel = log_name::linux_journal;
    event.provider = c.provider;
    event.fields = values;
    EXPECT_EQ(targets_text(targets_of(event)), c.want);
  }
}

}  // namespace
}  // namespace stopwarden::ledger
