// SPDX-License-Identifier: Apache-2.0
#include "sources/json/json.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>

#include "base/text.h"
#include "sources/json/bytes16.h"
#include "sources/json/embedded.h"
#include "sources/json/scanner.h"
#include "sources/json/shapes.h"
#include "sources/json/skip.h"
#include "sources/json/tree.h"

namespace stopwarden::json {
namespace {

constexpr std::size_t kUnitTarget = 1024 * std::size_t{1024};  // a run of objects ends behind this many bytes
constexpr std::size_t kKeepMax = 4 * kUnitTarget;              // a larger buffer is given back
constexpr std::size_t kBlockMax = 64 * std::size_t{1024};      // text whose tokens are found in one go; stays in L2

enum class Encoding : std::uint8_t { unknown, utf8, utf16le, utf16be };

/// By the mark, or by the zero byte of the first bracket. At least two bytes must be there.
Encoding encoding_of(std::string_view head) noexcept {
  if (head.size() < 2) return Encoding::utf8;
  const auto first = static_cast<unsigned char>(head[0]), second = static_cast<unsigned char>(head[1]);
  if ((first == 0xFF && second == 0xFE) || ((first == '{' || first == '[') && second == 0)) return Encoding::utf16le;
  if ((first == 0xFE && second == 0xFF) || (first == 0 && (second == '{' || second == '['))) return Encoding::utf16be;
  return Encoding::utf8;
}

/// A unit begins with `{` and ends with `}` or a line feed, so a zero byte at either end is half of one of these.
Encoding encoding_of_unit(std::string_view unit) noexcept {
  if (unit.empty() || (unit.front() != '\0' && unit.back() != '\0')) return Encoding::utf8;
  return unit.front() == '\0' ? Encoding::utf16be : Encoding::utf16le;
}

constexpr bool is_space(unsigned char c) noexcept { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

template <class Text>
std::size_t skip_space(const Text& text, std::size_t i) noexcept {
  while (i < text.size() && is_space(text[i])) ++i;
  return i;
}

template <class Text>
bool looks_like_json(const Text& text, std::size_t i) noexcept {
  i = skip_space(text, i);
  if (i < text.size() && text[i] == 0x1E) i = skip_space(text, i + 1);
  constexpr std::string_view kEvent = "data: {";  // server-sent events
  std::size_t same = 0;
  while (same < kEvent.size() && i + same < text.size() && text[i + same] == static_cast<unsigned char>(kEvent[same]))
    ++same;
  if (same == kEvent.size()) i += same - 1;
  bool in_array = false;
  while (i < text.size() && text[i] == '[') {
    in_array = true;
    i = skip_space(text, i + 1);
  }
  if (i >= text.size()) return false;
  if (in_array && text[i] == ']') return true;
  if (text[i] != '{') return false;
  i = skip_space(text, i + 1);
  if (i >= text.size()) return false;
  if (text[i] == '}') return true;
  if (text[i] != '"') return false;
  for (++i; i < text.size() && text[i] != '"'; ++i) {
    if (text[i] == '\n') return false;
    if (text[i] == '\\') ++i;
  }
  i = skip_space(text, i + 1);
  return i >= text.size() || text[i] == ':';
}

/// OPTIMIZATION: NDJSON without looking at every byte. Whole lines from `{` to `}`, each followed by another `{` or by
/// the end: a bracket or quote that is missing in such a line shows at its end, so the run may be cut there without
/// reading it. Guarded by JsonSource.WindowsDoNotMatter.
std::size_t line_run(std::string_view text, AtEnd at_end) noexcept {
  std::size_t at = 0;
  while (at < text.size() && at < kUnitTarget && text[at] == '{') {
    const void* newline = std::memchr(text.data() + at, '\n', text.size() - at);
    std::size_t end = newline ? static_cast<std::size_t>(static_cast<const char*>(newline) - text.data()) : text.size();
    if (newline == nullptr && at_end == AtEnd::no) break;
    std::size_t next = end;
    while (next < text.size() && (text[next] == '\n' || text[next] == '\r')) ++next;
    if (end > at && text[end - 1] == '\r') --end;
    if (text[end - 1] != '}') break;
    if (next < text.size() ? text[next] != '{' : at_end == AtEnd::no) break;
    at = next;
  }
  return at;
}

/// OPTIMIZATION: lines need not be looked at one by one either. Where a line that begins with `{` follows one that ends
/// with `}`, reading from the start of a line is back in the state it began in, whatever stands between: an object that
/// is still open is broken there (a `{` without a comma before it, a line feed in a string) and given up at this line
/// or an earlier one; a wrapper closes there (Scanner::start_object). The last such place; 0 when there is none.
/// Guarded by JsonSource.WindowsDoNotMatter.
std::size_t last_restart(std::string_view text) noexcept {
  std::size_t at = text.size();
  while ((at = find_last(text, '\n', at)) != std::string_view::npos) {
    const std::size_t behind = at + 1;
    while (at > 0 && (text[at - 1] == '\n' || text[at - 1] == '\r')) --at;
    if (at > 0 && text[at - 1] == '}' && behind < text.size() && text[behind] == '{') return behind;
  }
  return 0;
}

/// Where to end a block: behind its last line feed, else behind its last object of an array on one line. A line feed is
/// looked for near the end first: text of one line has none.
std::size_t block_size(std::string_view text) noexcept {
  constexpr std::size_t kLineMax = 16 * std::size_t{1024};
  const std::size_t from = text.size() > kLineMax ? text.size() - kLineMax : 0;
  if (const std::size_t last = find_last(text.substr(from), '\n', text.size() - from); last != std::string_view::npos)
    return from + last + 1;
  std::size_t at = text.size();
  while ((at = find_last(text, '{', at)) != std::string_view::npos && at >= 2)
    if (text[at - 1] == ',' && text[at - 2] == '}') return at - 1;
  const std::size_t last = find_last(text, '\n', from);
  return last != std::string_view::npos ? last + 1 : text.size();
}

/// Whole objects of an array or a wrapper on one line, found by their tokens.
/// OPTIMIZATION: the scanner takes a third as long again as all the rest of reading a Records file. What is refused
/// here is left to it. Guarded by JsonSource.WindowsDoNotMatter and JsonSkip.TakesWhatTheScannerTakes.
class TokenCutter {
 public:
  TokenCutter(std::string_view text, Tokens& tokens) : text_(text), tokens_(tokens) {}
  /// One past the object that begins at `at`; 0 when only the scanner can say. Asked for rising places.
  std::size_t object_end(std::size_t at) {
    if (at < refused_until_) return 0;
    const bool opened = at >= end_;
    if (opened) open(at);
    std::size_t end = good_ ? find_end(at) : 0;
    if (end == 0 && !opened) {
      open(at);
      end = good_ ? find_end(at) : 0;
    }
    if (end == 0) refused_until_ = end_;  // a text of another kind is not tried again and again
    return end;
  }

 private:
  void open(std::size_t at) {
    std::string_view text = text_.substr(at);
    if (text.size() > kBlockMax) text = text.substr(0, kBlockMax);
    text = text.substr(0, block_size(text));
    begin_ = at;
    end_ = at + text.size();
    token_ = 0;
    good_ = tokens_.find(text) == Tokens::Outcome::good;
  }
  std::size_t find_end(std::size_t at) {
    const auto tokens = tokens_.places();
    while (token_ < tokens.size() && tokens[token_] < at - begin_) ++token_;
    std::size_t behind = token_;
    if (token_ == tokens.size() || tokens[token_] != at - begin_) return 0;
    if (!skip_object(text_.substr(begin_, end_ - begin_), tokens, behind)) return 0;
    token_ = behind;
    return begin_ + tokens[behind - 1] + 1;
  }

  std::string_view text_;
  Tokens& tokens_;
  std::size_t begin_ = 0, end_ = 0, token_ = 0, refused_until_ = 0;
  bool good_ = false;
};

class JsonSource final : public Source {
 public:
  explicit JsonSource(const SourceOptions& options)
      : mapper_(*options.wanted), planner_(options.planner), wanted_(options.wanted) {}
  Cut cut(Bytes window, AtEnd at_end) override;
  std::uint64_t parse(Bytes unit, std::uint64_t offset, std::uint64_t first_record, EventSink& sink) override;
  std::size_t window_max() const noexcept override { return kObjectMax; }

 private:
  /// What parse() is about.
  struct Unit {
    std::string_view text;   // UTF-8
    std::string_view bytes;  // as in the input
    std::uint64_t offset;
    std::uint64_t record;
    EventSink* sink;
    bool wide = false;
    std::size_t narrow_at = 0, wide_at = 0;  // UTF-16: the same place in both, for byte_at()
    std::size_t block_begin = 0, block_end = 0;
    std::size_t block_token = 0;  // no token before it begins at the next object
    bool block_good = false;      // tokens_ holds the block's
  };

  template <class Text>
  Cut cut_text(const Text& text, AtEnd at_end, Window window);
  void open_block(Unit& unit, std::size_t at);
  bool read_from_block(Unit& unit, std::size_t& at, Scanner& scanner);
  Cut cut_lines(std::string_view text, AtEnd at_end);
  bool is_broken_off(std::string_view text, AtEnd at_end) const;
  bool read_line(Unit& unit, std::size_t& at, std::size_t& tried_until);
  void read_object(Unit& unit, std::size_t begin, std::size_t end);
  void emit(Unit& unit, std::size_t begin, std::size_t end, const Marks& marks);
  bool emit_embedded(Unit& unit, const Marks& marks, Event& event);
  static std::size_t byte_at(Unit& unit, std::size_t at) noexcept;

  Scanner scanner_;
  Encoding encoding_ = Encoding::unknown;
  std::size_t searched_ = 0;  // bytes from here on in which no restart was found
  Tokens tokens_;
  Tree tree_;
  Mapper mapper_;
  FieldPlanner* planner_;
  /// Keys have other numbers in another tree, so what remembers them is another one, too.
  struct Inner {
    explicit Inner(const WantedFields& wanted) : mapper(wanted) {}
    Embedded embedded;
    Mapper mapper;
  };
  std::unique_ptr<Inner> inner_;  // made when the first envelope comes
  const WantedFields* wanted_;
  std::string narrow_;  // a unit of UTF-16, as UTF-8
  std::string repaired_;
};

template <class Text>
Cut JsonSource::cut_text(const Text& text, AtEnd at_end, Window window) {
  constexpr bool kNarrow = std::is_same_v<Text, NarrowText>;
  constexpr std::size_t kWidth = kNarrow ? 1 : 2;
  std::size_t at = 0, taken = 0;  // taken: up to the end of the latest whole object
  Scanner after = scanner_;
  [[maybe_unused]] TokenCutter cutter(text.bytes, tokens_);
  while (at < text.size() && taken < kUnitTarget / kWidth) {
    if constexpr (kNarrow) {
      if (scanner_.is_between() && text[at] == '{') {
        if (const std::size_t end = cutter.object_end(at)) {
          scanner_.pass_object(false);
          at = taken = end;
          after = scanner_;
          continue;
        }
      }
    }
    const Step step = scanner_.next(text, at, at_end, window);
    if (step.kind == Step::Kind::object) {
      at = taken = step.end;
      after = scanner_;
      continue;
    }
    if (taken == 0) {
      switch (step.kind) {
        case Step::Kind::object:
        case Step::Kind::skip: return {.take = step.end * kWidth, .kind = Cut::Kind::skip};
        case Step::Kind::drop:
          return {.take = step.end * kWidth, .kind = Cut::Kind::drop, .error = {step.code, 0, step.what}};
        case Step::Kind::more: return {};
      }
    }
    if (step.kind != Step::Kind::skip || !step.plain) break;
    at = step.end;
    if constexpr (kNarrow)
      if (scanner_.at_line_start() && line_run(text.bytes.substr(at), at_end) > 0) break;
  }
  scanner_ = after;
  return {.take = taken * kWidth, .kind = taken > 0 ? Cut::Kind::unit : Cut::Kind::more};
}

/// OPTIMIZATION: the beginning of a line, as the end of each block has one, needs no scan: it will be looked at again
/// when more of it is there. Guarded by JsonSource.WindowsDoNotMatter.
bool JsonSource::is_broken_off(std::string_view text, AtEnd at_end) const {
  constexpr std::size_t kLineMax = 64 * std::size_t{1024};  // a longer one may hold many objects
  return at_end == AtEnd::no && encoding_ == Encoding::utf8 && scanner_.at_line_start() && text.size() < kLineMax &&
         text.starts_with('{') && !text.ends_with('}') && text.find('\n') == std::string_view::npos;
}

Cut JsonSource::cut(Bytes window, AtEnd at_end) {
  const std::string_view text = as_text(window);
  if (encoding_ == Encoding::unknown) {
    if (text.size() < 2 && at_end == AtEnd::no) return {};
    encoding_ = encoding_of(text);
  }
  Cut cut = encoding_ == Encoding::utf8 ? cut_lines(text, at_end) : Cut{};
  if (cut.kind == Cut::Kind::more && !is_broken_off(text, at_end)) {
    const Window fill = window.size() >= window_max() ? Window::is_full : Window::may_grow;
    cut = encoding_ == Encoding::utf8 ? cut_text(NarrowText{text}, at_end, fill)
                                      : cut_text(WideText{text, encoding_ == Encoding::utf16be}, at_end, fill);
  }
  searched_ -= std::min(searched_, cut.take);
  if (cut.kind == Cut::Kind::more && !window.empty() && at_end == AtEnd::yes)  // half a code unit
    return {.take = window.size(), .kind = Cut::Kind::drop, .error = {Errc::truncated, 0, "half a UTF-16 unit"}};
  return cut;
}

/// A unit of lines, found without reading them; or `more`.
Cut JsonSource::cut_lines(std::string_view text, AtEnd at_end) {
  if (!scanner_.at_line_start() || text.empty() || text.front() != '{') return {};
  const std::string_view head = text.substr(0, kUnitTarget);
  if (searched_ <= head.size() / 2) {  // else a text without such lines would be searched again at every step
    if (const std::size_t end = last_restart(head)) return {.take = end, .kind = Cut::Kind::unit};
    searched_ = head.size();
  }
  const std::size_t run = line_run(text, at_end);
  return {.take = run, .kind = run > 0 ? Cut::Kind::unit : Cut::Kind::more};
}

std::uint64_t JsonSource::parse(Bytes bytes, std::uint64_t offset, std::uint64_t first_record, EventSink& sink) {
  Unit unit{.text = as_text(bytes), .bytes = as_text(bytes), .offset = offset, .record = first_record, .sink = &sink};
  const Encoding encoding = encoding_of_unit(unit.bytes);
  if (encoding != Encoding::utf8) {
    if (encoding == Encoding::utf16be) {
      std::string swapped(unit.bytes.substr(0, unit.bytes.size() / 2 * 2));
      for (std::size_t i = 0; i + 1 < swapped.size(); i += 2) std::swap(swapped[i], swapped[i + 1]);
      narrow_ = utf16le_to_utf8(as_bytes(swapped));
    } else {
      narrow_ = utf16le_to_utf8(bytes);
    }
    unit.text = narrow_;
    unit.wide = true;
  }
  Scanner scanner;
  std::size_t at = 0, tried_until = 0;
  while (at < unit.text.size()) {
    if (scanner.at_line_start()) {
      while (at < unit.text.size() && (unit.text[at] == '\n' || unit.text[at] == '\r')) ++at;
      if (at == unit.text.size()) break;
    }
    if (scanner.is_between() && read_from_block(unit, at, scanner)) continue;
    if (scanner.at_top() && read_line(unit, at, tried_until)) continue;
    const Step step = scanner.next(NarrowText{unit.text}, at, AtEnd::yes, Window::is_full);
    if (step.kind == Step::Kind::object) read_object(unit, at, step.end);
    if (step.kind == Step::Kind::drop) sink.on_drop({step.code, offset + byte_at(unit, at), step.what});
    if (step.end <= at) break;
    at = step.end;
  }
  if (narrow_.capacity() > kKeepMax) std::string().swap(narrow_);
  return unit.record - first_record;
}

/// Finds the tokens of what begins at `at`: up to a line's end, or where an object may end.
void JsonSource::open_block(Unit& unit, std::size_t at) {
  std::string_view text = unit.text.substr(at);
  if (text.size() > kBlockMax) {
    text = text.substr(0, kBlockMax);
    text = text.substr(0, block_size(text));
  }
  unit.block_begin = at;
  unit.block_end = at + text.size();
  unit.block_token = 0;
  unit.block_good = tokens_.find(text) == Tokens::Outcome::good;
}

/// OPTIMIZATION: the first stage runs over many objects at once, and an object that is good JSON needs no scan. All
/// that is not (a bad block, a bad object, a wrapper) is left to the others. Guarded by JsonSource.BlocksDoNotMatter.
bool JsonSource::read_from_block(Unit& unit, std::size_t& at, Scanner& scanner) {
  if (unit.text[at] != '{') return false;
  if (at >= unit.block_end) open_block(unit, at);
  if (!unit.block_good) return false;
  std::size_t behind = 0;  // the token behind the object
  const auto find = [&] {
    const auto tokens = tokens_.places();
    const std::size_t place = at - unit.block_begin;
    std::size_t& token = unit.block_token;
    while (token < tokens.size() && tokens[token] < place) ++token;
    const std::string_view text = unit.text.substr(unit.block_begin, unit.block_end - unit.block_begin);
    behind = token;
    return token < tokens.size() && tokens[token] == place && tree_.read_at(text, tokens, behind);
  };
  if (!find()) {
    const bool may_go_on = tree_.ran_out() && unit.block_begin != at && unit.block_end < unit.text.size();
    if (!may_go_on) return false;
    open_block(unit, at);
    if (!unit.block_good || !find()) return false;
  }
  const Marks marks = read_marks(tree_, 0);
  if (marks.maybe_wrapper) return false;
  std::size_t end = unit.block_begin + tokens_.places()[behind - 1] + 1;
  unit.block_token = behind;
  emit(unit, at, end, marks);
  if (end < unit.text.size() && unit.text[end] == '\r') ++end;
  const bool ends_line = end < unit.text.size() && unit.text[end] == '\n';
  scanner.pass_object(ends_line);
  at = ends_line ? end + 1 : end;
  return true;
}

/// OPTIMIZATION: a line that is one object needs no scan. Anything else is left to the scanner.
bool JsonSource::read_line(Unit& unit, std::size_t& at, std::size_t& tried_until) {
  const std::string_view text = unit.text;
  if (text[at] != '{' || at < tried_until) return false;
  const void* newline = std::memchr(text.data() + at, '\n', text.size() - at);
  std::size_t end = newline ? static_cast<std::size_t>(static_cast<const char*>(newline) - text.data()) : text.size();
  tried_until = end;
  if (text[end - 1] == '\r') --end;
  if (text[end - 1] != '}') return false;
  if (!tree_.read(text.substr(at, end - at))) return false;
  const Marks marks = read_marks(tree_, 0);
  if (marks.maybe_wrapper) return false;
  emit(unit, at, end, marks);
  at = end;
  return true;
}

void JsonSource::read_object(Unit& unit, std::size_t begin, std::size_t end) {
  const std::string_view text = unit.text.substr(begin, end - begin);
  Status read = tree_.read(text);
  if (!read && tree_.repairable()) {
    repaired_ = repair(text);
    if (repaired_.size() <= kObjectMax) read = tree_.read(repaired_);
    if (read)
      unit.sink->on_oddity(
          {Errc::bad_value, unit.offset + byte_at(unit, begin), "invalid UTF-8 or control characters"});
  }
  if (read) {
    emit(unit, begin, end, read_marks(tree_, 0));
  } else {
    ++unit.record;
    unit.sink->on_drop({read.error().code, unit.offset + byte_at(unit, begin), read.error().what});
  }
  if (repaired_.capacity() > kUnitTarget) std::string().swap(repaired_);
}

void JsonSource::emit(Unit& unit, std::size_t begin, std::size_t end, const Marks& marks) {
  Event event;
  const std::size_t first = byte_at(unit, begin), last = byte_at(unit, end);
  event.origin = {unit.offset + first, ++unit.record};
  if (!emit_embedded(unit, marks, event)) {
    mapper_.map(tree_, marks, planner_, event);
    event.raw = unit.bytes.substr(first, last - first);
    unit.sink->on_event(event);
  }
  if (end - begin > kUnitTarget) tree_.release_excess();
}

/// An envelope with the text of an event: the event, in place of the object around it.
bool JsonSource::emit_embedded(Unit& unit, const Marks& marks, Event& event) {
  if (!Embedded::may_hold(marks)) return false;
  if (inner_ == nullptr) inner_ = std::make_unique<Inner>(*wanted_);
  const bool opened = inner_->embedded.open(tree_);
  if (inner_->embedded.met_broken())
    unit.sink->on_oddity({Errc::bad_value, event.origin.offset, "a JSON text inside a string that cannot be read"});
  if (opened) {
    inner_->mapper.map(inner_->embedded.tree(), inner_->embedded.marks(), planner_, event);
    event.raw = inner_->embedded.text();
    unit.sink->on_event(event);
  }
  inner_->embedded.release_excess();
  return opened;
}

/// Where a place of the UTF-8 text lies in the bytes of the input. Places are asked for in rising order.
std::size_t JsonSource::byte_at(Unit& unit, std::size_t at) noexcept {
  if (!unit.wide) return at;
  for (; unit.narrow_at < at && unit.narrow_at < unit.text.size(); ++unit.narrow_at) {
    const auto c = static_cast<unsigned char>(unit.text[unit.narrow_at]);
    if ((c & 0xC0) == 0x80) continue;  // inside a character
    unit.wide_at += c >= 0xF0 ? 4 : 2;
  }
  return unit.wide_at;
}

}  // namespace

bool sniff_json(Bytes head) {
  std::string_view text = as_text(head);
  const Encoding encoding = encoding_of(text);
  if (encoding != Encoding::utf8) {
    const WideText wide{text, encoding == Encoding::utf16be};
    return looks_like_json(wide, wide.size() > 0 && wide[0] == kMarkByte ? 1 : 0);
  }
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  if (text.substr(0, kMark.size()) == kMark) text.remove_prefix(kMark.size());
  return looks_like_json(NarrowText{text}, 0);
}

std::unique_ptr<Source> make_json(const SourceOptions& options) { return std::make_unique<JsonSource>(options); }

}  // namespace stopwarden::json
