// SPDX-License-Identifier: Apache-2.0
#include "sources/evtx/record.h"

#include <algorithm>
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

RecordReader::RecordReader(const WantedFields& wanted, const Limits& limits)
    : wanted_(&wanted), limits_(limits), names_(wanted), compiler_(names_, limits), templates_(kTemplates) {
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
  fragment_ops_.clear();
  values_.clear();
  fields_.clear();
  arena_.reset();
  event_ = &event;
  const std::size_t steps = steps_left_ = std::min(limits_.record_steps_max, chunk_steps_left_);
  const std::size_t text = text_left_ = std::min(limits_.record_text_max, chunk_text_left_);
  unnamed_ = 0;
  dynamic_wanted_ = false;
  oddity_ = nullptr;
  const Status status = read_fragment(at, end, Scope::document, 0);
  chunk_steps_left_ -= steps - steps_left_;
  chunk_text_left_ -= text - text_left_;
  if (!status) return status;
  event.fields = fields_;
  return Ok{};
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
      t = {key, epoch_, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(ops_.size()), std::nullopt};
      if (!compiled) t.error = compiled.error();
    } else if (t.key != key) {
      continue;
    }
    if (t.error) return *t.error;
    return walk(ops_, t.begin, t.end, values, depth);
  }
  // Far more templates than any real chunk has: compiled each time, until the chunk's budget is gone.
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
        if (!put(op, {ValueKind::string, op.text})) return unfolds();
        break;
      case OpKind::value: {
        const Value v = value_of(op, values);
        if (v.type == 0 || v.type >= static_cast<std::uint8_t>(Type::evt_handle)) {
          SW_TRY(walk_value(Op{op}, v, depth));
        } else if ((op.emit || op.item != Item::none) && !put_value(op, v.type, bytes_of(v))) {
          return unfolds();  // one plain value, as nearly always
        }
        break;
      }
      case OpKind::concat: {
        const Op whole = op;
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
  if (!is_array(v.type)) {
    if (!put_value(op, v.type, bytes_of(v))) return unfolds();
    return Ok{};
  }
  ArrayWalk array(v.type, bytes_of(v));
  Bytes element;
  while (array.next(element)) {
    if (!spend(steps_left_, 1)) return unfolds();
    if (!put_value(op, array.element_type(), element)) return unfolds();
  }
  return Ok{};
}

Status RecordReader::walk_concat(const std::vector<Op>& ops, std::size_t begin, std::size_t count, const Op& whole,
                                 Values values, std::size_t depth) {
  joined_.clear();
  for (std::size_t i = begin; i < begin + count; ++i) {
    const Op op = ops[i];
    if (op.kind == OpKind::literal) {
      joined_ += op.text;
    } else {
      const Value v = value_of(op, values);
      if (v.type == static_cast<std::uint8_t>(Type::binxml) || !is_array(v.type)) {
        if (v.type != static_cast<std::uint8_t>(Type::binxml)) joined_ += format(v.type, bytes_of(v)).text;
      } else {
        ArrayWalk array(v.type, bytes_of(v));
        Bytes element;
        for (bool first = true; array.next(element); first = false) {
          if (!spend(steps_left_, 1)) return unfolds();
          if (!first) joined_ += ',';
          joined_ += format(array.element_type(), element).text;
        }
      }
    }
    if (joined_.size() > limits_.record_text_max) return error(Errc::limit_exceeded, 0, "text of many pieces too long");
  }
  if (!put(whole, {ValueKind::string, arena_.copy(joined_)})) return unfolds();
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

bool RecordReader::put_value(const Op& op, std::uint8_t type, Bytes bytes) {
  if (op.item == Item::event_id || op.item == Item::record_id || op.item == Item::time) {
    note(op.item, type, bytes);
    if (!op.emit) return true;
  }
  return put(op, format(type, bytes));
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

bool RecordReader::put(const Op& op, Text text) {
  if (!spend(text_left_, text.text.size())) return false;
  assert(op.emit || op.item != Item::none);
  switch (op.item) {
    case Item::none: fields_.push_back({op.field, text.kind, text.text}); return true;
    case Item::unnamed_data: {
      const std::size_t n = unnamed_++;
      if (data_wanted_) fields_.push_back({data_field_, text.kind, text.text});
      if (n < kParamsMax && params_[n]) fields_.push_back({*params_[n], text.kind, text.text});
      return true;
    }
    case Item::dynamic:
      if (dynamic_wanted_) fields_.push_back({dynamic_field_, text.kind, text.text});
      return true;
    case Item::provider:
    case Item::channel:
    case Item::computer:
    case Item::event_id:
    case Item::record_id:
    case Item::time: note_text(op.item, text.text); break;
  }
  if (op.emit) fields_.push_back({op.field, text.kind, text.text});
  return true;
}

}  // namespace stopwarden::evtx
