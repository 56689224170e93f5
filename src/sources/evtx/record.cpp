// SPDX-License-Identifier: Apache-2.0
#include "sources/evtx/record.h"

#include <algorithm>
#include <bit>
#include <cassert>

#include "base/text.h"

namespace stopwarden::evtx {
namespace {

constexpr std::uint8_t kEndOfStream = 0x00, kTemplateInstance = 0x0c, kFragmentHeader = 0x0f;
constexpr std::size_t kFragmentHeaderSize = 4;
constexpr std::size_t kInstanceSize = 10;  // token, 1, template id, offset of the definition

bool is_array(std::uint8_t type) noexcept { return (type & kArrayBit) != 0; }

/// Numbers stay within 32 bits, else they are none.
std::optional<std::uint32_t> narrow(std::optional<std::uint64_t> v) noexcept {
  if (!v || *v > 0xFFFFFFFF) return std::nullopt;
  return static_cast<std::uint32_t>(*v);
}

}  // namespace

RecordReader::RecordReader(const WantedFields& wanted, FieldPlanner* planner, const Limits& limits)
    : wanted_(&wanted),
      limits_(limits),
      names_(wanted),
      compiler_(names_, limits),
      planner_(planner),
      templates_(kTemplates) {
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
  ops_.clear();
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
  joined_pieces_ = false;
  at_ = at;
  end_ = end;
  all_read_ = false;
  budget_at_start_ = {std::min(limits_.record_steps_max, chunk_steps_left_),
                      std::min(limits_.record_text_max, chunk_text_left_), budget_};
  may_plan_ = planner_ != nullptr;
  const Status status = walk_record(event, fields_, budget_at_start_);
  chunk_steps_left_ -= budget_at_start_.steps - steps_left_;
  chunk_text_left_ -= budget_at_start_.text - text_left_;
  if (!status) return status;
  event.fields = fields_;
  if (event.choice != nullptr) event.reader = this;
  return Ok{};
}

/// From the record's first byte, into `fields`. Sets `event.choice` when the fields are a choice.
Status RecordReader::walk_record(Event& event, std::vector<FieldValue>& fields, const Budget& budget) {
  const Event before = event;
  fragment_ops_.clear();
  values_.clear();
  fields.clear();
  out_ = &fields;
  event_ = &event;
  steps_left_ = budget.steps;
  text_left_ = budget.text;
  unnamed_ = 0;
  unnamed_chosen_ = Unnamed::unknown;
  dynamic_wanted_ = false;
  oddity_ = nullptr;
  choice_ = nullptr;
  asked_ = {};
  SW_TRY(read_fragment(at_, end_, Scope::document, 0));
  if (choice_ == nullptr) return Ok{};
  if (event.channel.size() == asked_.channel.size() && event.provider.size() == asked_.provider.size() &&
      event.event_id == asked_.event_id) {
    event.choice = choice_;
    return Ok{};
  }
  // What was empty when the planner was asked came later: it would have chosen otherwise.
  event = before;
  budget_ = budget.compile;
  return walk_record(event, fields, budget);
}

std::span<const FieldValue> RecordReader::all_fields() {
  if (all_read_ || choice_ == nullptr) return all_read_ ? all_fields_ : fields_;
  const CompileBudget budget = budget_;
  const char* const oddity = oddity_;
  budget_ = budget_at_start_.compile;
  Event again;
  const Status status = walk_record(again, all_fields_, budget_at_start_);
  assert(status);  // it went well the first time, and costs what it cost then
  (void)status;
  budget_ = budget;
  oddity_ = oddity;
  all_read_ = true;
  return all_fields_;
}

bool RecordReader::may_hold(const TextProbe& probe, const Event& event) {
  if (joined_pieces_ || probe.in_record(as_bytes(event.raw), TextProbe::Escapes::none)) return true;
  for (const std::string_view literal : literals_)
    if (probe.in_record(as_bytes(literal), TextProbe::Escapes::none)) return true;
  return false;
}

/// Asks the planner, before anything of the record is walked.
void RecordReader::plan(const std::vector<Op>& ops, std::size_t begin, const Head& head, Values values) {
  may_plan_ = false;
  if (!head.known) return;
  for (std::uint64_t subs = head.subs_before; subs != 0; subs &= subs - 1) {
    const auto sub = static_cast<std::size_t>(std::countr_zero(subs));
    if (sub >= values.count) return;
    if (values_[values.base + sub].type == static_cast<std::uint8_t>(Type::binxml)) return;
  }
  for (const std::uint16_t i : {head.provider, head.event_id, head.channel}) {
    Op op = ops[begin + i];
    op.emit = false;
    if (op.kind == OpKind::literal) {
      note_text(op.item, op.text);
    } else {
      const Value v = values_[values.base + op.sub];
      if (is_array(v.type)) return;
      if (v.type == 0 && op.vanishes) continue;
      put_value(op, v.type, bytes_of(v));
    }
  }
  asked_ = {event_->channel, event_->provider, event_->event_id};
  choice_ = &planner_->choose(asked_.channel, asked_.provider, asked_.event_id);
}

/// Is one of the fields that unnamed Data fills chosen? Found out for the first of them in a record.
bool RecordReader::unnamed_chosen() {
  if (unnamed_chosen_ == Unnamed::unknown) {
    bool take = data_wanted_ && chosen(data_field_);
    for (const auto& param : params_) take = take || (param && chosen(*param));
    unnamed_chosen_ = take ? Unnamed::take : Unnamed::skip;
  }
  return unnamed_chosen_ == Unnamed::take;
}

/// Must the text of this op's value be made?
bool RecordReader::needed(const Op& op) {
  switch (op.item) {
    case Item::none: return op.emit && chosen(op.field);
    case Item::unnamed_data: return op.emit && unnamed_chosen();
    case Item::dynamic: return dynamic_wanted_ && chosen(dynamic_field_);
    case Item::provider:
    case Item::channel:
    case Item::computer:
    case Item::event_id:
    case Item::record_id:
    case Item::time: return true;
  }
  return true;
}

Error RecordReader::unfolds() const {
  return error(Errc::limit_exceeded, 0, "record unfolds to far more than its size");
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
        may_plan_ = false;
        const std::size_t mark = fragment_ops_.size();
        at = SW_TRY(compiler_.compile(chunk_, at, end, scope, DependencyIds::no, fragment_ops_, arena_, budget_));
        SW_TRY(walk(fragment_ops_, mark, fragment_ops_.size(), {}, depth));
        fragment_ops_.resize(mark);
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
  const Values values{values_.size(), 0};
  const std::size_t after = SW_TRY(read_values(at, end));
  SW_TRY(run_template(definition, scope, {values.base, values_.size() - values.base}, depth));
  values_.resize(values.base);
  return after;
}

/// Appends the value descriptors at `at` to values_. Returns where their data ends.
Result<std::size_t> RecordReader::read_values(std::size_t at, std::size_t end) {
  if (end - at < 4) return error(Errc::truncated, at, "count of values");
  const std::size_t count = load_le<std::uint32_t>(chunk_, at);
  at += 4;
  if ((end - at) / 4 < count) return error(Errc::truncated, at, "descriptors of values");
  std::size_t data = at + 4 * count;
  const std::size_t base = values_.size();
  values_.resize(base + count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto size = load_le<std::uint16_t>(chunk_, at + 4 * i);
    if (end - data < size) return error(Errc::truncated, data, "value ends outside of its record");
    values_[base + i] = {static_cast<std::uint32_t>(data), size, static_cast<std::uint8_t>(chunk_[at + 4 * i + 2])};
    data += size;
  }
  return data;
}

Status RecordReader::run_template(std::size_t definition, Scope scope, Values values, std::size_t depth) {
  const std::uint64_t key = definition | static_cast<std::uint64_t>(scope) << 32;
  const std::size_t home = (key * 0x9E3779B97F4A7C15 >> 40) % kTemplates;
  const std::size_t at = definition + sizeof(DefinitionHeader);
  const std::size_t size = load_le<std::uint32_t>(chunk_, definition + 20);
  for (std::size_t probe = 0; probe < kProbes; ++probe) {
    Template& t = templates_[(home + probe) % kTemplates];
    if (t.epoch != epoch_) {
      const std::size_t begin = ops_.size();
      const auto compiled =
          compiler_.compile(chunk_, at, at + size, scope, DependencyIds::yes, ops_, chunk_arena_, budget_);
      t = {key, epoch_, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(ops_.size()), {}, std::nullopt};
      if (!compiled) t.error = compiled.error();
      if (planner_ != nullptr && scope == Scope::document) t.head = find_head(std::span(ops_).subspan(begin));
    } else if (t.key != key) {
      continue;
    }
    if (t.error) return *t.error;
    if (may_plan_) plan(ops_, t.begin, t.head, values);
    return walk(ops_, t.begin, t.end, values, depth);
  }
  // Far more templates than any real chunk has: compiled each time, until the chunk's budget is gone.
  may_plan_ = false;
  const std::size_t mark = fragment_ops_.size();
  SW_TRY(compiler_.compile(chunk_, at, at + size, scope, DependencyIds::yes, fragment_ops_, arena_, budget_));
  SW_TRY(walk(fragment_ops_, mark, fragment_ops_.size(), values, depth));
  fragment_ops_.resize(mark);
  return Ok{};
}

/// `ops` may grow and move below (a template met for the first time): an op is copied before anything that may nest.
Status RecordReader::walk(const std::vector<Op>& ops, std::size_t begin, std::size_t end, Values values,
                          std::size_t depth) {
  if (!spend(steps_left_, end - begin)) return unfolds();
  for (std::size_t i = begin; i < end; ++i) {
    const Op& op = ops[i];
    switch (op.kind) {
      case OpKind::literal:
        if (!spend(text_left_, op.text.size())) return unfolds();
        if (planner_ != nullptr) literals_.push_back(op.text);
        if (needed(op)) put(op, {ValueKind::string, op.text});
        break;
      case OpKind::value: {
        const Value v = value_of(op, values);
        if (v.type == 0 || v.type >= static_cast<std::uint8_t>(Type::evt_handle)) {
          SW_TRY(walk_value(Op{op}, v, depth));
          break;
        }
        if (!op.emit && op.item == Item::none) break;  // one plain value, as nearly always
        if (!spend(text_left_, text_cost(v.size))) return unfolds();
        if (needed(op)) put_value(op, v.type, bytes_of(v));
        break;
      }
      case OpKind::concat: {
        const Op whole = op;
        joined_pieces_ = true;
        SW_TRY(walk_concat(ops, i + 1, whole.sub, whole, values, depth));
        i += whole.sub;
        break;
      }
      case OpKind::set_name: set_name(op, values); break;
    }
  }
  return Ok{};
}

Value RecordReader::value_of(const Op& op, Values values) {
  if (op.sub < values.count) return values_[values.base + op.sub];
  oddity_ = "template asks for a value that its record does not have";
  return {};
}

/// What is null, BinXML or an array.
Status RecordReader::walk_value(const Op& op, Value v, std::size_t depth) {
  if (v.type == static_cast<std::uint8_t>(Type::binxml))
    return v.size == 0 ? Status(Ok{}) : read_fragment(v.offset, std::size_t{v.offset} + v.size, op.scope, depth + 1);
  if (v.type == static_cast<std::uint8_t>(Type::null) && op.vanishes) return Ok{};
  if (!op.emit && op.item == Item::none) return Ok{};
  if (!spend(text_left_, text_cost(v.size))) return unfolds();
  const bool make = needed(op);
  if (!is_array(v.type)) {
    if (make) put_value(op, v.type, bytes_of(v));
    return Ok{};
  }
  ArrayWalk array(v.type, bytes_of(v));
  Bytes element;
  while (array.next(element)) {
    if (!spend(steps_left_, 1)) return unfolds();
    if (make) put_value(op, array.element_type(), element);
  }
  return Ok{};
}

Status RecordReader::walk_concat(const std::vector<Op>& ops, std::size_t begin, std::size_t count, const Op& whole,
                                 Values values, std::size_t depth) {
  joined_.clear();
  const bool make = needed(whole);
  for (std::size_t i = begin; i < begin + count; ++i) {
    const Op& op = ops[i];
    if (op.kind == OpKind::literal) {
      if (!spend(text_left_, op.text.size())) return unfolds();
      if (make) joined_ += op.text;
      continue;
    }
    const Value v = value_of(op, values);
    if (v.type == static_cast<std::uint8_t>(Type::binxml)) continue;
    if (!spend(text_left_, text_cost(v.size))) return unfolds();
    if (!is_array(v.type)) {
      if (make) joined_ += format(v.type, bytes_of(v)).text;
      continue;
    }
    ArrayWalk array(v.type, bytes_of(v));
    Bytes element;
    for (bool first = true; array.next(element); first = false) {
      if (!spend(steps_left_, 1)) return unfolds();
      if (!make) continue;
      if (!first) joined_ += ',';
      joined_ += format(array.element_type(), element).text;
    }
  }
  if (make) put(whole, {ValueKind::string, arena_.copy(joined_)});
  for (std::size_t i = begin; i < begin + count; ++i) {
    const Op op = ops[i];
    if (op.kind != OpKind::value) continue;
    const Value v = value_of(op, values);
    if (v.type == static_cast<std::uint8_t>(Type::binxml)) SW_TRY(walk_value(op, v, depth));
  }
  return Ok{};
}

void RecordReader::set_name(const Op& op, Values values) {
  const Value v = value_of(op, values);
  NameInfo info;
  if (v.type == static_cast<std::uint8_t>(Type::string) && v.size <= 2 * limits_.name_chars_max) {
    Bytes name = bytes_of(v);
    while (name.size() >= 2 && load_le<std::uint16_t>(name, name.size() - 2) == 0) name = name.first(name.size() - 2);
    info = names_.look_up(name.first(name.size() & ~std::size_t{1}));
  } else {
    info.wanted = wanted_->all_values();
  }
  dynamic_field_ = info.field;
  dynamic_wanted_ = info.wanted;
}

Text RecordReader::format(std::uint8_t type, Bytes bytes) {
  bool fits = true;
  const Text text = format_value(type, bytes, arena_, fits);
  if (!fits) oddity_ = "value whose size does not fit its type";
  return text;
}

void RecordReader::put_value(const Op& op, std::uint8_t type, Bytes bytes) {
  if (op.item == Item::event_id || op.item == Item::record_id || op.item == Item::time) {
    note(op.item, type, bytes);
    if (!op.emit || !chosen(op.field)) return;
  }
  put(op, format(type, bytes));
}

/// Numbers and times of the event itself, without a way round by text where they are typed.
void RecordReader::note(Item item, std::uint8_t type, Bytes bytes) {
  if (item == Item::time && !event_->time) event_->time = time_value(type, bytes);
  if (item == Item::event_id && !event_->event_id) event_->event_id = narrow(unsigned_value(type, bytes));
  if (item == Item::record_id && !event_->record_id) event_->record_id = unsigned_value(type, bytes);
  if (type == static_cast<std::uint8_t>(Type::string)) note_text(item, string_text(bytes, arena_));
}

void RecordReader::note_text(Item item, std::string_view text) {
  switch (item) {
    case Item::provider:
      if (event_->provider.empty()) event_->provider = text;
      break;
    case Item::channel:
      if (event_->channel.empty()) event_->channel = text;
      break;
    case Item::computer:
      if (event_->host.empty()) event_->host = text;
      break;
    case Item::event_id:
      if (!event_->event_id) event_->event_id = narrow(parse_unsigned(trim(text)));
      break;
    case Item::record_id:
      if (!event_->record_id) event_->record_id = parse_unsigned(trim(text));
      break;
    case Item::time:
      if (!event_->time) event_->time = parse_time(trim(text));
      break;
    case Item::none:
    case Item::unnamed_data:
    case Item::dynamic: break;
  }
}

void RecordReader::put(const Op& op, Text text) {
  const auto emit = [&](FieldId field) {
    if (chosen(field)) out_->push_back({field, text.kind, text.text});
  };
  switch (op.item) {
    case Item::none: break;
    case Item::unnamed_data: {
      const std::size_t n = unnamed_++;
      if (data_wanted_) emit(data_field_);
      if (n < kParamsMax && params_[n]) emit(*params_[n]);
      return;
    }
    case Item::dynamic:
      if (dynamic_wanted_) emit(dynamic_field_);
      return;
    case Item::provider:
    case Item::channel:
    case Item::computer:
    case Item::event_id:
    case Item::record_id:
    case Item::time: note_text(op.item, text.text); break;
  }
  if (op.emit) emit(op.field);
}

}  // namespace stopwarden::evtx
