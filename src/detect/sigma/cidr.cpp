// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/cidr.h"

#include "base/text.h"

namespace stopwarden::sigma {
namespace {

std::optional<std::array<std::uint8_t, 4>> parse_v4(std::string_view s) noexcept {
  std::array<std::uint8_t, 4> out{};
  for (std::size_t i = 0; i < 4; ++i) {
    const std::size_t dot = s.find('.');
    if ((i < 3) == (dot == std::string_view::npos)) return std::nullopt;
    const std::string_view part = s.substr(0, dot);
    if (part.size() > 3 || (part.size() > 1 && part[0] == '0')) return std::nullopt;  // "010" is octal to some
    const auto n = parse_unsigned(part);
    if (!n || *n > 255) return std::nullopt;
    out[i] = static_cast<std::uint8_t>(*n);
    s.remove_prefix(dot == std::string_view::npos ? s.size() : dot + 1);
  }
  return out;
}

/// The groups of one side of `::`; only what ends the address may end in an IPv4 address. Returns how many bytes were
/// written, or nothing.
enum class Side : std::uint8_t { front, end };
std::optional<std::size_t> parse_groups(std::string_view s, Side side, std::array<std::uint8_t, 16>& out) noexcept {
  std::size_t n = 0;
  if (s.empty()) return n;
  for (;;) {
    const std::size_t colon = s.find(':');
    const std::string_view part = s.substr(0, colon);
    if (side == Side::end && colon == std::string_view::npos && part.find('.') != std::string_view::npos) {
      const auto v4 = parse_v4(part);
      if (!v4 || n > 12) return std::nullopt;
      for (const std::uint8_t byte : *v4) out[n++] = byte;
      return n;
    }
    if (part.empty() || part.size() > 4 || n > 14) return std::nullopt;
    if (part.size() > 1 && (part[1] == 'x' || part[1] == 'X')) return std::nullopt;
    const auto group = parse_hex(part);
    if (!group) return std::nullopt;
    out[n++] = static_cast<std::uint8_t>(*group >> 8);
    out[n++] = static_cast<std::uint8_t>(*group & 0xFF);
    if (colon == std::string_view::npos) return n;
    s.remove_prefix(colon + 1);
  }
}

std::optional<Address> parse_v6(std::string_view s) noexcept {
  Address out{Address::Family::v6, {}};
  const std::size_t gap = s.find("::");
  if (gap == std::string_view::npos) {
    const auto n = parse_groups(s, Side::end, out.bytes);
    if (!n || *n != 16) return std::nullopt;
    return out;
  }
  std::array<std::uint8_t, 16> tail{};
  if (s.find("::", gap + 1) != std::string_view::npos) return std::nullopt;
  const auto front = parse_groups(s.substr(0, gap), Side::front, out.bytes);
  const auto back = parse_groups(s.substr(gap + 2), Side::end, tail);
  if (!front || !back || *front + *back > 14) return std::nullopt;
  for (std::size_t i = 0; i < *back; ++i) out.bytes[16 - *back + i] = tail[i];
  return out;
}

Address as_v4_if_mapped(const Address& a) noexcept {
  for (std::size_t i = 0; i < 10; ++i)
    if (a.bytes[i] != 0) return a;
  if (a.bytes[10] != 0xFF || a.bytes[11] != 0xFF) return a;
  Address out;
  for (std::size_t i = 0; i < 4; ++i) out.bytes[i] = a.bytes[12 + i];
  return out;
}

std::optional<Address> parse_raw(std::string_view s) noexcept {
  s = trim(s);
  if (s.size() > 2 && s.front() == '[' && s.back() == ']') s = s.substr(1, s.size() - 2);
  if (s.size() > 64) return std::nullopt;
  if (s.find(':') == std::string_view::npos) {
    const auto v4 = parse_v4(s);
    if (!v4) return std::nullopt;
    Address out;
    for (std::size_t i = 0; i < 4; ++i) out.bytes[i] = (*v4)[i];
    return out;
  }
  return parse_v6(s.substr(0, s.find('%')));
}

}  // namespace

std::optional<Address> parse_address(std::string_view text) noexcept {
  const auto raw = parse_raw(text);
  if (!raw || raw->family == Address::Family::v4) return raw;
  return as_v4_if_mapped(*raw);
}

std::optional<Network> parse_network(std::string_view text) noexcept {
  const std::size_t slash = text.find('/');
  auto address = parse_raw(text.substr(0, slash));
  if (!address) return std::nullopt;
  std::uint64_t width = address->family == Address::Family::v4 ? 32 : 128;
  std::uint64_t bits = width;
  if (slash != std::string_view::npos) {
    const auto n = parse_unsigned(trim(text.substr(slash + 1)));
    if (!n || *n > width) return std::nullopt;
    bits = *n;
  }
  const Address v4 = as_v4_if_mapped(*address);
  if (address->family == Address::Family::v6 && v4.family == Address::Family::v4 && bits >= 96) {
    address = v4;
    width = 32;
    bits -= 96;
  }
  Network out{*address, static_cast<std::uint8_t>(bits), false};
  for (std::size_t bit = bits; bit < width; ++bit) {
    const auto mask = static_cast<std::uint8_t>(0x80U >> (bit % 8));
    if ((out.first.bytes[bit / 8] & mask) != 0) out.host_bits_set = true;
    out.first.bytes[bit / 8] = static_cast<std::uint8_t>(out.first.bytes[bit / 8] & ~mask);
  }
  return out;
}

bool contains(const Network& network, const Address& address) noexcept {
  if (network.first.family != address.family) return false;
  for (std::size_t bit = 0; bit < network.bits; ++bit) {
    const auto mask = static_cast<std::uint8_t>(0x80U >> (bit % 8));
    if (((network.first.bytes[bit / 8] ^ address.bytes[bit / 8]) & mask) != 0) return false;
  }
  return true;
}

}  // namespace stopwarden::sigma
