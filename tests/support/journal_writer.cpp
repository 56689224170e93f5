// SPDX-License-Identifier: Apache-2.0
#include "support/journal_writer.h"

#include <lz4.h>
#include <lzma.h>
#include <zstd.h>

#include <cstdio>
#include <cstdlib>

#include "base/bytes.h"

namespace stopwarden::test {
namespace {

constexpr std::size_t kPackFrom = 64;
constexpr std::string_view kMachine = "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10";
constexpr std::string_view kBoot = "\xb0\x07\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e";
constexpr std::string_view kSeqnumId = "\x5e\x90\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e";

/// Not systemd's hash, which only look-ups by value need; the same text has the same one.
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t h = 0xcbf29ce484222325;
  for (const char c : text) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return h;
}

std::string packed(JournalPacking how, const std::string& text) {
  std::string out;
  if (how == JournalPacking::zstd) {
    out.resize(ZSTD_compressBound(text.size()));
    out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
  } else if (how == JournalPacking::lz4) {
    append_le(out, text.size(), 8);
    const int room = LZ4_compressBound(static_cast<int>(text.size()));
    out.resize(8 + static_cast<std::size_t>(room));
    const int n = LZ4_compress_default(text.data(), out.data() + 8, static_cast<int>(text.size()), room);
    out.resize(8 + static_cast<std::size_t>(n));
  } else {
    out.resize(lzma_stream_buffer_bound(text.size()));
    lzma_options_lzma options;
    if (lzma_lzma_preset(&options, 0) != 0) std::abort();
    lzma_filter filters[] = {{LZMA_FILTER_LZMA2, &options}, {LZMA_VLI_UNKNOWN, nullptr}};
    std::size_t at = 0;
    if (lzma_stream_buffer_encode(filters, LZMA_CHECK_NONE, nullptr, reinterpret_cast<const std::uint8_t*>(text.data()),
                                  text.size(), reinterpret_cast<std::uint8_t*>(out.data()), &at, out.size()) != LZMA_OK)
      std::abort();
    out.resize(at);
  }
  return out;
}

std::uint32_t incompatible_flags(const JournalShape& shape) {
  std::uint32_t flags = shape.compact ? 16 : 0;
  if (shape.packing == JournalPacking::xz) flags |= 1;
  if (shape.packing == JournalPacking::lz4) flags |= 2;
  if (shape.packing == JournalPacking::zstd) flags |= 8;
  return flags;
}

}  // namespace

JournalWriter::JournalWriter(const JournalShape& shape) : shape_(shape), out_(shape.header_size, '\0') {}

std::uint64_t JournalWriter::object(std::uint8_t type, std::uint8_t flags, std::string_view body) {
  const std::uint64_t offset = out_.size();
  append_le(out_, type, 1);
  append_le(out_, flags, 1);
  append_le(out_, 0, 6);
  append_le(out_, 16 + body.size(), 8);
  out_ += body;
  while (out_.size() % 8 != 0) out_ += '\0';
  ++objects_;
  tail_ = offset;
  return offset;
}

std::uint64_t JournalWriter::data(const std::string& text) {
  if (const auto found = data_.find(text); found != data_.end()) return found->second;
  const bool pack = shape_.packing != JournalPacking::none && text.size() >= kPackFrom;
  std::string body;
  append_le(body, hash_of(text), 8);
  append_le(body, 0, 40);
  if (shape_.compact) append_le(body, 0, 8);
  body += pack ? packed(shape_.packing, text) : text;
  constexpr std::uint8_t kFlags[] = {0, 1, 2, 4};
  const std::uint64_t offset =
      object(1, pack ? kFlags[static_cast<std::size_t>(shape_.packing)] : std::uint8_t{0}, body);
  data_.emplace(text, offset);
  return offset;
}

std::uint64_t JournalWriter::data_offset(const std::string& name, const std::string& value) const {
  return data_.at(name + "=" + value);
}

