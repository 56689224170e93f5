// SPDX-License-Identifier: Apache-2.0
#include "sources/journal/entry_data.h"

namespace stopwarden::journal {
namespace {

constexpr Error kNoData{Errc::bad_value, 0, "an item of an entry points at no data"};
constexpr Error kOtherHash{Errc::bad_value, 0, "an item of an entry points at other data than it names"};

Compression compression_of(std::uint8_t flags) noexcept {
  if (flags & kObjectXz) return Compression::xz;
  if (flags & kObjectLz4) return Compression::lz4;
  return flags & kObjectZstd ? Compression::zstd : Compression::none;
}

}  // namespace

void EntryData::start(const ObjectBounds& bounds, bool compact) {
  bounds_ = bounds;
  compact_ = compact;
  walked_ = given_ = 0;
  for (Slot& slot : slots_) slot.offset = 0;
}

void EntryData::start_entry(std::uint64_t offset) noexcept {
  walked_ = offset;
  entry_unpacked_ = 0;
}

bool EntryData::spend(std::size_t bytes) noexcept {
  if (bytes <= limits_.short_value) return true;
  if (given_ / limits_.shared_factor > walked_ + limits_.shared_base / limits_.shared_factor) return false;
  given_ += bytes;
  return true;
}

Result<std::string_view> EntryData::unpack(const Object& object, Bytes packed, Arena& arena) {
  Slot& slot = slots_[object.offset / kAlignment % kSlots];
  if (slot.offset == object.offset) return arena.copy(slot.text);
  if (entry_unpacked_ > limits_.entry_unpacked_max)
    return Error{Errc::limit_exceeded, 0, "an entry with more than 64 MiB of compressed values"};
  const auto unpacked = decompressor_.unpack(compression_of(object.flags), packed, limits_.value_max, arena);
  // What fails costs as much: a payload may go on for 16 MiB before it does.
  entry_unpacked_ += decompressor_.work();
  given_ += decompressor_.work();
  if (!unpacked) return unpacked.error();
  const std::string_view text = unpacked.value();
  if (text.size() <= kSlotText) {
    slot.offset = object.offset;
    slot.text = text;
  }
  return text;
}

Result<std::string_view> EntryData::read(std::uint64_t offset, const std::uint64_t* hash, Arena& arena) {
  Object object;
  if (!bounds_.read(offset, object) || object.type != ObjectType::data) return kNoData;
  if (hash != nullptr && load_le<std::uint64_t>(bounds_.file, offset + offsetof(DataObject, hash)) != *hash)
    return kOtherHash;
  const std::size_t head = sizeof(DataObject) + (compact_ ? kCompactDataExtra : 0);
  if (object.size <= head) return kNoData;
  const Bytes payload = bounds_.file.subspan(offset + head, object.size - head);
  std::string_view text = as_text(payload);
  if (object.flags != 0) {
    if (!spend(1 + limits_.short_value))
      return Error{Errc::limit_exceeded, 0, "long values that too many entries share"};
    text = SW_TRY(unpack(object, payload, arena));
  } else if (text.size() > limits_.value_max) {
    return Error{Errc::limit_exceeded, 0, "a value of more than 16 MiB"};
  }
  if (!spend(text.size())) return Error{Errc::limit_exceeded, 0, "long values that too many entries share"};
  return text;
}

}  // namespace stopwarden::journal
