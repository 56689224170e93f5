// SPDX-License-Identifier: Apache-2.0
#include "sources/journal/journal.h"

#include <charconv>
#include <cstddef>

#include "sources/journal/entry_data.h"
#include "sources/journal/entry_fields.h"
#include "sources/journal/layout.h"
#include "sources/journal/object_walk.h"

namespace stopwarden::journal {
namespace {

// journald begins a new file at 128 MiB unless SystemMaxFileSize says otherwise, and never writes a larger object than
// 768 MiB. The whole file is in memory, so there must be an end; four times the default is one.
constexpr std::size_t kFileMax = 512 * std::size_t{1024} * 1024;
constexpr std::size_t kNameMax = 256;  // journald takes 64 bytes

std::string_view decimal(std::uint64_t n, Arena& arena) {
  constexpr std::size_t kDigits = 20;
  char* out = arena.allocate(kDigits);
  const auto size = static_cast<std::size_t>(std::to_chars(out, out + kDigits, n).ptr - out);
  arena.shrink_last(kDigits, size);
  return {out, size};
}

std::string_view hex_id(const Id128& id, Arena& arena) {
  constexpr std::string_view kHex = "0123456789abcdef";
  char* out = arena.allocate(2 * id.size());
  for (std::size_t i = 0; i < id.size(); ++i) {
    out[2 * i] = kHex[id[i] >> 4];
    out[2 * i + 1] = kHex[id[i] & 15];
  }
  return {out, 2 * id.size()};
}

class JournalSource final : public Source {
 public:
  explicit JournalSource(const SourceOptions& options) : fields_(options) {}
  std::size_t window_max() const noexcept override { return kFileMax; }
  Cut cut(Bytes window, AtEnd at_end) override;
  std::uint64_t parse(Bytes unit, std::uint64_t offset, std::uint64_t first_record, EventSink& sink) override;

 private:
  bool read_head(EventSink& sink, std::uint64_t offset);
  void read_entry(const Object& object, std::uint64_t offset, std::uint64_t record, EventSink& sink);
  bool read_item(std::uint64_t at, Error& error);
  void check_array(const Object& object, std::uint64_t offset, EventSink& sink) const;

