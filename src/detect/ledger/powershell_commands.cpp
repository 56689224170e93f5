// SPDX-License-Identifier: Apache-2.0
#include "detect/ledger/powershell_commands.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "detect/ledger/powershell_reader.h"
#include "detect/ledger/windows_command_line.h"
#include "detect/ledger/windows_tools.h"

namespace stopwarden::ledger {
namespace {

using Kind = PsValue::Kind;

bool is(std::string_view a, std::string_view b) noexcept { return equal_ignore_ascii_case(a, b); }
bool starts(std::string_view s, std::string_view prefix) noexcept {
  return s.size() >= prefix.size() && is(s.substr(0, prefix.size()), prefix);
}

enum class Act : std::uint8_t {
  get,
  stop,
  pause,
  start,
  restart,
  remove,
  set,
  create,
  wmi_get,
  wmi_call,
  item_set,
  item_remove,
  start_process,
  expression,
  remote,
  each,
  where,
  output,
  pass,
};

struct Row {
  std::string_view name;
  Act act;
  Kind kind;
};
constexpr std::array kCommands{
    Row{"get-service", Act::get, Kind::service},
    Row{"gsv", Act::get, Kind::service},
    Row{"get-process", Act::get, Kind::process},
    Row{"gps", Act::get, Kind::process},
    Row{"ps", Act::get, Kind::process},
    Row{"get-vm", Act::get, Kind::vm},
    Row{"stop-service", Act::stop, Kind::service},
    Row{"spsv", Act::stop, Kind::service},
    Row{"suspend-service", Act::pause, Kind::service},
    Row{"start-service", Act::start, Kind::service},
    Row{"sasv", Act::start, Kind::service},
    Row{"resume-service", Act::start, Kind::service},
    Row{"restart-service", Act::restart, Kind::service},
    Row{"remove-service", Act::remove, Kind::service},
    Row{"set-service", Act::set, Kind::service},
    Row{"new-service", Act::create, Kind::service},
    Row{"stop-process", Act::stop, Kind::process},
    Row{"spps", Act::stop, Kind::process},
    Row{"kill", Act::stop, Kind::process},
    Row{"stop-vm", Act::stop, Kind::vm},
    Row{"suspend-vm", Act::pause, Kind::vm},
    Row{"save-vm", Act::pause, Kind::vm},
    Row{"get-wmiobject", Act::wmi_get, Kind::text},
    Row{"gwmi", Act::wmi_get, Kind::text},
    Row{"get-ciminstance", Act::wmi_get, Kind::text},
    Row{"gcim", Act::wmi_get, Kind::text},
    Row{"invoke-wmimethod", Act::wmi_call, Kind::text},
    Row{"iwmi", Act::wmi_call, Kind::text},
    Row{"invoke-cimmethod", Act::wmi_call, Kind::text},
    Row{"icim", Act::wmi_call, Kind::text},
    Row{"remove-wmiobject", Act::wmi_call, Kind::text},
    Row{"remove-ciminstance", Act::wmi_call, Kind::text},
    Row{"set-itemproperty", Act::item_set, Kind::service},
    Row{"sp", Act::item_set, Kind::service},
    Row{"new-itemproperty", Act::item_set, Kind::service},
    Row{"remove-itemproperty", Act::item_set, Kind::service},
    Row{"remove-item", Act::item_remove, Kind::service},
    Row{"ri", Act::item_remove, Kind::service},
    Row{"rm", Act::item_remove, Kind::service},
    Row{"del", Act::item_remove, Kind::service},
    Row{"start-process", Act::start_process, Kind::text},
    Row{"saps", Act::start_process, Kind::text},
    Row{"start", Act::start_process, Kind::text},
    Row{"invoke-expression", Act::expression, Kind::text},
    Row{"iex", Act::expression, Kind::text},
    Row{"invoke-command", Act::remote, Kind::text},
    Row{"icm", Act::remote, Kind::text},
    Row{"foreach-object", Act::each, Kind::text},
    Row{"%", Act::each, Kind::text},
    Row{"foreach", Act::each, Kind::text},
    Row{"where-object", Act::where, Kind::text},
    Row{"where", Act::where, Kind::text},
    Row{"?", Act::where, Kind::text},
    Row{"write-output", Act::output, Kind::text},
    Row{"echo", Act::output, Kind::text},
    Row{"select-object", Act::pass, Kind::text},
    Row{"select", Act::pass, Kind::text},
    Row{"sort-object", Act::pass, Kind::text},
    Row{"sort", Act::pass, Kind::text},
    Row{"get-unique", Act::pass, Kind::text},
};

/// Parameters in the order in which an abbreviation is tried; "=" behind a name: it takes a value.
using Parameters = std::span<const std::string_view>;
constexpr std::array<std::string_view, 20> kServiceParameters{
    "name=",        "servicename=", "displayname=", "inputobject=", "include=",     "exclude=",    "computername=",
    "cn=",          "startuptype=", "starttype=",   "status=",      "description=", "credential=", "binarypathname=",
    "erroraction=", "ea=",          "whatif",       "wi",           "force",        "passthru"};
constexpr std::array<std::string_view, 11> kProcessParameters{
    "name=", "processname=", "id=", "pid=",   "inputobject=", "computername=",
    "cn=",   "erroraction=", "ea=", "whatif", "force"};
constexpr std::array<std::string_view, 16> kWmiParameters{
    "classname=",    "class=",    "filter=",     "query=",      "name=",         "methodname=",
    "computername=", "cn=",       "path=",       "arguments=",  "argumentlist=", "namespace=",
    "inputobject=",  "property=", "credential=", "erroraction="};
constexpr std::array<std::string_view, 9> kItemParameters{
    "path=", "literalpath=", "name=", "value=", "type=", "propertytype=", "erroraction=", "ea=", "force"};
constexpr std::array<std::string_view, 12> kOtherParameters{
    "filepath=",    "argumentlist=",     "args=",       "computername=", "cn=",          "scriptblock=",
    "windowstyle=", "workingdirectory=", "credential=", "command=",      "erroraction=", "verb="};

class Bound {
 public:
  Bound(const PsCommand& command, Parameters known) {
    for (std::size_t i = 0; i < command.items.size(); ++i) {
      const PsItem& item = command.items[i];
      if (item.parameter.empty()) {
        positional_.push_back(&item);
        continue;
      }
      const std::string_view full = resolve(item.parameter, known);
      const bool takes = !full.empty() && full.back() == '=';
      const std::string_view name = takes ? full.substr(0, full.size() - 1) : full.empty() ? item.parameter : full;
      const PsItem* value = &item;
      if (!item.is_value && takes && i + 1 < command.items.size() && command.items[i + 1].parameter.empty())
        value = &command.items[++i];
      named_.push_back({name, value});
    }
  }
  const PsItem* get(std::string_view name) const {
    for (const auto& entry : named_)
      if (is(entry.first, name)) return entry.second;
    return nullptr;
  }
  const PsItem* get(std::initializer_list<std::string_view> names) const {
    for (const std::string_view name : names)
      if (const PsItem* item = get(name)) return item;
    return nullptr;
  }
  std::string_view text(std::initializer_list<std::string_view> names) const {
    const PsItem* item = get(names);
    return item == nullptr || item->value.names.empty() ? std::string_view{} : std::string_view(item->value.names[0]);
  }
  const PsItem* positional(std::size_t i) const { return i < positional_.size() ? positional_[i] : nullptr; }
  std::span<const PsItem* const> positionals() const { return positional_; }

