// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/long_values.h"

#include <algorithm>

#include "base/find.h"
#include "base/hash.h"

namespace stopwarden::sigma {
namespace {

/// How many bytes both begin with.
std::size_t common_prefix(std::string_view a, std::string_view b) noexcept {
  constexpr std::size_t kStep = 256;  // for memcmp; then eight bytes at a time
  const std::size_t size = std::min(a.size(), b.size());
  std::size_t i = 0;
  while (size - i >= kStep && std::memcmp(a.data() + i, b.data() + i, kStep) == 0) i += kStep;
  while (size - i >= 8 && load_word<std::uint64_t>(a.data() + i) == load_word<std::uint64_t>(b.data() + i)) i += 8;
  while (i < size && a[i] == b[i]) ++i;
  return i;
}

}  // namespace

std::size_t LongValue::renew(std::string_view folded) {
  ++version_;
  const std::size_t both = lost_hits_ ? 0 : common_prefix(text_, folded);
  lost_hits_ = false;
  text_.resize(both);
  text_.append(folded.substr(both));
  std::erase_if(hits_, [both](const Hit& hit) { return hit.end > both; });
  for (Search& s : searches_) {
    if (s.hit_end > both) {
      s.none_until = s.hit_end - 1;
      s.hit_end = 0;
    }
    s.none_until = std::min(s.none_until, static_cast<std::uint32_t>(both));
  }
  return both;
}

void LongValue::clear() noexcept {
  ++version_;
  text_.clear();
  hits_.clear();
  lost_hits_ = false;
  std::fill(searches_.begin(), searches_.end(), Search{});
}

void LongValue::add(Hit hit) {
  if (hits_.size() < kHitsMax)
    hits_.push_back(hit);
  else
    lost_hits_ = true;
}

bool LongValue::holds(const Pattern& pattern) {
  const std::size_t size = pattern.needle.size();
  if (size == 0) return true;
  Search& s = searches_[mix(reinterpret_cast<std::uintptr_t>(&pattern), 0) % kSearches];
  if (s.pattern != &pattern) s = {&pattern, 0, 0};
  if (s.hit_end != 0) return true;
  const std::size_t from = s.none_until >= size ? s.none_until - (size - 1) : 0;
  const std::size_t at = find_text(std::string_view(text_).substr(from), pattern.needle);
  if (at != std::string_view::npos)
    s.hit_end = static_cast<std::uint32_t>(from + at + size);
  else
    s.none_until = static_cast<std::uint32_t>(text_.size());
  return at != std::string_view::npos;
}

}  // namespace stopwarden::sigma
