// SPDX-License-Identifier: Apache-2.0
// Who became whom, and what was asked for: sudo, su, sshd, PAM, polkit, the tools that change accounts.
#include <array>
#include <utility>

#include "base/text.h"
#include "sources/messages/readers.h"
#include "sources/messages/words.h"

namespace stopwarden::messages {
namespace {

/// "pam_unix(sshd:session): session opened for user root(uid=0) by bob(uid=1000)",
/// "pam_unix(sudo:auth): authentication failure; logname=bob uid=1000 ... rhost=10.0.0.5  user=bob".
bool read_pam(std::string_view message, const Fields& f, text::Emitter& out) {
  if (message.substr(0, 4) != "pam_") return false;
  std::string_view text = behind(message, "): ");
  if (take(text, "session opened for user ") || take(text, "session closed for user ")) {
    out.add(f.auth_action, has(message, "session opened") ? "session opened" : "session closed");
    const std::string_view target = before(before(text, " "), "(");
    out.add(f.TargetUser, target);
    const std::string_view by = before(behind(text, " by "), "(");
    out.add(f.User, by.empty() ? target : by);
    if (const auto uid = between(behind(text, " by "), "uid=", ")"); !uid.empty()) out.add(f.ActorUserId, uid);
  } else if (take(text, "authentication failure;")) {
    out.add(f.auth_action, "authentication");
    out.add(f.auth_result, "failed");
    const auto value = [&](std::string_view key) { return before(behind(text, key), " "); };
    if (const auto user = value(" user="); !user.empty()) out.add(f.TargetUser, user);
    if (const auto user = value(" ruser="); !user.empty()) out.add(f.User, user);
    if (const auto host = value(" rhost="); !host.empty()) out.add(f.SourceIp, host);
    if (const auto tty = value(" tty="); !tty.empty()) out.add(f.TTY, tty);
  }
  return true;
}

/// The program of a command line: its first word.
std::string_view program_of(std::string_view command) noexcept { return before(trim(command), " "); }

}  // namespace

void read_login(std::string_view message, const Fields& f, text::Emitter& out) { read_pam(message, f, out); }

/// "bob : TTY=pts/0 ; PWD=/home/bob ; USER=root ; COMMAND=/usr/bin/systemctl stop nginx". What was refused says why in
/// front: "bob : command not allowed ; TTY=...": then nothing ran, and only sudo's own names are given.
void read_sudo(std::string_view message, const Fields& f, text::Emitter& out) {
  if (read_pam(message, f, out)) return;
  const std::size_t colon = message.find(" : ");
  if (colon == std::string_view::npos) return;
  const std::string_view user = trim(message.substr(0, colon));
  std::string_view rest = message.substr(colon + 3);
  if (has(user, " ")) return;
  out.add(f.User, user);
  if (take(rest, "(command continued) ")) {
    out.add(f.COMMAND, rest);
    out.add(f.CommandLine, rest);
    return;
  }
  const std::array<std::pair<std::string_view, text::Name>, 5> values{
      {{"TTY=", f.TTY}, {"PWD=", f.PWD}, {"USER=", f.USER}, {"GROUP=", f.GROUP}, {"ENV=", f.ENV}}};
  bool refused = false;
  for (;;) {
    if (take(rest, "COMMAND=")) break;
    const std::size_t end = rest.find(" ; ");
    if (end == std::string_view::npos) return;
    std::string_view part = rest.substr(0, end);
    rest.remove_prefix(end + 3);
    bool known = has(before(part, " "), "=");
    for (const auto& value : values) {
      std::string_view text = part;
      if (!take(text, value.first)) continue;
      known = true;
      out.add(value.second, text);
      if (value.first == "USER=") out.add(f.TargetUser, text);
      if (value.first == "PWD=") out.add(f.CurrentDirectory, text);
    }
    if (!known) {
      refused = true;
      out.add(f.auth_result, "failed");
      out.add(f.auth_action, part);
    }
  }
  out.add(f.COMMAND, rest);
  if (refused) return;
  out.add(f.CommandLine, rest);
  out.add(f.Image, program_of(rest));
}

/// "(to root) bob on pts/0", "FAILED SU (to root) bob on pts/0", "+ /dev/pts/0 bob:root",
/// "'su root' failed for bob on /dev/pts/0".
void read_su(std::string_view message, const Fields& f, text::Emitter& out) {
  if (read_pam(message, f, out)) return;
  std::string_view text = message;
  const bool failed = take(text, "FAILED SU ") || take(text, "FAILED su ");
  if (take(text, "(to ")) {
    out.add(f.auth_action, "su");
    out.add(f.auth_result, failed ? "failed" : "success");
    out.add(f.TargetUser, before(text, ")"));
    out.add(f.User, before(behind(text, ") "), " on "));
    out.add(f.TTY, behind(text, " on "));
  } else if (take(text, "'su ")) {
    out.add(f.auth_action, "su");
    out.add(f.auth_result, has(text, "' failed for ") ? "failed" : "success");
    out.add(f.TargetUser, before(text, "'"));
    out.add(f.User, between(text, " for ", " on "));
    out.add(f.TTY, behind(text, " on "));
  } else if (text.size() > 2 && (text[0] == '+' || text[0] == '-') && text[1] == ' ' && has(text, ":")) {
    out.add(f.auth_action, "su");
    out.add(f.auth_result, text[0] == '-' ? "failed" : "success");
    text.remove_prefix(2);
    out.add(f.TTY, before(text, " "));
    const std::string_view pair = behind(text, " ");
    out.add(f.User, before(pair, ":"));
    out.add(f.TargetUser, behind(pair, ":"));
  }
}

/// "Accepted publickey for bob from 10.0.0.5 port 59229 ssh2: ...", "Failed password for invalid user x from ...". The
/// user's name is what the client says and may hold " from ": the last one counts.
void read_sshd(std::string_view message, const Fields& f, text::Emitter& out) {
  if (read_pam(message, f, out)) return;
  std::string_view text = message;
  const bool accepted = take(text, "Accepted ");
  if (accepted || take(text, "Failed ")) {
    out.add(f.auth_action, "login");
    out.add(f.auth_result, accepted ? "success" : "failed");
    out.add(f.auth_method, before(text, " for "));
    text = behind(text, " for ");
    take(text, "invalid user ");
  } else if (take(text, "Invalid user ") || take(text, "User ")) {
    out.add(f.auth_action, "login");
    out.add(f.auth_result, "failed");
  } else if (!take(text, "Connection from ") && !take(text, "Received disconnect from ")) {
    return;
  } else {
    out.add(f.SourceIp, before(text, " "));
    out.add(f.SourcePort, before(before(behind(text, " port "), " "), ":"));
    return;
  }
  const std::size_t from = text.rfind(" from ");
  if (from == std::string_view::npos) return;
  out.add(f.User, text.substr(0, from));
  text.remove_prefix(from + 6);
  out.add(f.SourceIp, before(text, " "));
  if (has(text, " port ")) out.add(f.SourcePort, before(behind(text, " port "), " "));
}

/// "Operator of unix-session:2 successfully authenticated as unix-user:root to gain ONE-SHOT authorization for action
/// org.freedesktop.systemd1.manage-units for system-bus-name::1.74 [systemctl stop nginx] (owned by unix-user:bob)".
/// pkexec: "bob: Executing command [USER=root] [TTY=/dev/pts/0] [CWD=/home/bob] [COMMAND=/usr/bin/id]".
void read_polkit(std::string_view message, const Fields& f, text::Emitter& out) {
  if (read_pam(message, f, out)) return;
  if (has(message, "[COMMAND=")) {
    out.add(f.User, before(message, ":"));
    out.add(f.USER, between(message, "[USER=", "]"));
    out.add(f.TTY, between(message, "[TTY=", "]"));
    out.add(f.CurrentDirectory, between(message, "[CWD=", "]"));
    std::string_view command = behind(message, "[COMMAND=");
    if (ends_with(command, "]")) command.remove_suffix(1);
    out.add(f.COMMAND, command);
    if (!has(message, ": Executing command ")) return;  // refused
    out.add(f.CommandLine, command);
    out.add(f.Image, program_of(command));
    return;
  }
  const std::string_view action = before(behind(message, " authorization for action "), " ");
  if (action.empty()) return;
  out.add(f.polkit_action, action);
  out.add(f.auth_result, has(before(message, action), "successfully authenticated") ? "success" : "failed");
  out.add(f.TargetUser, before(behind(message, " authenticated as unix-user:"), " "));
  const std::string_view behind_action = behind(message, action);
  const std::size_t owned = behind_action.rfind("] (owned by unix-user:");
  if (owned == std::string_view::npos) return;
  out.add(f.CommandLine, behind(behind_action.substr(0, owned), " ["));
  out.add(f.User, before(behind(behind_action.substr(owned), "unix-user:"), ")"));
}

/// "new user: name=bob, UID=1001, GID=1001, home=/home/bob, shell=/bin/bash, from=/dev/pts/1", "delete user 'bob'".
void read_accounts(std::string_view message, const Fields& f, text::Emitter& out) {
  if (read_pam(message, f, out)) return;
  const std::array<std::pair<std::string_view, text::Name>, 5> values{
      {{"name=", f.name}, {"UID=", f.UID}, {"GID=", f.GID}, {"home=", f.home}, {"shell=", f.shell}}};
  for (const auto& value : values)
    if (const auto text = before(behind(message, value.first), ","); !text.empty()) out.add(value.second, text);
  if (const auto user = between(message, " user '", "'"); !user.empty()) out.add(f.name, user);
}

/// "New session 3 of user bob.", "Removed session 3.".
void read_logind(std::string_view message, const Fields& f, text::Emitter& out) {
  std::string_view text = message;
  if (take(text, "New session ")) {
    out.add(f.auth_action, "session opened");
    out.add(f.LogonId, before(text, " "));
    std::string_view user = behind(text, " of user ");
    if (ends_with(user, ".")) user.remove_suffix(1);
    out.add(f.User, user);
  } else if (take(text, "Removed session ")) {
    out.add(f.auth_action, "session closed");
    out.add(f.LogonId, before(text, "."));
  }
}

}  // namespace stopwarden::messages
