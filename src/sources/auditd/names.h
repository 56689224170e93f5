// SPDX-License-Identifier: Apache-2.0
// The names that audit records use: which are encoded, and which say who did what.
#pragma once
#include <array>
#include <cstdint>
#include <cstring>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "sources/text/emitter.h"

namespace stopwarden::auditd {

enum class Decode : std::uint8_t {
  none,
  text,       ///< hex when it is not in quotes (auparse's "escaped")
  arguments,  ///< the same, with NULs between arguments: proctitle
  key,        ///< the same, several keys with 0x01 between them
};

/// What a value is to its event. Each record type has its own names; these mean the same in all.
enum class Role : std::uint8_t {
  none,
  pid,
  ppid,
  uid,
  auid,
  uid_name,
  auid_name,
  ses,
  exe,
  cwd,
  title,
  command,
  path,
  name_type,
  arch,
  call,
  call_name,
  a0,
  a1,
  a2,
  socket,
  socket_open,
  address,
  message,
};

struct KnownName {
  std::string_view text;
  Decode decode = Decode::none;
  Role role = Role::none;
};

/// A name with what the run wants of it.
struct NameEntry {
  std::string text;
  std::uint64_t hash = 0;
  text::Name id;
  Decode decode = Decode::none;
  Role role = Role::none;
  std::uint16_t next = 0;  ///< entry + 1 of the name that came behind it the last time
};

/// Names to entries. Those of the table are there from the start; others join as they come, up to a limit: a log may
/// hold any number of them.
class NameTable {
 public:
  explicit NameTable(const text::Emitter& emitter);
  /// `before` is the entry of the name before it in the record, nullptr at its start: most records have their names in
  /// the order of the last one. Valid until the next call. Cost: mostly one comparison, else one hash; no allocation
  /// once the log's names are known.
  const NameEntry& find(std::string_view name, NameEntry* before = nullptr) { return *entry(name, before); }
  NameEntry* entry(std::string_view name, NameEntry* before) {
    if (before != nullptr && before->next != 0) {
      NameEntry& guess = entries_[before->next - std::size_t{1}];
      if (guess.text.size() == name.size() && std::memcmp(guess.text.data(), name.data(), name.size()) == 0)
        return &guess;
    }
    return look_up(name, before);
  }

 private:
  static constexpr std::size_t kSlots = 4096;
  static constexpr std::size_t kNamesMax = 1024;
  NameEntry* look_up(std::string_view name, NameEntry* before);
  std::uint16_t add(const KnownName& known);
  const text::Emitter* emitter_;
  std::deque<NameEntry> entries_;
  std::array<std::uint16_t, kSlots> slots_{};  // entry + 1 by hash, open addressing
  NameEntry other_;                            // of a name that found no room
};

}  // namespace stopwarden::auditd
