// SPDX-License-Identifier: Apache-2.0
// Where the tokens of JSON text begin. simdjson is used in tokens.cpp only.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace stopwarden::json {

/// simdjson's first stage: one pass over the text that finds brackets, colons, commas, and the first bytes of strings
/// and of other values; it also checks UTF-8, and that every string ends and holds no raw control character. Keeps its
/// memory from text to text: 4 bytes for each byte of the longest, of which only as many are touched as tokens are.
class Tokens {
 public:
  Tokens();
  ~Tokens();
  Tokens(const Tokens&) = delete;
  Tokens& operator=(const Tokens&) = delete;

  enum class Outcome : std::uint8_t {
    good,
    repairable,  ///< invalid UTF-8, or a raw control character inside a string
    bad,         ///< a string that does not end; nothing but blanks
  };
  /// Reads no byte behind `text`.
  Outcome find(std::string_view text);
  /// Offsets into the text, rising. Between a token and the next stand only its own bytes and blanks: a string ends
  /// with its quote. Valid until the next find() or release_excess().
  std::span<const std::uint32_t> places() const noexcept { return places_; }

  /// Frees what a huge text made grow.
  void release_excess();

 private:
  struct Finder;  // simdjson's
  std::unique_ptr<Finder> finder_;
  std::span<const std::uint32_t> places_;
};

}  // namespace stopwarden::json