  EntryFields fields_;
  EntryData data_;
  // The file that is being parsed.
  Bytes file_;
  FileHeader head_{};
  bool compact_ = false;
  ObjectBounds bounds_;
  // The input that is being cut.
  enum class State : std::uint8_t { file, too_long, rest } state_ = State::file;
};

Cut JournalSource::cut(Bytes window, AtEnd at_end) {
  if (window.empty()) return {};
  if (state_ == State::rest) return {.take = window.size(), .kind = Cut::Kind::skip};
  if (state_ == State::too_long) {
    state_ = State::rest;
    return {.take = window.size(),
            .kind = Cut::Kind::drop,
            .error = {Errc::limit_exceeded, 0, "a journal of more than 512 MiB: what lies behind was not read"}};
  }
  if (window.size() >= kFileMax) {
    state_ = State::too_long;
    return {.take = kFileMax, .kind = Cut::Kind::unit};
  }
  if (at_end == AtEnd::no) return {};
  return {.take = window.size(), .kind = Cut::Kind::unit};
}

/// Reads the header. False when the file cannot be read at all; then it was dropped.
bool JournalSource::read_head(EventSink& sink, std::uint64_t offset) {
  const auto head = read_struct<FileHeader>(file_, 0);
  if (!head) {
    sink.on_drop({Errc::truncated, offset, "a journal that ends inside of its header"});
    return false;
  }
  head_ = head.value();
  if (std::string_view(head_.signature.data(), head_.signature.size()) != kSignature) {
    sink.on_drop({Errc::bad_magic, offset, "not a journal"});
    return false;
  }
  const std::uint32_t flags = head_.incompatible_flags;
  if ((flags & ~incompatible::kKnown) != 0) {
    sink.on_drop({Errc::unsupported, offset + offsetof(FileHeader, incompatible_flags),
                  "a journal with features of a later version of systemd"});
    return false;
  }
  compact_ = (flags & incompatible::kCompact) != 0;
  std::uint64_t begin = head_.header_size;
  if (begin < sizeof(FileHeader) || begin % kAlignment != 0 || begin > file_.size()) {
    sink.on_oddity({Errc::bad_value, offset + offsetof(FileHeader, header_size), "the header's own length is wrong"});
    begin = sizeof(FileHeader);
  }
  bounds_ = {file_, begin, file_.size()};
  return true;
}

std::uint64_t JournalSource::parse(Bytes unit, std::uint64_t offset, std::uint64_t first_record, EventSink& sink) {
  file_ = unit;
  if (!read_head(sink, offset)) return 0;
  data_.start(bounds_, compact_);
  const std::uint64_t tail = head_.tail_object_offset;
  std::uint64_t records = 0;
  ObjectWalk walk(bounds_, tail, offset, sink);
  for (Object object; walk.next(object);) {
    if (object.type == ObjectType::entry) read_entry(object, offset, first_record + ++records, sink);
    if (object.type == ObjectType::entry_array) check_array(object, offset, sink);
  }
  if (tail >= file_.size())
    sink.on_drop({Errc::truncated, offset + file_.size(), "the journal ends before its last object"});
  else if (records < head_.n_entries)
    sink.on_oddity({Errc::bad_value, offset + offsetof(FileHeader, n_entries),
                    "the journal's header counts more entries than there are"});
  file_ = {};
  return records;
}

/// Arrays are not followed. One that leads back is the mark of a file that was made to catch readers.
void JournalSource::check_array(const Object& object, std::uint64_t offset, EventSink& sink) const {
  const auto next = load_le<std::uint64_t>(file_, object.offset + offsetof(EntryArrayObject, next_entry_array_offset));
  if (next != 0 && (next <= object.offset || next >= file_.size()))
    sink.on_oddity({Errc::bad_value, offset + object.offset, "a list of entries that goes on before its own place"});
}

/// Gives the field that the item at `at` points at.
bool JournalSource::read_item(std::uint64_t at, Error& error) {
  std::uint64_t hash = 0;
  if (!compact_) hash = load_le<std::uint64_t>(file_, at + 8);
  const std::uint64_t where = compact_ ? load_le<std::uint32_t>(file_, at) : load_le<std::uint64_t>(file_, at);
  const auto text = data_.read(where, compact_ ? nullptr : &hash, fields_.arena());
  if (!text) {
    error = text.error();
    return false;
  }
  const std::size_t equals = text.value().substr(0, kNameMax + 1).find('=');
  if (equals == 0 || equals == std::string_view::npos) {
    error = {Errc::bad_value, 0, "a field of an entry has no name"};
    return false;
  }
  fields_.add(text.value().substr(0, equals), text.value().substr(equals + 1));
  return true;
}

void JournalSource::read_entry(const Object& object, std::uint64_t offset, std::uint64_t record, EventSink& sink) {
  const std::size_t item = compact_ ? kCompactItem : kItem;
  EntryObject entry;
  std::memcpy(&entry, file_.data() + object.offset, sizeof entry);
  const std::uint64_t items = (object.size - sizeof entry) / item;
  fields_.begin();
  data_.start_entry(object.offset);
  const DataLimits limits;
  std::uint64_t bad = 0, read = 0;
  Error error{Errc::bad_value, 0, "an entry without fields"};
  for (std::uint64_t i = 0; i < items && i < limits.items_max; ++i) {
    Error why = error;
    if (read_item(object.offset + sizeof entry + i * item, why)) {
      ++read;
    } else if (bad++ == 0) {
      error = why;
    }
  }
  if (items > limits.items_max && bad++ == 0) error = {Errc::limit_exceeded, 0, "an entry of more than 4,096 fields"};
  if (bad != 0 || read == 0) sink.on_drop({error.code, offset + object.offset, error.what});
  if (read == 0) return;
  Arena& arena = fields_.arena();
  const std::uint64_t realtime = entry.realtime;
  fields_.add("__REALTIME_TIMESTAMP", decimal(realtime, arena));
  fields_.add("__MONOTONIC_TIMESTAMP", decimal(entry.monotonic, arena));
  fields_.add("__SEQNUM", decimal(entry.seqnum, arena));
  if (!fields_.facts().has(Fact::boot_id)) fields_.add("_BOOT_ID", hex_id(entry.boot_id, arena));
  fields_.emit({realtime, {offset + object.offset, record}, file_.subspan(object.offset, object.size)}, sink);
}

}  // namespace

bool sniff_journal(Bytes head) { return as_text(head).substr(0, kSignature.size()) == kSignature; }

std::unique_ptr<Source> make_journal(const SourceOptions& options) { return std::make_unique<JournalSource>(options); }

}  // namespace stopwarden::journal
