// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <string_view>

#include "sources/messages/programs.h"

namespace stopwarden::messages {
namespace {

struct Said final : EventSink {
  explicit Said(const FieldTable& t) : table(t) {}
  void on_event(const Event& e) override {
    for (const FieldValue& v : e.fields) text += std::string(table.name(v.field)) + "=" + std::string(v.text) + "|";
  }
  void on_drop(const Error&) override {}
  void on_oddity(const Error&) override {}
  const FieldTable& table;
  std::string text;
};

std::string read(std::string_view tag, std::string_view message) {
  static FieldTable table;
  static const WantedFields wanted = [] {
    WantedFields w(table);
#define SW_MESSAGE_FIELD(n) w.add(*table.intern(#n));
    SW_MESSAGE_FIELDS(SW_MESSAGE_FIELD)
#undef SW_MESSAGE_FIELD
    return w;
  }();
  text::Emitter out({&wanted});
  const Fields fields(out);
  out.begin();
  const Program* program = find_program(tag);
  if (program == nullptr) return "unknown";
  if (program->read != nullptr) program->read(message, fields, out);
  Said said(table);
  Event event;
  out.emit(event, said);
  return said.text;
}

TEST(Programs, TagsAndProviders) {
  const struct {
    const char *tag, *provider;
  } cases[] = {{"sshd", "sshd"},
               {"sshd-session", "sshd"},
               {"CRON", "cron"},
               {"/usr/sbin/cron", "cron"},
               {"(systemd)", "systemd"},
               {"postfix/smtpd", "postfix"},
               {"sudo", "sudo"},
               {"Sudo", ""},
               {"", ""},
               {"/", ""},
               {"(", ""},
               {"()", ""},
               {"made/up", ""},
               {"kernel", "kernel"}};
  for (const auto& c : cases) {
    const Program* found = find_program(c.tag);
    EXPECT_EQ(found == nullptr ? "" : found->provider, c.provider) << c.tag;
  }
  std::set<std::string_view> tags;
  for (const Program& p : programs()) EXPECT_TRUE(tags.insert(p.tag).second) << p.tag;
}

TEST(Messages, Sudo) {
  EXPECT_EQ(
      read("sudo", "     bob : TTY=pts/0 ; PWD=/home/bob ; USER=root ; COMMAND=/usr/bin/systemctl stop nginx"),
      "User=bob|TTY=pts/0|PWD=/home/bob|CurrentDirectory=/home/bob|USER=root|TargetUser=root|"
      "COMMAND=/usr/bin/systemctl stop nginx|CommandLine=/usr/bin/systemctl stop nginx|Image=/usr/bin/systemctl|");
  EXPECT_EQ(read("sudo", "bob : command not allowed ; TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/kill -9 1"),
            "User=bob|auth_result=failed|auth_action=command not allowed|TTY=pts/0|PWD=/|CurrentDirectory=/|USER=root|"
            "TargetUser=root|COMMAND=/bin/kill -9 1|");
  EXPECT_EQ(read("sudo", "bob : 3 incorrect password attempts ; TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/id"),
            "User=bob|auth_result=failed|auth_action=3 incorrect password attempts|TTY=pts/0|PWD=/|CurrentDirectory=/|"
            "USER=root|TargetUser=root|COMMAND=/bin/id|");
  // A directory's name that poses as the rest of the line: nothing of the real command is lost.
  EXPECT_EQ(read("sudo", "bob : PWD=/tmp/x ; USER=eve ; COMMAND=/bin/true ; USER=root ; COMMAND=/bin/kill -9 7"),
            "User=bob|PWD=/tmp/x|CurrentDirectory=/tmp/x|USER=eve|TargetUser=eve|"
            "COMMAND=/bin/true ; USER=root ; COMMAND=/bin/kill -9 7|"
            "CommandLine=/bin/true ; USER=root ; COMMAND=/bin/kill -9 7|Image=/bin/true|");
  EXPECT_EQ(read("sudo", "bob : (command continued) rest of it"),
            "User=bob|COMMAND=rest of it|CommandLine=rest of it|");
  EXPECT_EQ(read("sudo", "pam_unix(sudo:session): session opened for user root(uid=0) by bob(uid=1000)"),
            "auth_action=session opened|TargetUser=root|User=bob|ActorUserId=1000|");
  EXPECT_EQ(read("sudo",
                 "pam_unix(sudo:auth): authentication failure; logname=bob uid=1000 euid=0 tty=/dev/pts/1 ruser=bob "
                 "rhost=  user=bob"),
            "auth_action=authentication|auth_result=failed|TargetUser=bob|User=bob|TTY=/dev/pts/1|");
}

TEST(Messages, LoginsAndPolkit) {
  EXPECT_EQ(read("sshd", "Accepted publickey for bob from 10.0.0.5 port 59229 ssh2: RSA x"),
            "auth_action=login|auth_result=success|auth_method=publickey|User=bob|SourceIp=10.0.0.5|SourcePort=59229|");
  EXPECT_EQ(
      read("sshd", "Failed password for invalid user x from y from 2001:db8::1 port 9 ssh2"),
      "auth_action=login|auth_result=failed|auth_method=password|User=x from y|SourceIp=2001:db8::1|SourcePort=9|");
  EXPECT_EQ(read("sshd", "Invalid user pascal from 10.0.0.5 port 1"),
            "auth_action=login|auth_result=failed|User=pascal|SourceIp=10.0.0.5|SourcePort=1|");
  EXPECT_EQ(read("su", "(to root) bob on pts/0"),
            "auth_action=su|auth_result=success|TargetUser=root|User=bob|TTY=pts/0|");
  EXPECT_EQ(read("su", "FAILED SU (to root) bob on pts/0"),
            "auth_action=su|auth_result=failed|TargetUser=root|User=bob|TTY=pts/0|");
  EXPECT_EQ(read("su", "- /dev/pts/0 bob:root"),
            "auth_action=su|auth_result=failed|TTY=/dev/pts/0|User=bob|TargetUser=root|");
  EXPECT_EQ(read("polkitd",
                 "Operator of unix-session:2 successfully authenticated as unix-user:root to gain ONE-SHOT "
                 "authorization for action org.freedesktop.systemd1.manage-units for system-bus-name::1.74 "
                 "[systemctl stop nginx] (owned by unix-user:bob)"),
            "polkit_action=org.freedesktop.systemd1.manage-units|auth_result=success|TargetUser=root|"
            "CommandLine=systemctl stop nginx|User=bob|");
  EXPECT_EQ(read("polkitd",
                 "Operator of unix-session:2 FAILED to authenticate to gain authorization for action "
                 "org.freedesktop.systemd1.manage-units for unix-process:7:8 [a [b] c] (owned by unix-user:bob)"),
            "polkit_action=org.freedesktop.systemd1.manage-units|auth_result=failed|TargetUser=|"
            "CommandLine=a [b] c|User=bob|");
  EXPECT_EQ(
      read("pkexec", "bob: Executing command [USER=root] [TTY=/dev/pts/0] [CWD=/home/bob] [COMMAND=/usr/bin/id -u]"),
      "User=bob|USER=root|TTY=/dev/pts/0|CurrentDirectory=/home/bob|COMMAND=/usr/bin/id -u|"
      "CommandLine=/usr/bin/id -u|Image=/usr/bin/id|");
  EXPECT_EQ(read("useradd", "new user: name=eve, UID=0, GID=0, home=/root, shell=/bin/bash, from=/dev/pts/1"),
            "name=eve|UID=0|GID=0|home=/root|shell=/bin/bash|");
  EXPECT_EQ(read("systemd-logind", "New session 3 of user bob."), "auth_action=session opened|LogonId=3|User=bob|");
}

TEST(Messages, Systemd) {
  const struct {
    const char *message, *means;
  } cases[] = {
      {"Stopping nginx.service - A web server...",
       "unit_event=stopping|JOB_TYPE=stop|UNIT=nginx.service|unit_description=A web server|"},
      {"Stopped nginx.service - A web server.",
       "unit_event=stopped|JOB_TYPE=stop|JOB_RESULT=done|UNIT=nginx.service|unit_description=A web server|"},
      {"Stopped nginx.service.", "unit_event=stopped|JOB_TYPE=stop|JOB_RESULT=done|UNIT=nginx.service|"},
      {"Stopped A web server.", "unit_event=stopped|JOB_TYPE=stop|JOB_RESULT=done|unit_description=A web server|"},
      {"Stopped target Multi-User System.",
       "unit_event=stopped|JOB_TYPE=stop|JOB_RESULT=done|unit_description=Multi-User System|"},
      {"Reached target shutdown.target - System Shutdown.",
       "unit_event=started|JOB_TYPE=start|JOB_RESULT=done|UNIT=shutdown.target|unit_description=System Shutdown|"},
      {"Failed to start A web server.",
       "unit_event=failed|JOB_TYPE=start|JOB_RESULT=failed|unit_description=A web server|"},
      {"nginx.service: Main process exited, code=killed, status=9/KILL",
       "UNIT=nginx.service|unit_event=main process exited|EXIT_CODE=killed|EXIT_STATUS=9|signal=KILL|"},
      {"nginx.service: Main process exited, code=exited, status=1/FAILURE",
       "UNIT=nginx.service|unit_event=main process exited|EXIT_CODE=exited|EXIT_STATUS=1|"},
      {"nginx.service: Failed with result 'signal'.", "UNIT=nginx.service|unit_event=failed|UNIT_RESULT=signal|"},
      {"nginx.service: Deactivated successfully.", "UNIT=nginx.service|unit_event=deactivated|UNIT_RESULT=success|"},
      {"nginx.service: Succeeded.", "UNIT=nginx.service|unit_event=deactivated|UNIT_RESULT=success|"},
      {"nginx.service: Sent signal SIGKILL to main process 12 (nginx) on client request.",
       "UNIT=nginx.service|unit_event=signal sent|signal=KILL|killed_pid=12|killed_process=nginx|"},
      {"nginx.service: Killing process 13 (worker) with signal SIGKILL.",
       "UNIT=nginx.service|unit_event=process killed|killed_pid=13|killed_process=worker|signal=KILL|"},
      {"nginx.service: Scheduled restart job, restart counter is at 1.",
       "UNIT=nginx.service|unit_event=restart scheduled|"},
      {"nginx.service: A process of this unit has been killed by the OOM killer.",
       "UNIT=nginx.service|unit_event=out of memory|"},
      {"Unit nginx.service entered failed state.", "UNIT=nginx.service|unit_event=failed|"},
      {"Reloading requested from client PID 123 ('systemctl') (unit session-1.scope)...",
       "unit_event=manager reloaded|requested_by=systemctl|UNIT=session-1.scope|"},
      {"Stopped .", ""},
      {"Stopped", ""},
      {"nginx.service:", "UNIT=nginx.service|"},
      {"", ""},
  };
  for (const auto& c : cases) EXPECT_EQ(read("systemd", c.message), c.means) << c.message;
}

TEST(Messages, Others) {
  EXPECT_EQ(read("CRON", "(root) CMD (   cd / && run-parts --report /etc/cron.hourly)"),
            "User=root|CommandLine=cd / && run-parts --report /etc/cron.hourly|");
  EXPECT_EQ(read("crontab", "(bob) REPLACE (bob)"), "User=bob|");
  EXPECT_EQ(read("kernel", "[  12.5] Out of memory: Killed process 123 (mysqld) total-vm:1kB"),
            "killed_pid=123|killed_process=mysqld|");
  EXPECT_EQ(
      read(
          "dockerd",
          R"(time="2026-03-06T04:07:33Z" level=info msg="ignoring \"event\"" container=8f module=m topic=/tasks/delete type=x)"),
      R"(level=info|msg=ignoring \"event\"|container=8f|module=m|topic=/tasks/delete|)");
  EXPECT_EQ(read("dockerd", R"(msg="open)"), "msg=open|");
  EXPECT_EQ(read("pvedaemon", "<root@pam> starting task UPID:pve1:0000A1B2:0001C3D4:65A0B1C2:qmstop:101:root@pam:"),
            "User=root@pam|task_type=qmstop|task_object=101|");
  EXPECT_EQ(read("clamd", "/home/bob/a: b.exe: Win.Trojan.Agent-1 FOUND"),
            "Filename=/home/bob/a: b.exe|Signature=Win.Trojan.Agent-1|");
}

}  // namespace
}  // namespace stopwarden::messages
