// SPDX-License-Identifier: Apache-2.0
#include "sources/auditd/names.h"

#include "base/hash.h"

namespace stopwarden::auditd {
namespace {

// Encoded are what linux/audit's audit_log_untrustedstring() and libaudit's audit_encode_nv_string() write; the list of
// audit-userspace's auparse/typetab.h. EXECVE's a0 to aN are read elsewhere.
constexpr KnownName kKnown[] = {
    {"pid", Decode::none, Role::pid},
    {"ppid", Decode::none, Role::ppid},
    {"uid", Decode::none, Role::uid},
    {"auid", Decode::none, Role::auid},
    {"UID", Decode::none, Role::uid_name},
    {"AUID", Decode::none, Role::auid_name},
    {"ses", Decode::none, Role::ses},
    {"exe", Decode::text, Role::exe},
    {"comm", Decode::text, Role::none},
    {"cwd", Decode::text, Role::cwd},
    {"proctitle", Decode::arguments, Role::title},
    {"cmd", Decode::text, Role::command},
    {"name", Decode::text, Role::path},
    {"nametype", Decode::none, Role::name_type},
    {"objtype", Decode::none, Role::name_type},
    {"arch", Decode::none, Role::arch},
    {"syscall", Decode::none, Role::call},
    {"SYSCALL", Decode::none, Role::call_name},
    {"a0", Decode::none, Role::a0},
    {"a1", Decode::none, Role::a1},
    {"a2", Decode::none, Role::a2},
    {"saddr", Decode::none, Role::socket},
    {"SADDR", Decode::none, Role::socket_open},
    {"addr", Decode::none, Role::address},
    {"msg", Decode::none, Role::message},
    {"key", Decode::key, Role::none},
    {"acct", Decode::text, Role::none},
    {"path", Decode::text, Role::none},
    {"file", Decode::text, Role::none},
    {"dir", Decode::text, Role::none},
    {"watch", Decode::text, Role::none},
    {"ocomm", Decode::text, Role::none},
    {"data", Decode::text, Role::none},
    {"device", Decode::text, Role::none},
    {"vm", Decode::text, Role::none},
    {"old-disk", Decode::text, Role::none},
    {"new-disk", Decode::text, Role::none},
    {"old-fs", Decode::text, Role::none},
    {"new-fs", Decode::text, Role::none},
    {"cgroup", Decode::text, Role::none},
    {"grp", Decode::text, Role::none},
    {"sw", Decode::text, Role::none},
    {"root_dir", Decode::text, Role::none},
    {"profile", Decode::text, Role::none},
    {"operation", Decode::text, Role::none},
    {"info", Decode::text, Role::none},
    {"unit", Decode::text, Role::none},
};

}  // namespace

NameTable::NameTable(const text::Emitter& emitter) : emitter_(&emitter) {
  for (const KnownName& known : kKnown) add(known);
}

std::uint16_t NameTable::add(const KnownName& known) {
  const std::uint64_t hash = hash_text(known.text);
  entries_.push_back({std::string(known.text), hash, emitter_->name(known.text), known.decode, known.role, 0});
  std::size_t at = hash % kSlots;
  while (slots_[at] != 0) at = (at + 1) % kSlots;
  slots_[at] = static_cast<std::uint16_t>(entries_.size());
  return slots_[at];
}

NameEntry* NameTable::look_up(std::string_view name, NameEntry* before) {
  const std::uint64_t hash = hash_text(name);
  std::uint16_t found = 0;
  for (std::size_t at = hash % kSlots; found == 0 && slots_[at] != 0; at = (at + 1) % kSlots) {
    const NameEntry& entry = entries_[slots_[at] - std::size_t{1}];
    if (entry.hash == hash && entry.text == name) found = slots_[at];
  }
  if (found == 0 && entries_.size() < kNamesMax) found = add({name});
  if (found == 0) {
    other_.id = emitter_->name_in_log(name);
    return &other_;
  }
  if (before != nullptr) before->next = found;
  return &entries_[found - std::size_t{1}];
}

}  // namespace stopwarden::auditd
