// SPDX-License-Identifier: Apache-2.0
// Writes BinXML into one chunk: names and template definitions once a chunk, later uses by their offset.
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "support/evtx_model.h"

namespace stopwarden::test {

inline constexpr std::size_t kChunkSize = 65'536;
inline constexpr std::size_t kChunkHeaderSize = 512;
inline constexpr std::size_t kNameTable = 128;      ///< 64 offsets, by hash of the name
inline constexpr std::size_t kTemplateTable = 384;  ///< 32 offsets, by id of the template

/// The 16-bit hash BinXML keeps beside a name.
std::uint16_t name_hash(const std::u16string& name);

/// Where a template definition may stand.
enum class Definition : std::uint8_t {
  at_first_use,  ///< inline in the first instance
  later          ///< an instance that has no definition yet refers to one that a later record will bring
};

/// The bytes of one chunk as far as they are written, and what they hold that can be referred to. Copyable, so that a
/// record that turns out too long can be taken back. All offsets count from the start of the chunk.
class BinXmlChunk {
 public:
  BinXmlChunk();

  std::string& bytes() noexcept { return bytes_; }
  const std::string& bytes() const noexcept { return bytes_; }

  /// Appends the fragment header every record starts with.
  void put_header();
  /// Appends a template instance of `root` and the end token.
  void put_instance(const Element& root, Definition definition);
  /// Appends `root` without a template, and the end token. Values become text, arrays repeat their element, nulls are
  /// left out.
  void put_fragment(const Element& root);

  /// Are there references to definitions that have not come yet?
  bool has_open_references() const noexcept { return !open_.empty(); }
  /// Did something not fit its length field (a string over 65,535 units, a value over 65,535 bytes)?
  bool overflowed() const noexcept { return overflowed_; }
  std::size_t template_count() const noexcept { return templates_.size(); }

  /// Writes the name and template tables into the chunk's header.
  void put_tables();

 private:
  struct Plan;
  void put(std::uint64_t value, int bytes);
  void put_name(std::string_view name);
  void put_text(const std::u16string& units, bool more);
  void put_literal(const Value& value);
  void put_element(const Element& element, Plan* plan);
  void put_open_tag(const Element& element, Plan* plan);
  void put_content(const Slot& slot, Plan* plan);
  void put_definition(const Element& root, const std::string& key);
  void put_values(const Plan& plan, Definition definition);

  std::string bytes_;
  std::map<std::string, std::uint32_t, std::less<>> names_;
  std::map<std::string, std::uint32_t> templates_;        // by shape
  std::map<std::string, std::vector<std::size_t>> open_;  // places that wait for a definition's offset
  std::array<std::uint32_t, 64> name_heads_{};
  std::array<std::uint32_t, 32> template_heads_{};
  bool overflowed_ = false;
};

}  // namespace stopwarden::test
