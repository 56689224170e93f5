// SPDX-License-Identifier: Apache-2.0
#include "detect/ledger/macos_targets.h"

#include <string>

#include "base/text.h"
#include "detect/ledger/event_value.h"
#include "event/launchd.h"
#include "event/log_name.h"

namespace stopwarden::ledger {
namespace {

bool begins_with(std::string_view text, std::string_view prefix) noexcept {
  return text.substr(0, prefix.size()) == prefix;
}
bool ends_with(std::string_view text, std::string_view end) noexcept {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

Target job(std::string_view label, std::string_view verb, std::string_view state = {}) {
  Target t;
  t.name = label;
  t.verb = verb;
  t.route = "launchd";
  t.state = state;
  return t;
}

/// A message of launchd in the unified log.
void launchd_message(const Event& event, TargetList& out) {
  const std::string_view label = value_of(event, field::ServiceLabel), text = value_of(event, field::LaunchdMessage);
  if (label.empty()) return;
  if (begins_with(text, "Setting service ")) {
    if (ends_with(text, " to disabled")) out.add(job(label, "disable", "disabled"));
    if (ends_with(text, " to enabled")) out.add(job(label, "enable", "enabled"));
  } else if (begins_with(text, "bootout initiated by") || begins_with(text, "removing job: ")) {
    out.add(job(label, "stop"));
  } else if (begins_with(text, "removing service: ") || begins_with(text, "service inactive: ")) {
    out.add(job(label, "stop", "stopped"));
  } else if (!value_of(event, field::SignalName).empty()) {
    out.add(job(label, "kill", "terminated"));
  } else if (begins_with(text, "exited due to ") || begins_with(text, "Service exited ")) {
    out.add(job(label, "stop", "exited"));
  }
}

/// Signals that end or suspend: signal(3) of macOS.
std::string_view verb_of_signal(std::string_view number) noexcept {
  const auto n = parse_unsigned(number);
  if (!n) return {};
  switch (*n) {
    case 2:   // INT
    case 3:   // QUIT
    case 6:   // ABRT
    case 9:   // KILL
    case 15:  // TERM
      return "kill";
    case 17:  // STOP
    case 18:  // TSTP
      return "pause";
    case 19: return "start";  // CONT
    default: return {};
  }
}

void signal(const Event& event, TargetList& out) {
  const std::string_view verb = verb_of_signal(value_of(event, field::SignalNumber));
  if (verb.empty()) return;
  Target t;
  t.type = Target::Type::process;
  t.verb = verb;
  t.route = "signal";
  const std::string_view image = value_of(event, field::TargetImage), pid = value_of(event, field::TargetProcessId);
  t.name = image.substr(image.rfind('/') + 1);
  if (t.name.empty() && !pid.empty()) t.name = "pid " + std::string(pid);
  if (!t.name.empty()) out.add(std::move(t));
}

/// The property list of a job was made, written, moved or deleted.
void property_list(std::string_view path, std::string_view verb, TargetList& out) {
  const std::string_view label = macos::launchd_label_of_plist(path);
  if (label.empty()) return;
  Target t = job(label, verb);
  t.route = "plist";
  out.add(std::move(t));
}

void file_event(const Event& event, std::string_view name, TargetList& out) {
  const std::string_view target = value_of(event, field::TargetFilename);
  if (name == "unlink" || begins_with(name, "AUE_UNLINK")) return property_list(target, "delete", out);
  if (name == "rename" || begins_with(name, "AUE_RENAME")) {
    property_list(value_of(event, field::SourceFilename), "delete", out);
    return property_list(target, "create", out);
  }
  if (name == "create" || name == "clone" || name == "copyfile" || name == "link")
    return property_list(target, "create", out);
  if (name == "close" || name == "write" || name == "truncate" || begins_with(name, "AUE_OPEN"))
    return property_list(target, "reconfigure", out);
}

void process_event(const Event& event, TargetList& out) {
  const std::string_view name = value_of(event, field::EventName);
  if (name == "signal" || name == "AUE_KILL" || name == "AUE_KILLPG" || name == "AUE_PDKILL") return signal(event, out);
  if (name == "btm_launch_item_remove" || name == "btm_launch_item_add") {
    if (const std::string_view label = value_of(event, field::ServiceLabel); !label.empty())
      out.add(job(label, name == "btm_launch_item_add" ? "create" : "delete"));
    return;
  }
  file_event(event, name, out);
}

}  // namespace

void macos_targets(const Event& event, TargetList& out) {
  if (event.channel == log_name::macos_unifiedlog)
    launchd_message(event, out);
  else
    process_event(event, out);
}

void add_macos_target_fields(WantedFields& wanted) {
  for (const field::Number n :
       {field::EventName, field::ServiceLabel, field::LaunchdMessage, field::SignalName, field::SignalNumber,
        field::TargetImage, field::TargetProcessId, field::TargetFilename, field::SourceFilename})
    wanted.add(id_of(n));
}

}  // namespace stopwarden::ledger
