// SPDX-License-Identifier: Apache-2.0
// praudit -x: a trail as XML, flat and always written the same way: <record ...><subject .../><path>...</path>...
// </record>. Read by hand, not as any XML: a record at a time, from anywhere in the text.
#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <vector>

#include "base/argv.h"
#include "base/text.h"
#include "event/log_name.h"
#include "sources/bsm/bsm.h"
#include "sources/bsm/record_fields.h"

namespace stopwarden::bsm {
namespace {

constexpr std::size_t kUnitTarget = 256 * std::size_t{1024};
constexpr std::size_t kRecordTextMax = 1024 * std::size_t{1024};  // one record as XML
constexpr std::size_t kElementsMax = 8192;                        // of one record; real ones have some twenty
constexpr std::string_view kOpen = "<record", kClose = "</record>";

/// The five entities of XML. Other references stay as they are.
std::string_view unescape_xml(std::string_view raw, Arena& arena) {
  if (raw.find('&') == raw.npos) return raw;
  struct Entity {
    std::string_view name;
    char c;
  };
  constexpr std::array kEntities{Entity{"&amp;", '&'}, Entity{"&lt;", '<'}, Entity{"&gt;", '>'}, Entity{"&quot;", '"'},
                                 Entity{"&apos;", '\''}};
  char* const begin = arena.allocate(raw.size());
  char* out = begin;
  while (!raw.empty()) {
    std::size_t used = 1;
    char c = raw.front();
    for (const Entity& e : kEntities) {
      if (raw.substr(0, e.name.size()) != e.name) continue;
      c = e.c;
      used = e.name.size();
      break;
    }
    *out++ = c;
    raw.remove_prefix(used);
  }
  return {begin, static_cast<std::size_t>(out - begin)};
}

/// "0x9" as 9; other numbers as they are.
std::string_view make_decimal(std::string_view raw, Arena& arena) {
  if (raw.substr(0, 2) != "0x") return raw;
  const auto number = parse_hex(raw);
  if (!number) return raw;
  constexpr std::size_t kDigits = 20;
  char* const out = arena.allocate(kDigits);
  const auto end = std::to_chars(out, out + kDigits, *number).ptr;
  const auto size = static_cast<std::size_t>(end - out);
  arena.shrink_last(kDigits, size);
  return {out, size};
}

std::string_view make_status(std::string_view raw, Arena& arena) { return status_name(unescape_xml(raw, arena)); }

/// A tag: "<path>", "</path>", "<subject a="b" />".
struct Tag {
  std::string_view name, attributes;
  std::size_t begin = 0, end = 0;
  bool closes = false, is_empty = false;
};

/// The next tag at or behind `at`; false when there is none that ends.
bool next_tag(std::string_view text, std::size_t at, Tag& tag) noexcept {
  tag.begin = text.find('<', at);
  if (tag.begin == text.npos) return false;
  const std::size_t end = text.find('>', tag.begin);
  if (end == text.npos) return false;
  tag.end = end + 1;
  std::string_view inside = text.substr(tag.begin + 1, end - tag.begin - 1);
  tag.closes = !inside.empty() && inside.front() == '/';
  if (tag.closes) inside.remove_prefix(1);
  tag.is_empty = !inside.empty() && inside.back() == '/';
  if (tag.is_empty) inside.remove_suffix(1);
  const std::size_t name = inside.find_first_of(" \t\r\n");
  tag.name = inside.substr(0, name);
  tag.attributes = name == inside.npos ? std::string_view{} : inside.substr(name);
  return true;
}

/// Each attribute: use(name, raw value).
template <class Use>
void each_attribute(std::string_view text, const Use& use) {
  while (true) {
    const std::size_t equals = text.find('=');
    if (equals == text.npos) return;
    const std::string_view name = trim(text.substr(0, equals));
    text.remove_prefix(equals + 1);
    if (text.empty() || (text.front() != '"' && text.front() != '\'')) return;
    const std::size_t end = text.find(text.front(), 1);
    if (end == text.npos) return;
    use(name, text.substr(1, end - 1));
    text.remove_prefix(end + 1);
  }
}

std::string_view attribute(std::string_view attributes, std::string_view wanted) noexcept {
  std::string_view out;
  each_attribute(attributes, [&](std::string_view name, std::string_view value) {
    if (name == wanted && out.empty()) out = value;
  });
  return out;
}

/// The <arg> elements of `raw`, as a command line.
std::string_view make_command_line(std::string_view raw, Arena& arena) {
  const auto each = [raw, &arena](const auto& use) {
    Tag tag;
    for (std::size_t at = 0; next_tag(raw, at, tag); at = tag.end) {
      if (tag.name != "arg" || tag.closes) continue;
      const std::size_t end = raw.find('<', tag.end);
      if (!tag.is_empty) use(unescape_xml(raw.substr(tag.end, end == raw.npos ? raw.npos : end - tag.end), arena));
    }
  };
  return join_argv(each, arena);
}

/// "Sun Mar 18 22:56:54 2018" and " + 523 msec". No zone: taken as UTC.
std::optional<EventTime> read_time(std::string_view text, std::string_view fraction) {
  constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  if (text.size() != 24) return std::nullopt;
  const std::size_t month = kMonths.find(text.substr(4, 3));
  if (month == kMonths.npos || month % 3 != 0) return std::nullopt;
  std::string iso = "YYYY-MM-DD hh:mm:ss";
  iso.replace(0, 4, text.substr(20, 4));
  const std::size_t number = month / 3 + 1;
  iso[5] = static_cast<char>('0' + number / 10);
  iso[6] = static_cast<char>('0' + number % 10);
  iso[8] = text[8] == ' ' ? '0' : text[8];
  iso[9] = text[9];
  iso.replace(11, 8, text.substr(11, 8));
  auto time = parse_time(iso);
  const std::size_t digits = fraction.find_first_of("0123456789");
  if (!time || digits == fraction.npos) return time;
  const std::size_t end = fraction.find_first_not_of("0123456789", digits);
  const auto ms = parse_unsigned(fraction.substr(digits, end == fraction.npos ? end : end - digits));
  if (ms && *ms < 1000) *time += std::chrono::milliseconds(*ms);
  return time;
}

class PrauditSource final : public Source {
 public:
  explicit PrauditSource(const SourceOptions& options) : emitter_(options), taxonomy_(emitter_) {}
  Cut cut(Bytes window, AtEnd at_end) override;
  std::uint64_t parse(Bytes unit, std::uint64_t offset, std::uint64_t first_record, EventSink& sink) override;
  std::size_t window_max() const noexcept override { return kRecordTextMax; }

