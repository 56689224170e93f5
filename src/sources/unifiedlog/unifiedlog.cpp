// SPDX-License-Identifier: Apache-2.0
#include "sources/unifiedlog/unifiedlog.h"

#include <algorithm>

#include "base/text.h"
#include "event/launchd.h"
#include "event/log_name.h"
#include "event/macos_names.h"
#include "sources/text/emitter.h"
#include "sources/text/lines.h"
#include "sources/unifiedlog/entry.h"

namespace stopwarden::unifiedlog {
namespace {

using text::kLineMax;
using text::kUnitMax;
using text::LineWalk;

/// Does an entry begin at `at`, behind a line feed? `sure` is false when the window ends too early to say.
bool entry_at(std::string_view window, std::size_t at, AtEnd at_end, bool& sure) noexcept {
  sure = at_end == AtEnd::yes || window.size() - at >= kStartBytes;
  return sure && starts_entry(window.substr(at, kStartBytes));
}

class UnifiedLogSource final : public Source {
 public:
  explicit UnifiedLogSource(const SourceOptions& options);
  Cut cut(Bytes window, AtEnd at_end) override;
  std::uint64_t parse(Bytes unit, std::uint64_t offset, std::uint64_t first_record, EventSink& sink) override;
  std::size_t window_max() const noexcept override { return kLineMax; }

 private:
  static std::size_t entry_before(std::string_view text, std::size_t limit, AtEnd at_end) noexcept;
  static std::size_t entry_behind(std::string_view text, std::size_t from, AtEnd at_end) noexcept;
  void emit(std::string_view raw, std::uint64_t offset, std::uint64_t number, EventSink& sink);
  void add_launchd(const Entry& entry);

