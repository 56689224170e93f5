// SPDX-License-Identifier: Apache-2.0
// Reads any bytes as the pipeline does, with several window sizes: the contract of Source::cut() must hold and what is
// read must not depend on the windows, nor on a planner that chooses nothing; and what a value holds stands in one of
// the event's texts. Then hands the bytes to parse() uncut.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>

#include "sources/auditd/auditd.h"

namespace {

using namespace stopwarden;

void check(bool holds) {
  if (!holds) std::abort();
}

class Summary final : public EventSink {
 public:
  explicit Summary(std::size_t size) : size_(size) {}
  void on_event(const Event& e) override {
    check(e.origin.offset < size_ && !e.raw.empty());
    add(std::to_string(e.origin.offset) + "#" + std::to_string(e.origin.record));
    add(e.provider);
    add(e.raw);
    const Event whole = with_all_fields(e);
    for (const FieldValue& v : whole.fields) add(v.text);
    if (e.reader == nullptr) return;
    const auto texts = e.reader->texts(e);
    for (const FieldValue& v : whole.fields)
      check(std::any_of(texts.begin(), texts.end(),
                        [&](std::string_view text) { return text.find(v.text) != std::string_view::npos; }));
  }
  void on_drop(const Error& e) override { check(e.offset <= size_ && e.what[0] != '\0'); }
  void on_oddity(const Error&) override {}
  void count(std::uint64_t records) { add(std::to_string(records)); }
  std::uint64_t hash = 14695981039346656037u;

 private:
  void add(std::string_view s) {
    for (const char c : s) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
  }
  std::size_t size_;
};

/// Chooses no field of any event.
struct Nothing final : FieldPlanner {
  const FieldChoice& choose(std::string_view, std::string_view, std::optional<std::uint32_t>) override { return none; }
  FieldChoice none;
};

std::uint64_t read(Bytes bytes, const SourceOptions& options, std::size_t window) {
  Summary summary(bytes.size());
  const auto source = auditd::make_auditd(options);
  std::size_t at = 0, length = window;
  std::uint64_t record = 0;
  while (at < bytes.size()) {
    length = std::min(length, bytes.size() - at);
    const bool last = length == bytes.size() - at;
    const Cut cut = source->cut(bytes.subspan(at, length), last ? AtEnd::yes : AtEnd::no);
    if (cut.kind == Cut::Kind::more) {
      check(!last && length < source->window_max() && cut.take == 0);
      length *= 2;
      continue;
    }
    check(cut.take != 0 && cut.take <= length);
    if (cut.kind == Cut::Kind::unit) record += source->parse(bytes.subspan(at, cut.take), at, record, summary);
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

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const FieldTable table;
  static WantedFields wanted(table);
  wanted.add_all_values();
  const Bytes bytes = std::as_bytes(std::span(data, size));
  auditd::sniff_auditd(bytes.first(std::min(bytes.size(), std::size_t{64} << 10)));
  const std::uint64_t whole = read(bytes, {&wanted}, std::max<std::size_t>(size, 1));
  for (const std::size_t window : {std::size_t{1}, std::size_t{5}, std::size_t{64}})
    check(read(bytes, {&wanted}, window) == whole);
  Nothing nothing;
  check(read(bytes, {&wanted, &nothing}, 64) == whole);
  Summary uncut(size);
  auditd::make_auditd({&wanted})->parse(bytes, 0, 0, uncut);
  return 0;
}
