// SPDX-License-Identifier: Apache-2.0
// From the tokens of a record to the fields of the Sigma taxonomy. Shared by binary trails and praudit's XML.
#pragma once
#include <string_view>
#include <vector>

#include "sources/bsm/events.h"
#include "sources/text/emitter.h"

namespace stopwarden::bsm {

/// What a record says, as far as the taxonomy asks. Filled token by token; values are views of the record with the
/// way to their text.
struct Record {
  struct Value {
    std::string_view raw;
    text::Make make = nullptr;
    ValueKind kind = ValueKind::string;
    bool is_set() const noexcept { return !raw.empty(); }
  };
  std::string_view event;  ///< "AUE_EXECVE", or the number as text
  const EventKind* kind = nullptr;
  Value account;                 ///< audit user id, else the effective one
  bool account_is_name = false;  ///< praudit prints names where it knows them
  Value pid, session, source_address;
  Value target_pid;  ///< of a process token
  Value child_pid;   ///< posix_spawn's argument
  Value signal;
  Value args;  ///< exec_args, with a `make` that joins them
  Value status, text;
  Value peer_address, peer_port;
  std::vector<std::string_view> paths;

  void clear();
};

/// Adds the taxonomy's fields of records. One object a source.
class RecordFields {
 public:
  explicit RecordFields(const text::Emitter& emitter);
  void add(const Record& record, text::Emitter& emitter) const;

 private:
  void add_paths(const Record& record, text::Emitter& emitter) const;
  text::Name event_, image_, command_line_, user_, user_id_, session_, pid_, parent_pid_, target_pid_, signal_, target_,
      source_file_, source_ip_, peer_, peer_port_, status_, message_;
};

/// Does the event start a program? Its paths are the program's then.
bool is_exec(std::string_view event) noexcept;

}  // namespace stopwarden::bsm
