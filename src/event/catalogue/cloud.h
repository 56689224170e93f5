// SPDX-License-Identifier: Apache-2.0
// Fields of AWS, Azure and Google Cloud audit logs. User, ActorUserId, LogonId and SourceIp are the taxonomy's.
#pragma once

#define SW_CLOUD_FIELDS(X)                                                                                         \
  X(eventName, "string", "API call", "AWS CloudTrail")                                                             \
  X(eventSource, "string", "Service that was called: ec2.amazonaws.com", "AWS CloudTrail")                         \
  X(errorCode, "string", "Why a call was not done", "AWS CloudTrail; Google Cloud, Kubernetes: a number")          \
  X(operationName, "string", "What was asked: MICROSOFT.COMPUTE/VIRTUALMACHINES/DELETE", "Azure Activity, Entra")  \
  X(resourceId, "string", "Path of the resource", "Azure Activity")                                                \
  X(resultType, "string", "Start, Success, Failure; of sign-ins a number", "Azure Activity, Entra")                \
  X(status, "string", "Started, Accepted, Succeeded, Failed", "Azure Activity")                                    \
  X(methodName, "string", "protoPayload.methodName", "Google Cloud audit")                                         \
  X(serviceName, "string", "protoPayload.serviceName", "Google Cloud audit")                                       \
  X(resourceName, "string", "protoPayload.resourceName", "Google Cloud audit")                                     \
  X(verb, "string", "create, delete, patch, ...", "Kubernetes audit")                                              \
  X(TargetResource, "string", "What a call is aimed at: instance, function, virtual machine, ...; several values", \
    "Clouds, from the parameter that names it")                                                                    \
  X(TargetGroup, "string", "What the target is part of: a cluster, a vault; the resource type of Kubernetes",      \
    "AWS CloudTrail, Kubernetes audit")
