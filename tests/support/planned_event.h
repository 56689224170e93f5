// SPDX-License-Identifier: Apache-2.0
// An event as a source with a planner gives it: what was chosen at first, all of it when asked.
#pragma once
#include <vector>

#include "event/event.h"

namespace stopwarden::test {

class PlannedEvent final : public FieldReader {
 public:
  /// `whole` and `planner` outlive it.
  PlannedEvent(const Event& whole, FieldPlanner& planner) : whole_(whole), event_(whole) {
    const FieldChoice& choice = planner.choose(whole.channel, whole.provider, whole.event_id);
    for (const FieldValue& v : whole.fields)
      if (choice.contains(v.field)) chosen_.push_back(v);
    event_.fields = chosen_;
    event_.choice = &choice;
    event_.reader = this;
  }
  PlannedEvent(const PlannedEvent&) = delete;
  PlannedEvent& operator=(const PlannedEvent&) = delete;

  const Event& event() const noexcept { return event_; }
  std::span<const FieldValue> all_fields() override { return whole_.fields; }
  bool may_hold(const TextProbe& probe, const Event&) override {
    for (const FieldValue& v : whole_.fields)
      if (probe.in_record(as_bytes(v.text), TextProbe::Escapes::none)) return true;
    return false;
  }

 private:
  const Event& whole_;
  Event event_;
  std::vector<FieldValue> chosen_;
};

}  // namespace stopwarden::test
