// SPDX-License-Identifier: Apache-2.0
#include "sources/json/shapes.h"

#include "event/log_name.h"
#include "sources/json/shapes_cloud.h"
#include "sources/json/shapes_journal.h"
#include "sources/json/shapes_macos.h"
#include "sources/json/shapes_saas.h"
#include "sources/json/shapes_vcenter.h"
#include "sources/json/shapes_zeek.h"

namespace stopwarden::json {
namespace {

constexpr std::array kSystemAliases{
    Alias{"Channel", "", Role::channel},
    Alias{"Provider_Name", "", Role::provider},
    Alias{"Provider_EventSourceName", "", Role::provider, 1},
    Alias{"Computer", "", Role::host},
    Alias{"EventID", "", Role::event_id, 0, Convert::integer},
    Alias{"EventRecordID", "", Role::record_id, 0, Convert::integer},
    Alias{"TimeCreated_SystemTime", "", Role::time},
};

// @timestamp of Winlogbeat is the time of the event; event.created is when it was read.
constexpr std::array kWinlogbeatAliases{
    Alias{"winlog.channel", "Channel", Role::channel},
    Alias{"winlog.provider_name", "Provider_Name", Role::provider},
    Alias{"winlog.provider_guid", "Provider_Guid"},
    Alias{"winlog.event_id", "EventID", Role::event_id, 0, Convert::integer},
    Alias{"event.code", "EventID", Role::event_id, 1, Convert::integer, true},
    Alias{"winlog.record_id", "EventRecordID", Role::record_id, 0, Convert::integer},
    Alias{"winlog.computer_name", "Computer", Role::host},
    Alias{"host.name", "Computer", Role::host, 1, Convert::none, true},
    Alias{"winlog.process.pid", "Execution_ProcessID"},
    Alias{"winlog.process.thread.id", "Execution_ThreadID"},
    Alias{"winlog.user.identifier", "Security_UserID"},
    Alias{"winlog.activity_id", "Correlation_ActivityID"},
    Alias{"winlog.version", "Version"},
    Alias{"winlog.level", "Level"},
    Alias{"winlog.task", "Task"},
    Alias{"winlog.opcode", "Opcode"},
    Alias{"winlog.keywords", "Keywords"},
    Alias{"@timestamp", "", Role::time},
};
constexpr std::array<std::string_view, 1> kWinlogbeatStrip{"winlog.event_data."};
constexpr std::array<std::string_view, 1> kWinlogbeatStripLeaf{"winlog.user_data."};

constexpr std::array kWinlogbeat6Aliases{
    Alias{"log_name", "Channel", Role::channel},
    Alias{"source_name", "Provider_Name", Role::provider},
    Alias{"provider_guid", "Provider_Guid"},
    Alias{"event_id", "EventID", Role::event_id, 0, Convert::integer},
    Alias{"record_number", "EventRecordID", Role::record_id, 0, Convert::integer},
    Alias{"computer_name", "Computer", Role::host},
    Alias{"process_id", "Execution_ProcessID"},
    Alias{"thread_id", "Execution_ThreadID"},
    Alias{"user.identifier", "Security_UserID"},
    Alias{"activity_id", "Correlation_ActivityID"},
    Alias{"version", "Version"},
    Alias{"level", "Level"},
    Alias{"task", "Task"},
    Alias{"opcode", "Opcode"},
    Alias{"keywords", "Keywords"},
    Alias{"@timestamp", "", Role::time},
};
constexpr std::array<std::string_view, 1> kWinlogbeat6Strip{"event_data."};
constexpr std::array<std::string_view, 1> kWinlogbeat6StripLeaf{"user_data."};

// EventTime and EventReceivedTime have no zone and are local; `host` is the collector (docs/formats/json.md).
constexpr std::array kNxlogAliases{
    Alias{"Channel", "", Role::channel},
    Alias{"SourceName", "Provider_Name", Role::provider},
    Alias{"ProviderGuid", "Provider_Guid"},
    Alias{"EventID", "", Role::event_id, 0, Convert::integer},
    Alias{"RecordNumber", "EventRecordID", Role::record_id, 0, Convert::integer},
    Alias{"Hostname", "Computer", Role::host},
    Alias{"ExecutionProcessID", "Execution_ProcessID"},
    Alias{"ThreadID", "Execution_ThreadID"},
    Alias{"ExecutionThreadID", "Execution_ThreadID"},
    Alias{"UserID", "Security_UserID"},
    Alias{"ActivityID", "Correlation_ActivityID"},
    Alias{"OpcodeValue", "Opcode"},
    Alias{"Keywords", "", Role::none, 0, Convert::hex64},
    Alias{"EventTime", "", Role::local_time},
    Alias{"EventReceivedTime", "", Role::received_local},
    Alias{"@timestamp", "", Role::collected},
    Alias{"UtcTime", "", Role::time, 1},
};

constexpr std::array kFlatAliases{
    Alias{"Channel", "", Role::channel},
    Alias{"LogName", "Channel", Role::channel, 1},
    Alias{"Provider_Name", "", Role::provider},
    Alias{"ProviderName", "Provider_Name", Role::provider, 1},
    Alias{"Provider.Name", "Provider_Name", Role::provider, 1},
    Alias{"SourceName", "Provider_Name", Role::provider, 2},
    Alias{"ProviderGuid", "Provider_Guid"},
    Alias{"EventID", "", Role::event_id, 0, Convert::integer},
    Alias{"EventCode", "EventID", Role::event_id, 1, Convert::integer, true},
    Alias{"EventRecordID", "", Role::record_id, 0, Convert::integer},
    Alias{"RecordNumber", "EventRecordID", Role::record_id, 1, Convert::integer},
    Alias{"RecordId", "EventRecordID", Role::record_id, 1, Convert::integer},
    Alias{"Computer", "", Role::host},
    Alias{"ComputerName", "Computer", Role::host, 1},
    Alias{"MachineName", "Computer", Role::host, 1},
    Alias{"Hostname", "Computer", Role::host, 2},
    Alias{"ExecutionProcessID", "Execution_ProcessID"},
    Alias{"ThreadID", "Execution_ThreadID"},
    Alias{"UserID", "Security_UserID"},
    Alias{"OpcodeValue", "Opcode"},
    Alias{"Keywords", "", Role::none, 0, Convert::hex64},
    Alias{"TimeCreated", "", Role::time, 0},
    Alias{"TimeCreated.SystemTime", "", Role::time, 0},
    Alias{"SystemTime", "", Role::time, 1},
    Alias{"TimeGenerated", "", Role::time, 1},
    Alias{"EventTime", "", Role::time, 2},
    Alias{"_time", "", Role::time, 3},
    Alias{"@timestamp", "", Role::time, 4},
    Alias{"timestamp", "", Role::time, 5},
    Alias{"UtcTime", "", Role::time, 6},
};
constexpr std::array<std::string_view, 2> kFlatStrip{"EventData.", "event_data."};
constexpr std::array<std::string_view, 1> kFlatStripLeaf{"UserData."};

constexpr std::array kPowerShellAliases{
    Alias{"LogName", "Channel", Role::channel},
    Alias{"ProviderName", "Provider_Name", Role::provider},
    Alias{"ProviderId", "Provider_Guid"},
    Alias{"Id", "EventID", Role::event_id, 0, Convert::integer},
    Alias{"RecordId", "EventRecordID", Role::record_id, 0, Convert::integer},
    Alias{"MachineName", "Computer", Role::host},
    Alias{"ProcessId", "Execution_ProcessID"},
    Alias{"ThreadId", "Execution_ThreadID"},
    Alias{"UserId", "Security_UserID"},
    Alias{"UserId.Value", "Security_UserID"},
    Alias{"ActivityId", "Correlation_ActivityID"},
    Alias{"Keywords", "", Role::none, 0, Convert::hex64},
    Alias{"Properties.Value", "Data", Role::none, 0, Convert::none, false, true},
    Alias{"TimeCreated", "", Role::time},
    Alias{"TimeCreated.value", "", Role::time},
    Alias{"TimeCreated.DateTime", "", Role::time, 1},
};

constexpr std::array kArtemisAliases{
    Alias{"channel", "Channel", Role::channel},
    Alias{"provider", "Provider_Name", Role::provider},
    Alias{"guid", "Provider_Guid"},
    Alias{"event_id", "EventID", Role::event_id, 0, Convert::integer},
    Alias{"record_id", "EventRecordID", Role::record_id, 0, Convert::integer},
    Alias{"computer", "Computer", Role::host},
    Alias{"process_id", "Execution_ProcessID"},
    Alias{"thread_id", "Execution_ThreadID"},
    Alias{"sid", "Security_UserID"},
    Alias{"activity_id", "Correlation_ActivityID"},
    Alias{"version", "Version"},
    Alias{"level", "Level"},
    Alias{"task", "Task"},
    Alias{"opcode", "Opcode"},
    Alias{"keywords", "Keywords"},
    Alias{"raw_event_data.Data.#text", "Data", Role::none, 0, Convert::none, false, true},
    Alias{"raw_event_data.Data", "Data", Role::none, 0, Convert::none, false, true},
    Alias{"system_time", "", Role::time},
    Alias{"generated", "", Role::time, 1},
};
constexpr std::array<std::string_view, 1> kArtemisStrip{"raw_event_data."};

// The ranks come behind those of the Windows shapes: a shipper may have put such a member beside `Event`.
constexpr std::array kGenericAliases{
    Alias{"@timestamp", "", Role::time, 10},
    Alias{"timestamp", "", Role::time, 11},
    Alias{"time", "", Role::time, 12},
    Alias{"eventTime", "", Role::time, 13},
    Alias{"EventTime", "", Role::time, 14},
    Alias{"ts", "", Role::time, 15},
    Alias{"_time", "", Role::time, 16},
    Alias{"eventTimestamp", "", Role::time, 17},
    Alias{"event_timestamp", "", Role::time, 17},
    Alias{"CreationTime", "", Role::time, 18},
    Alias{"__REALTIME_TIMESTAMP", "", Role::time, 19},
    Alias{"host.name", "", Role::host, 10},
    Alias{"host", "", Role::host, 11},
    Alias{"hostname", "", Role::host, 12},
    Alias{"Computer", "", Role::host, 13},
    Alias{"Hostname", "", Role::host, 14},
    Alias{"_HOSTNAME", "", Role::host, 15},
};

const std::array<PathRules, kRulesCount> kPathRules{{
    {Naming::system, "System", kSystemAliases, {}, {}, true},
    {Naming::leaf, "EventData", {}, {}, {}, true},
    {Naming::leaf, "UserData", {}, {}, {}, true},
    {Naming::dotted, "", kWinlogbeatAliases, kWinlogbeatStrip, kWinlogbeatStripLeaf, false},
    {Naming::dotted, "", kWinlogbeat6Aliases, kWinlogbeat6Strip, kWinlogbeat6StripLeaf, false},
    {Naming::dotted, "", kNxlogAliases, {}, {}, false},
    {Naming::dotted, "", kFlatAliases, kFlatStrip, kFlatStripLeaf, false},
    {Naming::dotted, "", kPowerShellAliases, {}, {}, false},
    {Naming::dotted, "", kArtemisAliases, kArtemisStrip, {}, false},
    {Naming::dotted, "", kJournalAliases, {}, {}, false, true},
    kEsloggerPaths,
    kUnifiedLogPaths,
    kUnifiedLogArtemisPaths,
    {Naming::dotted, "", kZeekAliases, {}, {}, false},
    {Naming::dotted, "", kVcenterAliases, {}, {}, false},
    {Naming::dotted, "", kGenericAliases, {}, {}, false},
    {Naming::dotted, "", cloud_table::kCloudTrail, {}, {}, false},
    {Naming::dotted, "", cloud_table::kAzure, {}, {}, false},
    {Naming::dotted, "", cloud_table::kGcp, {}, {}, false},
    {Naming::dotted, "", cloud_table::kKubernetes, {}, {}, false},
    {Naming::dotted, "", cloud_table::kBeatsCloud, {}, {}, false},
    {Naming::dotted, "", cloud_table::kOcsf, {}, {}, false},
    {Naming::dotted, "", saas_table::kM365, {}, {}, false},
    {Naming::dotted, "", saas_table::kOkta, {}, {}, false},
    {Naming::dotted, "", saas_table::kGithub, {}, {}, false},
    {Naming::dotted, "", saas_table::kBitbucket, {}, {}, false},
    {Naming::dotted, "", saas_table::kOneLogin, {}, {}, false},
    {Naming::dotted, "", saas_table::kDuo, {}, {}, false},
}};

bool is_evtx_dump(const Marks& m) { return m.system != 0; }
bool is_winlogbeat(const Marks& m) { return m.has(Mark::winlog); }
bool is_artemis(const Marks& m) {
  return m.has(Mark::event_id_low) && m.has(Mark::provider_low) && m.has(Mark::channel_low);
}
bool is_winlogbeat6(const Marks& m) { return m.has(Mark::event_id_low) && m.has(Mark::log_name); }
bool is_nxlog(const Marks& m) {
  return m.has(Mark::event_id_number) && m.has(Mark::event_time) && m.has(Mark::received_time);
}
bool is_flat(const Marks& m) {
  return m.has(Mark::event_id_number) && (m.has(Mark::channel) || m.has(Mark::provider) || m.has(Mark::computer));
}
bool is_powershell(const Marks& m) { return m.has(Mark::id) && m.has(Mark::channel) && m.has(Mark::provider); }
bool is_anything(const Marks&) { return true; }

constexpr std::array kShapes{
    Shape{"evtx_dump", "Elements of the event's XML: Event, System, EventData", is_evtx_dump, kSystemRules},
    Shape{"winlogbeat", "Winlogbeat 7 and later, Elastic Common Schema: winlog.*", is_winlogbeat, kWinlogbeatRules},
    Shape{"artemis", "Artemis: event_id, provider, raw_event_data", is_artemis, kArtemisRules},
    Shape{"winlogbeat6", "Winlogbeat up to 6: event_id, log_name, event_data", is_winlogbeat6, kWinlogbeat6Rules},
    Shape{"nxlog", "NXLog: EventTime and EventReceivedTime beside the event's data", is_nxlog, kNxlogRules},
    Shape{"flat", "EventID or EventCode, Channel or LogName beside the event's data", is_flat, kFlatRules},
    Shape{"powershell", "Get-WinEvent | ConvertTo-Json: Id, LogName, ProviderName", is_powershell, kPowerShellRules},
    Shape{"journal", "systemd journal: journalctl -o json and its kin", is_journal, kJournalRules,
          log_name::linux_journal, journal_head, journal_derive},
    Shape{"cloudtrail", "AWS CloudTrail: eventName, eventSource", is_cloudtrail, kCloudTrailRules,
          log_name::aws_cloudtrail, cloudtrail_head},
    Shape{"gcp", "Google Cloud audit logs: protoPayload", is_gcp, kGcpRules, log_name::gcp_audit, gcp_head, gcp_derive},
    Shape{"kubernetes", "Kubernetes audit events: verb, auditID, objectRef", is_kubernetes, kKubernetesRules,
          log_name::kubernetes_audit, kubernetes_head, kubernetes_derive},
    Shape{"azure", "Azure Activity, Entra audit and sign-ins: operationName, resourceId", is_azure, kAzureRules,
          log_name::azure_activity, azure_head, azure_derive},
    Shape{"beats_cloud", "Filebeat's modules aws, gcp, azure: aws.cloudtrail.*", is_beats_cloud, kBeatsCloudRules, "",
          beats_cloud_head, beats_cloud_derive},
    Shape{"ocsf", "Open Cybersecurity Schema Framework: class_uid", is_ocsf, kOcsfRules, "", ocsf_head},
    Shape{"m365", "Microsoft 365 unified audit: Operation, Workload", is_m365, kM365Rules, log_name::m365_audit,
          nullptr, m365_derive},
    Shape{"okta", "Okta system log: eventType, debugContext", is_okta, kOktaRules, log_name::okta},
    Shape{"github", "GitHub audit log: action, _document_id", is_github, kGithubRules, log_name::github},
    Shape{"bitbucket", "Bitbucket audit log: auditType", is_bitbucket, kBitbucketRules, log_name::bitbucket},
    Shape{"onelogin", "OneLogin events: event_type_id", is_onelogin, kOneLoginRules, log_name::onelogin},
    Shape{"duo", "Duo authentication log: event_type, txid", is_duo, kDuoRules, log_name::duo},
    Shape{"eslogger", "macOS Endpoint Security events: eslogger", is_eslogger, kEsloggerRules, log_name::macos_es,
          eslogger_head, eslogger_fields},
    Shape{"unified_log", "macOS unified log: log show --style ndjson or json", is_unified_log, kUnifiedLogRules,
          log_name::macos_unifiedlog, unified_log_head, unified_log_fields},
    Shape{"unified_log_artemis", "macOS unified log as Artemis and macos-unifiedlogs write it", is_unified_log_artemis,
          kUnifiedLogArtemisRules, log_name::macos_unifiedlog, unified_log_head, unified_log_fields},
    Shape{"zeek", "Zeek: ts and _path, or members of a connection", is_zeek, kZeekRules, log_name::zeek, zeek_head,
          zeek_derive},
    Shape{"vcenter", "vCenter's events: fullFormattedMessage, chainId", is_vcenter, kVcenterRules,
          log_name::vcenter_vpxd, vcenter_head, vcenter_derive},
    Shape{"generic", "Anything else: every value under its dotted path", is_anything, kGenericRules},
};

/// Marks that count when the value is an object. `object`: its node, or 0.
void note_object(Marks& m, Mark mark, std::uint32_t object) noexcept {
  if (mark == Mark::event) m.event = object;
  if (mark == Mark::system) m.system = object;
  if (mark == Mark::source) m.source = object;
  if (mark == Mark::result) m.result = object;
  if (mark == Mark::winlog_object && object != 0) m.add(Mark::winlog);
}

bool is_beats_log(const Tree& tree, std::uint32_t object) {
  for (const std::string_view name : {"cloudtrail", "audit", "activitylogs", "auditlogs", "signinlogs"})
    if (const std::uint32_t i = tree.find(object, name); i != 0 && tree.node(i).type == NodeType::object) return true;
  return false;
}

/// No exporter of Windows events writes it.
bool may_hold_cloud_event(const Marks& m) noexcept {
  return (m.has(Mark::envelope) || m.has(Mark::event_low)) && !m.has(Mark::winlog) && !m.has(Mark::event_id_number) &&
         !m.has(Mark::event_id_low) && !is_cloud_event(m);
}

}  // namespace

std::span<const Shape> shapes() { return kShapes; }
std::span<const PathRules> path_rules() { return kPathRules; }

Marks read_marks(const Tree& tree, std::uint32_t root) {
  Marks m;
  bool plain_so_far = true;  // as the scanner's maybe_wrapper
  const std::uint32_t end = tree.node(root).next;
  for (std::uint32_t i = root + 1; i < end;) {
    const Node& node = tree.node(i);
    const KeyTraits& traits = node.traits;
    m.add(traits.mark);
    if (traits.mark != Mark::none && traits.mark <= Mark::winlog_object)
      note_object(m, traits.mark, node.type == NodeType::object ? i : 0);
    if (traits.is_event_key) plain_so_far = false;
    if (traits.mark == Mark::beats_object && is_beats_log(tree, i)) m.add(Mark::beats_cloud);
    if (node.is_scalar()) {
      ++i;  // as node.next, which would have to be waited for
      continue;
    }
    if (plain_so_far && !traits.is_wrapper_companion)
      m.maybe_wrapper = node.type == NodeType::array && traits.is_wrapper_name &&
                        (node.next == i + 1 || tree.node(i + 1).type == NodeType::object);
    plain_so_far = plain_so_far && traits.is_wrapper_companion;
    i = node.next;
  }
  return m;
}

EventPlace event_place(const Tree& tree, const Marks& top) {
  if (const std::uint32_t inner = top.source != 0 ? top.source : top.result;
      inner != 0 && !top.has(Mark::event_id_number)) {
    const Marks inside = read_marks(tree, inner);
    if (top.source != 0 || inside.has(Mark::event_id_number) || inside.has(Mark::winlog)) return {inner, inside};
  }
  if (!may_hold_cloud_event(top)) return {0, top};
  for (std::uint32_t i = 1; i < tree.node(0).next; i = tree.node(i).next) {
    const Node& node = tree.node(i);
    if ((node.traits.mark != Mark::envelope && node.traits.mark != Mark::event_low) || node.type != NodeType::object)
      continue;
    if (const Marks inside = read_marks(tree, i); is_cloud_event(inside)) return {i, inside};
  }
  return {0, top};
}

}  // namespace stopwarden::json
