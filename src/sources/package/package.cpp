// SPDX-License-Identifier: Apache-2.0
#include "sources/package/package.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "event/log_name.h"
#include "sources/messages/words.h"
#include "sources/syslog/facts.h"
#include "sources/text/emitter.h"
#include "sources/text/records.h"

namespace stopwarden::package {
namespace {

using messages::before;
using messages::behind;
using messages::between;
using messages::take;
using syslog::Stamp;
using syslog::StampReader;
using text::Emitter;
using text::Name;
using text::RecordWalk;

enum class Log : std::uint8_t { none, dpkg, apt, apt_term, yum, dnf, pacman };

std::string_view take_word(std::string_view& s) noexcept {
  const std::string_view word = s.substr(0, s.find(' '));
  s.remove_prefix(std::min(s.size(), word.size() + 1));
  while (!s.empty() && s.front() == ' ') s.remove_prefix(1);
  return word;
}

template <std::size_t N>
bool one_of(std::string_view word, const std::array<std::string_view, N>& words) noexcept {
  return std::find(words.begin(), words.end(), word) != words.end();
}

constexpr std::array<std::string_view, 11> kDpkgActions{"startup",   "status",    "install", "upgrade",
                                                        "configure", "remove",    "purge",   "trigproc",
                                                        "conffile",  "disappear", "unpack"};
constexpr std::array<std::string_view, 9> kYumActions{
    "Installed:",     "Updated:",   "Erased:",    "Upgraded:",  "Removed:",
    "Dep-Installed:", "Obsoleted:", "Reinstall:", "Downgraded:"};
constexpr std::array<std::string_view, 9> kDnfLevels{"DEBUG", "INFO",     "DDEBUG", "SUBDEBUG", "WARNING",
                                                     "ERROR", "CRITICAL", "NOTICE", "TRACE"};

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

/// "2021-03-06 04:07:33", with one blank or (apt) two.
bool is_local_time(std::string_view s) noexcept {
  return s.size() >= 19 && is_digit(s[0]) && is_digit(s[3]) && s[4] == '-' && s[7] == '-' && s[10] == ' ' &&
         parse_time(s.substr(0, 19)).has_value();
}
std::optional<EventTime> apt_time(std::string_view s) {
  const std::string_view day = take_word(s);
  std::array<char, 19> both{};
  if (day.size() != 10 || s.size() < 8) return std::nullopt;
  day.copy(both.data(), 10);
  both[10] = ' ';
  s.copy(both.data() + 11, 8);
  return parse_time({both.data(), both.size()});
}

/// Whose record starts with this line.
Log log_of(std::string_view line) {
  if (line.size() < 10) return Log::none;
  if (line.substr(0, 12) == "Start-Date: ") return Log::apt;
  if (line.substr(0, 13) == "Log started: ") return Log::apt_term;
  if (line.front() == '[') return is_digit(line[1]) && line[5] == '-' && line.find(']') < 32 ? Log::pacman : Log::none;
  if (is_local_time(line)) {
    std::string_view rest = line.substr(19);
    if (!take(rest, " ")) return Log::none;
    return one_of(take_word(rest), kDpkgActions) ? Log::dpkg : Log::none;
  }
  StampReader stamps;
  const Stamp stamp = stamps.read(line);
  if (stamp.form == Stamp::Form::none) return Log::none;
  std::string_view rest = line.substr(stamp.length);
  if (!take(rest, " ")) return Log::none;
  const std::string_view word = take_word(rest);
  if (stamp.form == Stamp::Form::no_year) return one_of(word, kYumActions) ? Log::yum : Log::none;
  return stamp.form == Stamp::Form::iso && one_of(word, kDnfLevels) ? Log::dnf : Log::none;
}

bool starts_record(std::string_view line) { return log_of(line) != Log::none; }

/// "mysql-server-8.0.32-1.el9.x86_64", "1:foo-2-1.noarch": name, version, architecture.
struct Rpm {
  std::string_view name, version, arch;
};
Rpm read_rpm(std::string_view text) noexcept {
  Rpm rpm;
  const std::size_t epoch = text.find(':');
  if (epoch != std::string_view::npos && epoch < 4 && is_digit(text[0])) text.remove_prefix(epoch + 1);
  rpm.name = text;
  const std::size_t dot = text.rfind('.');
  if (dot == std::string_view::npos) return rpm;
  const std::string_view rest = text.substr(0, dot);
  const std::size_t release = rest.rfind('-');
  const std::size_t version =
      release == std::string_view::npos || release == 0 ? release : rest.rfind('-', release - 1);
  if (release == std::string_view::npos || version == std::string_view::npos || version == 0) return rpm;
  return {rest.substr(0, version), rest.substr(version + 1), text.substr(dot + 1)};
}

class PackageSource final : public Source {
 public:
  explicit PackageSource(const SourceOptions& options) : out_(options), cutter_(&starts_record) {}