  bool in_long_entry_ = false;
  text::Emitter emitter_;
  text::Name process_, pid_, thread_, activity_, type_, sender_, subsystem_, category_, message_, event_message_,
      label_, domain_, signal_, requested_by_, launchd_message_;
};

UnifiedLogSource::UnifiedLogSource(const SourceOptions& options)
    : emitter_(options),
      process_(emitter_.name("process")),
      pid_(emitter_.name("ProcessId")),
      thread_(emitter_.name("threadID")),
      activity_(emitter_.name("activityIdentifier")),
      type_(emitter_.name("messageType")),
      sender_(emitter_.name("sender")),
      subsystem_(emitter_.name("subsystem")),
      category_(emitter_.name("category")),
      message_(emitter_.name("message")),
      event_message_(emitter_.name("eventMessage")),
      label_(emitter_.name("ServiceLabel")),
      domain_(emitter_.name("ServiceDomain")),
      signal_(emitter_.name("SignalName")),
      requested_by_(emitter_.name("RequestedBy")),
      launchd_message_(emitter_.name("LaunchdMessage")) {}

/// The last place in (0, limit] where an entry begins; 0 when there is none.
std::size_t UnifiedLogSource::entry_before(std::string_view text, std::size_t limit, AtEnd at_end) noexcept {
  for (std::size_t at = text.rfind('\n', limit == 0 ? 0 : limit - 1); at != text.npos && at > 0;
       at = text.rfind('\n', at - 1)) {
    bool sure = false;
    if (at + 1 < text.size() && entry_at(text, at + 1, at_end, sure)) return at + 1;
  }
  return 0;
}

/// The first one behind `from`; 0 when there is none.
std::size_t UnifiedLogSource::entry_behind(std::string_view text, std::size_t from, AtEnd at_end) noexcept {
  for (std::size_t at = text.find('\n', from); at != text.npos; at = text.find('\n', at + 1)) {
    bool sure = false;
    if (at + 1 < text.size() && entry_at(text, at + 1, at_end, sure)) return at + 1;
  }
  return 0;
}

Cut UnifiedLogSource::cut(Bytes window, AtEnd at_end) {
  const std::string_view text = as_text(window);
  if (text.empty()) return {};
  if (in_long_entry_) {
    const std::size_t next = entry_behind(text, 0, at_end);
    if (next != 0) {
      in_long_entry_ = false;
      return {.take = next, .kind = Cut::Kind::skip};
    }
    // What may be the start of an entry's line stays in the window.
    const std::size_t line = text.rfind('\n');
    const bool keep = at_end == AtEnd::no && line != text.npos && line > 0 && text.size() - line <= kStartBytes;
    if (at_end == AtEnd::no && line == 0 && text.size() <= kStartBytes) return {};
    return {.take = keep ? line : text.size(), .kind = Cut::Kind::skip};
  }
  std::size_t take = entry_before(text, std::min(text.size(), kUnitMax), at_end);
  if (take == 0 && text.size() > kUnitMax) take = entry_behind(text, kUnitMax - 1, at_end);
  if (take == 0 && at_end == AtEnd::yes && text.size() < kLineMax) take = text.size();
  if (at_end == AtEnd::yes && text.size() <= kUnitMax) take = text.size();
  if (take > 0) return {.take = take, .kind = Cut::Kind::unit};
  if (text.size() < kLineMax) return {};
  in_long_entry_ = at_end == AtEnd::no;
  return {.take = text.size(),
          .kind = Cut::Kind::drop,
          .error = {Errc::limit_exceeded, 0, "an entry of more than 1 MiB was left out"}};
}

std::uint64_t UnifiedLogSource::parse(Bytes unit, std::uint64_t offset, std::uint64_t first_record, EventSink& sink) {
  const std::string_view text = as_text(unit);
  std::uint64_t record = first_record;
  constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  std::size_t begin = kNone;  // of the entry at hand
  const auto finish = [&](std::size_t end) {
    if (begin == kNone) return;
    while (end > begin && (text[end - 1] == '\n' || text[end - 1] == '\r')) --end;
    ++record;
    emit(text.substr(begin, end - begin), offset + begin, record, sink);
    begin = kNone;
  };
  bool after_end = false, stray = false;
  for (LineWalk walk(text); walk.next();) {
    if (starts_entry(walk.line())) {
      finish(walk.begin());
      begin = walk.begin();
      after_end = false;
    } else if (is_end_line(walk.line())) {
      finish(walk.begin());
      after_end = true;
    } else if (begin == kNone && !after_end && !stray && !trim(walk.line()).empty() && !is_heading(walk.line())) {
      stray = true;  // at most once a unit: what stands before an entry is one stretch
      sink.on_drop({Errc::bad_value, offset + walk.begin(), "lines that belong to no entry"});
    }
  }
  finish(text.size());
  return record - first_record;
}

void UnifiedLogSource::add_launchd(const Entry& entry) {
  const macos::LaunchdMessage m = macos::read_launchd_message(entry.subsystem, entry.text);
  const auto add = [this](text::Name name, std::string_view value) {
    if (!value.empty()) emitter_.add(name, value);
  };
  add(label_, m.label);
  add(domain_, m.domain);
  add(signal_, m.signal);
  add(requested_by_, m.requested_by);
  add(launchd_message_, m.text);
}

void UnifiedLogSource::emit(std::string_view raw, std::uint64_t offset, std::uint64_t number, EventSink& sink) {
  const auto entry = read_entry(raw);
  if (!entry) return sink.on_drop({Errc::bad_value, offset, "an entry of none of the known forms"});
  if (number == 1 && !entry->has_zone) sink.on_oddity({Errc::bad_value, offset, "times have no zone: taken as UTC"});
  emitter_.begin();
  const auto add = [this](text::Name name, std::string_view value) {
    if (!value.empty()) emitter_.add(name, value);
  };
  add(process_, entry->process);
  emitter_.add_integer(pid_, entry->pid);
  add(thread_, entry->thread);
  add(activity_, entry->activity);
  add(type_, entry->type);
  add(sender_, entry->sender);
  add(subsystem_, entry->subsystem);
  add(category_, entry->category);
  emitter_.add(message_, entry->text);
  emitter_.add(event_message_, entry->text);
  Event event;
  event.time = parse_time(entry->time);
  event.channel = log_name::macos_unifiedlog;
  event.provider = macos::program_of(entry->process);
  if (event.provider == "launchd") add_launchd(*entry);
  if (entry->host != "localhost") event.host = entry->host;  // what log(1) prints for any machine
  event.origin = {offset, number};
  event.raw = raw;
  emitter_.emit(event, sink);
}

}  // namespace

bool sniff_unifiedlog(Bytes head) {
  for (LineWalk walk(as_text(head)); walk.next();) {
    const std::string_view line = walk.line();
    if (trim(line).empty()) continue;
    if (line.substr(0, 11) == "Timestamp  ")
      return line.find("Thread ") != line.npos || line.find("(process)[PID]") != line.npos ||
             line.find("Process[PID:TID]") != line.npos;
    if (!is_heading(line)) return read_entry(line).has_value();
  }
  return false;
}

std::unique_ptr<Source> make_unifiedlog(const SourceOptions& options) {
  return std::make_unique<UnifiedLogSource>(options);
}

}  // namespace stopwarden::unifiedlog
