// SPDX-License-Identifier: Apache-2.0
// The two directions of the rule cache. Both have the same functions, so that one list of members (cache.cpp) serves
// for writing and for reading and the two cannot disagree. Used by the cache only.
#pragma once
#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <vector>

#include "base/bytes.h"
#include "detect/sigma/logsource.h"
#include "event/field.h"

namespace stopwarden::sigma {

/// Appends to a buffer. Numbers are little-endian and as wide as their type; a text or list has its length before it.
class CacheWriter {
 public:
  static constexpr bool kReads = false;
  using Selectors = std::unordered_map<const SourceSelector*, std::uint32_t>;

  explicit CacheWriter(std::string& out) : out_(out) {}

  template <class N>
  void number(const N& value) {
    static_assert(std::is_integral_v<N> && !std::is_same_v<N, bool>);
    append_le(out_, static_cast<std::make_unsigned_t<N>>(value), sizeof(N));
  }
  void real(const double& value) { number(std::bit_cast<std::uint64_t>(value)); }
  void flag(const bool& value) { number(static_cast<std::uint8_t>(value)); }
  /// An enumerator; all of them from 0 (or the first) to `last` are good.
  template <class E>
  void choice(const E& value, E last, E first = E{}) {
    if (value < first || value > last) fail();
    number(static_cast<std::underlying_type_t<E>>(value));
  }
  void text(const std::string& value) { view(value); }
  /// A text of the program's own that lives for ever, such as a diagnostic's code.
  void literal(const std::string_view& value) { view(value); }
  void field(const FieldId& id) { number(index(id)); }
  void selector(const SourceSelector* const& value) {
    const auto known = selectors_.find(value);
    if (known == selectors_.end()) fail();
    number(known == selectors_.end() ? std::uint32_t{0} : known->second);
  }
  template <class V, class F>
  void list(const V& values, const F& each) {
    if (values.size() > 0xFFFFFFFF) fail();
    number(static_cast<std::uint32_t>(values.size()));
    for (const auto& value : values) each(value);
  }
  template <class V>
  void texts(const V& values) {
    list(values, [this](const auto& value) { text(value); });
  }
  /// `size` numbers that are zero but for a few: how many others, then the place of each and itself.
  void sparse(const std::vector<std::uint32_t>& values, std::size_t size) {
    if (values.size() != size) fail();
    number(static_cast<std::uint32_t>(values.size() -
                                      static_cast<std::size_t>(std::count(values.begin(), values.end(), 0U))));
    for (std::uint32_t i = 0; i < values.size(); ++i) {
      if (values[i] == 0) continue;
      number(i);
      number(values[i]);
    }
  }

  /// Something that the cache cannot hold: nothing of what was written counts.
  void fail() noexcept { ok_ = false; }
  bool ok() const noexcept { return ok_; }
  /// Selectors by their place, for the rules that point to them.
  void set_selectors(const std::vector<const SourceSelector*>& all) {
    for (const SourceSelector* one : all) selectors_.emplace(one, static_cast<std::uint32_t>(selectors_.size()));
  }

 private:
  void view(std::string_view value) {
    if (value.size() > 0xFFFFFFFF) fail();
    number(static_cast<std::uint32_t>(value.size()));
    out_ += value;
  }
  std::string& out_;
  Selectors selectors_;
  bool ok_ = true;
};

/// Reads what the writer wrote, from bytes that may be anything. After a failure all reads give zero and empty.
class CacheReader {
 public:
  static constexpr bool kReads = true;
  /// What lists may take in memory for each byte of the file (a list of nulls has 1 byte an element and takes about
  /// 110), and in all: 3,780 rules of SigmaHQ take about 15 MB.
  static constexpr std::size_t kGrowthMax = 128;
  static constexpr std::size_t kMemoryMax = std::size_t{1} << 30;

