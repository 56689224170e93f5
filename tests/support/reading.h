// SPDX-License-Identifier: Apache-2.0
// Reads bytes with the product's own loop (pipeline/reader.h) and keeps what it says, for tests.
//
//   FieldTable table;
//   WantedFields wanted(table);
//   wanted.add_all_values();
//   const Reading got = read_all(bytes, wanted, 7);  // seven bytes at a time
#pragma once
#include <algorithm>
#include <cstring>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "event/source.h"
#include "input/input.h"
#include "pipeline/reader.h"

namespace stopwarden::test {

/// Gives bytes in pieces of a fixed size.
class PieceStream final : public ByteStream {
 public:
  PieceStream(std::string_view bytes, std::size_t piece) : bytes_(bytes), piece_(piece) {}
  Result<std::size_t> read(std::span<std::byte> out) override {
    const std::size_t n = std::min({piece_, out.size(), bytes_.size()});
    if (n != 0) std::memcpy(out.data(), bytes_.data(), n);
    bytes_.remove_prefix(n);
    return n;
  }

 private:
  std::string_view bytes_;
  std::size_t piece_;
};

/// An event that owns its text. Fields of no known name stand under "".
struct ReadEvent {
  std::optional<EventTime> time;
  std::string host, channel, provider;
  std::optional<std::uint32_t> event_id;
  std::optional<std::uint64_t> record_id;
  std::uint64_t offset = 0, record = 0;
  std::string raw;
  std::vector<std::pair<std::string, std::string>> fields;
  std::vector<ValueKind> kinds;  ///< of the fields
  bool operator==(const ReadEvent&) const = default;
};

struct Reading {
  std::string format;
  std::vector<ReadEvent> events;
  std::vector<std::string> drops, oddities;  ///< "bad_value@4096: what"
  std::uint64_t records = 0;
  bool operator==(const Reading&) const = default;
};

/// So that a failed comparison of two readings says little more than where they part.
inline std::ostream& operator<<(std::ostream& out, const ReadEvent& e) {
  out << "#" << e.record << "@" << e.offset << " " << e.provider << " " << e.event_id.value_or(0) << " {";
  for (const auto& [name, text] : e.fields) out << name << "=" << text << ", ";
  return out << "}";
}

class Recorder final : public EventSink {
 public:
  Recorder(const FieldTable& table, Reading& out) : table_(&table), out_(&out) {}
  void on_event(const Event& e) override {
    ReadEvent r;
    r.time = e.time;
    r.host = e.host;
    r.channel = e.channel;
    r.provider = e.provider;
    r.event_id = e.event_id;
    r.record_id = e.record_id;
    r.offset = e.origin.offset;
    r.record = e.origin.record;
    r.raw = e.raw;
    for (const FieldValue& f : e.fields) {
      r.fields.emplace_back(f.field == kUnnamedField ? std::string_view{} : table_->name(f.field), f.text);
      r.kinds.push_back(f.kind);
    }
    out_->events.push_back(std::move(r));
  }
  void on_drop(const Error& e) override { out_->drops.push_back(text(e)); }
  void on_oddity(const Error& e) override { out_->oddities.push_back(text(e)); }

 private:
  static std::string text(const Error& e) {
    return std::string(errc_name(e.code)) + "@" + std::to_string(e.offset) + ": " + e.what;
  }
  const FieldTable* table_;
  Reading* out_;
};

inline Reading read_all(std::string_view bytes, const WantedFields& wanted, std::size_t piece = SIZE_MAX) {
  Reading out;
  InputReader reader(SourceOptions{&wanted});
  PieceStream stream(bytes, piece);
  Recorder recorder(wanted.table(), out);
  const ReadResult result = reader.read(stream, recorder);
  if (result.format != nullptr) out.format = result.format->name;
  out.records = result.records;
  return out;
}

}  // namespace stopwarden::test
