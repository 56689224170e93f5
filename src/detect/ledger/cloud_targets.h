// SPDX-License-Identifier: Apache-2.0
// From one audit record of a cloud to what it is aimed at: resources[] of a finding.
#pragma once
#include <vector>

#include "detect/hit.h"
#include "detect/ledger/target_list.h"
#include "event/field.h"

namespace stopwarden::ledger {

/// AWS, Azure, Google Cloud, Kubernetes: is the event of one of their logs?
bool is_cloud(const Event& event);

/// The resources of the call; empty where the record names none. `route` is "aws:ec2:StopInstances",
/// "azure:Microsoft.Compute/virtualMachines/delete" (in lower case), "gcp:v1.compute.instances.stop",
/// "k8s:delete:daemonsets"; `verb` is what the catalogue calls such an act, or the call's own verb. `state` says that
/// nothing was done: denied, dry-run, failed.
/// Input: fields as the log has them, hostile. Cost: linear in the fields.
void cloud_targets(const Event& event, TargetList& out);

void add_cloud_target_fields(WantedFields& wanted);

}  // namespace stopwarden::ledger
