// SPDX-License-Identifier: Apache-2.0
#include "detect/ledger/targets.h"

#include <array>

#include "detect/ledger/auditd_targets.h"
#include "detect/ledger/cloud_targets.h"
#include "detect/ledger/esxi_targets.h"
#include "detect/ledger/journal_targets.h"
#include "detect/ledger/macos_targets.h"
#include "detect/ledger/syslog_targets.h"
#include "detect/ledger/unix_targets.h"
#include "detect/ledger/windows_targets.h"
#include "event/log_name.h"

namespace stopwarden::ledger {
namespace {

bool starts(std::string_view s, std::string_view prefix) noexcept { return s.substr(0, prefix.size()) == prefix; }
bool is_auditd(const Event& e) { return e.channel == log_name::linux_auditd; }
bool is_esxi(const Event& e) { return starts(e.channel, "esxi:") || e.channel == log_name::vcenter_vpxd; }
bool is_journal(const Event& e) { return e.channel == log_name::linux_journal; }
bool is_macos(const Event& e) { return starts(e.channel, "macos:"); }
bool is_syslog(const Event& e) { return e.channel == log_name::linux_syslog; }
bool is_windows(const Event& e) { return is_windows_channel(e.channel); }

constexpr std::array kReaders{
    TargetReader{is_windows, add_windows_target_fields, windows_targets},
    TargetReader{has_unix_commands, add_unix_command_fields, unix_command_targets},
    TargetReader{is_auditd, add_auditd_target_fields, auditd_targets},
    TargetReader{is_cloud, add_cloud_target_fields, cloud_targets},
    TargetReader{is_esxi, add_esxi_target_fields, esxi_targets},
    TargetReader{is_journal, add_journal_target_fields, journal_targets},
    TargetReader{is_macos, add_macos_target_fields, macos_targets},
    TargetReader{is_syslog, add_syslog_target_fields, syslog_targets},
};

}  // namespace

std::span<const TargetReader> target_readers() { return kReaders; }

std::vector<Target> targets_of(const Event& event, const TargetLimits& limits) {
  TargetList out(limits);
  for (const TargetReader& reader : kReaders)
    if (reader.reads(event)) reader.targets(event, out);
  return std::move(out).take();
}

void add_target_fields(WantedFields& wanted) {
  for (const TargetReader& reader : kReaders) reader.add_fields(wanted);
}

}  // namespace stopwarden::ledger
