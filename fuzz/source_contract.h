// SPDX-License-Identifier: Apache-2.0
// Reads any bytes with a source as the pipeline does, with several window sizes, with and without a planner: the
// contract of Source::cut() must hold and what is read must not depend on them; where a reader gives texts, each value
// stands in one of them. Then hands the bytes to parse() uncut.
#pragma once
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "event/source.h"

namespace stopwarden::fuzz {

inline void check(bool holds) {
  if (!holds) std::abort();
}

/// Chooses the fields with even numbers.
class HalfPlanner final : public FieldPlanner {
 public:
  explicit HalfPlanner(const FieldTable& table) {
    for (std::size_t i = 0; i < table.size(); i += 2) choice_.add(FieldId{static_cast<std::uint16_t>(i)});
  }
  const FieldChoice& choose(std::string_view, std::string_view, std::optional<std::uint32_t>) override {
    return choice_;
  }

 private:
  FieldChoice choice_;
};

class Summary final : public EventSink {
 public:
  explicit Summary(std::size_t size) : size_(size) {}
  void on_event(const Event& e) override {
    check(e.origin.offset < size_ && e.raw.size() <= size_ - e.origin.offset);
    add(std::to_string(e.origin.offset) + "#" + std::to_string(e.origin.record));
    for (const std::string_view s : {e.channel, e.provider, e.host}) add(s);
    const Event all = with_all_fields(e);
    for (const FieldValue& v : all.fields) add(v.text);
    if (e.time) add(std::to_string(e.time->time_since_epoch().count()));
    if (e.reader != nullptr) check_texts(e.reader->texts(e), all);
    if (e.choice == nullptr) return;
    std::size_t next = 0;  // the fields an event came with are those of all fields that were chosen for it
    for (const FieldValue& v : all.fields) {
      if (!e.choice->contains(v.field)) continue;
      check(next < e.fields.size() && e.fields[next].field == v.field && e.fields[next].text == v.text);
      ++next;
    }
    check(next == e.fields.size());
  }
  void on_drop(const Error& e) override { check(e.offset <= size_ && e.what[0] != '\0'); }
  void on_oddity(const Error& e) override { check(e.offset <= size_ && e.what[0] != '\0'); }
  void count(std::uint64_t records) { add(std::to_string(records)); }
  std::uint64_t hash = 14695981039346656037u;

 private:
  static void check_texts(std::span<const std::string_view> texts, const Event& all) {
    if (texts.empty()) return;
    for (const FieldValue& v : all.fields)
      check(std::any_of(texts.begin(), texts.end(),
                        [&](std::string_view text) { return text.find(v.text) != std::string_view::npos; }));
  }
  void add(std::string_view s) {
    for (const char c : s) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
    hash = (hash ^ 0x100) * 1099511628211u;
  }
  std::size_t size_;
};

using Make = std::unique_ptr<Source> (*)(const SourceOptions& options);

inline std::uint64_t read(Make make, Bytes bytes, const SourceOptions& options, std::size_t window) {
  Summary summary(bytes.size());
  const auto source = make(options), other = make(options);
  for (Source* one : {source.get(), other.get()}) one->begin({parse_time("2026-03-10T12:00:00Z"), bytes, false});
  std::size_t at = 0, length = window;
  std::uint64_t record = 0;
  while (at < bytes.size()) {
    length = std::min(length, bytes.size() - at);
    const bool last = length == bytes.size() - at;
    const std::vector<std::byte> copy(bytes.begin() + static_cast<std::ptrdiff_t>(at),
                                      bytes.begin() + static_cast<std::ptrdiff_t>(at + length));
    const Cut cut = source->cut(copy, last ? AtEnd::yes : AtEnd::no);
    if (cut.kind == Cut::Kind::more) {
      check(!last && length < source->window_max() && cut.take == 0);
      length *= 2;
      continue;
    }
    check(cut.take != 0 && cut.take <= length && cut.context.size() <= kContextMax);
    const std::vector<std::byte> context(cut.context.begin(), cut.context.end());
    Source& parser = record % 2 == 0 ? *source : *other;  // units may go to several objects
    if (cut.kind == Cut::Kind::unit)
      record += parser.parse_in(context, Bytes(copy).first(cut.take), at, record, summary);
    if (cut.kind == Cut::Kind::drop) {
      check(cut.error.offset <= cut.take);
      summary.on_drop({cut.error.code, at + cut.error.offset, cut.error.what});
    }
    at += cut.take;
    length = window;
  }
  summary.count(record);
  return summary.hash;
}

inline void check_source(Make make, bool (*sniff)(Bytes), const std::uint8_t* data, std::size_t size) {
  static const FieldTable table;
  static WantedFields wanted(table);
  wanted.add_all_values();
  static HalfPlanner planner(table);
  constexpr std::size_t kInputMax = 8192;  // the bytewise run copies every window
  const Bytes bytes = std::as_bytes(std::span(data, std::min(size, kInputMax)));
  sniff(bytes);
  const std::uint64_t whole = read(make, bytes, {&wanted}, std::max<std::size_t>(bytes.size(), 1));
  for (const std::size_t window : {std::size_t{1}, std::size_t{5}, std::size_t{64}})
    check(read(make, bytes, {&wanted}, window) == whole);
  check(read(make, bytes, {&wanted, &planner}, 13) == whole);
  Summary uncut(bytes.size());
  const auto source = make({&wanted});
  source->begin({parse_time("2026-03-10T12:00:00Z"), bytes, false});
  source->parse(bytes, 0, 0, uncut);
}

}  // namespace stopwarden::fuzz
