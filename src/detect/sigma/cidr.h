// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace stopwarden::sigma {

/// An IPv4 or IPv6 address.
struct Address {
  enum class Family : std::uint8_t { v4, v6 } family = Family::v4;
  std::array<std::uint8_t, 16> bytes{};  ///< v4: the first four
  bool operator==(const Address&) const = default;
};

/// Reads an address as logs write it: dotted decimal, or RFC 4291 text with `::`, an embedded IPv4 tail, a zone
/// ("%eth0", ignored) or brackets. An IPv4-mapped address (::ffff:10.0.0.1) is its IPv4 address. Nothing for other
/// text.
std::optional<Address> parse_address(std::string_view text) noexcept;

struct Network {
  Address first;
  std::uint8_t bits = 0;
  bool host_bits_set = false;  ///< the address had bits behind the prefix; `first` has them cleared
};

/// "10.0.0.0/8", "fe80::/10", or one address. Nothing for other text or too long a prefix.
std::optional<Network> parse_network(std::string_view text) noexcept;

bool contains(const Network& network, const Address& address) noexcept;

}  // namespace stopwarden::sigma
