// SPDX-License-Identifier: Apache-2.0
#include "sources/zeek/zeek.h"

#include <string>
#include <vector>

#include "base/find.h"
#include "base/text.h"
#include "event/log_name.h"
#include "sources/text/emitter.h"
#include "sources/text/lines.h"
#include "sources/zeek/header.h"
#include "sources/zeek/paths.h"

namespace stopwarden::zeek {
namespace {

using text::Emitter;
using text::Name;

constexpr std::size_t kNone = static_cast<std::size_t>(-1);

class ZeekSource final : public Source {
 public:
  explicit ZeekSource(const SourceOptions& options) : emitter_(options), path_(emitter_.name("_path")) {}
  Cut cut(Bytes window, AtEnd at_end) override;
  std::uint64_t parse(Bytes unit, std::uint64_t offset, std::uint64_t first_record, EventSink& sink) override {
    return parse_in({}, unit, offset, first_record, sink);
  }
  std::uint64_t parse_in(Bytes context, Bytes unit, std::uint64_t offset, std::uint64_t first_record,
                         EventSink& sink) override;
  std::size_t window_max() const noexcept override { return lines_.window_max(); }

 private:
  /// Where a column's values go.
  struct Place {
    Name own, taxonomy;
    bool wanted() const noexcept { return own.wanted() || taxonomy.wanted(); }
  };
  Cut cut_header(std::string_view window, AtEnd at_end);
  Cut cut_headless(std::string_view window);
  void end_header();
  void learn(std::string_view context);
  Place place_of(const Column& column) const;
  bool read_line(std::string_view line, Origin origin, EventSink& sink);
  void add_value(const Column& column, const Place& place, std::string_view value);
  void add(const Column& column, const Place& place, std::string_view value);

