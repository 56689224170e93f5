// SPDX-License-Identifier: Apache-2.0
// What a log format is to the rest of the program: a cutter that finds whole units, and a parser that reads one unit.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "base/bytes.h"
#include "base/time.h"
#include "event/event.h"
#include "event/field.h"

namespace stopwarden {

/// Receives what a source reads, in the order of the input.
class EventSink {
 public:
  virtual ~EventSink() = default;
  /// `event` is valid during the call only.
  virtual void on_event(const Event& event) = 0;
  /// Something could not be read and was left out; `error.offset` counts from the start of the input. The rest goes on.
  /// Called once per lost record (or per lost stretch of input, when records cannot be told apart).
  virtual void on_drop(const Error& error) = 0;
  /// The format's own bookkeeping was wrong but nothing was lost (a bad checksum, a dirty header, a wrong count).
  virtual void on_oddity(const Error& error) = 0;
};

enum class AtEnd : std::uint8_t { no, yes };

/// What Source::cut() found at the start of a window.
struct Cut {
  std::size_t take = 0;  ///< bytes that are done with: one or more whole units, or bytes to leave out
  enum class Kind : std::uint8_t {
    unit,  ///< hand [0, take) to parse()
    skip,  ///< nothing in [0, take): blanks, brackets, padding
    drop,  ///< [0, take) cannot be read: report `error`, go on after it
    more,  ///< no whole unit yet (take == 0): call again with a longer window
  } kind = Kind::more;
  Error error{Errc::truncated, 0, ""};  ///< for drop; offset relative to the window
  /// For units that cannot be read without what the input said before (the header of a table): its bytes, for
  /// parse_in(). In the source's memory, until the next cut(); at most kContextMax bytes.
  Bytes context{};
};

inline constexpr std::size_t kContextMax = 64 * std::size_t{1024};

/// What is known of an input before its first unit: formats that do not say all in each record need it. The same for
/// all who cut or parse that input.
struct InputFacts {
  /// When it was last written to, by the file system or the archive; of a pipe, when reading began.
  std::optional<EventTime> modified;
  /// Its first bytes (up to the 64 KiB that sniffers see; of a pipe what had come until its format was sure). Gone
  /// when begin() returns.
  Bytes head;
  /// Its end may have to be waited for (a pipe): cut() should not keep back what is whole, whatever may follow it.
  bool live = false;
};

/// Reads one input of one format. It opens nothing, logs nothing, reads no clock, has no threads.
///
/// The pipeline keeps a window of bytes and calls cut() until it says `more`; it hands each unit to parse(), then moves
/// the window on. cut() is cheap and has state (where in the file am I); parse() depends only on its arguments, the
/// facts begin() was told, and caches, so that units may be parsed by several Source objects in parallel: every object
/// that parses units of one input was made by the same `make` with the same arguments. What a unit cannot be read
/// without and does not hold itself, cut() gives as its context, which goes with the unit to parse_in().
///
/// Contract: cut() with AtEnd::yes never says `more` for a window that is not empty: what is left is a unit, a skip or
/// a drop. With a window of window_max() bytes it does not say `more` either: a unit that is longer is dropped with
/// limit_exceeded, in as many pieces as it takes, and reported once.
class Source {
 public:
  virtual ~Source() = default;
  /// Called before the first cut() and the first parse() of an input; not by who has nothing to tell. An object that
  /// parses gets blocks of several inputs, and is told at each change.
  virtual void begin(const InputFacts& facts) { static_cast<void>(facts); }
  virtual Cut cut(Bytes window, AtEnd at_end) = 0;
  /// `unit` lies at `offset` of the input; `first_record` is the number of its first event less one. Emits its events,
  /// in order. Returns how many records it met, dropped ones among them (so that numbers do not depend on drops).
  virtual std::uint64_t parse(Bytes unit, std::uint64_t offset, std::uint64_t first_record, EventSink& sink) = 0;
  /// parse() for a unit that cut() gave with a context. Formats that never give one leave this as it is.
  virtual std::uint64_t parse_in(Bytes context, Bytes unit, std::uint64_t offset, std::uint64_t first_record,
                                 EventSink& sink) {
    static_cast<void>(context);
    return parse(unit, offset, first_record, sink);
  }
  /// The longest unit this format may have; the pipeline never grows its window beyond it.
  virtual std::size_t window_max() const noexcept = 0;
};

/// How a source is told what is wanted. Both outlive the source.
struct SourceOptions {
  const WantedFields* wanted = nullptr;
  /// Narrows `wanted` for each event; the event then says so in `choice` and has a `reader`. nullptr: nothing narrows.
  FieldPlanner* planner = nullptr;
};

}  // namespace stopwarden
