// SPDX-License-Identifier: Apache-2.0
#include "sources/text/emitter.h"

#include <algorithm>
#include <functional>

namespace stopwarden::text {

namespace {

bool lies_in(std::string_view text, std::string_view record) noexcept {
  const std::less_equal<const char*> before;
  return before(record.data(), text.data()) && before(text.data() + text.size(), record.data() + record.size());
}

}  // namespace

Emitter::Emitter(const SourceOptions& options) : wanted_(options.wanted), planner_(options.planner) {}

void Emitter::begin() {
  arena_.reset();
  values_.clear();
  choice_ = nullptr;
  again_ = nullptr;
  all_made_ = false;
}

void Emitter::choose(std::string_view channel, std::string_view provider, std::optional<std::uint32_t> event_id,
                     Again& again) {
  if (planner_ == nullptr) return;
  choice_ = &planner_->choose(channel, provider, event_id);
  again_ = choice_->all_values() ? nullptr : &again;
}

/// Makes its text, once.
void Emitter::finish(Value& value) {
  if (value.make == nullptr) return;
  value.raw = value.make(value.raw, arena_);
  value.make = nullptr;
}

bool Emitter::has(FieldId id) const noexcept {
  for (const Value& v : values_)
    if (v.id == id) return true;
  return false;
}

void Emitter::fill(const FieldChoice* choice, std::vector<FieldValue>& out) {
  out.clear();
  for (Value& v : values_) {
    if (choice != nullptr && !choice->contains(v.id)) continue;
    finish(v);
    out.push_back({v.id, v.kind, v.raw});
  }
}

void Emitter::emit(Event& event, EventSink& sink) {
  event.choice = nullptr;
  event.reader = nullptr;
  if (planner_ != nullptr) {
    event.choice = choice_ != nullptr ? choice_ : &planner_->choose(event.channel, event.provider, event.event_id);
    event.reader = this;
  }
  fill(event.choice, fields_);
  event.fields = fields_;
  sink.on_event(event);
}

std::span<const FieldValue> Emitter::all_fields() {
  if (all_made_) return all_fields_;
  if (again_ != nullptr) {
    values_.clear();
    choice_ = nullptr;
    again_->add_again();
    again_ = nullptr;
  }
  fill(nullptr, all_fields_);
  all_made_ = true;
  return all_fields_;
}

bool Emitter::may_hold(const TextProbe& probe, const Event& event) {
  const auto of_event = texts(event);
  return std::any_of(of_event.begin(), of_event.end(),
                     [&](std::string_view text) { return probe.in_record(as_bytes(text), TextProbe::Escapes::none); });
}

std::span<const std::string_view> Emitter::texts(const Event& event) {
  texts_list_.assign(1, event.raw);
  for (Value& v : values_) {
    finish(v);
    if (!lies_in(v.raw, event.raw)) texts_list_.push_back(v.raw);
  }
  return texts_list_;
}

}  // namespace stopwarden::text
