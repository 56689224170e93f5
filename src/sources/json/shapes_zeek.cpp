// SPDX-License-Identifier: Apache-2.0
#include "sources/json/shapes_zeek.h"

#include "sources/zeek/paths.h"

namespace stopwarden::json {
namespace {

/// Members that tell a log when nothing names it. An empty second one asks for nothing.
struct Tell {
  std::string_view first, second, path;
};
constexpr std::array kTells{
    Tell{"endpoint", "operation", "dce_rpc"},
    Tell{"named_pipe", "", "dce_rpc"},
    Tell{"conn_state", "", "conn"},
    Tell{"share_type", "", "smb_mapping"},
    Tell{"action", "name", "smb_files"},
    Tell{"action", "path", "smb_files"},
    Tell{"request_type", "", "kerberos"},
    Tell{"qtype_name", "", "dns"},
    Tell{"rcode", "trans_id", "dns"},
    Tell{"status_code", "method", "http"},
    Tell{"method", "uri", "http"},
    Tell{"user_agent", "trans_depth", "http"},
    Tell{"security_protocol", "", "rdp"},
    Tell{"cookie", "result", "rdp"},
    Tell{"auth_attempts", "", "ssh"},
    Tell{"server_name", "established", "ssl"},
    Tell{"cipher", "established", "ssl"},
    Tell{"server_nb_computer_name", "", "ntlm"},
    Tell{"domainname", "username", "ntlm"},
    Tell{"certificate.serial", "", "x509"},
    Tell{"fuid", "source", "files"},
    Tell{"note", "msg", "notice"},
};

std::string_view text_of(const Tree& tree, std::uint32_t root, std::string_view key) {
  const std::uint32_t node = tree.find(root, key);
  return node != 0 && tree.node(node).type == NodeType::string ? tree.node(node).raw : std::string_view{};
}

const zeek::LogPath* log_of(const Tree& tree, std::uint32_t root) {
  if (tree.find(root, "_path") != 0) return zeek::known_log(text_of(tree, root, "_path"));
  for (const Tell& tell : kTells)
    if (tree.find(root, tell.first) != 0 && (tell.second.empty() || tree.find(root, tell.second) != 0))
      return zeek::known_log(tell.path);
  return nullptr;
}

}  // namespace

bool is_zeek(const Marks& m) { return m.has(Mark::zeek_time) && (m.has(Mark::zeek_path) || m.has(Mark::zeek_member)); }

void zeek_head(const Tree& tree, std::uint32_t root, Arena& arena, Event& event) {
  const zeek::LogPath* log = log_of(tree, root);
  event.provider = log == nullptr ? std::string_view{} : log->path;
  if (log != nullptr && log->host == zeek::Host::responder)
    event.host = unescape(text_of(tree, root, "id.resp_h"), arena);
}

void zeek_derive(const Tree& tree, std::uint32_t root, DerivedValues& out) {
  const zeek::LogPath* log = nullptr;
  for (const zeek::TaxonomyName& row : zeek::kTaxonomyNames) {
    if (row.path.empty() || !out.wants(row.name)) continue;
    if (log == nullptr) log = log_of(tree, root);
    if (log == nullptr) return;
    if (row.path != log->path) continue;
    const std::uint32_t node = tree.find(root, row.column);
    if (node != 0 && tree.node(node).type == NodeType::string)
      out.add(row.name, ValueKind::string, unescape(tree.node(node).raw, out.arena()));
  }
}

}  // namespace stopwarden::json
