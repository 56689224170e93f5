// SPDX-License-Identifier: Apache-2.0
#include "sources/auditd/auditd.h"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "event/log_name.h"
#include "sources/auditd/fields.h"
#include "sources/auditd/groups.h"
#include "sources/auditd/record.h"
#include "sources/text/emitter.h"
#include "sources/text/lines.h"

namespace stopwarden::auditd {
namespace {

constexpr std::size_t kWindowMax = 16 * std::size_t{1024} * 1024;
static_assert(kWindowMax >= kEventMax + 2 * kGapMax + 2 * text::kLineMax);

/// What ausearch puts between events.
bool is_separator(std::string_view line) noexcept {
  constexpr std::string_view kTime = "time->";
  const std::string_view text = trim(line);
  return text.empty() || text.substr(0, kTime.size()) == kTime ||
         (text.size() >= 4 && text.find_first_not_of('-') == std::string_view::npos);
}

/// "type=" or "node=" without a whole head behind it.
bool breaks_off(std::string_view line) noexcept { return line.substr(0, 5) == "type=" || line.substr(0, 5) == "node="; }

class AuditdSource final : public Source, private text::Emitter::Again {
 public:
  explicit AuditdSource(const SourceOptions& options) : emitter_(options), fields_(emitter_) {}

  Cut cut(Bytes window, AtEnd at_end) override;
  std::uint64_t parse(Bytes unit, std::uint64_t offset, std::uint64_t first_record, EventSink& sink) override;
  std::size_t window_max() const noexcept override { return kWindowMax; }

 private:
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};
  struct Line {  // a record, or a line that is none
    Record record;
    std::size_t begin = 0, end = 0;
    std::uint32_t next = kNone;  // of the same event
  };
  struct Item {  // an event or a line that is none, in the order of the unit
    std::uint32_t first = 0, last = 0;
    bool is_event = false;
  };
  void read_lines(std::string_view unit);
  void emit(const Item& item, std::string_view unit, Origin origin, EventSink& sink);
  std::string_view raw_of(const Item& item, std::string_view unit);
  void add_lines();
  void add_again() override;

