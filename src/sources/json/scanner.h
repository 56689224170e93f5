// SPDX-License-Identifier: Apache-2.0
// Finds where JSON objects begin and end, whatever stands around them. It reads no values.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "event/source.h"

namespace stopwarden::json {

inline constexpr unsigned char kMarkByte = 0xEF;  // the first byte of a byte order mark in UTF-8

/// Text of one-byte units (UTF-8).
struct NarrowText {
  std::string_view bytes;
  std::size_t size() const noexcept { return bytes.size(); }
  unsigned char operator[](std::size_t i) const noexcept { return static_cast<unsigned char>(bytes[i]); }
};

/// Text of two-byte units (UTF-16). It must read as its UTF-8 translation does, because units are cut from this and
/// parsed as that: a byte order mark in the middle as the mark's first byte, the rest beyond ASCII as 0x80, which means
/// nothing to JSON's structure.
struct WideText {
  std::string_view bytes;
  bool big_endian = false;
  std::size_t size() const noexcept { return bytes.size() / 2; }
  unsigned char operator[](std::size_t i) const noexcept {
    const auto first = static_cast<unsigned char>(bytes[2 * i]), second = static_cast<unsigned char>(bytes[2 * i + 1]);
    const unsigned char low = big_endian ? second : first, high = big_endian ? first : second;
    if (high == 0xFE && low == 0xFF) return kMarkByte;
    return (high != 0 || low >= 0x80) ? static_cast<unsigned char>(0x80) : low;
  }
};

/// Is this text longer than one object may be? Then an object that still has no end is given up.
enum class Window : std::uint8_t { may_grow, is_full };

/// What stands at a position.
struct Step {
  enum class Kind : std::uint8_t { object, skip, drop, more } kind = Kind::more;
  std::size_t end = 0;          ///< one past it, in units of the text
  bool plain = false;           ///< skip: separators only; may stand inside a run of objects
  Errc code = Errc::bad_value;  ///< drop
  const char* what = "";        ///< drop
};

/// The deepest nesting that is read. Windows events need 6, cloud records about 12.
inline constexpr std::uint32_t kDepthMax = 64;

/// A state machine over JSON text: strings, escapes, brackets, and enough grammar to see that a bracket or a quote is
/// missing. Objects that only wrap an array of records ({"Records":[{...},...]}) are opened: their parts are skips and
/// the records are the objects.
///
/// When an object is broken it is dropped, and reading goes on at the next `{` that begins a line no deeper than the
/// broken one did: so one bad line costs one line, and a bad record of a pretty-printed array costs one record.
/// Cost: linear; a hostile text costs at most kDepthMax passes, because only an object inside another is read twice.
class Scanner {
 public:
  /// What begins at `at`. After `more` call again with the same text made longer, at the same place (or is_full, or
  /// the end). After anything else, go on at `end`.
  template <class Text>
  Step next(const Text& text, std::size_t at, AtEnd at_end, Window window);

  /// No object is open: a `{` here begins one.
  bool is_between() const noexcept { return mode_ == Mode::between; }
  /// Somebody else read the object that begins here, whole, and it is no wrapper. `ends_line`: and the line feed
  /// behind.
  void pass_object(bool ends_line) noexcept {
    if (line_start_ && !continued_) level_ = 0;  // as start_object()
    set_place(Mode::between, ends_line, 0);
  }

  /// No object is open, no wrapper is open: here the text means what it would mean at the start of an input.
  bool at_top() const noexcept { return mode_ == Mode::between && level_ == 0; }
  /// As at_top(), at the first byte of a line.
  bool at_line_start() const noexcept { return at_top() && line_start_ && indent_ == 0; }

 private:
  enum class Mode : std::uint8_t { between, garbage, object, lost_object, tail, resync };
  enum class Last : std::uint8_t { open_object, open_array, colon, comma, value };
  enum class Outcome : std::uint8_t { closed, wrapper, empty_wrapper, broken, open };
  enum class StringEnd : std::uint8_t { quote, newline, open };
  /// Where the scan of one object stands. Positions count from the start of the step.
  struct Scan {
    std::size_t at = 0;
    std::size_t key_begin = 0;
    std::size_t blanks = 0;   // since the last line feed
    std::uint64_t kinds = 0;  // bit d: the bracket of depth d + 1 is a {
    std::uint32_t depth = 0;
    Last last = Last::value;
    bool newline = false;  // nothing but blanks since the last line feed
    bool in_string = false, string_is_key = false;
    bool brackets_only = false;  // over kDepthMax, or given up: grammar is not looked at any more
    bool inner_start = false;    // a line inside begins as the next object would
    bool maybe_wrapper = false;  // so far only plain values stood before
    bool key_is_wrapper = false, key_is_companion = false;  // the latest key of depth 1
    bool array_is_wrapper = false;
  };

  template <class Text>
  Step between(const Text& text, std::size_t at, AtEnd at_end, Window window);
  template <class Text>
  Step garbage(const Text& text, std::size_t at, AtEnd at_end);
  template <class Text>
  Step object(const Text& text, std::size_t at, AtEnd at_end, Window window);
  template <class Text>
  Step lost_object(const Text& text, std::size_t at, AtEnd at_end);
  template <class Text>
  Step tail(const Text& text, std::size_t at, AtEnd at_end, Window window);
  template <class Text>
  Step give_up(const Text& text, std::size_t from, Errc code, const char* what, AtEnd at_end);
  template <class Text>
  Step resync(const Text& text, std::size_t at, AtEnd at_end);
  template <class Text>
  std::size_t find_object_line(const Text& text, std::size_t from);
  template <class Text>
  Outcome scan(const Text& text, std::size_t base);
  template <class Text>
  Outcome bracket(const Text& text, std::size_t& i);
  template <class Text>
  void end_key(const Text& text, std::size_t begin, std::size_t end);
  template <class Text>
  static StringEnd skip_string(const Text& text, std::size_t& i);
  bool open_bracket(unsigned char c) noexcept;
  bool close_bracket(unsigned char c) noexcept;
  void start_object() noexcept;
  void start_tail(std::size_t at) noexcept;
  void set_place(Mode mode, bool line_start, std::size_t indent) noexcept {
    mode_ = mode;
    line_start_ = line_start;
    indent_ = indent;
    field_ = 0;
    continued_ = false;
  }

  Scan scan_;
  std::size_t indent_ = 0;         // blanks before this place on its line
  std::size_t object_indent_ = 0;  // the same where the open object began
  std::size_t field_ = 0;          // bytes of a server-sent event's "data: " before this place on its line
  std::uint64_t level_ = 0;        // wrappers that are open
  Mode mode_ = Mode::between;
  bool continued_ = false;  // a comma or [ stood last, so an element of the same array may follow
  bool line_start_ = true;  // nothing but blanks before this place on its line
};

/// A member of this name may be the array of records that an object exists for.
bool is_wrapper_name(std::string_view key) noexcept;
/// An array or object of this name may stand before that array.
bool is_wrapper_companion(std::string_view key) noexcept;
/// An object that has this key is an event, whatever arrays it holds.
bool is_event_key(std::string_view key) noexcept;

}  // namespace stopwarden::json
