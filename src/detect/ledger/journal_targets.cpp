// SPDX-License-Identifier: Apache-2.0
#include "detect/ledger/journal_targets.h"

#include <string_view>
#include <utility>

#include "detect/ledger/event_value.h"
#include "detect/ledger/syslog_targets.h"

namespace stopwarden::ledger {
namespace {

bool starts_with(std::string_view text, std::string_view start) noexcept {
  return text.substr(0, start.size()) == start;
}

/// "SERVICE_STOP pid=1 uid=0 ... msg='unit=cron comm="systemd" ... res=success'".
void service_record(const Event& event, TargetList& out) {
  const std::string_view unit = value_of(event, field::AUDIT_FIELD_UNIT), text = value_of(event, field::MESSAGE);
  const bool stop = starts_with(text, "SERVICE_STOP ");
  if (unit.empty() || (!stop && !starts_with(text, "SERVICE_START "))) return;
  const bool failed = value_of(event, field::AUDIT_FIELD_RES) == "failed";
  Target t;
  t.name = unit;
  t.verb = stop ? "stop" : "start";
  t.state = failed ? "failed" : stop ? "stopped" : "running";
  t.route = "systemd";
  out.add(std::move(t));
}

}  // namespace

void journal_targets(const Event& event, TargetList& out) {
  if (event.provider != "audit") {
    TargetList said(out.limits());
    syslog_targets(event, said);
    // The entry on a failed unit says in a field what its text says in a language: a signal that no stop job sent.
    const bool by_signal = value_of(event, field::UNIT_RESULT) == "signal";
    for (Target& t : std::move(said).take()) {
      if (by_signal && t.verb.empty()) t.verb = "kill";
      out.add(std::move(t));
    }
    return;
  }
  service_record(event, out);
}

void add_journal_target_fields(WantedFields& wanted) {
  add_syslog_target_fields(wanted);
  for (const field::Number n : {field::MESSAGE, field::UNIT_RESULT, field::AUDIT_FIELD_UNIT, field::AUDIT_FIELD_RES})
    wanted.add(id_of(n));
}

}  // namespace stopwarden::ledger
