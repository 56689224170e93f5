// SPDX-License-Identifier: Apache-2.0
#include "finding/build.h"

#include <algorithm>
#include <array>

#include "base/digest.h"
#include "base/text.h"
#include "event/catalogue.h"
#include "finding/message.h"
#include "finding/redact.h"
#include "finding/rule_part.h"

namespace stopwarden {
namespace {

using field::Number;

/// Fields of the catalogue that a finding reads.
constexpr std::array kFields{
    Number::Security_UserID,
    Number::Execution_ProcessID,
    Number::Image,
    Number::NewProcessName,
    Number::ProcessName,
    Number::SourceImage,
    Number::CommandLine,
    Number::ProcessId,
    Number::NewProcessId,
    Number::ParentImage,
    Number::ParentProcessName,
    Number::ParentCommandLine,
    Number::ParentProcessId,
    Number::User,
    Number::UserName,
    Number::SubjectUserName,
    Number::SubjectDomainName,
    Number::SubjectUserSid,
    Number::SubjectLogonId,
    Number::LogonId,
    Number::ActorUserId,
    Number::TargetUserName,
    Number::IpAddress,
    Number::SourceIp,
    Number::ContextInfo,
    Number::TargetObject,
};

/// Fields beyond the catalogue.
constexpr std::string_view kTargetDomain = "TargetDomainName", kTargetSid = "TargetUserSid",
                           kTargetLogon = "TargetLogonId";

/// Providers whose records carry, as Security_UserID, the account that asked and not the one that wrote.
struct CallerProvider {
  std::string_view provider;
  std::array<std::uint32_t, 4> event_ids;  ///< zeros: all
};
constexpr std::array kCallerProviders{
    CallerProvider{"Service Control Manager", {7035, 7040, 7042, 7045}},  // services.exe logs as its client
    CallerProvider{"Microsoft-Windows-PowerShell", {}},                   // written by the user's own process
    CallerProvider{"PowerShellCore", {}},
    CallerProvider{"MsiInstaller", {}},  // logs the account that runs the installation
    CallerProvider{"User32", {1074, 0, 0, 0}},
};

bool logs_its_caller(const Event& event) noexcept {
  for (const CallerProvider& row : kCallerProviders) {
    if (!equal_ignore_ascii_case(event.provider, row.provider)) continue;
    if (row.event_ids[0] == 0) return true;
    return event.event_id &&
           std::find(row.event_ids.begin(), row.event_ids.end(), *event.event_id) != row.event_ids.end();
  }
  return false;
}

bool is_powershell(const Event& event) noexcept {
  return equal_ignore_ascii_case(event.provider, "Microsoft-Windows-PowerShell") ||
         equal_ignore_ascii_case(event.provider, "PowerShellCore") ||
         equal_ignore_ascii_case(event.channel, "Microsoft-Windows-PowerShell/Operational") ||
         equal_ignore_ascii_case(event.channel, "PowerShellCore/Operational");
}

/// What a log writes where it has nothing to say.
bool says_nothing(std::string_view v) noexcept {
  return v.empty() || v == "-" || v == "S-1-0-0" || v == "0x0" || v == "None" || v == "NULL";
}

std::string_view first(const Event& event, FieldId id) noexcept {
  for (const FieldValue& v : event.fields)
    if (v.field == id && !says_nothing(v.text)) return v.text;
  return {};
}

std::string_view first(const Event& event, std::initializer_list<Number> names) noexcept {
  for (const Number name : names)
    if (const std::string_view v = first(event, id_of(name)); !v.empty()) return v;
  return {};
}

std::string_view first(const Event& event, std::optional<FieldId> id) noexcept {
  return id ? first(event, *id) : std::string_view{};
}

std::string with_domain(std::string_view domain, std::string_view user) {
  if (user.empty() || domain.empty() || user.find('\\') != std::string_view::npos) return std::string{user};
  std::string out{domain};
  out += '\\';
  out += user;
  return out;
}

/// A process id as decimal text; "" when it is none.
std::string decimal(std::string_view v) {
  std::optional<std::uint64_t> n;
  if (v.size() > 2 && v[0] == '0' && fold_ascii(v[1]) == 'x')
    n = parse_hex(v);
  else
    n = parse_unsigned(v);
  return n && *n <= UINT32_MAX ? std::to_string(*n) : std::string{};
}

/// The value of a "Key = value" line of a PowerShell ContextInfo. The keys are written in the language of the machine;
/// elsewhere nothing is found, and the account comes from Security_UserID.
std::string_view context_value(std::string_view info, std::string_view key) noexcept {
  while (!info.empty()) {
    const std::size_t end = std::min(info.find('\n'), info.size());
    const std::string_view line = trim(info.substr(0, end));
    info.remove_prefix(std::min(end + 1, info.size()));
    if (line.size() <= key.size() || line.substr(0, key.size()) != key) continue;
    const std::string_view rest = trim(line.substr(key.size()));
    if (!rest.empty() && rest.front() == '=') return trim(rest.substr(1));
  }
  return {};
}

bool is_address(std::string_view s) noexcept {
  if (s.size() > 45) return false;
  const bool v6 = s.find(':') != std::string_view::npos;
  std::size_t digits = 0, marks = 0;
  for (std::size_t i = 0; i < s.size(); ++i) {
    const char c = fold_ascii(s[i]);
    if (v6 && c == '%') break;  // a zone
    if (c >= '0' && c <= '9')
      ++digits;
    else if (c == '.' || (v6 && c == ':'))
      ++marks;
    else if (!v6 || c < 'a' || c > 'f')
      return false;
  }
  return v6 ? marks >= 2 : (marks == 3 && digits >= 4);
}

std::int64_t whole_seconds(EventTime time) noexcept {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

void add_content(Digest& digest, const Event& event, const Hit& hit) {
  if (!event.raw.empty()) {
    digest.add(event.raw);
  } else {  // a source that keeps no bytes: what the rule saw of the record
    for (const MatchedField& m : hit.matched) digest.add(m.name).add(m.value);
  }
}

/// The service manager writes the registry for whoever called it: its own account (Sysmon's User) is not the actor's.
bool written_for_a_caller(const Event& event) {
  const std::string_view image = first(event, {Number::Image});
  constexpr std::string_view kManager = "\\services.exe";
  return !first(event, {Number::TargetObject}).empty() && image.size() > kManager.size() &&
         equal_ignore_ascii_case(image.substr(image.size() - kManager.size()), kManager);
}

}  // namespace

void intern_finding_fields(FieldTable& table) {
  for (const std::string_view name : {kTargetDomain, kTargetSid, kTargetLogon}) table.intern(name);
}

void add_finding_fields(WantedFields& wanted) {
  for (const Number name : kFields) wanted.add(id_of(name));
  for (const std::string_view name : {kTargetDomain, kTargetSid, kTargetLogon})
    if (const auto id = wanted.table().find(name)) wanted.add(*id);
}

namespace {

void add_event(Digest& digest, const Event& event, const Hit& hit) {
  digest.add(fold(event.host)).add(fold(event.channel)).add(fold(event.provider));
  digest.add(event.event_id ? std::uint64_t{1} + *event.event_id : 0);
  if (event.record_id) {
    // Copies of a log differ in how many digits of a second they keep.
    digest.add("record")
        .add(*event.record_id)
        .add(event.time ? static_cast<std::uint64_t>(whole_seconds(*event.time)) : 0);
  } else if (!event.record_name.empty()) {
    // A trail, a bus and a query all give the same event, in other words around it.
    digest.add("name").add(event.record_name);
    digest.add(event.time ? static_cast<std::uint64_t>(whole_seconds(*event.time)) : 0);
  } else {
    digest.add("bytes");
    add_content(digest, event, hit);
    digest.add(event.time ? static_cast<std::uint64_t>(event.time->time_since_epoch().count()) : 0);
  }
}

}  // namespace

std::string hit_uid(const Hit& hit) {
  Digest digest;
  digest.add("sigma");
  if (!hit.rule->id.empty())
    digest.add(fold_ascii(hit.rule->id));
  else
    digest.add(hit.rule->file).add(hit.rule->title);
  add_event(digest, *hit.event, hit);
  return digest.hex();
}

std::string event_uid(const Hit& hit) {
  Digest digest;
  digest.add("event");
  add_event(digest, *hit.event, hit);
  return digest.hex();
}

FindingBuilder::FindingBuilder(const FieldTable& table, Redaction redaction, BuildLimits limits)
    : target_domain_(table.find(kTargetDomain)),
      target_sid_(table.find(kTargetSid)),
      target_logon_(table.find(kTargetLogon)),
      redaction_(redaction),
      limits_(limits) {}

/// What is printed of a value: redacted first, so that no cut can leave half a secret that no longer looks like one.
std::string FindingBuilder::shown(std::string_view value, std::size_t bytes_max) const {
  std::string out = redaction_ == Redaction::on ? redact(value) : std::string{value};
  if (out.size() <= bytes_max) return out;
  std::size_t keep = bytes_max;
  while (keep > 0 && (static_cast<unsigned char>(out[keep]) & 0xC0) == 0x80) --keep;  // not inside a character
  const std::size_t left_out = out.size() - keep;
  out.resize(keep);
  return out + "...(" + std::to_string(left_out) + " more bytes)";
}

Actor FindingBuilder::actor_of(const Event& event) const {
  Actor actor;
  const bool creation = !first(event, {Number::NewProcessName, Number::NewProcessId}).empty();  // Security 4688
  // A process made for somebody else (runas, seclogon, WMI) runs as that account; Sysmon's User says the same one.
  const std::string_view other = creation ? first(event, {Number::TargetUserName}) : std::string_view{};
  if (!other.empty()) {
    actor.user_name = with_domain(first(event, target_domain_), other);
    actor.user_uid = first(event, target_sid_);
    actor.session_uid = first(event, target_logon_);
  } else {
    actor.user_name = with_domain(first(event, {Number::SubjectDomainName}), first(event, {Number::SubjectUserName}));
    actor.user_uid = first(event, {Number::SubjectUserSid, Number::ActorUserId});
    actor.session_uid = first(event, {Number::SubjectLogonId, Number::LogonId});
  }
  if (actor.user_name.empty() && !written_for_a_caller(event)) actor.user_name = first(event, {Number::User});
  if (actor.user_name.empty() && equal_ignore_ascii_case(event.provider, "Microsoft-Windows-TaskScheduler"))
    actor.user_name = first(event, {Number::UserName});
  if (actor.user_uid.empty() && logs_its_caller(event)) actor.user_uid = first(event, {Number::Security_UserID});
  std::string_view command = first(event, {Number::CommandLine});
  if (is_powershell(event)) {
    const std::string_view info = first(event, {Number::ContextInfo});
    if (actor.user_name.empty()) actor.user_name = context_value(info, "User");
    if (command.empty()) command = context_value(info, "Host Application");
    actor.process_pid = decimal(first(event, {Number::Execution_ProcessID}));  // it writes its own events
  }
  actor.process_path = first(event, {Number::Image, Number::NewProcessName, Number::ProcessName, Number::SourceImage});
  actor.cmd_line = shown(command, limits_.cmd_line_max);
  if (const std::string_view pid = first(event, {creation ? Number::NewProcessId : Number::ProcessId}); !pid.empty())
    actor.process_pid = decimal(pid);
  actor.parent_path = first(event, {Number::ParentImage, Number::ParentProcessName});
  actor.parent_cmd_line = shown(first(event, {Number::ParentCommandLine}), limits_.cmd_line_max);
  actor.parent_pid = decimal(first(event, {creation ? Number::ProcessId : Number::ParentProcessId}));
  return actor;
}

Finding FindingBuilder::build(const Hit& hit, std::string_view input_name, std::span<const Target> targets) const {
  const RuleInfo& rule = *hit.rule;
  const Event& event = *hit.event;
  Finding f;
  fill_rule_part(f, rule);
  f.uid = hit_uid(hit);
  f.time = event.time;
  f.host = event.host;
  f.channel = event.channel;
  f.provider = event.provider;
  f.event_id = event.event_id;
  f.record_id = event.record_id;
  f.actor = actor_of(event);
  if (const std::string_view ip = first(event, {Number::IpAddress, Number::SourceIp}); is_address(ip)) f.source_ip = ip;
  f.resources.assign(targets.begin(), targets.end());
  for (const MatchedField& m : hit.matched) {
    if (f.matched.size() == limits_.values_max) {
      f.matched.emplace_back("", "...(" + std::to_string(hit.matched.size() - limits_.values_max) + " more values)");
      break;
    }
    f.matched.emplace_back(std::string{m.name}, shown(m.value, limits_.value_max));
  }
  f.evidences.push_back({std::string{input_name}, event.origin.offset, event.origin.record, "event"});
  f.message = word_message(f, limits_.message_names_max);
  return f;
}

}  // namespace stopwarden
