// SPDX-License-Identifier: Apache-2.0
// Any bytes as a JSON log. Two ways must agree: the whole input as one window, and windows of a few bytes, must give
// the same events at the same places. The contract of cut() is checked on the way.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "event/field.h"
#include "sources/json/json.h"

namespace {

using namespace stopwarden;  // NOLINT: a fuzz target is one function

class Places final : public EventSink {
 public:
  void on_event(const Event& e) override {
    places.push_back(e.origin.offset);
    places.push_back(e.raw.size());
    for (const FieldValue& f : e.fields) {
      places.push_back(index(f.field));
      places.push_back(f.text.size());
    }
  }
  void on_drop(const Error&) override {}
  void on_oddity(const Error&) override {}
  std::vector<std::uint64_t> places;
};

std::vector<std::uint64_t> read(Bytes input, const WantedFields& wanted, std::size_t step) {
  Places sink;
  const auto source = json::make_json({&wanted});
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
  return sink.places;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kInputMax = 4096;  // the bytewise run copies every window
  const std::size_t used = std::min(size, kInputMax);
  const Bytes input(reinterpret_cast<const std::byte*>(data), used);
  static const FieldTable table;
  static const WantedFields wanted = [] {
    WantedFields w(table);
    w.add_all_values();
    return w;
  }();
  const auto whole = read(input, wanted, used + 1);
  if (whole != read(input, wanted, 1)) std::abort();
  if (whole != read(input, wanted, 13)) std::abort();
  return 0;
}
