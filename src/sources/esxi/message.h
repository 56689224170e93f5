// SPDX-License-Identifier: Apache-2.0
// What messages of ESXi and vCenter say, wherever their lines were found: also for sources that read the line's head
// themselves (syslog).
//
//   esxi::MessageReader reader(emitter);              // once a source: names are looked up
//   if (esxi::is_esxi(program, message)) {            // each line
//     esxi::Line line;                                // what the head said
//     ...
//     reader.read(line, event);                       // adds fields to `emitter`, sets channel and provider
//   }
#pragma once
#include <string_view>

#include "event/event.h"
#include "sources/esxi/line.h"
#include "sources/text/emitter.h"

namespace stopwarden::esxi {

struct Program;

/// Whether a line of a syslog daemon was written by ESXi or vCenter: by its program where nothing else has that name,
/// else by what only their messages hold. Sure or not at all.
bool is_esxi(std::string_view program, std::string_view message);

/// Adds a message's fields to an emitter. One object an emitter; not for sharing between threads.
class MessageReader {
 public:
  explicit MessageReader(text::Emitter& emitter);
  MessageReader(const MessageReader&) = delete;
  MessageReader& operator=(const MessageReader&) = delete;

  /// Between emitter.begin() and emitter.emit(). Sets event.channel and event.provider, and nothing else of the head;
  /// adds `message`, `program`, `pid` and `severity` where the line has them, and what the message says
  /// (docs/formats/esxi.md lists it). Views of the line are kept until the event is out.
  void read(const Line& line, Event& event);

 private:
  void originator(std::string_view& message);
  void old_bracket(std::string_view& message, Event& event);
  std::string_view structured_data(std::string_view message);
  void audit_parameter(std::string_view sd_name, std::string_view name, std::string_view value);
  void by_kind(const Program& program, const Line& line, std::string_view message);
  void shell(const Line& line, std::string_view message);
  void sshd(const Line& line, std::string_view message);
  void vobd(std::string_view message);
  void hostd(std::string_view message);
  void vpxd(std::string_view message);
  void vmkernel(std::string_view message);
  void task(std::string_view message);
  void state_transition(std::string_view message);
  void vm_event(std::string_view text);
  void login(std::string_view text);
  void vpx_lro(std::string_view message);
  void vpx_event(std::string_view message);
  void command(std::string_view user, std::string_view line);
  void image(std::string_view line);
  void account(std::string_view user);

  text::Emitter& emitter_;
  std::string_view sub_;  // of the present line
  bool by_vim_cmd_ = false;
  text::Name message_, program_, pid_, severity_, sub_name_, op_id_, sid_, user_, User_, CommandLine_, Image_,
      ProcessId_, LogonId_, SourceIp_, TaskName_, TaskState_, TaskStatus_, VmId_, VmName_, VmState_, VmxPath_,
      StateFrom_, StateTo_, EventTypeId_, EventText_, world_;
};

}  // namespace stopwarden::esxi
