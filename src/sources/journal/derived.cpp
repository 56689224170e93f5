// SPDX-License-Identifier: Apache-2.0
#include "sources/journal/derived.h"

#include "base/text.h"
#include "event/program_name.h"

namespace stopwarden::journal {
namespace {

constexpr std::array<std::string_view, kFacts> kFactNames{
#define SW_FACT_NAME(id, name) name,
    SW_JOURNAL_FACTS(SW_FACT_NAME)
#undef SW_FACT_NAME
};

constexpr std::array<std::string_view, kMade> kMadeNames{
    "message",   "program",          "pid",  "facility",    "severity", "host",    "Image", "CommandLine",
    "ProcessId", "CurrentDirectory", "User", "ActorUserId", "LogonId",  "SourceIp"};

constexpr std::array<std::string_view, 24> kFacilities{
    "kern",   "user",   "mail",     "daemon", "auth",   "syslog",   "lpr",     "news",
    "uucp",   "cron",   "authpriv", "ftp",    "ntp",    "security", "console", "solaris-cron",
    "local0", "local1", "local2",   "local3", "local4", "local5",   "local6",  "local7"};
constexpr std::array<std::string_view, 8> kSeverities{"emerg",   "alert",  "crit", "err",
                                                      "warning", "notice", "info", "debug"};

/// An id the kernel uses for "none".
bool is_unset(std::string_view id) noexcept { return id.empty() || id == "4294967295" || id == "-1" || id == "unset"; }

template <std::size_t N>
std::string_view word_of(std::string_view number, const std::array<std::string_view, N>& words) noexcept {
  const auto n = parse_unsigned(number);
  return n && *n < N ? words[*n] : std::string_view{};
}

}  // namespace

std::span<const std::string_view, kFacts> fact_names() noexcept { return kFactNames; }
std::span<const std::string_view, kMade> made_names() noexcept { return kMadeNames; }

void make_values(const Facts& f, MadeValues& out) {
  const auto add = [&out](Made field, std::string_view text) {
    if (!text.empty() && text != "?") out.add(field, text);
  };
  if (f.has(Fact::message)) out.add(Made::message, f[Fact::message]);
  add(Made::program, f.has(Fact::identifier) ? f[Fact::identifier] : f[Fact::comm]);
  const std::string_view pid = f.has(Fact::pid) ? f[Fact::pid] : f[Fact::syslog_pid];
  add(Made::pid, pid);
  add(Made::facility, word_of(f[Fact::facility], kFacilities));
  add(Made::severity, word_of(f[Fact::priority], kSeverities));
  add(Made::host, f[Fact::host]);
  const bool audit = f[Fact::transport] == "audit";
  add(Made::image, audit && f.has(Fact::audit_exe) ? f[Fact::audit_exe] : f[Fact::exe]);
  add(Made::command_line, audit && f.has(Fact::audit_cmd) ? f[Fact::audit_cmd] : f[Fact::command_line]);
  add(Made::process_id, pid);
  if (audit) {
    add(Made::current_directory, f[Fact::audit_cwd]);
    add(Made::source_ip, f[Fact::audit_addr]);
  }
  const bool logged_in = !is_unset(f[Fact::login_uid]);
  if (logged_in || f[Fact::pid] != "1") {
    const std::string_view actor = logged_in ? f[Fact::login_uid] : f[Fact::uid];
    if (!is_unset(actor)) {
      add(Made::actor_user_id, actor);
      if (actor == "0") add(Made::user, "root");
    }
  }
  if (!is_unset(f[Fact::session])) add(Made::logon_id, f[Fact::session]);
}

std::string_view provider_of(const Facts& f) noexcept {
  if (f[Fact::transport] == "audit") return "audit";
  if (f.has(Fact::identifier)) return known_program(f[Fact::identifier]);
  return known_program(f[Fact::comm]);
}

std::optional<EventTime> event_time(std::optional<std::uint64_t> realtime, std::string_view source_realtime) noexcept {
  auto micros = realtime;
  if (const auto source = parse_unsigned(source_realtime);
      source && *source != 0 && (!realtime || *source <= *realtime))
    micros = source;
  if (!micros || *micros == 0 || *micros > static_cast<std::uint64_t>(INT64_MAX) / 1000) return std::nullopt;
  return EventTime(std::chrono::microseconds(static_cast<std::int64_t>(*micros)));
}

std::optional<std::uint64_t> seqnum_of(const Facts& f) noexcept {
  if (f.has(Fact::seqnum)) return parse_unsigned(f[Fact::seqnum]);
  const std::string_view cursor = f[Fact::cursor];
  constexpr std::string_view kMark = ";i=";
  const std::size_t at = cursor.find(kMark);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view rest = cursor.substr(at + kMark.size());
  return parse_hex(rest.substr(0, rest.find(';')));
}

}  // namespace stopwarden::journal
