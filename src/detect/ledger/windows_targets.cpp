// SPDX-License-Identifier: Apache-2.0
#include "detect/ledger/windows_targets.h"

#include <array>

#include "base/text.h"
#include "detect/ledger/event_value.h"
#include "detect/ledger/powershell.h"
#include "detect/ledger/windows_command_line.h"

namespace stopwarden::ledger {
namespace {

bool is(std::string_view a, std::string_view b) noexcept { return equal_ignore_ascii_case(a, b); }

bool one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  const std::string folded = fold(trim(word));
  for (const std::string_view w : words)
    if (folded == fold(w)) return true;
  return false;
}

// The words of the service manager's messages, by language: en, de, fr, es, it, pt, nl.
bool says_stopped(std::string_view word) {
  return one_of(word, {"stopped", "beendet", "arrêté", "detenido", "interrotto", "interrompido", "parado", "gestopt"});
}
bool says_running(std::string_view word) {
  return one_of(word, {"running", "ausgeführt", "en cours d’exécution", "en cours d'exécution", "en ejecución",
                       "in esecuzione", "em execução", "wordt uitgevoerd"});
}
bool says_disabled(std::string_view word) {
  return one_of(word, {"disabled", "deaktiviert", "désactivé", "deshabilitado", "deshabilitada", "disabilitato",
                       "desativado", "desabilitado", "uitgeschakeld"});
}
bool says_stop(std::string_view word) {
  return one_of(word, {"stop", "beenden", "arrêter", "detener", "interrompi", "parar", "stoppen"});
}

/// "6500760065006E0074006C006F0067002F0031000000": UTF-16LE "eventlog/1" with its end mark. Uppercase or lowercase hex.
std::string binary_text(std::string_view hex) {
  std::string bytes;
  bytes.reserve(hex.size() / 2);
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    const auto byte = parse_hex(hex.substr(i, 2));
    if (!byte) return {};
    bytes += static_cast<char>(*byte);
  }
  std::string text = utf16le_to_utf8(as_bytes(bytes));
  if (const std::size_t end = text.find('\0'); end != std::string::npos) text.resize(end);
  return text;
}

Target make(std::string_view name, std::string_view verb, std::string_view route) {
  Target t;
  t.name = trim(name);
  t.verb = verb;
  t.route = route;
  return t;
}

void state_change(const Event& event, TargetList& out) {
  const std::string_view display = value_of(event, field::param1), text = value_of(event, field::param2);
  const std::string raw = binary_text(value_of(event, field::Binary));
  const std::size_t slash = raw.rfind('/');
  Target t = make(slash == std::string::npos ? display : std::string_view(raw).substr(0, slash), "", "scm");
  t.display_name = display;
  const std::string_view number = slash == std::string::npos ? "" : std::string_view(raw).substr(slash + 1);
  const bool known = !number.empty();
  if (known ? number == "1" : says_stopped(text)) {
    t.verb = "stop";
    t.state = "stopped";
  } else if (known ? number == "4" : says_running(text)) {
    t.verb = "start";
    t.state = "running";
  } else if (number == "7") {
    t.verb = "pause";
    t.state = "paused";
  } else {
    t.state = text;
  }
  out.add(std::move(t));
}

void scm_event(const Event& event, std::uint32_t id, TargetList& out) {
  const std::string_view display = value_of(event, field::param1);
  const std::string key = binary_text(value_of(event, field::Binary));
  Target t = make(key.empty() ? display : std::string_view(key), "", "scm");
  t.display_name = display;
  switch (id) {
    case 7036: return state_change(event, out);
    case 7031:
    case 7034:
      t.verb = "kill";
      t.state = "terminated";
      break;
    case 7023:
    case 7024:
      t.verb = "stop";
      t.state = "failed";
      break;
    case 7035:
    case 7042: {
      const std::string_view control = value_of(event, field::param2);
      t.verb = says_stop(control) ? "stop" : fold(control);
      break;
    }
    case 7043: t.verb = "stop"; break;
    case 7040: {
      const std::string_view name = value_of(event, field::param4), now = value_of(event, field::param3);
      if (!trim(name).empty()) t.name = trim(name);
      t.verb = says_disabled(now) ? "disable" : "reconfigure";
      t.state = says_disabled(now) ? std::string_view("disabled") : now;
      break;
    }
    case 7045: t = make(value_of(event, field::ServiceName), "create", "scm"); break;
    default: return;
  }
  out.add(std::move(t));
}

std::string_view route_of_writer(std::string_view image) { return tool_name(image) == "services" ? "scm" : "registry"; }

/// A value below Services\X was set. `details` is Sysmon's "DWORD (0x00000004)" or 4657's "4".
void registry_value(std::string_view key, std::string_view value, std::string_view details, std::string_view image,
                    TargetList& out) {
  const ServiceKey service = service_key_of(key);
  Target t = make(service.name, "reconfigure", route_of_writer(image));
  const bool four = is(details, "DWORD (0x00000004)") || details == "4" || is(details, "0x4");
  const bool direct = service.below.empty();
  if (direct && is(value, "Start") && four) {
    t.verb = "disable";
    t.state = "disabled";
  } else if (direct && is(value, "DeleteFlag")) {
    t.verb = "delete";
  }
  out.add(std::move(t));
}

