// SPDX-License-Identifier: Apache-2.0
#include "sources/evtx/record.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <new>

namespace stopwarden::evtx {
namespace {

constexpr std::uint8_t kEndOfStream = 0x00, kTemplateInstance = 0x0c, kFragmentHeader = 0x0f;
constexpr std::size_t kFragmentHeaderSize = 4;
constexpr std::size_t kInstanceSize = 10;  // token, 1, template id, offset of the definition

/// Room for the text of one record: twice what it may make (once more for all_fields()), besides the three values that
/// the planner is told. Untouched pages cost nothing.
std::size_t text_room(const Limits& limits) noexcept {
  return 2 * limits.record_text_max + 3 * text_cost(kChunkSize) + kTextSlack;
}

}  // namespace

RecordReader::RecordReader(const WantedFields& wanted, FieldPlanner* planner, const Limits& limits)
    : wanted_(&wanted),
      limits_(limits),
      names_(wanted),
      compiler_(names_, limits),
      planner_(planner),
      templates_(kTemplates),
      text_(new char[text_room(limits)]) {
  const NameInfo data = names_.look_up_text("Data");
  data_field_ = data.field;
  data_wanted_ = data.wanted;
  for (std::size_t n = 0; n < kParamsMax; ++n) {
    const auto id = wanted.table().find("param" + std::to_string(n + 1));
    if (id && wanted.contains(*id)) params_[n] = id;
  }
}

void RecordReader::begin_chunk(Bytes chunk) {
  chunk_ = chunk;
  cache_.begin_chunk();
  compiler_.begin_chunk();
  chunk_arena_.reset();
  if (++epoch_ == 0) {  // after 4 billion chunks: no slot may look like one of this round
    std::fill(templates_.begin(), templates_.end(), Template{});
    epoch_ = 1;
  }
  budget_.bytes_left = limits_.compile_bytes_max;
  chunk_steps_left_ = limits_.chunk_steps_max;
  chunk_text_left_ = limits_.chunk_text_max;
}

Status RecordReader::read(std::size_t at, std::size_t end, Event& event) {
  arena_.reset();
  literals_.clear();
  data_ = 0;
  joined_pieces_ = false;
  at_ = at;
  end_ = end;
  all_read_ = false;
  budget_at_start_ = {std::min(limits_.record_steps_max, chunk_steps_left_),
                      std::min(limits_.record_text_max, chunk_text_left_), budget_};
  may_plan_ = planner_ != nullptr;
  const Status status = walk_record(event, first_fields_, text_.get(), budget_at_start_);
  chunk_steps_left_ -= budget_at_start_.steps - steps_left_;
  chunk_text_left_ -= budget_at_start_.text - out_.text_left;
  if (!status) return status;
  first_ = {first_fields_.data(), out_.field};
  event.fields = first_;
  if (event.choice != nullptr) event.reader = this;
  return Ok{};
}

/// From the record's first byte, into `fields` and `text`. Sets `event.choice` when the fields are a choice.
Status RecordReader::walk_record(Event& event, std::vector<FieldValue>& fields, char* text, const Budget& budget) {
  values_used_ = 0;
  fields_ = &fields;
  out_ = {fields.data(), text, budget.text};
  event_ = &event;
  steps_left_ = budget.steps;
  unnamed_ = 0;
  unnamed_chosen_ = Unnamed::unknown;
  dynamic_wanted_ = false;
  oddity_ = nullptr;
  choice_ = nullptr;
  SW_TRY(read_fragment(at_, end_, Scope::document, 0));
  if (choice_ == nullptr) return Ok{};
  if (event.channel.size() == asked_.channel.size() && event.provider.size() == asked_.provider.size() &&
      event.event_id == asked_.event_id) {
    event.choice = choice_;
    return Ok{};
  }
  // What was empty when the planner was asked came later: it would have chosen otherwise.
  Event before;
  before.origin = event.origin;
  before.raw = event.raw;
  event = before;
  const CompileBudget after = budget_;
  budget_ = budget.compile;
  const Status status = walk_record(event, fields, text, budget);
  budget_ = after;  // charged once, as without a planner
  return status;
}

std::span<const FieldValue> RecordReader::all_fields() {
  if (choice_ == nullptr && !all_read_) return first_;
  if (all_read_) return all_;
  const CompileBudget budget = budget_;
  const char* const oddity = oddity_;
  budget_ = budget_at_start_.compile;
  Event again;
  const Status status = walk_record(again, all_fields_, out_.text, budget_at_start_);
  assert(status);  // it went well the first time, and costs what it cost then
  (void)status;
  budget_ = budget;
  oddity_ = oddity;
  all_ = {all_fields_.data(), out_.field};
  all_read_ = true;
  return all_;
}

bool RecordReader::may_hold(const TextProbe& probe, const Event& /*event: always the latest record*/) {
  if (joined_pieces_) return true;
  // What stands before the data of the first template instance is no value, or one of the literals.
  if (data_ != 0 && probe.in_record(chunk_.subspan(data_, end_ - data_), TextProbe::Escapes::none)) return true;
  for (const std::string_view literals : literals_)
    if (probe.in_record(as_bytes(literals), TextProbe::Escapes::none)) return true;
  return false;
}

/// Asks the planner, before anything of the record is walked.
void RecordReader::plan(const Program& program, Values values) {
  may_plan_ = false;
  const Head& head = program.head;
  if (!head.known) return;
  for (std::uint64_t subs = head.subs_before; subs != 0; subs &= subs - 1) {
    const auto sub = static_cast<std::size_t>(std::countr_zero(subs));
    if (sub >= values.count) return;
    if (values_[values.base + sub].type == static_cast<std::uint8_t>(Type::binxml)) return;
  }
  for (const std::uint16_t i : {head.provider, head.event_id, head.channel}) {
    const Op& op = program.ops[i];
    if (op.kind == OpKind::literal) {
      note_text(op.item, op.text);
      continue;
    }
    const Value v = values_[values.base + op.sub];
    if ((v.type & kArrayBit) != 0) return;
    if (v.type == 0) continue;
    if (op.item == Item::event_id)
      note(op.item, v.type, bytes_of(v));
    else
      note_text(op.item, format(v.type, bytes_of(v), out_.text).text);
  }
  asked_ = {event_->channel, event_->provider, event_->event_id};
  choice_ = &planner_->choose(asked_.channel, asked_.provider, asked_.event_id);
}

Error RecordReader::unfolds() const {
  return error(Errc::limit_exceeded, 0, "record unfolds to far more than its size");
}

/// Copies what was just compiled to a place where it stays. Its literals lie in an arena that lives as long already.
Program RecordReader::store(const std::vector<Op>& ops, Arena& arena) {
  if (ops.empty()) return {};
  static_assert(std::is_trivially_destructible_v<Op>);
  void* place = arena.allocate(ops.size() * sizeof(Op) + alignof(Op));
  std::size_t room = ops.size() * sizeof(Op) + alignof(Op);
  place = std::align(alignof(Op), ops.size() * sizeof(Op), place, room);
  Op* const to = static_cast<Op*>(place);
  std::uninitialized_copy(ops.begin(), ops.end(), to);
  std::size_t size = 0;
  for (const Op& op : ops) size += op.kind == OpKind::literal ? op.text.size() : 0;
  char* const literals = arena.allocate(size);
  char* next = literals;
  for (const Op& op : ops)
    if (op.kind == OpKind::literal) next = std::copy(op.text.begin(), op.text.end(), next);
  return make_program({to, ops.size()}, {literals, size});
}

Status RecordReader::read_fragment(std::size_t at, std::size_t end, Scope scope, std::size_t depth) {
  if (depth > limits_.nesting_max) return error(Errc::limit_exceeded, at, "BinXML nested too deep");
  while (at < end) {
    switch (static_cast<std::uint8_t>(chunk_[at])) {
      case kEndOfStream: return Ok{};
      case kFragmentHeader:
        if (end - at < kFragmentHeaderSize) return error(Errc::truncated, at, "fragment header");
        at += kFragmentHeaderSize;
        break;
      case kTemplateInstance: at = SW_TRY(read_instance(at, end, scope, depth)); break;
      default: {
        compiled_.clear();
        at = SW_TRY(compiler_.compile(chunk_, at, end, scope, DependencyIds::no, compiled_, arena_, budget_));
        const Program program = store(compiled_, arena_);
        if (may_plan_) plan(program, {});
        SW_TRY(walk(program, {}, depth));
        break;
      }
    }
  }
  return Ok{};
}

Result<std::size_t> RecordReader::read_instance(std::size_t at, std::size_t end, Scope scope, std::size_t depth) {
  if (end - at < kInstanceSize) return error(Errc::truncated, at, "template instance");
  const std::size_t definition = load_le<std::uint32_t>(chunk_, at + 6);
  at += kInstanceSize;
  if (definition > chunk_.size() || chunk_.size() - definition < sizeof(DefinitionHeader))
    return error(Errc::bad_value, at - 4, "template lies outside of the chunk");
  const std::size_t size = load_le<std::uint32_t>(chunk_, definition + 20);
  if (chunk_.size() - definition - sizeof(DefinitionHeader) < size)
    return error(Errc::bad_value, definition, "template ends outside of the chunk");
  if (definition == at) {  // inline
    if (end - at < sizeof(DefinitionHeader) || end - at - sizeof(DefinitionHeader) < size)
      return error(Errc::truncated, at, "template ends outside of its record");
    at += sizeof(DefinitionHeader) + size;
  }
  const std::size_t base = values_used_;
  const std::size_t after = SW_TRY(read_values(at, end));
  SW_TRY(run_template(definition, scope, {base, values_used_ - base}, depth));
  values_used_ = base;
  return after;
}

/// Appends the value descriptors at `at` to values_. Returns where their data ends.
Result<std::size_t> RecordReader::read_values(std::size_t at, std::size_t end) {
  if (end - at < 4) return error(Errc::truncated, at, "count of values");
  const std::size_t count = load_le<std::uint32_t>(chunk_, at);
  at += 4;
  if ((end - at) / 4 < count) return error(Errc::truncated, at, "descriptors of values");
  if (values_.size() - values_used_ < count) values_.resize(values_used_ + count);
  Value* const values = values_.data() + values_used_;
  const Bytes descriptors = chunk_.subspan(at, 4 * count);
  std::size_t data = at + 4 * count;
  if (data_ == 0) data_ = data;
  for (std::size_t i = 0; i < count; ++i) {
    const auto descriptor = load_le<std::uint32_t>(descriptors, 4 * i);
    values[i] = {static_cast<std::uint32_t>(data), static_cast<std::uint16_t>(descriptor),
                 static_cast<std::uint8_t>(descriptor >> 16)};
    data += descriptor & 0xFFFF;
  }
  if (data > end) return error(Errc::truncated, at, "value ends outside of its record");
  values_used_ += count;
  return data;
}

/// Looks a definition up in the cache, else compiles it.
void RecordReader::find_template(std::size_t definition, Scope scope, Template& t) {
  t.error.reset();
  // A definition is charged as if it were compiled in each chunk: what is dropped must not depend on chunks before.
  if (budget_.bytes_left != 0) {
    if (const TemplateCache::Entry* entry = cache_.find(chunk_, definition, scope)) {
      budget_.bytes_left -= std::min(budget_.bytes_left, entry->used);
      t.program = entry->program;
      return;
    }
  }
  const std::size_t at = definition + sizeof(DefinitionHeader);
  const std::size_t size = load_le<std::uint32_t>(chunk_, definition + 20);
  compiled_.clear();
  const auto end =
      compiler_.compile(chunk_, at, at + size, scope, DependencyIds::yes, compiled_, chunk_arena_, budget_);
  if (!end) {
    t.program = {};
    t.error = end.error();
    return;
  }
  const TemplateCache::Entry* const entry =
      cache_.keep(chunk_, definition, scope, end.value() - at, compiled_, compiler_.name_refs());
  t.program = entry != nullptr ? entry->program : store(compiled_, chunk_arena_);
}

Status RecordReader::run_template(std::size_t definition, Scope scope, Values values, std::size_t depth) {
  const std::uint64_t key = definition | static_cast<std::uint64_t>(scope) << 32;
  const std::size_t home = (key * 0x9E3779B97F4A7C15 >> 40) % kTemplates;
  for (std::size_t probe = 0; probe < kProbes; ++probe) {
    Template& t = templates_[(home + probe) % kTemplates];
    if (t.epoch != epoch_) {
      t.key = key;
      t.epoch = epoch_;
      find_template(definition, scope, t);
    } else if (t.key != key) {
      continue;
    }
    if (t.error) return *t.error;
    if (may_plan_) plan(t.program, values);
    return walk(t.program, values, depth);
  }
  // Far more templates than any real chunk has: compiled each time, until the chunk's budget is gone.
  may_plan_ = false;
  const std::size_t at = definition + sizeof(DefinitionHeader);
  const std::size_t size = load_le<std::uint32_t>(chunk_, definition + 20);
  compiled_.clear();
  SW_TRY(compiler_.compile(chunk_, at, at + size, scope, DependencyIds::yes, compiled_, arena_, budget_));
  return walk(store(compiled_, arena_), values, depth);
}

}  // namespace stopwarden::evtx
