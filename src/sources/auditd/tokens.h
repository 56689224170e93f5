// SPDX-License-Identifier: Apache-2.0
// The text of an audit record as names and values.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace stopwarden::auditd {

enum class Quotes : std::uint8_t { none, twice, once, braces };

/// `name=value`. Views of the body, without quotes.
struct Token {
  std::string_view name, value;
  std::string_view before;  ///< the word before the name when that belongs to no other: "old" of `old auid=0`
  Quotes quotes = Quotes::none;
  bool quoted() const noexcept { return quotes != Quotes::none; }
};

/// The next name and value at or behind `at`, which moves behind them; false at the end.
///
/// Format:  `name=value`, `name="value"` (the kernel leaves no quote in it), `name='value'` whose value holds further
///          names (msg='op=PAM:... res=success'; it ends with the last apostrophe of its part), `SADDR={ ... }`;
///          between them blanks, commas, brackets, words that are no names (avc:  denied  { read } for), and the byte
///          0x1D before the names that auditd added. Copies of logs that lost that byte have the next name right behind
///          a quote.
/// Input:   hostile; a quote without its partner reaches to the end of its part. A name has at most 64 bytes.
/// Cost:    one look at each byte.
bool next_token(std::string_view body, std::size_t& at, Token& token) noexcept;

}  // namespace stopwarden::auditd
