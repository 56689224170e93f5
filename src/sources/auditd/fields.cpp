// SPDX-License-Identifier: Apache-2.0
#include "sources/auditd/fields.h"

#include <algorithm>
#include <cstring>

#include "base/text.h"
#include "sources/auditd/decode.h"
#include "sources/auditd/syscalls.h"

namespace stopwarden::auditd {
namespace {

constexpr std::size_t kArgumentNames = 128;
constexpr std::string_view kOther = "OTHER", kRoot = "root";

/// Numbers and names that say "nobody": a login uid that was never set is -1 as 32 bits.
bool is_unset(std::string_view value) noexcept {
  return value.empty() || value == "4294967295" || value == "-1" || value == "unset" || value == "?" ||
         value == "(none)" || value == "(null)";
}

bool is_number(std::string_view value) noexcept {
  const std::string_view digits = value.substr(0, 1) == "-" ? value.substr(1) : value;
  if (digits.empty() || digits.size() > 20 || (digits.size() > 1 && digits[0] == '0')) return false;
  return std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
}

ValueKind kind_of(std::string_view value) noexcept {
  if (value.empty() || (value[0] > '9' || value[0] < '-')) return ValueKind::string;
  return is_number(value) ? ValueKind::integer : ValueKind::string;
}

bool sends_signal(std::string_view call) noexcept {
  return call == "kill" || call == "tkill" || call == "tgkill" || call == "rt_sigqueueinfo" ||
         call == "rt_tgsigqueueinfo" || call == "pidfd_send_signal";
}

/// Which argument holds the signal: kill(pid, sig), tgkill(tgid, tid, sig).
bool signal_is_third(std::string_view call) noexcept { return call == "tgkill" || call == "rt_tgsigqueueinfo"; }

/// Takes its directory as an argument, so that a relative path is not one of the working directory.
bool takes_directory(std::string_view call) noexcept {
  return call.size() > 2 && (call.substr(call.size() - 2) == "at" || call == "renameat2" || call == "openat2" ||
                             call == "faccessat2" || call == "fchmodat2");
}

/// AT_FDCWD as the log has it.
bool is_working_directory(std::string_view a0) noexcept {
  return a0 == "ffffff9c" || a0 == "ffffffffffffff9c" || a0 == "AT_FDCWD" || a0 == "0xffffff9c";
}

}  // namespace

EventFields::EventFields(text::Emitter& emitter) : emitter_(emitter), names_(emitter) {
  const auto name = [&](std::string_view field) { return emitter.name(field); };
  for (std::size_t i = 0; i < kArgumentNames; ++i) arguments_.push_back(name("a" + std::to_string(i)));
  type_ = name("type");
  node_ = name("node");
  image_ = name("Image");
  command_line_ = name("CommandLine");
  directory_ = name("CurrentDirectory");
  process_id_ = name("ProcessId");
  parent_id_ = name("ParentProcessId");
  user_ = name("User");
  actor_ = name("ActorUserId");
  logon_ = name("LogonId");
  target_ = name("TargetFilename");
  created_ = name("CreatedFilename");
  deleted_ = name("DeletedFilename");
  source_ip_ = name("SourceIp");
  destination_ip_ = name("DestinationIp");
  destination_port_ = name("DestinationPort");
  initiated_ = name("Initiated");
  call_name_ = name("SYSCALL");
  signal_ = name("sig");
  family_ = name("saddr_fam");
  address_ = name("laddr");
  port_ = name("lport");
  path_ = name("path");
  result_ = name("seresult");
  permissions_ = name("seperms");
}

void EventFields::begin() {
  emitter_.begin();
  begin_again();
}

void EventFields::begin_again() {
  facts_ = {};
  exec_bodies_.clear();
  paths_.clear();
  best_type_ = {};
  best_ = Part::end;
  interpreted_ = overflowed_ = false;
}

void EventFields::add(const Record& record) {
  note_provider(record, best_type_, best_);
  interpreted_ = record.interpreted;
  if (record.renamed)
    emitter_.add_made(type_, record.type);
  else
    emitter_.add(type_, record.type);
  if (!record.node.empty()) emitter_.add(node_, record.node);
  path_record_ = {};
  if (record.part == Part::exec && !interpreted_) {
    exec_bodies_.push_back(record.body);
    return;
  }
  if (record.body.substr(0, 4) == "avc:") add_avc(record.body);
  add_tokens(record.body);
  if (!path_record_.name.empty()) paths_.push_back(path_record_);
}

void EventFields::add_tokens(std::string_view body) {
  Token token;
  NameEntry* entry = nullptr;
  for (std::size_t at = 0; next_token(body, at, token);) {
    if (emitter_.size() >= kValuesMax) {
      overflowed_ = true;
      return;
    }
    entry = names_.entry(token.name, entry != nullptr ? entry : &first_);
    add_value(*entry, token);
  }
}

void EventFields::add_value(const NameEntry& entry, const Token& token) {
  if (entry.role != Role::none) note(entry.role, token);
  // An inner list of names comes as its names; `msg` is there as a whole, too.
  if ((token.quotes == Quotes::once && entry.role == Role::message) || token.quotes == Quotes::braces) {
    emitter_.add(entry.id, token.value);
    add_tokens(token.value);
    return;
  }
  const bool in_hex = entry.decode != Decode::none && !token.quoted() && !interpreted_ && is_hex_text(token.value);
  if (!in_hex)
    emitter_.add(entry.id, token.value, nullptr, kind_of(token.value));
  else if (entry.decode == Decode::key)
    add_keys(entry.id, token.value);
  else
    emitter_.add(entry.id, token.value, entry.decode == Decode::arguments ? &decode_arguments : &decode_hex);
}

/// Keeps what the taxonomy is made of.
void EventFields::note(Role role, const Token& token) {
  const auto keep = [&](std::string_view& fact) {
    if (fact.empty() || is_unset(fact)) fact = token.value;
  };
  const auto keep_text = [&](Text& fact) {
    if (fact.empty()) fact = {token.value, !token.quoted() && !interpreted_ && is_hex_text(token.value)};
  };
  switch (role) {
    case Role::pid: keep(facts_.pid); break;
    case Role::ppid: keep(facts_.ppid); break;
    case Role::uid: keep(facts_.uid); break;
    case Role::auid:
      if (token.before != "old") keep(facts_.auid);
      break;
    case Role::uid_name: keep(facts_.uid_name); break;
    case Role::auid_name: keep(facts_.auid_name); break;
    case Role::ses:
      if (token.before != "old") keep(facts_.ses);
      break;
    case Role::exe: keep_text(facts_.exe); break;
    case Role::cwd: keep_text(facts_.cwd); break;
    case Role::title: keep_text(facts_.title); break;
    case Role::command: keep_text(facts_.command); break;
    case Role::path: keep_text(path_record_.name); break;
    case Role::name_type: path_record_.kind = token.value; break;
    case Role::arch: keep(facts_.arch); break;
    case Role::call: keep(facts_.call); break;
    case Role::call_name: keep(facts_.call_name); break;
    case Role::a0: keep(facts_.a0); break;
    case Role::a1: keep(facts_.a1); break;
    case Role::a2: keep(facts_.a2); break;
    case Role::socket: keep(facts_.socket); break;
    case Role::socket_open: facts_.socket_open = true; break;
    case Role::address: keep(facts_.address); break;
    case Role::none:
    case Role::message: break;
  }
}

/// Keys of several rules: auditd puts 0x01 between them.
void EventFields::add_keys(text::Name id, std::string_view raw) {
  std::string_view keys = decode_hex(raw, emitter_.arena());
  while (!keys.empty()) {
    const std::size_t end = std::min(keys.find('\x01'), keys.size());
    if (end > 0) emitter_.add_made(id, keys.substr(0, end));
    keys.remove_prefix(std::min(end + 1, keys.size()));
  }
}

/// "avc:  denied  { read write } for ...": the two values that auparse calls seresult and seperms.
void EventFields::add_avc(std::string_view body) {
  std::string_view rest = body.substr(4);
  rest = rest.substr(std::min(rest.find_first_not_of(' '), rest.size()));
  const std::string_view result = rest.substr(0, rest.find(' '));
  if (result != "denied" && result != "granted") return;
  emitter_.add(result_, result);
  const std::size_t open = rest.find('{'), close = rest.find('}');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) return;
  emitter_.add(permissions_, trim(rest.substr(open + 1, close - open - 1)));
}

