#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Inside the virtual machine of record_linux.sh: stops dummy services by every route, then sends the logs out over the
# second serial port.
cd /root || exit 1
exec 2>&1
augenrules --load >/dev/null 2>&1 || auditctl -R /etc/audit/rules.d/record.rules
auditctl -e 1 >/dev/null
ip link set lo up
for _ in $(seq 100); do ssh -o StrictHostKeyChecking=no -o ConnectTimeout=2 alice@127.0.0.1 true 2>/dev/null && break; sleep .2; done

as_alice() { ssh -o StrictHostKeyChecking=no alice@127.0.0.1 "$@"; }

# A service of its own for each route, so that a log line tells which one it is about.
dummy() {
  cat >"/usr/lib/systemd/system/dummy-$1.service" <<UNIT
[Unit]
Description=Dummy for $1
[Service]
ExecStart=/usr/bin/dummy-$1 infinity
[Install]
WantedBy=multi-user.target
UNIT
  cp /bin/sleep "/usr/bin/dummy-$1"
}
routes="stop disable mask skill service busctl kill builtin pkill killall"
for route in $routes; do dummy "$route"; done
systemctl daemon-reload
for route in $routes; do systemctl enable -q "dummy-$route"; systemctl start "dummy-$route"; done
pid_of() { systemctl show -p MainPID --value "dummy-$1"; }

act() {  # act ROUTE COMMAND...
  logger -t record "begin $1"
  echo "== $1: ${*:2}"
  as_alice "${@:2}"
  sleep 2
  logger -t record "end $1: $(systemctl is-active "dummy-$1" 2>/dev/null)"
}
act stop    sudo systemctl stop dummy-stop
act disable sudo systemctl disable --now dummy-disable
act mask    sudo systemctl mask --now dummy-mask
act skill   sudo systemctl kill -s KILL dummy-skill
act service sudo service dummy-service stop
act busctl  sudo busctl call org.freedesktop.systemd1 /org/freedesktop/systemd1 org.freedesktop.systemd1.Manager StopUnit ss dummy-busctl.service replace
act kill    sudo /bin/kill -9 "$(pid_of kill)"
act builtin sudo sh -c "'kill -9 $(pid_of builtin)'"
act pkill   sudo pkill -9 dummy-pkill
act killall sudo killall -9 dummy-killall

# A container: an image made of busybox alone.
mkdir -p image/bin && cp /bin/busybox image/bin/ && tar -C image -c . | podman --storage-driver vfs import - local/dummy >/dev/null 2>&1
if podman --storage-driver vfs run -d --name dummy-podman --network=host --cgroups=disabled local/dummy /bin/busybox sleep 1000 >/dev/null 2>&1; then
  act podman sudo podman --storage-driver vfs stop -t 1 dummy-podman
else
  echo "== podman: no container here: $(podman --storage-driver vfs run --rm --network=host --cgroups=disabled local/dummy /bin/busybox true 2>&1 | tail -1)"
fi

journalctl --sync
journalctl --rotate
mkdir -p logs/journal
cp -a /var/log/audit/audit.log logs/
ausearch -i -if /var/log/audit/audit.log >logs/ausearch.txt 2>/dev/null
cp -a /var/log/all_*.log /var/log/auth.log /var/log/syslog logs/ 2>/dev/null
cp /var/log/journal/*/*.journal* logs/journal/ 2>/dev/null || cp /run/log/journal/*/*.journal* logs/journal/
for form in json export short short-iso short-precise short-full short-unix; do journalctl -o "$form" >"logs/journal.$form"; done
stty -F /dev/ttyS1 raw -echo
tar -C logs --zstd -cf - . | cat >/dev/ttyS1
sleep 2
echo "== sent"
