// SPDX-License-Identifier: Apache-2.0
#include "sources/esxi/message.h"

#include <algorithm>
#include <utility>

#include "base/find.h"
#include "base/text.h"
#include "sources/esxi/programs.h"
#include "sources/esxi/take.h"

namespace stopwarden::esxi {
namespace {

constexpr std::string_view kOriginator = "[Originator@6876";

/// Resolves \" \] and \\ of RFC 5424's structured data.
std::string_view unescape_sd(std::string_view raw, Arena& arena) {
  if (raw.find('\\') == std::string_view::npos) return raw;
  char* out = arena.allocate(raw.size());
  std::size_t size = 0;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] == '\\' && raw.size() - i >= 2 && std::string_view("\"]\\").find(raw[i + 1]) != std::string_view::npos)
      ++i;
    out[size++] = raw[i];
  }
  arena.shrink_last(raw.size(), size);
  return {out, size};
}

std::string_view bin_path(std::string_view tool, Arena& arena) {
  constexpr std::string_view kBin = "/bin/";
  char* out = arena.allocate(kBin.size() + tool.size());
  std::copy(kBin.begin(), kBin.end(), out);
  std::copy(tool.begin(), tool.end(), out + kBin.size());
  return {out, kBin.size() + tool.size()};
}

bool is_number(std::string_view s) noexcept { return parse_unsigned(s).has_value(); }

}  // namespace

bool is_esxi(std::string_view program, std::string_view message) {
  const std::string_view start = message.substr(0, 512);
  if (holds(start, "@6876 ")) return true;
  const Program* known = known_program(program);
  if (known == nullptr) return false;
  if (known->only_here) return true;
  if (known->kind == Kind::shell) return starts_with(start, "[") && holds(start.substr(0, 80), "]: ");
  return known->kind == Kind::sshd && starts_with(start, "User '") && holds(start, "' running command '");
}

MessageReader::MessageReader(text::Emitter& emitter)
    : emitter_(emitter),
      message_(emitter.name("message")),
      program_(emitter.name("program")),
      pid_(emitter.name("pid")),
      severity_(emitter.name("severity")),
      sub_name_(emitter.name("sub")),
      op_id_(emitter.name("opID")),
      sid_(emitter.name("sid")),
      user_(emitter.name("user")),
      User_(emitter.name("User")),
      CommandLine_(emitter.name("CommandLine")),
      Image_(emitter.name("Image")),
      ProcessId_(emitter.name("ProcessId")),
      LogonId_(emitter.name("LogonId")),
      SourceIp_(emitter.name("SourceIp")),
      TaskName_(emitter.name("TaskName")),
      TaskState_(emitter.name("TaskState")),
      TaskStatus_(emitter.name("TaskStatus")),
      VmId_(emitter.name("VmId")),
      VmName_(emitter.name("VmName")),
      VmState_(emitter.name("VmState")),
      VmxPath_(emitter.name("VmxPath")),
      StateFrom_(emitter.name("StateFrom")),
      StateTo_(emitter.name("StateTo")),
      EventTypeId_(emitter.name("EventTypeId")),
      EventText_(emitter.name("EventText")),
      world_(emitter.name("world")) {}

void MessageReader::read(const Line& line, Event& event) {
  sub_ = {};
  by_vim_cmd_ = false;
  std::string_view message = line.message;
  const Program* program = known_program(line.program);
  event.channel = program != nullptr ? program->log : log_name::esxi_syslog;
  if (program != nullptr) event.provider = program->provider;
  if (!line.program.empty()) emitter_.add(program_, line.program);
  if (!line.pid.empty()) emitter_.add(pid_, line.pid);
  if (!line.severity.empty()) emitter_.add(severity_, line.severity);
  if (starts_with(message, kOriginator)) {
    originator(message);
  } else if (line.program.empty() && starts_with(message, "[")) {
    old_bracket(message, event);
    program = known_program("hostd");
  } else if (starts_with(message, "[")) {
    message = structured_data(message);
  }
  emitter_.add(message_, message);
  std::string_view first_line = message.substr(0, message.find('\n'));
  if (!first_line.empty() && first_line.back() == '\r') first_line.remove_suffix(1);
  if (program != nullptr) by_kind(*program, line, first_line);
}

void MessageReader::by_kind(const Program& program, const Line& line, std::string_view message) {
  switch (program.kind) {
    case Kind::plain: break;
    case Kind::shell: shell(line, message); break;
    case Kind::hostd: hostd(message); break;
    case Kind::vpxd: vpxd(message); break;
    case Kind::vobd: vobd(message); break;
    case Kind::sshd: sshd(line, message); break;
    case Kind::vmkernel: vmkernel(message); break;
  }
}

