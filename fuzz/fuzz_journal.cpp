// SPDX-License-Identifier: Apache-2.0
// Any bytes as a journal file. A planner that chooses some fields must lead to the same: what it left out is read
// later, and all together is what comes without a planner. Places of events ascend, and lie in the file.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "event/field.h"
#include "sources/journal/journal.h"

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

class Kept final : public EventSink {
 public:
  explicit Kept(std::size_t size) : size_(size) {}
  void on_event(const Event& e) override {
    if (e.origin.offset >= size_ || e.origin.offset < last_) std::abort();
    last_ = e.origin.offset;
    said.push_back(std::string(e.host).append(e.provider).append(e.raw));
    for (const FieldValue& f : with_all_fields(e).fields)
      said.push_back(std::to_string(index(f.field)).append("=").append(f.text.substr(0, 1024)));
  }
  void on_drop(const Error& e) override { said.push_back(std::to_string(e.offset) + e.what); }
  void on_oddity(const Error& e) override { said.push_back(std::to_string(e.offset) + e.what); }
  std::vector<std::string> said;

 private:
  std::size_t size_;
  std::uint64_t last_ = 0;
};

std::vector<std::string> read(Bytes input, const SourceOptions& options) {
  const auto source = journal::make_journal(options);
  if (input.size() > 1 && source->cut(input.first(input.size() / 2), AtEnd::no).kind != Cut::Kind::more) std::abort();
  const Cut cut = source->cut(input, AtEnd::yes);
  if (cut.kind != Cut::Kind::unit || cut.take != input.size()) std::abort();
  Kept sink(input.size());
  (void)source->parse(input, 0, 0, sink);
  return sink.said;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const Bytes input(reinterpret_cast<const std::byte*>(data), size);
  static const FieldTable table;
  static const WantedFields wanted = [] {
    WantedFields w(table);
    w.add_all_values();
    return w;
  }();
  static HalfPlanner planner(table);
  (void)journal::sniff_journal(input);
  if (read(input, {&wanted}) != read(input, {&wanted, &planner})) std::abort();
  return 0;
}
