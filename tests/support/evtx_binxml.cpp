// SPDX-License-Identifier: Apache-2.0
// Format: libevtx, "Windows XML Event Log (EVTX) format", sections "Binary XML" and "Template"; [MS-EVEN6] 2.2.12.
#include "support/evtx_binxml.h"

#include "support/evtx_value.h"

namespace stopwarden::test {

namespace {

using Token = unsigned;
constexpr Token kEnd = 0x00;
constexpr Token kOpenStart = 0x01;
constexpr Token kCloseStart = 0x02;
constexpr Token kCloseEmpty = 0x03;
constexpr Token kEndElement = 0x04;
constexpr Token kText = 0x05;
constexpr Token kAttribute = 0x06;
constexpr Token kEntity = 0x09;
constexpr Token kTemplateInstance = 0x0C;
constexpr Token kNormal = 0x0D;
constexpr Token kOptional = 0x0E;
constexpr Token kFragment = 0x0F;
constexpr Token kMore = 0x40;  // flag: attributes follow, or more of the same content

constexpr std::uint16_t kNoDependency = 0xFFFF;
constexpr std::uint32_t kUnknownYet = 0;

std::uint8_t type_byte(const Value& v) {
  // A null says nothing about the type its place was declared with; strings are the commonest.
  if (v.type == ValueType::null) return static_cast<std::uint8_t>(ValueType::string);
  return static_cast<std::uint8_t>(static_cast<unsigned>(v.type) | (v.is_array ? 0x80U : 0U));
}

std::uint8_t declared_byte(const Slot& slot) {
  return slot.declared ? static_cast<std::uint8_t>(*slot.declared) : type_byte(slot.value);
}

/// 64-bit FNV-1a; two of them with different starts make a template's GUID, so that equal shapes have equal GUIDs.
std::uint64_t fnv(std::string_view s, std::uint64_t start) {
  std::uint64_t h = start;
  for (const char c : s) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
  return h;
}

}  // namespace

/// Gives the slots of a template their numbers, in the order they are written, and remembers the values.
struct BinXmlChunk::Plan {
  std::vector<const Value*> values;  // by number; nullptr: a number nobody uses
  std::map<const Slot*, std::uint16_t> numbers;
  std::string key;  // the template's shape: equal keys can share a definition

  std::uint16_t number_of(const Slot& slot) const { return numbers.at(&slot); }
  std::uint16_t dependency_of(const Element& e) const {
    if (e.dependency >= 0) return static_cast<std::uint16_t>(e.dependency);
    if (e.slot && e.slot->form == Form::optional) return number_of(*e.slot);
    return kNoDependency;
  }

