// SPDX-License-Identifier: Apache-2.0
// Objects of a journal file in the order they lie in it, whatever its tables and chains say.
#pragma once
#include <cstdint>

#include "base/bytes.h"
#include "event/source.h"
#include "sources/journal/layout.h"

namespace stopwarden::journal {

/// One object: all of [offset, offset + size) lies inside the file.
struct Object {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
  ObjectType type = ObjectType::unused;
  std::uint8_t flags = 0;
};

/// The object at `offset`, when one can be there: aligned, of a known type, as long as its type needs, inside of
/// [begin, end).
struct ObjectBounds {
  Bytes file;
  std::uint64_t begin = 0, end = 0;
  bool read(std::uint64_t offset, Object& out) const noexcept;
};

/// Goes from object to object. Each is at least 16 bytes and lies behind the one before, so there is an end, and no
/// loop. What is no object is passed over to the next place where two can stand one after the other (or the last one
/// ends the file), and reported as one drop. Nothing but zeros behind the last object is room that journald took in
/// advance.
///
/// `tail`: where the header says the last object lies, 0 when it does not. Errors, at the stretch that was lost:
/// bad_value (zeros, or no object), truncated (the file ends inside an object). Cost: linear in the file.
class ObjectWalk {
 public:
  ObjectWalk(const ObjectBounds& bounds, std::uint64_t tail, std::uint64_t offset, EventSink& sink)
      : bounds_(bounds), tail_(tail), offset_(offset), sink_(&sink), at_(bounds.begin) {}
  bool next(Object& out);

 private:
  bool recover();
  bool stands(std::uint64_t at) const noexcept;
  std::uint64_t behind_zeros(std::uint64_t at) const noexcept;
  void drop(Errc code, std::uint64_t at, const char* what) { sink_->on_drop({code, offset_ + at, what}); }

  ObjectBounds bounds_;
  std::uint64_t tail_, offset_;
  EventSink* sink_;
  std::uint64_t at_;
};

}  // namespace stopwarden::journal
