// SPDX-License-Identifier: Apache-2.0
#include "sources/json/keys.h"

#include <utility>

#include "sources/json/scanner.h"
#include "sources/json/tree.h"

namespace stopwarden::json {
namespace {

constexpr std::size_t kKeysMax = 16'384;     // remembered keys, about 2 MiB; real logs have some hundred
constexpr std::size_t kNamesMax = 1u << 20;  // bytes of remembered keys
constexpr std::size_t kSlotsMin = 1024;

constexpr std::pair<std::string_view, Mark> kMarks[] = {
    {"Event", Mark::event},
    {"System", Mark::system},
    {"_source", Mark::source},
    {"result", Mark::result},
    {"winlog", Mark::winlog_object},
    {"EventID", Mark::event_id_number},
    {"EventCode", Mark::event_id_number},
    {"event_id", Mark::event_id_low},
    {"log_name", Mark::log_name},
    {"provider", Mark::provider_low},
    {"channel", Mark::channel_low},
    {"Channel", Mark::channel},
    {"LogName", Mark::channel},
    {"SourceName", Mark::provider},
    {"ProviderName", Mark::provider},
    {"Provider_Name", Mark::provider},
    {"ProviderGuid", Mark::provider},
    {"Computer", Mark::computer},
    {"ComputerName", Mark::computer},
    {"Hostname", Mark::computer},
    {"MachineName", Mark::computer},
    {"EventTime", Mark::event_time},
    {"EventReceivedTime", Mark::received_time},
    {"Id", Mark::id},
    {"__CURSOR", Mark::journal},
    {"__REALTIME_TIMESTAMP", Mark::journal},
    {"_BOOT_ID", Mark::journal},
    {"detail", Mark::envelope},
    {"event", Mark::event_low},
    {"data", Mark::envelope},
    {"message", Mark::envelope},
    {"@message", Mark::envelope},
    {"Message", Mark::envelope},
    {"body", Mark::envelope},
    {"Body", Mark::envelope},
    {"_raw", Mark::envelope},
    {"raw_data", Mark::envelope},
    {"eventJson", Mark::envelope},
    {"CloudTrailEvent", Mark::envelope},
    {"AuditData", Mark::envelope},
    {"aws", Mark::beats_object},
    {"gcp", Mark::beats_object},
    {"azure", Mark::beats_object},
    {"eventName", Mark::aws_call},
    {"eventname", Mark::aws_call},
    {"eventSource", Mark::aws_source},
    {"eventsource", Mark::aws_source},
    {"userIdentity", Mark::aws_part},
    {"useridentity", Mark::aws_part},
    {"awsRegion", Mark::aws_part},
    {"awsregion", Mark::aws_part},
    {"eventVersion", Mark::aws_part},
    {"recipientAccountId", Mark::aws_part},
    {"operationName", Mark::azure_operation},
    {"operation_name", Mark::azure_operation},
    {"OperationName", Mark::azure_operation},
    {"OperationNameValue", Mark::azure_operation},
    {"resourceId", Mark::azure_part},
    {"resource_id", Mark::azure_part},
    {"ResourceId", Mark::azure_part},
    {"_ResourceId", Mark::azure_part},
    {"caller", Mark::azure_part},
    {"Caller", Mark::azure_part},
    {"callerIpAddress", Mark::azure_part},
    {"CallerIpAddress", Mark::azure_part},
    {"correlationId", Mark::azure_part},
    {"CorrelationId", Mark::azure_part},
    {"activityDisplayName", Mark::entra_part},
    {"ActivityDisplayName", Mark::entra_part},
    {"initiatedBy", Mark::entra_part},
    {"InitiatedBy", Mark::entra_part},
    {"loggedByService", Mark::entra_part},
    {"LoggedByService", Mark::entra_part},
    {"conditionalAccessStatus", Mark::entra_part},
    {"ConditionalAccessStatus", Mark::entra_part},
    {"clientAppUsed", Mark::entra_part},
    {"ClientAppUsed", Mark::entra_part},
    {"riskEventType", Mark::entra_part},
    {"RiskEventType", Mark::entra_part},
    {"protoPayload", Mark::gcp_payload},
    {"verb", Mark::k8s_verb},
    {"auditID", Mark::k8s_part},
    {"objectRef", Mark::k8s_part},
    {"requestURI", Mark::k8s_part},
    {"class_uid", Mark::ocsf_class},
    {"Operation", Mark::m365_operation},
    {"Workload", Mark::m365_part},
    {"RecordType", Mark::m365_part},
    {"OrganizationId", Mark::m365_part},
    {"eventType", Mark::okta_type},
    {"debugContext", Mark::okta_part},
    {"legacyEventType", Mark::okta_part},
    {"displayMessage", Mark::okta_part},
    {"securityContext", Mark::okta_part},
    {"action", Mark::github_action},
    {"_document_id", Mark::github_part},
    {"actor_location", Mark::github_part},
    {"actor_ip", Mark::github_part},
    {"business", Mark::github_part},
    {"org", Mark::github_part},
    {"auditType", Mark::bitbucket_type},
    {"event_type_id", Mark::onelogin_type},
    {"event_type", Mark::event_type_low},
    {"txid", Mark::duo_part},
    {"access_device", Mark::duo_part},
    {"auth_device", Mark::duo_part},
    {"global_seq_num", Mark::global_seq_num},
    {"mach_time", Mark::mach_time},
    {"eventMessage", Mark::event_message},
    {"machTimestamp", Mark::mach_timestamp},
    {"processImagePath", Mark::process_image_path},
    {"raw_message", Mark::raw_message},
    {"process_uuid", Mark::process_uuid},
    {"_path", Mark::zeek_path},
    {"ts", Mark::zeek_time},
    {"id.orig_h", Mark::zeek_member},
    {"fuid", Mark::zeek_member},
    {"certificate.serial", Mark::zeek_member},
    {"fullFormattedMessage", Mark::vcenter_message},
    {"FullFormattedMessage", Mark::vcenter_message},
    {"chainId", Mark::vcenter_event},
    {"ChainId", Mark::vcenter_event},
    {"createdTime", Mark::vcenter_event},
    {"CreatedTime", Mark::vcenter_event},
};

constexpr std::string_view kBeatsPrefixes[] = {"aws.cloudtrail.", "gcp.audit.", "azure.activitylogs.",
                                               "azure.auditlogs.", "azure.signinlogs."};

Mark mark_of(std::string_view raw) noexcept {
  for (const auto& [name, mark] : kMarks)
    if (raw == name) return mark;
  for (const std::string_view prefix : kBeatsPrefixes)
    if (raw.substr(0, prefix.size()) == prefix) return Mark::beats_cloud;
  constexpr std::string_view kDotted = "winlog.";
  return raw.substr(0, kDotted.size()) == kDotted ? Mark::winlog : Mark::none;
}

}  // namespace

Keys::Keys() { clear(); }

void Keys::clear() {
  std::vector<Key>().swap(keys_);
  std::vector<Slot>(kSlotsMin).swap(slots_);
  names_ = Arena{};
  name_bytes_ = 0;
  keys_.emplace_back();
  ++generation_;
}

void Keys::limit() {
  if (keys_.size() > kKeysMax || name_bytes_ > kNamesMax) clear();
}

std::uint32_t Keys::add(std::string_view raw, std::uint32_t hash) {
  const auto insert = [this](std::uint32_t h, std::uint32_t number) {
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = h & mask;
    while (slots_[at].number != 0) at = (at + 1) & mask;
    slots_[at] = {h, number};
  };
  if ((keys_.size() + 1) * 2 > slots_.size()) {
    std::vector<Slot> old(slots_.size() * 2);
    old.swap(slots_);
    for (const Slot& s : old)
      if (s.number != 0) insert(s.hash, s.number);
  }
  Key key;
  key.raw = names_.copy(raw);
  key.text = unescape(key.raw, names_);
  key.traits = {mark_of(raw), is_wrapper_name(raw), is_wrapper_companion(raw), is_event_key(raw)};
  name_bytes_ += raw.size();
  const auto number = static_cast<std::uint32_t>(keys_.size());
  keys_.push_back(key);
  insert(hash, number);
  return number;
}

}  // namespace stopwarden::json