  void add(const Slot& slot) {
    key += static_cast<char>('0' + static_cast<int>(slot.form));
    if (slot.form == Form::literal) {
      key += slot.value.texts.empty() ? std::string{} : slot.value.texts[0];
      key += '\n';
      return;
    }
    std::size_t number = slot.number >= 0 ? static_cast<std::size_t>(slot.number) : values.size();
    if (number >= values.size()) values.resize(number + 1, nullptr);
    values[number] = &slot.value;
    numbers[&slot] = static_cast<std::uint16_t>(number);
    key += std::to_string(number) + ":" + std::to_string(declared_byte(slot)) + '\n';
  }
  void add(const Element& e) {
    key += '<' + e.name + '>' + std::to_string(e.dependency);
    for (const Attribute& a : e.attributes) {
      key += '@' + a.name + '=';
      add(a.slot);
    }
    for (const Element& child : e.children) add(child);
    if (e.slot) add(*e.slot);
    key += "</>";
  }
};

std::uint16_t name_hash(const std::u16string& name) {
  std::uint32_t h = 0;
  for (const char16_t c : name) h = h * 65'599 + c;
  return static_cast<std::uint16_t>(h & 0xFFFF);
}

BinXmlChunk::BinXmlChunk() { bytes_.resize(kChunkHeaderSize, '\0'); }

void BinXmlChunk::put(std::uint64_t value, int bytes) { put_le(bytes_, value, bytes); }

void BinXmlChunk::put_name(std::string_view name) {
  if (const auto known = names_.find(name); known != names_.end()) {
    put(known->second, 4);
    return;
  }
  const auto here = static_cast<std::uint32_t>(bytes_.size() + 4);
  const std::u16string units = to_units(name);
  const std::uint16_t hash = name_hash(units);
  std::uint32_t& head = name_heads_[hash % name_heads_.size()];
  put(here, 4);
  put(head, 4);  // the chain runs from the newest name to the oldest
  put(hash, 2);
  put(units.size(), 2);
  for (const char16_t c : units) put(c, 2);
  put(0, 2);
  head = here;
  names_.emplace(std::string(name), here);
}

void BinXmlChunk::put_text(const std::u16string& units, bool more) {
  if (units.size() > 0xFFFF) overflowed_ = true;
  put(kText | (more ? kMore : 0U), 1);
  put(static_cast<unsigned>(ValueType::string), 1);
  put(units.size(), 2);
  for (const char16_t c : units) put(c, 2);
}

/// Text in the template itself. Markup characters become entity references, as they do in Windows' templates.
void BinXmlChunk::put_literal(const Value& value) {
  std::u16string units;
  for (std::size_t i = 0; i + 1 < value.bytes.size(); i += 2) {
    units += static_cast<char16_t>(get_le(value.bytes, i, 2));
  }
  std::size_t at = 0;
  while (true) {
    const std::size_t end = units.find_first_of(u"&<>", at);
    const bool last = end == std::u16string::npos;
    const std::u16string run = units.substr(at, last ? end : end - at);
    if (!run.empty() || units.empty()) put_text(run, !last);
    if (last) return;
    put(kEntity | (end + 1 < units.size() ? kMore : 0U), 1);
    put_name(units[end] == u'&' ? "amp" : (units[end] == u'<' ? "lt" : "gt"));
    at = end + 1;
    if (at == units.size()) return;
  }
}

void BinXmlChunk::put_content(const Slot& slot, Plan* plan) {
  if (plan == nullptr) {
    if (slot.value.nested) {
      put_element(*slot.value.nested, nullptr);
    } else if (slot.value.type == ValueType::string && !slot.value.is_array) {
      put_literal(slot.value);  // code units as they are
    } else if (!slot.value.texts.empty()) {
      put_literal(string_value(slot.value.texts[0]));
    }
    return;
  }
  if (slot.form == Form::literal) {
    put_literal(slot.value);
    return;
  }
  put(slot.form == Form::optional ? kOptional : kNormal, 1);
  put(plan->number_of(slot), 2);
  put(declared_byte(slot), 1);
}

void BinXmlChunk::put_open_tag(const Element& element, Plan* plan) {
  std::vector<const Attribute*> attributes;
  for (const Attribute& a : element.attributes) {
    if (plan != nullptr || a.slot.value.type != ValueType::null) attributes.push_back(&a);
  }
  put(kOpenStart | (attributes.empty() ? 0U : kMore), 1);
  if (plan != nullptr) put(plan->dependency_of(element), 2);
  put(0, 4);  // size, patched by put_element
  put_name(element.name);
  if (!attributes.empty()) {
    const std::size_t size_at = bytes_.size();
    put(0, 4);
    for (std::size_t i = 0; i < attributes.size(); ++i) {
      put(kAttribute | (i + 1 < attributes.size() ? kMore : 0U), 1);
      put_name(attributes[i]->name);
      put_content(attributes[i]->slot, plan);
    }
    patch_le(bytes_, size_at, bytes_.size() - size_at - 4, 4);
  }
}

void BinXmlChunk::put_element(const Element& element, Plan* plan) {
  if (plan == nullptr && element.slot && element.slot->value.is_array) {
    for (const std::string& text : element.slot->value.texts) {
      Element one = element;
      one.slot->value = string_value(text);
      put_element(one, nullptr);
    }
    return;
  }
  if (plan == nullptr && element.slot && element.slot->form == Form::optional &&
      element.slot->value.type == ValueType::null) {
    return;
  }
  const std::size_t size_at = bytes_.size() + (plan != nullptr ? 3 : 1);
  put_open_tag(element, plan);
  if (!element.slot && element.children.empty()) {
    put(kCloseEmpty, 1);
  } else {
    put(kCloseStart, 1);
    for (const Element& child : element.children) put_element(child, plan);
    if (element.slot) put_content(*element.slot, plan);
    put(kEndElement, 1);
  }
  patch_le(bytes_, size_at, bytes_.size() - size_at - 4, 4);
}

void BinXmlChunk::put_header() { put(0x00'01'01'00U | kFragment, 4); }

void BinXmlChunk::put_fragment(const Element& root) {
  put_element(root, nullptr);
  put(kEnd, 1);
}

void BinXmlChunk::put_definition(const Element& root, const std::string& key) {
  Plan plan;
  plan.add(root);
  const auto here = static_cast<std::uint32_t>(bytes_.size());
  const std::uint64_t low = fnv(key, 0xCBF29CE484222325U), high = fnv(key, 0x9AE16A3B2F90404FU);
  std::uint32_t& head = template_heads_[low % template_heads_.size()];
  put(head, 4);
  head = here;
  put(low, 8);  // GUID
  put(high, 8);
  const std::size_t size_at = bytes_.size();
  put(0, 4);
  put_header();
  put_element(root, &plan);
  put(kEnd, 1);
  patch_le(bytes_, size_at, bytes_.size() - size_at - 4, 4);
  templates_[key] = here;
  if (const auto waiting = open_.find(key); waiting != open_.end()) {
    for (const std::size_t at : waiting->second) patch_le(bytes_, at, here, 4);
    open_.erase(waiting);
  }
}

void BinXmlChunk::put_instance(const Element& root, Definition definition) {
  Plan plan;
  plan.add(root);
  put(kTemplateInstance, 1);
  put(1, 1);
  put(fnv(plan.key, 0xCBF29CE484222325U) & 0xFFFF'FFFFU, 4);  // the first four bytes of its GUID
  const std::size_t offset_at = bytes_.size();
  if (const auto known = templates_.find(plan.key); known != templates_.end()) {
    put(known->second, 4);
  } else if (definition == Definition::later) {
    put(kUnknownYet, 4);
    open_[plan.key].push_back(offset_at);
  } else {
    put(offset_at + 4, 4);
    put_definition(root, plan.key);
  }
  put_values(plan, definition);
  put(kEnd, 1);
}

void BinXmlChunk::put_values(const Plan& plan, Definition definition) {
  put(plan.values.size(), 4);
  const std::size_t table = bytes_.size();
  for (const Value* v : plan.values) {
    const bool none = v == nullptr || v->type == ValueType::null;
    put(0, 2);
    put(none ? 0U : type_byte(*v), 1);
    put(0, 1);
  }
  for (std::size_t i = 0; i < plan.values.size(); ++i) {
    const Value* v = plan.values[i];
    if (v == nullptr) continue;
    const std::size_t start = bytes_.size();
    if (!v->nested) {
      bytes_ += v->bytes;
    } else {
      if (v->nesting == Nesting::instance || v->nesting == Nesting::headed_fragment) put_header();
      if (v->nesting == Nesting::instance || v->nesting == Nesting::short_instance) {
        put_instance(*v->nested, definition);
      } else {
        put_fragment(*v->nested);
      }
    }
    const std::size_t size = bytes_.size() - start;
    if (size > 0xFFFF) overflowed_ = true;
    patch_le(bytes_, table + 4 * i, size, 2);
  }
}

void BinXmlChunk::put_tables() {
  for (std::size_t i = 0; i < name_heads_.size(); ++i) patch_le(bytes_, kNameTable + 4 * i, name_heads_[i], 4);
  for (std::size_t i = 0; i < template_heads_.size(); ++i) {
    patch_le(bytes_, kTemplateTable + 4 * i, template_heads_[i], 4);
  }
}

}  // namespace stopwarden::test
