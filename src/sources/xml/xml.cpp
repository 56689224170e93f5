// SPDX-License-Identifier: Apache-2.0
#include "sources/xml/xml.h"

#include <algorithm>
#include <string>

#include "base/text.h"
#include "sources/xml/event_reader.h"
#include "sources/xml/scanner.h"

namespace stopwarden::xml {
namespace {

using Kind = Found::Kind;

class XmlSource final : public Source {
 public:
  explicit XmlSource(const SourceOptions& options) : reader_(options) {}

  Cut cut(Bytes window, AtEnd at_end) override;
  std::uint64_t parse(Bytes unit, std::uint64_t offset, std::uint64_t first_record, EventSink& sink) override;
  std::size_t window_max() const noexcept override { return limits_.event_bytes_max; }

 private:
  Cut cut_events(Bytes window, AtEnd at_end);
  Cut cut_overlong(Bytes window, AtEnd at_end);
  Cut no_more_marks(Bytes window, AtEnd at_end);
  Cut unit(std::size_t take);
  enum class After : std::uint8_t { anew, go_on };
  Cut gap(std::size_t take, After after);
  Cut drop(std::size_t take, Errc code, std::size_t offset, const char* what);
  void start_anew();

  XmlLimits limits_;
  EventReader reader_;
  bool started_ = false;
  Encoding encoding_ = Encoding::utf8;
  Scanner scanner_;
  std::size_t resume_ = 0;     // where scanner_ goes on in the next window
  bool overlong_ = false;      // inside an event that was reported as too long
  bool gap_reported_ = false;  // this stretch between events was reported
  bool foreign_ = false;       // it holds what is no event, first at foreign_at_
  std::size_t foreign_at_ = 0;
};

Cut XmlSource::cut(Bytes window, AtEnd at_end) {
  if (!started_) {
    if (window.size() < 3 && at_end == AtEnd::no) return {};
    started_ = true;
    encoding_ = detect_encoding(window);
    start_anew();
    if (const std::size_t mark = byte_order_mark(window); mark != 0) return {mark, Cut::Kind::skip, {}};
  }
  return overlong_ ? cut_overlong(window, at_end) : cut_events(window, at_end);
}

Cut XmlSource::cut_events(Bytes window, AtEnd at_end) {
  std::size_t whole = 0;  // end of the last whole event; all before it is one unit
  for (;;) {
    const Found found = scanner_.scan(window, resume_);
    resume_ = found.resume;
    switch (found.kind) {
      case Kind::event_start:
        if (whole == 0 && found.at != 0) return gap(found.at, After::anew);
        break;
      case Kind::event_end:
        whole = found.at;
        if (whole >= limits_.unit_bytes) return unit(whole);
        break;
      case Kind::text:  // the lines that tools put between events
        if (whole != 0) return unit(whole);
        break;
      case Kind::foreign:
        if (whole != 0) return unit(whole);
        if (!foreign_) foreign_at_ = found.at;
        foreign_ = true;
        break;
      case Kind::restart:
        if (whole != 0) return unit(whole);
        if (scanner_.in_event() && found.at != 0)
          return drop(found.at, Errc::truncated, 0, "event breaks off before the next one");
        if (!foreign_) foreign_at_ = 0;
        foreign_ = true;
        return gap(found.at, After::anew);
      case Kind::nothing:
        if (whole != 0) return unit(whole);
        return no_more_marks(window, at_end);
    }
  }
}

Cut XmlSource::no_more_marks(Bytes window, AtEnd at_end) {
  const bool full = window.size() >= limits_.event_bytes_max;
  if (scanner_.in_event()) {
    if (at_end == AtEnd::yes) return drop(window.size(), Errc::truncated, 0, "input ends inside an event");
    if (!full) return {};
    overlong_ = true;
    const std::size_t keep = scanner_.open_probe().value_or(window.size());
    const std::size_t take = keep != 0 ? keep : window.size();
    scanner_.rebase(take);
    resume_ -= std::min(resume_, take);
    return {take, Cut::Kind::drop, {Errc::limit_exceeded, 0, "event is too long"}};
  }
  if (at_end == AtEnd::yes) {
    if (scanner_.in_section() || scanner_.open_mark())
      return drop(window.size(), Errc::truncated, scanner_.open_mark().value_or(0), "input ends inside a mark");
    return gap(window.size(), After::anew);
  }
  const std::size_t keep = std::min(scanner_.open_mark().value_or(resume_), window.size());
  if (keep != 0) return gap(keep, After::go_on);  // a comment may go on in the next window
  if (!full) return {};
  return drop(window.size(), Errc::limit_exceeded, 0, "mark is too long");
}

/// Looks for the end of an event that does not fit into a window, or for the next event.
Cut XmlSource::cut_overlong(Bytes window, AtEnd at_end) {
  for (;;) {
    const Found found = scanner_.scan(window, resume_);
    resume_ = found.resume;
    const bool ends = found.kind == Kind::event_end || found.kind == Kind::restart;
    if (ends) {
      start_anew();
      if (found.at == 0) return cut_events(window, at_end);
      return {found.at, Cut::Kind::skip, {}};
    }
    if (found.kind != Kind::nothing) continue;
    std::size_t take = std::min(scanner_.open_probe().value_or(found.resume), window.size());
    if (at_end == AtEnd::yes || (take == 0 && window.size() >= limits_.event_bytes_max)) take = window.size();
    if (take == 0) return {};
    scanner_.rebase(take);
    resume_ -= std::min(resume_, take);
    return {take, Cut::Kind::skip, {}};
  }
}

Cut XmlSource::unit(std::size_t take) {
  start_anew();
  gap_reported_ = false;
  return {take, Cut::Kind::unit, {}};
}

/// Bytes between events: nothing, unless there were elements among them.
Cut XmlSource::gap(std::size_t take, After after) {
  Cut done{take, Cut::Kind::skip, {}};
  if (foreign_ && !gap_reported_) {
    gap_reported_ = true;
    done.kind = Cut::Kind::drop;
    done.error = {Errc::bad_value, foreign_at_, "elements that are no events"};
  }
  if (after == After::anew) {
    start_anew();
  } else {
    scanner_.rebase(take);
    resume_ -= take;
    foreign_ = false;
  }
  return done;
}

Cut XmlSource::drop(std::size_t take, Errc code, std::size_t offset, const char* what) {
  start_anew();
  return {take, Cut::Kind::drop, {code, offset, what}};
}

void XmlSource::start_anew() {
  scanner_ = Scanner(encoding_);
  resume_ = 0;
  overlong_ = foreign_ = false;
}

std::uint64_t XmlSource::parse(Bytes unit, std::uint64_t offset, std::uint64_t first_record, EventSink& sink) {
  // A unit starts with the '<' of an event, and no name of an event has a NUL: two bytes tell what cut() went by.
  const Encoding encoding = detect_encoding(unit);
  Scanner scanner(encoding);
  std::uint64_t records = 0;
  std::size_t start = 0, at = 0;
  for (;;) {
    const Found found = scanner.scan(unit, at);
    at = found.resume;
    switch (found.kind) {
      case Kind::event_start: start = found.at; break;
      case Kind::event_end: {
        const Origin origin{offset + start, first_record + ++records};
        if (scanner.nodes() > limits_.nodes_max)
          sink.on_drop({Errc::limit_exceeded, origin.offset, "event has too many elements"});
        else
          reader_.read(unit.subspan(start, found.at - start), encoding, origin, sink);
        break;
      }
      case Kind::restart:  // cut() hands out whole events; this is for bytes that it did not cut
        sink.on_drop({Errc::truncated, offset + start, "event breaks off before the next one"});
        ++records;
        scanner = Scanner(encoding);
        at = found.at;
        break;
      case Kind::foreign:
      case Kind::text: break;
      case Kind::nothing:
        if (scanner.in_event()) {
          sink.on_drop({Errc::truncated, offset + start, "input ends inside an event"});
          ++records;
        }
        return records;
    }
  }
}

/// The head as bytes to look through: UTF-16 narrowed, what is not ASCII made a '?'.
std::string narrowed(Bytes head, Encoding encoding) {
  const std::size_t width = unit_bytes(encoding);
  std::string out;
  out.reserve(head.size() / width);
  for (std::size_t at = 0; at < head.size() && head.size() - at >= width; at += width) {
    const char16_t c = unit_at(head, at, encoding);
    out.push_back(c < 0x80 ? static_cast<char>(c) : '?');
  }
  return out;
}

/// Leaves out what may stand before the first element. Empty when that does not end.
std::string_view skip_prologue(std::string_view s) {
  s = trim(s);
  for (const std::string_view tool : {std::string_view("evtxexport "), std::string_view("Record ")})
    if (s.substr(0, tool.size()) == tool) s.remove_prefix(std::min(s.find('<'), s.size()));
  struct Section {
    std::string_view begin, end;
  };
  for (bool again = true; again;) {
    again = false;
    for (const Section& section : {Section{"<?", "?>"}, Section{"<!--", "-->"}, Section{"<!DOCTYPE", ">"}}) {
      if (s.substr(0, section.begin.size()) != section.begin) continue;
      const std::size_t end = s.find(section.end, section.begin.size());
      if (end == std::string_view::npos) return {};
      s = trim(s.substr(end + section.end.size()));
      again = true;
    }
  }
  return s;
}

}  // namespace

bool sniff_xml(Bytes head) {
  const Encoding encoding = detect_encoding(head);
  const std::string text = narrowed(head.subspan(byte_order_mark(head)), encoding);
  const std::string_view s = skip_prologue(text);
  const std::size_t name_end = s.find_first_of(" \t\r\n/>");
  if (s.empty() || s[0] != '<' || name_end == std::string_view::npos) return false;
  std::string_view name = s.substr(1, name_end - 1);
  if (const auto colon = name.rfind(':'); colon != std::string_view::npos) name.remove_prefix(colon + 1);
  if (name != "Event" && name != "Events") return false;
  for (const std::string_view sign : {"win/2004/08/events/event", "<System>", ":System>"})
    if (s.find(sign) != std::string_view::npos) return true;
  if (name == "Event") return false;
  const std::size_t tag_end = s.find('>');  // <Events/> and <Events></Events>: an export of nothing
  if (tag_end == std::string_view::npos) return false;
  const std::string_view rest = trim(s.substr(tag_end + 1));
  return s[tag_end - 1] == '/' ? rest.empty() : rest.empty() || rest.substr(0, 2) == "</";
}

std::unique_ptr<Source> make_xml(const SourceOptions& options) { return std::make_unique<XmlSource>(options); }

}  // namespace stopwarden::xml
