// SPDX-License-Identifier: Apache-2.0
#include "sources/json/shapes_macos.h"

#include <array>
#include <charconv>

#include "base/argv.h"
#include "base/text.h"
#include "event/launchd.h"
#include "event/macos_names.h"

namespace stopwarden::json {
namespace {

constexpr std::array kEsloggerAliases{
    Alias{"time", "", Role::time},
};

// userID, processID: of the process that logged. The log of a machine does not name it.
constexpr std::array kUnifiedLogAliases{
    Alias{"timestamp", "", Role::time},
    Alias{"processImagePath", "Image"},
    Alias{"processID", "ProcessId"},
    Alias{"eventMessage", "message"},
    Alias{"creatorActivityID", "activityIdentifier"},
};

// Artemis and other programs that stand on the Rust library macos-unifiedlogs.
constexpr std::array kUnifiedLogArtemisAliases{
    Alias{"timestamp", "", Role::time},  Alias{"time", "", Role::time, 1},
    Alias{"process", "Image"},           Alias{"process", "processImagePath"},
    Alias{"library", "senderImagePath"}, Alias{"pid", "ProcessId"},
    Alias{"pid", "processID"},           Alias{"message", "eventMessage"},
    Alias{"log_type", "messageType"},
};

/// Values of one object by name, and what they are added as.
class Reader {
 public:
  Reader(const Tree& tree, DerivedValues& out) : tree_(tree), out_(out) {}

  /// The node at `path` below `from`; 0 when there is none. `from` 0: nothing is there.
  std::uint32_t at(std::uint32_t from, std::initializer_list<std::string_view> path) const {
    for (const std::string_view name : path) {
      if (from == 0 || tree_.node(from).type != NodeType::object) return 0;
      from = tree_.find(from, name);
    }
    return from;
  }
  std::string_view text(std::uint32_t node) const {
    if (node == 0) return {};
    const Node& n = tree_.node(node);
    return n.type == NodeType::string ? unescape(n.raw, out_.arena()) : n.type == NodeType::number ? n.raw : "";
  }
  void add(std::string_view field, std::uint32_t node) {
    if (node == 0) return;
    const NodeType type = tree_.node(node).type;
    if (type != NodeType::string && type != NodeType::number) return;
    if (!out_.wants(field)) return;
    out_.add(field, type == NodeType::number ? ValueKind::integer : ValueKind::string, text(node));
  }
  void add_text(std::string_view field, std::string_view value) {
    if (!value.empty()) out_.add(field, ValueKind::string, value);
  }
  /// Elements of an array of texts, as one command line.
  void add_joined(std::string_view field, std::uint32_t array) {
    if (array == 0 || tree_.node(array).type != NodeType::array || !out_.wants(field)) return;
    const auto each = [this, array](const auto& use) {
      const std::uint32_t end = tree_.node(array).next;
      for (std::uint32_t i = array + 1; i < end; i = tree_.node(i).next)
        if (tree_.node(i).type == NodeType::string) use(unescape(tree_.node(i).raw, out_.arena()));
    };
    out_.add(field, ValueKind::string, join_argv(each, out_.arena()));
  }
  /// folder + "/" + name
  void add_path(std::string_view field, std::uint32_t folder, std::uint32_t name) {
    if (name == 0 || !out_.wants(field)) return;
    const std::string_view a = text(folder), b = text(name);
    const bool slash = a.empty() || a.back() != '/';
    char* const begin = out_.arena().allocate(a.size() + 1 + b.size());
    char* at = begin + a.copy(begin, a.size());
    if (slash) *at++ = '/';
    at += b.copy(at, b.size());
    out_.add(field, ValueKind::string, {begin, static_cast<std::size_t>(at - begin)});
  }
  DerivedValues& out() { return out_; }
  const Tree& tree() const { return tree_; }

