// SPDX-License-Identifier: Apache-2.0
// Messages of hostd and vpxd: tasks, events, states of virtual machines.
#include <array>

#include "base/find.h"
#include "base/text.h"
#include "sources/esxi/message.h"
#include "sources/esxi/take.h"

namespace stopwarden::esxi {
namespace {

constexpr std::string_view kTask = "haTask-";

/// The end of an event's text, and what it says of the machine.
struct StatePhrase {
  std::string_view phrase, state;
};
constexpr std::array kStateEnds{
    StatePhrase{" is powered off", "powered off"},
    StatePhrase{" is powered on", "powered on"},
    StatePhrase{" is stopping", "stopping"},
    StatePhrase{" is starting", "starting"},
    StatePhrase{" is suspended", "suspended"},
    StatePhrase{" is being suspended", "suspending"},
    StatePhrase{" is resuming", "resuming"},
    StatePhrase{" is reset", "reset"},
    StatePhrase{" was reset", "reset"},
    StatePhrase{" is being reset", "resetting"},
    StatePhrase{" is resetting", "resetting"},
};
constexpr std::array kStateStarts{
    StatePhrase{"Guest OS shut down for ", "shut down"},
    StatePhrase{"Guest OS reboot for ", "rebooting"},
    StatePhrase{"Guest OS standby for ", "standby"},
    StatePhrase{"Removed ", "removed"},
};

/// The place of " on " in "<name> on  <host> in <datacenter>" or "... from <datacenter>". Names have blanks and may
/// hold the words themselves, hosts have none: the last place that fits.
std::size_t before_host(std::string_view text) noexcept {
  for (std::size_t at = text.rfind(" on "); at != std::string_view::npos && at > 0; at = text.rfind(" on ", at - 1)) {
    std::string_view rest = trim(text.substr(at + 4, 512));
    take_until(rest, " ");
    if (rest.empty() || starts_with(rest, "in ") || starts_with(rest, "from ")) return at;
  }
  return std::string_view::npos;
}

}  // namespace

void MessageReader::hostd(std::string_view message) {
  if (starts_with(message, "Task ")) return task(message);
  if (starts_with(message, "Event ")) {
    std::string_view rest = message.substr(6);
    const std::string_view number = take_until(rest, " : ");
    if (!parse_unsigned(number)) return;
    emitter_.add(EventText_, rest);
    login(rest);
    return vm_event(rest);
  }
  if (holds(message.substr(0, 512), "State Transition (")) return state_transition(message);
  login(message);
}

/// "Task Created : haTask-12-vim.VirtualMachine.powerOff-345", "Task Completed : haTask-... Status success".
void MessageReader::task(std::string_view message) {
  std::string_view rest = message.substr(5);
  const std::string_view state = take_until(rest, " : ");
  if (!starts_with(rest, kTask)) return;
  std::string_view id = take_until(rest, " ");
  if (starts_with(rest, "Status ")) {
    rest.remove_prefix(7);
    emitter_.add(TaskStatus_, take_until(rest, " "));
  }
  id.remove_prefix(kTask.size());
  const std::size_t operation = id.find("-vim.");
  if (operation == std::string_view::npos) return;
  const std::string_view object = id.substr(0, operation);
  std::string_view name = id.substr(operation + 1);
  if (const std::size_t dash = name.rfind('-'); dash != std::string_view::npos && parse_unsigned(name.substr(dash + 1)))
    name = name.substr(0, dash);
  emitter_.add(TaskName_, name);
  emitter_.add(TaskState_, state);
  if (starts_with(name, "vim.VirtualMachine.") && parse_unsigned(object)) emitter_.add(VmId_, object);
}

/// "State Transition (VM_STATE_ON -> VM_STATE_POWERING_OFF)"; `sub` has the machine's file:
/// "Vmsvc.vm:/vmfs/volumes/<uuid>/<folder>/<name>.vmx".
void MessageReader::state_transition(std::string_view message) {
  if (const auto inside = between(message, "State Transition (", ")")) {
    std::string_view rest = *inside;
    emitter_.add(StateFrom_, take_until(rest, " -> "));
    emitter_.add(StateTo_, rest);
  }
  constexpr std::string_view kVm = "Vmsvc.vm:";
  if (!starts_with(sub_, kVm)) return;
  const std::string_view path = sub_.substr(kVm.size());
  emitter_.add(VmxPath_, path);
  std::string_view name = path.substr(path.rfind('/') + 1);
  constexpr std::string_view kEnd = ".vmx";
  if (name.size() > kEnd.size() && name.substr(name.size() - kEnd.size()) == kEnd) name.remove_suffix(kEnd.size());
  emitter_.add(VmName_, name);
}

/// "<name> on  <host> in <datacenter> is powered off", "Guest OS shut down for <name> on <host> in <datacenter>".
void MessageReader::vm_event(std::string_view text) {
  std::string_view body = text, state;
  while (!body.empty() && (body.back() == '.' || body.back() == ' ' || body.back() == '\n')) body.remove_suffix(1);
  for (const StatePhrase& row : kStateEnds)
    if (body.size() > row.phrase.size() && body.substr(body.size() - row.phrase.size()) == row.phrase) {
      body.remove_suffix(row.phrase.size());
      state = row.state;
      break;
    }
  if (state.empty())
    for (const StatePhrase& row : kStateStarts)
      if (starts_with(body, row.phrase)) {
        body.remove_prefix(row.phrase.size());
        state = row.state;
        break;
      }
  if (state.empty()) return;
  const std::size_t on = before_host(body);
  if (on == std::string_view::npos) return;
  emitter_.add(VmState_, state);
  emitter_.add(VmName_, trim(body.substr(0, on)));
}

void MessageReader::vpxd(std::string_view message) {
  if (starts_with(message, "[VpxLRO] -- ")) return vpx_lro(message.substr(12));
  if (starts_with(message, "Event [")) return vpx_event(message.substr(7));
}

/// "BEGIN task-9 -- vm-42 -- vim.VirtualMachine.powerOff -- 52...(52...)", "FINISH task-9", "ERROR task-9 -- ...".
void MessageReader::vpx_lro(std::string_view message) {
  std::string_view rest = message;
  emitter_.add(TaskState_, take_until(rest, " "));
  take_until(rest, " -- ");
  const std::string_view object = take_until(rest, " -- ");
  std::string_view name = take_until(rest, " -- ");
  name = take_until(name, ": ");
  if (starts_with(object, "vm-")) emitter_.add(VmId_, object);
  if (starts_with(name, "vim.")) emitter_.add(TaskName_, name);
  if (!rest.empty()) emitter_.add(LogonId_, take_until(rest, "("));
}

/// "7] [1-1] [2026-01-02T03:04:05.6Z] [vim.event.VmPoweredOffEvent] [info] [CORP\ann] [dc] [7] [text]": what vCenter
/// sends to a syslog server for each of its events.
void MessageReader::vpx_event(std::string_view message) {
  std::array<std::string_view, 9> parts;
  std::string_view rest = message;
  std::size_t count = 0;
  for (; count + 1 < parts.size() && !rest.empty(); ++count) parts[count] = take_until(rest, "] [");
  if (count + 1 < parts.size()) return;
  if (!rest.empty() && rest.back() == ']') rest.remove_suffix(1);
  emitter_.add(EventTypeId_, parts[3]);
  if (!parts[5].empty()) emitter_.add(User_, parts[5]);
  emitter_.add(EventText_, rest);
  vm_event(rest);
}

}  // namespace stopwarden::esxi
