// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "detect/sigma/pattern.h"

namespace stopwarden::sigma {

/// The latest long value of a place, folded, and what was found in it. A long value mostly begins as the one before: of
/// the 5 KiB of context that PowerShell writes with each command, 97 % are the same as last time. What stands in the
/// part that both share need not be looked for again. Bounded; not for sharing between threads.
class LongValue {
 public:
  static constexpr std::size_t kMin = 256;        ///< shorter values are searched as fast
  static constexpr std::size_t kMax = 32 * 1024;  ///< longer ones are not kept
  static constexpr std::size_t kHitsMax = 256;    ///< more are not remembered, and the value is scanned whole

  /// A literal of `rule` that ends before `end`.
  struct Hit {
    std::uint32_t rule, end;
  };

  /// Takes the place of the value before. Returns how many bytes both begin with: all that ends there is in hits().
  std::size_t renew(std::string_view folded);
  /// Forgets everything: from now on the place is another's.
  void clear() noexcept;
  /// Adds a hit that ends behind what renew() returned.
  void add(Hit hit);
  const std::vector<Hit>& hits() const noexcept { return hits_; }
  /// As text.find(needle) != npos, for a `pattern` that asks for that.
  bool holds(const Pattern& pattern);
  /// Another one after each renew().
  std::uint64_t version() const noexcept { return version_; }

 private:
  static constexpr std::size_t kSearches = 128;
  struct Search {
    const Pattern* pattern = nullptr;
    std::uint32_t hit_end = 0;     // the needle was found and ends here; 0: it was not
    std::uint32_t none_until = 0;  // no needle ends here or before
  };

  std::string text_;
  std::vector<Hit> hits_;
  bool lost_hits_ = false;  // there were more than fit
  std::vector<Search> searches_ = std::vector<Search>(kSearches);
  std::uint64_t version_ = 0;
};

}  // namespace stopwarden::sigma