 private:
  static std::string_view resolve(std::string_view typed, Parameters known) {
    for (const std::string_view full : known)
      if (is(full.substr(0, full.size() - (full.back() == '=' ? 1 : 0)), typed)) return full;
    for (const std::string_view full : known)
      if (starts(full, typed)) return full;
    return {};
  }
  std::vector<std::pair<std::string_view, const PsItem*>> named_;
  std::vector<const PsItem*> positional_;
};

Target::Type type_of(Kind kind) noexcept {
  switch (kind) {
    case Kind::process: return Target::Type::process;
    case Kind::vm: return Target::Type::vm;
    case Kind::service:
    case Kind::text: break;
  }
  return Target::Type::service;
}

void add_targets(const PsValue& value, Kind kind, std::string_view verb, const PsHost& host) {
  Target t;
  t.type = type_of(kind);
  t.verb = verb;
  t.route = "powershell";
  t.host = value.host.empty() ? std::string(host.context.host) : value.host;
  for (const std::string& name : value.names) {
    t.name = kind == Kind::process && parse_unsigned(name) ? "pid " + name : name;
    host.out->add(t);
  }
  for (const std::string& name : value.display_names) {
    t.name = t.display_name = name;
    host.out->add(t);
  }
}

/// What a command of the service, process or vm family names: -Name, -DisplayName, -Id, -InputObject, the first
/// positional value, else what comes through the pipe.
PsValue subject_of(const Bound& bound, const PsValue& input, Kind kind) {
  PsValue out;
  out.kind = kind;
  const auto append = [&](const PsItem* item) {
    if (item == nullptr) return;
    out.names.insert(out.names.end(), item->value.names.begin(), item->value.names.end());
    out.display_names.insert(out.display_names.end(), item->value.display_names.begin(),
                             item->value.display_names.end());
    if (!item->value.host.empty()) out.host = item->value.host;
  };
  for (const std::string_view name : {"name", "servicename", "processname", "id", "pid", "inputobject", "include"})
    append(bound.get(name));
  if (const PsItem* display = bound.get("displayname")) out.display_names = display->value.names;
  if (out.empty()) append(bound.positional(0));
  if (out.empty()) {
    out.names = input.names;
    out.display_names = input.display_names;
    out.host = input.host;
  }
  const std::string_view host = bound.text({"computername", "cn"});
  if (!host.empty()) out.host = host;
  return out;
}

PsValue run_set_service(const Bound& bound, const PsValue& subject, const PsHost& host) {
  const std::string_view start = bound.text({"startuptype", "starttype"}), status = bound.text({"status"});
  if (is(start, "Disabled") || start == "4")
    add_targets(subject, Kind::service, "disable", host);
  else if (!start.empty() || status.empty())
    add_targets(subject, Kind::service, "reconfigure", host);
  if (is(status, "Stopped"))
    add_targets(subject, Kind::service, "stop", host);
  else if (is(status, "Paused"))
    add_targets(subject, Kind::service, "pause", host);
  else if (is(status, "Running"))
    add_targets(subject, Kind::service, "start", host);
  return subject;
}

Kind wmi_kind(std::string_view text) noexcept {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (starts(text.substr(i), "win32_service") || starts(text.substr(i), "win32_baseservice")) return Kind::service;
    if (starts(text.substr(i), "win32_process")) return Kind::process;
  }
  return Kind::text;
}

/// The objects a WMI query, filter or path names.
PsValue wmi_subject(const Bound& bound, const PsValue& input) {
  std::string all;
  for (const std::string_view name : {"classname", "class", "query", "path", "filter"})
    for (const std::string_view text : {bound.text({name})}) all += std::string(text) + " ";
  for (const PsItem* item : bound.positionals())
    if (!item->value.names.empty()) all += item->value.names[0] + " ";
  PsValue out;
  out.kind = wmi_kind(all);
  for (const WqlName& name : wql_names(all)) {
    if (is(name.field, "displayname"))
      out.display_names.emplace_back(trim(name.value));
    else
      out.names.emplace_back(trim(name.value));
  }
  const PsItem* object = bound.get("inputobject");
  const PsValue& from = object != nullptr ? object->value : input;
  if (out.kind == Kind::text) out.kind = from.kind;
  if (out.empty()) {
    out.names = from.names;
    out.display_names = from.display_names;
    out.host = from.host;
  }
  const std::string_view host = bound.text({"computername", "cn"});
  if (!host.empty()) out.host = host;
  return out;
}

PsValue run_wmi_call(const PsCommand& command, const PsValue& input, const PsHost& host) {
  const Bound bound(command, kWmiParameters);
  const PsValue subject = wmi_subject(bound, input);
  if (starts(command.name, "remove-")) return run_ps_method("Delete", "", subject, host);
  std::string_view method = bound.text({"methodname", "name"});
  std::string arguments;
  for (const PsItem& item : command.items)
    for (const std::string& text : item.value.names) {
      arguments += " " + text;
      if (method.empty() && (is(text, "StopService") || is(text, "Terminate") || is(text, "ChangeStartMode")))
        method = text;
    }
  for (const PsItem& item : command.items) arguments += std::string(item.block);
  if (is(method, "create") && subject.kind == Kind::process) {
    const PsItem* list = bound.get({"argumentlist", "arguments"});
    if (list != nullptr && !list->value.names.empty())
      command_line_targets(list->value.names[0], "",
                           {host.context.depth + 1, subject.host.empty() ? host.context.host : subject.host},
                           *host.out);
    return {};
  }
  return run_ps_method(method, arguments, subject, host);
}

/// Set-ItemProperty -Path HKLM:\...\Services\X -Name Start -Value 4.
void run_item(const PsCommand& command, Act act, const PsValue& input, const PsHost& host) {
  const Bound bound(command, kItemParameters);
  std::size_t next = 0;
  const auto take = [&](std::initializer_list<std::string_view> names) -> std::vector<std::string> {
    if (const PsItem* item = bound.get(names)) return item->value.names;
    if (const PsItem* item = bound.positional(next)) {
      ++next;
      return item->value.names;
    }
    return {};
  };
  std::vector<std::string> paths = take({"path", "literalpath"});
  if (paths.empty()) paths = input.names;
  const std::vector<std::string> names = take({"name"});
  const std::vector<std::string> values = act == Act::item_set ? take({"value"}) : std::vector<std::string>{};
  for (const std::string& path : paths) {
    std::string_view p = path;
    while (!p.empty() && p.back() == '\\') p.remove_suffix(1);
    const ServiceKey key = service_key_of(p);
    if (key.name.empty()) continue;
    std::string_view verb = "reconfigure";
    const bool start = key.below.empty() && !names.empty() && is(names[0], "Start") && !values.empty();
    if (start && (values[0] == "4" || is(values[0], "0x4"))) verb = "disable";
    if (act == Act::item_remove && key.below.empty()) verb = "delete";
    PsValue subject;
    subject.names.emplace_back(key.name);
    add_targets(subject, Kind::service, verb, host);
  }
}

void run_start_process(const PsCommand& command, const PsHost& host) {
  const Bound bound(command, kOtherParameters);
  const PsItem* first = bound.get("filepath");
  std::size_t next = 0;
  if (first == nullptr) first = bound.positional(next++);
  const PsItem* rest = bound.get({"argumentlist", "args"});
  if (rest == nullptr) rest = bound.positional(next);
  if (first == nullptr || first->value.names.empty()) return;
  std::string line = "\"" + first->value.names[0] + "\"";
  if (rest != nullptr)
    for (const std::string& text : rest->value.names) line += " " + text;
  command_line_targets(line, "", {host.context.depth + 1, host.context.host}, *host.out);
}

void run_remote(const PsCommand& command, const PsHost& host) {
  const Bound bound(command, kOtherParameters);
  const PsItem* computers = bound.get({"computername", "cn"});
  const PsItem* block = bound.get("scriptblock");
  for (const PsItem* item : bound.positionals()) {
    if (item->is_block && block == nullptr) block = item;
    if (!item->is_block && computers == nullptr) computers = item;
  }
  if (block == nullptr || !block->is_block) return;
  if (computers == nullptr || computers->value.names.empty())
    return host.run_script(block->block, {host.context.depth + 1, host.context.host}, {});
  std::size_t hosts_left = 64;
  for (const std::string& computer : computers->value.names) {
    host.run_script(block->block, {host.context.depth + 1, computer}, {});
    if (--hosts_left == 0) return;
  }
}

/// Where-Object { $_.Name -like '*sql*' } and Where-Object Name -like *sql*: what is compared is what is meant.
PsValue run_where(const PsCommand& command, const PsValue& input) {
  PsValue out = input;
  std::vector<std::string> found;
  const auto compares = [](std::string_view p) {
    for (const std::string_view name : {"eq", "ieq", "ceq", "like", "ilike", "clike", "match", "imatch", "in"})
      if (is(p, name)) return true;
    return false;
  };
  for (std::size_t i = 0; i + 1 < command.items.size(); ++i)
    if (compares(command.items[i].parameter))
      found.insert(found.end(), command.items[i + 1].value.names.begin(), command.items[i + 1].value.names.end());
  for (const PsItem& item : command.items) {
    if (!item.is_block) continue;
    PsReader in(item.block);
    bool name_side = false;
    while (!in.done()) {
      in.skip_space();
      const std::string parameter = in.take_parameter();
      if (!parameter.empty()) {
        if (!compares(parameter) || !name_side) continue;
        in.skip_blanks();
        bool more = true;
        while (more && in.at_string()) {
          bool expands = false;
          found.push_back(in.take_string(expands));
          in.skip_blanks();
          more = in.peek() == ',';
          if (more) {
            in.skip();
            in.skip_blanks();
          }
        }
        continue;
      }
      if (in.peek() == '$') {
        const std::string variable = in.take_variable();
        if (in.peek() == '.') {
          in.skip();
          const std::string property = in.take_word();
          name_side = is(property, "name") || is(property, "displayname") || is(property, "processname") ||
                      is(property, "servicename");
        } else {
          name_side = variable == "_" && input.kind == Kind::text;
        }
        continue;
      }
      if (!in.done()) in.skip();
    }
  }
  if (!found.empty()) {
    out.names = std::move(found);
    out.display_names.clear();
  }
  return out;
}

/// A native tool called from a script: its words as PowerShell hands them on.
void run_native(const PsCommand& command, const PsHost& host) {
  std::vector<std::string> arguments{command.name};
  for (const PsItem& item : command.items) {
    if (!item.parameter.empty()) arguments.push_back("-" + item.parameter);
    if (!item.is_value) continue;
    std::string joined;
    for (const std::string& text : item.value.names) joined += (joined.empty() ? "" : ",") + text;
    arguments.push_back(joined);
  }
  arguments_targets(arguments, {host.context.depth + 1, host.context.host}, *host.out);
}

PsValue run_on_subject(const PsCommand& command, const Row& row, const PsValue& input, const PsHost& host) {
  const Bound bound(command,
                    row.kind == Kind::service ? Parameters(kServiceParameters) : Parameters(kProcessParameters));
  const PsValue subject = subject_of(bound, input, row.kind);
  if (bound.get({"whatif", "wi"}) != nullptr) return subject;
  switch (row.act) {
    case Act::stop: add_targets(subject, row.kind, row.kind == Kind::process ? "kill" : "stop", host); break;
    case Act::pause: add_targets(subject, row.kind, "pause", host); break;
    case Act::start: add_targets(subject, row.kind, "start", host); break;
    case Act::restart: add_targets(subject, row.kind, "restart", host); break;
    case Act::remove: add_targets(subject, row.kind, "delete", host); break;
    case Act::create: add_targets(subject, row.kind, "create", host); break;
    case Act::set: return run_set_service(bound, subject, host);
    default: break;  // get: names what goes on
  }
  return subject;
}

}  // namespace

