// SPDX-License-Identifier: Apache-2.0
#include "reading.h"

#include <fmt/format.h>

#include <algorithm>

#include "commands.h"
#include "input/input.h"
#include "pipeline/reader.h"
#include "support/allocations.h"

namespace stopwarden::bench {
namespace {

class Visitor final : public InputVisitor {
 public:
  Visitor(const SourceOptions& options, EventSink& sink, Pass& pass) : reader_(options), sink_(sink), pass_(pass) {}
  void on_input(const std::string&, ByteStream& stream) override {
    const ReadResult result = reader_.read(stream, sink_);
    pass_.records += result.records;
    if (result.format == nullptr || result.stream_error)
      ++pass_.unreadable;
    else
      pass_.format = result.format->name;
  }
  void on_unreadable(const std::string&, const Error&, const std::string&) override { ++pass_.unreadable; }
  void on_progress(std::uint64_t) override {}

 private:
  InputReader reader_;
  EventSink& sink_;
  Pass& pass_;
};

/// Counts what it is given, and from the middle of a pass on what was allocated.
class Counter final : public EventSink {
 public:
  explicit Counter(std::uint64_t middle) : middle_(middle) {}
  void on_event(const Event& event) override {
    if (++events == middle_) allocations_at_middle = test::allocations();
    fields += event.fields.size();
    for (const FieldValue& field : event.fields) text += field.text.size();
  }
  void on_drop(const Error&) override { ++drops; }
  void on_oddity(const Error&) override { ++oddities; }
  std::uint64_t events = 0, fields = 0, text = 0, drops = 0, oddities = 0, allocations_at_middle = 0;

 private:
  std::uint64_t middle_;
};

}  // namespace

Pass read_files(const std::vector<std::string>& files, const SourceOptions& options, EventSink& sink) {
  Pass pass;
  Visitor visitor(options, sink, pass);
  const Stopwatch watch;
  walk_inputs(files, {}, visitor);
  pass.elapsed = watch.elapsed();
  return pass;
}

int run_read(const ReadOptions& options) {
  std::string why;
  PlainCount plain;
  if (!count_plainly(options.files, plain, why)) return wrong_answer(why);
  const FieldTable table;
  WantedFields wanted(table);
  if (options.all_fields) wanted.add_all_values();
  const SourceOptions source{&wanted};

  Counter first(0);
  const Pass checked = read_files(options.files, source, first);
  if (checked.unreadable != 0 || first.events != plain.events)
    return wrong_answer(fmt::format("{} events of {}, {} drops, {} files unreadable", first.events, plain.events,
                                    first.drops, checked.unreadable));
  std::vector<Elapsed> passes;
  std::uint64_t allocated = 0, allocated_late = 0;
  for (std::size_t i = 0; i < options.passes; ++i) {
    Counter counter(plain.events / 2);
    const std::uint64_t before = test::allocations();
    passes.push_back(read_files(options.files, source, counter).elapsed);
    allocated = test::allocations() - before;
    allocated_late = test::allocations() - counter.allocations_at_middle;
    if (counter.fields != first.fields || counter.text != first.text) return wrong_answer("two passes differ");
  }
  const auto per_event = [&plain](std::uint64_t n) {
    return plain.events == 0 ? 0.0 : static_cast<double>(n) / static_cast<double>(plain.events);
  };
  Report report;
  report.text("what", options.all_fields ? "source, all fields, no rules" : "source, no field wanted, no rules");
  report.text("format", checked.format);
  report.number("file_bytes", plain.file_bytes);
  report.number("used_bytes", plain.used_bytes);
  report.number("events", first.events);
  report.number("drops", first.drops);
  report.number("oddities", first.oddities);
  report.passes(passes, plain.used_bytes, plain.events);
  report.real("fields_per_event", per_event(first.fields));
  report.real("text_bytes_per_event", per_event(first.text));
  report.real("allocations_per_event", per_event(allocated));
  report.real("allocations_per_event_warm", 2 * per_event(allocated_late));
  report.number("peak_memory_kb", peak_memory_kb());
  fmt::print("{}", report.take());
  return 0;
}

}  // namespace stopwarden::bench
