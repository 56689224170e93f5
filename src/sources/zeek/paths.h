// SPDX-License-Identifier: Apache-2.0
// The logs of Zeek by name ("path"), for the table form and the JSON form alike.
#pragma once
#include <array>
#include <string_view>

namespace stopwarden::zeek {

/// Whose machine is spoken of: in the logs of protocols that act on the responder, that one.
enum class Host : unsigned char { none, responder };

/// A log that scripts of Zeek's own distribution write, or a widely used package.
struct LogPath {
  std::string_view path;
  Host host = Host::none;
};

inline constexpr std::array kLogPaths{
    LogPath{"analyzer"},
    LogPath{"bacnet", Host::responder},
    LogPath{"broker"},
    LogPath{"capture_loss"},
    LogPath{"cluster"},
    LogPath{"config"},
    LogPath{"conn"},
    LogPath{"dce_rpc", Host::responder},
    LogPath{"dhcp"},
    LogPath{"dnp3", Host::responder},
    LogPath{"dns"},
    LogPath{"dpd"},
    LogPath{"enip", Host::responder},
    LogPath{"files"},
    LogPath{"ftp", Host::responder},
    LogPath{"http"},
    LogPath{"intel"},
    LogPath{"irc"},
    LogPath{"kerberos"},
    LogPath{"known_certs"},
    LogPath{"known_hosts"},
    LogPath{"known_services"},
    LogPath{"ldap"},
    LogPath{"ldap_search"},
    LogPath{"loaded_scripts"},
    LogPath{"modbus", Host::responder},
    LogPath{"mqtt_connect"},
    LogPath{"mqtt_publish"},
    LogPath{"mqtt_subscribe"},
    LogPath{"mysql", Host::responder},
    LogPath{"notice"},
    LogPath{"notice_alarm"},
    LogPath{"ntlm", Host::responder},
    LogPath{"ntp"},
    LogPath{"ocsp"},
    LogPath{"packet_filter"},
    LogPath{"pe"},
    LogPath{"postgresql", Host::responder},
    LogPath{"print"},
    LogPath{"quic"},
    LogPath{"radius"},
    LogPath{"rdp", Host::responder},
    LogPath{"redis", Host::responder},
    LogPath{"reporter"},
    LogPath{"rfb", Host::responder},
    LogPath{"s7comm", Host::responder},
    LogPath{"signatures"},
    LogPath{"sip"},
    LogPath{"smb_cmd", Host::responder},
    LogPath{"smb_files", Host::responder},
    LogPath{"smb_mapping", Host::responder},
    LogPath{"smtp"},
    LogPath{"snmp", Host::responder},
    LogPath{"socks"},
    LogPath{"software"},
    LogPath{"ssh", Host::responder},
    LogPath{"ssl"},
    LogPath{"stats"},
    LogPath{"stderr"},
    LogPath{"stdout"},
    LogPath{"syslog"},
    LogPath{"telemetry"},
    LogPath{"traceroute"},
    LogPath{"tunnel"},
    LogPath{"weird"},
    LogPath{"weird_stats"},
    LogPath{"websocket"},
    LogPath{"wireguard"},
    LogPath{"x509"},
};

/// The row of a log, nullptr for one that is not listed: what names a log must not make a kind of event of its own.
constexpr const LogPath* known_log(std::string_view path) noexcept {
  for (const LogPath& row : kLogPaths)
    if (row.path == path) return &row;
  return nullptr;
}

/// A column that also has a name of the Sigma taxonomy; `path`: in that log only, empty: in every log.
struct TaxonomyName {
  std::string_view path, column, name;
};
inline constexpr std::array kTaxonomyNames{
    TaxonomyName{"", "id.orig_h", "SourceIp"},
    TaxonomyName{"", "id.orig_p", "SourcePort"},
    TaxonomyName{"", "id.resp_h", "DestinationIp"},
    TaxonomyName{"", "id.resp_p", "DestinationPort"},
    TaxonomyName{"ntlm", "username", "User"},
    TaxonomyName{"kerberos", "client", "User"},
    TaxonomyName{"ftp", "user", "User"},
    TaxonomyName{"http", "username", "User"},
    TaxonomyName{"rdp", "cookie", "User"},
    TaxonomyName{"dns", "query", "QueryName"},
    TaxonomyName{"smb_files", "path", "ShareName"},
    TaxonomyName{"smb_files", "name", "RelativeTargetName"},
    TaxonomyName{"smb_mapping", "path", "ShareName"},
};

}  // namespace stopwarden::zeek
