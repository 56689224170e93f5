// SPDX-License-Identifier: Apache-2.0
// Who writes to ESXi's and vCenter's logs.
#pragma once
#include <array>
#include <string_view>

#include "base/text.h"
#include "event/log_name.h"

namespace stopwarden::esxi {

/// How a program's messages are read (message.cpp).
enum class Kind : unsigned char { plain, shell, hostd, vpxd, vobd, sshd, vmkernel };

struct Program {
  std::string_view name;      ///< as logged; case is ignored
  std::string_view provider;  ///< Event::provider
  std::string_view log = log_name::esxi_syslog;
  Kind kind = Kind::plain;
  bool only_here = false;  ///< no other system has a program of this name
};

inline constexpr std::array kPrograms{
    Program{"shell", "shell", log_name::esxi_shell, Kind::shell},
    Program{"ESXShell", "shell", log_name::esxi_shell, Kind::shell, true},
    Program{"hostd", "hostd", log_name::esxi_hostd, Kind::hostd, true},
    Program{"vobd", "vobd", log_name::esxi_vobd, Kind::vobd, true},
    Program{"sshd", "sshd", log_name::esxi_auth, Kind::sshd},
    Program{"sshd-session", "sshd", log_name::esxi_auth, Kind::sshd},
    Program{"SSH", "sshd", log_name::esxi_auth, Kind::sshd},
    Program{"login", "login", log_name::esxi_auth},
    Program{"su", "su", log_name::esxi_auth},
    Program{"DCUI", "dcui", log_name::esxi_auth, Kind::plain, true},
    Program{"vpxd", "vpxd", log_name::vcenter_vpxd, Kind::vpxd, true},
    Program{"vpxd-main", "vpxd", log_name::vcenter_vpxd, Kind::vpxd, true},
    Program{"vpxa", "vpxa", log_name::esxi_syslog, Kind::hostd, true},
    Program{"vmkernel", "vmkernel", log_name::esxi_syslog, Kind::vmkernel, true},
    Program{"vmkwarning", "vmkernel", log_name::esxi_syslog, Kind::vmkernel, true},
    Program{"vmksummary", "vmksummary", log_name::esxi_syslog, Kind::plain, true},
    Program{"fdm", "fdm", log_name::esxi_syslog, Kind::plain, true},
    Program{"rhttpproxy", "rhttpproxy", log_name::esxi_syslog, Kind::plain, true},
    Program{"envoy", "envoy"},
    Program{"esxcli", "esxcli", log_name::esxi_syslog, Kind::plain, true},
    Program{"localcli", "localcli", log_name::esxi_syslog, Kind::plain, true},
    Program{"vim-cmd", "vim-cmd", log_name::esxi_syslog, Kind::plain, true},
    Program{"esxcfg-advcfg", "esxcfg-advcfg", log_name::esxi_syslog, Kind::plain, true},
    Program{"hostd-probe", "hostd-probe", log_name::esxi_syslog, Kind::plain, true},
    Program{"hostdCgiServer", "hostdCgiServer", log_name::esxi_syslog, Kind::plain, true},
    Program{"vmsyslogd", "vmsyslogd", log_name::esxi_syslog, Kind::plain, true},
    Program{"vmauthd", "vmauthd", log_name::esxi_syslog, Kind::plain, true},
    Program{"vmkdevmgr", "vmkdevmgr", log_name::esxi_syslog, Kind::plain, true},
    Program{"vmkeventd", "vmkeventd", log_name::esxi_syslog, Kind::plain, true},
    Program{"vsanmgmtd", "vsanmgmtd", log_name::esxi_syslog, Kind::plain, true},
    Program{"vsantraceUrgent", "vsantrace", log_name::esxi_syslog, Kind::plain, true},
    Program{"vsantraced", "vsantrace", log_name::esxi_syslog, Kind::plain, true},
    Program{"clomd", "clomd", log_name::esxi_syslog, Kind::plain, true},
    Program{"cmmdsd", "cmmdsd", log_name::esxi_syslog, Kind::plain, true},
    Program{"epd", "epd", log_name::esxi_syslog, Kind::plain, true},
    Program{"osfsd", "osfsd", log_name::esxi_syslog, Kind::plain, true},
    Program{"settingsd", "settingsd", log_name::esxi_syslog, Kind::plain, true},
    Program{"configStore", "configStore", log_name::esxi_syslog, Kind::plain, true},
    Program{"apiForwarder", "apiForwarder", log_name::esxi_syslog, Kind::plain, true},
    Program{"esxtokend", "esxtokend", log_name::esxi_syslog, Kind::plain, true},
    Program{"healthd", "healthd", log_name::esxi_syslog, Kind::plain, true},
    Program{"storageRM", "storageRM", log_name::esxi_syslog, Kind::plain, true},
    Program{"sdrsInjector", "sdrsInjector", log_name::esxi_syslog, Kind::plain, true},
    Program{"sfcb-vmware_base", "sfcb", log_name::esxi_syslog, Kind::plain, true},
    Program{"sfcbd-watchdog", "sfcb", log_name::esxi_syslog, Kind::plain, true},
    Program{"sfcb-CIMXML-Processor", "sfcb", log_name::esxi_syslog, Kind::plain, true},
    Program{"addVob", "addVob", log_name::esxi_syslog, Kind::plain, true},
    Program{"ESXi", "esxi", log_name::esxi_syslog, Kind::plain, true},
    Program{"esxupdate", "esxupdate", log_name::esxi_syslog, Kind::plain, true},
    Program{"usbarb", "usbarb", log_name::esxi_syslog, Kind::plain, true},
    Program{"lacp", "lacp"},
    Program{"slpd", "slpd"},
    Program{"snmpd", "snmpd"},
    Program{"ntpd", "ntpd"},
    Program{"smartd", "smartd"},
    Program{"crond", "crond"},
    Program{"jumpstart", "jumpstart", log_name::esxi_syslog, Kind::plain, true},
    Program{"init", "init"},
    Program{"root", "root"},
    Program{"backup.sh", "backup.sh", log_name::esxi_syslog, Kind::plain, true},
    Program{"auto-backup.sh", "backup.sh", log_name::esxi_syslog, Kind::plain, true},
    Program{"heartbeat", "heartbeat"},
    Program{"eam", "eam"},
    Program{"vmon", "vmon", log_name::vcenter_vpxd, Kind::plain, true},
    Program{"applmgmt", "applmgmt", log_name::vcenter_vpxd, Kind::plain, true},
    Program{"vpxd-svcs", "vpxd-svcs", log_name::vcenter_vpxd, Kind::plain, true},
    Program{"vsphere-ui", "vsphere-ui", log_name::vcenter_vpxd, Kind::plain, true},
    Program{"sso", "sso", log_name::vcenter_vpxd},
};

inline constexpr Program kWatchdogs{"watchdog-", "watchdog", log_name::esxi_syslog, Kind::plain, true};

/// nullptr: not listed.
constexpr const Program* known_program(std::string_view name) noexcept {
  for (const Program& row : kPrograms) {
    if (row.name.size() != name.size()) continue;
    bool same = true;
    for (std::size_t i = 0; i < name.size() && same; ++i) same = fold_ascii(row.name[i]) == fold_ascii(name[i]);
    if (same) return &row;
  }
  constexpr std::string_view kWatchdog = "watchdog-";
  return name.substr(0, kWatchdog.size()) == kWatchdog ? &kWatchdogs : nullptr;
}

/// Commands that ESXi has in /bin: what is typed as their bare name is that file.
inline constexpr std::array<std::string_view, 16> kTools{
    "esxcli",          "localcli",      "vim-cmd",        "vmkfstools", "esxcfg-advcfg", "esxcfg-init",
    "esxcfg-firewall", "esxcfg-volume", "esxcfg-vswitch", "vmdumper",   "vsish",         "configstorecli",
    "esxtop",          "chkconfig",     "vm-support",     "services.sh"};

}  // namespace stopwarden::esxi
