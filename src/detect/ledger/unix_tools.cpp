// SPDX-License-Identifier: Apache-2.0
// macOS, programs' own ways of being stopped, switches of the system, and files of services. To add a tool: a function
// and a row in kTools, here, in unix_services.cpp or in unix_machines.cpp; a plain switch is a row in kSwitches.
#include "detect/ledger/unix_tools.h"

#include <array>

#include "detect/ledger/unix_arguments.h"

namespace stopwarden::ledger {

using namespace unix_tool;

namespace {

// ---- macOS ----

/// "system/com.example.job" -> the label; a plist's path -> its file name without ending.
std::string_view launchd_label(std::string_view target) noexcept {
  if (const std::size_t slash = target.rfind('/'); slash != std::string_view::npos) target.remove_prefix(slash + 1);
  if (ends(target, ".plist")) target.remove_suffix(6);
  return target;
}

void launchctl(const Arguments& a, const CommandContext& c, TargetList& out) {
  const Parsed p = parse(a, {"-S", "-D"});
  if (p.words.size() < 2) return;
  const std::string_view verb = verb_of(p.words[0], {{"bootout", "stop"},
                                                     {"unload", "stop"},
                                                     {"stop", "stop"},
                                                     {"remove", "delete"},
                                                     {"disable", "disable"},
                                                     {"kill", "kill"},
                                                     {"load", "start"},
                                                     {"bootstrap", "start"},
                                                     {"start", "start"},
                                                     {"enable", "enable"}});
  const bool kickstart = p.words[0] == "kickstart";
  if (verb.empty() && !(kickstart && p.has({"-k", "-kp", "-pk"}))) return;
  std::size_t from = p.words[0] == "kill" ? 2 : 1;  // kill SIGNAL TARGET
  // bootout DOMAIN PLIST...: the domain alone is no job
  const bool domain_first = is_one_of(p.words[0], {"bootout", "bootstrap"}) && p.words.size() > 2;
  if (domain_first) ++from;
  for (std::size_t i = from; i < p.words.size(); ++i) {
    const bool disabled = p.words[0] == "unload" && p.has({"-w", "-wF", "-Fw"});
    add(Type::service, launchd_label(p.words[i]),
        {kickstart  ? "restart"
         : disabled ? "disable"
                    : verb,
         "launchctl", c.host},
        out);
  }
}

void systemextensionsctl(const Arguments& a, const CommandContext& c, TargetList& out) {
  if (a.size() > 3 && a[1] == "uninstall") add(Type::service, a[3], {"delete", "systemextensionsctl", c.host}, out);
  if (a.size() > 1 && a[1] == "reset") add(Type::service, "*", {"delete", "systemextensionsctl", c.host}, out);
}
void kextunload(const Arguments& a, const CommandContext& c, TargetList& out) {
  const Parsed p = parse(a, {"-b", "-bundle-id", "-m", "-c"});
  if (const std::string_view id = p.value({"-b", "-bundle-id"}); !id.empty())
    add(Type::service, id, {"stop", "kextunload", c.host}, out);
  add_words(p, 0, Type::service, {"stop", "kextunload", c.host}, out);
}
void tmutil(const Arguments& a, const CommandContext& c, TargetList& out) {
  if (a.size() > 1 && is_one_of(a[1], {"disable", "disablelocal"}))
    add(Type::service, "Time Machine", {"disable", "tmutil", c.host}, out);
  if (a.size() > 1 && a[1] == "stopbackup") add(Type::service, "Time Machine", {"stop", "tmutil", c.host}, out);
}

// ---- programs' own ways of being stopped, and switches of the system ----

/// One command that stops one thing, told by a word (or the first of two) among its arguments.
struct Switch {
  std::string_view tool, first, second, name, verb;
};
constexpr std::array kSwitches{
    Switch{"mysqladmin", "shutdown", "", "mysqld", "stop"},
    Switch{"mariadb-admin", "shutdown", "", "mariadbd", "stop"},
    Switch{"pg_ctl", "stop", "", "postgres", "stop"},
    Switch{"redis-cli", "shutdown", "", "redis", "stop"},
    Switch{"redis-cli", "SHUTDOWN", "", "redis", "stop"},
    Switch{"rabbitmqctl", "stop", "", "rabbitmq", "stop"},
    Switch{"rabbitmqctl", "stop_app", "", "rabbitmq", "stop"},
    Switch{"mongod", "--shutdown", "", "mongod", "stop"},
    Switch{"apachectl", "stop", "", "apache2", "stop"},
    Switch{"apachectl", "graceful-stop", "", "apache2", "stop"},
    Switch{"apache2ctl", "stop", "", "apache2", "stop"},
    Switch{"nginx", "-s", "stop", "nginx", "stop"},
    Switch{"nginx", "-s", "quit", "nginx", "stop"},
    Switch{"auditctl", "-e", "0", "audit", "disable"},
    Switch{"auditctl", "-D", "", "audit rules", "delete"},
    Switch{"setenforce", "0", "", "SELinux", "disable"},
    Switch{"setenforce", "Permissive", "", "SELinux", "disable"},
    Switch{"iptables", "-F", "", "iptables rules", "delete"},
    Switch{"iptables", "--flush", "", "iptables rules", "delete"},
    Switch{"ip6tables", "-F", "", "ip6tables rules", "delete"},
    Switch{"nft", "flush", "ruleset", "nftables rules", "delete"},
    Switch{"ufw", "disable", "", "ufw", "disable"},
    Switch{"swapoff", "-a", "", "swap", "disable"},
    Switch{"pfctl", "-d", "", "pf", "disable"},
    Switch{"spctl", "--master-disable", "", "Gatekeeper", "disable"},
    Switch{"spctl", "--global-disable", "", "Gatekeeper", "disable"},
    Switch{"csrutil", "disable", "", "System Integrity Protection", "disable"},
    Switch{"audit", "-t", "", "auditd", "stop"},
};

bool run_switch(std::string_view tool, const Arguments& a, const CommandContext& context, TargetList& out) {
  bool known = false;
  for (const Switch& row : kSwitches) {
    if (row.tool != tool) continue;
    known = true;
    for (std::size_t i = 1; i < a.size(); ++i) {
      const bool glued = row.second.size() == 1 && a[i] == std::string(row.first) + std::string(row.second);
      const bool apart = a[i] == row.first && (row.second.empty() || (i + 1 < a.size() && a[i + 1] == row.second));
      if (!glued && !apart) continue;
      add(Type::service, row.name, {row.verb, row.tool, context.host}, out);
      return true;
    }
  }
  return known;
}

/// pg_ctlcluster VERSION NAME stop
void pg_ctlcluster(const Arguments& a, const CommandContext& c, TargetList& out) {
  const Parsed p = parse(a, {"-m", "-o"});
  if (p.words.size() > 2 && p.words[2] == "stop")
    add(Type::service, "postgresql@" + std::string(p.words[0]) + "-" + std::string(p.words[1]),
        {"stop", "pg_ctlcluster", c.host}, out);
}

// ---- files ----

/// "/etc/systemd/system/x.service.d/override.conf" -> "x"; empty: no unit file.
std::string_view unit_of_file(std::string_view path) noexcept {
  constexpr std::array<std::string_view, 8> kFolders{
      "/etc/systemd/system/",           "/usr/lib/systemd/system/", "/lib/systemd/system/",   "/run/systemd/system/",
      "/usr/local/lib/systemd/system/", "/etc/systemd/user/",       "/usr/lib/systemd/user/", "/.config/systemd/user/"};
  for (const std::string_view folder : kFolders) {
    const std::size_t at = path.find(folder);
    if (at == std::string_view::npos) continue;
    std::string_view rest = path.substr(at + folder.size());
    if (const std::size_t wants = rest.find(".wants/"); wants != std::string_view::npos) rest.remove_prefix(wants + 7);
    if (const std::size_t drop_in = rest.find(".d/"); drop_in != std::string_view::npos) rest = rest.substr(0, drop_in);
    return unit_name(rest);
  }
  return {};
}
std::string_view job_of_file(std::string_view path) noexcept {
  if (path.find("/LaunchDaemons/") == std::string_view::npos && path.find("/LaunchAgents/") == std::string_view::npos)
    return {};
  return ends(path, ".plist") ? launchd_label(path) : std::string_view{};
}

void remove_file(std::string_view path, std::string_view route, const CommandContext& c, TargetList& out) {
  constexpr std::string_view kInit = "/etc/init.d/";
  if (const std::string_view unit = unit_of_file(path); !unit.empty()) {
    // A link below x.target.wants/ is what "enabled" means.
    const bool link = path.find(".wants/") != std::string_view::npos;
    add(Type::service, unit, {link ? "disable" : "delete", route, c.host}, out);
  } else if (const std::string_view job = job_of_file(path); !job.empty()) {
    add(Type::service, job, {"delete", route, c.host}, out);
  } else if (starts(path, kInit)) {
    add(Type::service, path.substr(kInit.size()), {"delete", route, c.host}, out);
  }
}
void rm(const Arguments& a, const CommandContext& c, TargetList& out) {
  for (const std::string_view path : parse(a, {}).words) remove_file(path, "rm", c, out);
}
void mv(const Arguments& a, const CommandContext& c, TargetList& out) {
  const Parsed p = parse(a, {"-t", "-S"});
  for (std::size_t i = 0; i + 1 < p.words.size(); ++i) remove_file(p.words[i], "mv", c, out);
}
/// ln -s /dev/null UNIT is what mask does.
void ln(const Arguments& a, const CommandContext& c, TargetList& out) {
  const Parsed p = parse(a, {"-t", "-S"});
  if (p.words.size() == 2 && p.words[0] == "/dev/null")
    add(Type::service, unit_of_file(p.words[1]), {"mask", "ln", c.host}, out);
}

constexpr std::array kTools{
    Tool{"launchctl", launchctl},
    Tool{"systemextensionsctl", systemextensionsctl},
    Tool{"kextunload", kextunload},
    Tool{"tmutil", tmutil},
    Tool{"pg_ctlcluster", pg_ctlcluster},
    Tool{"rm", rm},
    Tool{"unlink", rm},
    Tool{"mv", mv},
    Tool{"ln", ln},
};

}  // namespace

std::string unix_tool_name(std::string_view program) {
  if (const std::size_t slash = program.find_last_of('/'); slash != std::string_view::npos)
    program.remove_prefix(slash + 1);
  return std::string(program);
}

bool run_unix_tool(const UnixArguments& args, const CommandContext& context, TargetList& out) {
  if (args.empty()) return false;
  // A script of the init system is its own tool: /etc/init.d/vmsyslogd stop
  for (const std::string_view folder : {"/etc/init.d/", "/etc/rc.d/", "/usr/local/etc/rc.d/"}) {
    if (!starts(args[0], folder) || args.size() < 2) continue;
    std::string_view name = std::string_view(args[0]).substr(folder.size());
    if (starts(name, "init.d/")) name.remove_prefix(7);
    const std::string_view verb = verb_of(args[1], {{"stop", "stop"},
                                                    {"onestop", "stop"},
                                                    {"kill", "kill"},
                                                    {"start", "start"},
                                                    {"restart", "restart"},
                                                    {"disable", "disable"}});
    if (!verb.empty()) add(Type::service, name, {verb, "init.d", context.host}, out);
    return true;
  }
  const std::string name = unix_tool_name(args[0]);
  for (const std::span<const Tool> table : {std::span<const Tool>(kTools), service_tools(), machine_tools()}) {
    for (const Tool& tool : table) {
      if (tool.name != name) continue;
      tool.run(args, context, out);
      return true;
    }
  }
  return run_switch(name, args, context, out);
}

void written_file_target(std::string_view file, std::string_view text, const CommandContext& context, TargetList& out) {
  text = trim(text);
  if (file == "/proc/sysrq-trigger") {
    const std::string_view verb = verb_of(
        text.substr(0, 1),
        {{"e", "kill"}, {"i", "kill"}, {"f", "kill"}, {"o", "power-off"}, {"b", "restart"}, {"c", "power-off"}});
    add(Type::process, "*", {verb.empty() ? "kill" : verb, "sysrq", context.host}, out);
    return;
  }
  const bool kills = ends(file, "/cgroup.kill"), freezes = ends(file, "/cgroup.freeze");
  if ((kills || freezes) && text != "0") {
    const std::string_view folder = file.substr(0, file.rfind('/'));
    add(Type::service, unit_name(folder.substr(folder.rfind('/') + 1)),
        {kills ? "kill" : "pause", "cgroup", context.host}, out);
    return;
  }
  if (const std::string_view unit = unit_of_file(file); !unit.empty())
    add(Type::service, unit, {"reconfigure", "file", context.host}, out);
  else if (const std::string_view job = job_of_file(file); !job.empty())
    add(Type::service, job, {"reconfigure", "file", context.host}, out);
}

}  // namespace stopwarden::ledger