  void begin(const InputFacts& facts) override {
    facts_ = syslog::read_facts(facts);
    stamps_.assume(facts_.assumed);
    cutter_.begin(facts.live);
  }
  Cut cut(Bytes window, AtEnd at_end) override { return cutter_.cut(window, at_end); }
  std::size_t window_max() const noexcept override { return cutter_.window_max(); }
  std::uint64_t parse(Bytes unit, std::uint64_t offset, std::uint64_t first_record, EventSink& sink) override;

 private:
  bool read(std::string_view record, Event& event);
  void read_dpkg(std::string_view rest);
  void read_apt(std::string_view record, Event& event);
  void read_apt_packages(std::string_view action, std::string_view list);
  void read_rpm_line(std::string_view rest);
  void read_pacman(std::string_view record, Event& event);

  Emitter out_;
  Name action_ = out_.name("action"), package_ = out_.name("package"), version_ = out_.name("version"),
       old_version_ = out_.name("old_version"), arch_ = out_.name("arch"), message_ = out_.name("message"),
       command_ = out_.name("CommandLine"), user_ = out_.name("User"), user_id_ = out_.name("ActorUserId"),
       level_ = out_.name("level"), requested_by_ = out_.name("requested_by");
  text::RecordCutter cutter_;
  syslog::FileFacts facts_;
  StampReader stamps_;
};

std::uint64_t PackageSource::parse(Bytes bytes, std::uint64_t offset, std::uint64_t first_record, EventSink& sink) {
  std::uint64_t records = 0;
  for (RecordWalk walk(as_text(bytes), &starts_record); walk.next();) {
    const Origin origin{offset + walk.begin(), first_record + ++records};
    if (walk.torn()) {
      sink.on_drop({Errc::bad_value, origin.offset, "lines that start with no time, and no record before them"});
      continue;
    }
    Event event;
    event.channel = log_name::linux_package;
    event.origin = origin;
    event.raw = walk.record();
    out_.begin();
    if (read(walk.record(), event) && offset == 0 && records == 1)
      sink.on_oddity({Errc::assumed, origin.offset, "times without a zone: taken as UTC"});
    out_.emit(event, sink);
  }
  return records;
}

/// True when the zone was assumed.
bool PackageSource::read(std::string_view record, Event& event) {
  switch (log_of(record.substr(0, text::kStartBytes))) {
    case Log::none: return false;
    case Log::dpkg:
      event.provider = "dpkg";
      event.time = parse_time(record.substr(0, 19));
      read_dpkg(record.substr(20));
      return true;
    case Log::apt:
      event.provider = "apt";
      read_apt(record, event);
      return true;
    case Log::apt_term:
      event.provider = "apt";
      event.time = apt_time(before(record, "\n").substr(13));
      out_.add(message_, behind(record, "\n"));
      return true;
    case Log::pacman: read_pacman(record, event); return false;
    case Log::yum:
    case Log::dnf: break;
  }
  const Stamp stamp = stamps_.read(record);
  event.time = stamp.time;
  event.provider = stamp.form == Stamp::Form::iso ? "dnf" : "yum";
  std::string_view rest = record.substr(stamp.length + 1);
  if (stamp.form == Stamp::Form::iso) {
    out_.add(level_, take_word(rest));
    out_.add(message_, rest);
  } else {
    out_.add(message_, rest);
  }
  read_rpm_line(rest);
  return stamp.zone_assumed;
}

/// "upgrade nginx:amd64 1.18.0-6 1.18.0-6.1", "status installed nginx:amd64 1.18.0-6.1".
void PackageSource::read_dpkg(std::string_view rest) {
  out_.add(message_, rest);
  const std::string_view action = take_word(rest);
  out_.add(action_, action);
  if (action == "startup" || action == "conffile") return;
  if (action == "status") take_word(rest);
  const std::string_view name = take_word(rest), first = take_word(rest), second = take_word(rest);
  out_.add(package_, before(name, ":"));
  if (const auto arch = behind(name, ":"); !arch.empty()) out_.add(arch_, arch);
  const bool has_new = !second.empty() && second != "<none>";
  const std::string_view now = has_new ? second : first;
  if (!now.empty() && now != "<none>") out_.add(version_, now);
  if (has_new && first != "<none>") out_.add(old_version_, first);
}

/// A stanza: "Start-Date: ...", "Commandline: apt-get remove x", "Requested-By: bob (1000)", "Remove: x:amd64 (1.0)".
void PackageSource::read_apt(std::string_view record, Event& event) {
  out_.add(message_, record);
  for (text::LineWalk walk(record); walk.next();) {
    std::string_view line = walk.line();
    if (take(line, "Start-Date: ")) {
      event.time = apt_time(line);
    } else if (take(line, "Commandline: ")) {
      out_.add(command_, line);
    } else if (take(line, "Requested-By: ")) {
      out_.add(user_, before(line, " ("));
      out_.add(user_id_, between(line, "(", ")"));
      out_.add(requested_by_, before(line, " ("));
    } else {
      for (const std::string_view action : {"Install", "Reinstall", "Upgrade", "Downgrade", "Remove", "Purge"}) {
        std::string_view list = line;
        if (take(list, action) && take(list, ": ")) read_apt_packages(action, list);
      }
    }
  }
}

/// "x:amd64 (1.0), y:amd64 (1.0, 1.1), z:all (2.0, automatic)".
void PackageSource::read_apt_packages(std::string_view action, std::string_view list) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kActions{{{"Install", "install"},
                                                                                   {"Reinstall", "reinstall"},
                                                                                   {"Upgrade", "upgrade"},
                                                                                   {"Downgrade", "downgrade"},
                                                                                   {"Remove", "remove"},
                                                                                   {"Purge", "purge"}}};
  for (const auto& [written, word] : kActions)
    if (written == action) out_.add(action_, word);
  while (!list.empty()) {
    const std::string_view name = before(list, " (");
    std::string_view versions = behind(list, " (");
    list = behind(versions, "), ");
    versions = before(versions, ")");
    out_.add(package_, before(name, ":"));
    const std::string_view second = behind(versions, ", ");
    out_.add(version_, second.empty() || second == "automatic" ? before(versions, ", ") : second);
  }
}

/// yum: "Erased: mysql-server". dnf: "Command: dnf -y remove x", "Erased: mysql-server-8.0.32-1.el9.x86_64".
void PackageSource::read_rpm_line(std::string_view rest) {
  if (take(rest, "Command: ")) return out_.add(command_, before(rest, "\n"));
  const std::string_view word = take_word(rest);
  constexpr std::array<std::pair<std::string_view, std::string_view>, 10> kActions{{{"Installed:", "install"},
                                                                                    {"Dep-Installed:", "install"},
                                                                                    {"Updated:", "upgrade"},
                                                                                    {"Upgraded:", "upgrade"},
                                                                                    {"Upgrade:", "upgrade"},
                                                                                    {"Erased:", "remove"},
                                                                                    {"Removed:", "remove"},
                                                                                    {"Downgraded:", "downgrade"},
                                                                                    {"Obsoleted:", "remove"},
                                                                                    {"Reinstall:", "reinstall"}}};
  for (const auto& [written, action] : kActions) {
    if (written != word) continue;
    const Rpm rpm = read_rpm(before(before(rest, "\n"), " "));
    out_.add(action_, action);
    out_.add(package_, rpm.name);
    if (!rpm.version.empty()) out_.add(version_, rpm.version);
    if (!rpm.arch.empty()) out_.add(arch_, rpm.arch);
  }
}

/// "[2021-03-06T04:07:33+0000] [ALPM] upgraded x (1.0-1 -> 1.1-1)", "[...] [PACMAN] Running 'pacman -Rns mysql'".
void PackageSource::read_pacman(std::string_view record, Event& event) {
  event.provider = "pacman";
  event.time = parse_time(between(record, "[", "]"));
  std::string_view rest = behind(record, "] ");
  out_.add(message_, rest);
  if (take(rest, "[PACMAN] Running '")) return out_.add(command_, before(rest, "'"));
  if (!take(rest, "[ALPM] ")) return;
  const std::string_view action = take_word(rest);
  constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kActions{{{"installed", "install"},
                                                                                   {"upgraded", "upgrade"},
                                                                                   {"removed", "remove"},
                                                                                   {"downgraded", "downgrade"},
                                                                                   {"reinstalled", "reinstall"}}};
  for (const auto& [written, word] : kActions) {
    if (written != action) continue;
    const std::string_view versions = between(rest, "(", ")");
    const std::string_view now = behind(versions, " -> ");
    out_.add(action_, word);
    out_.add(package_, before(rest, " "));
    out_.add(version_, now.empty() ? versions : now);
    if (!now.empty()) out_.add(old_version_, before(versions, " -> "));
  }
}

}  // namespace

