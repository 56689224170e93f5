// SPDX-License-Identifier: Apache-2.0
#include "detect/ledger/cloud_targets.h"

#include <gtest/gtest.h>

#include "detect/ledger/targets.h"
#include "detect/ledger/targets_text.h"
#include "event/catalogue.h"

namespace stopwarden::ledger {
namespace {

struct Given {
  field::Number field;
  const char* text;
};

std::string targets(std::string_view channel, std::vector<Given> given) {
  std::vector<FieldValue> fields;
  for (const Given& g : given) fields.push_back({id_of(g.field), ValueKind::string, g.text});
  Event e;
  e.channel = channel;
  e.fields = fields;
  return targets_text(targets_of(e));
}

std::string aws(const char* source, const char* call, std::vector<Given> more) {
  more.push_back({field::eventSource, source});
  more.push_back({field::eventName, call});
  return targets("aws:cloudtrail", more);
}

TEST(CloudTargets, Aws) {
  EXPECT_EQ(aws("ec2.amazonaws.com", "StopInstances",
                {{field::TargetResource, "i-1"}, {field::TargetResource, "i-2"}, {field::TargetResource, "i-1"}}),
            "stop vm:i-1 aws:ec2:StopInstances; stop vm:i-2 aws:ec2:StopInstances");
  EXPECT_EQ(aws("ec2.amazonaws.com", "TerminateInstances", {{field::TargetResource, "i-1"}}),
            "delete vm:i-1 aws:ec2:TerminateInstances");
  EXPECT_EQ(aws("organizations.amazonaws.com", "DisableAWSServiceAccess",
                {{field::TargetResource, "cloudtrail.amazonaws.com"}}),
            "disable cloud:cloudtrail.amazonaws.com aws:organizations:DisableAWSServiceAccess");
  EXPECT_EQ(aws("ecs.amazonaws.com", "UpdateService", {{field::TargetGroup, "prod"}, {field::TargetResource, "shop"}}),
            "reconfigure cloud:shop aws:ecs:UpdateService");
  EXPECT_EQ(aws("ecs.amazonaws.com", "DeleteCluster", {{field::TargetGroup, "prod"}}),
            "delete cloud:prod aws:ecs:DeleteCluster");
  EXPECT_EQ(aws("organizations.amazonaws.com", "LeaveOrganization", {}), "");
}

TEST(CloudTargets, WhatWasNotDoneSaysSo) {
  const auto stopped = [](const char* error) {
    return aws("ec2.amazonaws.com", "StopInstances", {{field::TargetResource, "i-1"}, {field::errorCode, error}});
  };
  EXPECT_EQ(stopped("Client.DryRunOperation"), "stop vm:i-1 aws:ec2:StopInstances =dry-run");
  EXPECT_EQ(stopped("Client.UnauthorizedOperation"), "stop vm:i-1 aws:ec2:StopInstances =denied");
  EXPECT_EQ(stopped("AccessDenied"), "stop vm:i-1 aws:ec2:StopInstances =denied");
  EXPECT_EQ(stopped("Client.IncorrectInstanceState"), "stop vm:i-1 aws:ec2:StopInstances =failed");
}

TEST(CloudTargets, Azure) {
  const auto operation = [](const char* name, const char* result = "Success") {
    return targets("azure:activity",
                   {{field::operationName, name}, {field::TargetResource, "db1"}, {field::resultType, result}});
  };
  EXPECT_EQ(operation("MICROSOFT.COMPUTE/VIRTUALMACHINES/DEALLOCATE/ACTION"),
            "stop vm:db1 azure:microsoft.compute/virtualmachines/deallocate/action");
  EXPECT_EQ(operation("Microsoft.Compute/virtualMachines/delete", "Failure"),
            "delete vm:db1 azure:microsoft.compute/virtualmachines/delete =failed");
  EXPECT_EQ(operation("Microsoft.Web/sites/stop/action"), "stop cloud:db1 azure:microsoft.web/sites/stop/action");
  EXPECT_EQ(operation("Microsoft.Compute/unregister/action"),
            "disable cloud:db1 azure:microsoft.compute/unregister/action");
}

TEST(CloudTargets, GoogleAndKubernetes) {
  EXPECT_EQ(
      targets("gcp:audit", {{field::methodName, "v1.compute.instances.suspend"}, {field::TargetResource, "vm-1"}}),
      "pause vm:vm-1 gcp:v1.compute.instances.suspend");
  EXPECT_EQ(targets("gcp:audit", {{field::methodName, "google.api.serviceusage.v1.ServiceUsage.BatchDisableServices"},
                                  {field::TargetResource, "a.googleapis.com"},
                                  {field::errorCode, "7"}}),
            "disable cloud:a.googleapis.com gcp:google.api.serviceusage.v1.ServiceUsage.BatchDisableServices =denied");
  EXPECT_EQ(targets("kubernetes:audit", {{field::verb, "delete"},
                                         {field::TargetGroup, "daemonsets"},
                                         {field::TargetResource, "falco"},
                                         {field::errorCode, "403"}}),
            "delete cloud:falco k8s:delete:daemonsets =denied");
  EXPECT_EQ(targets("kubernetes:audit", {{field::verb, "deletecollection"}, {field::TargetGroup, "pods"}}),
            "delete cloud:pods k8s:deletecollection:pods");
}

}  // namespace
}  // namespace stopwarden::ledger
