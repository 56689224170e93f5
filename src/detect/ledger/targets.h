// SPDX-License-Identifier: Apache-2.0
// From one event to the services, processes and machines it is about: resources[] of a finding. One reader a platform.
//
//   WantedFields wanted(table);
//   ledger::add_target_fields(wanted);             // before the sources are made
//   for (const Target& t : ledger::targets_of(event)) ...
#pragma once
#include <span>
#include <vector>

#include "detect/hit.h"
#include "detect/ledger/target_list.h"
#include "event/field.h"

namespace stopwarden::ledger {

/// What knows some logs, or one part of what they say: of several that read a log, all are asked. To add one: a row in
/// targets.cpp.
struct TargetReader {
  bool (*reads)(const Event& event);  ///< by channel alone
  void (*add_fields)(WantedFields& wanted);
  void (*targets)(const Event& event, TargetList& out);
};
std::span<const TargetReader> target_readers();

/// What an event is aimed at, or what it says happened to a service; empty for events that name none. Input: fields as
/// the log has them (no aliases), hostile. Cost: linear in the command line; meant for events that made a rule fire.
std::vector<Target> targets_of(const Event& event, const TargetLimits& limits = {});

/// The fields targets_of() reads.
void add_target_fields(WantedFields& wanted);

}  // namespace stopwarden::ledger
