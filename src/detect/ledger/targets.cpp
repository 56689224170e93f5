// SPDX-License-Identifier: Apache-2.0
#include "detect/ledger/targets.h"

#include <array>

#include "detect/ledger/auditd_targets.h"
#include "detect/ledger/windows_targets.h"
#include "event/log_name.h"

namespace stopwarden::ledger {
namespace {

bool is_auditd(const Event& event) { return event.channel == log_name::linux_auditd; }
bool is_windows(const Event& event) { return is_windows_channel(event.channel); }

constexpr std::array kReaders{
    TargetReader{is_auditd, add_auditd_target_fields, auditd_targets},
    TargetReader{is_windows, add_windows_target_fields, windows_targets},
};

}  // namespace

std::span<const TargetReader> target_readers() { return kReaders; }

std::vector<Target> targets_of(const Event& event, const TargetLimits& limits) {
  for (const TargetReader& reader : kReaders)
    if (reader.reads(event)) return reader.targets(event, limits);
  return {};
}

void add_target_fields(WantedFields& wanted) {
  for (const TargetReader& reader : kReaders) reader.add_fields(wanted);
}

}  // namespace stopwarden::ledger
