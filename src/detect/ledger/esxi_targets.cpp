// SPDX-License-Identifier: Apache-2.0
#include "detect/ledger/esxi_targets.h"

#include <algorithm>
#include <array>
#include <string>

#include "base/text.h"
#include "event/catalogue.h"
#include "event/log_name.h"

namespace stopwarden::ledger {
namespace {

using Words = std::vector<std::string>;

std::string_view value_of(const Event& event, field::Number n) noexcept {
  for (const FieldValue& v : event.fields)
    if (v.field == id_of(n) && v.kind != ValueKind::null) return v.text;
  return {};
}

struct Verb {
  std::string_view what, verb, state;
};
template <std::size_t N>
const Verb* find(const std::array<Verb, N>& rows, std::string_view what) noexcept {
  const auto found = std::find_if(rows.begin(), rows.end(), [what](const Verb& row) { return row.what == what; });
  return found == rows.end() ? nullptr : &*found;
}

constexpr std::array kTasks{
    Verb{"vim.VirtualMachine.powerOff", "stop", ""},
    Verb{"vim.VirtualMachine.shutdownGuest", "stop", ""},
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
    Verb{"powered off", "stop", "stopped"},
    Verb{"stopping", "stop", "stopping"},
    Verb{"shut down", "stop", "stopped"},
    Verb{"suspended", "pause", "paused"},
    Verb{"suspending", "pause", "pausing"},
    Verb{"removed", "unregister", "removed"},
    Verb{"VM_STATE_OFF", "stop", "stopped"},
    Verb{"VM_STATE_POWERING_OFF", "stop", "stopping"},
    Verb{"VM_STATE_SHUTTING_DOWN", "stop", "stopping"},
    Verb{"VM_STATE_SUSPENDED", "pause", "paused"},
    Verb{"VM_STATE_SUSPENDING", "pause", "pausing"},
};
constexpr std::array kEvents{
    Verb{"vim.event.VmPoweredOffEvent", "stop", "stopped"},
    Verb{"vim.event.VmStoppingEvent", "stop", "stopping"},
    Verb{"vim.event.VmGuestShutdownEvent", "stop", "stopped"},
    Verb{"vim.event.VmSuspendedEvent", "pause", "paused"},
    Verb{"vim.event.VmGuestStandbyEvent", "pause", "paused"},
    Verb{"vim.event.VmRemovedEvent", "unregister", "removed"},
};
constexpr std::array kVmsvc{
    Verb{"power.off", "stop", ""},
    Verb{"power.shutdown", "stop", ""},
    Verb{"power.suspend", "pause", ""},
    Verb{"power.hibernate", "pause", ""},
    Verb{"unregister", "unregister", ""},
    Verb{"destroy", "delete", ""},
    Verb{"power.reset", "restart", ""},
    Verb{"power.reboot", "restart", ""},
    Verb{"snapshot.removeall", "reconfigure", ""},
};
constexpr std::array kServiceWords{Verb{"stop", "stop", ""}, Verb{"restart", "restart", ""},
                                   Verb{"start", "start", ""}};

Target make(Target::Type type, std::string_view name, const Verb& verb, std::string_view route) {
  Target t;
  t.type = type;
  t.name = trim(name);
  t.verb = verb.verb;
  t.route = route;
  t.state = verb.state;
  return t;
}

/// The words of one command as a shell parts them: blanks, quotes and backslashes; no expansion.
Words words_of(std::string_view command) {
  Words out;
  std::string word;
  bool in_word = false;
  char quote = 0;
  for (std::size_t i = 0; i < command.size(); ++i) {
    const char c = command[i];
    if (quote != 0 ? c == quote : (c == '"' || c == '\'')) {
      quote = quote != 0 ? '\0' : c;
      in_word = true;
    } else if (quote == 0 && (c == ' ' || c == '\t')) {
      if (in_word) out.push_back(std::move(word));
      word.clear();
      in_word = false;
    } else {
      if (c == '\\' && quote != '\'' && i + 1 < command.size()) ++i;
      word += command[i];
      in_word = true;
    }
  }
  if (in_word) out.push_back(std::move(word));
  return out;
}

std::string_view file_of(std::string_view path) noexcept { return path.substr(path.rfind('/') + 1); }

/// A name that stands there and is not made by the shell.
bool is_plain(std::string_view name) noexcept {
  return !name.empty() && name.find_first_of("$`*?{}()") == std::string_view::npos;
}

void add(Target::Type type, std::string_view name, const Verb* verb, std::string_view route, TargetList& out) {
  if (verb != nullptr && is_plain(name)) out.add(make(type, name, *verb, route));
}

/// vim-cmd [-U user] [/]vmsvc/power.off 12
void vim_cmd(const Words& words, std::size_t at, TargetList& out) {
  for (std::size_t i = at + 1; i + 1 < words.size(); ++i) {
    std::string_view what = words[i];
    if (what.substr(0, 1) == "/") what.remove_prefix(1);
    constexpr std::string_view kVm = "vmsvc/";
    if (what.substr(0, kVm.size()) == kVm)
      return add(Target::Type::vm, words[i + 1], find(kVmsvc, what.substr(kVm.size())), "vim-cmd", out);
  }
}

/// esxcli [options] vm process kill -t soft -w 2099, --world-id=2099
void esxcli(const Words& words, std::size_t at, TargetList& out) {
  constexpr Verb kKill{"kill", "kill", ""};
  bool kills = false;
  for (std::size_t i = at + 1; i < words.size(); ++i) {
    kills = kills || (words[i] == "kill" && (words[i - 1] == "process" || words[i - 1] == "vm"));
    std::string_view word = words[i];
    const std::string_view key = word.substr(0, word.find('='));
    if (!kills || (key != "-w" && key != "--world-id")) continue;
    if (key.size() < word.size())
      add(Target::Type::vm, word.substr(key.size() + 1), &kKill, "esxcli", out);
    else if (i + 1 < words.size())
      add(Target::Type::vm, words[i + 1], &kKill, "esxcli", out);
  }
}

void chkconfig(const Words& words, std::size_t at, TargetList& out) {
  constexpr Verb kDisable{"off", "disable", "disabled"};
  if (words.size() - at < 3) return;
  if (words[at + 1] == "--del")
    add(Target::Type::service, words[at + 2], &kDisable, "chkconfig", out);
  else if (words[at + 2] == "off")
    add(Target::Type::service, words[at + 1], &kDisable, "chkconfig", out);
}

void one_command(std::string_view command, TargetList& out) {
  const Words words = words_of(command);
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view tool = file_of(words[i]);
    constexpr std::string_view kInit = "/etc/init.d/";
    if (tool == "vim-cmd") return vim_cmd(words, i, out);
    if (tool == "esxcli" || tool == "localcli") return esxcli(words, i, out);
    if (tool == "chkconfig") return chkconfig(words, i, out);
    if (tool == "service" && words.size() - i >= 3)
      return add(Target::Type::service, words[i + 1], find(kServiceWords, words[i + 2]), "service", out);
    if (words[i].compare(0, kInit.size(), kInit) == 0 && i + 1 < words.size())
      return add(Target::Type::service, tool, find(kServiceWords, words[i + 1]), "init.d", out);
  }
}

/// Each part of the line that a shell would run by itself. Quotes are not heeded: what stands in them is often run,
/// too.
void command_line(std::string_view line, TargetList& out) {
  while (!line.empty()) {
    const std::size_t end = line.find_first_of(";|&\n");
    const std::string_view part = line.substr(0, end);
    if (!out.spend(part.size())) return;
    one_command(part, out);
    line.remove_prefix(end == std::string_view::npos ? line.size() : end + 1);
  }
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
  command_line(value_of(event, field::CommandLine), out);
}

void add_esxi_target_fields(WantedFields& wanted) {
  for (const field::Number n : {field::TaskName, field::VmName, field::VmId, field::VmState, field::StateTo,
                                field::EventTypeId, field::CommandLine})
    wanted.add(id_of(n));
}

}  // namespace stopwarden::ledger
