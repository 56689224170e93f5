// SPDX-License-Identifier: Apache-2.0
// Reads a text with a source as the pipeline does, and writes down what came: for tests of sources.
#pragma once
#include <algorithm>
#include <memory>
#include <string>
#include <string_view>

#include "base/time.h"
#include "event/source.h"

namespace stopwarden::text {

/// One line an event, "channel|provider|host|time|name=value;...", drops as "drop CODE@offset", oddities likewise.
class Written final : public EventSink {
 public:
  explicit Written(const FieldTable& table) : table_(&table) {}
  void on_event(const Event& e) override {
    text += std::string(e.channel) + "|" + std::string(e.provider) + "|" + std::string(e.host) + "|" +
            (e.time ? format_time(*e.time, 6) : "") + "|";
    for (const FieldValue& v : with_all_fields(e).fields)
      text += std::string(table_->name(v.field)) + "=" + std::string(v.text) + ";";
    text += "\n";
    places += std::to_string(e.origin.offset) + "#" + std::to_string(e.origin.record) + " ";
  }
  void on_drop(const Error& e) override { note("drop ", e); }
  void on_oddity(const Error& e) override { note("oddity ", e); }
  std::string text;    ///< events
  std::string notes;   ///< drops and oddities, one a line
  std::string places;  ///< "offset#record " of each event

 private:
  void note(const char* kind, const Error& e) {
    notes += kind + std::string(errc_name(e.code)) + "@" + std::to_string(e.offset) + "\n";
  }
  const FieldTable* table_;
};

/// Feeds `input` in windows that start with `window` bytes and double when the source asks for more. Returns the
/// records met. The contract of cut() is checked: a breach is written as "BREACH" into `out.notes`.
inline std::uint64_t read_with(Source& source, std::string_view input, std::size_t window, Written& out) {
  std::size_t at = 0, length = window;
  std::uint64_t records = 0;
  while (at < input.size()) {
    length = std::min(length, input.size() - at);
    const bool last = length == input.size() - at;
    const std::string copy(input.substr(at, length));  // so that a sanitizer sees who reads beyond
    const Cut cut = source.cut(as_bytes(copy), last ? AtEnd::yes : AtEnd::no);
    if (cut.kind == Cut::Kind::more) {
      if (last || length >= source.window_max() || cut.take != 0) {
        out.notes += "BREACH: more\n";
        return records;
      }
      length = std::min(2 * length, source.window_max());
      continue;
    }
    if (cut.take == 0 || cut.take > length) {
      out.notes += "BREACH: take\n";
      return records;
    }
    const std::string context(as_text(cut.context));
    if (cut.kind == Cut::Kind::unit)
      records += source.parse_in(as_bytes(context), as_bytes(copy).first(cut.take), at, records, out);
    if (cut.kind == Cut::Kind::drop) out.on_drop({cut.error.code, at + cut.error.offset, cut.error.what});
    at += cut.take;
    length = window;
  }
  return records;
}

}  // namespace stopwarden::text
