// SPDX-License-Identifier: Apache-2.0
#include "input/archive.h"

#include <array>
#include <memory>
#include <string_view>

#include "base/text.h"
#include "input/layer.h"
#include "input/sniff_archive.h"

namespace stopwarden::input {
namespace {

/// "x.log.gz" -> "x.log": what a filter packs has no name of its own.
std::string unpacked_name(std::string_view name) {
  if (const auto slash = name.rfind('/'); slash != std::string_view::npos) name.remove_prefix(slash + 1);
  constexpr std::array kSuffixes{std::string_view(".gz"), std::string_view(".zst"), std::string_view(".bz2"),
                                 std::string_view(".xz"), std::string_view(".lz4")};
  for (const std::string_view suffix : kSuffixes)
    if (name.size() > suffix.size() && equal_ignore_ascii_case(name.substr(name.size() - suffix.size()), suffix))
      return std::string(name.substr(0, name.size() - suffix.size()));
  return "data";
}

class Walker {
 public:
  Walker(const InputLimits& limits, InputVisitor& visitor) : limits_(&limits), visitor_(&visitor) {}

  /// `depth` counts the archives around the stream.
  void walk(const std::string& name, ByteStream& stream, SeekableStream* seekable, Layer* parent, std::size_t depth) {
    if (seekable != nullptr) {
      std::array<std::byte, kArchiveHead> head;
      const auto n = seekable->read_at(0, head);
      if (!n) return visitor_->on_unreadable(name, n.error(), n.error().what);
      const ArchiveKind kind = sniff_archive(Bytes(head).first(n.value()));
      if (kind == ArchiveKind::none) return visitor_->on_input(name, stream);
      return walk_archive(name, kind, stream, seekable, parent, depth);
    }
    PeekStream peeked(stream);
    const ArchiveKind kind = sniff_archive(peeked.peek(kArchiveHead));
    if (kind == ArchiveKind::none) return visitor_->on_input(name, peeked);
    walk_archive(name, kind, peeked, nullptr, parent, depth);
  }

 private:
  void walk_archive(const std::string& name, ArchiveKind kind, ByteStream& stream, SeekableStream* seekable,
                    Layer* parent, std::size_t depth) {
    if (depth >= limits_->depth_max)
      return visitor_->on_unreadable(name, {Errc::limit_exceeded, 0, "archives in archives"},
                                     "more than " + std::to_string(limits_->depth_max) + " archives in each other");
    if (kind == ArchiveKind::seven_zip && seekable == nullptr) return walk_spooled(name, stream, parent, depth);
    Layer layer(kind, stream, seekable, parent, *limits_);
    if (const Status opened = layer.open(); !opened) return visitor_->on_unreadable(name, layer.error(), layer.why());
    if (is_filter(kind))
      walk_filter(name, layer, depth);
    else
      walk_entries(name, layer, depth);
  }

  /// A packed tar keeps the name and the depth of its packing.
  void walk_filter(const std::string& name, Layer& layer, std::size_t depth) {
    const LayerEntry entry = layer.next_entry();
    if (entry.kind != LayerEntry::Kind::file) return visitor_->on_unreadable(name, layer.error(), layer.why());
    PeekStream peeked(layer);
    const ArchiveKind inner = sniff_archive(peeked.peek(kArchiveHead));
    if (inner != ArchiveKind::none) layer.entry_is_archive();
    if (inner == ArchiveKind::tar) return walk_archive(name, inner, peeked, nullptr, &layer, depth);
    const std::string inner_name = name + "!/" + unpacked_name(name);
    if (inner == ArchiveKind::none) return visitor_->on_input(inner_name, peeked);
    walk_archive(inner_name, inner, peeked, nullptr, &layer, depth + 1);
  }

  void walk_entries(const std::string& name, Layer& layer, std::size_t depth) {
    bool in_damage = false;  // a stretch of damaged headers is one report
    for (std::size_t count = 0;; ++count) {
      const LayerEntry entry = layer.next_entry();
      if (entry.kind == LayerEntry::Kind::end) return;
      if (entry.kind == LayerEntry::Kind::broken)
        return visitor_->on_unreadable(name, layer.error(), layer.why() + rest_is_lost(count));
      if (count >= limits_->entries_max)
        return visitor_->on_unreadable(name, {Errc::limit_exceeded, 0, "too many entries"},
                                       "more than " + std::to_string(limits_->entries_max) + " entries");
      const std::string full = name + "!/" + entry.name;
      if (entry.kind == LayerEntry::Kind::damaged && !in_damage)
        visitor_->on_unreadable(full, layer.error(), layer.why());
      in_damage = entry.kind == LayerEntry::Kind::damaged;
      if (entry.kind == LayerEntry::Kind::device)
        visitor_->on_unreadable(full, {Errc::unsupported, 0, "device in an archive"}, "a device, pipe or socket");
      if (entry.kind == LayerEntry::Kind::encrypted)
        visitor_->on_unreadable(full, {Errc::unsupported, 0, "encrypted"}, "encrypted");
      if (entry.kind != LayerEntry::Kind::file) continue;
      walk(full, layer, nullptr, &layer, depth + 1);
      if (layer.broken()) return visitor_->on_unreadable(name, layer.error(), layer.why() + rest_is_lost(count + 1));
    }
  }

  static std::string rest_is_lost(std::size_t count) {
    return "; what follows entry " + std::to_string(count) + " is not read";
  }

  /// 7z keeps its directory at the end.
  void walk_spooled(const std::string& name, ByteStream& stream, Layer* parent, std::size_t depth) {
    std::string why;
    auto opened = platform::File::temporary(why);
    if (!opened) return visitor_->on_unreadable(name, opened.error(), why);
    platform::File spool = std::move(opened).take();
    std::vector<std::byte> buffer(kSpoolStep);
    std::uint64_t bytes = 0;
    for (;;) {
      const auto n = stream.read(buffer);
      if (!n) return visitor_->on_unreadable(name, n.error(), n.error().what);
      if (n.value() == 0) break;
      if (n.value() > limits_->seekable_spool_max - bytes)
        return visitor_->on_unreadable(name, {Errc::limit_exceeded, bytes, "7z is too large to be spooled"},
                                       "a 7z in a stream is copied to a temporary file, which may have " +
                                           std::to_string(limits_->seekable_spool_max) + " bytes");
      bytes += n.value();
      if (const Status written = spool.append(std::span(buffer).first(n.value())); !written)
        return visitor_->on_unreadable(name, written.error(), "temporary file: write failed");
    }
    FileStream file(std::move(spool), bytes, nullptr, stream.modified());
    walk_archive(name, ArchiveKind::seven_zip, file, &file, parent, depth);
  }

  static constexpr std::size_t kSpoolStep = std::size_t{64} << 10;
  const InputLimits* limits_;
  InputVisitor* visitor_;
};

}  // namespace

void walk_stream(const std::string& name, ByteStream& stream, const InputLimits& limits, InputVisitor& visitor) {
  Walker(limits, visitor).walk(name, stream, nullptr, nullptr, 0);
}

void walk_stream(const std::string& name, SeekableStream& stream, const InputLimits& limits, InputVisitor& visitor) {
  Walker(limits, visitor).walk(name, stream, &stream, nullptr, 0);
}

}  // namespace stopwarden::input
