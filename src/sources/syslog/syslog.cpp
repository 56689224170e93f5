// SPDX-License-Identifier: Apache-2.0
#include "sources/syslog/syslog.h"

#include <algorithm>
#include <iterator>
#include <string>

#include "base/text.h"
#include "event/log_name.h"
#include "sources/auditd/fields.h"
#include "sources/esxi/message.h"
#include "sources/messages/programs.h"
#include "sources/syslog/cutter.h"
#include "sources/syslog/line.h"
#include "sources/text/emitter.h"
#include "sources/xml/event_reader.h"

namespace stopwarden::syslog {
namespace {

using text::Emitter;
using text::LineWalk;
using text::Name;

constexpr const char* kAssumed[2][2] = {
    {"times without year or zone: the latest year that the file's time of modification allows, and UTC",
     "times without year or zone: the latest year that the file's time of modification allows, and the zone of other "
     "lines of the file"},
    {"times without year or zone: the year of a full date in the file, and UTC",
     "times without year or zone: the year of a full date in the file, and the zone of other lines"}};

/// Unescapes a parameter of structured data: \" \\ \].
std::string_view unescape(std::string_view raw, Arena& arena) {
  if (raw.find('\\') == std::string_view::npos) return raw;
  char* out = arena.allocate(raw.size());
  std::size_t n = 0;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] == '\\' && i + 1 < raw.size() && (raw[i + 1] == '"' || raw[i + 1] == '\\' || raw[i + 1] == ']')) ++i;
    out[n++] = raw[i];
  }
  arena.shrink_last(raw.size(), n);
  return {out, n};
}

/// Lets events through and keeps drops back.
class DropCatcher final : public EventSink {
 public:
  explicit DropCatcher(EventSink& sink) : sink_(&sink) {}
  void on_event(const Event& event) override { sink_->on_event(event); }
  void on_drop(const Error&) override { dropped_ = true; }
  void on_oddity(const Error& error) override { sink_->on_oddity(error); }
  bool dropped() const noexcept { return dropped_; }

 private:
  EventSink* sink_;
  bool dropped_ = false;
};

class SyslogSource final : public Source {
 public:
  explicit SyslogSource(const SourceOptions& options)
      : emitter_(options), audit_fields_(emitter_), esxi_messages_(emitter_), fields_(emitter_), sysmon_(options) {
    const auto asked = [&](std::string_view name) {
      const auto id = options.wanted->table().find(name);
      return id && options.wanted->contains(*id) ? Name{id} : Name{};
    };
    appname_ = asked("appname");
    pid_ = asked("pid");
  }

  void begin(const InputFacts& facts) override {
    facts_ = read_facts(facts);
    stamps_.assume(facts_.assumed);
    cutter_.begin(facts_, facts.live);
  }
  Cut cut(Bytes window, AtEnd at_end) override { return cutter_.cut(window, at_end); }
  std::uint64_t parse(Bytes unit, std::uint64_t offset, std::uint64_t first_record, EventSink& sink) override;
  std::size_t window_max() const noexcept override { return Cutter::window_max(); }

 private:
  struct Unit {
    std::uint64_t offset, first_record;
    EventSink& sink;
    std::uint64_t records = 0;
    bool assumed = false;
  };
  void parse_lines(std::string_view text, Unit& unit);
  void parse_frames(std::string_view text, Unit& unit);
  void record(std::string_view text, std::size_t begin, Unit& unit);
  void say_assumed(const Line& line, std::uint64_t offset, Unit& unit);
  bool foreign_event(const Line& line, std::string_view raw, const Origin& origin, EventSink& sink);
  bool audit_event(const Line& line, std::string_view raw, const Origin& origin, EventSink& sink);
  bool esxi_event(const Line& line, std::string_view raw, const Origin& origin, EventSink& sink);
  bool sysmon_event(std::string_view message, const Origin& origin, EventSink& sink);
  void emit(const Line& line, std::string_view raw, const Origin& origin, EventSink& sink);
  void add_message(const Line& line, const messages::Program* program, Emitter& out);
  void add_structured(std::string_view structured, Emitter& out);

