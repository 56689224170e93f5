// SPDX-License-Identifier: Apache-2.0
#include "sources/journal/entry_fields.h"

#include <algorithm>

#include "base/hash.h"
#include "event/log_name.h"

namespace stopwarden::journal {
namespace {

constexpr std::size_t kKnownMax = 2048;  // a machine's journal has some hundred names
constexpr std::size_t kSlots = 8192;
constexpr std::size_t kNameKept = 64;  // journald takes no longer names

std::optional<Fact> fact_of(std::string_view name) noexcept {
  const auto names = fact_names();
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<Fact>(found - names.begin());
}

}  // namespace

EntryFields::EntryFields(const SourceOptions& options)
    : emitter_(options), derivation_(*options.wanted), slots_(kSlots, 0) {
  known_.reserve(kKnownMax);
}

void EntryFields::begin() {
  emitter_.begin();
  facts_.clear();
}

const EntryFields::Known& EntryFields::known(std::string_view name) {
  std::size_t at = hash_text(name) % kSlots;
  for (; slots_[at] != 0; at = (at + 1) % kSlots)
    if (known_[slots_[at] - std::size_t{1}].text == name) return known_[slots_[at] - std::size_t{1}];
  if (known_.size() == kKnownMax || name.size() > kNameKept) {
    unknown_.name = emitter_.name_in_log(name);
    unknown_.fact = fact_of(name);
    return unknown_;
  }
  known_.push_back({std::string(name), emitter_.name_in_log(name), fact_of(name)});
  slots_[at] = static_cast<std::uint16_t>(known_.size());
  return known_.back();
}

void EntryFields::add(std::string_view name, std::string_view value) {
  const Known& k = known(name);
  emitter_.add(k.name, value);
  if (k.fact) facts_.note(*k.fact, value);
}

void EntryFields::emit(const Head& head, EventSink& sink) {
  for (const FieldValue& v : derivation_.derive(facts_))
    if (!emitter_.has(v.field)) emitter_.add({v.field}, v.text, nullptr, v.kind);
  Event event;
  event.time = event_time(head.realtime, facts_[Fact::source_realtime]);
  event.host = facts_[Fact::host];
  event.channel = log_name::linux_journal;
  event.provider = provider_of(facts_);
  event.record_id = seqnum_of(facts_);
  event.origin = head.origin;
  event.raw = as_text(head.raw);
  emitter_.emit(event, sink);
}

}  // namespace stopwarden::journal