/// "[Originator@6876 sub=A opID=B user=C] message". A value ends where the next key begins: `sub` holds paths with
/// blanks in them.
void MessageReader::originator(std::string_view& message) {
  std::size_t end = message.find("] ");
  if (end == std::string_view::npos) end = message.find(']');
  if (end == std::string_view::npos) return;
  std::string_view inside = message.substr(kOriginator.size(), end - kOriginator.size());
  message.remove_prefix(std::min(end + 2, message.size()));
  const std::pair<std::string_view, text::Name> keys[] = {{"sub", sub_name_}, {"opID", op_id_}, {"sid", sid_},
                                                          {"user", user_},    {"item", {}},     {"update", {}}};
  const auto key_at = [&keys, inside](std::size_t at) -> const std::pair<std::string_view, text::Name>* {
    for (const auto& key : keys)
      if (inside.substr(at + 1, key.first.size()) == key.first && inside.substr(at + 1 + key.first.size(), 1) == "=")
        return &key;
    return nullptr;
  };
  std::string_view user;
  for (std::size_t at = inside.find(' '); at != std::string_view::npos;) {
    const auto* key = key_at(at);
    std::size_t next = inside.find(' ', at + 1);
    while (key != nullptr && next != std::string_view::npos && key_at(next) == nullptr)
      next = inside.find(' ', next + 1);
    if (key != nullptr) {
      const std::size_t begin = at + 1 + key->first.size() + 1;
      const std::string_view value = inside.substr(begin, next == std::string_view::npos ? next : next - begin);
      emitter_.add(key->second, value);
      if (key->first == "sub") sub_ = value;
      if (key->first == "user") user = value;
      if (key->first == "sid") emitter_.add(LogonId_, value);
      if (key->first == "opID") by_vim_cmd_ = starts_with(value, "vim-cmd-");
    }
    at = next;
  }
  account(user);
}

/// ESXi 5: "[5A4C1B70 info 'Vimsvc.TaskManager' opID=B user=C] message", by hostd or a daemon like it.
void MessageReader::old_bracket(std::string_view& message, Event& event) {
  const std::size_t end = message.find("] ");
  if (end == std::string_view::npos) return;
  std::string_view inside = message.substr(1, end - 1);
  message.remove_prefix(end + 2);
  event.channel = log_name::esxi_hostd;
  event.provider = "hostd";
  if (const auto quoted = between(inside, "'", "'")) {
    emitter_.add(sub_name_, *quoted);
    sub_ = *quoted;
  }
  std::string_view user;
  for (std::string_view rest = inside; !rest.empty();) {
    const std::string_view word = take_until(rest, " ");
    if (starts_with(word, "opID=")) {
      emitter_.add(op_id_, word.substr(5));
      by_vim_cmd_ = starts_with(word.substr(5), "vim-cmd-");
    }
    if (starts_with(word, "user=")) emitter_.add(user_, user = word.substr(5));
  }
  account(user);
}

/// Who asked, as the daemon knows it: "root", "vpxuser:CORP\ann". vim-cmd comes in as dcui, whoever typed it.
void MessageReader::account(std::string_view user) {
  if (user.empty() || (by_vim_cmd_ && user == "dcui")) return;
  constexpr std::string_view kBehind = "vpxuser:";
  emitter_.add(User_, starts_with(user, kBehind) ? user.substr(kBehind.size()) : user);
}

/// "[shell.cmd@6876 subject="root" ...] rest", the audit records of 7.0 and later: each parameter is a field of its
/// name. Returns what follows it; all of it when it is no such thing.
std::string_view MessageReader::structured_data(std::string_view message) {
  const std::size_t name_end = message.find_first_of(" ]");
  const std::string_view name = message.substr(1, name_end == std::string_view::npos ? 0 : name_end - 1);
  constexpr std::string_view kNumber = "@6876";
  if (name.size() <= kNumber.size() || name.substr(name.size() - kNumber.size()) != kNumber) return message;
  const std::string_view event_name = name.substr(0, name.size() - kNumber.size());
  emitter_.add(EventTypeId_, event_name);
  std::size_t at = name_end;
  while (at < message.size() && message[at] == ' ') {
    const std::size_t equals = message.find("=\"", at);
    if (equals == std::string_view::npos) return message;
    const std::string_view key = message.substr(at + 1, equals - at - 1);
    std::size_t end = equals + 2;
    while (end < message.size() && message[end] != '"') end += message[end] == '\\' ? 2u : 1u;
    if (end >= message.size()) return message;
    audit_parameter(event_name, key, message.substr(equals + 2, end - equals - 2));
    at = end + 1;
  }
  return message;
}

