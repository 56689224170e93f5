// SPDX-License-Identifier: Apache-2.0
// What an entry of the journal says beside its own fields, in the words of the Sigma taxonomy. The same for entries
// from files, from `journalctl -o export` and from `journalctl -o json`.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/time.h"

namespace stopwarden::journal {

/// The fields that others are made of.
#define SW_JOURNAL_FACTS(X)                        \
  X(message, "MESSAGE")                            \
  X(identifier, "SYSLOG_IDENTIFIER")               \
  X(syslog_pid, "SYSLOG_PID")                      \
  X(priority, "PRIORITY")                          \
  X(facility, "SYSLOG_FACILITY")                   \
  X(message_id, "MESSAGE_ID")                      \
  X(host, "_HOSTNAME")                             \
  X(comm, "_COMM")                                 \
  X(exe, "_EXE")                                   \
  X(command_line, "_CMDLINE")                      \
  X(pid, "_PID")                                   \
  X(uid, "_UID")                                   \
  X(login_uid, "_AUDIT_LOGINUID")                  \
  X(session, "_AUDIT_SESSION")                     \
  X(transport, "_TRANSPORT")                       \
  X(source_realtime, "_SOURCE_REALTIME_TIMESTAMP") \
  X(boot_id, "_BOOT_ID")                           \
  X(realtime, "__REALTIME_TIMESTAMP")              \
  X(cursor, "__CURSOR")                            \
  X(seqnum, "__SEQNUM")                            \
  X(user_id, "USER_ID")                            \
  X(audit_type_name, "_AUDIT_TYPE_NAME")           \
  X(audit_exe, "AUDIT_FIELD_EXE")                  \
  X(audit_cmd, "AUDIT_FIELD_CMD")                  \
  X(audit_cwd, "AUDIT_FIELD_CWD")                  \
  X(audit_acct, "AUDIT_FIELD_ACCT")                \
  X(audit_addr, "AUDIT_FIELD_ADDR")

enum class Fact : std::uint8_t {
#define SW_FACT(id, name) id,
  SW_JOURNAL_FACTS(SW_FACT)
#undef SW_FACT
      kCount
};
inline constexpr std::size_t kFacts = static_cast<std::size_t>(Fact::kCount);
std::span<const std::string_view, kFacts> fact_names() noexcept;

/// The first value of each; empty when there is none.
class Facts {
 public:
  std::string_view operator[](Fact f) const noexcept { return values_[static_cast<std::size_t>(f)]; }
  void note(Fact f, std::string_view value) noexcept {
    std::string_view& v = values_[static_cast<std::size_t>(f)];
    if (v.data() == nullptr) v = value;
  }
  bool has(Fact f) const noexcept { return values_[static_cast<std::size_t>(f)].data() != nullptr; }
  void clear() noexcept { values_ = {}; }

 private:
  std::array<std::string_view, kFacts> values_{};
};

/// The fields that are made. Rules ask for them by these names.
enum class Made : std::uint8_t {
  message,
  program,
  pid,
  facility,
  severity,
  host,
  image,
  command_line,
  process_id,
  current_directory,
  user,
  actor_user_id,
  logon_id,
  source_ip,
  kCount
};
inline constexpr std::size_t kMade = static_cast<std::size_t>(Made::kCount);
std::span<const std::string_view, kMade> made_names() noexcept;

struct MadeValue {
  Made field;
  std::string_view text;
};

/// At most one of each.
class MadeValues {
 public:
  void add(Made field, std::string_view text) noexcept { values_[size_++] = {field, text}; }
  void clear() noexcept { size_ = 0; }
  const MadeValue* begin() const noexcept { return values_.data(); }
  const MadeValue* end() const noexcept { return values_.data() + size_; }

 private:
  std::array<MadeValue, kMade> values_{};
  std::size_t size_ = 0;
};

/// Adds what the facts say. The texts are views of the facts', or constants. An actor that is not known is absent:
/// PID 1 reports what others asked for, so its own account (root) is nobody's.
void make_values(const Facts& facts, MadeValues& out);

/// Event::provider: the program's name, when it is a known one (event/program_name.h); else "". journald's audit
/// entries have "audit".
std::string_view provider_of(const Facts& facts) noexcept;

/// When it happened, from microseconds since 1970: _SOURCE_REALTIME_TIMESTAMP, which is the sender's (journald takes it
/// from the kernel, never from the sender's own fields), unless it is later than the entry's own time `realtime` or
/// missing. Why: entries wait on their way to journald, at boot for many seconds; syslog's copy of a line has this
/// time, too.
std::optional<EventTime> event_time(std::optional<std::uint64_t> realtime, std::string_view source_realtime) noexcept;

/// The number behind "i=" in a cursor, hexadecimal: what __SEQNUM says in decimal.
std::optional<std::uint64_t> seqnum_of(const Facts& facts) noexcept;

}  // namespace stopwarden::journal