std::uint64_t JournalWriter::add(const JournalEntry& entry) {
  std::string body;
  append_le(body, entries_.size() + 1, 8);
  append_le(body, entry.realtime, 8);
  append_le(body, entry.monotonic, 8);
  body += kBoot;
  std::uint64_t all = 0;
  std::string items;
  for (const auto& [name, value] : entry.fields) {
    const std::string text = name + "=" + value;
    append_le(items, data(text), shape_.compact ? 4 : 8);
    if (!shape_.compact) append_le(items, hash_of(text), 8);
    all ^= hash_of(text);
  }
  append_le(body, all, 8);
  const std::uint64_t offset = object(3, 0, body + items);
  if (entries_.empty()) first_realtime_ = entry.realtime;
  last_realtime_ = entry.realtime;
  last_monotonic_ = entry.monotonic;
  entries_.push_back(offset);
  return offset;
}

std::string JournalWriter::finish() {
  std::string array;
  append_le(array, 0, 8);
  for (const std::uint64_t entry : entries_) append_le(array, entry, shape_.compact ? 4 : 8);
  const std::uint64_t list = entries_.empty() ? 0 : object(6, 0, array);
  out_.append(shape_.room, '\0');
  std::string head = "LPKSHHRH";
  append_le(head, 0, 4);
  append_le(head, incompatible_flags(shape_), 4);
  append_le(head, shape_.archived ? 2 : 0, 1);
  append_le(head, 0, 7);
  head += kSeqnumId;  // any number does as the file's own
  head += kMachine;
  head += kBoot;
  head += kSeqnumId;
  const std::uint64_t numbers[] = {shape_.header_size,
                                   out_.size() - shape_.header_size,
                                   0,
                                   0,
                                   0,
                                   0,
                                   tail_,
                                   objects_,
                                   entries_.size(),
                                   entries_.size(),
                                   entries_.empty() ? 0U : 1U,
                                   list,
                                   first_realtime_,
                                   last_realtime_,
                                   last_monotonic_,
                                   data_.size(),
                                   0,
                                   0,
                                   entries_.empty() ? 0U : 1U};
  for (const std::uint64_t n : numbers) append_le(head, n, 8);
  head.resize(std::min<std::size_t>(head.size(), shape_.header_size));
  out_.replace(0, head.size(), head);
  return out_;
}

std::string journal_export(const JournalEntry& entry, std::uint64_t seqnum) {
  char line[256];
  const auto wide = [](std::uint64_t n) { return static_cast<unsigned long long>(n); };
  std::snprintf(line, sizeof line, "__CURSOR=s=%s;i=%llx;b=%s;m=%llx;t=%llx;x=0\n", to_hex(as_bytes(kSeqnumId)).c_str(),
                wide(seqnum), to_hex(as_bytes(kBoot)).c_str(), wide(entry.monotonic), wide(entry.realtime));
  std::string out = line;
  out += "__REALTIME_TIMESTAMP=" + std::to_string(entry.realtime) + "\n";
  out += "__MONOTONIC_TIMESTAMP=" + std::to_string(entry.monotonic) + "\n";
  out += "_BOOT_ID=" + to_hex(as_bytes(kBoot)) + "\n";
  for (const auto& [name, value] : entry.fields) {
    bool text = true;
    for (const char c : value) text = text && (static_cast<unsigned char>(c) >= 0x20 || c == '\t') && c != 0x7F;
    if (text) {
      out += name + "=" + value + "\n";
      continue;
    }
    out += name + "\n";
    append_le(out, value.size(), 8);
    out += value + "\n";
  }
  return out + "\n";
}

void patch(std::string& file, std::uint64_t offset, std::uint64_t value, std::size_t size) {
  std::string bytes;
  append_le(bytes, value, size);
  file.replace(static_cast<std::size_t>(offset), size, bytes);
}

}  // namespace stopwarden::test
