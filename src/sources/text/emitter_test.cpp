// SPDX-License-Identifier: Apache-2.0
#include "sources/text/emitter.h"

#include <gtest/gtest.h>

#include <string>

namespace stopwarden::text {
namespace {

std::string_view shouted(std::string_view raw, Arena& arena) {
  char* out = arena.allocate(raw.size());
  for (std::size_t i = 0; i < raw.size(); ++i)
    out[i] = (raw[i] >= 'a' && raw[i] <= 'z') ? static_cast<char>(raw[i] - 0x20) : raw[i];
  return {out, raw.size()};
}

struct OnePlan final : FieldPlanner {
  const FieldChoice& choose(std::string_view channel, std::string_view provider,
                            std::optional<std::uint32_t>) override {
    asked = std::string(channel) + "/" + std::string(provider);
    return choice;
  }
  FieldChoice choice;
  std::string asked;
};

/// "name=value" of each field; then, behind a bar, of all fields where there is a reader.
struct Texts final : EventSink {
  explicit Texts(const FieldTable& t) : table(t) {}
  void on_event(const Event& e) override {
    said += list(e.fields);
    if (e.reader != nullptr) said += "|" + list(e.reader->all_fields());
    TextProbe probe;
    probe.add("zz", 0);
    if (e.reader != nullptr && !probe.empty()) said += e.reader->may_hold(probe, e) ? "?" : "!";
  }
  void on_drop(const Error&) override {}
  void on_oddity(const Error&) override {}
  std::string list(std::span<const FieldValue> fields) const {
    std::string out;
    for (const FieldValue& v : fields)
      out += (v.field == kUnnamedField ? "*" : std::string(table.name(v.field))) + "=" + std::string(v.text) + ";";
    return out;
  }
  const FieldTable& table;
  std::string said;
};

struct EmitterTest : ::testing::Test {
  FieldTable table;
  FieldId unit = *table.intern("unit"), message = *table.intern("message"), other = *table.intern("other");
  void emit_one(Emitter& emitter, EventSink& sink) {
    emitter.begin();
    emitter.add(emitter.name("unit"), "ssh");
    emitter.add(emitter.name("message"), "stopped", &shouted);
    emitter.add(emitter.name("other"), "x");
    emitter.add(emitter.name("never heard of"), "y");
    Event event;
    event.channel = "linux:auditd";
    event.provider = "SERVICE_STOP";
    event.raw = "unit=ssh message=stopped";
    emitter.emit(event, sink);
  }
};

TEST_F(EmitterTest, WithoutAPlannerAllWantedValuesCome) {
  WantedFields wanted(table);
  wanted.add(unit);
  wanted.add(message);
  Emitter emitter({&wanted});
  Texts sink(table);
  emit_one(emitter, sink);
  EXPECT_EQ(sink.said, "unit=ssh;message=STOPPED;");
}

TEST_F(EmitterTest, APlannerNarrowsAndTheReaderGivesTheRest) {
  WantedFields wanted(table);
  for (const FieldId id : {unit, message, other}) wanted.add(id);
  OnePlan plan;
  plan.choice.add(message);
  Emitter emitter({&wanted, &plan});
  Texts sink(table);
  emit_one(emitter, sink);
  EXPECT_EQ(plan.asked, "linux:auditd/SERVICE_STOP");
  EXPECT_EQ(sink.said, "message=STOPPED;|unit=ssh;message=STOPPED;other=x;!");
}

TEST_F(EmitterTest, TextsAreLookedAtWhereTheRecordHasThemNot) {
  WantedFields wanted(table);
  for (const FieldId id : {unit, message, other}) wanted.add(id);
  OnePlan plan;
  plan.choice.add(unit);
  Emitter emitter({&wanted, &plan});
  struct Sink final : EventSink {
    void on_event(const Event& e) override {
      for (const std::string_view text : {"zz", "mm"}) {
        TextProbe probe;
        probe.add(text, 0);
        held += e.reader->may_hold(probe, e) ? '1' : '0';
      }
      texts = e.reader->texts(e).size();
    }
    void on_drop(const Error&) override {}
    void on_oddity(const Error&) override {}
    std::string held;
    std::size_t texts = 0;
  } sink;
  emitter.begin();
  Event event;
  event.raw = "unit=ssh";
  emitter.add(emitter.name("unit"), event.raw.substr(5));
  emitter.add(emitter.name("message"), "zzz");
  emitter.emit(event, sink);
  EXPECT_EQ(sink.held, "10");
  EXPECT_EQ(sink.texts, 2u);
}

TEST_F(EmitterTest, ValuesWithoutANameComeWhenAllAreWanted) {
  WantedFields wanted(table);
  wanted.add_all_values();
  Emitter emitter({&wanted});
  Texts sink(table);
  emit_one(emitter, sink);
  EXPECT_EQ(sink.said, "unit=ssh;message=STOPPED;other=x;*=y;");
}

}  // namespace
}  // namespace stopwarden::text