  Emitter emitter_;  // one event is made at a time, of whatever log
  auditd::EventFields audit_fields_;
  esxi::MessageReader esxi_messages_;
  messages::Fields fields_;
  // A value that stands in the event under another name is given only to rules that ask for it by its own: a keyword
  // search would read it twice.
  Name appname_, pid_;
  Name program_ = emitter_.name("program"), process_id_ = emitter_.name("ProcessId"),
       facility_ = emitter_.name("facility"), severity_ = emitter_.name("severity"), host_ = emitter_.name("host"),
       message_id_ = emitter_.name("msgid"), repeated_ = emitter_.name("repeat_count");
  xml::EventReader sysmon_;
  FileFacts facts_;
  StampReader stamps_;
  Cutter cutter_;
  std::string name_, xml_;  // of a parameter, of an event; kept for their memory
};

std::uint64_t SyslogSource::parse(Bytes bytes, std::uint64_t offset, std::uint64_t first_record, EventSink& sink) {
  Unit unit{.offset = offset, .first_record = first_record, .sink = sink};
  if (facts_.octet_counted)
    parse_frames(as_text(bytes), unit);
  else
    parse_lines(as_text(bytes), unit);
  return unit.records;
}

void SyslogSource::parse_lines(std::string_view text, Unit& unit) {
  for (text::RecordWalk walk(text, &starts_record); walk.next();) {
    if (!walk.torn()) {
      if (!is_of_journalctl(walk.record())) record(walk.record(), walk.begin(), unit);
    } else {
      ++unit.records;
      unit.sink.on_drop(
          {Errc::bad_value, unit.offset + walk.begin(), "lines that start with no time, and no record before them"});
    }
  }
}

void SyslogSource::parse_frames(std::string_view text, Unit& unit) {
  std::size_t at = 0, length = 0;
  while (at < text.size()) {
    const std::string_view frame = frame_at(text.substr(at), length);
    if (length == 0) break;
    std::string_view content = frame;
    while (!content.empty() && (content.back() == '\n' || content.back() == '\r' || content.back() == '\0'))
      content.remove_suffix(1);
    record(content, at + (length - frame.size()), unit);
    at += length;
  }
}

void SyslogSource::record(std::string_view text, std::size_t begin, Unit& unit) {
  const Origin origin{unit.offset + begin, unit.first_record + ++unit.records};
  Line line;
  if (!read_line(text, stamps_, line)) {
    unit.sink.on_drop({Errc::bad_value, origin.offset, "a frame that starts with no time"});
    return;
  }
  say_assumed(line, origin.offset, unit);
  if (!text.empty() && text.front() == '\0')
    unit.sink.on_oddity({Errc::bad_value, origin.offset, "NUL bytes before a line"});
  if (foreign_event(line, text, origin, unit.sink)) return;
  emit(line, text, origin, unit.sink);
}

/// Once an input where the first such line lies in its head; else once a unit that has one.
void SyslogSource::say_assumed(const Line& line, std::uint64_t offset, Unit& unit) {
  if (!line.stamp.zone_assumed || unit.assumed) return;
  unit.assumed = true;
  if (facts_.first_assumed && *facts_.first_assumed < unit.offset) return;
  unit.sink.on_oddity({Errc::assumed, offset, kAssumed[facts_.year_by_date ? 1 : 0][facts_.zone_by_offset ? 1 : 0]});
}

/// Messages that are records of another log become its events.
bool SyslogSource::foreign_event(const Line& line, std::string_view raw, const Origin& origin, EventSink& sink) {
  if (line.program == "sysmon" && line.message.substr(0, 6) == "<Event")
    return sysmon_event(line.message, origin, sink);
  return audit_event(line, raw, origin, sink) || esxi_event(line, raw, origin, sink);
}

