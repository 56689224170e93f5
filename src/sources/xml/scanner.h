// SPDX-License-Identifier: Apache-2.0
// Finds where events begin and end, without building anything: a state machine over code units.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.h"

namespace stopwarden::xml {

enum class Encoding : std::uint8_t { utf8, utf16le, utf16be };

constexpr std::size_t unit_bytes(Encoding e) noexcept { return e == Encoding::utf8 ? 1 : 2; }

/// The encoding of text that starts with a byte order mark or with '<'; UTF-8 when nothing says otherwise.
Encoding detect_encoding(Bytes text) noexcept;
/// How many bytes the byte order mark at the start has; 0 when there is none.
std::size_t byte_order_mark(Bytes text) noexcept;

constexpr bool is_blank(char16_t c) noexcept { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

/// The code unit at byte `at`; the caller has checked that it lies inside.
inline char16_t unit_at(Bytes text, std::size_t at, Encoding e) noexcept {
  const auto byte = [&](std::size_t i) { return std::to_integer<unsigned>(text[i]); };
  switch (e) {
    case Encoding::utf8: return static_cast<char16_t>(byte(at));
    case Encoding::utf16le: return static_cast<char16_t>(byte(at) | byte(at + 1) << 8);
    case Encoding::utf16be: return static_cast<char16_t>(byte(at) << 8 | byte(at + 1));
  }
  return 0;
}

/// The local name of a tag while it goes by: letters behind the last colon. A name that does not fit is none of ours,
/// nor is one with a NUL, prefix included: so "<\0" never begins an event in UTF-8, where it would pass for UTF-16.
class LocalName {
 public:
  void clear() noexcept {
    length_ = 0;
    spoilt_ = false;
  }
  void add(char16_t c) noexcept {
    if (c == 0) spoilt_ = true;
    if (c == ':') {
      length_ = 0;
      return;
    }
    if (length_ < letters_.size()) letters_[length_] = c < 0x80 ? static_cast<char>(c) : '?';
    if (length_ <= letters_.size()) ++length_;
  }
  bool is(std::string_view name) const noexcept {
    return !spoilt_ && length_ == name.size() && std::string_view(letters_.data(), length_) == name;
  }

 private:
  std::array<char, 12> letters_{};
  std::size_t length_ = 0;
  bool spoilt_ = false;
};

/// What the scanner stopped at. Offsets are bytes of the window that scan() got.
struct Found {
  enum class Kind : std::uint8_t {
    nothing,      ///< the window is used up
    event_start,  ///< `at`: the '<' of an event's start tag
    event_end,    ///< `at`: behind the event's last tag
    restart,      ///< `at`: the '<' of a new event inside something open, which broke off there
    foreign,      ///< `at`: the '<' of an element that is neither Event nor Events, outside events
    text,         ///< `at`: text that is not blank, outside events; told once for each stretch between marks
  } kind = Kind::nothing;
  std::size_t at = 0;
  std::size_t resume = 0;  ///< where the next scan() goes on
};

/// Format:  XML 1.0 as far as marks go: tags with quoted attributes, comments, CDATA, processing instructions, DOCTYPE.
///          `</Event>` in a comment, CDATA or attribute value is none; names are compared whole, without prefix.
/// Repair:  a start tag of an event that carries the events' namespace begins a new event even inside an open one or
///          inside an attribute that was never closed (not inside comments and CDATA).
/// Cost:    one pass; text inside events is skipped by memchr (UTF-8).
class Scanner {
 public:
  explicit Scanner(Encoding encoding = Encoding::utf8) : encoding_(encoding) {}

  /// Goes on at byte `from`, the last `resume` (or 0 at first). The window may have grown or shrunk since, or have been
  /// moved on with rebase(). Odd bytes at its end are left for later.
  Found scan(Bytes window, std::size_t from);
  /// The first `bytes` of the window are gone.
  void rebase(std::size_t bytes) noexcept;

  bool in_event() const noexcept { return depth_ != 0; }
  /// In something that may be endless: a comment, CDATA, processing instruction or DOCTYPE.
  bool in_section() const noexcept;
  /// The '<' from where the window must be kept: a tag that is not whole yet.
  std::optional<std::size_t> open_mark() const noexcept;
  /// The '<' of what may turn out to be the start tag of an event.
  std::optional<std::size_t> open_probe() const noexcept;
  /// Tags, attributes and sections of the event so far: no tree of it has more nodes, but for the text between them.
  std::size_t nodes() const noexcept { return nodes_; }

 private:
  enum class State : std::uint8_t { text, lt, name, tag, quote, end_name, end_tail, bang, comment, cdata, pi, doctype };
  enum class Probe : std::uint8_t { idle, name, attributes };
  using Kind = Found::Kind;

  std::size_t skip_text(Bytes window, std::size_t from) const noexcept;
  Kind step(char16_t c, std::size_t at);
  Kind step_tag(char16_t c, std::size_t at);
  Kind step_section(char16_t c);
  Kind open_mark_at(std::size_t at) noexcept;
  Kind start_tag_done();
  Kind end_tag_done();
  bool probe(char16_t c, std::size_t at);

  Encoding encoding_;
  State state_ = State::text;
  Probe probe_ = Probe::idle;
  bool text_told_ = false, empty_event_ = false;
  std::uint8_t run_ = 0;  // closing dashes, brackets or letters of "[CDATA[" seen so far
  char16_t quote_ = 0, last_ = 0;
  std::size_t depth_ = 0;  // open elements named Event
  std::size_t mark_ = 0;   // the '<' of the tag we are in
  std::size_t nodes_ = 0;
  LocalName name_, probe_name_;
  std::size_t probe_at_ = 0, probe_units_ = 0, probe_matched_ = 0;
};

}  // namespace stopwarden::xml
