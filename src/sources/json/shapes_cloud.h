// SPDX-License-Identifier: Apache-2.0
// Audit logs of clouds: what their parts mean. docs/formats/cloud.md says where each form comes from.
//
// Names stay as the log has them. Beside them stand the catalogue's: User (who), ActorUserId (the id of that account),
// LogonId (the key or session), SourceIp, TargetResource (what the call is aimed at), and for the forms that spell a
// log in another way (Elastic, OCSF, exports of databases) the names of the log itself.
#pragma once
#include <array>
#include <string_view>

#include "base/arena.h"
#include "event/event.h"
#include "sources/json/paths.h"
#include "sources/json/tree.h"

namespace stopwarden::json {

struct Marks;
class DerivedValues;

/// The event's own object is one that this program knows as an audit record of a cloud.
bool is_cloud_event(const Marks& marks) noexcept;

bool is_cloudtrail(const Marks& marks);
bool is_azure(const Marks& marks);
bool is_gcp(const Marks& marks);
bool is_kubernetes(const Marks& marks);
bool is_beats_cloud(const Marks& marks);
bool is_ocsf(const Marks& marks);

/// Provider from a fixed set; host: account, subscription or project.
void cloudtrail_head(const Tree& tree, std::uint32_t root, Arena& arena, Event& event);
/// The log too: activity of resources, or Entra's audit and sign-in logs.
void azure_head(const Tree& tree, std::uint32_t root, Arena& arena, Event& event);
void gcp_head(const Tree& tree, std::uint32_t root, Arena& arena, Event& event);
void kubernetes_head(const Tree& tree, std::uint32_t root, Arena& arena, Event& event);
void beats_cloud_head(const Tree& tree, std::uint32_t root, Arena& arena, Event& event);
void ocsf_head(const Tree& tree, std::uint32_t root, Arena& arena, Event& event);

/// TargetResource: the last part of a resource's path.
void azure_derive(const Tree& tree, std::uint32_t root, DerivedValues& out);
void gcp_derive(const Tree& tree, std::uint32_t root, DerivedValues& out);
/// errorCode: the HTTP status of a request that was refused.
void kubernetes_derive(const Tree& tree, std::uint32_t root, DerivedValues& out);
void beats_cloud_derive(const Tree& tree, std::uint32_t root, DerivedValues& out);

namespace cloud_table {

constexpr Alias named(std::string_view path, std::string_view field) { return Alias{path, field}; }
constexpr Alias whole(std::string_view path, std::string_view field = {}) {
  return Alias{path, field, Role::none, 0, Convert::json_text};
}
constexpr Alias role(std::string_view path, Role role, std::uint8_t rank = 0, std::string_view field = {}) {
  return Alias{path, field, role, rank};
}

constexpr std::string_view kTarget = "TargetResource", kGroup = "TargetGroup";

// A service that acts for itself has no ARN, but says who it is in invokedBy. The lower-case names are those of
// Athena and other databases.
inline constexpr std::array kCloudTrail{
    role("eventTime", Role::time),
    role("eventSource", Role::provider),
    role("eventID", Role::record_name),
    role("recipientAccountId", Role::host, 0),
    role("userIdentity.accountId", Role::host, 1),
    named("userIdentity.arn", "User"),
    named("userIdentity.invokedBy", "User"),
    named("userIdentity.principalId", "ActorUserId"),
    named("userIdentity.accessKeyId", "LogonId"),
    named("sourceIPAddress", "SourceIp"),
    whole("requestParameters"),
    whole("responseElements"),
    named("requestParameters.instancesSet.items.instanceId", kTarget),
    named("requestParameters.instanceId", kTarget),
    named("requestParameters.instanceIds", kTarget),
    named("requestParameters.servicePrincipal", kTarget),
    named("requestParameters.accountId", kTarget),
    named("requestParameters.accountName", kTarget),
    named("serviceEventDetails.createAccountStatus.accountId", kTarget),
    named("requestParameters.dBInstanceIdentifier", kTarget),
    named("requestParameters.dBClusterIdentifier", kTarget),
    named("requestParameters.clusterIdentifier", kTarget),
    named("requestParameters.service", kTarget),
    named("requestParameters.task", kTarget),
    named("requestParameters.cluster", kGroup),
    named("requestParameters.clusterName", kGroup),
    named("requestParameters.nodegroupName", kTarget),
    named("requestParameters.fargateProfileName", kTarget),
    named("requestParameters.name", kTarget),
    named("requestParameters.functionName", kTarget),
    named("requestParameters.autoScalingGroupName", kTarget),
    named("requestParameters.loadBalancerArn", kTarget),
    named("requestParameters.loadBalancerName", kTarget),
    named("requestParameters.targetGroupArn", kTarget),
    named("requestParameters.listenerArn", kTarget),
    named("requestParameters.trailName", kTarget),
    named("requestParameters.eventDataStore", kTarget),
    named("requestParameters.configurationRecorderName", kTarget),
    named("requestParameters.deliveryChannelName", kTarget),
    named("requestParameters.configRuleName", kTarget),
    named("requestParameters.detectorId", kTarget),
    named("requestParameters.analyzerName", kTarget),
    named("requestParameters.resourceTypes", kTarget),
    named("requestParameters.logGroupName", kTarget),
    named("requestParameters.logStreamName", kTarget),
    named("requestParameters.alarmNames", kTarget),
    named("requestParameters.resolverQueryLogConfigId", kTarget),
    named("requestParameters.backupVaultName", kGroup),
    named("requestParameters.recoveryPointArn", kTarget),
    named("requestParameters.backupPlanId", kTarget),
    named("requestParameters.backupJobId", kTarget),
    named("requestParameters.snapshotId", kTarget),
    named("requestParameters.volumeId", kTarget),
    named("requestParameters.dBSnapshotIdentifier", kTarget),
    named("requestParameters.keyId", kTarget),
    named("requestParameters.queueUrl", kTarget),
    named("requestParameters.topicArn", kTarget),
    named("requestParameters.subscriptionArn", kTarget),
    named("requestParameters.bucketName", kTarget),
    named("requestParameters.serviceLinkedRoleName", kTarget),
    named("requestParameters.roleName", kTarget),
    named("requestParameters.stateMachineArn", kTarget),
    named("requestParameters.executionArn", kTarget),
    named("requestParameters.webACLId", kTarget),
    named("requestParameters.DeleteFlowLogsRequest.FlowLogId.content", kTarget),
    named("requestParameters.tableName", kTarget),
    named("requestParameters.domainName", kTarget),
    role("eventtime", Role::time, 1),
    role("eventsource", Role::provider, 1, "eventSource"),
    role("eventid", Role::record_name, 1, "eventID"),
    role("recipientaccountid", Role::host, 2, "recipientAccountId"),
    named("eventname", "eventName"),
    named("errorcode", "errorCode"),
    named("errormessage", "errorMessage"),
    named("useragent", "userAgent"),
    named("awsregion", "awsRegion"),
    named("sourceipaddress", "SourceIp"),
    named("useridentity.arn", "User"),
    named("useridentity.type", "userIdentity.type"),
    named("useridentity.principalid", "ActorUserId"),
    named("useridentity.accesskeyid", "LogonId"),
    whole("requestparameters", "requestParameters"),
    whole("responseelements", "responseElements"),
};

// Portal and REST (camelCase, {value, localizedValue}), the Python SDK (snake_case), diagnostic settings and Event Hub
// (operationName is text, callerIpAddress), Log Analytics (PascalCase). Entra's logs by diagnostic settings stand in
// `properties`, by Graph at the top.
inline constexpr std::array kAzure{
    role("eventTimestamp", Role::time, 0),
    role("event_timestamp", Role::time, 0),
    role("time", Role::time, 1),
    role("TimeGenerated", Role::time, 1),
    role("activityDateTime", Role::time, 2),
    role("ActivityDateTime", Role::time, 3),
    role("createdDateTime", Role::time, 2),
    role("CreatedDateTime", Role::time, 3),
    role("activityDateTimeUtc", Role::time, 2),
    role("detectedDateTime", Role::time, 4),
    role("DetectedDateTime", Role::time, 4),
    role("eventDataId", Role::record_name, 0),
    role("event_data_id", Role::record_name, 0, "eventDataId"),
    role("EventDataId", Role::record_name, 0, "eventDataId"),
    role("properties.eventDataId", Role::record_name, 1, "eventDataId"),
    named("operationName.value", "operationName"),
    named("operation_name.value", "operationName"),
    named("OperationNameValue", "operationName"),
    named("OperationName", "operationName"),
    named("resource_id", "resourceId"),
    named("ResourceId", "resourceId"),
    named("_ResourceId", "resourceId"),
    named("category.value", "category"),
    named("CategoryValue", "category"),
    named("Category", "category"),
    named("status.value", "status"),
    named("ActivityStatusValue", "status"),
    named("ActivityStatus", "status"),
    named("ResultType", "resultType"),
    named("ResultDescription", "resultDescription"),
    named("sub_status.value", "subStatus"),
    named("subStatus.value", "subStatus"),
    named("ActivitySubstatusValue", "subStatus"),
    named("resourceProviderName.value", "resourceProvider"),
    named("resource_provider_name.value", "resourceProvider"),
    named("ResourceProviderValue", "resourceProvider"),
    named("caller", "User"),
    named("Caller", "User"),
    named("identity.claims.http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn", "User"),
    named("properties.initiatedBy.user.userPrincipalName", "User"),
    named("properties.initiatedBy.app.displayName", "User"),
    named("initiatedBy.user.userPrincipalName", "User"),
    named("initiatedBy.app.displayName", "User"),
    named("properties.userPrincipalName", "User"),
    named("userPrincipalName", "User"),
    named("UserPrincipalName", "User"),
    named("claims.http://schemas.microsoft.com/identity/claims/objectidentifier", "ActorUserId"),
    named("identity.claims.http://schemas.microsoft.com/identity/claims/objectidentifier", "ActorUserId"),
    named("properties.initiatedBy.user.id", "ActorUserId"),
    named("initiatedBy.user.id", "ActorUserId"),
    named("properties.userId", "ActorUserId"),
    named("userId", "ActorUserId"),
    named("claims.uti", "LogonId"),
    named("identity.claims.uti", "LogonId"),
    named("httpRequest.clientIpAddress", "SourceIp"),
    named("http_request.client_ip_address", "SourceIp"),
    named("callerIpAddress", "SourceIp"),
    named("CallerIpAddress", "SourceIp"),
    named("properties.ipAddress", "SourceIp"),
    named("properties.initiatedBy.user.ipAddress", "SourceIp"),
    named("ipAddress", "SourceIp"),
    named("IPAddress", "SourceIp"),
    whole("properties.targetResources"),
    whole("targetResources"),
    whole("TargetResources"),
    whole("properties.initiatedBy"),
    whole("initiatedBy"),
    whole("InitiatedBy"),
    whole("properties.targetResources.modifiedProperties"),
    whole("targetResources.modifiedProperties"),
    whole("TargetResources.modifiedProperties"),
    whole("properties.networkLocationDetails"),
    whole("networkLocationDetails"),
    whole("NetworkLocationDetails"),
};

inline constexpr std::array kGcp{
    role("timestamp", Role::time, 0),
    role("protoPayload.timestamp", Role::time, 1),
    role("receiveTimestamp", Role::time, 2),
    role("insertId", Role::record_name),
    role("protoPayload.serviceName", Role::provider, 0, "serviceName"),
    role("resource.labels.project_id", Role::host),
    named("protoPayload.methodName", "methodName"),
    named("protoPayload.resourceName", "resourceName"),
    named("protoPayload.status.code", "errorCode"),
    named("protoPayload.authenticationInfo.principalEmail", "User"),
    named("protoPayload.authenticationInfo.principalSubject", "ActorUserId"),
    named("protoPayload.authenticationInfo.serviceAccountKeyName", "LogonId"),
    named("protoPayload.requestMetadata.callerIp", "SourceIp"),
    named("protoPayload.request.serviceIds", kTarget),
    whole("protoPayload.request"),
    whole("protoPayload.response"),
};

inline constexpr std::array kKubernetes{
    role("requestReceivedTimestamp", Role::time, 0),
    role("stageTimestamp", Role::time, 1),
    named("user.username", "User"),
    named("user.uid", "ActorUserId"),
    named("sourceIPs", "SourceIp"),
    named("objectRef.name", kTarget),
    named("objectRef.resource", kGroup),
};

// The modules aws, gcp and azure of Filebeat, where the original is not kept. request_parameters is a text of its own
// kind there; the object is below `flattened`.
inline constexpr std::array kBeatsCloud{
    role("@timestamp", Role::time),
    role("event.id", Role::record_name),
    role("event.provider", Role::provider, 0, "eventSource"),
    role("gcp.audit.service_name", Role::provider, 0, "serviceName"),
    role("cloud.account.id", Role::host, 0),
    role("aws.cloudtrail.recipient_account_id", Role::host, 1, "recipientAccountId"),
    role("cloud.project.id", Role::host, 2),
    named("event.action", "eventName"),
    named("aws.cloudtrail.event_type", "eventType"),
    named("aws.cloudtrail.error_code", "errorCode"),
    named("aws.cloudtrail.error_message", "errorMessage"),
    named("aws.cloudtrail.user_identity.type", "userIdentity.type"),
    named("aws.cloudtrail.user_identity.arn", "User"),
    named("aws.cloudtrail.user_identity.arn", "userIdentity.arn"),
    named("aws.cloudtrail.user_identity.invoked_by", "User"),
    named("aws.cloudtrail.user_identity.access_key_id", "LogonId"),
    named("aws.cloudtrail.request_parameters", "requestParameters"),
    named("aws.cloudtrail.response_elements", "responseElements"),
    named("aws.cloudtrail.flattened.request_parameters.instancesSet.items.instanceId", kTarget),
    named("aws.cloudtrail.flattened.request_parameters.instanceId", kTarget),
    named("aws.cloudtrail.flattened.request_parameters.servicePrincipal", kTarget),
    named("aws.cloudtrail.flattened.request_parameters.accountId", kTarget),
    named("aws.cloudtrail.flattened.request_parameters.dBInstanceIdentifier", kTarget),
    named("aws.cloudtrail.flattened.request_parameters.dBClusterIdentifier", kTarget),
    named("aws.cloudtrail.flattened.request_parameters.service", kTarget),
    named("aws.cloudtrail.flattened.request_parameters.name", kTarget),
    named("aws.cloudtrail.flattened.request_parameters.functionName", kTarget),
    named("aws.cloudtrail.flattened.request_parameters.autoScalingGroupName", kTarget),
    named("user_agent.original", "userAgent"),
    named("cloud.region", "awsRegion"),
    named("user.id", "ActorUserId"),
    named("source.ip", "SourceIp"),
    named("gcp.audit.method_name", "methodName"),
    named("gcp.audit.resource_name", "resourceName"),
    named("gcp.audit.authentication_info.principal_email", "User"),
    named("azure.activitylogs.operation_name", "operationName"),
    named("azure.activitylogs.category", "category"),
    named("azure.activitylogs.result_type", "resultType"),
    named("azure.activitylogs.identity.authorization.evidence.principal_id", "ActorUserId"),
    named("azure.activitylogs.identity.claims_initiated_by_user.name", "User"),
    named("azure.resource.id", "resourceId"),
    named("azure.auditlogs.operation_name", "operationName"),
    named("azure.auditlogs.category", "category"),
    named("azure.auditlogs.properties.activity_display_name", "properties.activityDisplayName"),
    named("azure.auditlogs.properties.category", "properties.category"),
    named("azure.auditlogs.properties.result", "properties.result"),
    named("azure.auditlogs.properties.initiated_by.user.userPrincipalName", "User"),
    whole("azure.auditlogs.properties.target_resources", "properties.targetResources"),
    named("azure.signinlogs.properties.user_principal_name", "User"),
    named("azure.signinlogs.result_type", "resultType"),
    named("azure.signinlogs.result_description", "resultDescription"),
};

// API Activity and the like of the Open Cybersecurity Schema Framework, as Security Lake has CloudTrail.
inline constexpr std::array kOcsf{
    role("time", Role::time, 0),
    role("time_dt", Role::time, 1),
    role("metadata.uid", Role::record_name),
    role("api.service.name", Role::provider, 0, "eventSource"),
    role("cloud.account.uid", Role::host, 0),
    role("cloud.account_uid", Role::host, 1),
    role("device.hostname", Role::host, 2),
    named("api.operation", "eventName"),
    named("api.response.error", "errorCode"),
    named("api.response.message", "errorMessage"),
    named("api.request.data", "requestParameters"),
    named("api.response.data", "responseElements"),
    named("cloud.region", "awsRegion"),
    named("http_request.user_agent", "userAgent"),
    named("actor.user.type", "userIdentity.type"),
    named("actor.user.uid", "User"),
    named("actor.user.uid", "userIdentity.arn"),
    named("actor.user.uid_alt", "ActorUserId"),
    named("actor.user.uuid", "ActorUserId"),
    named("actor.user.credential_uid", "LogonId"),
    named("actor.session.credential_uid", "LogonId"),
    named("src_endpoint.ip", "SourceIp"),
    named("dst_endpoint.ip", "DestinationIp"),
    named("resources.uid", kTarget),
    named("process.file.path", "Image"),
    named("process.cmd_line", "CommandLine"),
    named("process.pid", "ProcessId"),
    named("process.parent_process.file.path", "ParentImage"),
    named("process.parent_process.cmd_line", "ParentCommandLine"),
    named("process.parent_process.pid", "ParentProcessId"),
    named("actor.process.file.path", "ParentImage"),
};

}  // namespace cloud_table
}  // namespace stopwarden::json
