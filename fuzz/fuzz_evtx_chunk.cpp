// SPDX-License-Identifier: Apache-2.0
// The EVTX reader on hostile bytes. The first byte chooses: even, the rest is one chunk, padded with zeros, and is read
// with and without a planner and, if the byte is a multiple of four, by a new reader without any template in its cache,
// which must all give the same; odd, the rest is a whole file that goes through cut() and parse() as in the pipeline.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "event/catalogue.h"
#include "sources/evtx/evtx.h"
#include "sources/evtx/test_planner.h"

namespace {

using namespace stopwarden;

constexpr std::size_t kChunk = 65'536;

/// Touches everything an event shows, so that a bad view is found.
class Toucher final : public EventSink {
 public:
  void on_event(const Event& e) override {
    touch(e.host);
    touch(e.channel);
    touch(e.provider);
    touch(e.raw);
    for (const FieldValue& v : e.fields) touch(v.text);
  }
  void on_drop(const Error& e) override { touch(e.what); }
  void on_oddity(const Error& e) override { touch(e.what); }

 private:
  void touch(std::string_view s) {
    for (const char c : s) sum_ = sum_ * 31 + static_cast<unsigned char>(c);
  }
  volatile std::uint64_t sum_ = 0;
};

void check(bool holds) {
  if (!holds) std::abort();  // the contract of Source (event/source.h) is broken
}

void read_file(Source& source, Bytes file, EventSink& sink) {
  std::uint64_t offset = 0, records = 0;
  std::size_t window = 512;
  while (offset < file.size()) {
    const std::size_t left = file.size() - offset, size = std::min(left, window);
    const AtEnd at_end = size == left ? AtEnd::yes : AtEnd::no;
    const Cut cut = source.cut(file.subspan(offset, size), at_end);
    check(cut.take <= size);
    if (cut.kind == Cut::Kind::more) {
      check(cut.take == 0 && at_end == AtEnd::no && size < source.window_max());
      window = std::min(2 * window, source.window_max());
      continue;
    }
    check(cut.take != 0);
    if (cut.kind == Cut::Kind::unit) records += source.parse(file.subspan(offset, cut.take), offset, records, sink);
    if (cut.kind == Cut::Kind::drop) sink.on_drop(cut.error);
    offset += cut.take;
  }
}

/// One chunk, read by two readers.
void compare_ways(const char* title, Source& one, Source& other, Bytes chunk) {
  evtx::test::Keeper a, b;
  check(one.parse(chunk, 4096, 0, a) == other.parse(chunk, 4096, 0, b));
  const std::string difference = evtx::test::difference(a, b);
  if (!difference.empty()) std::fprintf(stderr, "%s: %s\n", title, difference.c_str());
  check(difference.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  static const FieldTable table;
  static const WantedFields all = [] {
    WantedFields w(table);
    w.add(id_of(field::param1));
    w.add_all_values();
    return w;
  }();
  static const std::unique_ptr<Source> source = evtx::make_evtx({&all});
  const Bytes rest = std::as_bytes(std::span(data, size)).subspan(1);
  using evtx::test::SomePlanner;
  static SomePlanner planner(table, SomePlanner::Mode::some);
  static const std::unique_ptr<Source> narrowed = evtx::make_evtx({&all, &planner});
  if (data[0] % 2 == 0) {
    std::string chunk(as_text(rest.first(std::min(rest.size(), kChunk))));
    chunk.resize(kChunk, '\0');
    compare_ways("with a planner", *source, *narrowed, as_bytes(chunk));
    if (data[0] % 4 == 0) compare_ways("with known templates", *evtx::make_evtx({&all}), *source, as_bytes(chunk));
  } else {
    Toucher sink;
    read_file(*source, rest, sink);
  }
  return 0;
}
