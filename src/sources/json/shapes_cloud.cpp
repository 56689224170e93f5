// SPDX-License-Identifier: Apache-2.0
#include "sources/json/shapes_cloud.h"

#include <algorithm>
#include <array>

#include "base/hash.h"
#include "base/text.h"
#include "event/log_name.h"
#include "sources/json/shapes.h"
#include "sources/json/shapes_saas.h"

namespace stopwarden::json {
namespace {

// Providers: one plan of the engine a provider, so hostile logs must not be able to make up names. What is not in a
// table has the provider "".
constexpr std::array<std::string_view, 66> kAwsSources{
    "access-analyzer.amazonaws.com",
    "account.amazonaws.com",
    "acm.amazonaws.com",
    "apigateway.amazonaws.com",
    "appstream.amazonaws.com",
    "athena.amazonaws.com",
    "autoscaling.amazonaws.com",
    "backup.amazonaws.com",
    "batch.amazonaws.com",
    "bedrock.amazonaws.com",
    "cloudformation.amazonaws.com",
    "cloudfront.amazonaws.com",
    "cloudtrail.amazonaws.com",
    "codebuild.amazonaws.com",
    "codepipeline.amazonaws.com",
    "cognito-idp.amazonaws.com",
    "config.amazonaws.com",
    "dms.amazonaws.com",
    "ds.amazonaws.com",
    "dynamodb.amazonaws.com",
    "ec2.amazonaws.com",
    "ecr.amazonaws.com",
    "ecs.amazonaws.com",
    "eks.amazonaws.com",
    "elasticache.amazonaws.com",
    "elasticbeanstalk.amazonaws.com",
    "elasticfilesystem.amazonaws.com",
    "elasticloadbalancing.amazonaws.com",
    "elasticmapreduce.amazonaws.com",
    "es.amazonaws.com",
    "events.amazonaws.com",
    "firehose.amazonaws.com",
    "fsx.amazonaws.com",
    "glacier.amazonaws.com",
    "glue.amazonaws.com",
    "guardduty.amazonaws.com",
    "iam.amazonaws.com",
    "inspector2.amazonaws.com",
    "kinesis.amazonaws.com",
    "kms.amazonaws.com",
    "lambda.amazonaws.com",
    "lightsail.amazonaws.com",
    "logs.amazonaws.com",
    "macie2.amazonaws.com",
    "monitoring.amazonaws.com",
    "network-firewall.amazonaws.com",
    "organizations.amazonaws.com",
    "rds.amazonaws.com",
    "redshift.amazonaws.com",
    "route53.amazonaws.com",
    "route53resolver.amazonaws.com",
    "s3.amazonaws.com",
    "sagemaker.amazonaws.com",
    "secretsmanager.amazonaws.com",
    "securityhub.amazonaws.com",
    "ses.amazonaws.com",
    "signin.amazonaws.com",
    "sns.amazonaws.com",
    "sqs.amazonaws.com",
    "ssm.amazonaws.com",
    "sso.amazonaws.com",
    "states.amazonaws.com",
    "storagegateway.amazonaws.com",
    "sts.amazonaws.com",
    "wafv2.amazonaws.com",
    "workspaces.amazonaws.com",
};

constexpr std::array<std::string_view, 36> kAzureProviders{
    "Microsoft.AAD",
    "Microsoft.ADHybridHealthService",
    "Microsoft.ApiManagement",
    "Microsoft.App",
    "Microsoft.Authorization",
    "Microsoft.Automation",
    "Microsoft.Batch",
    "Microsoft.Cache",
    "Microsoft.Compute",
    "Microsoft.ContainerInstance",
    "Microsoft.ContainerRegistry",
    "Microsoft.ContainerService",
    "Microsoft.DBforMySQL",
    "Microsoft.DBforPostgreSQL",
    "Microsoft.DataFactory",
    "Microsoft.DataProtection",
    "Microsoft.DocumentDB",
    "Microsoft.EventGrid",
    "Microsoft.EventHub",
    "Microsoft.Insights",
    "Microsoft.KeyVault",
    "Microsoft.Kubernetes",
    "Microsoft.Logic",
    "Microsoft.ManagedIdentity",
    "Microsoft.Management",
    "Microsoft.Network",
    "Microsoft.OperationalInsights",
    "Microsoft.RecoveryServices",
    "Microsoft.Resources",
    "Microsoft.Security",
    "Microsoft.SecurityInsights",
    "Microsoft.ServiceBus",
    "Microsoft.Sql",
    "Microsoft.Storage",
    "Microsoft.Synapse",
    "Microsoft.Web",
};

// Log Analytics spells some of them in another way; comparison ignores case.
constexpr std::array<std::string_view, 10> kEntraCategories{
    "AuditLogs",
    "SignInLogs",
    "NonInteractiveUserSignInLogs",
    "AADNonInteractiveUserSignInLogs",
    "ServicePrincipalSignInLogs",
    "ManagedIdentitySignInLogs",
    "ADFSSignInLogs",
    "RiskyUsers",
    "UserRiskEvents",
    "ProvisioningLogs",
};

constexpr std::array<std::string_view, 32> kGcpServices{
    "accesscontextmanager.googleapis.com",
    "admin.googleapis.com",
    "appengine.googleapis.com",
    "bigquery.googleapis.com",
    "bigtableadmin.googleapis.com",
    "cloudbuild.googleapis.com",
    "cloudfunctions.googleapis.com",
    "cloudkms.googleapis.com",
    "cloudresourcemanager.googleapis.com",
    "cloudscheduler.googleapis.com",
    "cloudsql.googleapis.com",
    "compute.googleapis.com",
    "container.googleapis.com",
    "dataproc.googleapis.com",
    "dlp.googleapis.com",
    "dns.googleapis.com",
    "file.googleapis.com",
    "iam.googleapis.com",
    "iap.googleapis.com",
    "k8s.io",
    "logging.googleapis.com",
    "login.googleapis.com",
    "monitoring.googleapis.com",
    "networksecurity.googleapis.com",
    "pubsub.googleapis.com",
    "redis.googleapis.com",
    "run.googleapis.com",
    "secretmanager.googleapis.com",
    "serviceusage.googleapis.com",
    "spanner.googleapis.com",
    "storage.googleapis.com",
    "workflows.googleapis.com",
};

/// Names by their hash, made once. find() gives the row, or "": one hash and one comparison.
class NameTable {
 public:
  template <std::size_t N>
  explicit NameTable(const std::array<std::string_view, N>& names) {
    static_assert(N * 2 <= kSlots);
    for (const std::string_view name : names) slots_[slot_of(name)] = name;
  }
  std::string_view find(std::string_view name) const noexcept { return slots_[slot_of(name)]; }

