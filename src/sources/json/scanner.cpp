// SPDX-License-Identifier: Apache-2.0
#include "sources/json/scanner.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstring>

#include "sources/json/bytes16.h"

namespace stopwarden::json {
namespace {

constexpr std::size_t kGarbageMax = 64 * std::size_t{1024};  // a longer line that is no JSON is dropped in pieces
constexpr std::size_t kIndentMax = 1024;                     // deeper indentation counts as this much
constexpr std::size_t kKeyMax = 19;                          // the longest name in the tables below

constexpr std::array<std::string_view, 9> kWrapperNames{"Records",   "records",          "value",   "Events", "events",
                                                        "logEvents", "receivedMessages", "entries", "items"};
// CloudWatch Logs has subscriptionFilters before logEvents, a list of Kubernetes metadata before items.
constexpr std::array<std::string_view, 2> kWrapperCompanions{"subscriptionFilters", "metadata"};
constexpr std::array<std::string_view, 12> kEventKeys{"Event",     "System",   "EventID",    "EventCode",
                                                      "EventData", "winlog",   "@timestamp", "event_id",
                                                      "Channel",   "Hostname", "Computer",   "eventName"};

constexpr bool is_blank(unsigned char c) noexcept { return c == ' ' || c == '\t' || c == '\r'; }

/// What a blank adds to the indentation. A carriage return belongs to the end of a line, also behind the line feed.
constexpr std::size_t width_of(unsigned char blank) noexcept { return blank == '\r' ? 0 : 1; }

/// Between records: commas and brackets of arrays, JSON text sequences' 0x1E, and the bytes of a UTF-8 byte order mark.
constexpr bool is_separator(unsigned char c) noexcept {
  return is_blank(c) || c == '\n' || c == ',' || c == '[' || c == ']' || c == 0x1E || c == kMarkByte || c == 0xBB ||
         c == 0xBF;
}

constexpr bool is_string_stop(unsigned char c) noexcept { return c == '"' || c == '\\' || c == '\n'; }

std::size_t find_stop(const NarrowText& text, std::size_t at) noexcept { return find_string_stop(text.bytes, at); }
std::size_t find_stop(const WideText& text, std::size_t at) noexcept {
  while (at < text.size() && !is_string_stop(text[at])) ++at;
  return at;
}

/// What server-sent events (journalctl -o json-sse) have before an object.
constexpr std::string_view kEventField = "data: ";

template <class Text>
bool is_event_field(const Text& text, std::size_t begin, std::size_t end) noexcept {
  if (end - begin != kEventField.size()) return false;
  for (std::size_t i = 0; i < kEventField.size(); ++i)
    if (text[begin + i] != static_cast<unsigned char>(kEventField[i])) return false;
  return true;
}

}  // namespace

bool is_wrapper_name(std::string_view key) noexcept {
  return std::find(kWrapperNames.begin(), kWrapperNames.end(), key) != kWrapperNames.end();
}

bool is_wrapper_companion(std::string_view key) noexcept {
  return std::find(kWrapperCompanions.begin(), kWrapperCompanions.end(), key) != kWrapperCompanions.end();
}

bool is_event_key(std::string_view key) noexcept {
  return std::find(kEventKeys.begin(), kEventKeys.end(), key) != kEventKeys.end();
}

void Scanner::start_object() noexcept {
  if (line_start_ && !continued_) level_ = 0;  // the wrapper's own end is lost: a new line without a comma
  object_indent_ = line_start_ ? std::min(indent_, kIndentMax) : 0;
  mode_ = Mode::object;
  scan_ = Scan{};
  scan_.last = Last::colon;  // where a value may stand
  scan_.maybe_wrapper = true;
}

/// What follows the array of a wrapper, up to the wrapper's brace.
void Scanner::start_tail(std::size_t at) noexcept {
  mode_ = Mode::tail;
  object_indent_ = 0;
  scan_ = Scan{};
  scan_.at = at;
  scan_.depth = 1;
  scan_.kinds = 1;
  scan_.maybe_wrapper = true;
}

bool Scanner::open_bracket(unsigned char c) noexcept {
  Scan& s = scan_;
  if (!s.brackets_only) {
    const bool in_array = s.depth > 0 && ((s.kinds >> (s.depth - 1)) & 1) == 0;
    if (s.last != Last::colon && s.last != Last::open_array && !(s.last == Last::comma && in_array)) return false;
    if (s.depth == kDepthMax) {
      s.brackets_only = true;
      if (s.inner_start) return false;
    } else {
      const std::uint64_t bit = std::uint64_t{1} << s.depth;
      s.kinds = c == '{' ? s.kinds | bit : s.kinds & ~bit;
    }
  }
  ++s.depth;
  s.last = c == '{' ? Last::open_object : Last::open_array;
  return true;
}

bool Scanner::close_bracket(unsigned char c) noexcept {
  Scan& s = scan_;
  if (!s.brackets_only && ((s.kinds >> (s.depth - 1)) & 1) != (c == '}' ? 1u : 0u)) return false;
  --s.depth;
  s.last = Last::value;
  return true;
}

template <class Text>
void Scanner::end_key(const Text& text, std::size_t begin, std::size_t end) {
  scan_.string_is_key = false;
  scan_.key_is_wrapper = scan_.key_is_companion = false;
  if (end - begin > kKeyMax) return;
  std::array<char, kKeyMax> name{};
  for (std::size_t i = begin; i < end; ++i) name[i - begin] = static_cast<char>(text[i]);
  const std::string_view key(name.data(), end - begin);
  scan_.key_is_wrapper = is_wrapper_name(key);
  scan_.key_is_companion = is_wrapper_companion(key);
  if (mode_ == Mode::object && is_event_key(key)) scan_.maybe_wrapper = false;
}

/// Moves `i` behind the closing quote; or to the line feed; or to the end, or before an escape that is not whole.
template <class Text>
Scanner::StringEnd Scanner::skip_string(const Text& text, std::size_t& i) {
  const std::size_t n = text.size();
  for (i = find_stop(text, i); i < n; i = find_stop(text, i)) {
    const unsigned char c = text[i];
    if (c == '\n') return StringEnd::newline;
    if (c == '"') {
      ++i;
      return StringEnd::quote;
    }
    if (n - i < 2) return StringEnd::open;
    if (text[i + 1] == '\n') {
      ++i;
      return StringEnd::newline;
    }
    i += 2;
  }
  return StringEnd::open;
}

/// One bracket at `i`. Returns `open` when the scan goes on.
template <class Text>
Scanner::Outcome Scanner::bracket(const Text& text, std::size_t& i) {
  Scan& s = scan_;
  const unsigned char c = text[i];
  if (s.array_is_wrapper && s.last == Last::open_array && s.depth == 2) {
    s.array_is_wrapper = false;
    if (c == '{') return Outcome::wrapper;
    if (c == ']') {
      ++i;
      return Outcome::empty_wrapper;
    }
  }
  if (c == '{' || c == '[') {
    const bool starts_line = c == '{' && s.newline && s.blanks <= object_indent_ && s.depth > 0;
    if (starts_line && s.brackets_only) return Outcome::broken;
    if (s.depth == 1) {
      s.array_is_wrapper = c == '[' && s.last == Last::colon && s.maybe_wrapper && s.key_is_wrapper;
      if (mode_ == Mode::object && !s.key_is_companion) s.maybe_wrapper = false;
    }
    if (!open_bracket(c)) return Outcome::broken;
    s.inner_start = s.inner_start || starts_line;
  } else {
    if (!close_bracket(c)) return Outcome::broken;
    if (s.depth == 0) {
      ++i;
      return Outcome::closed;
    }
  }
  ++i;
  s.newline = false;
  return Outcome::open;
}

template <class Text>
Scanner::Outcome Scanner::scan(const Text& text, std::size_t base) {
  Scan& s = scan_;
  std::size_t i = base + s.at;
  Outcome outcome = Outcome::open;
  while (i < text.size() && outcome == Outcome::open) {
    if (s.in_string) {
      const StringEnd end = skip_string(text, i);
      if (end == StringEnd::open) break;
      if (end == StringEnd::newline) {
        outcome = Outcome::broken;
        s.newline = true;
        break;
      }
      s.in_string = false;
      s.last = Last::value;
      if (s.string_is_key) end_key(text, base + s.key_begin, i - 1);
      continue;
    }
    const unsigned char c = text[i];
    switch (c) {
      case '\n':
        s.newline = true;
        s.blanks = 0;
        ++i;
        break;
      case ' ':
      case '\t':
      case '\r':
        s.blanks += width_of(c);
        ++i;
        break;
      case '"':
        if (!s.brackets_only && s.last == Last::value) {
          outcome = Outcome::broken;
          break;
        }
        s.string_is_key = s.maybe_wrapper && s.depth == 1 && (s.last == Last::open_object || s.last == Last::comma);
        s.in_string = true;
        s.newline = false;
        s.key_begin = ++i - base;
        break;
      case '{':
      case '}':
      case '[':
      case ']': outcome = bracket(text, i); break;
      case ',':
      case ':':
        s.last = c == ',' ? Last::comma : Last::colon;
        s.newline = false;
        ++i;
        break;
      default:
        s.last = Last::value;
        s.newline = false;
        ++i;
        break;
    }
  }
  s.at = i - base;
  return outcome;
}

template <class Text>
Step Scanner::next(const Text& text, std::size_t at, AtEnd at_end, Window window) {
  assert(at < text.size());
  switch (mode_) {
    case Mode::between: return between(text, at, at_end, window);
    case Mode::garbage: return garbage(text, at, at_end);
    case Mode::object: return object(text, at, at_end, window);
    case Mode::lost_object: return lost_object(text, at, at_end);
    case Mode::tail: return tail(text, at, at_end, window);
    case Mode::resync: return resync(text, at, at_end);
  }
  return {};
}

template <class Text>
Step Scanner::between(const Text& text, std::size_t at, AtEnd at_end, Window window) {
  std::size_t i = at;
  for (; i < text.size(); ++i) {
    const unsigned char c = text[i];
    if (!is_separator(c) || (c == ']' && level_ > 0)) break;
    if (c == '\n') {
      line_start_ = true;
      indent_ = 0;
    } else if (is_blank(c)) {
      indent_ += width_of(c);
    } else if (c < 0x80 && c != 0x1E) {
      line_start_ = false;
    }
    if (c == ',' || c == '[') continued_ = true;
  }
  if (i > at) return {.kind = Step::Kind::skip, .end = i, .plain = true};
  const unsigned char c = text[at];
  if (c == '{') {
    start_object();
    return object(text, at, at_end, window);
  }
  if (c == ']') {
    start_tail(1);
    return tail(text, at, at_end, window);
  }
  return garbage(text, at, at_end);
}

/// A line, or the rest of one, that is no JSON.
template <class Text>
Step Scanner::garbage(const Text& text, std::size_t at, AtEnd at_end) {
  const bool reported = mode_ == Mode::garbage;
  std::size_t i = at;
  bool ended = false;
  for (; i < text.size() && !ended; ++i) {
    if (text[i] == '\n') break;
    if (text[i] != '{') continue;
    if (text.size() - i < 2) {
      if (at_end == AtEnd::no) break;
      continue;
    }
    const unsigned char after = text[i + 1];
    ended = after == '"' || after == '}' || after == '\n' || is_blank(after);
    if (ended) break;
  }
  if (i < text.size() && text[i] == '\n') ended = true;
  if (!ended && at_end == AtEnd::no && !reported && i - at < kGarbageMax) return {};
  if (i == at) {
    if (!ended) return {};
    set_place(Mode::between, false, 0);
    return between(text, at, at_end, Window::may_grow);
  }
  set_place(ended || at_end == AtEnd::yes ? Mode::between : Mode::garbage, false, 0);
  if (reported || (ended && is_event_field(text, at, i))) return {.kind = Step::Kind::skip, .end = i};
  return {.kind = Step::Kind::drop, .end = i, .code = Errc::bad_value, .what = "text that is no JSON object"};
}

template <class Text>
Step Scanner::object(const Text& text, std::size_t at, AtEnd at_end, Window window) {
  const Outcome outcome = scan(text, at);
  const std::size_t end = at + scan_.at;
  switch (outcome) {
    case Outcome::closed: set_place(Mode::between, false, 0); return {.kind = Step::Kind::object, .end = end};
    case Outcome::wrapper:
      ++level_;
      set_place(Mode::between, scan_.newline, scan_.newline ? scan_.blanks : 0);
      continued_ = true;
      return {.kind = Step::Kind::skip, .end = end};
    case Outcome::empty_wrapper:
      ++level_;
      start_tail(0);
      return {.kind = Step::Kind::skip, .end = end};
    case Outcome::broken: break;
    case Outcome::open:
      if (at_end == AtEnd::no && window == Window::may_grow) return {};
      break;
  }
  if (outcome == Outcome::open && at_end == AtEnd::no && !scan_.inner_start) {
    mode_ = Mode::lost_object;
    scan_.at = 0;
    scan_.brackets_only = true;
    scan_.maybe_wrapper = scan_.array_is_wrapper = scan_.string_is_key = false;
    return {.kind = Step::Kind::drop, .end = end, .code = Errc::limit_exceeded, .what = "an object over 16 MiB"};
  }
  Step step = {.kind = Step::Kind::drop, .code = Errc::bad_value, .what = "brackets or quotes that do not match"};
  if (scan_.brackets_only) {
    step = {.kind = Step::Kind::drop, .code = Errc::limit_exceeded, .what = "nested over 64 deep"};
  } else if (outcome == Outcome::open && at_end == AtEnd::no) {
    step = {.kind = Step::Kind::drop, .code = Errc::limit_exceeded, .what = "an object over 16 MiB"};
  } else if (outcome == Outcome::open || scan_.newline) {
    step = {.kind = Step::Kind::drop, .code = Errc::truncated, .what = "an object that does not end"};
  }
  return give_up(text, at + 1, step.code, step.what, at_end);
}

/// The rest of an object that was given up because it is too long: up to its end, or to the next line that begins one.
template <class Text>
Step Scanner::lost_object(const Text& text, std::size_t at, AtEnd at_end) {
  const Outcome outcome = scan(text, at);
  std::size_t end = at + scan_.at;
  scan_.at = 0;
  switch (outcome) {
    case Outcome::closed: set_place(Mode::between, false, 0); break;
    case Outcome::broken:
      if (scan_.in_string) {
        set_place(Mode::resync, false, 0);
      } else {
        set_place(Mode::between, true, scan_.blanks);
      }
      break;
    case Outcome::wrapper:
    case Outcome::empty_wrapper:
    case Outcome::open:
      if (at_end == AtEnd::yes) {
        end = text.size();
        set_place(Mode::between, false, 0);
      }
      if (end == at) return {};
      break;
  }
  if (end == at) return next(text, at, at_end, Window::may_grow);
  return {.kind = Step::Kind::skip, .end = end};
}

/// What follows the array of a wrapper. It is done with as it comes, in pieces.
template <class Text>
Step Scanner::tail(const Text& text, std::size_t at, AtEnd at_end, Window window) {
  const Outcome outcome = scan(text, at);
  std::size_t end = at + scan_.at;
  switch (outcome) {
    case Outcome::closed:
      --level_;
      set_place(Mode::between, false, 0);
      break;
    case Outcome::wrapper:
      set_place(Mode::between, scan_.newline, scan_.newline ? scan_.blanks : 0);
      continued_ = true;
      if (end == at) return between(text, at, at_end, window);
      break;
    case Outcome::empty_wrapper: start_tail(0); break;
    case Outcome::broken:
      level_ = 0;
      if (scan_.newline && !scan_.in_string && text[end] == '{') {  // the next object is here, and no record is lost
        set_place(Mode::between, true, scan_.blanks);
        if (end == at) return between(text, at, at_end, window);
        break;
      }
      return give_up(text, end, scan_.newline ? Errc::truncated : Errc::bad_value, "a wrapper that does not end",
                     at_end);
    case Outcome::open:
      if (at_end == AtEnd::yes) {
        end = text.size();
        level_ = 0;
        set_place(Mode::between, false, 0);
        break;
      }
      if (scan_.in_string && scan_.string_is_key) {
        const std::size_t quote = at + scan_.key_begin - 1;
        if (quote > at) {  // keep the key together, so that it can be compared
          end = quote;
          scan_.in_string = scan_.string_is_key = false;
        } else if (window == Window::may_grow) {
          return {};
        } else {
          scan_.string_is_key = scan_.key_is_wrapper = false;
        }
      }
      scan_.at = 0;
      if (end == at) return {};
      break;
  }
  return {.kind = Step::Kind::skip, .end = end};
}

/// Goes on at the next line that begins with `{`, at most as deep as the broken object began. A drop up to there.
template <class Text>
Step Scanner::give_up(const Text& text, std::size_t from, Errc code, const char* what, AtEnd at_end) {
  set_place(Mode::resync, false, 0);
  const std::size_t end = find_object_line(text, from);
  if (at_end == AtEnd::yes) mode_ = Mode::between;
  return {.kind = Step::Kind::drop, .end = end, .code = code, .what = what};
}

template <class Text>
Step Scanner::resync(const Text& text, std::size_t at, AtEnd at_end) {
  const std::size_t end = find_object_line(text, at);
  if (at_end == AtEnd::yes) mode_ = Mode::between;
  if (end == at) return next(text, at, at_end, Window::may_grow);
  return {.kind = Step::Kind::skip, .end = end};
}

template <class Text>
std::size_t Scanner::find_object_line(const Text& text, std::size_t from) {
  for (std::size_t i = from; i < text.size(); ++i) {
    const unsigned char c = text[i];
    const bool in_field = field_ != 0 && field_ != kEventField.size();
    if (c == '\n') {
      line_start_ = true;
      indent_ = field_ = 0;
    } else if (line_start_ && indent_ == 0 && field_ < kEventField.size() &&
               c == static_cast<unsigned char>(kEventField[field_])) {
      ++field_;
      continued_ = false;
    } else if (line_start_ && !in_field && is_blank(c)) {
      indent_ += width_of(c);
    } else if (line_start_ && !in_field && c == '{' && indent_ <= object_indent_) {
      mode_ = Mode::between;
      return i;
    } else {
      line_start_ = false;
      if (!is_blank(c)) continued_ = c == ',' || c == '[';
    }
  }
  return text.size();
}

template Step Scanner::next(const NarrowText&, std::size_t, AtEnd, Window);
template Step Scanner::next(const WideText&, std::size_t, AtEnd, Window);

}  // namespace stopwarden::json
