// SPDX-License-Identifier: Apache-2.0
// Runs any source as the pipeline does, with a window of any size, and keeps what it says as text.
#pragma once
#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"
#include "event/source.h"

namespace stopwarden::text::testing {

using MakeSource = std::unique_ptr<Source> (*)(const SourceOptions& options);

struct Said {
  std::vector<std::string> events;  // "time host channel provider id|name=text|..."
  std::vector<std::string> places;  // "offset+size#record"
  std::vector<std::string> notes;   // "drop bad_value@12", "oddity ..."; "CONTRACT: ..." is our mistake
  bool operator==(const Said&) const = default;
};

class SaidSink final : public EventSink {
 public:
  SaidSink(Said& out, const FieldTable& table) : out_(&out), table_(&table) {}
  void on_event(const Event& e) override {
    std::string line = e.time ? format_time(*e.time) : "-";
    line.append(" ").append(e.host).append(" ").append(e.channel).append(" ").append(e.provider);
    line += e.event_id ? " " + std::to_string(*e.event_id) : " -";
    const Event all = with_all_fields(e);
    for (const FieldValue& v : all.fields)
      line.append("|").append(v.field == kUnnamedField ? "?" : table_->name(v.field)).append("=").append(v.text);
    out_->events.push_back(line);
    out_->places.push_back(std::to_string(e.origin.offset) + "+" + std::to_string(e.raw.size()) + "#" +
                           std::to_string(e.origin.record));
  }
  void on_drop(const Error& e) override { note("drop ", e); }
  void on_oddity(const Error& e) override { note("oddity ", e); }

 private:
  void note(const char* what, const Error& e) {
    out_->notes.push_back(what + std::string(errc_name(e.code)) + "@" + std::to_string(e.offset));
  }
  Said* out_;
  const FieldTable* table_;
};

/// Reads `input` with windows of `size` bytes that double when cut() asks for more. Every window is a copy of its own,
/// so that a read beyond it is seen by ASan. `names`: the fields asked for; "*" is every value.
inline Said read_all(MakeSource make, std::string_view input, const std::vector<std::string>& names,
                     std::size_t size = std::size_t{1} << 20) {
  FieldTable table;
  for (const std::string& name : names)
    if (name != "*") table.intern(name);
  WantedFields wanted(table);
  for (const std::string& name : names) {
    if (name == "*")
      wanted.add_all_values();
    else
      wanted.add(*table.find(name));
  }
  Said said;
  SaidSink sink(said, table);
  const auto source = make({&wanted});
  std::uint64_t records = 0;
  for (std::size_t at = 0, length = size; at < input.size();) {
    length = std::min({length, input.size() - at, source->window_max()});
    const std::vector<char> window(input.begin() + static_cast<std::ptrdiff_t>(at),
                                   input.begin() + static_cast<std::ptrdiff_t>(at + length));
    const bool is_end = at + length == input.size();
    const Cut cut = source->cut(as_bytes({window.data(), window.size()}), is_end ? AtEnd::yes : AtEnd::no);
    if (cut.kind == Cut::Kind::more) {
      if (is_end || cut.take != 0 || length == source->window_max()) {
        said.notes.emplace_back("CONTRACT: more");
        break;
      }
      length *= 2;
      continue;
    }
    if (cut.take == 0 || cut.take > length) {
      said.notes.emplace_back("CONTRACT: take");
      break;
    }
    if (cut.kind == Cut::Kind::unit) {
      const std::vector<char> unit(window.begin(), window.begin() + static_cast<std::ptrdiff_t>(cut.take));
      records += source->parse(as_bytes({unit.data(), unit.size()}), at, records, sink);
    } else if (cut.kind == Cut::Kind::drop) {
      sink.on_drop({cut.error.code, at + cut.error.offset, cut.error.what});
    }
    at += cut.take;
    length = size;
  }
  return said;
}

}  // namespace stopwarden::text::testing