bool sniff_package(Bytes head) {
  constexpr std::size_t kLines = 24;
  std::string_view text = as_text(head);
  if (const std::size_t end = text.rfind('\n'); end != std::string_view::npos) text = text.substr(0, end + 1);
  std::size_t lines = 0, sure = 0;
  bool first = true;
  for (text::LineWalk walk(text); lines < kLines && walk.next(); ++lines) {
    const std::string_view line = walk.line();
    if (trim(line).empty()) continue;
    const Log log = log_of(line.substr(0, text::kStartBytes));
    if (first && log == Log::none) return false;
    first = false;
    // Python writes such lines for many programs: dnf's own levels and words must be among them.
    const bool dnf = log == Log::dnf && (messages::has(line, " DDEBUG ") || messages::has(line, " SUBDEBUG ") ||
                                         messages::has(line, "--- logging initialized ---"));
    const bool pacman = log == Log::pacman && (messages::has(line, "] [PACMAN] ") || messages::has(line, "] [ALPM"));
    if (dnf || pacman || log == Log::dpkg || log == Log::apt || log == Log::apt_term || log == Log::yum) ++sure;
  }
  return sure > 0;
}

std::unique_ptr<Source> make_package(const SourceOptions& options) { return std::make_unique<PackageSource>(options); }

}  // namespace stopwarden::package