/// Audit records by themselves: the kernel's, when no auditd takes them, and what audisp forwards. Those of one event
/// are not joined here: other programs' lines stand between them.
bool SyslogSource::audit_event(const Line& line, std::string_view raw, const Origin& origin, EventSink& sink) {
  constexpr std::string_view kPrograms[] = {"kernel", "audit", "audispd", "audisp-syslog", "auditd"};
  if (std::find(std::begin(kPrograms), std::end(kPrograms), line.program) == std::end(kPrograms)) return false;
  if (line.program == "kernel" && line.message.find("audit") == std::string_view::npos) return false;
  // The program's name and number are part of the form "audit[123]: SERVICE_STOP ...".
  const bool behind = line.message.data() >= line.program.data() + line.program.size() && !line.rfc5424;
  const std::string_view text =
      line.program == "audit" && behind
          ? std::string_view(line.program.data(),
                             static_cast<std::size_t>(line.message.data() - line.program.data()) + line.message.size())
          : line.message;
  const auto record = auditd::read_record(text);
  if (!record || !record->known) return false;
  Event event;
  audit_fields_.begin();
  audit_fields_.add(*record);
  event.provider = audit_fields_.finish();
  event.time = record->has_time ? auditd::time_of(*record) : line.stamp.time;
  event.host = record->node.empty() ? line.host : record->node;
  event.channel = log_name::linux_auditd;
  event.origin = origin;
  event.raw = raw;
  emitter_.emit(event, sink);
  return true;
}

/// Lines that a host of ESXi or a vCenter sent to a syslog daemon.
bool SyslogSource::esxi_event(const Line& line, std::string_view raw, const Origin& origin, EventSink& sink) {
  if (!esxi::is_esxi(line.program, line.message)) return false;
  esxi::Line of_host;
  of_host.time = line.stamp.time;
  of_host.host = line.host;
  of_host.severity = severity_name(line.priority);
  of_host.program = line.program;
  of_host.pid = line.pid;
  of_host.message = line.message;
  Event event;
  event.time = line.stamp.time;
  event.host = line.host;
  event.origin = origin;
  event.raw = raw;
  emitter_.begin();
  esxi_messages_.read(of_host, event);
  emitter_.emit(event, sink);
  return true;
}

/// Sysmon for Linux writes its events as XML into syslog. What cannot be read as such (a relay cut it) stays a line.
bool SyslogSource::sysmon_event(std::string_view message, const Origin& origin, EventSink& sink) {
  constexpr std::string_view kUnknown = "<unknown process>", kEscaped = "&lt;unknown process&gt;";
  xml_.assign(trim(message));
  for (std::size_t at = 0; (at = xml_.find(kUnknown, at)) != std::string::npos; at += kEscaped.size())
    xml_.replace(at, kUnknown.size(), kEscaped);  // version 1.0 does not escape its own word
  DropCatcher catcher(sink);
  sysmon_.read(as_bytes(xml_), xml::Encoding::utf8, origin, catcher);
  if (!catcher.dropped()) return true;
  sink.on_oddity({Errc::bad_value, origin.offset, "a Sysmon event that is no XML or breaks off: read as text"});
  return false;
}

void SyslogSource::emit(const Line& line, std::string_view raw, const Origin& origin, EventSink& sink) {
  const messages::Program* program = messages::find_program(line.program);
  Event event;
  event.time = line.stamp.time;
  event.host = line.host;
  event.channel = log_name::linux_syslog;
  event.provider = program == nullptr ? std::string_view{} : program->provider;
  event.origin = origin;
  event.raw = raw;
  Emitter& out = emitter_;
  out.begin();
  if (!line.host.empty()) out.add(host_, line.host);
  if (!line.program.empty()) {
    out.add(program_, line.program);
    out.add(appname_, line.program);
  }
  if (!line.pid.empty()) {
    out.add_integer(pid_, line.pid);
    out.add_integer(process_id_, line.pid);
  }
  if (!line.message_id.empty()) out.add(message_id_, line.message_id);
  if (line.priority >= 0) out.add(facility_, facility_name(line.priority));
  const std::string_view severity = line.priority >= 0 ? severity_name(line.priority) : severity_of_word(line.level);
  if (!severity.empty()) out.add(severity_, severity);
  if (!line.structured.empty()) add_structured(line.structured, out);
  add_message(line, program, out);
  out.emit(event, sink);
}

