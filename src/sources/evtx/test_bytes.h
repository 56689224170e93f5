// SPDX-License-Identifier: Apache-2.0
// For tests only: EVTX chunks put together token by token, so that every oddity of the format can be made.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.h"
#include "base/time.h"
#include "event/catalogue.h"
#include "event/source.h"
#include "sources/evtx/crc32.h"
#include "sources/evtx/evtx.h"
#include "sources/evtx/layout.h"

namespace stopwarden::evtx::test {

inline std::string u16(std::string_view s) { return utf8_to_utf16(s, ByteOrder::little); }

template <class T>
std::string le(T v) {
  std::string out;
  for (std::size_t i = 0; i < sizeof(T); ++i)
    out.push_back(static_cast<char>(static_cast<std::uint64_t>(v) >> (8 * i)));
  return out;
}

template <class T>
void poke(std::string& bytes, std::size_t at, T v) {
  bytes.replace(at, sizeof(T), le(v));
}

struct TestValue {
  std::uint8_t type;
  std::string bytes;
};
inline TestValue str(std::string_view s) { return {0x01, u16(s)}; }
inline TestValue none() { return {0x00, ""}; }

/// One chunk under construction. Positions are bytes from its start, as in the file.
class ChunkBuilder {
 public:
  explicit ChunkBuilder(std::uint64_t first_id = 1) : next_id_(first_id), first_id_(first_id) {}

  std::string b = std::string(kChunkHeaderSize, '\0');

  void raw(std::string_view s) { b += s; }
  template <class T>
  void put(T v) {
    b += le(v);
  }
  void put8(unsigned v) { b.push_back(static_cast<char>(v)); }

  /// A reference to a name: inline the first time, by offset after that.
  void name(std::string_view n) {
    const auto known = names_.find(std::string(n));
    if (known != names_.end()) {
      put<std::uint32_t>(known->second);
      return;
    }
    const auto at = static_cast<std::uint32_t>(b.size() + 4);
    names_[std::string(n)] = at;
    put<std::uint32_t>(at);
    put<std::uint32_t>(0);
    put<std::uint16_t>(0);
    put<std::uint16_t>(static_cast<std::uint16_t>(u16(n).size() / 2));
    raw(u16(n));
    put<std::uint16_t>(0);
  }
  /// A name that stands elsewhere, at a place that is filled in later.
  void fragment() { raw(std::string("\x0f\x01\x01\x00", 4)); }
  void open(std::string_view n, std::vector<std::pair<std::string, std::function<void()>>> attributes = {}) {
    put8(attributes.empty() ? 0x01 : 0x41);
    if (dependency_ids) put<std::uint16_t>(0xFFFF);
    put<std::uint32_t>(0);  // size of the element: readers do not need it
    name(n);
    if (!attributes.empty()) {
      put<std::uint32_t>(0);
      for (std::size_t i = 0; i < attributes.size(); ++i) {
        put8(i + 1 < attributes.size() ? 0x46 : 0x06);
        name(attributes[i].first);
        attributes[i].second();
      }
    }
  }
  void content() { put8(0x02); }
  void close_empty() { put8(0x03); }
  void close() { put8(0x04); }
  void eof() { put8(0x00); }
  void text(std::string_view s) {
    put8(0x05);
    put8(0x01);
    put<std::uint16_t>(static_cast<std::uint16_t>(u16(s).size() / 2));
    raw(u16(s));
  }
  void cdata(std::string_view s) {
    put8(0x07);
    put<std::uint16_t>(static_cast<std::uint16_t>(u16(s).size() / 2));
    raw(u16(s));
  }
  void char_ref(std::uint16_t c) {
    put8(0x08);
    put<std::uint16_t>(c);
  }
  void entity(std::string_view n) {
    put8(0x09);
    name(n);
  }
  void sub(std::uint16_t index, std::uint8_t type = 0x01, unsigned token = 0x0d) {
    put8(token);
    put<std::uint16_t>(index);
    put8(type);
  }
  void optional_sub(std::uint16_t index, std::uint8_t type = 0x01) { sub(index, type, 0x0e); }
  std::function<void()> lit(std::string s) {
    return [this, s] { text(s); };
  }
  std::function<void()> subst(std::uint16_t i) {
    return [this, i] { sub(i); };
  }
  std::function<void()> optional_subst(std::uint16_t i) {
    return [this, i] { optional_sub(i); };
  }
  /// <name>text</name>
  void leaf(std::string_view n, const std::function<void()>& inner) {
    open(n);
    content();
    inner();
    close();
  }
  void data(std::string_view n, const std::function<void()>& inner) {
    open("Data", {{"Name", lit(std::string(n))}});
    content();
    inner();
    close();
  }

