// SPDX-License-Identifier: Apache-2.0
// What happened to units, jobs, processes and containers: systemd, cron, the kernel, dockerd, Proxmox.
#include <array>
#include <utility>

#include "base/text.h"
#include "sources/messages/readers.h"
#include "sources/messages/words.h"

namespace stopwarden::messages {
namespace {

/// Does `word` end as the name of a unit does?
bool is_unit(std::string_view word) noexcept {
  constexpr std::array<std::string_view, 11> kTypes{".service", ".target", ".socket", ".timer",  ".mount", ".automount",
                                                    ".scope",   ".slice",  ".path",   ".device", ".swap"};
  if (has(word, " ")) return false;
  for (const std::string_view type : kTypes)
    if (word.size() > type.size() && ends_with(word, type)) return true;
  return false;
}

/// "nginx.service - A web server" since systemd 249, "A web server" before, "nginx.service" with
/// StatusUnitFormat=name.
void add_unit(std::string_view text, const Fields& f, text::Emitter& out) {
  const std::size_t dash = text.find(" - ");
  const std::string_view name = text.substr(0, dash);
  if (is_unit(name)) {
    out.add(f.UNIT, name);
    if (dash != std::string_view::npos) out.add(f.unit_description, text.substr(dash + 3));
  } else {
    out.add(f.unit_description, text);
  }
}

struct JobWords {
  std::string_view start, end;  ///< of the message
  std::string_view event, type, result;
};
constexpr std::array<JobWords, 16> kJobs{{
    {"Stopping ", "...", "stopping", "stop", ""},
    {"Stopped target ", ".", "stopped", "stop", "done"},
    {"Stopped ", ".", "stopped", "stop", "done"},
    {"Starting ", "...", "starting", "start", ""},
    {"Started ", ".", "started", "start", "done"},
    {"Finished ", ".", "started", "start", "done"},
    {"Reached target ", ".", "started", "start", "done"},
    {"Failed to start ", ".", "failed", "start", "failed"},
    {"Reloading ", "...", "reloading", "reload", ""},
    {"Reloaded ", ".", "reloaded", "reload", "done"},
    {"Closed ", ".", "stopped", "stop", "done"},
    {"Listening on ", ".", "started", "start", "done"},
    {"Unmounted ", ".", "stopped", "stop", "done"},
    {"Mounted ", ".", "started", "start", "done"},
    {"Removed slice ", ".", "stopped", "stop", "done"},
    {"Created slice ", ".", "started", "start", "done"},
}};

void read_job(std::string_view message, const Fields& f, text::Emitter& out) {
  for (const JobWords& job : kJobs) {
    std::string_view text = message;
    if (!take(text, job.start) || !ends_with(text, job.end)) continue;
    text.remove_suffix(job.end.size());
    if (text.empty()) return;
    out.add(f.unit_event, job.event);
    out.add(f.JOB_TYPE, job.type);
    if (!job.result.empty()) out.add(f.JOB_RESULT, job.result);
    return add_unit(text, f, out);
  }
}

/// "code=killed, status=9/KILL": the number and its name.
void add_exit(std::string_view text, const Fields& f, text::Emitter& out) {
  const std::string_view code = before(text, ","), status = behind(text, "status=");
  out.add(f.EXIT_CODE, code);
  out.add(f.EXIT_STATUS, before(status, "/"));
  std::string_view name = before(behind(status, "/"), " ");
  if (code == "killed" || code == "dumped") out.add(f.signal, name);
}

/// What follows "nginx.service: ".
void read_unit_event(std::string_view text, const Fields& f, text::Emitter& out) {
  if (take(text, "Main process exited, code=")) {
    out.add(f.unit_event, "main process exited");
    add_exit(text, f, out);
  } else if (take(text, "Control process exited, code=")) {
    out.add(f.unit_event, "control process exited");
    add_exit(text, f, out);
  } else if (take(text, "Failed with result '")) {
    out.add(f.unit_event, "failed");
    out.add(f.UNIT_RESULT, before(text, "'"));
  } else if (take(text, "Deactivated successfully") || take(text, "Succeeded")) {
    out.add(f.unit_event, "deactivated");
    out.add(f.UNIT_RESULT, "success");
  } else if (take(text, "Sent signal ")) {  // "SIGKILL to main process 123 (nginx) on client request."
    out.add(f.unit_event, "signal sent");
    std::string_view signal = before(text, " ");
    take(signal, "SIG");
    out.add(f.signal, signal);
    const std::string_view process = behind(text, " process ");
    out.add(f.killed_pid, before(process, " "));
    out.add(f.killed_process, between(process, "(", ")"));
  } else if (take(text, "Killing process ")) {  // "123 (nginx) with signal SIGKILL."
    out.add(f.unit_event, "process killed");
    out.add(f.killed_pid, before(text, " "));
    out.add(f.killed_process, between(text, "(", ")"));
    std::string_view signal = before(behind(text, " signal "), ".");
    take(signal, "SIG");
    out.add(f.signal, signal);
  } else if (take(text, "Scheduled restart job")) {
    out.add(f.unit_event, "restart scheduled");
  } else if (has(text, "killed by the OOM killer")) {
    out.add(f.unit_event, "out of memory");
  } else if (has(text, "timed out")) {
    out.add(f.unit_event, "timed out");
  }
}

/// One value of logfmt: `key="a \"quoted\" text"` or `key=word`. Escapes stay.
std::string_view logfmt_value(std::string_view line, std::string_view key) noexcept {
  std::size_t at = 0;
  while ((at = line.find(key, at)) != std::string_view::npos) {
    if (at == 0 || line[at - 1] == ' ') break;
    at += key.size();
  }
  if (at == std::string_view::npos) return {};
  std::string_view value = line.substr(at + key.size());
  if (!take(value, "\"")) return before(value, " ");
  std::size_t end = 0;
  while (end < value.size() && value[end] != '"') end += std::size_t{value[end] == '\\' ? 2U : 1U};
  return value.substr(0, end);
}

}  // namespace

/// Messages of the manager about units and jobs; words of systemd 219 to 256.
void read_systemd(std::string_view message, const Fields& f, text::Emitter& out) {
  const std::string_view first = before(message, " ");
  if (ends_with(first, ":") && is_unit(first.substr(0, first.size() - 1))) {
    out.add(f.UNIT, first.substr(0, first.size() - 1));
    return read_unit_event(message.substr(first.size() + (message.size() > first.size() ? 1 : 0)), f, out);
  }
  std::string_view text = message;
  if (take(text, "Unit ") && ends_with(text, " entered failed state.")) {
    out.add(f.UNIT, before(text, " "));
    out.add(f.unit_event, "failed");
  } else if (take(text, "Reloading requested from client PID ") ||
             take(text, "Reexecuting requested from client PID ")) {
    out.add(f.unit_event, "manager reloaded");
    out.add(f.requested_by, between(text, "('", "')"));
    out.add(f.UNIT, between(text, "(unit ", ")"));
  } else {
    read_job(message, f, out);
  }
}

/// "(root) CMD (run-parts /etc/cron.hourly)": what ran. "(bob) REPLACE (bob)", "(bob) LIST (root)": crontab's.
void read_cron(std::string_view message, const Fields& f, text::Emitter& out) {
  if (message.substr(0, 1) != "(") return read_login(message, f, out);
  out.add(f.User, between(message, "(", ")"));
  std::string_view text = behind(message, ") ");
  if (!take(text, "CMD (")) return;
  if (ends_with(text, ")")) text.remove_suffix(1);
  out.add(f.CommandLine, trim(text));
}

/// "Out of memory: Killed process 123 (mysqld) total-vm:...", with "[12345.678901] " before it or not.
void read_kernel(std::string_view message, const Fields& f, text::Emitter& out) {
  const std::string_view text = behind(message, "Killed process ");
  if (text.empty()) return;
  out.add(f.killed_pid, before(text, " "));
  out.add(f.killed_process, between(text, "(", ")"));
}

/// `time="..." level=info msg="ignoring event" container=8f2... module=libcontainerd topic=/tasks/delete`.
void read_logfmt(std::string_view message, const Fields& f, text::Emitter& out) {
  const std::array<std::pair<std::string_view, text::Name>, 5> values{
      {{"level=", f.level}, {"msg=", f.msg}, {"container=", f.container}, {"module=", f.module}, {"topic=", f.topic}}};
  for (const auto& value : values) {
    if (!value.second.wanted()) continue;
    if (const auto text = logfmt_value(message, value.first); !text.empty()) out.add(value.second, text);
  }
}

/// "/home/bob/x.exe: Win.Trojan.Agent-1 FOUND"; clamonacc writes "ScanOnAccess: " before it.
void read_clamav(std::string_view message, const Fields& f, text::Emitter& out) {
  if (!ends_with(message, " FOUND")) return;
  message.remove_suffix(6);
  take(message, "ScanOnAccess: ");
  const std::size_t colon = message.rfind(": ");
  if (colon == std::string_view::npos) return;
  out.add(f.Filename, message.substr(0, colon));
  out.add(f.Signature, message.substr(colon + 2));
}

/// "<root@pam> starting task UPID:pve1:0000A1B2:0001C3D4:65A0B1C2:qmstop:101:root@pam:".
void read_proxmox(std::string_view message, const Fields& f, text::Emitter& out) {
  std::string_view upid = behind(message, " task UPID:");
  if (upid.empty()) return read_login(message, f, out);
  if (message.substr(0, 1) == "<") out.add(f.User, between(message, "<", ">"));
  for (int part = 0; part < 4; ++part) upid = behind(upid, ":");
  out.add(f.task_type, before(upid, ":"));
  out.add(f.task_object, before(behind(upid, ":"), ":"));
}

}  // namespace stopwarden::messages