 private:
  static constexpr std::size_t kSlots = 256;
  std::size_t slot_of(std::string_view name) const noexcept {
    std::size_t at = hash_text(name) % kSlots;
    while (!slots_[at].empty() && slots_[at] != name) at = (at + 1) % kSlots;
    return at;
  }
  std::array<std::string_view, kSlots> slots_{};
};

std::string_view known_aws_source(std::string_view name) {
  static const NameTable table(kAwsSources);
  return table.find(name);
}
std::string_view known_gcp_service(std::string_view name) {
  static const NameTable table(kGcpServices);
  return table.find(name);
}

/// The same for a table that is not sorted and names that come in any case.
template <std::size_t N>
std::string_view known_in_any_case(const std::array<std::string_view, N>& table, std::string_view name) noexcept {
  for (const std::string_view row : table)
    if (equal_ignore_ascii_case(row, name)) return row;
  return {};
}

/// What stands at "a.b": the node, or 0.
std::uint32_t find_path(const Tree& tree, std::uint32_t at, std::string_view path) {
  while (true) {
    const std::size_t dot = std::min(path.find('.'), path.size());
    at = tree.find(at, path.substr(0, dot));
    if (at == 0 || dot == path.size()) return at;
    path.remove_prefix(dot + 1);
  }
}

/// The text of the first of these paths that holds one; an Azure {"value": "..."} counts as its value.
template <std::size_t N>
std::string_view text_at(const Tree& tree, std::uint32_t root, const std::string_view (&paths)[N], Arena& arena) {
  for (const std::string_view path : paths) {
    std::uint32_t i = find_path(tree, root, path);
    if (i != 0 && tree.node(i).type == NodeType::object) i = tree.find(i, "value");
    if (i != 0 && tree.node(i).type == NodeType::string && !tree.node(i).raw.empty())
      return unescape(tree.node(i).raw, arena);
  }
  return {};
}

/// "c" of "/a/b/c", also of "a/b/[c]" and "/a/b/c/"; at most the text itself.
std::string_view last_part(std::string_view path) noexcept {
  while (!path.empty() && (path.back() == '/' || path.back() == ']')) path.remove_suffix(1);
  return path.substr(path.find_last_of("/[") + 1);
}

constexpr std::string_view kOperations[] = {"operationName", "operation_name", "OperationNameValue", "OperationName"};
constexpr std::string_view kResourceIds[] = {
    "resourceId",  "resource_id",         "ResourceId",  "_ResourceId",
    "resource.id", "authorization.scope", "resourceUri", "identity.authorization.scope"};

template <std::size_t N>
bool has_any(const Tree& tree, std::uint32_t root, const std::string_view (&keys)[N]) {
  for (const std::string_view key : keys)
    if (tree.find(root, key) != 0) return true;
  return false;
}

/// "X" of "/subscriptions/X/...": whose log it is.
std::string_view subscription_of(std::string_view resource) noexcept {
  constexpr std::string_view kPrefix = "/subscriptions/";
  if (resource.size() <= kPrefix.size() || !equal_ignore_ascii_case(resource.substr(0, kPrefix.size()), kPrefix))
    return {};
  resource.remove_prefix(kPrefix.size());
  return resource.substr(0, resource.find('/'));
}

void entra_head(const Tree& tree, std::uint32_t root, std::string_view category, Event& event) {
  event.channel = log_name::azure_audit;
  event.provider = category;
  if (!category.empty()) return;
  if (has_any(tree, root, {"riskEventType", "RiskEventType"}))
    event.provider = "UserRiskEvents";
  else if (has_any(tree, root,
                   {"conditionalAccessStatus", "ConditionalAccessStatus", "clientAppUsed", "ClientAppUsed"}))
    event.provider = "SignInLogs";
  else
    event.provider = "AuditLogs";
}

constexpr std::string_view kEntraKeys[] = {"activityDisplayName",
                                           "ActivityDisplayName",
                                           "initiatedBy",
                                           "InitiatedBy",
                                           "loggedByService",
                                           "LoggedByService",
                                           "conditionalAccessStatus",
                                           "ConditionalAccessStatus",
                                           "clientAppUsed",
                                           "ClientAppUsed",
                                           "riskEventType",
                                           "RiskEventType"};

}  // namespace

bool is_cloudtrail(const Marks& m) { return m.has(Mark::aws_call) && m.has(Mark::aws_source) && m.has(Mark::aws_part); }
bool is_azure(const Marks& m) {
  return (m.has(Mark::azure_operation) && m.has(Mark::azure_part)) || m.has(Mark::entra_part);
}
bool is_gcp(const Marks& m) { return m.has(Mark::gcp_payload); }
bool is_kubernetes(const Marks& m) { return m.has(Mark::k8s_verb) && m.has(Mark::k8s_part); }
bool is_beats_cloud(const Marks& m) { return m.has(Mark::beats_cloud); }
bool is_ocsf(const Marks& m) { return m.has(Mark::ocsf_class); }

bool is_cloud_event(const Marks& m) noexcept {
  return is_cloudtrail(m) || is_gcp(m) || is_kubernetes(m) || is_azure(m) || is_m365(m) || is_okta(m);
}

void cloudtrail_head(const Tree&, std::uint32_t, Arena&, Event& event) {
  event.channel = log_name::aws_cloudtrail;
  event.provider = known_aws_source(event.provider);
}

void gcp_head(const Tree&, std::uint32_t, Arena&, Event& event) { event.provider = known_gcp_service(event.provider); }

void kubernetes_head(const Tree&, std::uint32_t, Arena&, Event& event) { event.provider = {}; }

void azure_head(const Tree& tree, std::uint32_t root, Arena& arena, Event& event) {
  const std::string_view resource = text_at(tree, root, kResourceIds, arena);
  event.host = subscription_of(resource);
  std::string_view category =
      known_in_any_case(kEntraCategories, text_at(tree, root, {"category", "Category", "Type"}, arena));
  if (category.empty()) category = known_in_any_case(kEntraCategories, text_at(tree, root, {"Type"}, arena));
  constexpr std::string_view kDirectory = "microsoft.aadiam";
  const bool directory = equal_ignore_ascii_case(last_part(resource), kDirectory);
  if (!category.empty() || directory || has_any(tree, root, kEntraKeys)) return entra_head(tree, root, category, event);
  event.channel = log_name::azure_activity;
  const std::string_view operation = text_at(tree, root, kOperations, arena);
  event.provider = known_in_any_case(kAzureProviders, operation.substr(0, operation.find('/')));
}

namespace {

constexpr std::string_view kAdminConsent = "ConsentContext.IsAdminConsent", kResourceProvider = "resourceProvider";

/// The array of what an act in Entra is aimed at; 0 when there is none.
std::uint32_t entra_targets(const Tree& tree, std::uint32_t root) {
  for (const std::string_view path : {"properties.targetResources", "targetResources", "TargetResources"})
    if (const std::uint32_t i = find_path(tree, root, path); i != 0 && tree.node(i).type == NodeType::array) return i;
  return 0;
}

void add_entra_targets(const Tree& tree, std::uint32_t resources, DerivedValues& out) {
  for (std::uint32_t i = resources + 1; i < tree.node(resources).next; i = tree.node(i).next) {
    const std::string_view name = text_at(tree, i, {"userPrincipalName", "displayName", "id"}, out.arena());
    if (!name.empty()) out.add(cloud_table::kTarget, ValueKind::string, name);
  }
}

/// Entra lists what changed as {displayName, newValue}; rules ask for one of them by its name.
void add_admin_consent(const Tree& tree, std::uint32_t root, DerivedValues& out) {
  const std::uint32_t resources = entra_targets(tree, root);
  if (resources == 0) return;
  for (std::uint32_t i = resources + 1; i < tree.node(resources).next; ++i) {
    const std::uint32_t name = tree.find(i, "displayName");
    if (name == 0 || tree.node(name).raw != kAdminConsent) continue;
    std::string_view value = text_at(tree, i, {"newValue"}, out.arena());
    if (value.size() > 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
    out.add(kAdminConsent, ValueKind::string, value);
  }
}

}  // namespace

void azure_derive(const Tree& tree, std::uint32_t root, DerivedValues& out) {
  if (out.wants(kAdminConsent)) add_admin_consent(tree, root, out);
  if (out.wants(kResourceProvider) &&
      !has_any(tree, root, {"resourceProviderName", "resource_provider_name", "ResourceProviderValue"})) {
    const std::string_view operation = text_at(tree, root, kOperations, out.arena());
    if (const std::size_t slash = operation.find('/'); slash != std::string_view::npos)
      out.add(kResourceProvider, ValueKind::string, operation.substr(0, slash));
  }
  if (!out.wants(cloud_table::kTarget)) return;
  if (const std::uint32_t resources = entra_targets(tree, root)) return add_entra_targets(tree, resources, out);
  const std::string_view name = last_part(text_at(tree, root, kResourceIds, out.arena()));
  if (!name.empty()) out.add(cloud_table::kTarget, ValueKind::string, name);
}

void gcp_derive(const Tree& tree, std::uint32_t root, DerivedValues& out) {
  if (!out.wants(cloud_table::kTarget)) return;
  // Of a service that is switched off, the name stands in the request; the resource is the project.
  if (find_path(tree, root, "protoPayload.request.serviceIds") != 0) return;
  constexpr std::string_view kUsage = "serviceusage.googleapis.com";
  const bool usage = text_at(tree, root, {"protoPayload.serviceName"}, out.arena()) == kUsage;
  std::string_view path = usage ? text_at(tree, root, {"protoPayload.request.name"}, out.arena()) : std::string_view{};
  if (path.empty()) path = text_at(tree, root, {"protoPayload.resourceName"}, out.arena());
  if (const std::string_view name = last_part(path); !name.empty())
    out.add(cloud_table::kTarget, ValueKind::string, name);
}

void kubernetes_derive(const Tree& tree, std::uint32_t root, DerivedValues& out) {
  constexpr std::string_view kError = "errorCode";
  if (!out.wants(kError)) return;
  const std::uint32_t code = find_path(tree, root, "responseStatus.code");
  if (code == 0 || tree.node(code).type != NodeType::number) return;
  if (const auto status = parse_unsigned(tree.node(code).raw); status && *status >= 400)
    out.add(kError, ValueKind::integer, tree.node(code).raw);
}

void beats_cloud_head(const Tree& tree, std::uint32_t root, Arena&, Event& event) {
  const std::string_view provider = event.provider;
  event.provider = {};
  for (std::uint32_t i = root + 1; i < tree.node(root).next; i = tree.node(i).next) {
    const std::string_view key = tree.key_of(tree.node(i)).raw, head = key.substr(0, key.find('.'));
    if (head == "aws") {
      event.channel = log_name::aws_cloudtrail;
      event.provider = known_aws_source(provider);
    } else if (head == "gcp") {
      event.channel = log_name::gcp_audit;
      event.provider = known_gcp_service(provider);
    } else if (head == "azure") {
      const bool activity = key == head ? tree.find(i, "activitylogs") != 0 : key.substr(6, 8) == "activity";
      const bool audit = key == head ? tree.find(i, "auditlogs") != 0 : key.substr(6, 5) == "audit";
      event.channel = activity ? log_name::azure_activity : log_name::azure_audit;
      if (!activity) event.provider = audit ? "AuditLogs" : "SignInLogs";
    } else {
      continue;
    }
    return;
  }
}

void beats_cloud_derive(const Tree& tree, std::uint32_t root, DerivedValues& out) {
  if (!out.wants(cloud_table::kTarget)) return;
  const std::string_view name = last_part(
      text_at(tree, root, {"azure.resource.id", "gcp.audit.resource_name", "gcp.audit.request.name"}, out.arena()));
  if (!name.empty()) out.add(cloud_table::kTarget, ValueKind::string, name);
}

void ocsf_head(const Tree& tree, std::uint32_t root, Arena& arena, Event& event) {
  const std::string_view provider = event.provider;
  event.provider = {};
  const std::string_view product = text_at(tree, root, {"metadata.product.name"}, arena);
  const std::string_view cloud = text_at(tree, root, {"cloud.provider"}, arena);
  if (equal_ignore_ascii_case(product, "CloudTrail")) {
    event.channel = log_name::aws_cloudtrail;
    event.provider = known_aws_source(provider);
  } else if (equal_ignore_ascii_case(product, "Amazon EKS") || equal_ignore_ascii_case(product, "Kubernetes")) {
    event.channel = log_name::kubernetes_audit;
  } else if (find_path(tree, root, "api") == 0) {
    return;  // of a host or a network: its channel is nobody's
  } else if (equal_ignore_ascii_case(cloud, "AWS")) {
    event.channel = log_name::aws_cloudtrail;
  } else if (equal_ignore_ascii_case(cloud, "Azure")) {
    event.channel = log_name::azure_activity;
  } else if (equal_ignore_ascii_case(cloud, "GCP")) {
    event.channel = log_name::gcp_audit;
  }
}

}  // namespace stopwarden::json