  text::LineCutter lines_cutter_;
  Boundary boundary_;
  text::Emitter emitter_;
  EventFields fields_;
  Groups groups_;
  std::vector<Line> lines_;
  std::vector<Item> items_;
  std::vector<std::uint32_t> item_of_;  // by group
  const Item* item_ = nullptr;          // the event that is being emitted
};

Cut AuditdSource::cut(Bytes window, AtEnd at_end) {
  const Bytes near = window.first(std::min(window.size(), text::kLineMax));
  Cut cut = lines_cutter_.cut(near, near.size() == window.size() ? at_end : AtEnd::no);
  if (cut.kind != Cut::Kind::unit) return cut;
  const std::string_view text = as_text(window);
  if (const std::size_t place = boundary_.find(text, cut.take, at_end == AtEnd::yes); place > 0) {
    cut.take = place;
    return cut;
  }
  if (at_end == AtEnd::no && window.size() < kWindowMax) return {};
  // Events lie across each other without end: one of them is cut in two.
  const std::size_t last = text.rfind('\n');
  if (last != std::string_view::npos) cut.take = last + 1;
  return cut;
}

/// Fills lines_ and items_.
void AuditdSource::read_lines(std::string_view unit) {
  groups_.clear();
  lines_.clear();
  items_.clear();
  item_of_.clear();
  for (text::LineWalk walk(unit); walk.next();) {
    const auto record = read_record(walk.line());
    if (!record && is_separator(walk.line())) continue;
    const auto line = static_cast<std::uint32_t>(lines_.size());
    const std::size_t end = walk.begin() + walk.line().size();
    lines_.push_back({record.value_or(Record{}), walk.begin(), end, kNone});
    if (!record) {
      items_.push_back({line, line, false});
      continue;
    }
    const Groups::Place place = groups_.add(*record, walk.begin(), walk.end());
    if (place.fresh) {
      item_of_.push_back(kNone);
    }
    if (record->part == Part::end) {  // it has no fields, and what it says is done
      lines_.pop_back();
      continue;
    }
    std::uint32_t& item = item_of_[place.group];
    if (item == kNone) {
      item = static_cast<std::uint32_t>(items_.size());
      items_.push_back({line, line, true});
    } else {
      lines_[items_[item].last].next = line;
      items_[item].last = line;
    }
  }
}

/// The event's lines: as they lie, or one after the other when something lies between them.
std::string_view AuditdSource::raw_of(const Item& item, std::string_view unit) {
  const Line &first = lines_[item.first], &last = lines_[item.last];
  if (last.begin == first.begin) return unit.substr(first.begin, first.end - first.begin);
  std::uint32_t line = item.first;
  std::size_t size = 0;
  while (lines_[line].next == line + 1) ++line;
  if (line == item.last) return unit.substr(first.begin, last.end - first.begin);
  for (line = item.first; line != kNone; line = lines_[line].next) size += lines_[line].end - lines_[line].begin + 1;
  char* out = emitter_.arena().allocate(size);
  const std::string_view raw(out, size - 1);
  for (line = item.first; line != kNone; line = lines_[line].next) {
    std::memcpy(out, unit.data() + lines_[line].begin, lines_[line].end - lines_[line].begin);
    out += lines_[line].end - lines_[line].begin;
    *out++ = '\n';
  }
  return raw;
}

void AuditdSource::emit(const Item& item, std::string_view unit, Origin origin, EventSink& sink) {
  const Record& first = lines_[item.first].record;
  fields_.begin();
  std::string_view provider;
  Part part = Part::end;
  for (std::uint32_t line = item.first; line != kNone; line = lines_[line].next)
    EventFields::note_provider(lines_[line].record, provider, part);
  emitter_.choose(log_name::linux_auditd, provider, std::nullopt, *this);
  item_ = &item;
  add_lines();
  Event event;
  event.time = time_of(first);
  event.host = first.node;
  event.channel = log_name::linux_auditd;
  event.provider = provider;
  event.origin = origin;
  event.raw = raw_of(item, unit);
  if (fields_.headless())
    sink.on_oddity({Errc::truncated, origin.offset, "an audit event whose first records are missing"});
  if (fields_.overflowed())
    sink.on_oddity({Errc::limit_exceeded, origin.offset, "an audit event has too many values; some were left out"});
  emitter_.emit(event, sink);
}

void AuditdSource::add_lines() {
  for (std::uint32_t line = item_->first; line != kNone; line = lines_[line].next) fields_.add(lines_[line].record);
  fields_.finish();
}

void AuditdSource::add_again() {
  fields_.begin_again();
  add_lines();
}

std::uint64_t AuditdSource::parse(Bytes unit, std::uint64_t offset, std::uint64_t first_record, EventSink& sink) {
  const std::string_view text = as_text(unit);
  read_lines(text);
  std::uint64_t number = first_record;
  for (const Item& item : items_) {
    const Line& line = lines_[item.first];
    const Origin origin{offset + line.begin, ++number};
    if (item.is_event)
      emit(item, text, origin, sink);
    else if (breaks_off(text.substr(line.begin, line.end - line.begin)))
      sink.on_drop({Errc::truncated, origin.offset, "an audit record that breaks off"});
    else
      sink.on_drop({Errc::bad_value, origin.offset, "a line that is no audit record"});
  }
  return number - first_record;
}

/// Has it a whole head of auditd's own form? "type=NAME msg=audit(TIME:SERIAL):" at the start of a line is nobody
/// else's.
bool is_audit_line(std::string_view line) noexcept {
  while (!line.empty() && line[0] == '\0') line.remove_prefix(1);
  return breaks_off(line) && read_record(line).has_value();
}

}  // namespace

bool sniff_auditd(Bytes head) {
  // A rotated file may begin within a record, so that one line may be another; but never one that is the kernel's log
  // within syslog.
  bool other = false;
  text::LineWalk walk(as_text(head));
  for (int i = 0; i < 32 && walk.next(); ++i) {
    if (is_audit_line(walk.line())) return true;
    if (is_separator(walk.line()) || walk.line()[0] == '#') continue;
    if (other || read_record(walk.line())) return false;
    other = true;
  }
  return false;
}

std::unique_ptr<Source> make_auditd(const SourceOptions& options) { return std::make_unique<AuditdSource>(options); }

}  // namespace stopwarden::auditd