text::Name EventFields::argument_name(std::string_view name, std::size_t number) {
  return number < arguments_.size() ? arguments_[number] : names_.find(name).id;
}

/// a0 to aN of all EXECVE records, and the command line.
void EventFields::finish_arguments() {
  std::string_view body = exec_bodies_.front();
  if (exec_bodies_.size() > 1) {
    std::size_t size = 0;
    for (const std::string_view b : exec_bodies_) size += b.size() + 1;
    char* all = emitter_.arena().allocate(size);
    body = {all, size};
    for (const std::string_view b : exec_bodies_) {
      std::memcpy(all, b.data(), b.size());
      all += b.size();
      *all++ = ' ';
    }
  }
  Token first;
  std::size_t at = 0;
  if (next_token(body, at, first) && first.name == "argc")
    emitter_.add(names_.find("argc").id, first.value, nullptr, ValueKind::integer);
  text::Name of;  // the long argument whose pieces are at hand
  std::uint32_t number = 0;
  bool open = false;
  const auto end_piece = [&] {
    if (open) emitter_.add_made(of, emitter_.arena().copy(piece_));
    open = false;
  };
  for (ArgumentWalk walk(body); walk.next();) {
    if (walk.is_length()) continue;
    if (emitter_.size() >= kValuesMax) {
      overflowed_ = true;
      break;
    }
    if (!walk.is_piece() || walk.number() != number) end_piece();
    const text::Name name = argument_name(walk.name(), walk.number());
    if (!walk.is_piece()) {
      emitter_.add(name, walk.raw(), walk.in_hex() ? &decode_hex : nullptr);
      continue;
    }
    if (!open) piece_.clear();
    open = true;
    of = name;
    number = walk.number();
    if (name.wanted()) piece_ += walk.in_hex() ? decode_hex(walk.raw(), emitter_.arena()) : walk.raw();
  }
  end_piece();
  emitter_.add(command_line_, body, &join_execve);
}

