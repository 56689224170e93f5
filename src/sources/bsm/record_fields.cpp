// SPDX-License-Identifier: Apache-2.0
#include "sources/bsm/record_fields.h"

#include <algorithm>
#include <array>

namespace stopwarden::bsm {
namespace {

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) noexcept {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// Two names of a file, the new one last.
bool has_two_names(std::string_view event) noexcept {
  return is_one_of(event, {"AUE_RENAME", "AUE_RENAMEAT", "AUE_LINK", "AUE_LINKAT", "AUE_SYMLINK", "AUE_SYMLINKAT",
                           "AUE_COPYFILE", "AUE_EXCHANGEDATA", "AUE_CLONEFILEAT", "AUE_FCLONEFILEAT"});
}

}  // namespace

bool is_exec(std::string_view event) noexcept {
  return is_one_of(event, {"AUE_EXEC", "AUE_EXECVE", "AUE_POSIX_SPAWN", "AUE_MAC_EXECVE", "AUE_FEXECVE"});
}

void Record::clear() {
  std::vector<std::string_view> kept = std::move(paths);
  kept.clear();
  *this = Record{};
  paths = std::move(kept);
}

RecordFields::RecordFields(const text::Emitter& emitter)
    : event_(emitter.name("EventName")),
      image_(emitter.name("Image")),
      command_line_(emitter.name("CommandLine")),
      user_(emitter.name("User")),
      user_id_(emitter.name("ActorUserId")),
      session_(emitter.name("LogonId")),
      pid_(emitter.name("ProcessId")),
      parent_pid_(emitter.name("ParentProcessId")),
      target_pid_(emitter.name("TargetProcessId")),
      signal_(emitter.name("SignalNumber")),
      target_(emitter.name("TargetFilename")),
      source_file_(emitter.name("SourceFilename")),
      source_ip_(emitter.name("SourceIp")),
      peer_(emitter.name("DestinationIp")),
      peer_port_(emitter.name("DestinationPort")),
      status_(emitter.name("Status")),
      message_(emitter.name("message")) {}

/// The kernel writes a path as it was given and then as it is resolved (audit_bsm.c); a rename's new name comes last
/// and only as given.
void RecordFields::add_paths(const Record& record, text::Emitter& emitter) const {
  if (record.paths.empty()) return;
  const std::string_view last = record.paths.back();
  if (is_exec(record.event)) return emitter.add(image_, last);
  emitter.add(target_, last);
  if (record.paths.size() > 1 && has_two_names(record.event))
    emitter.add(source_file_, record.paths[record.paths.size() - 2]);
}

void RecordFields::add(const Record& r, text::Emitter& emitter) const {
  const auto add = [&emitter](text::Name name, const Record::Value& v) {
    if (v.is_set()) emitter.add(name, v.raw, v.make, v.kind);
  };
  emitter.add(event_, r.event);
  add_paths(r, emitter);
  add(command_line_, r.args);
  add(user_, r.account);
  if (!r.account_is_name) add(user_id_, r.account);
  add(session_, r.session);
  const bool has_child = r.child_pid.is_set();  // the one that spawns writes the record
  add(pid_, has_child ? r.child_pid : r.pid);
  if (has_child) add(parent_pid_, r.pid);
  add(target_pid_, r.target_pid);
  add(signal_, r.signal);
  add(source_ip_, r.source_address);
  add(peer_, r.peer_address);
  add(peer_port_, r.peer_port);
  add(status_, r.status);
  add(message_, r.text);
}

}  // namespace stopwarden::bsm