 private:
  Cut before_record(std::string_view text, AtEnd at_end);
  bool read_record(std::string_view record, std::uint64_t offset, std::uint64_t number, EventSink& sink);
  void add_element(const Tag& tag, std::string_view content);
  void note_attribute(std::string_view element, std::string_view name, const Record::Value& value);
  void note_content(std::string_view element, std::string_view content);
  text::Name name_of(std::string_view element, std::string_view attribute);

  text::Emitter emitter_;
  RecordFields taxonomy_;
  Record record_;
  std::string name_;        // scratch
  std::string_view about_;  // what the argument at hand is
};

/// What stands before the first record, or between two, is no unit.
Cut PrauditSource::before_record(std::string_view text, AtEnd at_end) {
  const std::size_t open = text.find(kOpen);
  if (open != text.npos) return {.take = open, .kind = Cut::Kind::skip};
  if (at_end == AtEnd::yes) return {.take = text.size(), .kind = Cut::Kind::skip};
  if (text.size() < kOpen.size()) return {};
  return {.take = text.size() - kOpen.size() + 1, .kind = Cut::Kind::skip};
}

Cut PrauditSource::cut(Bytes window, AtEnd at_end) {
  const std::string_view text = as_text(window);
  if (text.empty()) return {};
  if (text.substr(0, kOpen.size()) != kOpen.substr(0, text.size()) ||
      (text.size() < kOpen.size() && at_end == AtEnd::yes))
    return before_record(text, at_end);
  const std::string_view head = text.substr(0, kUnitTarget);
  std::size_t close = head.rfind(kClose);
  if (close == text.npos) close = text.find(kClose);
  if (close != text.npos) return {.take = close + kClose.size(), .kind = Cut::Kind::unit};
  if (at_end == AtEnd::no && text.size() < kRecordTextMax) return {};
  // The last one that begins here may go on behind the window.
  const std::size_t last = text.rfind(kOpen);
  const Errc code = text.size() < kRecordTextMax ? Errc::truncated : Errc::limit_exceeded;
  return {.take = last == 0 ? text.size() : last,
          .kind = Cut::Kind::drop,
          .error = {code, 0, code == Errc::truncated ? "a record without its end" : "a record of more than 1 MiB"}};
}

std::uint64_t PrauditSource::parse(Bytes unit, std::uint64_t offset, std::uint64_t first_record, EventSink& sink) {
  const std::string_view text = as_text(unit);
  std::uint64_t record = first_record;
  std::size_t close = text.find(kClose);
  for (std::size_t at = text.find(kOpen); at != text.npos;) {
    if (close < at) close = text.find(kClose, at);  // looked for once: records without an end do not add up
    const std::size_t next = text.find(kOpen, at + 1);
    ++record;
    if (close == text.npos || next < close) {
      sink.on_drop({Errc::truncated, offset + at, "a record without its end"});
    } else if (!read_record(text.substr(at, close + kClose.size() - at), offset + at, record, sink)) {
      sink.on_drop({Errc::bad_value, offset + at, "a record without an event"});
    }
    at = next;
  }
  return record - first_record;
}

text::Name PrauditSource::name_of(std::string_view element, std::string_view attribute) {
  name_.assign(element);
  if (!attribute.empty()) name_.append(".").append(attribute);
  return emitter_.name_in_log(name_);
}

bool PrauditSource::read_record(std::string_view record, std::uint64_t offset, std::uint64_t number, EventSink& sink) {
  Tag tag;
  if (!next_tag(record, 0, tag) || tag.name != "record") return false;
  const std::string_view what = attribute(tag.attributes, "event");
  if (what.empty()) return false;
  emitter_.begin();
  record_.clear();
  record_.kind = event_kind(unescape_xml(what, emitter_.arena()));
  record_.event = record_.kind != nullptr ? record_.kind->name : unescape_xml(what, emitter_.arena());
  Event event;
  event.time = read_time(attribute(tag.attributes, "time"), attribute(tag.attributes, "msec"));
  event.host = unescape_xml(attribute(tag.attributes, "host"), emitter_.arena());
  each_attribute(tag.attributes, [this](std::string_view name, std::string_view value) {
    emitter_.add(name_of("record", name), value, &unescape_xml);
  });
  std::size_t count = 0;
  for (std::size_t at = tag.end; next_tag(record, at, tag); at = tag.end) {
    if (tag.closes || ++count > kElementsMax) continue;
    const std::size_t end = record.find('<', tag.end);
    add_element(tag, tag.is_empty || end == record.npos ? std::string_view{} : record.substr(tag.end, end - tag.end));
    if (tag.name == "exec_args" && !record_.args.is_set()) {
      const std::size_t close = record.find("</exec_args>", tag.end);
      record_.args = {record.substr(tag.end, close == record.npos ? close : close - tag.end), make_command_line,
                      ValueKind::string};
    }
  }
  record_.account_is_name = !parse_integer(record_.account.raw);
  taxonomy_.add(record_, emitter_);
  event.channel = log_name::macos_bsm;
  if (record_.kind != nullptr) {
    event.provider = record_.kind->name;
    event.event_id = record_.kind->number;
  }
  event.origin = {offset, number};
  event.raw = record;
  emitter_.emit(event, sink);
  return true;
}

void PrauditSource::add_element(const Tag& tag, std::string_view content) {
  // <arg> and <env> stand below the elements that name them.
  std::string_view element = tag.name;
  if (element == "arg") element = "exec_args.arg";
  if (element == "env") element = "exec_env.env";
  if (element == "gid") element = "group.gid";
  about_ = element == "argument" ? attribute(tag.attributes, "desc") : std::string_view{};
  each_attribute(tag.attributes, [this, element](std::string_view name, std::string_view raw) {
    const bool is_number = raw.substr(0, 2) == "0x" || parse_integer(raw);
    Record::Value value{raw, is_number ? &make_decimal : &unescape_xml,
                        is_number ? ValueKind::integer : ValueKind::string};
    if (name == "errval") value.make = make_status;
    emitter_.add(name_of(element, name), value.raw, value.make, value.kind);
    note_attribute(element, name, value);
  });
  if (tag.is_empty || content.find_first_not_of(" \t\r\n") == content.npos) return;
  emitter_.add(name_of(element, {}), content, &unescape_xml);
  note_content(element, content);
}

void PrauditSource::note_attribute(std::string_view element, std::string_view name, const Record::Value& value) {
  if (element == "subject") {
    if (name == "audit-uid" || (name == "uid" && record_.account.raw == "-1")) record_.account = value;
    if (name == "pid") record_.pid = value;
    if (name == "sid") record_.session = value;
    if (name == "tid") {
      const std::string_view ip = value.raw.substr(std::min(value.raw.size(), value.raw.find(' ') + 1));
      if (ip != "0.0.0.0" && ip != "::") record_.source_address = {ip, nullptr, ValueKind::string};
    }
  } else if (element == "process") {
    if (name == "pid") record_.target_pid = value;
  } else if (element == "argument" && name == "value") {
    if (about_ == "signal") record_.signal = value;
    if (about_ == "child PID") record_.child_pid = value;
    if (about_ == "process" && !record_.target_pid.is_set()) record_.target_pid = value;
  } else if (element == "return" && name == "errval") {
    record_.status = value;
  } else if (element == "socket-inet" || element == "socket-inet6") {
    if (name == "addr") record_.peer_address = value;
    if (name == "port") record_.peer_port = value;
  }
}

void PrauditSource::note_content(std::string_view element, std::string_view content) {
  if (element == "path") record_.paths.push_back(unescape_xml(content, emitter_.arena()));
  if (element == "text" && !record_.text.is_set()) record_.text = {content, &unescape_xml, ValueKind::string};
}

}  // namespace

bool sniff_praudit(Bytes head) {
  std::string_view text = as_text(head);
  constexpr std::size_t kPreamble = 4096;  // declaration, <audit>, file tokens
  const std::size_t open = text.substr(0, kPreamble).find(kOpen);
  if (open == text.npos) return false;
  Tag tag;
  if (!next_tag(text, open, tag) || attribute(tag.attributes, "version").empty() ||
      attribute(tag.attributes, "event").empty() || attribute(tag.attributes, "modifier").empty())
    return false;
  const std::string_view before = trim(text.substr(0, open));
  return before.empty() || before.substr(0, 5) == "<?xml" || before.substr(0, 6) == "<audit";
}

std::unique_ptr<Source> make_praudit(const SourceOptions& options) { return std::make_unique<PrauditSource>(options); }

}  // namespace stopwarden::bsm