  explicit CacheReader(std::string_view in, std::set<std::string, std::less<>>& literals)
      : at_(in.data()),
        end_(in.data() + in.size()),
        memory_(in.size() > kMemoryMax / kGrowthMax ? kMemoryMax : in.size() * kGrowthMax),
        literals_(literals) {}

  template <class N>
  void number(N& value) {
    static_assert(std::is_integral_v<N> && !std::is_same_v<N, bool>);
    using U = std::make_unsigned_t<N>;
    value = 0;
    if (left() < sizeof(N)) return fail();
    U got = 0;
    for (std::size_t i = 0; i < sizeof(N); ++i)
      got = static_cast<U>(got | (static_cast<U>(static_cast<unsigned char>(at_[i])) << (8 * i)));
    at_ += sizeof(N);
    value = static_cast<N>(got);
  }
  void real(double& value) {
    std::uint64_t bits = 0;
    number(bits);
    value = std::bit_cast<double>(bits);
  }
  void flag(bool& value) {
    std::uint8_t got = 0;
    number(got);
    if (got > 1) fail();
    value = got == 1;
  }
  template <class E>
  void choice(E& value, E last, E first = E{}) {
    std::underlying_type_t<E> got{};
    number(got);
    value = static_cast<E>(got);
    if (value >= first && value <= last) return;
    fail();
    value = first;
  }
  void text(std::string& value) {
    const std::string_view got = view();
    value.assign(got.data(), got.size());
  }
  void literal(std::string_view& value) { value = *literals_.emplace(view()).first; }
  void field(FieldId& id) {
    std::uint16_t got = 0;
    number(got);
    if (got >= fields_) fail();
    id = FieldId{got};
  }
  void selector(const SourceSelector*& value) {
    std::uint32_t got = 0;
    number(got);
    value = nullptr;
    if (got < selectors_.size())
      value = selectors_[got];
    else
      fail();
  }
  /// Every element takes a byte at least, and what all lists take together is bounded.
  template <class V, class F>
  void list(V& values, const F& each) {
    std::uint32_t count = 0;
    number(count);
    constexpr std::size_t kEach = sizeof(typename V::value_type);
    values.clear();
    if (count > left() || count > memory_ / kEach) return fail();
    memory_ -= count * kEach;
    values.resize(count);
    for (auto& value : values) {
      if (!ok_) return;
      each(value);
    }
  }
  template <class V>
  void texts(V& values) {
    list(values, [this](auto& value) { text(value); });
  }
  /// Only one way of writing it is accepted: ascending places, no zeros.
  void sparse(std::vector<std::uint32_t>& values, std::size_t size) {
    std::uint32_t count = 0, at = 0, value = 0;
    number(count);
    values.assign(size, 0);
    for (std::size_t free = 0; count > 0 && ok_; --count, free = at + std::size_t{1}) {
      number(at);
      number(value);
      if (at < free || at >= size || value == 0) return fail();
      values[at] = value;
    }
  }

  void fail() noexcept {
    ok_ = false;
    at_ = end_;
  }
  bool ok() const noexcept { return ok_; }
  bool at_end() const noexcept { return at_ == end_; }
  void set_selectors(std::vector<const SourceSelector*> all) { selectors_ = std::move(all); }
  /// Ids of fields are good below this.
  void set_fields(std::size_t count) noexcept { fields_ = count; }

 private:
  std::size_t left() const noexcept { return static_cast<std::size_t>(end_ - at_); }
  std::string_view view() {
    std::uint32_t size = 0;
    number(size);
    if (size > left()) {
      fail();
      return {};
    }
    const std::string_view out{at_, size};
    at_ += size;
    return out;
  }

  const char* at_;
  const char* end_;
  std::size_t memory_;
  std::set<std::string, std::less<>>& literals_;
  std::vector<const SourceSelector*> selectors_;
  std::size_t fields_ = 0;
  bool ok_ = true;
};

}  // namespace stopwarden::sigma
