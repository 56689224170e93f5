// SPDX-License-Identifier: Apache-2.0
// What stands encoded in audit records. All functions depend on their arguments alone; hostile input gives itself back.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/arena.h"

namespace stopwarden::auditd {

/// Is it text that the kernel wrote as hex, since a blank, a quote or a control character is in it? An even number of
/// digits, letters upper case; the kernel puts everything else into quotes.
bool is_hex_text(std::string_view raw) noexcept;

/// "2F62696E" gives "/bin"; not hex text: itself. As text::Make.
std::string_view decode_hex(std::string_view raw, Arena& arena);

/// The same for arguments that end with NUL (proctitle): a command line, quoted as join_execve() does.
std::string_view decode_arguments(std::string_view raw, Arena& arena);

/// The command line in the bodies of EXECVE records: a0 to aN, decoded and joined with blanks. An argument stands as a
/// shell reads it back: as it is, or in single quotes when it is empty or holds blanks, control characters, quotes,
/// backslashes or one of ;|&<>()$`. Wildcards stay bare: rules look for them. As text::Make.
std::string_view join_execve(std::string_view body, Arena& arena);

/// Walks `aN=...`, `aN_len=...`, `aN[k]=...` of the bodies of an event's EXECVE records.
class ArgumentWalk {
 public:
  explicit ArgumentWalk(std::string_view body) noexcept : body_(body) {}
  bool next() noexcept;
  std::uint32_t number() const noexcept { return number_; }  ///< N
  bool is_piece() const noexcept { return piece_; }          ///< one of several of a long argument
  bool is_length() const noexcept { return length_; }        ///< aN_len: no text
  bool in_hex() const noexcept { return hex_; }
  std::string_view name() const noexcept { return name_; }  ///< "a0"
  std::string_view raw() const noexcept { return raw_; }    ///< without quotes

 private:
  std::string_view body_, name_, raw_;
  std::size_t at_ = 0;
  std::uint32_t number_ = 0;
  bool piece_ = false, length_ = false, hex_ = false;
};

/// A socket address as the kernel has it in memory (struct sockaddr), in hex.
struct SocketAddress {
  std::string_view family;  ///< "inet", "inet6", "local"; empty: another one
  std::string_view text;    ///< address or path
  std::uint32_t port = 0;
};
std::optional<SocketAddress> decode_address(std::string_view hex, Arena& arena);

/// Decimal digits of a number, in `arena`.
std::string_view decimal(std::uint64_t number, Arena& arena);

}  // namespace stopwarden::auditd