PsValue run_ps_command(const PsCommand& command, const PsValue& input, const PsHost& host) {
  const auto* row =
      std::find_if(kCommands.begin(), kCommands.end(), [&](const Row& r) { return r.name == command.name; });
  if (row == kCommands.end()) {
    run_native(command, host);
    return {};
  }
  switch (row->act) {
    case Act::get:
    case Act::stop:
    case Act::pause:
    case Act::start:
    case Act::restart:
    case Act::remove:
    case Act::set:
    case Act::create: return run_on_subject(command, *row, input, host);
    case Act::wmi_get: return wmi_subject(Bound(command, kWmiParameters), {});
    case Act::wmi_call: return run_wmi_call(command, input, host);
    case Act::item_set:
    case Act::item_remove: run_item(command, row->act, input, host); return {};
    case Act::start_process: run_start_process(command, host); return {};
    case Act::expression: {
      const Bound bound(command, kOtherParameters);
      const PsItem* item = bound.get("command");
      if (item == nullptr) item = bound.positional(0);
      for (const std::string& text : item != nullptr ? item->value.names : input.names)
        host.run_script(text, {host.context.depth + 1, host.context.host}, {});
      return {};
    }
    case Act::remote: run_remote(command, host); return {};
    case Act::each:
      for (const PsItem& item : command.items)
        if (item.is_block) host.run_script(item.block, {host.context.depth + 1, host.context.host}, input);
      return {};
    case Act::where: return run_where(command, input);
    case Act::output: return command.items.empty() ? input : command.items[0].value;
    case Act::pass: return input;
  }
  return {};
}

PsValue run_ps_method(std::string_view name, std::string_view arguments, const PsValue& object, const PsHost& host) {
  if (object.kind == Kind::service) {
    std::string_view verb;
    if (is(name, "StopService") || is(name, "Stop")) verb = "stop";
    if (is(name, "PauseService") || is(name, "Pause")) verb = "pause";
    if (is(name, "StartService") || is(name, "Start")) verb = "start";
    if (is(name, "Delete")) verb = "delete";
    if (is(name, "ChangeStartMode") || is(name, "Change")) {
      verb = "reconfigure";
      for (std::size_t i = 0; i < arguments.size(); ++i)
        if (starts(arguments.substr(i), "Disabled")) verb = "disable";
    }
    if (!verb.empty()) add_targets(object, Kind::service, verb, host);
  } else if (object.kind == Kind::process) {
    if (is(name, "Terminate") || is(name, "Kill") || is(name, "Delete"))
      add_targets(object, Kind::process, "kill", host);
  }
  return object;
}

}  // namespace stopwarden::ledger
