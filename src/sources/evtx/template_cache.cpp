// SPDX-License-Identifier: Apache-2.0
#include "sources/evtx/template_cache.h"

#include <algorithm>
#include <cstring>

#include "sources/evtx/layout.h"

namespace stopwarden::evtx {
namespace {

constexpr std::size_t kGuidAt = 4, kSizeAt = 20;  // in DefinitionHeader

bool equal(const std::byte* a, const std::byte* b, std::size_t n) noexcept { return std::memcmp(a, b, n) == 0; }

}  // namespace

TemplateCache::TemplateCache() : slots_(kSlots) {
  ops_.reserve(kOpsMax);
  names_.reserve(kNamesMax);
  bytes_.reserve(kBytesMax);
}

void TemplateCache::begin_chunk() {
  if (!full_) return;
  std::fill(slots_.begin(), slots_.end(), Entry{});
  ops_.clear();
  names_.clear();
  bytes_.clear();
  full_ = false;
}

std::size_t TemplateCache::home(Bytes chunk, std::size_t definition, Scope scope) noexcept {
  std::uint64_t h = load_le<std::uint64_t>(chunk, definition + kGuidAt) * 0x9E3779B97F4A7C15;
  h ^= load_le<std::uint64_t>(chunk, definition + kGuidAt + 8);
  h += std::uint64_t{load_le<std::uint32_t>(chunk, definition + kSizeAt)} << 8 | static_cast<std::uint64_t>(scope);
  return static_cast<std::size_t>((h * 0x9E3779B97F4A7C15) >> 40);
}

const TemplateCache::Entry* TemplateCache::find(Bytes chunk, std::size_t definition, Scope scope) const noexcept {
  const std::size_t from = home(chunk, definition, scope);
  for (std::size_t probe = 0; probe < kProbes; ++probe) {
    const Entry& entry = slots_[(from + probe) % kSlots];
    if (entry.used == 0) return nullptr;
    if (same(entry, chunk, definition, scope)) return &entry;
  }
  return nullptr;
}

/// Would compiling this definition read the same bytes and the same names?
bool TemplateCache::same(const Entry& entry, Bytes chunk, std::size_t definition, Scope scope) const noexcept {
  if (entry.scope != scope || entry.size != load_le<std::uint32_t>(chunk, definition + kSizeAt)) return false;
  if (!equal(entry.guid.data(), chunk.data() + definition + kGuidAt, entry.guid.size())) return false;
  const std::size_t begin = definition + sizeof(DefinitionHeader);
  const std::byte* const here = chunk.data() + begin;
  const std::byte* const kept = bytes_.data() + entry.bytes;
  std::size_t done = 0;
  for (std::size_t i = entry.names_begin; i < entry.names_end; ++i) {
    const NameRef& name = names_[i];
    if (!equal(here + done, kept + done, name.at - done)) return false;
    const std::size_t offset = load_le<std::uint32_t>(chunk, begin + name.at);
    if ((offset == begin + name.at + 4) != name.is_inline) return false;
    if (name.is_inline) {  // count and characters are compared with the rest; the link before them is of the chunk
      done = name.at + 8;
      continue;
    }
    if (offset > chunk.size() || chunk.size() - offset < kNameHeader + 2 * std::size_t{name.chars}) return false;
    if (load_le<std::uint16_t>(chunk, offset + 6) != name.chars) return false;
    if (!equal(chunk.data() + offset + kNameHeader, bytes_.data() + name.offset, 2 * std::size_t{name.chars}))
      return false;
    done = name.at + 4;
  }
  return equal(here + done, kept + done, entry.read - done);
}

const TemplateCache::Entry* TemplateCache::keep(Bytes chunk, std::size_t definition, Scope scope, std::size_t used,
                                                std::span<const Op> ops, std::span<const NameRef> names) {
  const std::size_t size = load_le<std::uint32_t>(chunk, definition + kSizeAt);
  const std::size_t read = used < size ? used + 1 : used;
  std::size_t bytes = read;
  for (const Op& op : ops) bytes += op.text.size();
  for (const NameRef& name : names) bytes += name.is_inline ? 0 : 2 * std::size_t{name.chars};
  if (used == 0 || bytes > kEntryBytesMax || ops.size() > kOpsMax) return nullptr;
  const std::size_t from = home(chunk, definition, scope);
  Entry* entry = nullptr;
  for (std::size_t probe = 0; probe < kProbes && entry == nullptr; ++probe)
    if (slots_[(from + probe) % kSlots].used == 0) entry = &slots_[(from + probe) % kSlots];
  if (entry == nullptr || kOpsMax - ops_.size() < ops.size() || kNamesMax - names_.size() < names.size() ||
      kBytesMax - bytes_.size() < bytes) {
    full_ = true;
    return nullptr;
  }

  const auto copy = [this](const std::byte* data, std::size_t n) {
    const std::size_t at = bytes_.size();
    bytes_.insert(bytes_.end(), data, data + n);
    return static_cast<std::uint32_t>(at);
  };
  const std::size_t begin = definition + sizeof(DefinitionHeader);
  entry->used = used;
  std::memcpy(entry->guid.data(), chunk.data() + definition + kGuidAt, entry->guid.size());
  entry->size = static_cast<std::uint32_t>(size);
  entry->scope = scope;
  entry->read = read;
  entry->bytes = copy(chunk.data() + begin, read);
  entry->names_begin = static_cast<std::uint32_t>(names_.size());
  for (NameRef name : names) {
    if (!name.is_inline) name.offset = copy(chunk.data() + name.offset, 2 * std::size_t{name.chars});
    names_.push_back(name);
  }
  entry->names_end = static_cast<std::uint32_t>(names_.size());
  const std::size_t first = ops_.size(), literals = bytes_.size();
  for (Op op : ops) {
    if (op.kind == OpKind::literal) {
      const std::uint32_t at = copy(as_bytes(op.text).data(), op.text.size());
      op.text = as_text({bytes_.data() + at, op.text.size()});
    }
    ops_.push_back(op);
  }
  entry->program = make_program(std::span(ops_).subspan(first), as_text(std::span(bytes_).subspan(literals)));
  return entry;
}

}  // namespace stopwarden::evtx
