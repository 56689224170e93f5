// SPDX-License-Identifier: Apache-2.0
// From an event's records to its fields. Also for records that stand in other logs (syslog, the journal):
//
//   text::Emitter emitter(options);
//   auditd::EventFields fields(emitter);                           // once a source
//   if (const auto record = auditd::read_record(message)) {        // each event
//     fields.begin();
//     fields.add(*record);
//     event.provider = fields.finish();                            // of the channel log_name::linux_auditd
//     emitter.emit(event, sink);                                   // time_of(*record), record->node: its head
//   }
#pragma once
#include <cstddef>
#include <string_view>
#include <vector>

#include "sources/auditd/names.h"
#include "sources/auditd/record.h"
#include "sources/auditd/tokens.h"
#include "sources/text/emitter.h"

namespace stopwarden::auditd {

/// Collects the fields of one event at a time; its emitter does the rest.
///
/// Fields:  each record's own names and values; the names inside of msg='...' as well; `type` of each record, `node`.
///          Text that the kernel wrote in hex is decoded. What records do not say as it is: SYSCALL (where auditd did
///          not add it), saddr_fam, laddr, lport and path of a socket address, seresult and seperms of an AVC, `sig` of
///          a call that sends a signal; and of the Sigma taxonomy Image, CommandLine, CurrentDirectory, ProcessId,
///          ParentProcessId, User, ActorUserId, LogonId, TargetFilename (CreatedFilename, DeletedFilename), SourceIp,
///          DestinationIp, DestinationPort, Initiated. docs/formats/auditd.md says from what.
/// Lifetime: the records' lines live until the emitter's emit() returned.
/// Cost:    one look at each byte, one hash a name; no allocation once warm.
class EventFields {
 public:
  explicit EventFields(text::Emitter& emitter);
  /// Begins an event; the emitter, too.
  void begin();
  /// Begins the same event once more: its emitter wants all of its values (Emitter::Again).
  void begin_again();
  void add(const Record& record);
  /// Adds what is made of several records. Returns the event's provider: the type of the record that says most about it
  /// (EXECVE, else what stands alone or with a SYSCALL, else SYSCALL), "OTHER" when it is none of the table.
  std::string_view finish();
  /// What finish() will return, before anything was added: called for each record, with an empty `type` at first.
  static void note_provider(const Record& record, std::string_view& type, Part& part) noexcept;
  /// Some values were left out: the event has more than kValuesMax.
  bool overflowed() const noexcept { return overflowed_; }
  /// Its first records are missing: it has none but such as follow a SYSCALL.
  bool headless() const noexcept { return best_ < Part::call; }

  static constexpr std::size_t kValuesMax = 1 << 17;  // execve takes far fewer arguments in practice

 private:
  struct Text {  // of a value, as written
    std::string_view raw;
    bool in_hex = false;
    bool empty() const noexcept { return raw.empty(); }
  };
  struct PathRecord {
    Text name;
    std::string_view kind;
  };
  struct Facts {  // of the event's records; the first that says something wins
    std::string_view pid, ppid, uid, auid, uid_name, auid_name, ses, arch, call, call_name, a0, a1, a2, socket, address;
    Text exe, cwd, title, command;
    bool socket_open = false;
  };

  void add_tokens(std::string_view body);
  void add_value(const NameEntry& entry, const Token& token);
  void note(Role role, const Token& token);
  void add_keys(text::Name id, std::string_view raw);
  void add_avc(std::string_view body);
  void finish_arguments();
  void finish_call();
  void finish_account();
  void finish_paths();
  std::string_view below_directory(std::string_view name);
  void finish_socket();
  void add_text(text::Name id, const Text& text);
  text::Name argument_name(std::string_view name, std::size_t number);

  text::Emitter& emitter_;
  NameTable names_;
  NameEntry first_;                    // stands before the first name of a record
  std::vector<text::Name> arguments_;  // a0, a1, ...
  text::Name type_, node_, image_, command_line_, directory_, process_id_, parent_id_, user_, actor_, logon_, target_,
      created_, deleted_, source_ip_, destination_ip_, destination_port_, initiated_, call_name_, signal_, family_,
      address_, port_, path_, result_, permissions_;
  // of the event at hand
  Facts facts_;
  std::vector<std::string_view> exec_bodies_;
  std::vector<PathRecord> paths_;
  PathRecord path_record_;
  std::string piece_;
  std::string_view best_type_;
  Part best_ = Part::end;
  bool interpreted_ = false, overflowed_ = false;
};

}  // namespace stopwarden::auditd
