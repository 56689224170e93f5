// SPDX-License-Identifier: Apache-2.0
// What an entry of the journal says beside its own fields, in the words of the Sigma taxonomy and of syslog's fields.
// The same for entries from files, from `journalctl -o export` and from `journalctl -o json`.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "event/source.h"
#include "sources/messages/fields.h"
#include "sources/text/emitter.h"

namespace stopwarden::journal {

/// The fields that others are made of.
#define SW_JOURNAL_FACTS(X)                        \
  X(message, "MESSAGE")                            \
  X(identifier, "SYSLOG_IDENTIFIER")               \
  X(syslog_pid, "SYSLOG_PID")                      \
  X(priority, "PRIORITY")                          \
  X(facility, "SYSLOG_FACILITY")                   \
  X(message_id, "MESSAGE_ID")                      \
  X(user_unit, "USER_UNIT")                        \
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
  X(audit_exe, "AUDIT_FIELD_EXE")                  \
  X(audit_cmd, "AUDIT_FIELD_CMD")                  \
  X(audit_cwd, "AUDIT_FIELD_CWD")                  \
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
#define SW_JOURNAL_MADE(X) \
  X(message)               \
  X(program)               \
  X(appname)               \
  X(pid)                   \
  X(facility)              \
  X(severity)              \
  X(host)                  \
  X(unit_event)            \
  X(UNIT)                  \
  X(Image)                 \
  X(CommandLine)           \
  X(ProcessId)             \
  X(CurrentDirectory)      \
  X(SourceIp)              \
  X(ActorUserId)           \
  X(User)                  \
  X(LogonId)

/// Makes fields of facts. Keeps names and memory from one entry to the next; not for sharing between threads.
class Derivation {
 public:
  explicit Derivation(const WantedFields& wanted);

  /// What the program's message says (sources/messages), then what the facts say; of one field the first that comes
  /// holds. Whoever calls leaves out what the entry itself has. An actor that is not known is absent: PID 1 reports
  /// what others asked for, so its own account (root) is nobody's. Values that nobody asks for by name are left out.
  /// Lifetime: until the next call; texts are views of the facts', constants, or made here.
  std::span<const FieldValue> derive(const Facts& facts);

 private:
  void add(const text::Name& name, std::string_view text);
  void add_event_of_unit(const Facts& facts);
  void add_process(const Facts& facts);
  void add_actor(const Facts& facts);

  text::Emitter reading_;  // takes what readers of messages say; emits nothing
  messages::Fields fields_;
  struct Names {
    explicit Names(const text::Emitter& emitter);
#define SW_MADE(n) text::Name n;
    SW_JOURNAL_MADE(SW_MADE)
#undef SW_MADE
  } names_;
  std::vector<FieldValue> values_;
};

/// Event::provider: the program's name, when it is a known one (messages/programs.h); else "". Of journald's audit
/// entries it is "audit".
std::string_view provider_of(const Facts& facts) noexcept;

/// When it happened, from microseconds since 1970: _SOURCE_REALTIME_TIMESTAMP, which is the sender's (journald takes it
/// from the kernel, never from the sender's own fields), unless it is later than the entry's own time `realtime` or
/// missing. Why: entries wait on their way to journald, at boot for many seconds; syslog's copy of a line has this
/// time, too.
std::optional<EventTime> event_time(std::optional<std::uint64_t> realtime, std::string_view source_realtime) noexcept;

/// __SEQNUM, or the number behind "i=" in a cursor, which is hexadecimal.
std::optional<std::uint64_t> seqnum_of(const Facts& facts) noexcept;

}  // namespace stopwarden::journal
