// SPDX-License-Identifier: Apache-2.0
// One record's BinXML to one Event, by compiled templates.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "event/event.h"
#include "sources/evtx/compile.h"
#include "sources/evtx/layout.h"
#include "sources/evtx/names.h"
#include "sources/evtx/template_cache.h"
#include "sources/evtx/value.h"

namespace stopwarden::evtx {

/// Reads the records of one chunk after the other. Keeps compiled templates and all scratch memory.
class RecordReader final : public FieldReader {
 public:
  /// `planner` may be nullptr.
  RecordReader(const WantedFields& wanted, FieldPlanner* planner, const Limits& limits);

  /// `chunk` stays where it is until the next call.
  void begin_chunk(Bytes chunk);

  /// Reads the BinXML in chunk[at, end) into `event`: everything but origin and raw. With a planner, `choice` and
  /// `reader` are set where channel, provider and id were known before any other value (as in every usual template).
  /// Errors:   any; offset from the start of the chunk. `event` is then worthless.
  /// Lifetime: the event's views die at the next call. Cost: no allocation once warm.
  Status read(std::size_t at, std::size_t end, Event& event);

  /// Walks the latest record once more, for all wanted fields.
  std::span<const FieldValue> all_fields() override;
  bool may_hold(const TextProbe& probe, const Event& event) override;

  /// Something in the latest record was odd but readable; nullptr when nothing was. Values that were not chosen are not
  /// looked at, so they are never odd.
  const char* oddity() const noexcept { return oddity_; }

 private:
  /// A template definition met in this chunk.
  struct Template {
    std::uint64_t key = 0;    // offset and scope
    std::uint32_t epoch = 0;  // of which chunk; others are free
    Program program;
    std::optional<Error> error;
  };
  static constexpr std::size_t kTemplates = 1024;  // seen: 49 in a chunk
  static constexpr std::size_t kProbes = 16;

  /// The values of the template instance that is being walked.
  struct Values {
    std::size_t base = 0, count = 0;
  };
  /// What one record may use, so that all_fields() can start where read() did.
  struct Budget {
    std::size_t steps = 0, text = 0;
    CompileBudget compile;
  };
  /// Where the next field and the next text go. A walk keeps it in a local, so that it stays in registers.
  struct Out {
    FieldValue* field = nullptr;
    char* text = nullptr;
    std::size_t text_left = 0;
  };

  Status walk_record(Event& event, std::vector<FieldValue>& fields, char* text, const Budget& budget);
  void plan(const Program& program, Values values);
  Status read_fragment(std::size_t at, std::size_t end, Scope scope, std::size_t depth);
  Result<std::size_t> read_instance(std::size_t at, std::size_t end, Scope scope, std::size_t depth);
  Result<std::size_t> read_values(std::size_t at, std::size_t end);
  Status run_template(std::size_t definition, Scope scope, Values values, std::size_t depth);
  void find_template(std::size_t definition, Scope scope, Template& t);
  Program store(const std::vector<Op>& ops, Arena& arena);

  // walk.cpp
  Status walk(const Program& program, Values values, std::size_t depth);
  Status walk_other(const Op*& op, Values values, std::size_t depth);
  Status walk_concat(const Op& whole, Values values, std::size_t depth);
  Status put_pieces(const Op& whole, Values values, bool make);
  Status walk_value(const Op& op, Value v, std::size_t depth);
  Value value_of(const Op& op, Values values);
  void set_name(const Op& op, Values values);
  bool chosen(FieldId field) const noexcept { return choice_ == nullptr || choice_->contains(field); }
  bool unnamed_chosen();
  bool needed(const Op& op);
  void put_value(const Op& op, std::uint8_t type, Bytes bytes);
  void put(const Op& op, Text text);
  void emit(FieldId field, Text text) {
    if (chosen(field)) *out_.field++ = {field, text.kind, text.text};
  }
  void note(Item item, std::uint8_t type, Bytes bytes);
  void note_text(Item item, std::string_view text);
  Text format(std::uint8_t type, Bytes bytes, char*& out);
  /// Sees to it that so many fields fit behind out_.field.
  void make_room(std::size_t fields) {
    if (static_cast<std::size_t>(fields_->data() + fields_->size() - out_.field) < fields) grow(fields);
  }
  void grow(std::size_t fields);
  static bool spend(std::size_t& left, std::size_t amount) noexcept {
    if (amount > left) return false;
    left -= amount;
    return true;
  }
  Error unfolds() const;
  Bytes bytes_of(const Value& v) const noexcept { return chunk_.subspan(v.offset, v.size); }
  Error error(Errc code, std::size_t at, const char* what) const { return {code, at, what}; }

  const WantedFields* wanted_;
  Limits limits_;
  NameTable names_;
  Compiler compiler_;
  TemplateCache cache_;
  ValueWriter writer_;
  FieldId data_field_ = kUnnamedField;
  bool data_wanted_ = false;
  std::array<std::optional<FieldId>, kParamsMax> params_;
  FieldPlanner* planner_;

  // Of the chunk.
  Bytes chunk_;
  std::vector<Op> compiled_;  // the latest compilation, before it is stored
  std::vector<Template> templates_;
  std::uint32_t epoch_ = 0;
  Arena chunk_arena_;
  CompileBudget budget_;
  std::size_t chunk_steps_left_ = 0, chunk_text_left_ = 0;

  // Of the record.
  std::vector<Value> values_;  // used up to values_used_
  std::size_t values_used_ = 0;
  std::size_t at_ = 0, end_ = 0;
  Budget budget_at_start_;
  std::unique_ptr<char[]> text_;
  std::vector<FieldValue> first_fields_, all_fields_;  // as long as they ever had to be
  std::vector<FieldValue>* fields_ = nullptr;          // which of the two is being filled
  Out out_;
  // For may_hold().
  std::vector<std::string_view> literals_;  // of what was walked: values that stand in templates, not in the record
  std::size_t data_ = 0;                    // where the values' bytes begin; 0: there are none
  bool joined_pieces_ = false;              // a value was pieced together
  Arena arena_;
  Event* event_ = nullptr;
  std::span<const FieldValue> first_, all_;
  const FieldChoice* choice_ = nullptr;  // nullptr: everything
  struct {
    std::string_view channel, provider;
    std::optional<std::uint32_t> event_id;
  } asked_;                // what the planner was told
  bool may_plan_ = false;  // nothing of the record was walked yet
  bool all_read_ = false;
  enum class Unnamed : std::uint8_t { unknown, skip, take } unnamed_chosen_ = Unnamed::unknown;
  std::size_t steps_left_ = 0;
  std::size_t unnamed_ = 0;  // unnamed Data values so far
  FieldId dynamic_field_ = kUnnamedField;
  bool dynamic_wanted_ = false;
  const char* oddity_ = nullptr;
};

}  // namespace stopwarden::evtx
