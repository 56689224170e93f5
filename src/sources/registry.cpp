// SPDX-License-Identifier: Apache-2.0
#include "sources/registry.h"

#include <array>

#include "sources/auditd/auditd.h"
#include "sources/bsm/bsm.h"
#include "sources/esxi/esxi.h"
#include "sources/evtx/evtx.h"
#include "sources/journal/journal.h"
#include "sources/journal_export/journal_export.h"
#include "sources/json/json.h"
#include "sources/package/package.h"
#include "sources/syslog/syslog.h"
#include "sources/unifiedlog/unifiedlog.h"
#include "sources/xml/xml.h"
#include "sources/zeek/zeek.h"

namespace stopwarden {
namespace {

constexpr std::array kSourceFormats{
    SourceFormat{"evtx", "Windows event log files (.evtx)", evtx::sniff_evtx, evtx::make_evtx},
    SourceFormat{"journal", "systemd journal files (.journal, .journal~)", journal::sniff_journal,
                 journal::make_journal},
    SourceFormat{"journal_export", "systemd journal as `journalctl -o export` prints it", journal::sniff_export,
                 journal::make_export},
    SourceFormat{"bsm", "OpenBSM audit trails of macOS and FreeBSD, binary or by praudit -x", bsm::sniff_bsm,
                 bsm::make_bsm},
    SourceFormat{"unifiedlog", "macOS unified log as text (log show: default, syslog, compact), launchd.log",
                 unifiedlog::sniff_unifiedlog, unifiedlog::make_unifiedlog},
    SourceFormat{"xml", "Windows events as XML, as the Event Viewer and wevtutil export them", xml::sniff_xml,
                 xml::make_xml},
    SourceFormat{"json", "JSON lines, arrays and documents: evtx_dump, Winlogbeat, NXLog, any flat or nested event",
                 json::sniff_json, json::make_json},
    SourceFormat{"zeek", "Zeek's logs as tables: conn, dce_rpc, smb_files, ... (as JSON: json)", zeek::sniff_zeek,
                 zeek::make_zeek},
    SourceFormat{"auditd", "Linux audit logs: audit.log, raw or enriched, and what ausearch prints",
                 auditd::sniff_auditd, auditd::make_auditd},
    SourceFormat{"esxi", "ESXi and vCenter: shell, hostd, vobd, auth, vmkernel, vpxd logs and audit records",
                 esxi::sniff_esxi, esxi::make_esxi},
    SourceFormat{"package", "Logs of package managers: dpkg, apt, yum, dnf, pacman", package::sniff_package,
                 package::make_package},
    SourceFormat{"syslog", "syslog: RFC 5424, RFC 3164, rsyslog's files, octet-counted streams, journalctl -o short*",
                 syslog::sniff_syslog, syslog::make_syslog},
};

consteval bool names_unique() {
  for (std::size_t i = 0; i < kSourceFormats.size(); ++i)
    for (std::size_t j = i + 1; j < kSourceFormats.size(); ++j)
      if (kSourceFormats[i].name == kSourceFormats[j].name) return false;
  return true;
}
static_assert(names_unique());

}  // namespace

std::span<const SourceFormat> source_formats() { return kSourceFormats; }

const SourceFormat* sniff_format(Bytes head) {
  for (const SourceFormat& format : kSourceFormats)
    if (format.sniff(head)) return &format;
  return nullptr;
}

}  // namespace stopwarden
