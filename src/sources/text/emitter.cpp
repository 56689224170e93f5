// SPDX-License-Identifier: Apache-2.0
#include "sources/text/emitter.h"

namespace stopwarden::text {

Emitter::Emitter(const SourceOptions& options, Texts texts)
    : wanted_(options.wanted), planner_(options.planner), texts_(texts) {}

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
  value.made = true;
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
  if (texts_ == Texts::made) return true;
  if (texts_ != Texts::in_values && probe.in_record(as_bytes(event.raw), TextProbe::Escapes::none)) return true;
  if (texts_ == Texts::as_in_record) return false;
  for (Value& v : values_) {
    finish(v);
    if ((v.made || texts_ == Texts::in_values) && probe.in_record(as_bytes(v.raw), TextProbe::Escapes::none))
      return true;
  }
  return false;
}

std::span<const std::string_view> Emitter::texts(const Event& event) {
  texts_list_.clear();
  if (texts_ == Texts::made) return texts_list_;
  texts_list_.push_back(event.raw);
  if (texts_ == Texts::as_in_record) return texts_list_;
  for (Value& v : values_) {
    finish(v);
    if (v.made) texts_list_.push_back(v.raw);
  }
  return texts_list_;
}

}  // namespace stopwarden::text
