// SPDX-License-Identifier: Apache-2.0
// Reads a text through a source, in windows of any size, and says what came as text.
#pragma once
#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "event/source.h"

namespace stopwarden::testing {

struct Told {
  std::vector<std::string> events, drops, oddities;
  bool operator==(const Told&) const = default;
};

/// Events as "time host channel/provider name=value name=value"; drops and oddities as "offset:what".
class Teller final : public EventSink {
 public:
  explicit Teller(const FieldTable& table) : table_(table) {}
  void on_event(const Event& e) override {
    std::string out = e.time ? format_time(*e.time, 0) : "-";
    out.append(" ").append(e.host).append(" ").append(e.channel).append("/").append(e.provider);
    for (const FieldValue& v : e.fields) out.append(" ").append(table_.name(v.field)).append("=").append(v.text);
    told.events.push_back(out);
  }
  void on_drop(const Error& e) override { told.drops.push_back(std::to_string(e.offset) + ":" + e.what); }
  void on_oddity(const Error& e) override { told.oddities.push_back(std::to_string(e.offset) + ":" + e.what); }
  Told told;

 private:
  const FieldTable& table_;
};

/// The fields asked for, as a source wants them.
struct Asked {
  explicit Asked(std::initializer_list<const char*> names) : wanted(table) {
    for (const char* name : names) wanted.add(*table.intern(name));
  }
  FieldTable table;
  WantedFields wanted{table};
};

using MakeSource = std::unique_ptr<Source> (*)(const SourceOptions&);

/// A window of `size` bytes that grows only when it is asked to, up to the source's window_max().
inline Told tell(MakeSource make, const Asked& asked, std::string_view text, std::size_t size = std::size_t{1} << 20,
                 InputFacts facts = {}) {
  const auto cutter = make({&asked.wanted}), parser = make({&asked.wanted});
  facts.head = as_bytes(text.substr(0, 65'536));
  cutter->begin(facts);
  parser->begin(facts);
  Teller teller(asked.table);
  std::uint64_t records = 0;
  std::size_t at = 0, window = size;
  while (at < text.size()) {
    const std::string_view now = text.substr(at, window);
    const bool end = at + now.size() == text.size();
    const std::string copy(now);  // so that a sanitizer sees who reads on
    const Cut cut = cutter->cut(as_bytes(copy), end ? AtEnd::yes : AtEnd::no);
    if (cut.kind == Cut::Kind::more) {
      if (end || window >= cutter->window_max()) {
        teller.told.drops.emplace_back("more, for ever");
        break;
      }
      window = std::min(cutter->window_max(), window * 2);
      continue;
    }
    if (cut.take == 0 || cut.take > now.size()) {
      teller.told.drops.emplace_back("took nothing, or more than there is");
      break;
    }
    if (cut.kind == Cut::Kind::unit)
      records += parser->parse(as_bytes(std::string_view(copy).substr(0, cut.take)), at, records, teller);
    if (cut.kind == Cut::Kind::drop) teller.on_drop({cut.error.code, at + cut.error.offset, cut.error.what});
    at += cut.take;
    window = size;
  }
  return teller.told;
}

}  // namespace stopwarden::testing
