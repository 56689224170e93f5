// SPDX-License-Identifier: Apache-2.0
#include "sources/journal_export/journal_export.h"

#include <algorithm>
#include <cstring>

#include "base/text.h"
#include "sources/journal/entry_fields.h"

namespace stopwarden::journal {
namespace {

constexpr std::size_t kEntryMax = 16 * std::size_t{1024} * 1024;  // as an object of JSON
constexpr std::size_t kUnitMax = 256 * std::size_t{1024};         // a unit ends with the entry in which it gets there
constexpr std::size_t kFieldsMax = 4096;                          // journald writes 1,024 at most
constexpr std::size_t kNameMax = 256;                             // journald takes 64 bytes
constexpr std::size_t kLength = 8;                                // bytes of a binary value's length

bool is_name(std::string_view name) noexcept {
  if (name.empty() || name.size() > kNameMax) return false;
  return std::all_of(name.begin(), name.end(),
                     [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; });
}

/// What stands at a place of an export.
struct Step {
  enum class Kind : std::uint8_t { field, blank, bad, torn, more } kind = Kind::more;
  std::string_view name, value;
  std::size_t end = 0;  ///< behind it and its line feed
};

/// `at_end`: nothing comes behind `text`. Otherwise Kind::more says that the field may not be whole yet.
Step read_step(std::string_view text, std::size_t at, AtEnd at_end) noexcept {
  const void* feed = std::memchr(text.data() + at, '\n', text.size() - at);
  if (feed == nullptr && at_end == AtEnd::no) return {};
  const std::size_t stop =
      feed == nullptr ? text.size() : static_cast<std::size_t>(static_cast<const char*>(feed) - text.data());
  const std::string_view line = text.substr(at, stop - at);
  Step step;
  step.end = feed == nullptr ? stop : stop + 1;
  step.kind = Step::Kind::bad;
  if (line.empty()) {
    step.kind = Step::Kind::blank;
    return step;
  }
  const std::size_t equals = line.substr(0, kNameMax + 1).find('=');
  step.name = line.substr(0, std::min(equals, line.size()));
  if (!is_name(step.name)) return step;
  if (equals != std::string_view::npos) {
    step.kind = Step::Kind::field;
    step.value = line.substr(equals + 1);
    return step;
  }
  // A name alone: the value's length in 8 bytes, the value, a line feed.
  const std::size_t left = text.size() - step.end;
  const bool has_length = left >= kLength;
  const std::uint64_t length = has_length ? load_le<std::uint64_t>(as_bytes(text), step.end) : 0;
  // What is bad must take with it what told so: a unit may end right behind it.
  if (length > kEntryMax) {
    step.end += kLength;
    return step;
  }
  if (!has_length || left - kLength < length + 1) {
    if (at_end == AtEnd::no) return {};
    step.kind = Step::Kind::torn;
    step.end = text.size();
    return step;
  }
  const std::size_t begin = step.end + kLength, end = begin + static_cast<std::size_t>(length);
  if (text[end] != '\n') {
    step.end = end;
    return step;
  }
  step.kind = Step::Kind::field;
  step.value = text.substr(begin, end - begin);
  step.end = end + 1;
  return step;
}

class ExportSource final : public Source {
 public:
  explicit ExportSource(const SourceOptions& options) : fields_(options) {}
  std::size_t window_max() const noexcept override { return kEntryMax; }
  Cut cut(Bytes window, AtEnd at_end) override;
  std::uint64_t parse(Bytes unit, std::uint64_t offset, std::uint64_t first_record, EventSink& sink) override;

 private:
  Cut leave_out(std::string_view text, AtEnd at_end);
  std::size_t read_entry(std::string_view text, std::size_t at, Origin origin, EventSink& sink);