void sysmon_registry(const Event& event, std::uint32_t id, TargetList& out) {
  const std::string_view object = value_of(event, field::TargetObject), type = value_of(event, field::EventType);
  const std::string_view image = value_of(event, field::Image);
  if (id == 12 && (is(type, "CreateKey") || is(type, "DeleteKey"))) {
    const ServiceKey service = service_key_of(object);
    const std::string_view whole = is(type, "DeleteKey") ? "delete" : "create";
    return out.add(make(service.name, service.below.empty() ? whole : "reconfigure", route_of_writer(image)));
  }
  const std::size_t slash = object.rfind('\\');
  if (slash == std::string_view::npos) return;
  registry_value(object.substr(0, slash), object.substr(slash + 1), id == 13 ? value_of(event, field::Details) : "",
                 image, out);
}

/// Access masks of service objects: winsvc.h; the standard rights: winnt.h.
void object_access(const Event& event, TargetList& out) {
  const auto mask = parse_hex(value_of(event, field::AccessMask));
  if (!mask) return;
  const std::string_view type = value_of(event, field::ObjectType), name = value_of(event, field::ObjectName);
  constexpr std::uint64_t kDelete = 0x10000, kWriteDac = 0x40000, kWriteOwner = 0x80000;
  if (is(type, "SERVICE OBJECT")) {
    const std::string_view verb = (*mask & 0x20) != 0                              ? "stop"
                                  : (*mask & kDelete) != 0                         ? "delete"
                                  : (*mask & 0x40) != 0                            ? "pause"
                                  : (*mask & (0x2 | kWriteDac | kWriteOwner)) != 0 ? "reconfigure"
                                  : (*mask & 0x10) != 0                            ? "start"
                                                                                   : "";
    if (!verb.empty()) out.add(make(name, verb, "scm"));
  } else if (is(type, "Key")) {
    const ServiceKey service = service_key_of(name);
    const std::string_view verb = (*mask & kDelete) != 0 && service.below.empty()                  ? "delete"
                                  : (*mask & (0x2 | 0x4 | kDelete | kWriteDac | kWriteOwner)) != 0 ? "reconfigure"
                                                                                                   : "";
    if (!verb.empty()) out.add(make(service.name, verb, route_of_writer(value_of(event, field::ProcessName))));
  }
}

void security_event(const Event& event, std::uint32_t id, TargetList& out) {
  switch (id) {
    case 4688:
      return command_line_targets(value_of(event, field::CommandLine), value_of(event, field::NewProcessName), {}, out);
    case 4656:
    case 4663: return object_access(event, out);
    case 4657:
      return registry_value(value_of(event, field::ObjectName), value_of(event, field::ObjectValueName),
                            value_of(event, field::NewValue), value_of(event, field::ProcessName), out);
    case 4697: return out.add(make(value_of(event, field::ServiceName), "create", "scm"));
    default: return;
  }
}

void sysmon_event(const Event& event, std::uint32_t id, TargetList& out) {
  if (id >= 12 && id <= 14) return sysmon_registry(event, id, out);
  if (id != 1) return;
  const std::string_view original = value_of(event, field::OriginalFileName);
  const std::string_view image = value_of(event, field::Image);
  // a renamed copy keeps its name in the version resource
  command_line_targets(value_of(event, field::CommandLine), original.size() > 1 ? original : image, {}, out);
}

}  // namespace

void windows_targets(const Event& event, TargetList& out) {
  if (!event.event_id) return;
  const std::uint32_t id = *event.event_id;
  if (is(event.channel, "Security"))
    security_event(event, id, out);
  else if (is(event.channel, "System")) {
    if (is(event.provider, "Service Control Manager")) scm_event(event, id, out);
  } else if (is(event.channel, "Microsoft-Windows-Sysmon/Operational"))
    sysmon_event(event, id, out);
  else if (id == 4104)
    powershell_script_targets(value_of(event, field::ScriptBlockText), {}, out);
  else if (id == 4103)
    powershell_payload_targets(value_of(event, field::Payload), {}, out);
}

void add_windows_target_fields(WantedFields& wanted) {
  for (const field::Number n :
       {field::Image,           field::OriginalFileName, field::CommandLine, field::NewProcessName,
        field::ProcessName,     field::ScriptBlockText,  field::Payload,     field::TargetObject,
        field::Details,         field::EventType,        field::ObjectName,  field::ObjectType,
        field::ObjectValueName, field::NewValue,         field::AccessMask,  field::ServiceName,
        field::Binary,          field::param1,           field::param2,      field::param3,
        field::param4})
    wanted.add(id_of(n));
}

}  // namespace stopwarden::ledger
