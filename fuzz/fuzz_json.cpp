// SPDX-License-Identifier: Apache-2.0
// Any bytes as a JSON log. Two ways must agree: the whole input as one window, and windows of a few bytes, must give
// the same events at the same places. The contract of cut() is checked on the way. So must a planner that chooses some
// fields: what it left out is read later, and all together is what comes without a planner.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "event/field.h"
#include "sources/json/json.h"

namespace {

using namespace stopwarden;  // NOLINT: a fuzz target is one function

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

class Places final : public EventSink {
 public:
  void on_event(const Event& e) override {
    places.push_back(e.origin.offset);
    places.push_back(e.raw.size());
    const Event all = with_all_fields(e);
    for (const FieldValue& f : all.fields) {
      places.push_back(index(f.field));
      places.push_back(f.text.size());
    }
    check_choice(e, all);
  }
  void on_drop(const Error&) override {}
  void on_oddity(const Error&) override {}
  std::vector<std::uint64_t> places;

 private:
  /// The fields an event came with are those of all fields that were chosen for it.
  static void check_choice(const Event& e, const Event& all) {
    if (e.choice == nullptr) return;
    std::size_t next = 0;
    for (const FieldValue& f : all.fields) {
      if (!e.choice->contains(f.field)) continue;
      if (next == e.fields.size()) std::abort();
      const FieldValue& own = e.fields[next++];
      if (own.field != f.field || own.kind != f.kind || own.text != f.text) std::abort();
    }
    if (next != e.fields.size()) std::abort();
  }
};

std::vector<std::uint64_t> read(Bytes input, const SourceOptions& options, std::size_t step) {
  Places sink;
  const auto source = json::make_json(options);
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
  static const FieldTable table = [] {
    FieldTable t;
    for (const char* whole : {"requestParameters", "properties.targetResources", "ConsentContext.IsAdminConsent"})
      t.intern(whole);  // texts of whole objects, and a field that code makes
    return t;
  }();
  static const WantedFields wanted = [] {
    WantedFields w(table);
    w.add_all_values();
    return w;
  }();
  static HalfPlanner planner(table);
  const SourceOptions plain{&wanted}, planned{&wanted, &planner};
  const auto whole = read(input, plain, used + 1);
  if (whole != read(input, planned, used + 1)) std::abort();
  if (whole != read(input, plain, 1)) std::abort();
  if (whole != read(input, planned, 13)) std::abort();
  return 0;
}
