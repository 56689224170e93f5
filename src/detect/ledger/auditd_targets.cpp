// SPDX-License-Identifier: Apache-2.0
#include "detect/ledger/auditd_targets.h"
#include "detect/ledger/event_value.h"

#include <array>
#include <utility>

namespace stopwarden::ledger {
namespace {

constexpr std::array kFields{
    field::type, field::unit,  field::res,          field::success,         field::SYSCALL,
    field::sig,  field::ocomm, field::exe,          field::CreatedFilename, field::DeletedFilename,
    field::vm,   field::op,    field::audit_enabled};

bool has(const Event& event, field::Number n, std::string_view text) noexcept {
  for (const FieldValue& v : event.fields)
    if (v.field == id_of(n) && v.text == text) return true;
  return false;
}

bool ends_with(std::string_view text, std::string_view end) noexcept {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

Target make(Target::Type type, std::string_view name, std::string_view verb, std::string_view route,
            std::string_view state = {}) {
  Target t;
  t.type = type;
  t.name = name;
  t.verb = verb;
  t.route = route;
  t.state = state;
  return t;
}

void unit_changes_state(const Event& event, bool stops, TargetList& out) {
  const std::string_view unit = value_of(event, field::unit);
  if (unit.empty()) return;
  const bool failed = has(event, field::res, "failed");
  out.add(make(Target::Type::service, unit, stops ? "stop" : "start", "systemd",
               failed  ? "failed"
               : stops ? "stopped"
                       : "running"));
}

/// The processes that a signal went to. systemctl ends its own password agent each time; that is nobody's target.
void signal_sent(const Event& event, TargetList& out) {
  constexpr std::string_view kTerminate = "15", kKill = "9", kAbort = "6", kStop = "19", kAgent = "systemd-tty-ask";
  const std::string_view signal = value_of(event, field::sig);
  const bool pauses = signal == kStop;
  if (!pauses && signal != kTerminate && signal != kKill && signal != kAbort) return;
  const std::string_view state = has(event, field::success, "no") ? "denied" : std::string_view{};
  for (const FieldValue& v : event.fields)
    if (v.field == id_of(field::ocomm) && v.text.substr(0, kAgent.size()) != kAgent)
      out.add(make(Target::Type::process, v.text, pauses ? "pause" : "kill", "kill", state));
}

/// "nginx.service" of "/etc/systemd/system/nginx.service", "nginx" of "/etc/init.d/nginx"; empty for other files.
std::string_view unit_of_path(std::string_view path) noexcept {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return {};
  const std::string_view name = path.substr(slash + 1);
  if (path.find("/init.d/") != std::string_view::npos) return name;
  if (path.find("/systemd/") == std::string_view::npos) return {};
  for (const std::string_view kind : {".service", ".socket", ".timer", ".target", ".mount", ".path"})
    if (ends_with(name, kind)) return name;
  return {};
}

void files_changed(const Event& event, TargetList& out) {
  for (const FieldValue& v : event.fields) {
    const bool deleted = v.field == id_of(field::DeletedFilename);
    if (!deleted && v.field != id_of(field::CreatedFilename)) continue;
    if (const std::string_view unit = unit_of_path(v.text); !unit.empty())
      out.add(make(Target::Type::service, unit, deleted ? "delete" : "reconfigure", "unit-file"));
  }
}

}  // namespace

void auditd_targets(const Event& event, TargetList& out) {
  if (event.provider == "SERVICE_STOP" || event.provider == "SERVICE_START") {
    unit_changes_state(event, event.provider == "SERVICE_STOP", out);
  } else if (event.provider == "SYSCALL") {
    signal_sent(event, out);
    files_changed(event, out);
  } else if (event.provider == "VIRT_CONTROL") {
    const std::string_view machine = value_of(event, field::vm), op = value_of(event, field::op);
    if (!machine.empty() && (op == "stop" || op == "start"))
      out.add(make(Target::Type::vm, machine, op, "libvirt",
                   has(event, field::res, "failed") ? "failed"
                   : op == "stop"                   ? "stopped"
                                                    : "running"));
  } else if (event.provider == "CONFIG_CHANGE" && has(event, field::audit_enabled, "0")) {
    out.add(make(Target::Type::service, "auditd", "disable", "auditctl", "disabled"));
  } else if (event.provider == "DAEMON_END" || event.provider == "DAEMON_ABORT") {
    out.add(make(Target::Type::service, "auditd", "stop", "auditd", "stopped"));
  }
}

void add_auditd_target_fields(WantedFields& wanted) {
  for (const field::Number n : kFields) wanted.add(id_of(n));
}

}  // namespace stopwarden::ledger
