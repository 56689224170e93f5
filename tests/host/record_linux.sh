#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Records what auditd, journald and rsyslog write when a dummy service is stopped, by each route, in a throwaway virtual
# machine: Debian 12's systemd, its 6.1 cloud kernel, a login through sshd so that auid and session are real.
#
#   tests/host/record_linux.sh OUT      needs root, debootstrap, qemu-system-x86, cpio, zstd; about five minutes
#
# Nothing outside of OUT and the cache folder is touched; the machine has no network, its disk is its memory.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=${1:?usage: record_linux.sh OUT}
cache=${STOPWARDEN_RIG:-${XDG_CACHE_HOME:-$HOME/.cache}/stopwarden-rig}
mkdir -p "$out" "$cache"
say() { printf '%s\n' "record: $*" >&2; }

if [ ! -f "$cache/vmlinuz" ]; then
  say "fetching a kernel"
  (cd "$cache" && rm -rf kernel ./*.deb
   package=$(apt-cache search --names-only '^linux-image-6\.1\..*-cloud-amd64-unsigned$' | awk '{print $1}' | sort -V | tail -1)
   apt-get download -qq "$package" && dpkg -x ./*.deb kernel && cp kernel/boot/vmlinuz-* vmlinuz && rm -rf kernel ./*.deb)
fi
if [ ! -d "$cache/tree/usr/sbin" ] || [ ! -f "$cache/tree.done" ]; then
  say "making the system's tree"
  rm -rf "$cache/tree"
  debootstrap --variant=minbase \
    --include=systemd,systemd-sysv,dbus,procps,psmisc,iproute2,sudo,auditd,rsyslog,openssh-server,openssh-client,libpam-systemd,busybox-static,zstd,ca-certificates \
    bookworm "$cache/tree" "$(awk '/^URIs:/ {print $2; exit}' /etc/apt/sources.list.d/debian.sources 2>/dev/null || true)" >"$cache/debootstrap.log" 2>&1
  # podman's packages need a set-up system to be configured in; this machine's apt settings lead to them.
  cp /etc/apt/sources.list.d/* "$cache/tree/etc/apt/sources.list.d/" 2>/dev/null || true
  cp /etc/apt/apt.conf.d/* "$cache/tree/etc/apt/apt.conf.d/" 2>/dev/null || true
  cp /etc/ssl/certs/ca-certificates.crt "$cache/tree/etc/ssl/certs/"
  cp /etc/resolv.conf /etc/hosts "$cache/tree/etc/"
  chroot "$cache/tree" sh -c 'apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends polkitd podman crun' >"$cache/podman.log" 2>&1
  rm -rf "$cache"/tree/usr/share/{doc,man,locale,i18n} "$cache"/tree/var/cache/apt/* "$cache"/tree/var/lib/apt/lists/*
  touch "$cache/tree.done"
fi

say "packing it"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -a "$cache/tree" "$work/tree"
tree=$work/tree
ln -sf lib/systemd/systemd "$tree/init"
echo rec-host >"$tree/etc/hostname"
printf '127.0.0.1 localhost rec-host\n' >"$tree/etc/hosts"
chroot "$tree" useradd -m -s /bin/bash -u 1001 alice
echo 'alice ALL=(ALL) NOPASSWD: ALL' >"$tree/etc/sudoers.d/alice"
chmod 0440 "$tree/etc/sudoers.d/alice"
mkdir -p "$tree/root/.ssh" "$tree/home/alice/.ssh" "$tree/var/log/journal"
ssh-keygen -q -t ed25519 -N '' -f "$tree/root/.ssh/id_ed25519"
cp "$tree/root/.ssh/id_ed25519.pub" "$tree/home/alice/.ssh/authorized_keys"
chroot "$tree" chown -R alice:alice /home/alice
chmod 700 "$tree/home/alice/.ssh"
cat >"$tree/etc/audit/rules.d/record.rules" <<'R'
-a always,exit -F arch=b64 -S execve -F auid!=unset -k exec
-a always,exit -F arch=b64 -S kill,tkill,tgkill -F auid!=unset -k signal
-w /etc/systemd/system -p wa -k units
R
# The root file system is the initramfs, which pivot_root(2) refuses.
mkdir -p "$tree/etc/containers"
printf '[engine]\nno_pivot_root = true\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\n' >"$tree/etc/containers/containers.conf"
# Classic files and ISO stamps, both as rsyslog writes them.
cat >"$tree/etc/rsyslog.d/record.conf" <<'R'
*.* action(type="omfile" file="/var/log/all_rfc3164.log" template="RSYSLOG_TraditionalFileFormat")
*.* action(type="omfile" file="/var/log/all_iso.log" template="RSYSLOG_FileFormat")
*.* action(type="omfile" file="/var/log/all_rfc5424.log" template="RSYSLOG_SyslogProtocol23Format")
R
cp "$here/recorded_acts.sh" "$tree/root/acts.sh"
cat >"$tree/usr/lib/systemd/system/record.service" <<'R'
[Unit]
After=multi-user.target ssh.service auditd.service rsyslog.service systemd-user-sessions.service
[Service]
Type=oneshot
ExecStart=/bin/bash /root/acts.sh
StandardOutput=tty
StandardError=tty
TTYPath=/dev/ttyS0
ExecStopPost=/bin/systemctl --no-block --force --force poweroff
[Install]
WantedBy=multi-user.target
R
chroot "$tree" systemctl enable -q record.service ssh.service auditd.service rsyslog.service
(cd "$tree" && find . -xdev | cpio --quiet -o -H newc) >"$work/initramfs"

say "running it"
timeout 600 qemu-system-x86_64 -accel tcg,thread=multi -cpu max -smp 2 -m 4096 -display none -no-reboot -nic none -vga none \
  -kernel "$cache/vmlinuz" -initrd "$work/initramfs" </dev/null -serial "file:$out/console.log" -serial "file:$work/logs.tar.zst" \
  -append "console=ttyS0 quiet nokaslr mitigations=off systemd.show_status=0 systemd.unit=multi-user.target panic=-1"
tar -C "$out" --zstd -xf "$work/logs.tar.zst"
say "done: $(ls "$out" | tr '\n' ' ')"
