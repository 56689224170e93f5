// SPDX-License-Identifier: Apache-2.0
#include "event/launchd.h"

#include <array>
#include <utility>

#include "base/text.h"

namespace stopwarden::macos {
namespace {

bool take_prefix(std::string_view& text, std::string_view prefix) noexcept {
  if (text.substr(0, prefix.size()) != prefix) return false;
  text.remove_prefix(prefix.size());
  return true;
}

bool is_number(std::string_view text) noexcept {
  return !text.empty() && text.find_first_not_of("0123456789") == text.npos;
}

struct JobPath {
  std::string_view domain, label;
};

/// Domains: launchctl(1). A label may hold slashes no more than blanks; what is odd stays a label.
JobPath split_path(std::string_view path) noexcept {
  constexpr std::string_view kSystem = "system";
  if (path == kSystem) return {path, {}};
  if (path.substr(0, kSystem.size() + 1) == "system/") return {kSystem, path.substr(kSystem.size() + 1)};
  for (const std::string_view kind : {"gui/", "user/", "login/", "pid/", "session/"}) {
    if (path.substr(0, kind.size()) != kind) continue;
    const std::size_t end = path.find('/', kind.size());
    const std::string_view number = path.substr(kind.size(), end == path.npos ? path.npos : end - kind.size());
    if (!is_number(number)) continue;
    if (end == path.npos) return {path, {}};
    return {path.substr(0, end), path.substr(end + 1)};
  }
  return {{}, path};
}

/// "gui/501/com.example.db [777]", "com.example.db[777]", "system/com.example.db": fills label, domain, pid.
void read_job(std::string_view job, LaunchdMessage& out) noexcept {
  if (!job.empty() && job.back() == ':') job.remove_suffix(1);
  if (!job.empty() && job.back() == ']') {
    const std::size_t open = job.rfind('[');
    if (open != job.npos && is_number(job.substr(open + 1, job.size() - open - 2))) {
      out.pid = job.substr(open + 1, job.size() - open - 2);
      job = trim(job.substr(0, open));
    }
  }
  const JobPath path = split_path(job);
  out.domain = path.domain;
  out.label = path.label;
  if (out.label.empty()) out.pid = {};  // a domain's number is its audit session
}

/// Reverse domain names ("com.apple.xpc.launchd") are subsystems as other programs have them, not jobs.
bool is_job(std::string_view subsystem) noexcept {
  return subsystem.find('/') != subsystem.npos || subsystem.substr(0, 6) == "system" ||
         (!subsystem.empty() && subsystem.back() == ']');
}

/// Up to the end of what names a process: "killall[123], ran for 5ms".
std::string_view requester(std::string_view text) noexcept { return trim(text.substr(0, text.find(','))); }

void read_text(LaunchdMessage& out) noexcept {
  std::string_view text = out.text;
  take_prefix(text, "Service ");
  if (take_prefix(text, "exited due to ")) {
    const std::size_t end = text.find_first_of(" ,");
    if (text.substr(0, 3) == "SIG") out.signal = text.substr(0, end);
    constexpr std::string_view kSent = "| sent by ";
    if (const std::size_t sent = text.find(kSent); sent != text.npos)
      out.requested_by = requester(text.substr(sent + kSent.size()));
  } else if (take_prefix(text, "bootout initiated by: ") || take_prefix(text, "bootout initiated by ") ||
             take_prefix(text, "removing job: caller = ")) {
    out.requested_by = requester(text);
  } else if (take_prefix(text, "service inactive: ") || take_prefix(text, "removing service: ")) {
    out.label = trim(text);
  } else if (take_prefix(text, "Setting service ")) {
    const std::size_t to = text.rfind(" to ");
    if (to != text.npos) out.label = launchd_label_of(trim(text.substr(0, to)));
  }
}

}  // namespace

LaunchdMessage read_launchd_message(std::string_view subsystem, std::string_view message) noexcept {
  LaunchdMessage out;
  out.text = message;
  if (is_job(subsystem)) read_job(subsystem, out);
  if (!message.empty() && message.front() == '(') {
    const std::size_t end = message.find(')');
    if (end != message.npos) {
      read_job(message.substr(1, end - 1), out);
      out.text = message.substr(end + 1);
      if (!out.text.empty() && out.text.front() == ':') out.text.remove_prefix(1);
      out.text = trim(out.text);
    }
  }
  read_text(out);
  return out;
}

std::string_view launchd_label_of(std::string_view path) noexcept { return split_path(path).label; }

std::string_view launchd_label_of_plist(std::string_view path) noexcept {
  constexpr std::string_view kEnd = ".plist";
  if (path.size() <= kEnd.size() || path.substr(path.size() - kEnd.size()) != kEnd) return {};
  if (path.find("/LaunchDaemons/") == path.npos && path.find("/LaunchAgents/") == path.npos) return {};
  const std::string_view name = path.substr(path.rfind('/') + 1);
  return name.substr(0, name.size() - kEnd.size());
}

}  // namespace stopwarden::macos