  /// Writes a definition here; returns where it stands.
  std::uint32_t definition(const std::function<void()>& body) {
    const auto at = static_cast<std::uint32_t>(b.size());
    put<std::uint32_t>(0);
    raw(std::string(16, 'G'));
    put<std::uint32_t>(0);
    const bool before = dependency_ids;
    dependency_ids = true;
    fragment();
    body();
    eof();
    dependency_ids = before;
    poke<std::uint32_t>(b, at + 20, static_cast<std::uint32_t>(b.size() - at - 24));
    return at;
  }
  void instance_head(std::uint32_t definition_at) {
    put8(0x0c);
    put8(1);
    put<std::uint32_t>(0x47474747);
    put<std::uint32_t>(definition_at);
  }
  /// With the definition inline.
  std::uint32_t instance(const std::function<void()>& body) {
    const auto at = static_cast<std::uint32_t>(b.size() + 10);
    instance_head(at);
    definition(body);
    return at;
  }
  void values(const std::vector<TestValue>& list) {
    put<std::uint32_t>(static_cast<std::uint32_t>(list.size()));
    for (const TestValue& v : list) {
      put<std::uint16_t>(static_cast<std::uint16_t>(v.bytes.size()));
      put8(v.type);
      put8(0);
    }
    for (const TestValue& v : list) raw(v.bytes);
  }

  /// A whole record around `body`. Returns where it stands.
  std::size_t record(const std::function<void()>& body) {
    const std::size_t at = b.size();
    put<std::uint32_t>(kRecordMagic);
    put<std::uint32_t>(0);
    put<std::uint64_t>(next_id_++);
    put<std::uint64_t>(kWritten);
    fragment();
    body();
    eof();
    while ((b.size() + 4) % 8 != 0) b.push_back('\0');
    put<std::uint32_t>(0);
    const auto size = static_cast<std::uint32_t>(b.size() - at);
    poke(b, at + 4, size);
    poke(b, b.size() - 4, size);
    last_ = at;
    return at;
  }
  /// System and an EventData made by `data`, with an inline template; values 0.. are those of the caller.
  std::size_t event(const std::function<void()>& data, const std::vector<TestValue>& list) {
    return record([&] {
      instance([&] { whole_event(data); });
      values(list);
    });
  }
  /// Event/System/... + Event/<part>.
  void whole_event(const std::function<void()>& part) {
    open("Event", {{"xmlns", lit("http://schemas.microsoft.com/win/2004/08/events/event")}});
    content();
    open("System");
    content();
    open("Provider", {{"Name", lit("Stopwarden-Test")}});
    close_empty();
    open("EventID", {{"Qualifiers", lit("16384")}});
    content();
    text("7036");
    close();
    open("TimeCreated", {{"SystemTime", lit("2026-11-25T01:02:03.1234567Z")}});
    close_empty();
    leaf("EventRecordID", [this] { text("77"); });
    leaf("Channel", [this] { text("System"); });
    leaf("Computer", [this] { text("DB01"); });
    open("Security");
    close_empty();
    close();
    part();
    close();
  }
  std::size_t event_data(const std::function<void()>& data, const std::vector<TestValue>& list = {}) {
    return event([&] { leaf("EventData", data); }, list);
  }

