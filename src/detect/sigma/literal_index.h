// SPDX-License-Identifier: Apache-2.0
// Which of thousands of literals does this value hold? One index a field; the value is read a few times at most.
#pragma once
#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "detect/sigma/gram_bits.h"
#include "detect/sigma/trigger.h"

namespace stopwarden::sigma {

/// From a 64-bit key to the literals that have it. Open addressing; built once.
class KeyTable {
 public:
  void add(std::uint64_t key, std::uint32_t literal) { entries_.push_back({key, literal}); }
  void build();
  std::span<const std::uint32_t> find(std::uint64_t key) const noexcept {
    if (slots_.empty()) return {};
    for (std::size_t at = key & mask_;; at = (at + 1) & mask_) {
      const Slot& slot = slots_[at];
      if (slot.count == 0) return {};
      if (slot.key == key) return {literals_.data() + slot.begin, slot.count};
    }
  }

 private:
  struct Entry {
    std::uint64_t key;
    std::uint32_t literal;
  };
  struct Slot {
    std::uint64_t key = 0;
    std::uint32_t begin = 0, count = 0;
  };
  std::vector<Entry> entries_;  // until build()
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> literals_;
  std::size_t mask_ = 0;
};

/// The ways a literal is looked for. Each literal belongs to one; an event's plan names those its rules need.
enum class Engine : std::uint8_t {
  whole,        ///< the value, by hash
  number,       ///< the value as a number
  component,    ///< what follows the last backslash or slash, by hash
  ending,       ///< the last 2..16 bytes, by hash
  beginning,    ///< the first 2..16 bytes, by hash
  grams,        ///< four bytes at every place
  after_equal,  ///< eight bytes after every `=` (Hashes: MD5=..,SHA256=..)
  pairs,        ///< two bytes at every place, for literals of two or three
  wide,         ///< characters beyond ASCII
};
using Engines = std::uint16_t;
constexpr Engines engine_bit(Engine e) noexcept { return static_cast<Engines>(1U << static_cast<unsigned>(e)); }

/// The triggers of one field of all rules. Immutable once built; threads share it.
class LiteralIndex {
 public:
  /// Notes that `rule` waits for `literal`. Ascending rules.
  void add(const Literal& literal, std::uint32_t rule);
  void build(const TextCounts& counts);
  /// Which engine looks for this literal; it was added.
  Engine engine_of(const Literal& literal) const;

  /// Calls `on_rule(rule)` for every rule that waits for a literal which `folded` holds (and perhaps for others: a
  /// number written in an odd way makes all rules that wait for numbers candidates). May call several times for one.
  /// Cost: `grams` and `pairs` about a nanosecond a byte, all others a few nanoseconds in all.
  template <class OnRule>
  void scan(std::string_view folded, ValueKind kind, Engines engines, OnRule on_rule) const {
    scan_whole_value(folded, kind, engines, on_rule);
    scan_inside(folded, engines, 0, [&on_rule](std::uint32_t rule, std::size_t) { on_rule(rule); });
  }
  /// The part of scan() that costs a few nanoseconds: literals that are the value, its beginning or its end.
  template <class OnRule>
  void scan_whole_value(std::string_view folded, ValueKind kind, Engines engines, OnRule on_rule) const;
  /// The other part: `on_literal(rule, end)` with where the literal ends. Those that end at `known` or before may be
  /// left out.
  template <class OnLiteral>
  void scan_inside(std::string_view folded, Engines engines, std::size_t known, OnLiteral on_literal) const;

 private:
  struct Entry {
    Literal literal;
    std::vector<std::uint32_t> rules;
    std::uint32_t offset = 0;  // of the gram, the `=`, the wide character in it
    Engine engine = Engine::grams;
  };
  static constexpr std::size_t kEndMax = 16;
  static constexpr std::size_t kPairs = std::size_t{1} << 16;

