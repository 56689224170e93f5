// SPDX-License-Identifier: Apache-2.0
// For tests only: reads the same bytes with and without a planner, and says where the two differ.
#pragma once
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "base/text.h"
#include "base/time.h"
#include "event/source.h"
#include "sources/evtx/evtx.h"

namespace stopwarden::evtx::test {

/// Chooses fields by number and by what it is told of the event, so that each kind gets others.
class SomePlanner final : public FieldPlanner {
 public:
  enum class Mode : std::uint8_t { nothing, some, everything };
  SomePlanner(const FieldTable& table, Mode mode) : table_(&table), mode_(mode) {}
  const FieldChoice& choose(std::string_view channel, std::string_view provider,
                            std::optional<std::uint32_t> event_id) override {
    ++asked;
    told = std::string(channel) + "|" + std::string(provider) + "|" + std::to_string(event_id.value_or(0));
    const std::size_t seed = channel.size() + 3 * provider.size() + event_id.value_or(1);
    choice_ = FieldChoice();
    if (mode_ == Mode::everything) choice_.add_all_values();
    if (mode_ != Mode::some) return choice_;
    for (std::size_t i = 0; i < table_->size(); ++i)
      if ((i * 7 + seed) % 3 == 0) choice_.add(FieldId{static_cast<std::uint16_t>(i)});
    if (seed % 2 == 0) choice_.add(kUnnamedField);
    return choice_;
  }
  std::size_t asked = 0;
  std::string told;

 private:
  const FieldTable* table_;
  Mode mode_;
  FieldChoice choice_;
};

/// All an event says, without its views.
struct Kept {
  std::string head;
  std::vector<std::string> fields;  ///< each as one text: number, kind, value
  bool planned = false;
  std::vector<std::string> chosen;  ///< what came at first
};

class Keeper final : public EventSink {
 public:
  void on_event(const Event& e) override {
    Kept k;
    k.head = (e.time ? format_time(*e.time, 7) : "no time") + "|" + std::string(e.host) + "|" + std::string(e.channel) +
             "|" + std::string(e.provider) + "|" + (e.event_id ? std::to_string(*e.event_id) : "no id") + "|" +
             (e.record_id ? std::to_string(*e.record_id) : "no number") + "|" + std::to_string(e.origin.offset) + "|" +
             std::to_string(e.origin.record) + "|" + std::to_string(e.raw.size());
    k.planned = e.choice != nullptr;
    if ((e.reader != nullptr) != k.planned) k.head += "|choice without reader";
    const std::vector<FieldValue> first(e.fields.begin(), e.fields.end());
    k.chosen = texts(first);
    const Event whole = with_all_fields(e);
    k.fields = texts(whole.fields);
    if (e.choice != nullptr) {
      std::vector<std::string> held;
      for (const FieldValue& v : whole.fields)
        if (e.choice->contains(v.field)) held.push_back(text(v));
      if (held != k.chosen) k.head += "|not what the choice holds";
    }
    if (texts(e.fields) != k.chosen) k.head += "|all_fields() changed the event";
    if (k.planned && !finds_values(e, whole.fields)) k.head += "|may_hold() missed a value";
    events.push_back(std::move(k));
  }
  void on_drop(const Error& e) override { drops.push_back(std::to_string(e.offset) + e.what); }
  void on_oddity(const Error& e) override { oddities.push_back(std::to_string(e.offset) + e.what); }

  std::vector<Kept> events;
  std::vector<std::string> drops, oddities;

 private:
  /// Whatever a probe can look for in a value must be found in the record. Looks at up to eight values.
  static bool finds_values(const Event& e, std::span<const FieldValue> fields) {
    const std::size_t step = fields.size() / 8 + 1;
    for (std::size_t i = e.origin.record % step; i < fields.size(); i += step) {
      const std::string folded = fold(fields[i].text);
      std::size_t at = 0;
      while (at + 1 < folded.size() && !TextProbe::usable(folded[at], folded[at + 1])) ++at;
      TextProbe probe;
      if (at + 1 < folded.size() && probe.add(folded, at) && !e.reader->may_hold(probe, e)) return false;
    }
    return true;
  }
  static std::string text(const FieldValue& v) {
    return std::to_string(index(v.field)) + "/" + std::to_string(static_cast<int>(v.kind)) + "/" + std::string(v.text);
  }
  static std::vector<std::string> texts(std::span<const FieldValue> fields) {
    std::vector<std::string> out;
    for (const FieldValue& v : fields) out.push_back(text(v));
    return out;
  }
};

/// "" when both say the same of the same events, whole; else the first difference.
inline std::string difference(const Keeper& plain, const Keeper& planned) {
  for (std::size_t i = 0; i < std::min(plain.events.size(), planned.events.size()); ++i) {
    const Kept &a = plain.events[i], &b = planned.events[i];
    if (a.head != b.head) return "event " + std::to_string(i) + ": " + a.head + " is now " + b.head;
    if (a.fields != b.fields) return "event " + std::to_string(i) + ": other fields: " + a.head;
    if (!b.planned && a.chosen != b.chosen) return "event " + std::to_string(i) + ": not whole without a choice";
  }
  if (plain.events.size() != planned.events.size()) return "other number of events";
  if (plain.drops != planned.drops) return "other drops";
  for (const std::string& oddity : planned.oddities)  // one of a value nobody asked for may be missing
    if (std::find(plain.oddities.begin(), plain.oddities.end(), oddity) == plain.oddities.end()) return "new " + oddity;
  return "";
}

}  // namespace stopwarden::evtx::test