/// rsyslog folds repetitions: "message repeated 3 times: [ Failed password for root from ...]": the message once, with
/// the count; sysklogd and macOS say only how often: "last message repeated 5 times".
void SyslogSource::add_message(const Line& line, const messages::Program* program, Emitter& out) {
  std::string_view message = line.message;
  constexpr std::string_view kFolded = "message repeated ", kTimes = " times";
  const std::size_t folded = message.substr(0, 40).find(kFolded);
  if (folded != std::string_view::npos) {
    const std::size_t number = folded + kFolded.size(), end = message.find(kTimes, number);
    if (end != std::string_view::npos && parse_unsigned(message.substr(number, end - number))) {
      out.add_integer(repeated_, message.substr(number, end - number));
      const std::string_view rest = message.substr(end + kTimes.size());
      if (folded == 0 && rest.substr(0, 3) == ": [" && rest.back() == ']')
        message = trim(rest.substr(3, rest.size() - 4));
    }
  }
  out.add(fields_.message, message);
  if (program != nullptr && program->read != nullptr) program->read(message, fields_, out);
}

/// [exampleSDID@32473 iut="3" eventSource="App"]: fields exampleSDID@32473.iut and exampleSDID@32473.eventSource.
void SyslogSource::add_structured(std::string_view text, Emitter& out) {
  std::size_t at = 0;
  while (at < text.size() && text[at] == '[') {
    const std::size_t id_end = text.find_first_of(" ]", at + 1);
    if (id_end == std::string_view::npos) return;
    const std::string_view id = text.substr(at + 1, id_end - at - 1);
    at = id_end;
    while (at < text.size() && text[at] == ' ') {
      const std::size_t equals = text.find("=\"", at);
      if (equals == std::string_view::npos) return;
      std::size_t end = equals + 2;
      while (end < text.size() && text[end] != '"') end += std::size_t{text[end] == '\\' ? 2U : 1U};
      if (end >= text.size()) return;
      name_.assign(id).append(1, '.').append(text.substr(at + 1, equals - at - 1));
      out.add(out.name_in_log(name_), text.substr(equals + 2, end - equals - 2), &unescape);
      at = end + 1;
    }
    if (at >= text.size() || text[at] != ']') return;
    ++at;
  }
}

/// How the first lines look.
struct Look {
  std::size_t lines = 0, records = 0, tagged = 0, esxi = 0;
};

Look look_at(std::string_view head) {
  constexpr std::size_t kLines = 24;
  Look seen;
  StampReader stamps;
  for (LineWalk walk(head); seen.lines < kLines && walk.next();) {
    const std::string_view line = walk.line();
    if (trim(line).empty() || line.substr(0, 3) == "-- " || line.front() == '\t' || line.front() == ' ') continue;
    ++seen.lines;
    Line parts;
    if (!read_line(line, stamps, parts)) continue;
    ++seen.records;
    const bool named = !parts.host.empty() || !parts.level.empty() || parts.stamp.form == Stamp::Form::no_year;
    // dmesg has such times too, but neither host nor tag: "[    0.000000] Command line: ..."
    const bool sure = parts.stamp.form != Stamp::Form::monotonic || !parts.pid.empty() || parts.program == "kernel";
    if (parts.rfc5424 || (named && sure && !parts.program.empty())) ++seen.tagged;
    if (line.find("@6876") != std::string_view::npos) ++seen.esxi;
  }
  return seen;
}

}  // namespace

bool sniff_syslog(Bytes head) {
  std::string_view text = as_text(head);
  std::size_t count = 0;
  if (read_octet_count(text, count) != 0) {
    std::size_t length = 0;
    const std::string_view frame = frame_at(text, length);
    StampReader stamps;
    Line line;
    return read_line(length != 0 ? frame : text.substr(read_octet_count(text, count)), stamps, line);
  }
  if (text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);
  if (const std::size_t end = text.rfind('\n'); end != std::string_view::npos) text = text.substr(0, end + 1);
  const Look seen = look_at(text);
  // Half of the lines, so that records of many lines pass; of these, half with a tag, so that no other log with such
  // times does. ESXi's own logs have the mark in each line.
  return seen.records > 0 && seen.records * 2 >= seen.lines && seen.tagged * 2 >= seen.records &&
         seen.esxi * 2 <= seen.records;
}

std::unique_ptr<Source> make_syslog(const SourceOptions& options) { return std::make_unique<SyslogSource>(options); }

}  // namespace stopwarden::syslog
