// SPDX-License-Identifier: Apache-2.0
#include "sources/messages/programs.h"

#include <array>
#include <cstddef>

#include "base/hash.h"
#include "sources/messages/readers.h"

namespace stopwarden::messages {
namespace {

constexpr std::array kPrograms{
    // Who logs in and becomes somebody else.
    Program{"sshd", "sshd", read_sshd},
    Program{"sshd-session", "sshd", read_sshd},
    Program{"sshd-auth", "sshd", read_sshd},
    Program{"sudo", "sudo", read_sudo},
    Program{"su", "su", read_su},
    Program{"login", "login", read_login},
    Program{"gdm-password]", "gdm", read_login},
    Program{"gdm", "gdm", read_login},
    Program{"lightdm", "lightdm", read_login},
    Program{"polkitd", "polkitd", read_polkit},
    Program{"polkitd(authority=local)", "polkitd", read_polkit},
    Program{"polkit-agent-helper-1", "polkitd", read_polkit},
    Program{"pkexec", "pkexec", read_polkit},
    Program{"useradd", "useradd", read_accounts},
    Program{"userdel", "userdel", read_accounts},
    Program{"usermod", "usermod", read_accounts},
    Program{"groupadd", "groupadd", read_accounts},
    Program{"groupdel", "groupdel", read_accounts},
    Program{"groupmod", "groupmod", read_accounts},
    Program{"passwd", "passwd", read_accounts},
    Program{"chpasswd", "chpasswd", read_accounts},
    Program{"chage", "chage", read_accounts},
    Program{"gpasswd", "gpasswd", read_accounts},
    Program{"unix_chkpwd", "unix_chkpwd", read_login},
    // What the system does.
    Program{"systemd", "systemd", read_systemd},
    Program{"systemd-logind", "systemd-logind", read_logind},
    Program{"systemd-journald", "systemd-journald"},
    Program{"systemd-journal", "systemd-journald"},
    Program{"journald", "systemd-journald"},
    Program{"systemd-shutdown", "systemd-shutdown"},
    Program{"systemd-coredump", "systemd-coredump"},
    Program{"systemd-networkd", "systemd-networkd"},
    Program{"networkd-dispatcher", "networkd-dispatcher"},
    Program{"systemd-resolved", "systemd-resolved"},
    Program{"systemd-timesyncd", "systemd-timesyncd"},
    Program{"systemd-udevd", "systemd-udevd"},
    Program{"systemd-sleep", "systemd-sleep"},
    Program{"systemd-machined", "systemd-machined"},
    Program{"systemd-oomd", "systemd-oomd"},
    Program{"systemctl", "systemctl"},
    Program{"init", "init"},
    Program{"upstart", "init"},
    Program{"openrc", "openrc"},
    Program{"shutdown", "shutdown"},
    Program{"kernel", "kernel", read_kernel},
    Program{"CRON", "cron", read_cron},
    Program{"cron", "cron", read_cron},
    Program{"crond", "cron", read_cron},
    Program{"anacron", "cron", read_cron},
    Program{"crontab", "crontab", read_cron},
    Program{"atd", "atd"},
    Program{"dbus-daemon", "dbus"},
    Program{"dbus", "dbus"},
    Program{"dbus-broker", "dbus"},
    Program{"dbus-broker-launch", "dbus"},
    // Logs about logging.
    Program{"auditd", "auditd"},
    Program{"audispd", "audispd"},
    Program{"audisp-syslog", "audispd"},
    Program{"audisp-remote", "audispd"},
    Program{"audit", "audit"},
    Program{"augenrules", "augenrules"},
    Program{"auditctl", "auditctl"},
    Program{"sysmon", "sysmon"},
    Program{"rsyslogd", "rsyslogd"},
    Program{"rsyslogd-2007", "rsyslogd"},
    Program{"rsyslog", "rsyslogd"},
    Program{"syslog-ng", "syslog-ng"},
    Program{"syslogd", "syslogd"},
    Program{"logrotate", "logrotate"},
    // Containers and virtual machines.
    Program{"dockerd", "dockerd", read_logfmt},
    Program{"docker", "dockerd", read_logfmt},
    Program{"containerd", "containerd", read_logfmt},
    Program{"podman", "podman", read_logfmt},
    Program{"conmon", "podman"},
    Program{"kubelet", "kubelet"},
    Program{"k3s", "k3s", read_logfmt},
    Program{"crio", "crio", read_logfmt},
    Program{"libvirtd", "libvirtd"},
    Program{"virtqemud", "libvirtd"},
    Program{"pvedaemon", "pvedaemon", read_proxmox},
    Program{"pveproxy", "pveproxy", read_proxmox},
    Program{"qm", "qm", read_proxmox},
    Program{"pct", "pct", read_proxmox},
    Program{"xapi", "xapi"},
    // Protection and the network.
    Program{"clamd", "clamav", read_clamav},
    Program{"clamav", "clamav", read_clamav},
    Program{"clamscan", "clamav", read_clamav},
    Program{"clamdscan", "clamav", read_clamav},
    Program{"clamonacc", "clamav", read_clamav},
    Program{"freshclam", "clamav"},
    Program{"falcon-sensor", "falcon-sensor"},
    Program{"ossec", "wazuh"},
    Program{"wazuh-agentd", "wazuh"},
    Program{"fail2ban", "fail2ban"},
    Program{"fail2ban-server", "fail2ban"},
    Program{"fail2ban.actions", "fail2ban"},
    Program{"crowdsec", "crowdsec", read_logfmt},
    Program{"rkhunter", "rkhunter"},
    Program{"ufw", "ufw"},
    Program{"firewalld", "firewalld"},
    Program{"iptables", "iptables"},
    Program{"iptables.init", "iptables"},
    Program{"setroubleshoot", "setroubleshoot"},
    Program{"NetworkManager", "NetworkManager"},
    Program{"dhclient", "dhclient"},
    Program{"dhcpcd", "dhcpcd"},
    Program{"named", "named"},
    Program{"dnsmasq", "dnsmasq"},
    Program{"ntpd", "ntpd"},
    Program{"chronyd", "chronyd"},
    Program{"openvpn", "openvpn"},
    Program{"charon", "charon"},
    Program{"haproxy", "haproxy"},
    Program{"keepalived", "keepalived"},
    Program{"Keepalived", "keepalived"},
    // Servers.
    Program{"vsftpd", "vsftpd"},
    Program{"proftpd", "proftpd"},
    Program{"pure-ftpd", "pure-ftpd"},
    Program{"guacd", "guacamole"},
    Program{"guacamole", "guacamole"},
    Program{"nginx", "nginx"},
    Program{"apache2", "apache"},
    Program{"apache", "apache"},
    Program{"httpd", "apache"},
    Program{"mysqld", "mysqld"},
    Program{"mariadbd", "mysqld"},
    Program{"postgres", "postgres"},
    Program{"postgresql", "postgres"},
    Program{"mongod", "mongod"},
    Program{"redis", "redis"},
    Program{"redis-server", "redis"},
    Program{"postfix", "postfix"},
    Program{"dovecot", "dovecot"},
    Program{"exim", "exim"},
    Program{"sendmail", "sendmail"},
    Program{"sm-mta", "sendmail"},
    Program{"smbd", "smbd"},
    Program{"nmbd", "nmbd"},
    Program{"winbindd", "winbindd"},
    Program{"slapd", "slapd"},
    Program{"sssd", "sssd"},
    Program{"krb5kdc", "krb5kdc"},
    Program{"squid", "squid"},
    Program{"snmpd", "snmpd"},
    Program{"xinetd", "xinetd"},
    Program{"tomcat", "tomcat"},
    Program{"java", "java"},
    // Packages and configuration.
    Program{"snapd", "snapd"},
    Program{"packagekitd", "packagekit"},
    Program{"PackageKit", "packagekit"},
    Program{"AptDaemon", "aptdaemon"},
    Program{"yum", "yum"},
    Program{"dnf", "dnf"},
    Program{"puppet-agent", "puppet"},
    Program{"ansible", "ansible"},
    Program{"bash", "bash"},
    Program{"sh", "sh"},
    Program{"zsh", "zsh"},
};

constexpr std::size_t kSlots = 1024;  // six times the rows: hardly a second look
static_assert(kPrograms.size() * 4 < kSlots);

/// Rows by the hash of their tag; 0 is free.
struct Table {
  Table() {
    for (std::size_t row = 0; row < kPrograms.size(); ++row) {
      std::size_t at = hash_text(kPrograms[row].tag) % kSlots;
      while (slots[at] != 0) at = (at + 1) % kSlots;
      slots[at] = static_cast<std::uint8_t>(row + 1);
    }
  }
  static_assert(kPrograms.size() < 256);
  std::array<std::uint8_t, kSlots> slots{};
};

const Program* look_up(std::string_view tag) noexcept {
  static const Table table;
  for (std::size_t at = hash_text(tag) % kSlots; table.slots[at] != 0; at = (at + 1) % kSlots)
    if (kPrograms[table.slots[at] - std::size_t{1}].tag == tag) return &kPrograms[table.slots[at] - std::size_t{1}];
  return nullptr;
}

}  // namespace

std::span<const Program> programs() { return kPrograms; }

const Program* find_program(std::string_view tag) noexcept {
  if (tag.size() < 2) return nullptr;
  if (tag.front() == '(' && tag.back() == ')')
    tag = tag.substr(1, tag.size() - 2);  // "(systemd)": a child about to exec
  if (const Program* found = look_up(tag)) return found;
  const std::size_t slash = tag.find('/');
  if (slash == std::string_view::npos) return nullptr;
  return look_up(slash == 0 ? tag.substr(tag.rfind('/') + 1) : tag.substr(0, slash));
}

}  // namespace stopwarden::messages