  /// The chunk as it lies in a file: header, checksums, padding.
  std::string chunk() const { return chunk(static_cast<std::uint32_t>(b.size())); }
  std::string chunk(std::uint32_t free_offset) const {
    std::string out = b;
    out.resize(kChunkSize, '\0');
    out.replace(0, 8, kChunkMagic);
    for (const std::size_t at : {std::size_t{8}, std::size_t{24}}) {
      poke<std::uint64_t>(out, at, first_id_);
      poke<std::uint64_t>(out, at + 8, next_id_ - 1);
    }
    poke<std::uint32_t>(out, 40, 128);
    poke<std::uint32_t>(out, 44, static_cast<std::uint32_t>(last_));
    poke<std::uint32_t>(out, 48, free_offset);
    const std::size_t end = free_offset <= kChunkSize ? free_offset : kChunkHeaderSize;
    poke<std::uint32_t>(
        out, 52, crc32_by(CrcWay::tables, 0, as_bytes(std::string_view(out).substr(512, end < 512 ? 0 : end - 512))));
    seal(out);
    return out;
  }
  static void seal(std::string& out) {
    const std::uint32_t head = crc32_by(CrcWay::tables, 0, as_bytes(std::string_view(out).substr(0, 120)));
    poke<std::uint32_t>(out, 124, crc32_by(CrcWay::tables, head, as_bytes(std::string_view(out).substr(128, 384))));
  }

  bool dependency_ids = false;
  static constexpr std::uint64_t kWritten = 134'000'000'000'000'000;  // 2025-08-18T14:13:20Z

 private:
  std::map<std::string, std::uint32_t> names_;
  std::uint64_t next_id_, first_id_;
  std::size_t last_ = 0;
};

inline std::string file_header(std::uint16_t chunks, std::uint32_t flags = 0) {
  std::string out(kFileHeaderSize, '\0');
  out.replace(0, 8, kFileMagic);
  poke<std::uint64_t>(out, 16, chunks == 0 ? 0u : chunks - 1u);
  poke<std::uint32_t>(out, 32, 128);
  poke<std::uint16_t>(out, 36, 1);
  poke<std::uint16_t>(out, 38, 3);
  poke<std::uint16_t>(out, 40, 4096);
  poke<std::uint16_t>(out, 42, chunks);
  poke<std::uint32_t>(out, 120, flags);
  poke<std::uint32_t>(out, 124, crc32_by(CrcWay::tables, 0, as_bytes(std::string_view(out).substr(0, 120))));
  return out;
}

/// An event that owns its text.
struct Seen {
  std::uint64_t offset, record, id;
  std::uint32_t event_id;
  std::string time, provider, channel, host;
  std::size_t raw_size;
  std::vector<std::pair<std::string, std::string>> values;  // null is "(null)"
};

class Collector final : public EventSink {
 public:
  explicit Collector(const FieldTable& table) : table_(&table) {}
  void on_event(const Event& e) override {
    Seen s{e.origin.offset,
           e.origin.record,
           e.record_id.value_or(0),
           e.event_id.value_or(0),
           e.time ? format_time(*e.time, 7) : "",
           std::string(e.provider),
           std::string(e.channel),
           std::string(e.host),
           e.raw.size(),
           {}};
    for (const FieldValue& v : e.fields)
      s.values.emplace_back(v.field == kUnnamedField ? "" : std::string(table_->name(v.field)),
                            v.kind == ValueKind::null ? "(null)" : std::string(v.text));
    events.push_back(std::move(s));
  }
  void on_drop(const Error& e) override { drops.push_back(e); }
  void on_oddity(const Error& e) override { oddities.push_back(e); }

  std::vector<Seen> events;
  std::vector<Error> drops, oddities;

 private:
  const FieldTable* table_;
};

/// The pipeline's loop over a whole file.
inline void read_all(Source& source, std::string_view file, EventSink& sink) {
  std::uint64_t offset = 0, records = 0;
  while (offset < file.size()) {
    const std::size_t left = file.size() - offset;
    const std::size_t size = left < source.window_max() ? left : source.window_max();
    const Bytes window = as_bytes(file.substr(offset, size));
    const Cut cut = source.cut(window, size == left ? AtEnd::yes : AtEnd::no);
    if (cut.kind == Cut::Kind::unit) records += source.parse(window.first(cut.take), offset, records, sink);
    if (cut.kind == Cut::Kind::drop) sink.on_drop({cut.error.code, offset + cut.error.offset, cut.error.what});
    if (cut.take == 0) return sink.on_drop({Errc::bad_value, offset, "TEST: no progress"});
    offset += cut.take;
  }
}

}  // namespace stopwarden::evtx::test