void EventFields::add_text(text::Name id, const Text& text) {
  if (!text.empty() && !is_unset(text.raw)) emitter_.add(id, text.raw, text.in_hex ? &decode_hex : nullptr);
}

void EventFields::finish_call() {
  const auto arch = parse_hex(facts_.arch);
  const auto number = parse_unsigned(facts_.call);
  if (facts_.call_name.empty() && arch && number && *arch <= 0xFFFFFFFF && *number <= 0xFFFFFFFF) {
    facts_.call_name = syscall_name(static_cast<std::uint32_t>(*arch), static_cast<std::uint32_t>(*number));
    if (!facts_.call_name.empty()) emitter_.add_made(call_name_, facts_.call_name);
  }
  if (facts_.call_name.empty() && !facts_.call.empty() && !number) facts_.call_name = facts_.call;  // ausearch -i
  if (!sends_signal(facts_.call_name)) return;
  if (const auto signal = parse_hex(signal_is_third(facts_.call_name) ? facts_.a2 : facts_.a1); signal && *signal < 256)
    emitter_.add_made(signal_, decimal(*signal, emitter_.arena()), ValueKind::integer);
}

/// The login account first: it stays with a person through su and sudo; then the one that the process runs as.
void EventFields::finish_account() {
  const bool logged_in = !is_unset(facts_.auid);
  // What process 1 writes about units is nobody's doing as far as it knows.
  if (!logged_in && best_ == Part::alone && facts_.pid == "1") return;
  const auto named = [](std::string_view name, std::string_view number) {
    if (!is_unset(name)) return name;
    return number == "0" ? kRoot : number;
  };
  const std::string_view login = logged_in ? named(facts_.auid_name, facts_.auid) : std::string_view{};
  const std::string_view process = is_unset(facts_.uid) ? std::string_view{} : named(facts_.uid_name, facts_.uid);
  for (const std::string_view name : {login, process == login ? std::string_view{} : process}) {
    if (name.data() == kRoot.data())
      emitter_.add_made(user_, name);
    else if (!name.empty())
      emitter_.add(user_, name);
  }
  const std::string_view id = logged_in ? facts_.auid : facts_.uid;
  if (!is_unset(id)) emitter_.add(actor_, id);
  if (!is_unset(facts_.ses)) emitter_.add(logon_, facts_.ses);
}

