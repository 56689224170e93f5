// SPDX-License-Identifier: Apache-2.0
// Any bytes as a package log: no crash, cut() keeps its contract, and what events hold lies in the input. The first
// byte says how large windows are: events must not depend on it, as long as no record is longer than a window may be.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "event/field.h"
#include "sources/package/package.h"

namespace {

using namespace stopwarden;  // NOLINT: a fuzz target is one function

class Collector final : public EventSink {
 public:
  void on_event(const Event& e) override {
    told.push_back(std::to_string(e.origin.offset) + " " + std::string(e.provider) + " " + std::string(e.raw));
    if (e.time) told.back() += std::to_string(e.time->time_since_epoch().count());
    const Event all = with_all_fields(e);
    for (const FieldValue& f : all.fields) told.back() += " " + std::string(f.text);
  }
  void on_drop(const Error&) override {}
  void on_oddity(const Error&) override {}
  std::vector<std::string> told;
};

std::vector<std::string> read(Bytes input, const SourceOptions& options, std::size_t step) {
  Collector sink;
  const auto source = package::make_package(options);
  source->begin({parse_time("2026-03-10T12:00:00Z"), input, false});
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
  return sink.told;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kInputMax = 4096;  // the run in small windows copies each of them
  if (size == 0) return 0;
  const std::size_t step = std::size_t{data[0]} % 64 + 1;
  const Bytes input(reinterpret_cast<const std::byte*>(data + 1), std::min(size - 1, kInputMax));
  static const FieldTable table;
  static const WantedFields wanted = [] {
    WantedFields w(table);
    w.add_all_values();
    return w;
  }();
  if (read(input, {&wanted}, input.size() + 1) != read(input, {&wanted}, step)) std::abort();
  return 0;
}