  Engine choose(const Literal& literal) const;
  void place(std::uint32_t number, const TextCounts& counts);
  template <class OnRule>
  void visit(std::uint32_t number, OnRule& on_rule) const {
    for (const std::uint32_t rule : entries_[number].rules) on_rule(rule);
  }
  /// The same for a literal whose place `offset` is at `at`, if it stands there.
  template <class OnLiteral>
  void visit_at(std::uint32_t number, std::string_view value, std::size_t at, OnLiteral& on_literal) const {
    const Entry& e = entries_[number];
    if (!stands_at(e, value, at)) return;
    for (const std::uint32_t rule : e.rules) on_literal(rule, at - e.offset + e.literal.text.size());
  }
  /// The literal stands in `value` so that its place `offset` is at `at`.
  bool stands_at(const Entry& e, std::string_view value, std::size_t at) const noexcept {
    const std::string& text = e.literal.text;
    if (at < e.offset || value.size() - (at - e.offset) < text.size()) return false;
    return std::memcmp(value.data() + (at - e.offset), text.data(), text.size()) == 0;
  }
  template <class OnRule>
  void scan_whole(std::string_view value, OnRule& on_rule) const;
  template <class OnRule>
  void scan_number(std::string_view value, ValueKind kind, OnRule& on_rule) const;
  template <class OnRule>
  void scan_component(std::string_view value, OnRule& on_rule) const;
  template <class OnRule>
  void scan_ends(std::string_view value, Engines engines, OnRule& on_rule) const;
  template <class OnLiteral>
  void scan_grams(std::string_view value, std::size_t from, OnLiteral& on_literal) const;
  template <class OnLiteral>
  void scan_after_equal(std::string_view value, std::size_t from, OnLiteral& on_literal) const;
  template <class OnLiteral>
  void scan_pairs(std::string_view value, std::size_t from, OnLiteral& on_literal) const;
  template <class OnLiteral>
  void scan_wide(std::string_view value, std::size_t from, OnLiteral& on_literal) const;

  static std::uint64_t ends_key(std::string_view s) noexcept { return hash_text(s) ^ s.size(); }

