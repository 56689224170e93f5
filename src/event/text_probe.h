// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace stopwarden {

/// Do the bytes of a record hold any of a few pairs of neighbouring characters? A quick "no" for texts that are looked
/// for in every value of every event: each of them holds one of the pairs, so without a pair there is none of them.
///
/// Pairs are ASCII. Letters stand for both cases. They are found in UTF-8 and in UTF-16, at any alignment.
class TextProbe {
 public:
  static constexpr std::size_t kPairsMax = 8;

  /// May this pair be asked for? Not when case folding makes one of them out of other characters (the Kelvin sign is a
  /// k), and not when the text that a source makes of a number, a time, a GUID, a SID, a boolean or of binary could
  /// hold it: such text does not stand in the record.
  static bool usable(char first, char second) noexcept;
  /// Adds a usable pair of lowercase characters. False when it is none or there is no room.
  bool add(char first, char second);
  bool holds_pair_of(std::string_view folded) const noexcept;
  bool empty() const noexcept { return pairs_.empty(); }

  enum class Escapes : std::uint8_t {
    none,
    json,  ///< `\u` may hide any character: then the answer is yes
  };
  /// False: no text in `record` holds a pair. Cost: about a nanosecond for six bytes.
  bool in_record(Bytes record, Escapes escapes) const noexcept;
  /// The same, a byte after the other: what in_record() is held to.
  bool in_record_plain(Bytes record, Escapes escapes) const noexcept;

 private:
  struct Pair {
    char first, second;
  };
  bool at(Bytes record, std::size_t i, Escapes escapes) const noexcept;
  std::vector<Pair> pairs_;
};

}  // namespace stopwarden
