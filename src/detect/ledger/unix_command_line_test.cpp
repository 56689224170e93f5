// SPDX-License-Identifier: Apache-2.0
#include "detect/ledger/unix_command_line.h"

#include <gtest/gtest.h>

#include "detect/ledger/targets_text.h"
#include "detect/ledger/unix_shell.h"

namespace stopwarden::ledger {
namespace {

std::string targets(std::string_view line) {
  TargetList out;
  unix_command_line_targets(line, {}, out);
  return targets_text(std::move(out).take());
}

struct Case {
  const char *line, *targets;
};

void check(std::initializer_list<Case> cases) {
  for (const Case& c : cases) EXPECT_EQ(targets(c.line), c.targets) << c.line;
}

std::string commands(std::string_view script) {
  TargetList budget;
  std::string out;
  for (const ShellCommand& command : shell_commands(script, budget)) {
    out += out.empty() ? "" : " ; ";
    if (command.piped) out += "| ";
    for (std::size_t i = 0; i < command.words.size(); ++i) out += (i > 0 ? " " : "") + ("<" + command.words[i] + ">");
    for (const auto& r : command.redirections)
      out += (r.way == ShellCommand::Redirection::Way::out ? " >" : " <") + r.file;
  }
  return out;
}

TEST(ShellCommands, AsShDoes) {
  for (const Case& c : {
           Case{"", ""},
           Case{"a b", "<a> <b>"},
           Case{"a;b&&c||d|e&f\ng", "<a> ; <b> ; <c> ; <d> ; | <e> ; <f> ; <g>"},
           Case{"a 'b c' \"d e\" f\\ g", "<a> <b c> <d e> <f g>"},
           Case{"a \"\" ''", "<a> <> <>"},
           Case{"a b\"c\"'d'", "<a> <bcd>"},
           Case{"a \"x\\\"y\\$z\\w\"", "<a> <x\"y$z\\w>"},
           Case{"a $'x\\x41\\101\\n'", "<a> <xAA\n>"},
           Case{"a # b\nc", "<a> ; <c>"},
           Case{"a b#c", "<a> <b#c>"},
           Case{"a 2>/dev/null >>f <g", "<a> >/dev/null >f <g"},
           Case{"a 2 >f", "<a> <2> >f"},
           Case{"a &>f 2>&1", "<a> >f >1"},
           Case{"(a; b) && { c; }", "<a> ; <b> ; <c>"},
           Case{"if a; then b; else c; fi", "<a> ; <b> ; <c>"},
           Case{"while a; do b; done", "<a> ; <b>"},
           Case{"! a", "<a>"},
           Case{"a $(b c) d", "<b> <c> ; <a> <$(b c)> <d>"},
           Case{"a `b` \"$(c 'x)')\"", "<b> ; <c> <x)> ; <a> <`b`> <$(c 'x)')>"},
           Case{"for x in a 'b c'; do d $x \"$x\"; done; e", "<d> <a> <a> ; <d> <b> <c> <b c> ; <e>"},
           Case{"for i in 1 2; do for j in x y; do a $i$j; done; done", "<a> <1x> ; <a> <1y> ; <a> <2x> ; <a> <2y>"},
           Case{"for x in $(ls)\ndo a $x\ndone", "<ls> ; <a> <$(ls)>"},
           Case{"S=mysql; a $S ${S}d \"$S\" '$S' $T", "<a> <mysql> <mysqld> <mysql> <$S> <$T>"},
           Case{"L=\"a b\"; c $L \"$L\"", "<c> <a> <b> <a b>"},
           Case{"a ${x:-b} $1 $$", "<a> <${x:-b}> <$1> <$$>"},
           Case{"a \\\nb", "<a> <b>"},
           Case{"a 'b", "<a> <b>"},
           Case{"a \"b", "<a> <b>"},
           Case{"a $(b", "<b> ; <a> <$(b>"},
           Case{"for x in a b; do c $x", "<c> <a> ; <c> <b>"},
           Case{"done; fi; a", "<a>"},
           Case{"f() { a; }; f", "<f> ; <a> ; <f>"},
       })
    EXPECT_EQ(commands(c.line), c.targets) << c.line;
}

TEST(UnixCommandLine, Systemd) {
  check({
      {"systemctl stop nginx", "stop service:nginx systemctl"},
      {"/usr/bin/systemctl stop nginx.service mysql.service",
       "stop service:nginx systemctl; stop service:mysql systemctl"},
      {"systemctl --now disable a b", "disable service:a systemctl; disable service:b systemctl"},
      {"systemctl disable --now a.timer", "disable service:a.timer systemctl"},
      {"systemctl -q mask a", "mask service:a systemctl"},
      {"systemctl kill -s SIGKILL a", "kill service:a systemctl"},
      {"systemctl kill --signal=9 --kill-whom=all a", "kill service:a systemctl"},
      {"systemctl -H root@db01 stop pg", "stop service:pg systemctl @db01"},
      {"systemctl -M box stop pg", "stop service:pg systemctl @box"},
      {"systemctl --user stop a", "stop service:a systemctl"},
      {"systemctl isolate rescue.target", "isolate service:rescue.target systemctl"},
      {"systemctl set-property a.service CPUQuota=1%", "reconfigure service:a systemctl"},
      {"systemctl freeze a", "pause service:a systemctl"},
      {"systemctl stop 'veeam*'", "stop service:veeam* systemctl"},
      {"systemctl status a", ""},
      {"systemctl stop", ""},
      {"systemctl daemon-reload", ""},
      {"systemctl -p MainPID show a", ""},
      {"busctl call org.freedesktop.systemd1 /org/freedesktop/systemd1 org.freedesktop.systemd1.Manager StopUnit ss "
       "a.service "
       "replace",
       "stop service:a busctl"},
      {"dbus-send --system --dest=org.freedesktop.systemd1 /org/freedesktop/systemd1 "
       "org.freedesktop.systemd1.Manager.KillUnit string:a.service string:all int32:9",
       "kill service:a dbus-send"},
      {"gdbus call --system --dest org.freedesktop.systemd1 --object-path /org/freedesktop/systemd1 --method "
       "org.freedesktop.systemd1.Manager.MaskUnitFiles \"['a.service', 'b.service']\" false true",
       "mask service:a gdbus; mask service:b gdbus"},
      {"busctl call org.freedesktop.systemd1 /x org.freedesktop.systemd1.Manager StartUnit ss a.service replace", ""},
  });
}

TEST(UnixCommandLine, OtherServiceManagers) {
  check({
      {"service mysql stop", "stop service:mysql service"},
      {"service --status-all", ""},
      {"/etc/init.d/vmsyslogd stop", "stop service:vmsyslogd init.d"},
      {"/etc/rc.d/init.d/httpd stop", "stop service:httpd init.d"},
      {"invoke-rc.d apache2 stop", "stop service:apache2 service"},
      {"rc-service -q sshd stop", "stop service:sshd rc-service"},
      {"initctl stop cron", "stop service:cron initctl"},
      {"chkconfig --level 35 httpd off", "disable service:httpd chkconfig"},
      {"chkconfig --del httpd", "disable service:httpd chkconfig"},
      {"update-rc.d -f mysql remove", "disable service:mysql update-rc.d"},
      {"update-rc.d mysql disable", "disable service:mysql update-rc.d"},
      {"insserv -r mysql", "disable service:mysql insserv"},
      {"svcadm disable -t ssh", "disable service:ssh svcadm"},
      {"sv down nginx", "stop service:nginx sv"},
      {"rc-update del sshd default", "disable service:sshd rc-update"},
      {"supervisorctl -c /etc/s.conf stop all", "stop service:all supervisorctl"},
      {"pg_ctlcluster 15 main stop -m fast", "stop service:postgresql@15-main pg_ctlcluster"},
      {"mysqladmin -u root -psecret shutdown", "stop service:mysqld mysqladmin"},
      {"nginx -s stop", "stop service:nginx nginx"},
      {"nginx -s reload", ""},
      {"redis-cli -a x shutdown nosave", "stop service:redis redis-cli"},
  });
}

TEST(UnixCommandLine, Signals) {
  check({
      {"kill 123", "kill process:pid 123 kill"},
      {"kill -9 12 13", "kill process:pid 12 kill; kill process:pid 13 kill"},
      {"kill -s KILL 12", "kill process:pid 12 kill"},
      {"kill -SIGSTOP 12", "pause process:pid 12 kill"},
      {"kill -HUP 12", "signal process:pid 12 kill"},
      {"kill -0 12", ""},
      {"kill -l", ""},
      {"kill -9 -1", "kill process:* kill"},
      {"kill -9 $(pidof mysqld)", ""},
      {"pkill -9 mysqld", "kill process:mysqld pkill"},
      {"pkill -f 'java -jar x'", "kill process:java -jar x pkill"},
      {"pkill -KILL -u oracle", "kill process:user oracle pkill"},
      {"pkill -0 a", ""},
      {"killall -9 clamd freshclam", "kill process:clamd killall; kill process:freshclam killall"},
      {"killall -l", ""},
      {"echo 1 > /sys/fs/cgroup/system.slice/a.service/cgroup.kill", "kill service:a cgroup"},
      {"echo 0 > /sys/fs/cgroup/system.slice/a.service/cgroup.freeze", ""},
      {"echo 1 | tee /sys/fs/cgroup/system.slice/a.service/cgroup.freeze", "pause service:a cgroup"},
      {"echo i >/proc/sysrq-trigger", "kill process:* sysrq"},
  });
}

TEST(UnixCommandLine, ContainersAndMachines) {
  check({
      {"docker stop web db", "stop service:web docker; stop service:db docker"},
      {"docker -H tcp://x:1 container kill -s KILL web", "kill service:web docker"},
      {"docker rm -f web", "delete service:web docker"},
      {"podman stop -t 0 web", "stop service:web podman"},
      {"podman --storage-driver vfs stop -t 1 web", "stop service:web podman"},
      {"podman stop --all", "stop service:* podman"},
      {"crictl stop 1a2b", "stop service:1a2b crictl"},
      {"docker ps -a", ""},
      {"kubectl scale deployment/web --replicas=0", "stop service:deployment/web kubectl"},
      {"kubectl scale deployment/web --replicas=3", ""},
      {"kubectl -n kube-system delete daemonset falco", "delete service:falco kubectl"},
      {"virsh destroy vm1", "power-off vm:vm1 virsh"},
      {"virsh -c qemu:///system shutdown vm1", "power-off vm:vm1 virsh"},
      {"qm stop 101", "power-off vm:101 qm"},
      {"pct stop 101", "power-off vm:101 pct"},
      {"xe vm-shutdown uuid=12 --force", "power-off vm:12 xe"},
      {"VBoxManage controlvm web poweroff", "power-off vm:web vboxmanage"},
  });
}

TEST(UnixCommandLine, Esxi) {
  check({
      {"esxcli vm process kill --type=force --world-id=1234", "kill vm:1234 esxcli"},
      {"esxcli vm process kill -t soft -w 12", "kill vm:12 esxcli"},
      {"esxcli --formatter=csv vm process list", ""},
      {"for i in $(vim-cmd vmsvc/getallvms | awk '{print $1}'); do vim-cmd vmsvc/power.off $i & done", ""},
      {"vim-cmd vmsvc/power.off 7", "power-off vm:7 vim-cmd"},
      {"vim-cmd vmsvc/unregister 7", "unregister vm:7 vim-cmd"},
      {"vim-cmd hostsvc/autostartmanager/enable_autostart false", "disable service:autostartmanager vim-cmd"},
      {"vim-cmd hostsvc/autostartmanager/enable_autostart true", ""},
      {"esxcli network firewall set --enabled false", "disable service:firewall esxcli"},
      {"esxcli system syslog config set --loghost=''", "reconfigure service:syslog esxcli"},
      {"esxcli system maintenanceMode set --enable true", "enable service:maintenanceMode esxcli"},
  });
}

TEST(UnixCommandLine, Mac) {
  check({
      {"launchctl bootout system/com.example.agent", "stop service:com.example.agent launchctl"},
      {"launchctl bootout system /Library/LaunchDaemons/com.example.agent.plist",
       "stop service:com.example.agent launchctl"},
      {"launchctl unload -w /Library/LaunchDaemons/com.example.agent.plist",
       "disable service:com.example.agent launchctl"},
      {"launchctl unload /Library/LaunchDaemons/a.plist", "stop service:a launchctl"},
      {"launchctl disable gui/501/com.example.a", "disable service:com.example.a launchctl"},
      {"launchctl kill SIGKILL system/com.example.a", "kill service:com.example.a launchctl"},
      {"launchctl kickstart -k system/com.example.a", "restart service:com.example.a launchctl"},
      {"launchctl kickstart system/com.example.a", ""},
      {"launchctl print system/com.example.a", ""},
      {"launchctl remove com.example.a", "delete service:com.example.a launchctl"},
      {"rm /Library/LaunchDaemons/com.example.a.plist", "delete service:com.example.a rm"},
      {"tmutil disable", "disable service:Time Machine tmutil"},
      {"kextunload -b com.example.kext", "stop service:com.example.kext kextunload"},
      {"pfctl -d", "disable service:pf pfctl"},
  });
}

TEST(UnixCommandLine, FilesOfUnits) {
  check({
      {"rm -f /etc/systemd/system/multi-user.target.wants/a.service", "disable service:a rm"},
      {"rm /usr/lib/systemd/system/a.service", "delete service:a rm"},
      {"ln -sf /dev/null /etc/systemd/system/a.service", "mask service:a ln"},
      {"ln -s x y", ""},
      {"mv /lib/systemd/system/a.service /tmp", "delete service:a mv"},
      {"echo x > /etc/systemd/system/a.service.d/o.conf", "reconfigure service:a file"},
  });
}

TEST(UnixCommandLine, SeesThroughOtherPrograms) {
  check({
      {"sudo systemctl stop a", "stop service:a systemctl"},
      {"sudo -u root -- systemctl stop a", "stop service:a systemctl"},
      {"sudo -n X=1 systemctl stop a", "stop service:a systemctl"},
      {"doas -u root rc-service a stop", "stop service:a rc-service"},
      {"su - root -c 'systemctl stop a'", "stop service:a systemctl"},
      {"sh -c 'systemctl stop a; service b stop'", "stop service:a systemctl; stop service:b service"},
      {"bash -lc systemctl stop a", "stop service:a systemctl"},
      {"bash -x script.sh", ""},
      {"env A=1 B=2 nohup timeout -s KILL 5 systemctl stop a", "stop service:a systemctl"},
      {"nice -n 5 killall a", "kill process:a killall"},
      {"busybox killall a", "kill process:a killall"},
      {"ssh -p 22 root@db01 systemctl stop pg", "stop service:pg systemctl @db01"},
      {"ssh db01 'systemctl stop a && ssh db02 service b stop'",
       "stop service:a systemctl @db01; stop service:b service @db02"},
      {"echo a b | xargs systemctl stop", "stop service:a systemctl; stop service:b systemctl"},
      {"printf 'a\\nb\\n' | xargs -n1 systemctl stop", "stop service:a systemctl; stop service:b systemctl"},
      {"echo a b | xargs -I{} systemctl stop {}.service", "stop service:a systemctl; stop service:b systemctl"},
      {"ls | xargs -I {} systemctl stop {}", ""},
      {"find /etc/init.d -name 'v*' -exec service {} stop \\;", "stop service:{} service"},
      {"docker exec -u root web service nginx stop", "stop service:nginx service @web"},
      {"nsenter -t 1 -m -- systemctl stop a", "stop service:a systemctl"},
      {"for s in mysql postgresql veeam; do systemctl stop $s; systemctl disable $s; done",
       "stop service:mysql systemctl; disable service:mysql systemctl; stop service:postgresql systemctl; "
       "disable service:postgresql systemctl; stop service:veeam systemctl; disable service:veeam systemctl"},
      {"eval \"systemctl stop a\"", "stop service:a systemctl"},
      {"systemctl is-active a && systemctl stop a || true", "stop service:a systemctl"},
      {"echo systemctl stop a", ""},
      {"grep 'systemctl stop' /var/log/x", ""},
  });
}

TEST(UnixCommandLine, HostileLinesEnd) {
  std::string nested = "systemctl stop a";
  for (int i = 0; i < 200; ++i) nested = "sudo " + nested;
  targets(nested);
  std::string loops;
  for (int i = 0; i < 12; ++i) loops += "for x" + std::to_string(i) + " in 1 2 3 4 5 6 7 8 9; do ";
  targets(loops + "systemctl stop $x1");
  std::string doubling = "a=xxxxxxxxxxxxxxxx;";
  for (int i = 0; i < 40; ++i) doubling += "a=$a$a;";
  targets(doubling + "systemctl stop $a");
  std::string parens(100'000, '(');
  targets(parens);
  std::string dollars;
  for (int i = 0; i < 20'000; ++i) dollars += "$(";
  targets(dollars);
  targets(std::string(100'000, '`'));
}

}  // namespace
}  // namespace stopwarden::ledger
