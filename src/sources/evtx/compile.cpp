// SPDX-License-Identifier: Apache-2.0
#include "sources/evtx/compile.h"

#include <array>
#include <string>

#include "base/text.h"
#include "sources/evtx/value.h"

namespace stopwarden::evtx {
namespace {

// [MS-EVEN6] 2.2.12: tokens; 0x40 says that more of the same follows.
enum Token : std::uint8_t {
  end_of_stream = 0x00,
  open_start_element = 0x01,
  close_start_element = 0x02,
  close_empty_element = 0x03,
  end_element = 0x04,
  value_text = 0x05,
  attribute = 0x06,
  cdata_section = 0x07,
  char_ref = 0x08,
  entity_ref = 0x09,
  pi_target = 0x0a,
  pi_data = 0x0b,
  template_instance = 0x0c,
  normal_substitution = 0x0d,
  optional_substitution = 0x0e,
  fragment_header = 0x0f,
};
constexpr std::uint8_t kMore = 0x40;

constexpr std::size_t kFragmentHeaderSize = 4;

// "RenderingInfo" in UTF-16LE, the prefix of what stands below it.
constexpr char kRenderingInfo[] = "R\0e\0n\0d\0e\0r\0i\0n\0g\0I\0n\0f\0o\0";

constexpr char kUtf16Blanks[] = " \t\r\n";

}  // namespace

Head find_head(std::span<const Op> ops) noexcept {
  constexpr std::size_t kNone = SIZE_MAX;
  std::size_t provider = kNone, channel = kNone, event_id = kNone;
  Head head;
  for (std::size_t i = 0; i < ops.size() && i < 0xFFFF; ++i) {
    const Op& op = ops[i];
    std::size_t* first = nullptr;
    if (op.item == Item::provider) first = &provider;
    if (op.item == Item::channel) first = &channel;
    if (op.item == Item::event_id) first = &event_id;
    if (first != nullptr && *first == kNone) {
      if (op.kind != OpKind::literal && op.kind != OpKind::value) return {};  // pieced together
      *first = i;
    }
    if (op.kind == OpKind::value || op.kind == OpKind::set_name) {
      if (op.sub >= 64 || op.may_nest) return {};
      head.subs_before |= std::uint64_t{1} << op.sub;
    }
    if (provider == kNone || channel == kNone || event_id == kNone) continue;
    head.known = true;
    head.provider = static_cast<std::uint16_t>(provider);
    head.channel = static_cast<std::uint16_t>(channel);
    head.event_id = static_cast<std::uint16_t>(event_id);
    return head;
  }
  return {};
}

Program make_program(std::span<Op> ops, std::string_view literals) noexcept {
  for (Op& op : ops) {
    const bool name = op.item == Item::provider || op.item == Item::channel || op.item == Item::computer;
    const bool number = op.item == Item::event_id || op.item == Item::record_id || op.item == Item::time;
    if (op.kind == OpKind::literal) {
      if (op.item == Item::none && op.emit) op.path = Path::field_literal;
      if (name) op.path = Path::name_literal;
    } else if (op.kind == OpKind::value) {
      if (op.item == Item::none && op.emit) op.path = Path::field_value;
      if (number) op.path = Path::number_value;
      if (name) op.path = Path::name_value;
    }
  }
  return {ops.data(), ops.size(), literals, find_head(ops)};
}

Compiler::Compiler(NameTable& names, const Limits& limits) : names_(&names), limits_(limits) {
  unnamed_wanted_ = names.look_up_text("Data").wanted;
  for (std::size_t n = 1; n <= kParamsMax && !unnamed_wanted_; ++n)
    unnamed_wanted_ = names.look_up_text("param" + std::to_string(n)).wanted;
  stack_.reserve(limits.element_depth_max);
}

Result<std::size_t> Compiler::compile(Bytes chunk, std::size_t at, std::size_t end, Scope scope, DependencyIds ids,
                                      std::vector<Op>& ops, Arena& arena, CompileBudget& budget) {
  chunk_ = chunk;
  begin_ = at_ = at;
  end_ = end;
  name_refs_.clear();
  ops_ = &ops;
  arena_ = &arena;
  stack_.clear();
  const std::size_t mark = ops.size();
  if (budget.bytes_left == 0) return error(Errc::limit_exceeded, "too much BinXML to compile in this chunk");
  const Status status = run(scope, ids);
  const std::size_t used = at_ > at ? at_ - at : 1;
  budget.bytes_left -= used < budget.bytes_left ? used : budget.bytes_left;
  if (!status) {
    ops.resize(mark);
    return status.error();
  }
  return at_;
}

Status Compiler::need(std::size_t bytes) const {
  if (at_ > end_ || end_ - at_ < bytes) return error(Errc::truncated, "BinXML ends inside a token");
  return Ok{};
}

Status Compiler::run(Scope scope, DependencyIds ids) {
  while (at_ < end_) {
    const auto token = static_cast<std::uint8_t>(chunk_[at_]);
    if (stack_.empty() && (token == end_of_stream || token == template_instance)) return Ok{};
    switch (token & ~kMore) {
      case fragment_header:
        SW_TRY(need(kFragmentHeaderSize));
        at_ += kFragmentHeaderSize;
        break;
      case open_start_element:
        SW_TRY(open_element(stack_.empty() ? scope : stack_.back().children, ids, (token & kMore) != 0));
        break;
      case end_element:
        if (stack_.empty()) return error(Errc::bad_value, "end of an element that was not opened");
        ++at_;
        close_element();
        break;
      default:
        if (stack_.empty() && (token & ~kMore) != pi_target && (token & ~kMore) != pi_data)
          return error(Errc::bad_value, "BinXML text outside of an element");
        if (!SW_TRY(read_piece(token))) return error(Errc::unsupported, "unknown BinXML token");
        break;
    }
  }
  if (!stack_.empty()) return error(Errc::truncated, "BinXML ends inside an element");
  return Ok{};
}

Result<Bytes> Compiler::read_name() {
  SW_TRY(need(4));
  const std::size_t offset = load_le<std::uint32_t>(chunk_, at_);
  at_ += 4;
  if (offset > chunk_.size() || chunk_.size() - offset < kNameHeader)
    return error(Errc::bad_value, "name lies outside of the chunk");
  const std::size_t chars = load_le<std::uint16_t>(chunk_, offset + 6);
  if (chars > limits_.name_chars_max) return error(Errc::limit_exceeded, "name too long");
  if (chunk_.size() - offset - kNameHeader < 2 * chars) return error(Errc::truncated, "name ends outside of the chunk");
  name_refs_.push_back({static_cast<std::uint32_t>(at_ - 4 - begin_), static_cast<std::uint16_t>(chars), offset == at_,
                        static_cast<std::uint32_t>(offset + kNameHeader)});
  if (offset == at_) {  // inline: the name and a NUL stand here
    SW_TRY(need(kNameHeader + 2 * chars + 2));
    at_ += kNameHeader + 2 * chars + 2;
  }
  return chunk_.subspan(offset + kNameHeader, 2 * chars);
}

/// What a name that lies in the chunk means.
/// OPTIMIZATION: without a hash of its characters where it was met before; EvtxTemplateCache holds the reader to what a
/// new one says.
NameInfo Compiler::look_up(Bytes name) {
  const auto offset = static_cast<std::uint32_t>(name.data() - chunk_.data());
  KnownName& known = known_names_[offset / 2 % known_names_.size()];
  if (known.offset != offset) known = {offset, names_->look_up(name)};
  return known.info;
}

Result<Bytes> Compiler::read_counted_text() {
  SW_TRY(need(2));
  const std::size_t bytes = 2 * std::size_t{load_le<std::uint16_t>(chunk_, at_)};
  at_ += 2;
  SW_TRY(need(bytes));
  const Bytes text = chunk_.subspan(at_, bytes);
  at_ += bytes;
  return text;
}

Status Compiler::read_entity() {
  const Bytes name = SW_TRY(read_name());
  const std::string_view text = string_text(name, *arena_);
  Op op;
  if (text == "amp") {
    op.text = "&";
  } else if (text == "lt") {
    op.text = "<";
  } else if (text == "gt") {
    op.text = ">";
  } else if (text == "quot") {
    op.text = "\"";
  } else if (text == "apos") {
    op.text = "'";
  } else {
    std::string whole(1, '&');  // no entity of XML: kept as written
    whole += text;
    whole += ';';
    op.text = arena_->copy(whole);
  }
  ops_->push_back(op);
  return Ok{};
}

Status Compiler::read_substitution(bool optional) {
  SW_TRY(need(3));
  Op op;
  op.kind = OpKind::value;
  op.sub = load_le<std::uint16_t>(chunk_, at_);
  op.may_nest = static_cast<std::uint8_t>(chunk_[at_ + 2]) == static_cast<std::uint8_t>(Type::binxml);
  op.vanishes = optional;
  at_ += 3;
  ops_->push_back(op);
  return Ok{};
}

/// One piece of text; appends it as an op without a field. False when `token` is none.
Result<bool> Compiler::read_piece(std::uint8_t token) {
  ++at_;
  Op op;
  switch (token & ~kMore) {
    case value_text: {
      SW_TRY(need(1));
      if (static_cast<std::uint8_t>(chunk_[at_]) != static_cast<std::uint8_t>(Type::string))
        return error(Errc::unsupported, "literal value that is no string");
      ++at_;
      op.text = as_text(SW_TRY(read_counted_text()));
      op.raw = true;
      ops_->push_back(op);
      return true;
    }
    case cdata_section:
      op.text = as_text(SW_TRY(read_counted_text()));
      op.raw = true;
      ops_->push_back(op);
      return true;
    case char_ref: {
      SW_TRY(need(2));
      std::string text;
      append_utf8(text, load_le<std::uint16_t>(chunk_, at_));
      at_ += 2;
      op.text = arena_->copy(text);
      ops_->push_back(op);
      return true;
    }
    case entity_ref: SW_TRY(read_entity()); return true;
    case pi_target: SW_TRY(read_name()); return true;
    case pi_data: SW_TRY(read_counted_text()); return true;
    case normal_substitution: SW_TRY(read_substitution(false)); return true;
    case optional_substitution: SW_TRY(read_substitution(true)); return true;
    default: --at_; return false;
  }
}

Compiler::Frame Compiler::event_child(Bytes name, const NameInfo& info) {
  Frame f;
  f.name = name;
  f.info = info;
  f.field = info.field;
  f.emit = info.wanted;
  f.container = true;
  switch (info.known) {
    case Known::system:
      f.children = Scope::system;
      f.emit = false;
      break;
    case Known::event_data: f.children = Scope::event_data; break;
    case Known::rendering_info:
      f.children = Scope::rendering;
      f.emit = false;
      break;
    default: f.children = Scope::inside; break;
  }
  return f;
}

Compiler::Frame Compiler::system_child(Bytes name, const NameInfo& info) {
  Frame f;
  f.name = name;
  f.info = info;
  f.field = info.field;
  f.emit = info.wanted;
  if (info.known == Known::event_id) f.item = Item::event_id;
  if (info.known == Known::channel) f.item = Item::channel;
  if (info.known == Known::computer) f.item = Item::computer;
  if (info.known == Known::event_record_id) f.item = Item::record_id;
  return f;
}

Compiler::Frame Compiler::make_frame(Scope scope, Bytes name) {
  const NameInfo info = look_up(name);
  Frame f;
  switch (scope) {
    case Scope::document:
      if (info.known == Known::event) {
        f.name = name;
        f.info = info;
        f.children = Scope::event;
        f.container = true;
        return f;
      }
      break;
    case Scope::event: return event_child(name, info);
    case Scope::system: return system_child(name, info);
    case Scope::rendering: {
      // What System says already comes again here in words: kept apart, but for the message.
      const NameInfo rendered = info.known == Known::message
                                    ? info
                                    : names_->look_up(as_bytes({kRenderingInfo, sizeof kRenderingInfo - 1}), name);
      f.name = name;
      f.info = info;
      f.field = rendered.field;
      f.emit = rendered.wanted;
      f.children = Scope::rendering;
      return f;
    }
    case Scope::event_data:
    case Scope::inside: break;
  }
  f.name = name;
  f.info = info;
  f.field = info.field;
  f.emit = info.wanted;
  f.empty_is_value = true;
  if (info.known == Known::data || (scope == Scope::event_data && info.known == Known::complex_data)) {
    f.item = Item::unnamed_data;  // until a Name attribute says otherwise
    f.emit = unnamed_wanted_;
  }
  return f;
}

Status Compiler::open_element(Scope scope, DependencyIds ids, bool has_attributes) {
  if (stack_.size() >= limits_.element_depth_max) return error(Errc::limit_exceeded, "elements nested too deep");
  ++at_;
  const std::size_t fixed = (ids == DependencyIds::yes ? 2 : 0) + std::size_t{4};  // dependency id, size of the element
  SW_TRY(need(fixed));
  at_ += fixed;  // the size is not needed: the end token says it
  const Bytes name = SW_TRY(read_name());
  if (!stack_.empty()) {
    flush(stack_.back());
    stack_.back().has_children = true;
  }
  Frame frame = make_frame(scope, name);
  if (has_attributes) {
    SW_TRY(need(4));
    at_ += 4;
    SW_TRY(read_attributes(frame, scope));
  }
  SW_TRY(need(1));
  const auto token = static_cast<std::uint8_t>(chunk_[at_]);
  if (token != close_start_element && token != close_empty_element)
    return error(Errc::bad_value, "start of an element that does not end");
  ++at_;
  frame.pieces = ops_->size();
  stack_.push_back(frame);
  if (token == close_empty_element) close_element();
  return Ok{};
}

Status Compiler::read_attributes(Frame& frame, Scope scope) {
  while (at_ < end_ && (static_cast<std::uint8_t>(chunk_[at_]) & ~kMore) == attribute)
    SW_TRY(read_attribute(frame, scope));
  return Ok{};
}

Status Compiler::read_attribute(Frame& frame, Scope scope) {
  ++at_;
  const Bytes name = SW_TRY(read_name());
  const std::size_t pieces = ops_->size();
  while (at_ < end_) {
    const auto token = static_cast<std::uint8_t>(chunk_[at_]) & ~kMore;
    if (token == attribute || token == close_start_element || token == close_empty_element) break;
    if (!SW_TRY(read_piece(static_cast<std::uint8_t>(token))))
      return error(Errc::unsupported, "unknown BinXML token in an attribute");
  }
  finish_attribute(frame, scope, name, pieces);
  return Ok{};
}

/// The Name of a Data element: a literal as a rule, which decides the field here and now.
void Compiler::name_data(Frame& frame, std::size_t pieces) {
  const std::size_t count = ops_->size() - pieces;
  if (count == 1 && ops_->back().kind == OpKind::value) {
    Op& op = ops_->back();
    op.kind = OpKind::set_name;
    frame.item = Item::dynamic;
    frame.emit = true;
    return;
  }
  NameInfo info;
  if (count == 1 && ops_->back().raw) {
    Bytes name = as_bytes(ops_->back().text);
    while (name.size() >= 2 && load_le<std::uint16_t>(name, name.size() - 2) == 0) name = name.first(name.size() - 2);
    if (name.empty()) {  // Name="": as good as none
      ops_->resize(pieces);
      return;
    }
    if (name.size() <= 2 * limits_.name_chars_max) info = names_->look_up(name);
  }
  if (count != 1 && names_->wanted().all_values()) info.wanted = true;  // pieced together: found by keyword only
  frame.field = info.field;
  frame.emit = info.wanted;
  frame.item = Item::none;
  ops_->resize(pieces);
}

void Compiler::finish_attribute(Frame& frame, Scope scope, Bytes name, std::size_t pieces) {
  const NameInfo plain = look_up(name);
  if (plain.known == Known::xmlns || scope == Scope::document || frame.info.known == Known::event) {
    ops_->resize(pieces);
    return;
  }
  if (frame.item == Item::unnamed_data && plain.known == Known::name) {
    name_data(frame, pieces);
    return;
  }
  frame.empty_is_value = false;
  Item item = Item::none;
  if (scope == Scope::system) {
    if (frame.info.known == Known::provider && plain.known == Known::name) item = Item::provider;
    if (frame.info.known == Known::time_created && plain.known == Known::system_time) item = Item::time;
  }
  const NameInfo info = names_->look_up(frame.name, name);
  for (std::size_t i = pieces; i < ops_->size(); ++i) (*ops_)[i].scope = Scope::inside;
  settle(pieces, info.field, info.wanted, item);
}

bool Compiler::blank(const Op& op) const noexcept {
  if (op.kind != OpKind::literal) return false;
  for (const char c : op.text)
    if (c != '\0' && std::string_view(kUtf16Blanks).find(c) == std::string_view::npos) return false;
  return true;
}

/// Turns the pieces from `from` on into the value of one field, or takes them away when nobody wants it.
void Compiler::settle(std::size_t from, FieldId field, bool emit, Item item) {
  const bool needed = emit || item != Item::none;
  if (!needed) {
    std::size_t kept = from;  // BinXML in an unwanted place may hold wanted elements
    for (std::size_t i = from; i < ops_->size(); ++i)
      if ((*ops_)[i].may_nest) (*ops_)[kept++] = (*ops_)[i];
    ops_->resize(kept);
    return;
  }
  for (std::size_t i = from; i < ops_->size(); ++i) {
    Op& op = (*ops_)[i];
    if (op.raw) op.text = string_text(as_bytes(op.text), *arena_);
    op.raw = false;
    op.field = field;
    op.emit = emit;
    op.item = item;
    op.used = true;
  }
  const std::size_t count = ops_->size() - from;
  if (count < 2) return;
  Op concat;
  concat.kind = OpKind::concat;
  concat.sub = static_cast<std::uint16_t>(count < 0xFFFF ? count : 0xFFFF);
  concat.field = field;
  concat.emit = emit;
  concat.item = item;
  concat.used = true;
  ops_->insert(ops_->begin() + static_cast<std::ptrdiff_t>(from), concat);
}

/// What has gathered of an element's own text, before a child begins or at its end.
void Compiler::flush(Frame& frame) {
  if (frame.container || frame.has_children) {
    std::size_t kept = frame.pieces;
    for (std::size_t i = frame.pieces; i < ops_->size(); ++i)
      if (!blank((*ops_)[i])) (*ops_)[kept++] = (*ops_)[i];
    ops_->resize(kept);
  }
  // [MS-EVEN6] 3.1.4.7.2: an optional substitution that is null takes the element around it away.
  const bool alone = ops_->size() - frame.pieces == 1 && !frame.has_children;
  for (std::size_t i = frame.pieces; i < ops_->size(); ++i) {
    Op& op = (*ops_)[i];
    op.scope = frame.children;
    op.vanishes = (frame.container || alone) && op.vanishes;
    op.may_nest = op.may_nest || (frame.container && op.kind == OpKind::value);
  }
  settle(frame.pieces, frame.field, frame.emit, frame.item);
  frame.pieces = ops_->size();
}

void Compiler::close_element() {
  Frame frame = stack_.back();
  stack_.pop_back();
  const bool empty = frame.pieces == ops_->size() && !frame.has_children;
  if (empty && frame.empty_is_value && frame.emit) {
    Op op;
    op.field = frame.field;
    op.emit = true;
    op.item = frame.item;
    op.used = true;
    ops_->push_back(op);
  } else {
    flush(frame);
  }
  if (!stack_.empty()) stack_.back().pieces = ops_->size();
}

}  // namespace stopwarden::evtx