/// Files that the call is about: not the directories they lie in, not the program of an execve.
void EventFields::finish_paths() {
  if (best_ == Part::exec || !(target_.wanted() || created_.wanted() || deleted_.wanted())) return;
  const bool in_directory = !takes_directory(facts_.call_name) || is_working_directory(facts_.a0);
  for (const PathRecord& path : paths_) {
    if (path.kind == "PARENT" || path.name.empty() || path.name.raw == "(null)") continue;
    const text::Name also = path.kind == "CREATE" ? created_ : path.kind == "DELETE" ? deleted_ : text::Name{};
    const std::string_view name =
        path.name.in_hex ? decode_hex(path.name.raw, emitter_.arena()) : std::string_view(path.name.raw);
    if (name.empty()) continue;
    const bool relative = name[0] != '/' && in_directory && !facts_.cwd.empty();
    for (const text::Name id : {target_, also}) {
      if (!id.wanted()) continue;
      if (relative)
        emitter_.add_made(id, below_directory(name));
      else if (path.name.in_hex)
        emitter_.add_made(id, name);
      else
        emitter_.add(id, name);
    }
  }
}

/// A relative path from the working directory.
std::string_view EventFields::below_directory(std::string_view name) {
  if (name.substr(0, 2) == "./") name.remove_prefix(2);
  Arena& arena = emitter_.arena();
  const std::string_view cwd = facts_.cwd.in_hex ? decode_hex(facts_.cwd.raw, arena) : facts_.cwd.raw;
  char* out = arena.allocate(cwd.size() + name.size() + 1);
  std::memcpy(out, cwd.data(), cwd.size());
  std::size_t size = cwd.size();
  if (cwd.empty() || cwd.back() != '/') out[size++] = '/';
  std::memcpy(out + size, name.data(), name.size());
  return {out, size + name.size()};
}

void EventFields::finish_socket() {
  if (facts_.socket.empty()) return;
  const auto address = decode_address(facts_.socket, emitter_.arena());
  if (!address) return;
  const std::string_view port = address->port == 0 ? std::string_view{} : decimal(address->port, emitter_.arena());
  const bool local = address->family == "local";
  if (!facts_.socket_open) {  // auditd's own names, where it did not add them
    emitter_.add_made(family_, address->family);
    emitter_.add_made(local ? path_ : address_, address->text);
    if (!port.empty()) emitter_.add_made(port_, port, ValueKind::integer);
  }
  if (local || facts_.call_name != "connect") return;
  emitter_.add_made(destination_ip_, address->text);
  if (!port.empty()) emitter_.add_made(destination_port_, port, ValueKind::integer);
  emitter_.add_made(initiated_, "true", ValueKind::boolean);
}

void EventFields::note_provider(const Record& record, std::string_view& type, Part& part) noexcept {
  if (!type.empty() && record.part <= part) return;
  part = record.part;
  type = record.known ? record.type : kOther;
}

std::string_view EventFields::finish() {
  finish_call();
  add_text(image_, facts_.exe);
  if (!exec_bodies_.empty())
    finish_arguments();
  else if (!facts_.command.empty())
    add_text(command_line_, facts_.command);
  else if (!facts_.title.empty())
    emitter_.add(command_line_, facts_.title.raw, facts_.title.in_hex ? &decode_arguments : nullptr);
  add_text(directory_, facts_.cwd);
  if (!is_unset(facts_.pid)) emitter_.add_integer(process_id_, facts_.pid);
  if (!is_unset(facts_.ppid)) emitter_.add_integer(parent_id_, facts_.ppid);
  finish_account();
  finish_paths();
  finish_socket();
  if (facts_.address.find_first_of(".:") != std::string_view::npos) emitter_.add(source_ip_, facts_.address);
  return best_type_.empty() ? kOther : best_type_;
}

}  // namespace stopwarden::auditd
