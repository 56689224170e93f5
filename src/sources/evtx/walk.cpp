// SPDX-License-Identifier: Apache-2.0
// RecordReader: from a compiled template and a record's values to fields. Here goes the time of a scan.
#include <algorithm>
#include <cassert>
#include <cstring>

#include "base/text.h"
#include "sources/evtx/record.h"

namespace stopwarden::evtx {
namespace {

constexpr char kMisfit[] = "value whose size does not fit its type";

bool is_array(std::uint8_t type) noexcept { return (type & kArrayBit) != 0; }
bool is_binxml(std::uint8_t type) noexcept { return type == static_cast<std::uint8_t>(Type::binxml); }

/// One plain value, as nearly always: not null, BinXML or an array.
bool is_plain(std::uint8_t type) noexcept { return type != 0 && type < static_cast<std::uint8_t>(Type::evt_handle); }

/// Of the event's own: what is noted without its text.
bool is_number(Item item) noexcept { return item == Item::event_id || item == Item::record_id || item == Item::time; }

/// Numbers stay within 32 bits, else they are none.
std::optional<std::uint32_t> narrow(std::optional<std::uint64_t> v) noexcept {
  if (!v || *v > 0xFFFFFFFF) return std::nullopt;
  return static_cast<std::uint32_t>(*v);
}

}  // namespace

void RecordReader::grow(std::size_t fields) {
  const auto used = static_cast<std::size_t>(out_.field - fields_->data());
  fields_->resize(std::max(used + fields, 2 * fields_->size()));
  out_.field = fields_->data() + used;
}

/// OPTIMIZATION: where the next field and text go is kept in a local, and the commonest ops are done in place;
/// everything else goes through the members and walk_other(), which takes any op. reader_against_writer_test holds the
/// result to what the writer of a file says, EvtxPlanner the choice to the whole.
Status RecordReader::walk(const Program& program, Values values, std::size_t depth) {
  if (!spend(steps_left_, program.count) || !spend(out_.text_left, program.literals.size())) return unfolds();
  if (planner_ != nullptr && !program.literals.empty()) literals_.push_back(program.literals);
  const Op* const end = program.ops + program.count;
  make_room(2 * program.count);  // an unnamed Data may fill two fields
  const std::byte* const readable_end = chunk_.data() + chunk_.size();
  const auto emits = [choice = choice_](const Op& op) {
    return op.emit && (choice == nullptr || choice->contains(op.field));
  };
  Out out = out_;
  for (const Op* op = program.ops; op != end; ++op) {
    if (op->path <= Path::name_literal) {
      if (op->path == Path::name_literal) note_text(op->item, op->text);
      if (emits(*op)) *out.field++ = {op->field, ValueKind::string, op->text};
      continue;
    }
    if (op->path != Path::other && op->sub < values.count) {
      const Value v = values_[values.base + op->sub];
      if (v.type == 0 && op->vanishes) continue;
      if (is_plain(v.type)) {
        if (!spend(out.text_left, text_cost(v.size))) {
          out_ = out;
          return unfolds();
        }
        if (op->path == Path::number_value) note(op->item, v.type, bytes_of(v));
        if (op->path == Path::name_value ? !needed(*op) : !emits(*op)) continue;
        bool fits = true;
        const Text text = writer_.write(v.type, bytes_of(v), readable_end, out.text, fits);
        if (!fits && oddity_ == nullptr) oddity_ = kMisfit;
        if (op->path == Path::name_value) {
          note_text(op->item, text.text);
          if (!emits(*op)) continue;
        }
        *out.field++ = {op->field, text.kind, text.text};
        continue;
      }
    }
    out_ = out;
    SW_TRY(walk_other(op, values, depth));
    make_room(2 * static_cast<std::size_t>(end - op));
    out = out_;
  }
  out_ = out;
  return Ok{};
}

/// Any op at all; moves `op` over the pieces of a concat.
Status RecordReader::walk_other(const Op*& op, Values values, std::size_t depth) {
  switch (op->kind) {
    case OpKind::literal:
      if (needed(*op)) put(*op, {ValueKind::string, op->text});
      return Ok{};
    case OpKind::value: return walk_value(*op, value_of(*op, values), depth);
    case OpKind::set_name: set_name(*op, values); return Ok{};
    case OpKind::concat: {
      const Op& whole = *op;
      op += whole.sub;
      joined_pieces_ = true;
      return walk_concat(whole, values, depth);
    }
  }
  return Ok{};
}

Value RecordReader::value_of(const Op& op, Values values) {
  if (op.sub < values.count) return values_[values.base + op.sub];
  // Of two oddities this one is told: whether the other is seen depends on the fields that were chosen.
  oddity_ = "template asks for a value that its record does not have";
  return {};
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

/// Must the text of this op's value be made, or is the event itself to learn of it?
bool RecordReader::needed(const Op& op) {
  switch (op.item) {
    case Item::none: return op.emit && chosen(op.field);
    case Item::unnamed_data: return op.emit && unnamed_chosen();
    case Item::dynamic: return dynamic_wanted_ && chosen(dynamic_field_);
    case Item::provider: return event_->provider.empty() || (op.emit && chosen(op.field));
    case Item::channel: return event_->channel.empty() || (op.emit && chosen(op.field));
    case Item::computer: return event_->host.empty() || (op.emit && chosen(op.field));
    case Item::event_id:
    case Item::record_id:
    case Item::time: return true;
  }
  return true;
}

/// Any value at all. After it the walk makes room again.
Status RecordReader::walk_value(const Op& op, Value v, std::size_t depth) {
  if (is_binxml(v.type)) {
    if (v.size == 0) return Ok{};
    return read_fragment(v.offset, std::size_t{v.offset} + v.size, op.scope, depth + 1);
  }
  if (v.type == static_cast<std::uint8_t>(Type::null) && op.vanishes) return Ok{};
  if (!op.used) return Ok{};
  if (!spend(out_.text_left, text_cost(v.size))) return unfolds();
  const bool make = needed(op);
  if (!is_array(v.type)) {
    if (make) put_value(op, v.type, bytes_of(v));
    return Ok{};
  }
  ArrayWalk array(v.type, bytes_of(v));
  Bytes element;
  while (array.next(element)) {
    if (!spend(steps_left_, 1)) return unfolds();
    if (!make) continue;
    make_room(2);
    put_value(op, array.element_type(), element);
  }
  return Ok{};
}

/// The pieces of `whole` stand behind it.
Status RecordReader::walk_concat(const Op& whole, Values values, std::size_t depth) {
  const bool make = needed(whole);
  char* const from = out_.text;
  SW_TRY(put_pieces(whole, values, make));
  if (make) put(whole, {ValueKind::string, {from, static_cast<std::size_t>(out_.text - from)}});
  for (const Op* op = &whole + 1; op <= &whole + whole.sub; ++op) {
    if (op->kind != OpKind::value) continue;
    const Value v = value_of(*op, values);
    if (is_binxml(v.type)) SW_TRY(walk_value(*op, v, depth));
  }
  return Ok{};
}

/// Their text, one behind the other. BinXML among them is no text.
Status RecordReader::put_pieces(const Op& whole, Values values, bool make) {
  for (const Op* op = &whole + 1; op <= &whole + whole.sub; ++op) {
    if (op->kind == OpKind::literal) {
      if (make && !op->text.empty()) std::memcpy(out_.text, op->text.data(), op->text.size());
      if (make) out_.text += op->text.size();
      continue;
    }
    const Value v = value_of(*op, values);
    if (is_binxml(v.type)) continue;
    if (!spend(out_.text_left, text_cost(v.size))) return unfolds();
    if (!is_array(v.type)) {
      if (make) (void)format(v.type, bytes_of(v), out_.text);
      continue;
    }
    ArrayWalk array(v.type, bytes_of(v));
    Bytes element;
    for (bool first = true; array.next(element); first = false) {
      if (!spend(steps_left_, 1)) return unfolds();
      if (!make) continue;
      if (!first) *out_.text++ = ',';
      (void)format(array.element_type(), element, out_.text);
    }
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

Text RecordReader::format(std::uint8_t type, Bytes bytes, char*& out) {
  bool fits = true;
  const Text text = writer_.write(type, bytes, chunk_.data() + chunk_.size(), out, fits);
  if (!fits && oddity_ == nullptr) oddity_ = kMisfit;
  return text;
}

void RecordReader::put_value(const Op& op, std::uint8_t type, Bytes bytes) {
  if (is_number(op.item)) {  // its text says nothing more: whether it is made depends on the fields that were chosen
    note(op.item, type, bytes);
    if (op.emit && chosen(op.field)) emit(op.field, format(type, bytes, out_.text));
    return;
  }
  put(op, format(type, bytes, out_.text));
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

/// There is room for two fields.
void RecordReader::put(const Op& op, Text text) {
  switch (op.item) {
    case Item::none: break;
    case Item::unnamed_data: {
      const std::size_t n = unnamed_++;
      if (data_wanted_) emit(data_field_, text);
      if (n < kParamsMax && params_[n]) emit(*params_[n], text);
      return;
    }
    case Item::dynamic:
      if (dynamic_wanted_) emit(dynamic_field_, text);
      return;
    case Item::provider:
    case Item::channel:
    case Item::computer:
    case Item::event_id:
    case Item::record_id:
    case Item::time: note_text(op.item, text.text); break;
  }
  if (op.emit) emit(op.field, text);
}

}  // namespace stopwarden::evtx
