// SPDX-License-Identifier: Apache-2.0
// Compiled templates, kept from one chunk to the next.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "sources/evtx/compile.h"

namespace stopwarden::evtx {

/// Every chunk carries its templates anew, and they are nearly always the same. What a template compiles to follows
/// from the bytes of its definition, except that names are given by where they lie in the chunk. So an entry keeps the
/// definition and the names; it is used again only for a definition that is equal byte for byte, with the same
/// characters behind every name. The GUID and size of a template are a file's claim: they choose where to look.
///
/// Memory is bounded by what the constructor reserves (about 2 MB, touched as it fills). When an entry finds no room,
/// the cache is forgotten at the next chunk; hostile files cost time, as if there were no cache.
class TemplateCache {
 public:
  TemplateCache();

  struct Entry {
    Program program;
    std::size_t used = 0;  ///< bytes of the definition that were compiled, 0: free
    std::size_t read = 0;  ///< those and the token behind them, which said that they end
    std::array<std::byte, 16> guid{};
    std::uint32_t size = 0;
    Scope scope = Scope::document;
    std::uint32_t bytes = 0;                       // in bytes_, the definition
    std::uint32_t names_begin = 0, names_end = 0;  // in names_
  };

  /// Before a new chunk: entries handed out so far are no longer in use.
  void begin_chunk();

  /// The entry of the definition whose header is at `definition`, or nullptr.
  /// Input: header and BinXML lie inside the chunk.
  const Entry* find(Bytes chunk, std::size_t definition, Scope scope) const noexcept;

  /// Keeps what a definition was compiled to: `used` bytes of it. nullptr when there is no room.
  /// Lifetime: until begin_chunk().
  const Entry* keep(Bytes chunk, std::size_t definition, Scope scope, std::size_t used, std::span<const Op> ops,
                    std::span<const NameRef> names);

 private:
  static constexpr std::size_t kSlots = 2048;  // seen: 941 templates on 255 machines
  static constexpr std::size_t kProbes = 8;
  static constexpr std::size_t kOpsMax = 24'576, kNamesMax = 32'768, kBytesMax = 1'048'576;
  static constexpr std::size_t kEntryBytesMax = 32'768;  // a find compares no more than kProbes times this

  static std::size_t home(Bytes chunk, std::size_t definition, Scope scope) noexcept;
  bool same(const Entry& entry, Bytes chunk, std::size_t definition, Scope scope) const noexcept;

  // Reserved once and never moved: entries point into them.
  std::vector<Op> ops_;
  std::vector<NameRef> names_;
  std::vector<std::byte> bytes_;
  std::vector<Entry> slots_;
  bool full_ = false;
};

}  // namespace stopwarden::evtx
