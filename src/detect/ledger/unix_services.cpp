// SPDX-License-Identifier: Apache-2.0
// Service managers, D-Bus and signals. To add a tool: a function and a row in kTools.
#include <array>

#include "detect/ledger/unix_arguments.h"

namespace stopwarden::ledger::unix_tool {
namespace {

void systemctl(const Arguments& a, const CommandContext& context, TargetList& out) {
  const Parsed p =
      parse(a, {"-H",         "--host",     "-M",     "--machine",     "-s",      "--signal", "-t",     "--type",
                "-p",         "--property", "-n",     "--lines",       "-o",      "--output", "--root", "--kill-whom",
                "--kill-who", "--job-mode", "--what", "--preset-mode", "--state", "--message"});
  if (p.words.empty()) return;
  std::string_view host = p.value({"-H", "--host"});
  if (const std::size_t at = host.find('@'); at != std::string_view::npos) host.remove_prefix(at + 1);
  if (host.empty()) host = p.value({"-M", "--machine"});
  if (host.empty()) host = context.host;
  const std::string_view verb = verb_of(p.words[0], {{"stop", "stop"},
                                                     {"kill", "kill"},
                                                     {"disable", "disable"},
                                                     {"mask", "mask"},
                                                     {"freeze", "pause"},
                                                     {"isolate", "isolate"},
                                                     {"revert", "reconfigure"},
                                                     {"set-property", "reconfigure"},
                                                     {"edit", "reconfigure"},
                                                     {"clean", "delete"},
                                                     {"start", "start"},
                                                     {"restart", "restart"},
                                                     {"try-restart", "restart"},
                                                     {"condstop", "stop"},
                                                     {"reload-or-restart", "restart"},
                                                     {"force-reload", "restart"},
                                                     {"enable", "enable"},
                                                     {"unmask", "enable"},
                                                     {"reenable", "enable"},
                                                     {"thaw", "start"}});
  if (verb.empty()) return;
  const std::size_t count =
      verb == "reconfigure" && p.words[0] == "set-property" ? std::min<std::size_t>(p.words.size(), 2) : p.words.size();
  for (std::size_t i = 1; i < count; ++i) add(Type::service, unit_name(p.words[i]), {verb, "systemctl", host}, out);
}

/// service NAME stop; FreeBSD and RHEL alike.
void service(const Arguments& a, const CommandContext& context, TargetList& out) {
  const Parsed p = parse(a, {});
  if (p.words.size() < 2) return;
  const std::string_view verb = verb_of(p.words[1], {{"stop", "stop"},
                                                     {"force-stop", "stop"},
                                                     {"onestop", "stop"},
                                                     {"forcestop", "stop"},
                                                     {"start", "start"},
                                                     {"restart", "restart"},
                                                     {"disable", "disable"},
                                                     {"delete", "disable"},
                                                     {"kill", "kill"}});
  if (!verb.empty()) add(Type::service, p.words[0], {verb, "service", context.host}, out);
}

void rc_service(const Arguments& a, const CommandContext& context, TargetList& out) {
  const Parsed p = parse(a, {});
  if (p.words.size() < 2) return;
  const std::string_view verb = verb_of(
      p.words[1], {{"stop", "stop"}, {"zap", "stop"}, {"start", "start"}, {"pause", "pause"}, {"restart", "restart"}});
  if (!verb.empty()) add(Type::service, p.words[0], {verb, "rc-service", context.host}, out);
}

/// VERB NAME...: initctl, svcadm, sv, rc-update, supervisorctl, monit, pm2, insserv.
void verb_first(const Arguments& a, std::string_view route, std::initializer_list<Verb> verbs,
                const CommandContext& context, TargetList& out) {
  const Parsed p = parse(a, {"-c", "--configuration", "-w"});
  if (p.words.size() < 2) return;
  const std::string_view verb = verb_of(p.words[0], verbs);
  if (!verb.empty()) add_words(p, 1, Type::service, {verb, route, context.host}, out);
}
void initctl(const Arguments& a, const CommandContext& c, TargetList& out) {
  verb_first(a, "initctl", {{"stop", "stop"}, {"start", "start"}, {"restart", "restart"}}, c, out);
}
void svcadm(const Arguments& a, const CommandContext& c, TargetList& out) {
  verb_first(a, "svcadm",
             {{"disable", "disable"}, {"enable", "enable"}, {"restart", "restart"}, {"mark", "reconfigure"}}, c, out);
}
void sv(const Arguments& a, const CommandContext& c, TargetList& out) {
  verb_first(a, "sv",
             {{"stop", "stop"},
              {"down", "stop"},
              {"d", "stop"},
              {"force-stop", "kill"},
              {"kill", "kill"},
              {"k", "kill"},
              {"exit", "stop"},
              {"pause", "pause"},
              {"p", "pause"},
              {"start", "start"},
              {"up", "start"}},
             c, out);
}
void rc_update(const Arguments& a, const CommandContext& c, TargetList& out) {
  const Parsed p = parse(a, {});
  if (p.words.size() < 2) return;
  const std::string_view verb = verb_of(p.words[0], {{"del", "disable"}, {"delete", "disable"}, {"add", "enable"}});
  if (!verb.empty()) add(Type::service, p.words[1], {verb, "rc-update", c.host}, out);
}
void supervisorctl(const Arguments& a, const CommandContext& c, TargetList& out) {
  verb_first(a, "supervisorctl", {{"stop", "stop"}, {"remove", "delete"}, {"start", "start"}, {"restart", "restart"}},
             c, out);
}
void monit(const Arguments& a, const CommandContext& c, TargetList& out) {
  verb_first(a, "monit", {{"stop", "stop"}, {"unmonitor", "disable"}, {"start", "start"}, {"restart", "restart"}}, c,
             out);
}
void pm2(const Arguments& a, const CommandContext& c, TargetList& out) {
  verb_first(a, "pm2", {{"stop", "stop"}, {"delete", "delete"}, {"kill", "kill"}}, c, out);
}
void chkconfig(const Arguments& a, const CommandContext& c, TargetList& out) {
  const Parsed p = parse(a, {"--level", "--levels"});
  if (p.has({"--del"})) return add_words(p, 0, Type::service, {"disable", "chkconfig", c.host}, out);
  if (p.words.size() < 2) return;
  const std::string_view verb = verb_of(p.words[1], {{"off", "disable"}, {"on", "enable"}, {"reset", "reconfigure"}});
  if (!verb.empty()) add(Type::service, p.words[0], {verb, "chkconfig", c.host}, out);
}
void update_rc_d(const Arguments& a, const CommandContext& c, TargetList& out) {
  const Parsed p = parse(a, {});
  if (p.words.size() < 2) return;
  const std::string_view verb = verb_of(
      p.words[1], {{"disable", "disable"}, {"remove", "disable"}, {"enable", "enable"}, {"defaults", "enable"}});
  if (!verb.empty()) add(Type::service, p.words[0], {verb, "update-rc.d", c.host}, out);
}
void insserv(const Arguments& a, const CommandContext& c, TargetList& out) {
  const Parsed p = parse(a, {"-p", "-c"});
  if (p.has({"-r", "--remove"})) add_words(p, 0, Type::service, {"disable", "insserv", c.host}, out);
}

// ---- D-Bus ----

std::string_view unquoted(std::string_view word) noexcept {
  if (starts(word, "string:")) word.remove_prefix(7);
  while (word.size() > 1 && (word.front() == '\'' || word.front() == '"') && word.back() == word.front())
    word = word.substr(1, word.size() - 2);
  return word;
}

/// The member of systemd's Manager or Unit interface that a call names, and the units it names.
void bus_call(const Arguments& a, std::string_view route, const CommandContext& context, TargetList& out) {
  std::string_view verb;
  std::size_t member = 0;
  for (std::size_t i = 1; i < a.size(); ++i) {
    std::string_view word = a[i];
    if (starts(word, "--method=")) word.remove_prefix(9);
    if (const std::size_t dot = word.rfind('.'); dot != std::string_view::npos) word.remove_prefix(dot + 1);
    const std::string_view found = verb_of(word, {{"StopUnit", "stop"},
                                                  {"KillUnit", "kill"},
                                                  {"KillUnitSubgroup", "kill"},
                                                  {"QueueSignalUnit", "kill"},
                                                  {"FreezeUnit", "pause"},
                                                  {"DisableUnitFiles", "disable"},
                                                  {"DisableUnitFilesWithFlags", "disable"},
                                                  {"DisableUnitFilesWithFlagsAndInstallInfo", "disable"},
                                                  {"MaskUnitFiles", "mask"},
                                                  {"RestartUnit", "restart"},
                                                  {"TryRestartUnit", "restart"},
                                                  {"SetUnitProperties", "reconfigure"},
                                                  {"RevertUnitFiles", "reconfigure"}});
    if (found.empty()) continue;
    verb = found;
    member = i;
  }
  if (verb.empty()) return;
  for (std::size_t i = member + 1; i < a.size(); ++i) {
    std::string_view word = a[i];
    if (starts(word, "array:string:")) word.remove_prefix(13);
    word = unquoted(word);
    for (std::size_t at = 0; at <= word.size();) {  // gdbus: "['a.service', 'b.service']"
      const std::size_t end = std::min(word.find_first_of(",[] ", at), word.size());
      const std::string_view name = unquoted(word.substr(at, end - at));
      constexpr std::array<std::string_view, 7> kTypes{".service", ".socket", ".timer", ".target",
                                                       ".mount",   ".path",   ".scope"};
      if (std::any_of(kTypes.begin(), kTypes.end(), [&](std::string_view t) { return ends(name, t); }))
        add(Type::service, unit_name(name), {verb, route, context.host}, out);
      at = end + 1;
    }
  }
}
void busctl(const Arguments& a, const CommandContext& c, TargetList& out) { bus_call(a, "busctl", c, out); }
void dbus_send(const Arguments& a, const CommandContext& c, TargetList& out) { bus_call(a, "dbus-send", c, out); }
void gdbus(const Arguments& a, const CommandContext& c, TargetList& out) { bus_call(a, "gdbus", c, out); }

// ---- signals ----

/// kill's verb: a signal that is only asked for (0, -l) aims at nothing; STOP halts.
std::string_view signal_verb(std::string_view signal) noexcept {
  if (starts(signal, "SIG")) signal.remove_prefix(3);
  if (is_one_of(signal, {"0", "l", "L"})) return {};
  if (is_one_of(signal, {"STOP", "19", "TSTP", "20"})) return "pause";
  if (is_one_of(signal, {"CONT", "18", "HUP", "1", "USR1", "10", "USR2", "12", "WINCH", "28"})) return "signal";
  return "kill";
}

/// The signal of "-9", "-KILL", "-SIGKILL", "-s KILL", "--signal KILL"; TERM when none is named.
std::string_view take_signal(const Parsed& p) noexcept {
  if (const std::string_view named = p.value({"-s", "--signal", "-n"}); !named.empty()) return named;
  for (const auto& [option, value] : p.options) {
    const std::string_view name = option.substr(1);
    if (parse_unsigned(name)) return name;
    if (name.size() > 2 && name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+") == std::string_view::npos)
      return name;
    if (is_one_of(name, {"l", "L", "-list", "-table"})) return "l";
  }
  return "TERM";
}

void kill(const Arguments& a, const CommandContext& context, TargetList& out) {
  const Parsed p = parse(a, {"-s", "--signal", "-n", "-q", "--queue"});
  const std::string_view verb = signal_verb(take_signal(p));
  if (verb.empty()) return;
  add_words(p, 0, Type::process, {verb, "kill", context.host}, out);
  // Behind a signal, -1 is every process and -N a group.
  bool signal_seen = p.has({"-s", "--signal", "-n"});
  for (const auto& [option, value] : p.options) {
    const bool number = parse_unsigned(option.substr(1)).has_value();
    if (number && signal_seen)
      add(Type::process, option == "-1" ? "*" : "group " + std::string(option.substr(1)), {verb, "kill", context.host},
          out);
    signal_seen = signal_seen || number || option.size() > 2;
  }
}
void pkill(const Arguments& a, const CommandContext& context, TargetList& out) {
  const Parsed p =
      parse(a, {"-s", "--signal", "-u", "--euid",     "-U", "--uid",     "-G",   "--group",  "-g", "--pgroup",
                "-P", "--parent", "-t", "--terminal", "-F", "--pidfile", "--ns", "--nslist", "-r", "--runstates"});
  std::string_view verb = signal_verb(take_signal(p));
  if (p.has({"-s"})) verb = "kill";  // pkill's -s is a session
  if (verb.empty()) return;
  if (!p.words.empty()) return add(Type::process, p.words[0], {verb, "pkill", context.host}, out);
  if (const std::string_view user = p.value({"-u", "-U", "--euid", "--uid"}); !user.empty())
    add(Type::process, "user " + std::string(user), {verb, "pkill", context.host}, out);
}
void killall(const Arguments& a, const CommandContext& context, TargetList& out) {
  const Parsed p = parse(a, {"-s", "--signal", "-u", "--user", "-y", "--younger-than", "-o", "--older-than", "-Z", "-n",
                             "--ns", "-t", "-c"});
  const std::string_view verb = signal_verb(take_signal(p));
  if (verb.empty()) return;
  add_words(p, 0, Type::process, {verb, "killall", context.host}, out);
  if (const std::string_view name = p.value({"-c"}); !name.empty())
    add(Type::process, name, {verb, "killall", context.host}, out);  // macOS: -c PROCNAME
}

constexpr std::array kTools{
    Tool{"systemctl", systemctl},
    Tool{"service", service},
    Tool{"invoke-rc.d", service},
    Tool{"rc-service", rc_service},
    Tool{"initctl", initctl},
    Tool{"svcadm", svcadm},
    Tool{"sv", sv},
    Tool{"rc-update", rc_update},
    Tool{"supervisorctl", supervisorctl},
    Tool{"monit", monit},
    Tool{"pm2", pm2},
    Tool{"chkconfig", chkconfig},
    Tool{"update-rc.d", update_rc_d},
    Tool{"insserv", insserv},
    Tool{"busctl", busctl},
    Tool{"dbus-send", dbus_send},
    Tool{"gdbus", gdbus},
    Tool{"kill", kill},
    Tool{"pkill", pkill},
    Tool{"killall", killall},
};

}  // namespace

std::span<const Tool> service_tools() { return kTools; }

}  // namespace stopwarden::ledger::unix_tool
