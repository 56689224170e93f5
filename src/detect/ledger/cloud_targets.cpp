// SPDX-License-Identifier: Apache-2.0
#include "detect/ledger/cloud_targets.h"

#include <array>

#include "base/text.h"
#include "detect/ledger/event_value.h"
#include "event/log_name.h"

namespace stopwarden::ledger {
namespace {

bool starts_with(std::string_view text, std::string_view begin) noexcept {
  return text.size() >= begin.size() && equal_ignore_ascii_case(text.substr(0, begin.size()), begin);
}
bool ends_with(std::string_view text, std::string_view end) noexcept {
  return text.size() >= end.size() && equal_ignore_ascii_case(text.substr(text.size() - end.size()), end);
}
bool contains(std::string_view text, std::string_view part) { return fold_ascii(text).find(part) != std::string::npos; }

/// The first word of a call's name: StopInstances, stop, BatchDisableServices.
struct VerbRow {
  std::string_view begin, verb;
};
constexpr std::array kVerbs{
    VerbRow{"Stop", "stop"},
    VerbRow{"Terminate", "delete"},
    VerbRow{"Delete", "delete"},
    VerbRow{"Disable", "disable"},
    VerbRow{"BatchDisable", "disable"},
    VerbRow{"Deregister", "disable"},
    VerbRow{"Disassociate", "disable"},
    VerbRow{"Suspend", "pause"},
    VerbRow{"Pause", "pause"},
    VerbRow{"PowerOff", "stop"},
    VerbRow{"Deallocate", "stop"},
    VerbRow{"Unregister", "disable"},
    VerbRow{"Leave", "disable"},
    VerbRow{"Remove", "delete"},
    VerbRow{"Cancel", "stop"},
    VerbRow{"Hibernate", "pause"},
    VerbRow{"Start", "start"},
    VerbRow{"Enable", "enable"},
    VerbRow{"Create", "create"},
    VerbRow{"Update", "reconfigure"},
    VerbRow{"Modify", "reconfigure"},
    VerbRow{"Put", "reconfigure"},
    VerbRow{"Patch", "reconfigure"},
    VerbRow{"Set", "reconfigure"},
    VerbRow{"Resize", "reconfigure"},
    VerbRow{"Schedule", "disable"},
    VerbRow{"Write", "reconfigure"},
    VerbRow{"Insert", "create"},
};
std::string_view verb_of(std::string_view call) noexcept {
  for (const VerbRow& row : kVerbs)
    if (starts_with(call, row.begin)) return row.verb;
  return {};
}

/// A machine, by the service and the call.
Target::Type aws_type(std::string_view service, std::string_view call) noexcept {
  return service == "ec2" && ends_with(call, "Instances") ? Target::Type::vm : Target::Type::cloud;
}

/// By errorCode: AWS' words, Google's number (7: permission denied), Kubernetes' HTTP status.
std::string_view state_of(const Event& event) {
  const std::string_view error = value_of(event, field::errorCode);
  if (error.empty() || error == "0") return {};
  if (contains(error, "dryrun")) return "dry-run";
  const bool denied = contains(error, "denied") || contains(error, "unauthorized") || error == "7" || error == "403";
  return denied ? "denied" : "failed";
}

/// Every target of the event with this verb, route and state; the group (a cluster, a vault) where no target is named.
void add_all(const Event& event, const Target& like, TargetList& out) {
  bool any = false;
  const auto add = [&](std::string_view name) {
    Target t = like;
    t.name = trim(name);
    out.add(std::move(t));
    any = true;
  };
  for (const FieldValue& v : event.fields)
    if (v.field == id_of(field::TargetResource) && v.kind != ValueKind::null && !v.text.empty()) add(v.text);
  if (any) return;
  if (const std::string_view group = value_of(event, field::TargetGroup); !group.empty()) add(group);
}

void aws(const Event& event, TargetList& out) {
  const std::string_view source = value_of(event, field::eventSource), call = value_of(event, field::eventName);
  const std::string_view service = source.substr(0, source.find('.'));
  if (call.empty()) return;
  Target like;
  like.type = aws_type(service, call);
  like.verb = verb_of(call);
  like.route = "aws:" + std::string(service) + ":" + std::string(call);
  like.state = state_of(event);
  add_all(event, like, out);
}

/// "microsoft.compute/virtualmachines/poweroff/action": the verb is the last word that is none of Azure's own.
void azure(const Event& event, TargetList& out) {
  const std::string_view operation = value_of(event, field::operationName);
  if (operation.empty()) return;
  std::string_view act = operation;
  if (ends_with(act, "/action")) act.remove_suffix(7);
  act = act.substr(act.rfind('/') + 1);
  Target like;
  const bool machine = contains(operation, "/virtualmachines/") || contains(operation, "/virtualmachinescalesets/");
  like.type = machine ? Target::Type::vm : Target::Type::cloud;
  like.verb = verb_of(act);
  like.route = "azure:" + fold_ascii(operation);
  const std::string_view result = value_of(event, field::resultType);
  for (const std::string_view said : {result, value_of(event, field::status)})
    if (starts_with(said, "Fail")) like.state = "failed";
  add_all(event, like, out);
}

void gcp(const Event& event, TargetList& out) {
  const std::string_view method = value_of(event, field::methodName);
  if (method.empty()) return;
  Target like;
  like.type = contains(method, "compute.instances.") ? Target::Type::vm : Target::Type::cloud;
  like.verb = verb_of(method.substr(method.rfind('.') + 1));
  like.route = "gcp:" + std::string(method);
  like.state = state_of(event);
  add_all(event, like, out);
}

void kubernetes(const Event& event, TargetList& out) {
  const std::string_view verb = value_of(event, field::verb), resource = value_of(event, field::TargetGroup);
  if (verb.empty()) return;
  Target like;
  like.type = Target::Type::cloud;
  like.verb = verb_of(verb);
  like.route = "k8s:" + std::string(verb);
  if (!resource.empty()) like.route += ":" + std::string(resource);
  like.state = state_of(event);
  add_all(event, like, out);
}

}  // namespace

bool is_cloud(const Event& event) {
  return event.channel == log_name::aws_cloudtrail || event.channel == log_name::azure_activity ||
         event.channel == log_name::azure_audit || event.channel == log_name::gcp_audit ||
         event.channel == log_name::kubernetes_audit;
}

void cloud_targets(const Event& event, TargetList& out) {
  if (event.channel == log_name::aws_cloudtrail)
    aws(event, out);
  else if (event.channel == log_name::gcp_audit)
    gcp(event, out);
  else if (event.channel == log_name::kubernetes_audit)
    kubernetes(event, out);
  else
    azure(event, out);
}

void add_cloud_target_fields(WantedFields& wanted) {
  for (const field::Number n :
       {field::eventName, field::eventSource, field::errorCode, field::operationName, field::resultType, field::status,
        field::methodName, field::verb, field::TargetResource, field::TargetGroup})
    wanted.add(id_of(n));
}

}  // namespace stopwarden::ledger
