// SPDX-License-Identifier: Apache-2.0
#include "sources/journal/object_walk.h"

#include <bit>
#include <cassert>

namespace stopwarden::journal {
namespace {

std::uint64_t aligned(std::uint64_t n) noexcept { return (n + (kAlignment - 1)) & ~std::uint64_t{kAlignment - 1}; }

}  // namespace

bool ObjectBounds::read(std::uint64_t offset, Object& out) const noexcept {
  if (offset % kAlignment != 0 || offset < begin || offset > end || end - offset < sizeof(ObjectHeader)) return false;
  ObjectHeader h;
  std::memcpy(&h, file.data() + offset, sizeof h);
  if (h.type == 0 || h.type > kLastObjectType) return false;
  if ((h.flags & ~kObjectFlags) != 0 || std::popcount(h.flags) > 1) return false;
  for (const std::uint8_t r : h.reserved)
    if (r != 0) return false;
  out = {offset, h.size, static_cast<ObjectType>(h.type), h.flags};
  return out.size >= size_min(out.type) && out.size <= end - offset;
}

/// Behind the object at `at` another one stands, or nothing but the end or zeros.
bool ObjectWalk::stands(std::uint64_t at) const noexcept {
  Object first, second;
  if (!bounds_.read(at, first)) return false;
  if (bounds_.end - at - first.size < kAlignment + sizeof(ObjectHeader)) return true;
  const std::uint64_t next = at + aligned(first.size);
  return bounds_.read(next, second) || load_le<std::uint64_t>(bounds_.file, next) == 0;
}

/// The first aligned place at or behind `at` that does not hold eight zeros; the end when there is none.
std::uint64_t ObjectWalk::behind_zeros(std::uint64_t at) const noexcept {
  while (bounds_.end - at >= kAlignment && load_le<std::uint64_t>(bounds_.file, at) == 0) at += kAlignment;
  if (bounds_.end - at >= kAlignment) return at;
  for (std::uint64_t i = at; i < bounds_.end; ++i)
    if (bounds_.file[i] != std::byte{0}) return at;
  return bounds_.end;
}

/// There is no object at at_: finds the next one and says what was lost. False at the end of the file.
bool ObjectWalk::recover() {
  const std::uint64_t from = at_, data = behind_zeros(at_);
  if (data == bounds_.end) {
    at_ = bounds_.end;
    if (from <= tail_ && tail_ != 0) drop(Errc::bad_value, from, "the journal's last objects are zeros");
    return false;
  }
  Errc code = Errc::bad_value;
  const char* what = data == from ? "no object of a journal" : "zeros where objects of a journal should be";
  if (data == from && bounds_.end - from < sizeof(ObjectHeader)) {
    code = Errc::truncated;
    what = "the journal ends inside of an object";
  } else if (data == from) {
    const auto type = load_le<std::uint8_t>(bounds_.file, from);
    const auto size = load_le<std::uint64_t>(bounds_.file, from + 8);
    if (type != 0 && type <= kLastObjectType && size > bounds_.end - from) {
      code = Errc::truncated;
      what = "an object of the journal does not end inside of it";
    }
  }
  for (at_ = data; bounds_.end - at_ >= sizeof(ObjectHeader); at_ += kAlignment)
    if (stands(at_)) break;
  if (bounds_.end - at_ < sizeof(ObjectHeader)) at_ = bounds_.end;
  drop(code, from, what);
  return at_ != bounds_.end;
}

bool ObjectWalk::next(Object& out) {
  if (at_ >= bounds_.end) return false;
  if (!bounds_.read(at_, out)) {
    if (!recover()) return false;
    [[maybe_unused]] const bool found = bounds_.read(at_, out);
    assert(found);
  }
  const std::uint64_t left = bounds_.end - at_;
  const std::uint64_t step = out.size > left - left % kAlignment ? left : aligned(out.size);
  at_ += step;
  return true;
}

}  // namespace stopwarden::journal
