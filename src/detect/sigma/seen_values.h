// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "event/event.h"

namespace stopwarden::sigma {

/// Values that were scanned lately, with the rules whose literals stand in them. Logs say the same again and again: of
/// Sysmon's images, users and call traces more than 95 % are one of the last few dozen. Bounded, and allocates nothing
/// after the start. Not for sharing between threads.
class SeenValues {
 public:
  static constexpr std::size_t kTextMax = 1024;  ///< longer values are not kept
  static constexpr std::size_t kRulesMax = 8;    ///< nor are values with literals of more rules

  /// By whom a value was scanned: where the same value is scanned in another way, other rules are found.
  struct Scanner {
    const void* plan = nullptr;
    std::uint32_t scan = 0;
    ValueKind kind = ValueKind::null;
    std::uint64_t generation = 0;  ///< of what `plan` points at
    bool operator==(const Scanner&) const = default;
  };
  class Value {
   public:
    std::span<const std::uint32_t> rules() const noexcept { return {rules_.data(), rule_count_}; }
    /// A number that no other scanner or text ever has.
    std::uint64_t serial() const noexcept { return serial_; }

   private:
    friend class SeenValues;
    std::uint64_t serial_ = 0;  // 0: free
    std::uint64_t hash_ = 0;
    Scanner scanner_;
    std::uint32_t size_ = 0, rule_count_ = 0;
    std::array<std::uint32_t, kRulesMax> rules_{};
  };

  SeenValues() : short_(kShort), long_(kLong), short_texts_(kShort * kShortMax), long_texts_(kLong * kTextMax) {}

  /// nullptr: it is not known. Every value is compared whole. Valid until the next add().
  const Value* find(const Scanner& scanner, std::string_view text) noexcept {
    if (text.size() > kTextMax) return nullptr;
    hash_ = hash_text(text) ^ mix(reinterpret_cast<std::uintptr_t>(scanner.plan), scanner.scan);
    const Place at = place(text.size());
    const Value& v = *at.value;
    if (v.hash_ != hash_ || v.size_ != text.size() || v.serial_ == 0 || v.scanner_ != scanner) return nullptr;
    return std::memcmp(at.text, text.data(), text.size()) == 0 ? &v : nullptr;
  }
  /// Keeps what find() did not know a moment ago. The serial of the new value; 0 when it is not kept.
  std::uint64_t add(const Scanner& scanner, std::string_view text, std::span<const std::uint32_t> rules) noexcept {
    if (text.size() > kTextMax || rules.size() > kRulesMax) return 0;
    const Place at = place(text.size());
    Value& v = *at.value;
    v.serial_ = ++serials_;
    v.hash_ = hash_;
    v.scanner_ = scanner;
    v.size_ = static_cast<std::uint32_t>(text.size());
    v.rule_count_ = static_cast<std::uint32_t>(rules.size());
    for (std::size_t i = 0; i < rules.size(); ++i) v.rules_[i] = rules[i];
    if (!text.empty()) std::memcpy(at.text, text.data(), text.size());
    return v.serial_;
  }

 private:
  static constexpr std::size_t kShort = 1024, kShortMax = 112;  // 0.2 MiB
  static constexpr std::size_t kLong = 256;                     // 0.3 MiB
  struct Place {
    Value* value;
    char* text;
  };
  Place place(std::size_t size) noexcept {
    const auto at = static_cast<std::size_t>(hash_ >> 32);
    if (size <= kShortMax) return {&short_[at % kShort], &short_texts_[at % kShort * kShortMax]};
    return {&long_[at % kLong], &long_texts_[at % kLong * kTextMax]};
  }

  std::vector<Value> short_, long_;
  std::vector<char> short_texts_, long_texts_;
  std::uint64_t hash_ = 0;  // of the latest find()
  std::uint64_t serials_ = 0;
};

/// What rules' items came to on values that were seen before (SeenValues::Value::serial).
class SeenVerdicts {
 public:
  enum class Verdict : std::uint8_t { unknown, no, yes };
  SeenVerdicts() : slots_(kSlots) {}
  Verdict find(std::uint64_t serial, const void* item) const noexcept {
    const Slot& s = slots_[place(serial, item)];
    return s.serial == serial && s.item == item ? s.verdict : Verdict::unknown;
  }
  void add(std::uint64_t serial, const void* item, bool verdict) noexcept {
    slots_[place(serial, item)] = {serial, item, verdict ? Verdict::yes : Verdict::no};
  }

 private:
  static constexpr std::size_t kSlots = 4096;  // 96 KiB
  struct Slot {
    std::uint64_t serial = 0;
    const void* item = nullptr;
    Verdict verdict = Verdict::unknown;
  };
  static std::size_t place(std::uint64_t serial, const void* item) noexcept {
    return mix(serial, reinterpret_cast<std::uintptr_t>(item)) % kSlots;
  }
  std::vector<Slot> slots_;
};

}  // namespace stopwarden::sigma
