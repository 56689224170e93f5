// SPDX-License-Identifier: Apache-2.0
#include "detect/ledger/syslog_targets.h"
#include "detect/ledger/event_value.h"

#include <array>
#include <string_view>

namespace stopwarden::ledger {
namespace {

struct Words {
  std::string_view said, verb, state;
};

/// What `unit_event` means for the unit.
constexpr std::array<Words, 14> kUnitEvents{{
    {"stopping", "stop", "stopping"},
    {"stopped", "stop", "stopped"},
    {"deactivated", "stop", "stopped"},
    {"starting", "start", "starting"},
    {"started", "start", "running"},
    {"restart scheduled", "start", ""},
    {"reloading", "reload", ""},
    {"reloaded", "reload", "running"},
    {"signal sent", "kill", ""},
    {"process killed", "kill", ""},
    {"main process exited", "kill", "exited"},
    {"control process exited", "", "exited"},
    {"out of memory", "kill", ""},
    {"timed out", "stop", "timed out"},
}};

void unit_targets(const Event& event, TargetList& out) {
  const std::string_view unit = value_of(event, field::UNIT), description = value_of(event, field::unit_description);
  const std::string_view said = value_of(event, field::unit_event);
  if (said.empty() || (unit.empty() && description.empty())) return;
  Target t;
  t.name = unit.empty() ? description : unit;
  t.display_name = description;
  t.route = "systemd";
  for (const Words& words : kUnitEvents) {
    if (words.said != said) continue;
    t.verb = words.verb;
    t.state = words.state;
  }
  if (said == "failed") {
    t.verb = value_of(event, field::JOB_TYPE);
    t.state = "failed";
  }
  // Nobody killed a process that ended by itself.
  if (said == "main process exited" && value_of(event, field::EXIT_CODE) == "exited") t.verb = "";
  out.add(std::move(t));
}

void process_target(const Event& event, std::string_view route, TargetList& out) {
  const std::string_view process = value_of(event, field::killed_process);
  if (process.empty()) return;
  Target t;
  t.type = Target::Type::process;
  t.name = process;
  t.verb = "kill";
  t.route = route;
  out.add(std::move(t));
}

/// Proxmox: task types are the tool (qm, vz) and what it does.
void task_target(const Event& event, TargetList& out) {
  constexpr std::array<Words, 12> kTasks{{{"qmstop", "power-off", ""},
                                          {"qmshutdown", "power-off", ""},
                                          {"qmsuspend", "pause", ""},
                                          {"qmpause", "pause", ""},
                                          {"qmdestroy", "delete", ""},
                                          {"qmreset", "restart", ""},
                                          {"qmreboot", "restart", ""},
                                          {"qmstart", "start", ""},
                                          {"vzstop", "power-off", ""},
                                          {"vzshutdown", "power-off", ""},
                                          {"vzdestroy", "delete", ""},
                                          {"vzstart", "start", ""}}};
  const std::string_view type = value_of(event, field::task_type);
  for (const Words& words : kTasks) {
    if (words.said != type) continue;
    Target t;
    t.type = Target::Type::vm;
    t.name = value_of(event, field::task_object);
    t.verb = words.verb;
    t.route = "proxmox";
    out.add(std::move(t));
  }
}

}  // namespace

void syslog_targets(const Event& event, TargetList& out) {
  if (event.provider == "systemd") {
    unit_targets(event, out);
    process_target(event, "systemd", out);
  } else if (event.provider == "kernel") {
    process_target(event, "oom", out);
  } else {
    task_target(event, out);
  }
}

void add_syslog_target_fields(WantedFields& wanted) {
  for (const field::Number n : {field::UNIT, field::unit_description, field::unit_event, field::JOB_TYPE,
                                field::EXIT_CODE, field::killed_process, field::task_type, field::task_object})
    wanted.add(id_of(n));
}

}  // namespace stopwarden::ledger
