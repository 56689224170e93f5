// SPDX-License-Identifier: Apache-2.0
#include "sources/journal/derived.h"

#include <algorithm>

#include "base/text.h"
#include "sources/messages/programs.h"

namespace stopwarden::journal {
namespace {

constexpr std::array<std::string_view, kFacts> kFactNames{
#define SW_FACT_NAME(id, name) name,
    SW_JOURNAL_FACTS(SW_FACT_NAME)
#undef SW_FACT_NAME
};

constexpr std::array<std::string_view, 24> kFacilities{"kern",   "user",   "mail",   "daemon", "auth",     "syslog",
                                                       "lpr",    "news",   "uucp",   "cron",   "authpriv", "ftp",
                                                       "ntp",    "audit",  "alert",  "clock",  "local0",   "local1",
                                                       "local2", "local3", "local4", "local5", "local6",   "local7"};
constexpr std::array<std::string_view, 8> kSeverities{"emerg",   "alert",  "crit", "err",
                                                      "warning", "notice", "info", "debug"};

struct UnitMessage {
  std::string_view id, event;
};
/// MESSAGE_ID of the service manager, whatever language its text is in: sd-messages.h and systemd's catalogue. The
/// words are those of messages/read_system.cpp.
constexpr UnitMessage kUnitMessages[] = {
    {"7d4958e842da4a758f6c1cdc7b36dcc5", "starting"},
    {"39f53479d3a045ac8e11786248231fbf", "started"},
    {"de5b426a63be47a7b6ac3eaac82e2f6f", "stopping"},
    {"9d1aaa27d60140bd96365438aad20286", "stopped"},
    {"be02cf6855d2428ba40df7e9d022f03d", "failed"},
    {"d34d037fff1847e6ae669a370e694725", "reloading"},
    {"7b05ebc668384222baa8881179cfda54", "reloaded"},
    {"7ad2d189f7e94e70a38c781354912448", "deactivated"},
    {"d9b373ed55a64feb8242e02dbe79a49c", "failed"},
    {"98e322203f7a4ed290d09fe03c09fe15", "main process exited"},
    {"5eb03494b6584870a536b337290809b3", "restart scheduled"},
    {"fe6faa94e7774663a0da52717891d8ef", "out of memory"},
};

/// An id the kernel uses for "none".
bool is_unset(std::string_view id) noexcept {
  return id.empty() || id == "4294967295" || id == "-1" || id == "unset" || id == "?";
}

template <std::size_t N>
std::string_view word_of(std::string_view number, const std::array<std::string_view, N>& words) noexcept {
  const auto n = parse_unsigned(number);
  return n && *n < N ? words[*n] : std::string_view{};
}

std::string_view identifier_of(const Facts& f) noexcept {
  return f.has(Fact::identifier) ? f[Fact::identifier] : f[Fact::comm];
}

bool is_audit(const Facts& f) noexcept { return f[Fact::transport] == "audit"; }

}  // namespace

std::span<const std::string_view, kFacts> fact_names() noexcept { return kFactNames; }

/// They repeat what other fields hold, so a search of all values does not need those that nobody names.
Derivation::Names::Names(const text::Emitter& emitter) {
#define SW_MADE(n) \
  if (const text::Name name = emitter.name(#n); name.id != kUnnamedField) n = name;
  SW_JOURNAL_MADE(SW_MADE)
#undef SW_MADE
}

Derivation::Derivation(const WantedFields& wanted)
    : reading_(SourceOptions{&wanted}), fields_(reading_), names_(reading_) {}

void Derivation::add(const text::Name& name, std::string_view text) {
  if (!name.wanted() || text.empty() || text == "?") return;
  for (const FieldValue& v : values_)
    if (v.field == *name.id) return;
  values_.push_back({*name.id, ValueKind::string, text});
}

void Derivation::add_event_of_unit(const Facts& f) {
  add(names_.UNIT, f[Fact::user_unit]);
  if (!f.has(Fact::message_id) || !names_.unit_event.wanted()) return;
  for (const UnitMessage& m : kUnitMessages)
    if (m.id == f[Fact::message_id]) add(names_.unit_event, m.event);
}

void Derivation::add_process(const Facts& f) {
  const bool audit = is_audit(f);
  const std::string_view pid = f.has(Fact::pid) ? f[Fact::pid] : f[Fact::syslog_pid];
  add(names_.Image, audit && f.has(Fact::audit_exe) ? f[Fact::audit_exe] : f[Fact::exe]);
  add(names_.CommandLine, audit && f.has(Fact::audit_cmd) ? f[Fact::audit_cmd] : f[Fact::command_line]);
  add(names_.pid, pid);
  add(names_.ProcessId, pid);
  if (!audit) return;
  add(names_.CurrentDirectory, f[Fact::audit_cwd]);
  add(names_.SourceIp, f[Fact::audit_addr]);
}

void Derivation::add_actor(const Facts& f) {
  if (!is_unset(f[Fact::session])) add(names_.LogonId, f[Fact::session]);
  const bool logged_in = !is_unset(f[Fact::login_uid]);
  if (!logged_in && f[Fact::pid] == "1") return;
  const std::string_view actor = logged_in ? f[Fact::login_uid] : f[Fact::uid];
  if (is_unset(actor)) return;
  add(names_.ActorUserId, actor);
  if (actor == "0") add(names_.User, "root");
}

std::span<const FieldValue> Derivation::derive(const Facts& f) {
  values_.clear();
  reading_.begin();
  const messages::Program* program = messages::find_program(identifier_of(f));
  if (program != nullptr && program->read != nullptr && f.has(Fact::message)) {
    program->read(f[Fact::message], fields_, reading_);
    reading_.for_each([this](FieldId id, ValueKind kind, std::string_view text) {
      if (id != kUnnamedField) values_.push_back({id, kind, text});
    });
  }
  if (f.has(Fact::message) && names_.message.wanted())
    values_.push_back({*names_.message.id, ValueKind::string, f[Fact::message]});
  add(names_.program, identifier_of(f));
  add(names_.appname, identifier_of(f));
  add(names_.facility, word_of(f[Fact::facility], kFacilities));
  add(names_.severity, word_of(f[Fact::priority], kSeverities));
  add(names_.host, f[Fact::host]);
  add_event_of_unit(f);
  add_process(f);
  add_actor(f);
  return values_;
}

std::string_view provider_of(const Facts& f) noexcept {
  if (is_audit(f)) return "audit";
  const messages::Program* program = messages::find_program(identifier_of(f));
  return program == nullptr ? std::string_view{} : program->provider;
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
