// SPDX-License-Identifier: Apache-2.0
#include "sources/xml/scanner.h"

#include <algorithm>

namespace stopwarden::xml {
namespace {

// Ends the namespace of events in all versions seen; no part of it repeats its first letter, so one counter matches it.
constexpr std::string_view kNamespace = "win/2004/08/events/event";
// How far into a start tag the namespace may stand: prefixes and other attributes are short.
constexpr std::size_t kProbeUnitsMax = 512;
constexpr std::string_view kCdata = "[CDATA[";

}  // namespace

Encoding detect_encoding(Bytes text) noexcept {
  if (text.size() < 2) return Encoding::utf8;
  const auto a = std::to_integer<unsigned>(text[0]), b = std::to_integer<unsigned>(text[1]);
  if ((a == 0xFF && b == 0xFE) || (a == '<' && b == 0)) return Encoding::utf16le;
  if ((a == 0xFE && b == 0xFF) || (a == 0 && b == '<')) return Encoding::utf16be;
  return Encoding::utf8;
}

std::size_t byte_order_mark(Bytes text) noexcept {
  const std::string_view s = as_text(text.first(std::min<std::size_t>(text.size(), 3)));
  if (s == "\xEF\xBB\xBF") return 3;
  const std::string_view two = s.substr(0, 2);
  return two == "\xFF\xFE" || two == "\xFE\xFF" ? 2 : 0;
}

Found Scanner::scan(Bytes window, std::size_t from) {
  const std::size_t width = unit_bytes(encoding_);
  std::size_t at = from;
  if (empty_event_) {  // <Event/>: its start was told by the last call
    empty_event_ = false;
    depth_ = 0;
    return {Kind::event_end, at, at};
  }
  while (at < window.size() && window.size() - at >= width) {
    if (state_ == State::text) {
      at = skip_text(window, at);
      if (at >= window.size() || window.size() - at < width) break;
    }
    const char16_t c = unit_at(window, at, encoding_);
    const std::size_t next = at + width;
    if (probe(c, at)) return {Kind::restart, probe_at_, next};
    const Kind kind = step(c, at);
    switch (kind) {
      case Kind::nothing: break;
      case Kind::event_end: return {kind, next, next};
      case Kind::text: return {kind, at, next};
      case Kind::event_start:
      case Kind::restart:
      case Kind::foreign: return {kind, mark_, next};
    }
    at = next;
  }
  return {Kind::nothing, at, at};
}

/// The next '<', where nothing else can matter.
std::size_t Scanner::skip_text(Bytes window, std::size_t from) const noexcept {
  if (encoding_ != Encoding::utf8 || (depth_ == 0 && !text_told_)) return from;
  const std::size_t at = as_text(window).find('<', from);
  return at == std::string_view::npos ? window.size() : at;
}

void Scanner::rebase(std::size_t bytes) noexcept {
  mark_ -= std::min(mark_, bytes);
  probe_at_ -= std::min(probe_at_, bytes);
}

bool Scanner::in_section() const noexcept {
  return state_ == State::comment || state_ == State::cdata || state_ == State::pi || state_ == State::doctype;
}

std::optional<std::size_t> Scanner::open_mark() const noexcept {
  if (state_ == State::text || in_section()) return std::nullopt;
  return mark_;
}

std::optional<std::size_t> Scanner::open_probe() const noexcept {
  if (probe_ == Probe::idle) return std::nullopt;
  return probe_at_;
}

/// Looks for `<Event ... xmlns="...win/2004/08/events/event"` whatever state the tags are in.
bool Scanner::probe(char16_t c, std::size_t at) {
  if (in_section()) {  // no name goes on behind it
    probe_ = Probe::idle;
    return false;
  }
  if (c == '<') {
    probe_ = Probe::name;
    probe_at_ = at;
    probe_name_.clear();
    return false;
  }
  if (probe_ == Probe::name) {
    if (is_blank(c)) {
      probe_ = probe_name_.is("Event") ? Probe::attributes : Probe::idle;
      probe_units_ = probe_matched_ = 0;
    } else if (c == '>' || c == '/') {
      probe_ = Probe::idle;
    } else {
      probe_name_.add(c);
    }
    return false;
  }
  if (probe_ == Probe::idle) return false;
  if (c == '>' || ++probe_units_ > kProbeUnitsMax) {
    probe_ = Probe::idle;
    return false;
  }
  if (c == static_cast<unsigned char>(kNamespace[probe_matched_]))
    ++probe_matched_;
  else
    probe_matched_ = c == static_cast<unsigned char>(kNamespace[0]) ? 1 : 0;
  if (probe_matched_ < kNamespace.size()) return false;
  probe_ = Probe::idle;
  return depth_ != 0 || probe_at_ != mark_;  // else it is the tag that we are in anyway
}

Scanner::Kind Scanner::step(char16_t c, std::size_t at) {
  switch (state_) {
    case State::text:
      if (c == '<') return open_mark_at(at);
      if (depth_ != 0 || text_told_ || is_blank(c)) return Kind::nothing;
      text_told_ = true;
      return Kind::text;
    case State::lt:
    case State::name:
    case State::tag:
    case State::quote:
    case State::end_name:
    case State::end_tail: return step_tag(c, at);
    case State::bang:
    case State::comment:
    case State::cdata:
    case State::pi:
    case State::doctype: return step_section(c);
  }
  return Kind::nothing;
}

Scanner::Kind Scanner::open_mark_at(std::size_t at) noexcept {
  state_ = State::lt;
  mark_ = at;
  name_.clear();
  last_ = 0;
  return Kind::nothing;
}

Scanner::Kind Scanner::step_tag(char16_t c, std::size_t at) {
  if (state_ == State::quote) {
    if (c == quote_) state_ = State::tag;
    return Kind::nothing;
  }
  if (c == '<') return open_mark_at(at);  // the tag before broke off
  if (state_ == State::lt) {
    run_ = 0;
    if (c == '!' || c == '?' || c == '/') {
      ++nodes_;
      state_ = c == '!' ? State::bang : c == '?' ? State::pi : State::end_name;
      return Kind::nothing;
    }
    state_ = State::name;
  }
  if (c == '>') return state_ == State::end_name || state_ == State::end_tail ? end_tag_done() : start_tag_done();
  if (state_ == State::name || state_ == State::end_name) {
    if (is_blank(c) || (c == '/' && state_ == State::name)) {
      state_ = state_ == State::name ? State::tag : State::end_tail;
      last_ = c;
    } else {
      name_.add(c);
    }
  } else if (state_ == State::tag) {
    if (c == '"' || c == '\'') {
      state_ = State::quote;
      quote_ = c;
    }
    if (c == '=') ++nodes_;
    last_ = c;
  }
  return Kind::nothing;
}

Scanner::Kind Scanner::start_tag_done() {
  state_ = State::text;
  text_told_ = false;
  const bool empty = last_ == '/';
  const bool event = name_.is("Event");
  if (depth_ != 0) {
    ++nodes_;
    if (event && !empty) ++depth_;
    return Kind::nothing;
  }
  if (event) {
    nodes_ = 1;
    depth_ = 1;
    empty_event_ = empty;
    return Kind::event_start;
  }
  return name_.is("Events") ? Kind::nothing : Kind::foreign;
}

Scanner::Kind Scanner::end_tag_done() {
  state_ = State::text;
  text_told_ = false;
  if (depth_ == 0) return name_.is("Events") ? Kind::nothing : Kind::foreign;
  if (!name_.is("Event") || --depth_ != 0) return Kind::nothing;
  return Kind::event_end;
}

Scanner::Kind Scanner::step_section(char16_t c) {
  switch (state_) {
    case State::bang:
      if (c == '-' && run_ == 0) {
        run_ = 0x80;  // one dash of two
      } else if (c == '-' && run_ == 0x80) {
        state_ = State::comment;
        run_ = 0;
      } else if (run_ < kCdata.size() && c == static_cast<unsigned char>(kCdata[run_])) {
        if (++run_ < kCdata.size()) return Kind::nothing;
        state_ = State::cdata;
        run_ = 0;
        if (depth_ == 0) return Kind::foreign;
      } else {
        run_ = 0;
        state_ = c == '>' ? State::text : State::doctype;
      }
      return Kind::nothing;
    case State::comment:
    case State::cdata: {
      const char16_t closing = state_ == State::comment ? u'-' : u']';
      if (c == '>' && run_ == 2) state_ = State::text;
      run_ = c != closing ? std::uint8_t{0} : run_ == 0 ? std::uint8_t{1} : std::uint8_t{2};
      return Kind::nothing;
    }
    case State::pi:
      if (c == '>' && last_ == '?') state_ = State::text;
      last_ = c;
      return Kind::nothing;
    case State::doctype:  // its internal subset in brackets may hold '>'; inside an event no subset is looked for
      if (c == '[' && depth_ == 0) run_ = 1;
      if (c == ']') run_ = 0;
      if (c == '>' && run_ == 0) state_ = State::text;
      return Kind::nothing;
    case State::text:
    case State::lt:
    case State::name:
    case State::tag:
    case State::quote:
    case State::end_name:
    case State::end_tail: break;
  }
  return Kind::nothing;
}

}  // namespace stopwarden::xml
