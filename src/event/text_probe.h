// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace stopwarden {

/// Do the bytes of a record hold one of a few texts? A quick "no" for texts that are looked for in every value of every
/// event: what a record does not hold, no value of it holds.
///
/// Looked for are stretches of the texts that can only stand in the record as they are: ASCII without what case folding
/// makes of other characters (the Kelvin sign is a k), without what JSON may escape. Letters stand for both cases. They
/// are found in UTF-8 and in UTF-16, at any alignment: a pair of their characters first, then the whole.
class TextProbe {
 public:
  static constexpr std::size_t kPairsMax = 7;       // a bit each, and one for JSON's `\u`
  static constexpr std::size_t kStretchesMax = 64;  // of all pairs together

  TextProbe();

  /// May this pair be looked for? Not when one of the two is no character of a stretch, nor when the text that a source
  /// makes of a number, a time, a GUID, a SID, a boolean or of binary could hold it: such text is not in the record.
  static bool usable(char first, char second) noexcept;
  /// Looks for the stretch of `folded` around the usable pair at `at`. False when there is no room.
  bool add(std::string_view folded, std::size_t at);
  /// A value that holds this text is never missed.
  bool covers(std::string_view folded) const noexcept;
  bool empty() const noexcept { return pairs_.empty(); }

  enum class Escapes : std::uint8_t {
    none,
    json,  ///< `\u` may hide any character: then the answer is yes
  };
  /// False: no text in `record` holds a stretch. Cost: with AVX2 a nanosecond for some twelve bytes, else for one.
  bool in_record(Bytes record, Escapes escapes) const noexcept;
  /// The same, a byte after the other: what in_record() is held to.
  bool in_record_plain(Bytes record, Escapes escapes) const noexcept;

 private:
  struct Stretch {
    std::string text;
    std::size_t at;  // of the pair in it
  };
  struct Pair {
    char first, second;
    std::vector<Stretch> stretches;
  };
  /// Which bytes may stand at a place of a pair: a bit for each pair, by the byte, and by each half of it.
  struct Place {
    std::array<std::uint8_t, 256> bits{};
    std::array<std::uint8_t, 16> low{}, high{};
    void add(char c, std::uint8_t bit) noexcept;
    std::uint8_t of(std::byte b) const noexcept { return bits[static_cast<std::size_t>(b)]; }
  };
  static constexpr std::uint8_t kEscapeBit = 0x80;  // of `\u`
  static std::uint8_t bits_for(Escapes escapes) noexcept {
    return static_cast<std::uint8_t>(escapes == Escapes::json ? 0xFF : 0xFF & ~kEscapeBit);
  }

  bool found_at(Bytes record, std::size_t i, std::uint8_t asked) const noexcept;
  bool stands_at(const Pair& pair, Bytes record, std::size_t i, std::size_t distance) const noexcept;
#if defined(__x86_64__)
  /// 32 neighbouring places: a bit for each where a pair may stand.
  struct Step {
    std::size_t at = 0;
    unsigned places = 0;
  };
  Step next_step(Bytes record, std::size_t i, std::uint8_t asked) const noexcept;
  bool found_by_avx2(Bytes record, std::uint8_t asked) const noexcept;
#endif
  std::vector<Pair> pairs_;
  std::size_t stretches_ = 0;
  Place first_, second_;
};

}  // namespace stopwarden