  EntryFields fields_;
  bool leaving_out_ = false;  // an entry that is too long
};

/// Goes on to the next blank line.
Cut ExportSource::leave_out(std::string_view text, AtEnd at_end) {
  const std::size_t blank = text.find("\n\n");
  std::size_t take = text.size();
  if (blank != std::string_view::npos) {
    take = blank + 2;
    leaving_out_ = false;
  } else if (at_end == AtEnd::no && text.back() == '\n') {
    if (--take == 0) return {};
  }
  return {.take = take, .kind = Cut::Kind::skip};
}

Cut ExportSource::cut(Bytes window, AtEnd at_end) {
  const std::string_view text = as_text(window);
  if (text.empty()) return {};
  if (leaving_out_) return leave_out(text, at_end);
  std::size_t whole = 0, at = 0;
  while (at < text.size() && whole < kUnitMax) {
    const Step step = read_step(text, at, at_end);
    if (step.kind == Step::Kind::more) break;
    at = step.end;
    if (step.kind == Step::Kind::blank || (at_end == AtEnd::yes && at == text.size())) whole = at;
    if (whole == 0 && at >= kEntryMax) break;
  }
  if (whole != 0) return {.take = whole, .kind = Cut::Kind::unit};
  if (text.size() < kEntryMax) return {};
  leaving_out_ = true;
  const std::size_t take = text.size() - (text.back() == '\n' ? 1 : 0);
  return {.take = take,
          .kind = Cut::Kind::drop,
          .error = {Errc::limit_exceeded, 0, "an entry of more than 16 MiB was left out"}};
}

/// Returns the place behind the entry.
std::size_t ExportSource::read_entry(std::string_view text, std::size_t at, Origin origin, EventSink& sink) {
  const std::size_t begin = at;
  std::size_t read = 0, end = at;
  bool dropped = false;
  const auto drop = [&](Errc code, std::size_t place, const char* what) {
    if (!dropped) sink.on_drop({code, origin.offset + (place - begin), what});
    dropped = true;
  };
  fields_.begin();
  while (at < text.size()) {
    const Step step = read_step(text, at, AtEnd::yes);
    if (step.kind == Step::Kind::blank) {
      at = step.end;
      break;
    }
    if (step.kind == Step::Kind::torn) drop(Errc::truncated, at, "the input ends inside of a field's bytes");
    if (step.kind == Step::Kind::bad) drop(Errc::bad_value, at, "a line that is no field of an entry");
    if (step.kind == Step::Kind::torn) {
      at = end = text.size();
      break;
    }
    if (step.kind == Step::Kind::field) {
      if (read == kFieldsMax) drop(Errc::limit_exceeded, at, "an entry of more than 4,096 fields");
      if (read < kFieldsMax) fields_.add(step.name, step.value);
      read += read < kFieldsMax ? 1 : 0;
    }
    at = end = step.end;
  }
  if (read != 0)
    fields_.emit({parse_unsigned(fields_.facts()[Fact::realtime]), origin, as_bytes(text.substr(begin, end - begin))},
                 sink);
  return at;
}

std::uint64_t ExportSource::parse(Bytes unit, std::uint64_t offset, std::uint64_t first_record, EventSink& sink) {
  const std::string_view text = as_text(unit);
  std::uint64_t records = 0;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == '\n') {
      ++at;
      continue;
    }
    ++records;
    at = read_entry(text, at, {offset + at, first_record + records}, sink);
  }
  return records;
}

/// The fields that journalctl and systemd-journal-upload begin an entry with.
bool begins_entry(std::string_view name) noexcept {
  return name == "__CURSOR" || name == "__REALTIME_TIMESTAMP" || name == "__MONOTONIC_TIMESTAMP" || name == "__SEQNUM";
}

}  // namespace

bool sniff_export(Bytes head) {
  const std::string_view text = as_text(head);
  std::size_t at = 0;
  while (at < text.size() && text[at] == '\n') ++at;
  // Two fields: the first one is journald's own.
  for (int i = 0; i < 2; ++i) {
    if (at >= text.size()) return false;
    const Step step = read_step(text, at, AtEnd::no);
    if (step.kind != Step::Kind::field || (i == 0 && !begins_entry(step.name))) return false;
    at = step.end;
  }
  return true;
}

std::unique_ptr<Source> make_export(const SourceOptions& options) { return std::make_unique<ExportSource>(options); }

}  // namespace stopwarden::journal
