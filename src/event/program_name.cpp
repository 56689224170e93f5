// SPDX-License-Identifier: Apache-2.0
#include "event/program_name.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace stopwarden {
namespace {

constexpr std::array kPrograms = std::to_array<std::string_view>({
    "abrt-hook-ccpp", "abrtd", "accounts-daemon", "acpid", "acronis_mms", "agetty", "amavis", "amazon-ssm-agent",
    "anacron", "anydesk", "apache2", "apparmor", "apt", "arpwatch", "asterisk", "at", "atd", "audisp-syslog",
    "audispd", "audit", "auditbeat", "auditctl", "auditd", "augenrules", "automount", "avahi-daemon", "bacula-dir",
    "bacula-fd", "bacula-sd", "bareos-dir", "bareos-fd", "bareos-sd", "bind", "bluetoothd", "bootlogd", "borg",
    "borgmatic", "buildah", "burp", "cassandra", "cbagentd", "cbdaemon", "ceph-mds", "ceph-mon", "ceph-osd",
    "chage", "charon", "chfn", "chkrootkit", "chpasswd", "chronyd", "chsh", "clamav", "clamd", "clamonacc",
    "cloud-init", "cloudflared", "collectd", "colord", "consul", "containerd", "containerd-shim", "coredns",
    "corosync", "couchdb", "crio", "cron", "crond", "crontab", "cupsd", "dbus", "dbus-broker", "dbus-daemon",
    "dhclient", "dhcpcd", "dhcpd", "dnf", "dnsmasq", "docker", "dockerd", "dovecot", "dpkg", "dracut", "dropbear",
    "ds_agent", "duplicati", "elastic-agent", "elasticsearch", "etcd", "exim", "exim4", "fail2ban",
    "fail2ban-server", "falcon-sensor", "falcon-sensor-bpf", "filebeat", "firewalld", "fluent-bit", "fluentd",
    "freshclam", "ftpd", "fwupd", "gdm", "gdm-password", "gdm-session-worker", "glusterd", "google_guest_agent",
    "gpasswd", "grafana", "grafana-server", "groupadd", "groupdel", "groupmod", "gssproxy", "guacd", "haproxy",
    "hostapd", "httpd", "in.telnetd", "inetd", "influxd", "init", "ipsec", "irqbalance", "iscsid", "java",
    "jenkins", "k3s", "kadmind", "kafka", "kdumpctl", "keepalived", "kernel", "kexec", "krb5kdc", "kube-apiserver",
    "kube-controller-manager", "kube-proxy", "kube-scheduler", "kubelet", "libvirtd", "lightdm", "lldpd", "logger",
    "login", "logrotate", "lvm", "lvmetad", "mariadb", "mariadbd", "mcelog", "mdadm", "mdatp", "memcached",
    "metricbeat", "modemmanager", "mongod", "monit", "mosquitto", "mount", "multipathd", "mysql", "mysqld",
    "nagios", "named", "networkd-dispatcher", "networkmanager", "newgrp", "nfsd", "nfsdcld", "nginx", "nmbd",
    "nomad", "nscd", "nslcd", "ntpd", "ntpdate", "nut-server", "nxlog", "odoo", "opendkim", "opensnitchd",
    "openvpn", "osqueryd", "ossec", "pacemakerd", "packagekit", "packagekitd", "packetbeat", "passwd", "pcscd",
    "pdns_server", "php-fpm", "pkexec", "pkttyagent", "podman", "polkit", "polkit-agent-helper-1", "polkitd",
    "postfix", "postgres", "postgresql", "pppd", "proftpd", "prometheus", "puppet", "puppet-agent", "pure-ftpd",
    "pvedaemon", "pveproxy", "pvestatd", "qemu", "qemu-ga", "rabbitmq-server", "radiusd", "realmd", "rear", "redis",
    "redis-server", "restic", "rhsmcertd", "rhsmd", "rkhunter", "rngd", "rpc.mountd", "rpc.statd", "rpcbind",
    "rsync", "rsyncd", "rsyslogd", "rtkit-daemon", "runc", "runuser", "salt-minion", "samba", "saslauthd", "screen",
    "sddm", "sealert", "sendmail", "sentineld", "sentinelone", "setroubleshoot", "sftp-server", "shutdown", "slapd",
    "smartd", "smbd", "snapd", "snmpd", "snort", "spice-vdagent", "splunkd", "squid", "sshd", "sshd-auth",
    "sshd-session", "sssd", "sssd_be", "strongswan", "stunnel", "su", "subscription-manager", "sudo", "suricata",
    "syslog-ng", "syslogd", "sysmon", "sysstat", "systemctl", "systemd", "systemd-backlight", "systemd-bless-boot",
    "systemd-coredump", "systemd-cryptsetup", "systemd-fsck", "systemd-homed", "systemd-hostnamed",
    "systemd-importd", "systemd-initctl", "systemd-journal-flush", "systemd-journald", "systemd-localed",
    "systemd-logind", "systemd-machined", "systemd-modules-load", "systemd-networkd",
    "systemd-networkd-wait-online", "systemd-nspawn", "systemd-oomd", "systemd-portabled", "systemd-random-seed",
    "systemd-remount-fs", "systemd-resolved", "systemd-shutdown", "systemd-sleep", "systemd-socket-proxyd",
    "systemd-sysctl", "systemd-sysext", "systemd-sysusers", "systemd-timedated", "systemd-timesyncd",
    "systemd-tmpfiles", "systemd-udevd", "systemd-update-utmp", "systemd-user-runtime-dir", "systemd-user-sessions",
    "systemd-userdbd", "systemd-vconsole-setup", "tailscaled", "td-agent", "teamviewerd", "telegraf", "teleport",
    "telnetd", "tftpd", "thermald", "tomcat", "traps_pmd", "tuned", "udisksd", "ufw", "unattended-upgrade",
    "unattended-upgrades", "upowerd", "upsd", "upsmon", "urbackupclientbackend", "usbguard-daemon", "usbmuxd",
    "useradd", "userdel", "usermod", "uwsgi", "varnishd", "vault", "vboxadd-service", "vector", "veeamservice",
    "veeamtransport", "virtqemud", "visudo", "vmtoolsd", "vmware-vmblock-fuse", "vncserver", "vsftpd", "waagent",
    "walinuxagent", "wazuh-agentd", "wazuh-execd", "wazuh-logcollector", "wazuh-modulesd", "wazuh-syscheckd",
    "wdavdaemon", "wg-quick", "winbindd", "wireguard", "wpa_supplicant", "x11vnc", "xagt", "xinetd", "xrdp",
    "xrdp-sesman", "xvfb", "yum", "zabbix_agentd", "zabbix_server", "zed", "zfs-zed", "zookeeper",
});
static_assert(std::is_sorted(kPrograms.begin(), kPrograms.end()));

constexpr std::size_t kNameMax = 32;
static_assert(std::all_of(kPrograms.begin(), kPrograms.end(),
                          [](std::string_view name) { return !name.empty() && name.size() <= kNameMax; }));

}  // namespace

std::string_view known_program(std::string_view name) noexcept {
  if (const std::size_t slash = name.rfind('/'); slash != std::string_view::npos) name.remove_prefix(slash + 1);
  if (name.empty() || name.size() > kNameMax) return {};
  std::array<char, kNameMax> folded;
  std::transform(name.begin(), name.end(), folded.begin(), [](char c) { return fold_ascii(c); });
  const std::string_view wanted(folded.data(), name.size());
  const auto found = std::lower_bound(kPrograms.begin(), kPrograms.end(), wanted);
  return found != kPrograms.end() && *found == wanted ? *found : std::string_view{};
}

std::span<const std::string_view> known_programs() noexcept { return kPrograms; }

}  // namespace stopwarden
