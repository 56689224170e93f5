// SPDX-License-Identifier: Apache-2.0
#include "sources/esxi/esxi.h"

#include "base/text.h"
#include "sources/esxi/line.h"
#include "sources/esxi/message.h"
#include "sources/esxi/programs.h"
#include "sources/text/emitter.h"
#include "sources/text/lines.h"

namespace stopwarden::esxi {
namespace {

using text::Emitter;

class EsxiSource final : public Source {
 public:
  explicit EsxiSource(const SourceOptions& options)
      : emitter_(options), computer_(emitter_.name("Computer")), messages_(emitter_) {}
  Cut cut(Bytes window, AtEnd at_end) override;
  std::uint64_t parse(Bytes unit, std::uint64_t offset, std::uint64_t first_record, EventSink& sink) override;
  std::size_t window_max() const noexcept override { return lines_.window_max(); }

 private:
  void emit(std::string_view record, Origin origin, EventSink& sink);
  text::LineCutter lines_;
  Emitter emitter_;
  text::Name computer_;
  MessageReader messages_;
};

/// Where the last line begins that is no continuation; 0 when that is the first line, or none.
std::size_t last_record(std::string_view lines) noexcept {
  std::size_t end = lines.size();
  while (end > 0) {
    const std::size_t feed = end < 2 ? std::string_view::npos : lines.rfind('\n', end - 2);
    const std::size_t begin = feed == std::string_view::npos ? 0 : feed + 1;
    const std::string_view line = lines.substr(begin, end - begin);
    if (begin == 0 || !(trim(line).empty() || is_continuation(line))) return begin;
    end = begin;
  }
  return 0;
}

/// The last line waits for the next one, which may go on with it.
Cut EsxiSource::cut(Bytes window, AtEnd at_end) {
  Cut cut = lines_.cut(window, at_end);
  if (cut.kind != Cut::Kind::unit || (at_end == AtEnd::yes && cut.take == window.size())) return cut;
  const std::size_t whole = last_record(as_text(window).substr(0, cut.take));
  if (whole > 0)
    cut.take = whole;
  else if (at_end == AtEnd::no && window.size() < window_max())
    return {};
  return cut;
}

std::uint64_t EsxiSource::parse(Bytes unit, std::uint64_t offset, std::uint64_t first_record, EventSink& sink) {
  const std::string_view lines = as_text(unit);
  std::uint64_t records = 0;
  std::size_t begin = 0, end = 0;  // of the present record
  const auto flush = [&] {
    if (end > begin) emit(lines.substr(begin, end - begin), {offset + begin, first_record + ++records}, sink);
  };
  for (text::LineWalk walk(lines); walk.next();) {
    if (trim(walk.line()).empty()) continue;
    if (end == begin || !is_continuation(walk.line())) {
      flush();
      begin = walk.begin();
    }
    end = walk.begin() + walk.line().size();
  }
  flush();
  return records;
}

void EsxiSource::emit(std::string_view record, Origin origin, EventSink& sink) {
  const auto line = read_line(record);
  if (!line && !is_continuation(record)) return sink.on_drop({Errc::bad_value, origin.offset, "a line without a time"});
  emitter_.begin();
  Event event;
  event.origin = origin;
  event.raw = record;
  Line rest;
  if (!line) rest.message = record;
  const Line& read = line ? *line : rest;
  event.time = read.time;
  event.host = read.host;
  if (!read.host.empty()) emitter_.add(computer_, read.host);
  messages_.read(read, event);
  emitter_.emit(event, sink);
}

/// "[5A4C1B70 info 'Vimsvc.TaskManager' ...] message" of ESXi 5.
bool is_old(const Line& line) noexcept {
  if (!line.program.empty() || line.message.empty() || line.message[0] != '[') return false;
  const std::size_t quote = line.message.substr(0, 64).find(" '");
  return quote != std::string_view::npos && parse_hex(line.message.substr(1, line.message.find(' ') - 1));
}

}  // namespace

bool sniff_esxi(Bytes head) {
  constexpr std::size_t kLinesAsked = 64;
  bool sure = false;
  std::string_view text = as_text(head);
  if (const std::size_t last = text.rfind('\n'); last != std::string_view::npos) text = text.substr(0, last + 1);
  std::size_t seen = 0;
  for (text::LineWalk walk(text); seen < kLinesAsked && walk.next();) {
    if (trim(walk.line()).empty() || is_continuation(walk.line())) continue;
    ++seen;
    const auto line = read_line(walk.line());
    if (!line && seen == 1) continue;  // what a rotation left of a line
    if (!line) return false;
    const Program* program = known_program(line->program);
    if (!line->host.empty()) {
      if (!is_esxi(line->program, line->message)) return false;
      sure = true;
    } else if (line->program.empty() && !line->sure && !is_old(*line)) {
      return false;
    }
    sure = sure || line->sure || is_old(*line) || (program != nullptr && (program->only_here || !line->pid.empty()));
  }
  return sure;
}

std::unique_ptr<Source> make_esxi(const SourceOptions& options) { return std::make_unique<EsxiSource>(options); }

}  // namespace stopwarden::esxi
