// SPDX-License-Identifier: Apache-2.0
// Where an event was logged. On Windows that is the channel; other systems have no such word, so their logs get a fixed
// name here, after the log sources of ATT&CK's data components. Windows allows no colon in a channel.
#pragma once
#include <string_view>

namespace stopwarden {

/// The log's name, what it is.
#define SW_LOGS(X)                                                                                         \
  X(linux_auditd, "linux:auditd", "Linux audit records: audit.log, or inside of syslog and the journal")   \
  X(linux_syslog, "linux:syslog", "Lines of syslog daemons; the provider is the program that wrote")       \
  X(linux_journal, "linux:journal", "systemd journal; the provider is SYSLOG_IDENTIFIER")                  \
  X(linux_package, "linux:package", "Package managers' own logs: dpkg, apt, yum, dnf, pacman")             \
  X(macos_es, "macos:endpointsecurity", "Endpoint Security events by eslogger; the provider is the event") \
  X(macos_unifiedlog, "macos:unifiedlog", "Unified log; the provider is the process")                      \
  X(macos_bsm, "macos:bsm", "OpenBSM audit trails; the provider is the event")                             \
  X(esxi_shell, "esxi:shell", "Commands of the ESXi Shell")                                                \
  X(esxi_hostd, "esxi:hostd", "ESXi host daemon: tasks, events, states of virtual machines")               \
  X(esxi_vobd, "esxi:vobd", "ESXi observations")                                                           \
  X(esxi_auth, "esxi:auth", "Logins to ESXi")                                                              \
  X(esxi_syslog, "esxi:syslog", "Other logs of ESXi")                                                      \
  X(vcenter_vpxd, "vcenter:vpxd", "vCenter's daemon and events")                                           \
  X(zeek, "zeek", "Logs of Zeek; the provider is the log's path (dce_rpc, conn, smb_files)")               \
  X(aws_cloudtrail, "aws:cloudtrail", "AWS CloudTrail; the provider is eventSource")                       \
  X(azure_activity, "azure:activity", "Azure Activity log; the provider is the resource provider")         \
  X(azure_audit, "azure:audit", "Entra audit and sign-in logs; the provider is the category")              \
  X(gcp_audit, "gcp:audit", "Google Cloud audit logs; the provider is the service")                        \
  X(kubernetes_audit, "kubernetes:audit", "Audit events of the Kubernetes API")                            \
  X(m365_audit, "m365:audit", "Microsoft 365 unified audit log")                                           \
  X(okta, "saas:okta", "Okta system log")                                                                  \
  X(github, "saas:github", "GitHub audit log")                                                             \
  X(bitbucket, "saas:bitbucket", "Bitbucket audit log")                                                    \
  X(onelogin, "saas:onelogin", "OneLogin events")                                                          \
  X(duo, "saas:duo", "Duo authentication log")

namespace log_name {
#define SW_LOG_NAME(id, name, meaning) inline constexpr std::string_view id = name;
SW_LOGS(SW_LOG_NAME)
#undef SW_LOG_NAME
}  // namespace log_name

/// Is this a channel of Windows? Neither of the names above, nor Sysmon for Linux, which writes as on Windows.
constexpr bool is_windows_channel(std::string_view channel) noexcept {
  return !channel.empty() && channel.find(':') == std::string_view::npos && channel != log_name::zeek &&
         channel.substr(0, 6) != "Linux-" && channel.substr(0, 6) != "linux-";
}

/// Are the events of this log read by sources whose FieldReader gives texts()? For others reading all values at once is
/// cheaper.
constexpr bool gives_texts(std::string_view channel) noexcept {
  return channel == log_name::linux_auditd || channel == log_name::linux_syslog || channel == log_name::linux_package;
}

}  // namespace stopwarden
