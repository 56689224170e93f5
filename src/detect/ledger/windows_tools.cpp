// SPDX-License-Identifier: Apache-2.0
// The tools that stop services and processes, and how each reads its arguments. To add one: a function and a row in
// kTools.
#include <algorithm>
#include <array>

#include "base/text.h"
#include "detect/ledger/powershell.h"
#include "detect/ledger/windows_command_line.h"
#include "detect/ledger/windows_tools.h"

namespace stopwarden::ledger {
namespace {

using Arguments = std::vector<std::string>;

bool is(std::string_view a, std::string_view b) noexcept { return equal_ignore_ascii_case(a, b); }
bool starts(std::string_view s, std::string_view prefix) noexcept {
  return s.size() >= prefix.size() && is(s.substr(0, prefix.size()), prefix);
}
bool is_switch(std::string_view s) noexcept { return s.size() > 1 && (s[0] == '/' || s[0] == '-'); }
bool is_switch(std::string_view s, std::string_view name) noexcept { return is_switch(s) && is(s.substr(1), name); }
bool is_host(std::string_view s) noexcept { return s.size() > 2 && s.substr(0, 2) == "\\\\"; }
bool has_blank(std::string_view s) noexcept { return s.find_first_of(" \t") != std::string_view::npos; }

Target target(Target::Type type, std::string_view name, std::string_view verb, std::string_view route,
              std::string_view host) {
  Target t;
  t.type = type;
  t.name = trim(name);
  t.verb = verb;
  t.route = route;
  t.host = host;
  return t;
}

Target service(std::string_view name, std::string_view verb, std::string_view route, std::string_view host) {
  return target(Target::Type::service, name, verb, route, host);
}

Target process(std::string_view name, std::string_view verb, std::string_view route, std::string_view host) {
  name = trim(name);
  if (parse_unsigned(name)) return target(Target::Type::process, "pid " + std::string(name), verb, route, host);
  return target(Target::Type::process, name, verb, route, host);
}

/// net stop NAME [/y]: NAME is a key name or a display name. `line` is not needed: blanks need quotes here.
void net(const Arguments& a, const CommandContext& context, TargetList& out) {
  if (a.size() < 3) return;
  const std::string_view verb = is(a[1], "stop")       ? "stop"
                                : is(a[1], "pause")    ? "pause"
                                : is(a[1], "start")    ? "start"
                                : is(a[1], "continue") ? "start"
                                                       : "";
  if (verb.empty()) return;
  // net joins its words: net stop print spooler
  std::string name;
  for (std::size_t i = 2; i < a.size(); ++i) {
    if (is_switch(a[i])) continue;
    name += (name.empty() ? "" : " ") + a[i];
  }
  Target t = service(name, verb, "net", context.host);
  if (has_blank(t.name)) t.display_name = t.name;
  out.add(std::move(t));
}

/// The value of an option of sc: "start= disabled", "start=disabled", and a name that is glued to the option.
std::string_view sc_option(const Arguments& a, std::size_t from, std::string_view option) {
  for (std::size_t i = from; i < a.size(); ++i) {
    const std::size_t equals = a[i].find('=');
    if (equals == std::string::npos) continue;
    const std::string_view key = std::string_view(a[i]).substr(0, equals);
    if (key.size() < option.size() || !is(key.substr(key.size() - option.size()), option)) continue;
    const std::string_view value = trim(std::string_view(a[i]).substr(equals + 1));
    if (!value.empty()) return value;
    return i + 1 < a.size() ? std::string_view(a[i + 1]) : std::string_view{};
  }
  return {};
}

std::string_view sc_verb(std::string_view verb, const Arguments& a, std::size_t at) {
  struct Row {
    std::string_view word, verb;
  };
  constexpr std::array kVerbs{Row{"stop", "stop"},
                              Row{"pause", "pause"},
                              Row{"delete", "delete"},
                              Row{"start", "start"},
                              Row{"continue", "start"},
                              Row{"create", "create"},
                              Row{"failure", "reconfigure"},
                              Row{"failureflag", "reconfigure"},
                              Row{"sdset", "reconfigure"},
                              Row{"privs", "reconfigure"},
                              Row{"sidtype", "reconfigure"},
                              Row{"triggerinfo", "reconfigure"},
                              Row{"managedaccount", "reconfigure"},
                              Row{"preferrednode", "reconfigure"},
                              Row{"description", "reconfigure"}};
  if (is(verb, "config")) return starts(sc_option(a, at, "start"), "disab") ? "disable" : "reconfigure";
  for (const Row& row : kVerbs)
    if (is(row.word, verb)) return row.verb;
  return {};
}

void sc(const Arguments& a, const CommandContext& context, TargetList& out) {
  std::size_t at = 1;
  std::string_view host = context.host;
  if (at < a.size() && is_host(a[at])) host = std::string_view(a[at++]).substr(2);
  if (at < a.size() && is_switch(a[at], "r")) ++at;
  if (a.size() < 2 || at >= a.size() - 1) return;
  std::string_view name = a[at + 1];
  // a real script has "sc config BITSstart= disabled"; it fails, but says what was meant
  constexpr std::string_view kGlued = "start=";
  const std::size_t equals = name.find('=');
  if (equals != std::string_view::npos) {
    if (equals + 1 <= kGlued.size() || !is(name.substr(equals + 1 - kGlued.size(), kGlued.size()), kGlued)) return;
    name = name.substr(0, equals + 1 - kGlued.size());
    out.add(service(name, sc_verb(a[at], a, at + 1), "sc", host));
    return;
  }
  const std::string_view verb = sc_verb(a[at], a, at + 2);
  if (!verb.empty()) out.add(service(name, verb, "sc", host));
}

/// /FI "IMAGENAME eq x.exe", "SERVICES eq x", "PID eq 4".
void taskkill_filter(std::string_view filter, std::string_view host, TargetList& out) {
  const std::size_t blank = filter.find(' ');
  if (blank == std::string_view::npos) return;
  const std::string_view key = filter.substr(0, blank);
  std::string_view rest = trim(filter.substr(blank));
  const std::size_t second = rest.find(' ');
  if (second == std::string_view::npos || !is(rest.substr(0, second), "eq")) return;
  rest = trim(rest.substr(second));
  if (is(key, "imagename") || is(key, "pid"))
    out.add(process(rest, "kill", "taskkill", host));
  else if (is(key, "services"))
    out.add(service(rest, "kill", "taskkill", host));
}

void taskkill(const Arguments& a, const CommandContext& context, TargetList& out) {
  std::string_view host = context.host;
  for (std::size_t i = 1; i + 1 < a.size(); ++i) {
    if (!is_switch(a[i], "s")) continue;
    host = a[i + 1];
    if (is_host(host)) host.remove_prefix(2);
  }
  for (std::size_t i = 1; i + 1 < a.size(); ++i) {
    if (is_switch(a[i], "im") || is_switch(a[i], "pid"))
      out.add(process(a[i + 1], "kill", "taskkill", host));
    else if (is_switch(a[i], "fi"))
      taskkill_filter(a[i + 1], host, out);
    else
      continue;
    ++i;
  }
}

void tskill(const Arguments& a, const CommandContext& context, TargetList& out) {
  if (a.size() > 1 && !is_switch(a[1])) out.add(process(a[1], "kill", "tskill", context.host));
}

void reg(const Arguments& a, const CommandContext& context, TargetList& out) {
  if (a.size() < 3) return;
  const bool add = is(a[1], "add"), remove = is(a[1], "delete");
  if (!add && !remove) return;
  std::string_view path = a[2], host = context.host;
  if (is_host(path)) {
    const std::size_t end = path.find('\\', 2);
    if (end == std::string_view::npos) return;
    host = path.substr(2, end - 2);
    path.remove_prefix(end + 1);
  }
  while (!path.empty() && path.back() == '\\') path.remove_suffix(1);
  const ServiceKey key = service_key_of(path);
  std::string_view value, data;
  for (std::size_t i = 3; i + 1 < a.size(); ++i) {
    if (is_switch(a[i], "v"))
      value = a[++i];
    else if (is_switch(a[i], "d"))
      data = a[++i];
  }
  const auto number = starts(data, "0x") ? parse_hex(data) : parse_unsigned(data);
  std::string_view verb = "reconfigure";
  if (add && key.below.empty() && is(value, "Start") && number && *number == 4) verb = "disable";
  if (remove && key.below.empty() && value.empty()) verb = "delete";
  out.add(service(key.name, verb, "reg", host));
}

/// Skips options of the Sysinternals tools and takes \\host; returns the index of the first plain word.
std::size_t sysinternals_options(const Arguments& a, std::string_view& host, std::string_view with_value) {
  std::size_t at = 1;
  while (at < a.size()) {
    if (is_host(a[at])) {
      host = std::string_view(a[at++]).substr(2);
    } else if (is_switch(a[at])) {
      const char option = fold_ascii(a[at][1]);
      const bool takes = a[at].size() == 2 && with_value.find(option) != std::string_view::npos;
      at += takes ? 2 : 1;
    } else {
      break;
    }
  }
  return at;
}

void psservice(const Arguments& a, const CommandContext& context, TargetList& out) {
  std::string_view host = context.host;
  const std::size_t at = sysinternals_options(a, host, "up");
  if (at >= a.size() || at + 1 >= a.size()) return;
  const std::string_view word = a[at];
  std::string_view verb;
  if (is(word, "stop") || is(word, "pause") || is(word, "start") || is(word, "restart")) verb = word;
  if (is(word, "setconfig")) verb = a.size() > at + 2 && is(a[at + 2], "disabled") ? "disable" : "reconfigure";
  if (!verb.empty()) out.add(service(a[at + 1], fold_ascii(verb), "psservice", host));
}

void pskill(const Arguments& a, const CommandContext& context, TargetList& out) {
  std::string_view host = context.host;
  const std::size_t at = sysinternals_options(a, host, "up");
  if (at < a.size()) out.add(process(a[at], "kill", "pskill", host));
}

void pssuspend(const Arguments& a, const CommandContext& context, TargetList& out) {
  std::string_view host = context.host;
  const std::size_t at = sysinternals_options(a, host, "up");
  if (std::any_of(a.begin(), a.end(), [](const std::string& s) { return is_switch(s, "r"); })) return;
  if (at < a.size()) out.add(process(a[at], "pause", "pssuspend", host));
}

void psexec(const Arguments& a, const CommandContext& context, TargetList& out) {
  std::string_view hosts = context.host;
  std::size_t at = sysinternals_options(a, hosts, "upnrwa");
  // -i takes a session number, or nothing
  if (at > 1 && at < a.size() && is_switch(a[at - 1], "i") && parse_unsigned(a[at])) {
    ++at;
    while (at < a.size() && is_switch(a[at])) ++at;
  }
  if (at >= a.size()) return;
  const Arguments rest(a.begin() + static_cast<std::ptrdiff_t>(at), a.end());
  std::size_t hosts_left = 64;
  for (;;) {
    const std::size_t comma = hosts.find(',');
    arguments_targets(rest, {context.depth + 1, hosts.substr(0, comma)}, out);
    if (comma == std::string_view::npos || --hosts_left == 0) return;
    hosts.remove_prefix(comma + 1);
  }
}

void advancedrun(const Arguments& a, const CommandContext& context, TargetList& out) {
  std::string program, rest;
  for (std::size_t i = 1; i + 1 < a.size(); ++i) {
    if (is_switch(a[i], "exefilename"))
      program = a[++i];
    else if (is_switch(a[i], "commandline"))
      rest = a[++i];
  }
  if (program.empty()) return;
  command_line_targets("\"" + program + "\" " + rest, "", {context.depth + 1, context.host}, out);
}

void stop_first_name(const Arguments& a, std::string_view route, const CommandContext& context, TargetList& out) {
  for (std::size_t i = 2; i < a.size(); ++i) {
    if (is_switch(a[i])) continue;
    out.add(service(a[i], "stop", route, context.host));
    return;
  }
}

void logman(const Arguments& a, const CommandContext& context, TargetList& out) {
  if (a.size() > 2 && (is(a[1], "stop") || is(a[1], "delete"))) stop_first_name(a, "logman", context, out);
}

void fltmc(const Arguments& a, const CommandContext& context, TargetList& out) {
  if (a.size() > 2 && (is(a[1], "unload") || is(a[1], "detach"))) stop_first_name(a, "fltmc", context, out);
}

void powershell(const Arguments& a, const CommandContext& context, TargetList& out) {
  powershell_arguments_targets(a, context, out);
}

struct Tool {
  std::string_view name;
  void (*run)(const Arguments&, const CommandContext&, TargetList&);
};
constexpr std::array kTools{
    Tool{"net", net},
    Tool{"net1", net},
    Tool{"sc", sc},
    Tool{"taskkill", taskkill},
    Tool{"tskill", tskill},
    Tool{"reg", reg},
    Tool{"psservice", psservice},
    Tool{"psservice64", psservice},
    Tool{"pskill", pskill},
    Tool{"pskill64", pskill},
    Tool{"pssuspend", pssuspend},
    Tool{"pssuspend64", pssuspend},
    Tool{"psexec", psexec},
    Tool{"psexec64", psexec},
    Tool{"paexec", psexec},
    Tool{"advancedrun", advancedrun},
    Tool{"logman", logman},
    Tool{"fltmc", fltmc},
    Tool{"powershell", powershell},
    Tool{"powershell_ise", powershell},
    Tool{"pwsh", powershell},
};

const Tool* tool_of(std::string_view name) {
  for (const Tool& tool : kTools)
    if (tool.name == name) return &tool;
  return nullptr;
}

}  // namespace

bool is_tool(std::string_view name) noexcept { return tool_of(name) != nullptr; }

bool run_tool(std::string_view name, const std::vector<std::string>& arguments, const CommandContext& context,
              TargetList& out) {
  const Tool* tool = tool_of(name);
  if (tool == nullptr) return false;
  tool->run(arguments, context, out);
  return true;
}

}  // namespace stopwarden::ledger
