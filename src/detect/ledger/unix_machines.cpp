// SPDX-License-Identifier: Apache-2.0
// Containers and virtual machines, ESXi. To add a tool: a function and a row in kTools.
#include <array>

#include "detect/ledger/unix_arguments.h"

namespace stopwarden::ledger::unix_tool {
namespace {

// ---- containers and virtual machines ----

void docker(const Arguments& a, const CommandContext& context, TargetList& out) {
  const std::string route = unix_tool_name(a[0]);
  Parsed p = parse(a, {"-H",
                       "--host",
                       "-c",
                       "--context",
                       "--config",
                       "-l",
                       "--log-level",
                       "-t",
                       "--time",
                       "--timeout",
                       "-s",
                       "--signal",
                       "--url",
                       "--connection",
                       "-r",
                       "--runtime-endpoint",
                       "-n",
                       "--namespace",
                       "-a",
                       "--address",
                       "--storage-driver",
                       "--storage-opt",
                       "--root",
                       "--runroot",
                       "--runtime",
                       "--cgroup-manager"});
  std::size_t at = 0;
  if (at < p.words.size() &&
      is_one_of(p.words[at], {"container", "service", "stack", "pod", "tasks", "task", "containers"}))
    ++at;
  if (at >= p.words.size()) return;
  std::string_view verb = verb_of(p.words[at], {{"stop", "stop"},
                                                {"kill", "kill"},
                                                {"pause", "pause"},
                                                {"rm", "delete"},
                                                {"remove", "delete"},
                                                {"stopp", "stop"},
                                                {"rmp", "delete"},
                                                {"restart", "restart"},
                                                {"start", "start"},
                                                {"down", "stop"},
                                                {"delete", "delete"}});
  if (verb.empty()) return;
  add_words(p, at + 1, Type::service, {verb, route, context.host}, out);
  if (p.words.size() == at + 1 && p.has({"-a", "--all"})) add(Type::service, "*", {verb, route, context.host}, out);
}

void kubectl(const Arguments& a, const CommandContext& context, TargetList& out) {
  const std::string route = unix_tool_name(a[0]);
  const Parsed p =
      parse(a, {"-n", "--namespace", "--context", "--kubeconfig", "-l", "--selector", "-f", "--filename", "-s",
                "--server", "--cluster", "--user", "--replicas", "--grace-period", "-o", "--as", "--token"});
  if (p.words.empty()) return;
  std::string_view verb =
      verb_of(p.words[0], {{"delete", "delete"}, {"scale", "stop"}, {"drain", "stop"}, {"cordon", "disable"}});
  if (p.words[0] == "scale" && p.value({"--replicas"}) != "0") verb = {};
  if (verb.empty()) return;
  // TYPE NAME..., TYPE/NAME..., or a node's name
  const bool slashes = p.words.size() > 1 && p.words[1].find('/') != std::string_view::npos;
  const std::size_t from = slashes || verb == "disable" || p.words[0] == "drain" ? 1 : 2;
  add_words(p, from, Type::service, {verb, route, context.host}, out);
}

void machine(const Arguments& a, std::string_view route, std::initializer_list<Verb> verbs,
             const CommandContext& context, TargetList& out) {
  const Parsed p = parse(a, {"-c", "--connect", "--timeout", "-T", "--mode"});
  if (p.words.size() < 2) return;
  const std::string_view verb = verb_of(p.words[0], verbs);
  if (!verb.empty()) add(Type::vm, p.words[1], {verb, route, context.host}, out);
}
void virsh(const Arguments& a, const CommandContext& c, TargetList& out) {
  machine(a, "virsh",
          {{"destroy", "power-off"},
           {"shutdown", "power-off"},
           {"suspend", "pause"},
           {"undefine", "delete"},
           {"managedsave", "power-off"},
           {"reset", "restart"},
           {"reboot", "restart"},
           {"start", "start"}},
          c, out);
}
void qm(const Arguments& a, const CommandContext& c, TargetList& out) {
  machine(a, unix_tool_name(a[0]),
          {{"stop", "power-off"},
           {"shutdown", "power-off"},
           {"suspend", "pause"},
           {"destroy", "delete"},
           {"reset", "restart"},
           {"start", "start"}},
          c, out);
}
/// xe vm-shutdown uuid=... | vm=NAME [--force]
void xe(const Arguments& a, const CommandContext& c, TargetList& out) {
  if (a.size() < 3) return;
  const std::string_view verb = verb_of(a[1], {{"vm-shutdown", "power-off"},
                                               {"vm-reset-powerstate", "power-off"},
                                               {"vm-suspend", "pause"},
                                               {"vm-pause", "pause"},
                                               {"vm-destroy", "delete"},
                                               {"vm-uninstall", "delete"}});
  if (verb.empty()) return;
  for (std::size_t i = 2; i < a.size(); ++i)
    for (const std::string_view key : {"uuid=", "vm=", "name-label="})
      if (starts(a[i], key)) add(Type::vm, std::string_view(a[i]).substr(key.size()), {verb, "xe", c.host}, out);
}
void vboxmanage(const Arguments& a, const CommandContext& c, TargetList& out) {
  if (a.size() > 3 && a[1] == "controlvm") {
    const std::string_view verb = verb_of(a[3], {{"poweroff", "power-off"},
                                                 {"acpipowerbutton", "power-off"},
                                                 {"savestate", "power-off"},
                                                 {"pause", "pause"},
                                                 {"reset", "restart"}});
    if (!verb.empty()) add(Type::vm, a[2], {verb, "vboxmanage", c.host}, out);
  }
  if (a.size() > 2 && a[1] == "unregistervm") add(Type::vm, a[2], {"delete", "vboxmanage", c.host}, out);
}

// ---- ESXi ----

void esxcli(const Arguments& a, const CommandContext& c, TargetList& out) {
  const std::string route = unix_tool_name(a[0]);
  const Parsed p =
      parse(a, {"-w",           "--world-id", "-t",       "--type", "-e",    "--enabled",   "--enable",       "-r",
                "--ruleset-id", "-s",         "--server", "-u",     "-p",    "--formatter", "--format-param", "-n",
                "--name",       "-o",         "--option", "-i",     "--vmid"});
  std::string path;
  for (const std::string_view word : p.words) path += (path.empty() ? "" : " ") + std::string(word);
  if (path == "vm process kill" || path == "vms vm kill") {
    const std::string_view world = p.value({"-w", "--world-id"});
    add(Type::vm, world, {"kill", route, c.host}, out);
  }
  const std::string_view enabled = p.value({"-e", "--enabled", "--enable"});
  const bool off = is_one_of(enabled, {"false", "0", "no"});
  if (path == "network firewall set" && off) add(Type::service, "firewall", {"disable", route, c.host}, out);
  if (path == "network firewall unload") add(Type::service, "firewall", {"stop", route, c.host}, out);
  if (path == "system syslog config set" || path == "system syslog config logger set")
    add(Type::service, "syslog", {"reconfigure", route, c.host}, out);
  if (path == "system maintenanceMode set" && is_one_of(enabled, {"true", "1", "yes"}))
    add(Type::service, "maintenanceMode", {"enable", route, c.host}, out);
  if (path == "system auditrecords local disable" || path == "system auditrecords remote disable")
    add(Type::service, "auditrecords", {"disable", route, c.host}, out);
}

void vim_cmd(const Arguments& a, const CommandContext& c, TargetList& out) {
  const Parsed p = parse(a, {"-U", "-H", "-P"});
  if (p.words.empty()) return;
  const std::string_view verb = verb_of(p.words[0], {{"vmsvc/power.off", "power-off"},
                                                     {"vmsvc/power.shutdown", "power-off"},
                                                     {"vmsvc/power.suspend", "pause"},
                                                     {"vmsvc/power.hibernate", "pause"},
                                                     {"vmsvc/power.suspendResume", "pause"},
                                                     {"vmsvc/power.reset", "restart"},
                                                     {"vmsvc/power.reboot", "restart"},
                                                     {"vmsvc/unregister", "unregister"},
                                                     {"vmsvc/destroy", "delete"},
                                                     {"vmsvc/power.on", "start"}});
  if (!verb.empty()) return add_words(p, 1, Type::vm, {verb, "vim-cmd", c.host}, out);
  if (starts(p.words[0], "hostsvc/autostartmanager/")) {
    const bool off = p.words[0] == "hostsvc/autostartmanager/clear_autostart" ||
                     (p.words.size() > 1 && is_one_of(p.words[1], {"0", "false"}));
    if (off) add(Type::service, "autostartmanager", {"disable", "vim-cmd", c.host}, out);
  }
  const std::string_view service_verb = verb_of(p.words[0], {{"hostsvc/stop_service", "stop"},
                                                             {"hostsvc/disable_ssh", "disable"},
                                                             {"hostsvc/stop_ssh", "stop"},
                                                             {"hostsvc/disable_esx_shell", "disable"},
                                                             {"hostsvc/stop_esx_shell", "stop"}});
  if (service_verb.empty()) return;
  const std::size_t under = p.words[0].rfind('_');
  const std::string_view named = p.words[0] == "hostsvc/stop_service" && p.words.size() > 1 ? p.words[1]
                                 : ends(p.words[0], "esx_shell") ? std::string_view("esx_shell")
                                                                 : p.words[0].substr(under + 1);
  add(Type::service, named, {service_verb, "vim-cmd", c.host}, out);
}

constexpr std::array kTools{
    Tool{"docker", docker},
    Tool{"podman", docker},
    Tool{"nerdctl", docker},
    Tool{"crictl", docker},
    Tool{"ctr", docker},
    Tool{"kubectl", kubectl},
    Tool{"oc", kubectl},
    Tool{"virsh", virsh},
    Tool{"qm", qm},
    Tool{"pct", qm},
    Tool{"xe", xe},
    Tool{"vboxmanage", vboxmanage},
    Tool{"VBoxManage", vboxmanage},
    Tool{"esxcli", esxcli},
    Tool{"localcli", esxcli},
    Tool{"vim-cmd", vim_cmd},
};

}  // namespace

std::span<const Tool> machine_tools() { return kTools; }

}  // namespace stopwarden::ledger::unix_tool