  // Where cut() is.
  text::LineCutter lines_;
  std::string header_;   // of the lines that follow; empty: none
  std::string pending_;  // the '#' lines that were met since the last other one
  bool pending_too_long_ = false, headless_ = false;
  // What parse_in() learnt of the latest context: follows from it alone.
  std::string learnt_;
  Header table_;
  Status table_status_{Error{Errc::bad_value, 0, "no header"}};
  const LogPath* log_ = nullptr;
  std::vector<Place> places_;
  std::size_t time_column_ = kNone, host_column_ = kNone;
  Emitter emitter_;
  Name path_;
  std::vector<std::string_view> cells_;
};

Cut ZeekSource::cut(Bytes bytes, AtEnd at_end) {
  const std::string_view window = as_text(bytes);
  if (!lines_.in_long_line() && !window.empty()) {
    if (window[0] == '#') return cut_header(window, at_end);
    end_header();
  }
  Cut cut = lines_.cut(bytes, at_end);
  if (cut.kind != Cut::Kind::unit) return cut;
  if (const std::size_t next = find_text(window.substr(0, cut.take), "\n#"); next != std::string_view::npos)
    cut.take = next + 1;
  if (header_.empty()) return cut_headless(window.substr(0, cut.take));
  cut.context = as_bytes(header_);
  return cut;
}

/// Takes the '#' lines at the start of the window.
Cut ZeekSource::cut_header(std::string_view window, AtEnd at_end) {
  std::size_t take = 0;
  while (take < window.size() && window[take] == '#') {
    std::size_t end = window.find('\n', take);
    if (end == std::string_view::npos) {
      if (at_end == AtEnd::no) break;
      end = window.size() - 1;
    }
    const std::string_view line = window.substr(take, end + 1 - take);
    if (line.size() > kContextMax || pending_.size() > kContextMax - line.size())
      pending_too_long_ = true;
    else
      pending_ += line;
    take = end + 1;
  }
  if (take > 0) return {.take = take, .kind = Cut::Kind::skip};
  if (window.size() < window_max()) return {};
  pending_too_long_ = true;
  return lines_.cut(as_bytes(window), at_end);
}

/// The '#' lines are over. A run that names no columns (#close) leaves the header as it was.
void ZeekSource::end_header() {
  if (pending_.empty() && !pending_too_long_) return;
  const bool is_header = find_text(pending_, "#fields") != std::string_view::npos;
  if (pending_too_long_)
    header_.clear();
  else if (is_header)
    header_ = pending_;
  headless_ = false;
  pending_too_long_ = false;
  pending_.clear();
}

/// Lines that no header explains: reported once.
Cut ZeekSource::cut_headless(std::string_view lines) {
  const bool told = headless_ || trim(lines).empty();
  headless_ = headless_ || !told;
  return {.take = lines.size(),
          .kind = told ? Cut::Kind::skip : Cut::Kind::drop,
          .error = {Errc::bad_value, 0, "lines without a header that can be read"}};
}

std::uint64_t ZeekSource::parse_in(Bytes context, Bytes unit, std::uint64_t offset, std::uint64_t first_record,
                                   EventSink& sink) {
  if (as_text(context) != learnt_ || table_.columns.empty()) learn(as_text(context));
  std::uint64_t records = 0;
  for (text::LineWalk walk(as_text(unit)); walk.next();) {
    const std::string_view line = walk.line();
    if (line.empty() || line[0] == '#') continue;
    const Origin origin{offset + walk.begin(), first_record + ++records};
    if (!table_status_)
      sink.on_drop({table_status_.error().code, origin.offset, table_status_.error().what});
    else if (!read_line(line, origin, sink))
      sink.on_drop({Errc::bad_value, origin.offset, "a line has another number of columns than its header"});
  }
  return records;
}

void ZeekSource::learn(std::string_view context) {
  learnt_ = context;
  table_ = Header{};
  table_status_ = table_.read(learnt_);
  log_ = known_log(table_.path);
  places_.clear();
  time_column_ = host_column_ = kNone;
  for (std::size_t i = 0; i < table_.columns.size(); ++i) {
    places_.push_back(place_of(table_.columns[i]));
    if (table_.columns[i].name == "ts") time_column_ = i;
    if (table_.columns[i].name == "id.resp_h" && log_ != nullptr && log_->host == Host::responder) host_column_ = i;
  }
}

ZeekSource::Place ZeekSource::place_of(const Column& column) const {
  Place out{emitter_.name_in_log(column.name), {}};
  for (const TaxonomyName& row : kTaxonomyNames)
    if (row.column == column.name && (row.path.empty() || row.path == table_.path))
      if (const Name name = emitter_.name(row.name); name.wanted() && *name.id != kUnnamedField) out.taxonomy = name;
  return out;
}

/// Seconds since 1970 with a fraction, as Zeek writes them; or ISO 8601.
std::optional<EventTime> time_of(std::string_view value) {
  const std::size_t dot = value.find('.');
  const auto seconds = parse_unsigned(value.substr(0, dot));
  if (!seconds) return parse_time(value);
  constexpr std::uint64_t kSecondsMax = 9'000'000'000;  // what nanoseconds in 64 bits hold, in round numbers
  if (*seconds > kSecondsMax) return std::nullopt;
  std::int64_t nanos = 0, scale = 100'000'000;
  if (dot != std::string_view::npos)
    for (std::size_t i = dot + 1; i < value.size(); ++i, scale /= 10) {
      if (value[i] < '0' || value[i] > '9') return std::nullopt;
      nanos += (value[i] - '0') * scale;
    }
  return EventTime{std::chrono::seconds{static_cast<std::int64_t>(*seconds)}} + std::chrono::nanoseconds{nanos};
}

bool ZeekSource::read_line(std::string_view line, Origin origin, EventSink& sink) {
  cells_.clear();
  for (std::string_view rest = line;;) {
    const std::size_t end = rest.find(table_.separator);
    cells_.push_back(rest.substr(0, end));
    if (end == std::string_view::npos || cells_.size() > table_.columns.size()) break;
    rest.remove_prefix(end + 1);
  }
  if (cells_.size() != table_.columns.size()) return false;
  emitter_.begin();
  emitter_.add(path_, table_.path);
  for (std::size_t i = 0; i < cells_.size(); ++i)
    if (places_[i].wanted()) add_value(table_.columns[i], places_[i], cells_[i]);
  Event event;
  event.channel = log_name::zeek;
  if (log_ != nullptr) event.provider = log_->path;
  if (time_column_ != kNone) event.time = time_of(cells_[time_column_]);
  if (host_column_ != kNone && cells_[host_column_] != table_.unset) event.host = cells_[host_column_];
  event.origin = origin;
  event.raw = line;
  emitter_.emit(event, sink);
  return true;
}

void ZeekSource::add_value(const Column& column, const Place& place, std::string_view value) {
  if (value == table_.unset) return;
  if (value == table_.empty) {
    if (!column.many) add(column, place, {});
    return;
  }
  if (!column.many || table_.set_separator.empty()) return add(column, place, value);
  for (;;) {
    const std::size_t end = value.find(table_.set_separator);
    if (const std::string_view member = value.substr(0, end); member != table_.unset) add(column, place, member);
    if (end == std::string_view::npos) return;
    value.remove_prefix(end + table_.set_separator.size());
  }
}

void ZeekSource::add(const Column& column, const Place& place, std::string_view value) {
  ValueKind kind = ValueKind::string;
  text::Make make = unescape;
  if (column.type == ColumnType::integer && parse_integer(value)) kind = ValueKind::integer;
  if (column.type == ColumnType::real && parse_number(value)) kind = ValueKind::real;
  if (column.type == ColumnType::boolean && (value == "T" || value == "F")) {
    kind = ValueKind::boolean;
    value = value == "T" ? "true" : "false";
  }
  if (kind != ValueKind::string) make = nullptr;
  emitter_.add(place.own, value, make, kind);
  emitter_.add(place.taxonomy, value, make, kind);
}

}  // namespace

bool sniff_zeek(Bytes head) {
  return text::first_lines_are(head, 1, [](std::string_view line) {
    constexpr std::string_view kSign = "#separator ";
    return line.substr(0, kSign.size()) == kSign;
  });
}

std::unique_ptr<Source> make_zeek(const SourceOptions& options) { return std::make_unique<ZeekSource>(options); }

}  // namespace stopwarden::zeek