  std::vector<Entry> entries_;
  KeyTable by_text_;               // while building: hash of kind and text -> entry
  std::uint64_t whole_sizes_ = 0;  // bit min(size, 63)
  KeyTable whole_, numbers_, component_, ending_, beginning_, grams_, after_equal_, pairs_, wide_;
  std::vector<std::uint8_t> ending_sizes_, beginning_sizes_;
  GramBits gram_bits_;
  std::vector<std::uint64_t> pair_bits_;  // is there anything for this pair?
  std::vector<std::uint32_t> number_rules_;
  std::size_t longest_ = 0;  // bytes of a literal that scan_inside() looks for
  bool anchors_ = false;     // most of the field's literals hold `=` and a long text after it
};

/// What scan_number() is for: integers as sources write them need no second look.
bool is_plain_integer(std::string_view text) noexcept;

// ---- the scans: in the header because the matcher's callback is inlined ----

template <class OnRule>
void LiteralIndex::scan_whole_value(std::string_view folded, ValueKind kind, Engines engines, OnRule on_rule) const {
  const auto wants = [engines](Engine e) { return (engines & engine_bit(e)) != 0; };
  if (wants(Engine::whole)) scan_whole(folded, on_rule);
  if (wants(Engine::number)) scan_number(folded, kind, on_rule);
  if (wants(Engine::component)) scan_component(folded, on_rule);
  if (wants(Engine::ending) || wants(Engine::beginning)) scan_ends(folded, engines, on_rule);
}

template <class OnLiteral>
void LiteralIndex::scan_inside(std::string_view folded, Engines engines, std::size_t known,
                               OnLiteral on_literal) const {
  const auto wants = [engines](Engine e) { return (engines & engine_bit(e)) != 0; };
  const std::size_t from = known - std::min(known, longest_);
  if (wants(Engine::grams)) scan_grams(folded, from, on_literal);
  if (wants(Engine::after_equal)) scan_after_equal(folded, from, on_literal);
  if (wants(Engine::pairs)) scan_pairs(folded, from, on_literal);
  if (wants(Engine::wide)) scan_wide(folded, from, on_literal);
}

template <class OnRule>
void LiteralIndex::scan_whole(std::string_view value, OnRule& on_rule) const {
  if (((whole_sizes_ >> (value.size() < 63 ? value.size() : 63)) & 1) == 0) return;
  for (const std::uint32_t number : whole_.find(hash_text(value)))
    if (entries_[number].literal.text == value) visit(number, on_rule);
}

template <class OnRule>
void LiteralIndex::scan_number(std::string_view value, ValueKind kind, OnRule& on_rule) const {
  if ((kind == ValueKind::integer || kind == ValueKind::real) && !is_plain_integer(value)) {
    for (const std::uint32_t rule : number_rules_) on_rule(rule);
    return;
  }
  for (const std::uint32_t number : numbers_.find(hash_text(value)))
    if (entries_[number].literal.text == value) visit(number, on_rule);
}

template <class OnRule>
void LiteralIndex::scan_component(std::string_view value, OnRule& on_rule) const {
  for (const char separator : {'\\', '/'}) {
    const void* last = memrchr(value.data(), separator, value.size());
    if (last == nullptr) continue;
    const auto at = static_cast<std::size_t>(static_cast<const char*>(last) - value.data());
    for (const std::uint32_t number : component_.find(hash_text(value.substr(at))))
      if (value.ends_with(entries_[number].literal.text)) visit(number, on_rule);
  }
}

template <class OnRule>
void LiteralIndex::scan_ends(std::string_view value, Engines engines, OnRule& on_rule) const {
  if ((engines & engine_bit(Engine::ending)) != 0) {
    for (const std::uint8_t size : ending_sizes_) {
      if (size > value.size()) break;  // ascending
      for (const std::uint32_t number : ending_.find(ends_key(value.substr(value.size() - size))))
        if (value.ends_with(entries_[number].literal.text)) visit(number, on_rule);
    }
  }
  if ((engines & engine_bit(Engine::beginning)) != 0) {
    for (const std::uint8_t size : beginning_sizes_) {
      if (size > value.size()) break;
      for (const std::uint32_t number : beginning_.find(ends_key(value.substr(0, size))))
        if (value.starts_with(entries_[number].literal.text)) visit(number, on_rule);
    }
  }
}

template <class OnLiteral>
void LiteralIndex::scan_grams(std::string_view value, std::size_t from, OnLiteral& on_literal) const {
  const char* const p = value.data();
  for (std::size_t begin = from; value.size() - begin >= 4; begin += kGramsAtOnce) {
    const std::size_t places = std::min(value.size() - begin - 3, kGramsAtOnce);
    for (std::uint64_t hits = gram_bits_.hits(p + begin, places); hits != 0; hits &= hits - 1) {
      const std::size_t i = begin + static_cast<std::size_t>(std::countr_zero(hits));
      const std::uint32_t gram = load_gram(p + i);
      for (const std::uint32_t number : grams_.find(mix(gram, gram))) visit_at(number, value, i, on_literal);
    }
    if (places < kGramsAtOnce) return;
  }
}

template <class OnLiteral>
void LiteralIndex::scan_after_equal(std::string_view value, std::size_t from, OnLiteral& on_literal) const {
  std::size_t at = from;
  while (at < value.size()) {
    const void* equal = std::memchr(value.data() + at, '=', value.size() - at);
    if (equal == nullptr) return;
    at = static_cast<std::size_t>(static_cast<const char*>(equal) - value.data());
    if (value.size() - at < 9) return;
    const auto key = load_word<std::uint64_t>(value.data() + at + 1);
    for (const std::uint32_t number : after_equal_.find(mix(key, key))) visit_at(number, value, at, on_literal);
    ++at;
  }
}

template <class OnLiteral>
void LiteralIndex::scan_pairs(std::string_view value, std::size_t from, OnLiteral& on_literal) const {
  for (std::size_t i = from; i + 2 <= value.size(); ++i) {
    const auto pair = load_word<std::uint16_t>(value.data() + i);
    if (((pair_bits_[pair >> 6] >> (pair & 63)) & 1) == 0) [[likely]]
      continue;
    for (const std::uint32_t number : pairs_.find(mix(pair, pair))) visit_at(number, value, i, on_literal);
  }
}

template <class OnLiteral>
void LiteralIndex::scan_wide(std::string_view value, std::size_t from, OnLiteral& on_literal) const {
  for (std::size_t i = from; i + 2 <= value.size(); ++i) {
    if (static_cast<unsigned char>(value[i]) < 0x80) continue;
    const auto pair = load_word<std::uint16_t>(value.data() + i);
    for (const std::uint32_t number : wide_.find(mix(pair, pair))) visit_at(number, value, i, on_literal);
  }
}

}  // namespace stopwarden::sigma
