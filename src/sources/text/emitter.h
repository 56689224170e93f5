// SPDX-License-Identifier: Apache-2.0
// From the values of a line to an event's fields: only those that are asked for are made. Shared by all sources of
// text.
//
//   Emitter emitter(options);                            // once a source
//   const Name unit = emitter.name("unit");              // once a name
//   emitter.begin();                                     // each event
//   emitter.add(unit, value);
//   emitter.add(message, piece, &unescape_hex);          // made only when asked
//   emitter.emit(event, sink);                           // event: the head; fields are filled here
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "event/event.h"
#include "event/source.h"

namespace stopwarden::text {

/// A field's name, looked up once. Values of a name that nobody asks for are not kept.
struct Name {
  std::optional<FieldId> id;
  bool wanted() const noexcept { return id.has_value(); }
};

/// Turns the text of a log into a value's canonical text; the result is `raw` itself or lies in `arena`. Depends on its
/// arguments alone.
using Make = std::string_view (*)(std::string_view raw, Arena& arena);

/// Collects one event's values, asks the planner which are needed, makes those and calls the sink. A value that is no
/// view of the record (decoded, a literal, from another place) is told by where it lies, so that a keyword search looks
/// at the record and at such values. Not for sharing between threads. No allocation per event once warm.
class Emitter final : private FieldReader {
 public:
  explicit Emitter(const SourceOptions& options);
  Emitter(const Emitter&) = delete;
  Emitter& operator=(const Emitter&) = delete;

  Name name(std::string_view field) const { return {wanted_->want(field)}; }
  /// A name that the log itself brings, hashed at each call. Blanks are not left out.
  Name name_in_log(std::string_view field) const { return name(field); }

  /// Gives all values of the event once more.
  class Again {
   public:
    virtual ~Again() = default;
    virtual void add_again() = 0;
  };
  /// Forgets the last event and what was made for it.
  void begin();
  /// After begin(), where channel, provider and id are known before the values: asks the planner now, so that add()
  /// keeps only what was chosen. `again` adds all of them when somebody wants the rest; it lives until emit() returned.
  void choose(std::string_view channel, std::string_view provider, std::optional<std::uint32_t> event_id, Again& again);
  /// `raw` lives until emit() returned: in the record, or in arena().
  void add(Name name, std::string_view raw, Make make = nullptr, ValueKind kind = ValueKind::string) {
    if (!name.wanted() || (choice_ != nullptr && make == nullptr && !choice_->contains(*name.id))) return;
    values_.push_back({*name.id, kind, raw, make});
  }
  /// A text that does not stand in the record; it lies in arena() or is a literal. Where choose() was asked such a
  /// value must be kept, chosen or not: a keyword may stand in it.
  void add_made(Name name, std::string_view text, ValueKind kind = ValueKind::string) {
    if (name.wanted()) values_.push_back({*name.id, kind, text, nullptr});
  }
  void add_integer(Name name, std::string_view raw) { add(name, raw, nullptr, ValueKind::integer); }
  /// Does the event have a value of this field already?
  bool has(FieldId id) const noexcept;
  /// Gives all values, made: use(FieldId, ValueKind, std::string_view). For who passes them on instead of emitting.
  template <class Use>
  void for_each(Use use) {
    for (const Value& v : values_) use(v.id, v.kind, v.make == nullptr ? v.raw : v.make(v.raw, arena_));
  }
  Arena& arena() noexcept { return arena_; }
  std::size_t size() const noexcept { return values_.size(); }  ///< values so far
  /// `event` is the head: time, host, channel, provider, event_id, origin and raw.
  void emit(Event& event, EventSink& sink);

 private:
  struct Value {
    FieldId id;
    ValueKind kind;
    std::string_view raw;
    Make make;
  };
  void finish(Value& value);
  void fill(const FieldChoice* choice, std::vector<FieldValue>& out);
  std::span<const FieldValue> all_fields() override;
  bool may_hold(const TextProbe& probe, const Event& event) override;
  std::span<const std::string_view> texts(const Event& event) override;

  const WantedFields* wanted_;
  FieldPlanner* planner_;
  Arena arena_;
  std::vector<Value> values_;
  std::vector<FieldValue> fields_, all_fields_;
  std::vector<std::string_view> texts_list_;
  const FieldChoice* choice_ = nullptr;  // what values_ were narrowed to; values that are made are there all the same
  Again* again_ = nullptr;
  bool all_made_ = false;
};

}  // namespace stopwarden::text
