// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "sources/json/json_test_support.h"
#include "sources/json/shapes.h"

namespace stopwarden::json {
namespace {

using testing::Lines;
using testing::Read;
using testing::run;
using testing::Wanted;

const std::string kCall =
    R"({"eventVersion":"1.09","userIdentity":{"type":"IAMUser","principalId":"AIDA1","arn":"arn:aws:iam::111122223333:user/eve",)"
    R"("accountId":"111122223333","accessKeyId":"AKIA1"},"eventTime":"2026-11-25T01:02:03Z","eventSource":"ec2.amazonaws.com",)"
    R"("eventName":"StopInstances","awsRegion":"eu-central-1","sourceIPAddress":"198.51.100.7","requestParameters":)"
    R"({"instancesSet":{"items":[{"instanceId":"i-1"},{"instanceId":"i-2"}]},"force":true},"responseElements":null,)"
    R"("eventID":"0b1c","recipientAccountId":"111122223333"})";
const std::string kCallHead = "2026-11-25T01:02:03.000Z 111122223333 aws:cloudtrail ec2.amazonaws.com - -";
const std::vector<std::string> kCallWanted{"eventName", "User", "SourceIp", "LogonId", "ActorUserId", "TargetResource"};
const std::string kCallFields =
    "ActorUserId=AIDA1|User=arn:aws:iam::111122223333:user/eve|LogonId=AKIA1|eventName=StopInstances|"
    "SourceIp=198.51.100.7|TargetResource=i-1|TargetResource=i-2";

/// `text` as the inside of a JSON string.
std::string in_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

std::string base64(std::string_view text) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (const char c : text) {
    bits = (bits << 8) | static_cast<unsigned char>(c);
    for (held += 8; held >= 6;) {
      held -= 6;
      out += kDigits[(bits >> held) & 63];
    }
  }
  if (held > 0) out += kDigits[(bits << (6 - held)) & 63];
  while (out.size() % 4 != 0) out += '=';
  return out;
}

struct Layout {
  const char* name;
  std::string input;
  std::size_t events = 1;
};

TEST(JsonCloud, OneEventInEveryEnvelope) {
  const std::string detail =
      R"({"version":"0","id":"x","detail-type":"AWS API Call via CloudTrail","source":"aws.ec2",)"
      R"("account":"111122223333","time":"2026-11-25T01:02:09Z","resources":[],"detail":)" +
      kCall + "}";
  const std::string logs =
      R"({"messageType":"DATA_MESSAGE","owner":"1","logGroup":"g","logStream":"s","subscriptionFilters":["f"],"logEvents":[)"
      R"({"id":"1","timestamp":1764032523000,"message":)" +
      in_string(kCall) + R"(},{"id":"2","timestamp":1764032523000,"message":)" + in_string(kCall) + "}]}";
  const Layout cases[] = {
      {"line", kCall + "\n"},
      {"records", R"({"Records":[)" + kCall + "," + kCall + "]}", 2},
      {"array", "[" + kCall + "," + kCall + "]", 2},
      {"bus", detail},
      {"log group", logs, 2},
      {"query",
       R"({"Events":[{"EventId":"0b1c","EventName":"StopInstances","EventTime":"2026-11-25T03:02:03+02:00","Resources":[],)"
       R"("CloudTrailEvent":)" +
           in_string(kCall) + "}]}"},
      {"lake", R"({"eventJson":)" + in_string(kCall) + "}"},
      {"splunk", R"({"preview":false,"result":{"_raw":)" + in_string(kCall) + R"(,"host":"h"}})"},
      {"splunk collector", R"({"time":1,"host":"h","event":)" + kCall + "}"},
      {"queue around topic around bus",
       R"({"Messages":1,"Body":)" + in_string(R"({"Type":"Notification","Message":)" + in_string(detail) + "}") + "}"},
      {"push", R"({"message":{"attributes":{},"data":")" + base64(kCall) + R"(","messageId":"1"},"subscription":"s"})"},
      {"pull", R"({"receivedMessages":[{"ackId":"a","message":{"data":")" + base64(kCall) + R"("}}]})"},
      {"pull, printed", R"([{"ackId":"a","message":{"data":")" + base64(kCall + "\n") + R"("}}])"},
      {"original", R"({"@timestamp":"2026-11-25T01:02:04Z","message":"prose","event":{"original":)" + in_string(kCall) +
                       R"(,"action":"x"},"aws":{"cloudtrail":{"event_version":"1"}}})"},
  };
  for (const Layout& c : cases) {
    for (const std::size_t step : {std::size_t{1} << 20, std::size_t{61}}) {
      const Read got = run(c.input, Wanted(kCallWanted), step);
      ASSERT_EQ(got.events.size(), c.events) << c.name;
      EXPECT_EQ(got.drops, Lines{}) << c.name;
      EXPECT_EQ(got.oddities, Lines{}) << c.name;
      for (std::size_t i = 0; i < c.events; ++i) {
        EXPECT_EQ(got.heads[i], kCallHead) << c.name;
        EXPECT_EQ(got.events[i], kCallFields) << c.name;
      }
    }
  }
}

TEST(JsonCloud, ATextIsTheEventsIdentity) {
  const Read got = run(R"({"eventJson":)" + in_string(kCall) + "}", Wanted(kCallWanted));
  ASSERT_EQ(got.raws.size(), 1u);
  EXPECT_EQ(got.raws[0], kCall);
  EXPECT_EQ(got.origins[0], "0#1");
}

TEST(JsonCloud, WhatIsNoEventStaysWhereItIs) {
  struct Case {
    const char* name;
    std::string input, fields;
    Lines oddities;
  };
  const Case cases[] = {
      {"prose", R"({"message":"{curly} words"})", "message={curly} words", {}},
      {"another object", R"({"message":"{\"a\":1}"})", "message={\"a\":1}", {}},
      {"cut off", R"({"message":"{\"eventVersion\":"})", "message={\"eventVersion\":", {"bad_value@0"}},
      {"no base64", R"({"message":{"data":"eyJ!"}})", "message.data=eyJ!", {}},
      {"base64 of no JSON", R"({"message":{"data":"eyJhIjo="}})", "message.data=eyJhIjo=", {"bad_value@0"}},
      {"windows", R"({"EventID":1,"Channel":"C","message":)" + in_string(kCall) + "}", "message=" + kCall, {}},
  };
  for (const Case& c : cases) {
    const Read got = run(c.input, Wanted({"message", "message.data"}));
    ASSERT_EQ(got.events.size(), 1u) << c.name;
    EXPECT_EQ(got.events[0], c.fields) << c.name;
    EXPECT_EQ(got.oddities, c.oddities) << c.name;
  }
}

TEST(JsonCloud, MessagesInMessagesEnd) {
  std::string text = kCall;
  for (int depth = 1; depth <= 5; ++depth) {
    text = R"({"Body":)" + in_string(text) + "}";
    const Read got = run(text, Wanted({"eventName"}));
    ASSERT_EQ(got.events.size(), 1u);
    EXPECT_EQ(got.events[0], depth <= 4 ? "eventName=StopInstances" : "") << depth;
    EXPECT_EQ(got.oddities, depth <= 4 ? Lines{} : Lines{"bad_value@0"}) << depth;
  }
}

struct ShapeCase {
  const char* name;
  std::string json;
  std::vector<std::string> wanted;
  std::string head;
  std::string fields;
};

const ShapeCase kCases[] = {
    {"cloudtrail: an unknown service is no provider of its own",
     R"({"eventVersion":"1","eventSource":"made-up.amazonaws.com","eventName":"X","eventTime":"2026-11-25T01:02:03Z"})",
     {"eventSource"},
     "2026-11-25T01:02:03.000Z  aws:cloudtrail  - -",
     "eventSource=made-up.amazonaws.com"},
    {"cloudtrail: a service acts for itself; the text of an object",
     R"({"userIdentity":{"type":"AWSService","invokedBy":"autoscaling.amazonaws.com"},"eventSource":"ec2.amazonaws.com",)"
     R"("eventName":"TerminateInstances","requestParameters": {"a": [1]},"responseElements":null})",
     {"User", "requestParameters", "requestParameters.a", "responseElements"},
     "-  aws:cloudtrail ec2.amazonaws.com - -",
     "User=autoscaling.amazonaws.com|requestParameters={\"a\": [1]}|requestParameters.a=1|responseElements="},
    {"azure: portal",
     R"({"authorization":{"action":"a"},"caller":"eve@example.com","claims":{"http://schemas.microsoft.com/identity/claims/objectidentifier":"oid"},)"
     R"("eventTimestamp":"2026-11-25T01:02:03.5Z","eventDataId":"d","httpRequest":{"clientIpAddress":"198.51.100.7"},)"
     R"("operationName":{"value":"Microsoft.Compute/virtualMachines/deallocate/action","localizedValue":"Deallocate"},)"
     R"("resourceId":"/subscriptions/S1/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/db 1",)"
     R"("status":{"value":"Succeeded","localizedValue":"Ok"},"subStatus":{"value":""}})",
     {"operationName", "User", "ActorUserId", "SourceIp", "TargetResource", "status"},
     "2026-11-25T01:02:03.500Z S1 azure:activity Microsoft.Compute - -",
     "User=eve@example.com|ActorUserId=oid|SourceIp=198.51.100.7|operationName=Microsoft.Compute/virtualMachines/"
     "deallocate/action|"
     "status=Succeeded|TargetResource=db 1"},
    {"azure: diagnostic settings by an event hub",
     R"({"records":[{"time":"2026-11-25T01:02:03Z","resourceId":"/SUBSCRIPTIONS/S1/RESOURCEGROUPS/RG/PROVIDERS/MICROSOFT.WEB/SITES/SHOP",)"
     R"("operationName":"MICROSOFT.WEB/SITES/STOP/ACTION","category":"Administrative","resultType":"Success","callerIpAddress":"198.51.100.7"}]})",
     {"operationName", "SourceIp", "TargetResource", "resultType"},
     "2026-11-25T01:02:03.000Z S1 azure:activity Microsoft.Web - -",
     "operationName=MICROSOFT.WEB/SITES/STOP/ACTION|resultType=Success|SourceIp=198.51.100.7|TargetResource=SHOP"},
    {"azure: the SDK's words",
     R"({"event_timestamp":"2026-11-25T01:02:03Z","operation_name":{"value":"Microsoft.Compute/disks/delete"},"caller":"x",)"
     R"("resource_id":"/subscriptions/S1/d","status":{"value":"Started"}})",
     {"operationName", "resourceId"},
     "2026-11-25T01:02:03.000Z S1 azure:activity Microsoft.Compute - -",
     "operationName=Microsoft.Compute/disks/delete|resourceId=/subscriptions/S1/d"},
    {"azure: a table of Log Analytics",
     R"({"TimeGenerated":"2026-11-25T01:02:03Z","OperationNameValue":"MICROSOFT.SQL/SERVERS/DELETE","Caller":"eve","CallerIpAddress":"198.51.100.7",)"
     R"("_ResourceId":"/subscriptions/s1/x/sql1","ActivityStatusValue":"Success","Type":"AzureActivity"})",
     {"operationName", "OperationNameValue", "User", "TargetResource", "status"},
     "2026-11-25T01:02:03.000Z s1 azure:activity Microsoft.Sql - -",
     "operationName=MICROSOFT.SQL/SERVERS/DELETE|OperationNameValue=MICROSOFT.SQL/SERVERS/"
     "DELETE|User=eve|status=Success|"
     "TargetResource=sql1"},
    {"entra: audit by diagnostic settings",
     R"({"time":"2026-11-25T01:02:03Z","resourceId":"/tenants/t/providers/Microsoft.aadiam","operationName":"Disable account",)"
     R"("category":"AuditLogs","properties":{"initiatedBy":{"user":{"id":"u1","userPrincipalName":"eve@example.com"}},"targetResources":[{"type":"User","id":"u2"}]}})",
     {"User", "ActorUserId", "TargetResource", "properties.targetResources", "properties.targetResources.type"},
     "2026-11-25T01:02:03.000Z  azure:audit AuditLogs - -",
     "ActorUserId=u1|User=eve@example.com|properties.targetResources=[{\"type\":\"User\",\"id\":\"u2\"}]|properties."
     "targetResources.type=User|"
     "TargetResource=u2"},
    {"entra: sign-ins by Graph",
     R"({"createdDateTime":"2026-11-25T01:02:03Z","userPrincipalName":"eve@example.com","conditionalAccessStatus":"success","ipAddress":"198.51.100.7"})",
     {"User", "SourceIp"},
     "2026-11-25T01:02:03.000Z  azure:audit SignInLogs - -",
     "User=eve@example.com|SourceIp=198.51.100.7"},
    {"gcp",
     R"({"insertId":"i","logName":"projects/p/logs/cloudaudit.googleapis.com%2Factivity","protoPayload":{"serviceName":"compute.googleapis.com",)"
     R"("methodName":"v1.compute.instances.stop","resourceName":"projects/p/zones/z/instances/vm-1","authenticationInfo":{"principalEmail":"eve@example.com"},)"
     R"("requestMetadata":{"callerIp":"198.51.100.7"}},"resource":{"type":"gce_instance","labels":{"project_id":"p"}},"timestamp":"2026-11-25T01:02:03Z"})",
     {"methodName", "protoPayload.methodName", "User", "SourceIp", "TargetResource"},
     "2026-11-25T01:02:03.000Z p gcp:audit compute.googleapis.com - -",
     "methodName=v1.compute.instances.stop|protoPayload.methodName=v1.compute.instances.stop|User=eve@example.com|"
     "SourceIp=198.51.100.7|TargetResource=vm-1"},
    {"gcp: services switched off",
     R"({"protoPayload":{"serviceName":"serviceusage.googleapis.com","methodName":"google.api.serviceusage.v1.ServiceUsage.BatchDisableServices",)"
     R"("resourceName":"projects/1","request":{"serviceIds":["a.googleapis.com","b.googleapis.com"]}}})",
     {"TargetResource"},
     "-  gcp:audit serviceusage.googleapis.com - -",
     "TargetResource=a.googleapis.com|TargetResource=b.googleapis.com"},
    {"gcp: one service",
     R"({"data":{"protoPayload":{"serviceName":"serviceusage.googleapis.com","methodName":"google.api.serviceusage.v1.ServiceUsage.DisableService",)"
     R"("resourceName":"projects/1","request":{"name":"projects/1/services/logging.googleapis.com"}}}})",
     {"TargetResource"},
     "-  gcp:audit serviceusage.googleapis.com - -",
     "TargetResource=logging.googleapis.com"},
    {"kubernetes: a list",
     R"({"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{},"items":[{"kind":"Event","level":"Metadata","auditID":"a","stage":"ResponseComplete",)"
     R"("requestURI":"/apis","verb":"delete","user":{"username":"eve","uid":"u"},"sourceIPs":["198.51.100.7"],)"
     R"("objectRef":{"resource":"daemonsets","namespace":"security","name":"falco"},"requestReceivedTimestamp":"2026-11-25T01:02:03.000001Z"}]})",
     {"User", "verb", "objectRef.resource", "TargetResource", "SourceIp"},
     "2026-11-25T01:02:03.000Z  kubernetes:audit  - -",
     "verb=delete|User=eve|SourceIp=198.51.100.7|objectRef.resource=daemonsets|TargetResource=falco"},
    {"filebeat without the original",
     R"({"@timestamp":"2026-11-25T01:02:03Z","event":{"action":"StopInstances","provider":"ec2.amazonaws.com","outcome":"success"},)"
     R"("aws":{"cloudtrail":{"user_identity":{"type":"IAMUser","arn":"arn:x"},"flattened":{"request_parameters":{"instancesSet":{"items":[{"instanceId":"i-1"}]}}}}},)"
     R"("cloud":{"account":{"id":"1"}},"source":{"ip":"198.51.100.7"}})",
     {"eventName", "eventSource", "User", "TargetResource", "SourceIp", "userIdentity.type"},
     "2026-11-25T01:02:03.000Z 1 aws:cloudtrail ec2.amazonaws.com - -",
     "eventName=StopInstances|eventSource=ec2.amazonaws.com|userIdentity.type=IAMUser|User=arn:x|TargetResource=i-1|"
     "SourceIp=198.51.100.7"},
    {"filebeat, azure",
     R"({"azure":{"activitylogs":{"operation_name":"MICROSOFT.WEB/SITES/STOP/ACTION"},"resource":{"id":"/subscriptions/1/SHOP"}}})",
     {"operationName", "TargetResource"},
     "-  azure:activity  - -",
     "operationName=MICROSOFT.WEB/SITES/STOP/ACTION|TargetResource=SHOP"},
    {"aws beside something else", R"({"aws":{"s3":{"bucket":"b"}}})", {"aws.s3.bucket"}, "-    - -", "aws.s3.bucket=b"},
    {"ocsf: API activity",
     R"({"class_uid":6003,"time":1764032523000,"metadata":{"product":{"name":"CloudTrail"},"uid":"u"},"api":{"operation":"StopInstances",)"
     R"("service":{"name":"ec2.amazonaws.com"},"response":{"error":"Client.DryRunOperation"}},"actor":{"user":{"type":"IAMUser","uid":"arn:x"}},)"
     R"("cloud":{"account":{"uid":"1"},"provider":"AWS"},"src_endpoint":{"ip":"198.51.100.7"},"resources":[{"uid":"i-1"}]})",
     {"eventName", "errorCode", "User", "TargetResource"},
     "2025-11-25T01:02:03.000Z 1 aws:cloudtrail ec2.amazonaws.com - -",
     "eventName=StopInstances|errorCode=Client.DryRunOperation|User=arn:x|TargetResource=i-1"},
    {"m365",
     R"({"CreationTime":"2026-11-25T01:02:03","Operation":"New-InboxRule","Workload":"Exchange","UserId":"eve","ClientIP":"198.51.100.7","Parameters":[{"Name":"ForwardTo","Value":"x"}]})",
     {"User", "Parameters"},
     "2026-11-25T01:02:03.000Z  m365:audit  - -",
     "User=eve|Parameters=[{\"Name\":\"ForwardTo\",\"Value\":\"x\"}]"},
    {"m365: a list of names and values",
     R"({"Operation":"UserLoggedIn","Workload":"AzureActiveDirectory","ExtendedProperties":[{"Name":"RequestType","Value":"Cmsi:Cmsi"},{"Name":3,"Value":"x"},{"Name":"Other","Value":"y"}]})",
     {"RequestType"},
     "-  m365:audit  - -",
     "RequestType=Cmsi:Cmsi"},
    {"okta",
     R"({"published":"2026-11-25T01:02:03Z","eventType":"user.lifecycle.suspend","displayMessage":"x","actor":{"alternateId":"eve"}})",
     {"User"},
     "2026-11-25T01:02:03.000Z  saas:okta  - -",
     "User=eve"},
    {"github",
     R"({"@timestamp":1764032523000,"_document_id":"d","action":"repo.destroy","actor":"eve"})",
     {"User", "action"},
     "2025-11-25T01:02:03.000Z  saas:github  - -",
     "action=repo.destroy|User=eve"},
};

TEST(JsonCloud, Shapes) {
  for (const ShapeCase& c : kCases) {
    const Read got = run(c.json, Wanted(c.wanted));
    ASSERT_EQ(got.events.size(), 1u) << c.name;
    EXPECT_EQ(got.heads[0], c.head) << c.name;
    EXPECT_EQ(got.events[0], c.fields) << c.name;
    EXPECT_EQ(got.drops, Lines{}) << c.name;
  }
}

}  // namespace
}  // namespace stopwarden::json