void MessageReader::audit_parameter(std::string_view sd_name, std::string_view name, std::string_view value) {
  constexpr std::size_t kNameMax = 64;
  if (name.size() <= kNameMax) emitter_.add(emitter_.name_in_log(name), value, unescape_sd);
  if (name == "subject") emitter_.add(User_, value, unescape_sd);
  if (name == "command" && sd_name == "shell.cmd") {
    emitter_.add(CommandLine_, value, unescape_sd);
    image(value);
  }
}

/// "[root]: esxcli vm process list"
void MessageReader::shell(const Line& line, std::string_view message) {
  if (is_number(line.pid)) emitter_.add_integer(ProcessId_, line.pid);
  if (!starts_with(message, "[")) return;
  const std::size_t end = message.find("]: ");
  if (end != std::string_view::npos) command(message.substr(1, end - 1), message.substr(end + 3));
}

void MessageReader::sshd(const Line& line, std::string_view message) {
  if (is_number(line.pid)) emitter_.add_integer(ProcessId_, line.pid);
  std::string_view rest = message;
  if (starts_with(rest, "User '") && holds(rest, "' running command '")) {
    rest.remove_prefix(6);
    const std::string_view user = take_until(rest, "' running command '");
    return command(user, rest.substr(0, rest.rfind('\'')));
  }
  login(message);
}

void MessageReader::command(std::string_view user, std::string_view line) {
  emitter_.add(User_, user);
  emitter_.add(CommandLine_, line);
  image(line);
}

/// The program of a command: a path as it was typed, a tool that ESXi has in /bin with that. Any other word may as well
/// be the shell's own.
void MessageReader::image(std::string_view line) {
  const std::string_view word = line.substr(0, line.find(' '));
  if (word.find('/') != std::string_view::npos)
    emitter_.add(Image_, word);
  else if (std::find(kTools.begin(), kTools.end(), word) != kTools.end())
    emitter_.add(Image_, word, &bin_path);
}

/// "Accepted keyboard-interactive/pam for root from 192.0.2.7 port 50000 ssh2", "Failed password for invalid user ...",
/// "Accepted password for user root from 192.0.2.7", "User root@192.0.2.7 logged in as ...".
void MessageReader::login(std::string_view text) {
  if (starts_with(text, "User ") && holds(text, " logged ")) {
    std::string_view who = text.substr(5);
    who = take_until(who, " logged ");
    const std::size_t at = who.rfind('@');
    if (at == std::string_view::npos) return;
    emitter_.add(User_, who.substr(0, at));
    return emitter_.add(SourceIp_, who.substr(at + 1));
  }
  bool asks = false;
  for (const std::string_view word : {"Accepted ", "Failed ", "Rejected ", "Postponed "})
    asks = asks || starts_with(text, word);
  if (!asks) return;
  std::string_view rest = text;
  take_until(rest, " for ");
  for (const std::string_view filler : {"invalid ", "user "})
    if (starts_with(rest, filler)) rest.remove_prefix(filler.size());
  const std::size_t from = rest.rfind(" from ");  // the account's name is the client's to choose
  if (from == std::string_view::npos) return;
  emitter_.add(User_, rest.substr(0, from));
  std::string_view address = rest.substr(from + 6);
  emitter_.add(SourceIp_, take_until(address, " "));
}

/// "[UserLevelCorrelator] 12us: [esx.audit.ssh.session.opened] SSH session was opened for 'root@192.0.2.7'."
void MessageReader::vobd(std::string_view message) {
  std::string_view rest = message;
  const std::size_t mark = rest.find("us: [");
  if (mark == std::string_view::npos) return;
  rest.remove_prefix(mark + 5);
  emitter_.add(EventTypeId_, take_until(rest, "] "));
  emitter_.add(EventText_, rest);
  if (const auto who = between(rest, " for '", "'")) {
    const std::size_t at = who->rfind('@');
    if (at == std::string_view::npos) return emitter_.add(User_, *who);
    emitter_.add(User_, who->substr(0, at));
    emitter_.add(SourceIp_, who->substr(at + 1));
  }
}

/// "cpu3:2099 opID=abc)World: 9: text"
void MessageReader::vmkernel(std::string_view message) {
  const std::size_t end = message.substr(0, 128).find(')');
  if (!starts_with(message, "cpu") || end == std::string_view::npos) return;
  std::string_view head = message.substr(0, end);
  take_until(head, ":");
  emitter_.add(world_, take_until(head, " "));
  if (starts_with(head, "opID=")) emitter_.add(op_id_, head.substr(5));
}

}  // namespace stopwarden::esxi
