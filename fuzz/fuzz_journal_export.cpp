// SPDX-License-Identifier: Apache-2.0
// Any bytes as an export of the journal: the whole input as one window, and windows of a few bytes, must give the same
// events and drops at the same places. The contract of cut() is checked on the way.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "event/field.h"
#include "sources/journal_export/journal_export.h"

namespace {

using namespace stopwarden;  // NOLINT: a fuzz target is one function

class Kept final : public EventSink {
 public:
  void on_event(const Event& e) override {
    said.push_back(std::to_string(e.origin.offset) + "#" + std::to_string(e.origin.record).append(e.raw));
    for (const FieldValue& f : e.fields) said.push_back(std::to_string(index(f.field)).append("=").append(f.text));
  }
  void on_drop(const Error& e) override { said.push_back(std::to_string(e.offset) + e.what); }
  void on_oddity(const Error& e) override { said.push_back(std::to_string(e.offset) + e.what); }
  std::vector<std::string> said;
};

std::vector<std::string> read(Bytes input, const SourceOptions& options, std::size_t step) {
  Kept sink;
  const auto source = journal::make_export(options);
  std::uint64_t records = 0;
  std::size_t at = 0, size = step;
  while (at < input.size()) {
    size = std::min(size, input.size() - at);
    const bool is_end = at + size == input.size();
    const std::vector<std::byte> window(input.begin() + static_cast<std::ptrdiff_t>(at),
                                        input.begin() + static_cast<std::ptrdiff_t>(at + size));
    const Cut cut = source->cut(window, is_end ? AtEnd::yes : AtEnd::no);
    if (cut.kind == Cut::Kind::more) {
      if (is_end || cut.take != 0) std::abort();
      size += step;
      continue;
    }
    if (cut.take == 0 || cut.take > size) std::abort();
    if (cut.kind == Cut::Kind::unit) records += source->parse(Bytes(window).first(cut.take), at, records, sink);
    at += cut.take;
    size = step;
  }
  return sink.said;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kInputMax = 2048;  // the bytewise run copies every window
  const Bytes input(reinterpret_cast<const std::byte*>(data), std::min(size, kInputMax));
  static const FieldTable table;
  static const WantedFields wanted = [] {
    WantedFields w(table);
    w.add_all_values();
    return w;
  }();
  (void)journal::sniff_export(input);
  const auto whole = read(input, {&wanted}, kInputMax + 1);
  if (whole != read(input, {&wanted}, 1)) std::abort();
  if (whole != read(input, {&wanted}, 13)) std::abort();
  return 0;
}