 private:
  const Tree& tree_;
  DerivedValues& out_;
};

/// "event": {"exec": {...}}: its one member, 0 when it is none of an event's.
std::uint32_t event_body(const Tree& tree, std::uint32_t root) {
  const std::uint32_t event = tree.find(root, "event");
  if (event == 0 || tree.node(event).type != NodeType::object || tree.node(event).next == event + 1) return 0;
  return event + 1;
}

constexpr std::string_view kNobody = "4294967295";  // AU_DEFAUDITID: nobody logged in

/// The account behind a process: the audit user id, which sudo and su keep; the effective one when there is none.
std::uint32_t account_of(const Reader& r, std::uint32_t process) {
  const std::uint32_t audit = r.at(process, {"audit_token", "auid"});
  if (audit != 0 && r.tree().node(audit).raw != kNobody && r.tree().node(audit).raw != "-1") return audit;
  return r.at(process, {"audit_token", "euid"});
}

/// `user`: a name, `uid`: its number, where the event has them; 0: the process's account.
void add_process(Reader& r, std::uint32_t process, std::uint32_t user = 0, std::uint32_t uid = 0) {
  r.add("Image", r.at(process, {"executable", "path"}));
  r.add("ProcessId", r.at(process, {"audit_token", "pid"}));
  r.add("ParentProcessId", r.at(process, {"ppid"}));
  const std::uint32_t account = account_of(r, process);
  r.add("User", user != 0 ? user : account);
  r.add("ActorUserId", uid != 0 || user != 0 ? uid : account);
  r.add("LogonId", r.at(process, {"audit_token", "asid"}));
}

/// Where a new name comes to lie: create, rename.
void add_destination(Reader& r, std::uint32_t body) {
  const std::uint32_t old = r.at(body, {"destination", "existing_file", "path"});
  if (old != 0) return r.add("TargetFilename", old);
  const std::uint32_t made = r.at(body, {"destination", "new_path"});
  r.add_path("TargetFilename", r.at(made, {"dir", "path"}), r.at(made, {"filename"}));
}

/// "file:///Library/LaunchDaemons/com.example%20db.plist" as a path; another text as it is.
std::string_view path_of_url(std::string_view url, Arena& arena) {
  constexpr std::string_view kFile = "file://";
  if (url.substr(0, kFile.size()) != kFile) return url;
  url.remove_prefix(kFile.size());
  if (url.find('%') == url.npos) return url;
  char* const begin = arena.allocate(url.size());
  char* out = begin;
  for (std::size_t i = 0; i < url.size(); ++i) {
    const auto byte = url[i] == '%' && url.size() - i > 2 ? parse_hex(url.substr(i + 1, 2)) : std::nullopt;
    *out++ = byte ? static_cast<char>(*byte) : url[i];
    if (byte) i += 2;
  }
  return {begin, static_cast<std::size_t>(out - begin)};
}

/// The signal in a wait status: sys/wait.h.
void add_exit_signal(Reader& r, std::uint32_t body) {
  const auto status = parse_unsigned(r.text(r.at(body, {"stat"})));
  if (!status || (*status & 0x7F) == 0 || (*status & 0x7F) == 0x7F) return;
  constexpr std::size_t kDigits = 3;
  char* const begin = r.out().arena().allocate(kDigits);
  const auto end = std::to_chars(begin, begin + kDigits, *status & 0x7F).ptr;
  r.out().add("SignalNumber", ValueKind::integer, {begin, static_cast<std::size_t>(end - begin)});
}

void add_exec(Reader& r, std::uint32_t body, std::uint32_t actor) {
  add_process(r, r.at(body, {"target"}));
  r.add_joined("CommandLine", r.at(body, {"args"}));
  r.add("CurrentDirectory", r.at(body, {"cwd", "path"}));
  // The image that is replaced is the parent's: it forked, and the copy is what becomes another program.
  r.add("ParentImage", r.at(actor, {"executable", "path"}));
}

void add_launch_item(Reader& r, std::uint32_t body) {
  const std::string_view path = path_of_url(r.text(r.at(body, {"item", "item_url"})), r.out().arena());
  r.add_text("TargetFilename", path);
  r.add_text("ServiceLabel", macos::launchd_label_of_plist(path));
}

/// Where the fields of one kind of event stand.
void add_body(Reader& r, std::string_view name, std::uint32_t body) {
  const auto file = [&](std::initializer_list<std::string_view> path) { r.add("TargetFilename", r.at(body, path)); };
  if (name == "signal" || name == "proc_suspend_resume" || name == "trace" || name == "get_task") {
    r.add("TargetImage", r.at(body, {"target", "executable", "path"}));
    r.add("TargetProcessId", r.at(body, {"target", "audit_token", "pid"}));
    r.add("TargetParentProcessId", r.at(body, {"target", "ppid"}));
    r.add("SignalNumber", r.at(body, {"sig"}));
  } else if (name == "exit") {
    add_exit_signal(r, body);
  } else if (name == "create") {
    add_destination(r, body);
  } else if (name == "rename") {
    add_destination(r, body);
    r.add("SourceFilename", r.at(body, {"source", "path"}));
  } else if (name == "clone" || name == "copyfile") {
    const std::uint32_t existing = r.at(body, {"target_file", "path"});
    if (existing != 0) r.add("TargetFilename", existing);
    if (existing == 0) r.add_path("TargetFilename", r.at(body, {"target_dir", "path"}), r.at(body, {"target_name"}));
    r.add("SourceFilename", r.at(body, {"source", "path"}));
  } else if (name == "link") {
    r.add_path("TargetFilename", r.at(body, {"target_dir", "path"}), r.at(body, {"target_filename"}));
    r.add("SourceFilename", r.at(body, {"source", "path"}));
  } else if (name == "exchangedata") {
    file({"file1", "path"});
    file({"file2", "path"});
  } else if (name == "open" || name == "uipc_connect") {
    file({"file", "path"});
  } else if (name == "btm_launch_item_add" || name == "btm_launch_item_remove") {
    add_launch_item(r, body);
  } else if (name == "mount" || name == "unmount") {
    file({"statfs", "f_mntonname"});
  } else if (name == "uipc_bind") {
    r.add_path("TargetFilename", r.at(body, {"dir", "path"}), r.at(body, {"filename"}));
  } else {
    file({"target", "path"});  // unlink, write, close, truncate, setmode, setowner, setflags, setextattr, ...
  }
}

/// An event of a process that acts; some name the accounts: who did it, and as whom.
void add_act(Reader& r, std::string_view name, std::uint32_t body, std::uint32_t actor) {
  if (name == "sudo" || name == "su") {
    add_process(r, actor, r.at(body, {"from_username"}), r.at(body, {"from_uid"}));
    r.add("TargetUserName", r.at(body, {"to_username"}));
    r.add("CommandLine", r.at(body, {"command"}));
    r.add_joined("CommandLine", r.at(body, {"argv"}));
    return;
  }
  std::uint32_t user = r.at(body, {"username"});                  // openssh_login, login_login, lw_session_login, ...
  if (user == 0) user = r.at(body, {"authentication_username"});  // screensharing_attach
  add_process(r, actor, user, r.at(body, {"uid"}));
  r.add("SourceIp", r.at(body, {"source_address"}));
}

}  // namespace

constinit const PathRules kEsloggerPaths{Naming::dotted, "", kEsloggerAliases, {}, {}, false};
constinit const PathRules kUnifiedLogPaths{Naming::dotted, "", kUnifiedLogAliases, {}, {}, false};
constinit const PathRules kUnifiedLogArtemisPaths{Naming::dotted, "", kUnifiedLogArtemisAliases, {}, {}, false};

// Older versions have no global_seq_num; a program that wraps the library itself may leave mach_time out.
bool is_eslogger(const Marks& m) {
  return m.has(Mark::event_type_low) && (m.has(Mark::global_seq_num) || m.has(Mark::mach_time)) &&
         m.has(Mark::event_low);
}
bool is_unified_log(const Marks& m) {
  return m.has(Mark::event_message) && (m.has(Mark::mach_timestamp) || m.has(Mark::process_image_path));
}
bool is_unified_log_artemis(const Marks& m) { return m.has(Mark::raw_message) && m.has(Mark::process_uuid); }

void eslogger_head(const Tree& tree, std::uint32_t root, Arena&, Event& event) {
  if (const std::uint32_t body = event_body(tree, root))
    event.provider = macos::known(macos::kEvents, tree.key_of(tree.node(body)).text);
}

void eslogger_fields(const Tree& tree, std::uint32_t root, DerivedValues& out) {
  Reader r(tree, out);
  const std::uint32_t actor = tree.find(root, "process"), body = event_body(tree, root);
  const std::string_view name = body == 0 ? std::string_view{} : tree.key_of(tree.node(body)).text;
  r.add_text("EventName", name);
  if (name == "exec") {
    add_exec(r, body, actor);
  } else {
    // Signals, launch items and profiles name the one that a daemon acts for.
    const std::uint32_t instigator = r.at(body, {"instigator"});
    const bool is_known = instigator != 0 && tree.node(instigator).type == NodeType::object;
    add_act(r, name, body, is_known ? instigator : actor);
    add_body(r, name, body);
  }
}

namespace {

std::uint32_t logging_program(const Tree& tree, std::uint32_t root) {
  const std::uint32_t path = tree.find(root, "processImagePath");
  return path != 0 ? path : tree.find(root, "process");
}

}  // namespace

void unified_log_head(const Tree& tree, std::uint32_t root, Arena& arena, Event& event) {
  const std::uint32_t path = logging_program(tree, root);
  if (path != 0 && tree.node(path).type == NodeType::string)
    event.provider = macos::program_of(unescape(tree.node(path).raw, arena));
}

void unified_log_fields(const Tree& tree, std::uint32_t root, DerivedValues& out) {
  Reader r(tree, out);
  const std::string_view path = r.text(logging_program(tree, root));
  r.add_text("process", path.substr(path.rfind('/') + 1));
  if (macos::program_of(path) != "launchd") {
    std::uint32_t user = tree.find(root, "userID");
    if (user == 0) user = tree.find(root, "euid");
    r.add("User", user);
    r.add("ActorUserId", user);
    return;
  }
  // launchd acts for others: its own account says nothing about who asked.
  std::uint32_t message = tree.find(root, "eventMessage");
  if (message == 0) message = tree.find(root, "message");
  const macos::LaunchdMessage m = macos::read_launchd_message(r.text(tree.find(root, "subsystem")), r.text(message));
  r.add_text("ServiceLabel", m.label);
  r.add_text("ServiceDomain", m.domain);
  r.add_text("SignalName", m.signal);
  r.add_text("RequestedBy", m.requested_by);
  r.add_text("LaunchdMessage", m.text);
}

}  // namespace stopwarden::json
