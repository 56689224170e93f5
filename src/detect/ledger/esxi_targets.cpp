// SPDX-License-Identifier: Apache-2.0
#include "detect/ledger/esxi_targets.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "detect/ledger/event_value.h"
#include "event/log_name.h"

namespace stopwarden::ledger {
namespace {

struct Verb {
  std::string_view what, verb, state;
};
template <std::size_t N>
const Verb* find(const std::array<Verb, N>& rows, std::string_view what) noexcept {
  const auto found = std::find_if(rows.begin(), rows.end(), [what](const Verb& row) { return row.what == what; });
  return found == rows.end() ? nullptr : &*found;
}

constexpr std::array kTasks{
    Verb{"vim.VirtualMachine.powerOff", "power-off", ""},
    Verb{"vim.VirtualMachine.shutdownGuest", "power-off", ""},
    Verb{"vim.VirtualMachine.standbyGuest", "pause", ""},
    Verb{"vim.VirtualMachine.suspend", "pause", ""},
    Verb{"vim.VirtualMachine.terminate", "kill", ""},
    Verb{"vim.VirtualMachine.reset", "restart", ""},
    Verb{"vim.VirtualMachine.unregister", "unregister", ""},
    Verb{"vim.VirtualMachine.destroy", "delete", ""},
    Verb{"vim.ManagedEntity.destroy", "delete", ""},
    Verb{"vim.VirtualMachine.powerOn", "start", ""},
    Verb{"vim.VirtualMachine.removeAllSnapshots", "reconfigure", ""},
};
constexpr std::array kStates{
    // the words of events, and where a state transition ends
    Verb{"powered off", "power-off", "stopped"},
    Verb{"stopping", "power-off", "stopping"},
    Verb{"shut down", "power-off", "stopped"},
    Verb{"suspended", "pause", "paused"},
    Verb{"suspending", "pause", "pausing"},
    Verb{"removed", "unregister", "removed"},
    Verb{"VM_STATE_OFF", "power-off", "stopped"},
    Verb{"VM_STATE_POWERING_OFF", "power-off", "stopping"},
    Verb{"VM_STATE_SHUTTING_DOWN", "power-off", "stopping"},
    Verb{"VM_STATE_SUSPENDED", "pause", "paused"},
    Verb{"VM_STATE_SUSPENDING", "pause", "pausing"},
};
constexpr std::array kEvents{
    Verb{"vim.event.VmPoweredOffEvent", "power-off", "stopped"},
    Verb{"vim.event.VmStoppingEvent", "power-off", "stopping"},
    Verb{"vim.event.VmGuestShutdownEvent", "power-off", "stopped"},
    Verb{"vim.event.VmSuspendedEvent", "pause", "paused"},
    Verb{"vim.event.VmGuestStandbyEvent", "pause", "paused"},
    Verb{"vim.event.VmRemovedEvent", "unregister", "removed"},
};
Target make(Target::Type type, std::string_view name, const Verb& verb, std::string_view route) {
  Target t;
  t.type = type;
  t.name = trim(name);
  t.verb = verb.verb;
  t.route = route;
  t.state = verb.state;
  return t;
}

}  // namespace

void esxi_targets(const Event& event, TargetList& out) {
  const std::string_view route = event.channel == log_name::vcenter_vpxd ? "vcenter" : "hostd";
  const std::string_view name = value_of(event, field::VmName), id = value_of(event, field::VmId);
  const std::string_view vm = name.empty() ? id : name;
  const Verb* verb = find(kTasks, value_of(event, field::TaskName));
  if (verb == nullptr) verb = find(kEvents, value_of(event, field::EventTypeId));
  if (verb == nullptr) verb = find(kStates, value_of(event, field::VmState));
  if (verb == nullptr) verb = find(kStates, value_of(event, field::StateTo));
  if (verb != nullptr && !trim(vm).empty()) out.add(make(Target::Type::vm, vm, *verb, route));
}

void add_esxi_target_fields(WantedFields& wanted) {
  for (const field::Number n :
       {field::TaskName, field::VmName, field::VmId, field::VmState, field::StateTo, field::EventTypeId})
    wanted.add(id_of(n));
}

}  // namespace stopwarden::ledger
