// SPDX-License-Identifier: Apache-2.0
#include "sources/bsm/tokens.h"

#include <algorithm>
#include <charconv>

#include "sources/bsm/events.h"

namespace stopwarden::bsm {
namespace {

using P = Part;

// Parts of subject and process tokens; the terminal at the end differs.
constexpr std::array<PartRow, 10> subject(Part tid) {
  return {{{P::id32, "subject.audit-uid"},
           {P::id32, "subject.uid"},
           {P::id32, "subject.gid"},
           {P::id32, "subject.ruid"},
           {P::id32, "subject.rgid"},
           {P::number32, "subject.pid"},
           {P::number32, "subject.sid"},
           {tid, "subject.tid"}}};
}
constexpr std::array<PartRow, 10> process(Part tid) {
  return {{{P::id32, "process.audit-uid"},
           {P::id32, "process.uid"},
           {P::id32, "process.gid"},
           {P::id32, "process.ruid"},
           {P::id32, "process.rgid"},
           {P::number32, "process.pid"},
           {P::number32, "process.sid"},
           {tid, "process.tid"}}};
}
constexpr std::array<PartRow, 10> attribute(Part device) {
  return {{{P::octal32, "attribute.mode"},
           {P::id32, "attribute.uid"},
           {P::id32, "attribute.gid"},
           {P::number32, "attribute.fsid"},
           {P::number64, "attribute.nodeid"},
           {device, "attribute.device"}}};
}

using M = Meaning;

// By id.
constexpr TokenKind kKinds[] = {
    {kFileToken, M::none, {{{P::number32, "file.time"}, {P::number32, "file.msec"}, {P::text, "file"}}}},
    {0x21, M::none, {{{P::data, "arbitrary"}}}},
    {0x22, M::none, {{{P::number8, "IPC.ipc-type"}, {P::number32, "IPC.ipc-id"}}}},
    {0x23, M::path, {{{P::text, "path"}}}},
    {0x24, M::subject, subject(P::tid32)},
    {0x26, M::process, process(P::tid32)},
    {0x27, M::result, {{{P::status8, "return.errval"}, {P::number32, "return.retval"}}}},
    {0x28, M::text, {{{P::text, "text"}}}},
    {0x29, M::none, {{{P::bytes, "opaque"}}}},
    {0x2A, M::address, {{{P::ip4, "ip_address"}}}},
    {0x2B, M::none, {{{P::ip_header, "ip"}}}},
    {0x2C, M::none, {{{P::number16, "ip_port"}}}},
    {0x2D,
     M::argument,
     {{{P::number8, "argument.arg-num"}, {P::number32, "argument.value"}, {P::text, "argument.desc"}}}},
    {0x2E,
     M::none,
     {{{P::number16, "socket.sock_type"},
       {P::number16, "socket.lport"},
       {P::ip4, "socket.laddr"},
       {P::number16, "socket.fport"},
       {P::ip4, "socket.faddr"}}}},
    {0x2F, M::none, {{{P::number32, "sequence.seq-num"}}}},
    {0x32,
     M::none,
     {{{P::id32, "IPC_perm.uid"},
       {P::id32, "IPC_perm.gid"},
       {P::id32, "IPC_perm.creator-uid"},
       {P::id32, "IPC_perm.creator-gid"},
       {P::octal32, "IPC_perm.mode"},
       {P::number32, "IPC_perm.seq"},
       {P::number32, "IPC_perm.key"}}}},
    {0x34, M::none, {{{P::ids16, "group.gid"}}}},
    {0x3B, M::none, {{{P::ids, "group.gid"}}}},
    {0x3C, M::args, {{{P::strings, "exec_args.arg"}}}},
    {0x3D, M::none, {{{P::strings, "exec_env.env"}}}},
    {0x3E, M::none, attribute(P::number32)},
    {0x52, M::none, {{{P::number32, "exit.errval"}, {P::number32, "exit.retval"}}}},
    {0x60, M::none, {{{P::text, "zone.name"}}}},
    {0x71,
     M::argument,
     {{{P::number8, "argument.arg-num"}, {P::number64, "argument.value"}, {P::text, "argument.desc"}}}},
    {0x72, M::result, {{{P::status8, "return.errval"}, {P::number64, "return.retval"}}}},
    {0x73, M::none, attribute(P::number64)},
    {0x75, M::subject, subject(P::tid64)},
    {0x77, M::process, process(P::tid64)},
    {0x7A, M::subject, subject(P::tid_ex32)},
    {0x7B, M::process, process(P::tid_ex32)},
    {0x7C, M::subject, subject(P::tid_ex64)},
    {0x7D, M::process, process(P::tid_ex64)},
    {0x7E, M::address, {{{P::address_size32, {}}, {P::address, "ip_address"}}}},
    {0x7F,
     M::none,
     {{{P::number16, "socket.sock_dom"},
       {P::number16, "socket.sock_type"},
       {P::address_size16, {}},
       {P::number16, "socket.lport"},
       {P::address, "socket.laddr"},
       {P::number16, "socket.fport"},
       {P::address, "socket.faddr"}}}},
    {0x80,
     M::socket,
     {{{P::number16, "socket-inet.type"}, {P::number16, "socket-inet.port"}, {P::ip4, "socket-inet.addr"}}}},
    {0x81,
     M::socket,
     {{{P::number16, "socket-inet6.type"}, {P::number16, "socket-inet6.port"}, {P::ip16, "socket-inet6.addr"}}}},
    {0x82, M::none, {{{P::number16, "socket-unix.type"}, {P::c_text, "socket-unix.addr"}}}},
    {0x84, M::argument, {{{P::number8, "argument.arg-num"}, {P::uuid, "argument.value"}, {P::text, "argument.desc"}}}},
    {0x85, M::result, {{{P::status8, "return.errval"}, {P::uuid, "return.retval"}, {P::text, "return.desc"}}}},
    {0xED,
     M::none,
     {{{P::number32, "identity.signer-type"},
       {P::text, "identity.signing-id"},
       {P::number8, "identity.signing-id-truncated"},
       {P::text, "identity.team-id"},
       {P::number8, "identity.team-id-truncated"},
       {P::bytes, "identity.cdhash"}}}},
    {0xEE, M::none, {{{P::text, "krb5_principal"}}}},
    {0xEF, M::none, {{{P::text, "cert_hash"}}}},
};

constexpr bool by_id(const TokenKind& a, const TokenKind& b) noexcept { return a.id < b.id; }
static_assert(std::is_sorted(std::begin(kKinds), std::end(kKinds), by_id));

/// Takes bytes off the front of what is left of a token.
class Taker {
 public:
  explicit Taker(std::string_view rest) noexcept : rest_(rest) {}
  bool take(std::size_t bytes, std::string_view& out) noexcept {
    if (bytes > rest_.size()) return false;
    out = rest_.substr(0, bytes);
    rest_.remove_prefix(bytes);
    return true;
  }
  bool take_number(std::size_t bytes, std::uint64_t& out) noexcept {
    std::string_view raw;
    if (!take(bytes, raw)) return false;
    out = big_endian(raw);
    return true;
  }
  std::string_view rest() const noexcept { return rest_; }

 private:
  std::string_view rest_;
};

constexpr std::size_t fixed_size(Part part) noexcept {
  switch (part) {
    case P::number8:
    case P::status8: return 1;
    case P::number16: return 2;
    case P::number32:
    case P::id32:
    case P::octal32:
    case P::ip4: return 4;
    case P::number64:
    case P::tid32: return 8;
    case P::tid64: return 12;
    case P::ip16:
    case P::uuid: return 16;
    case P::ip_header: return 20;
    case P::ids16: return 64;
    default: return 0;
  }
}

/// How many bytes a token's strings take: up to the end of the `count`th.
bool strings_size(std::string_view rest, std::uint64_t count, std::size_t& size) noexcept {
  size = 0;
  for (; count > 0; --count) {
    const std::size_t end = rest.find('\0', size);
    if (end == rest.npos) return false;
    size = end + 1;
  }
  return true;
}

constexpr const char* kTooLong = "a token goes beyond its record";

Status take_part(Part part, Taker& in, std::size_t& address_size, std::string_view& raw) noexcept {
  const Error truncated{Errc::truncated, 0, kTooLong};
  const auto sized = [&](bool ok) -> Status {
    if (ok) return Ok{};
    return truncated;
  };
  std::uint64_t n = 0;
  if (const std::size_t size = fixed_size(part)) return sized(in.take(size, raw));
  switch (part) {
    case P::text: {
      if (!in.take_number(2, n) || !in.take(n, raw)) return truncated;
      if (const std::size_t end = raw.find('\0'); end != raw.npos) raw = raw.substr(0, end);
      return Ok{};
    }
    case P::bytes: return sized(in.take_number(2, n) && in.take(n, raw));
    case P::c_text: {
      const std::size_t end = in.rest().find('\0');
      std::string_view nul;
      return sized(end != std::string_view::npos && in.take(end, raw) && in.take(1, nul));
    }
    case P::strings: {
      std::size_t size = 0;
      return sized(in.take_number(4, n) && strings_size(in.rest(), n, size) && in.take(size, raw));
    }
    case P::ids: return sized(in.take_number(2, n) && in.take(n * 4, raw));
    case P::address_size16:
    case P::address_size32:
      if (!in.take_number(part == P::address_size16 ? 2 : 4, n)) return truncated;
      if (n != 4 && n != 16) return Error{Errc::bad_value, 0, "an address has neither 4 nor 16 bytes"};
      address_size = n;
      return Ok{};
    case P::address: return sized(in.take(address_size, raw));
    case P::tid_ex32:
    case P::tid_ex64: {
      const std::size_t head = part == P::tid_ex32 ? 8 : 12;  // port and length
      const std::string_view all = in.rest();
      if (!in.take(head, raw)) return truncated;
      n = big_endian(raw.substr(head - 4));
      if (n != 4 && n != 16) return Error{Errc::bad_value, 0, "an address has neither 4 nor 16 bytes"};
      if (!in.take(n, raw)) return truncated;
      raw = all.substr(0, head + n);
      return Ok{};
    }
    case P::data: {
      constexpr std::array<std::size_t, 4> kUnitSizes{1, 2, 4, 8};
      const std::string_view all = in.rest();
      std::uint64_t count = 0;
      if (!in.take(1, raw) || !in.take_number(1, n) || !in.take_number(1, count)) return truncated;
      if (n >= kUnitSizes.size()) return Error{Errc::bad_value, 0, "data of unknown units"};
      const std::size_t size = count * kUnitSizes[n];
      if (!in.take(size, raw)) return truncated;
      raw = all.substr(0, 3 + size);
      return Ok{};
    }
    default: return truncated;
  }
}

std::string_view number_text(std::uint64_t v, int base, Arena& arena) {
  constexpr std::size_t kDigits = 24;
  char* const out = arena.allocate(kDigits);
  const auto end = std::to_chars(out, out + kDigits, v, base).ptr;
  const auto size = static_cast<std::size_t>(end - out);
  arena.shrink_last(kDigits, size);
  return {out, size};
}

std::string_view make_number(std::string_view raw, Arena& arena) { return number_text(big_endian(raw), 10, arena); }
std::string_view make_octal(std::string_view raw, Arena& arena) { return number_text(big_endian(raw), 8, arena); }
std::string_view make_id(std::string_view raw, Arena& arena) {
  const std::uint64_t v = big_endian(raw);
  return v == UINT32_MAX ? std::string_view("-1") : number_text(v, 10, arena);
}
std::string_view make_status(std::string_view raw, Arena& arena) {
  const std::string_view name = status_name(static_cast<std::uint8_t>(big_endian(raw)));
  return name.empty() ? make_number(raw, arena) : name;
}

std::string_view hex(std::string_view raw, Arena& arena) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  char* const out = arena.allocate(2 * raw.size());
  for (std::size_t i = 0; i < raw.size(); ++i) {
    const auto byte = static_cast<unsigned char>(raw[i]);
    out[2 * i] = kHex[byte >> 4];
    out[2 * i + 1] = kHex[byte & 15];
  }
  return {out, 2 * raw.size()};
}

std::string_view make_uuid(std::string_view raw, Arena& arena) {
  const std::string_view digits = hex(raw, arena);
  char* const out = arena.allocate(36);
  char* at = out;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i == 8 || i == 12 || i == 16 || i == 20) *at++ = '-';
    *at++ = digits[i];
  }
  return {out, 36};
}

/// A printable unit is text, any other kind hex.
std::string_view make_data(std::string_view raw, Arena& arena) {
  constexpr char kAsText = 4;
  const std::string_view units = raw.substr(3);
  if (raw[0] != kAsText || raw[1] != 0) return hex(units, arena);
  return units.substr(0, units.find('\0'));
}

/// "port address", as praudit prints it.
template <std::size_t PortSize, std::size_t Skip>
std::string_view make_tid(std::string_view raw, Arena& arena) {
  const std::string_view port = make_number(raw.substr(0, PortSize), arena);
  const std::string_view ip = ip_text(raw.substr(PortSize + Skip), arena);
  char* const out = arena.allocate(port.size() + 1 + ip.size());
  char* at = std::copy(port.begin(), port.end(), out);
  *at++ = ' ';
  at = std::copy(ip.begin(), ip.end(), at);
  return {out, static_cast<std::size_t>(at - out)};
}

char* write_ip4(std::string_view raw, char* out) {
  for (std::size_t i = 0; i < 4; ++i) {
    if (i > 0) *out++ = '.';
    out = std::to_chars(out, out + 3, static_cast<unsigned>(static_cast<unsigned char>(raw[i]))).ptr;
  }
  return out;
}

char* write_ip16(std::string_view raw, char* out) {
  std::array<unsigned, 8> group{};
  for (std::size_t i = 0; i < 8; ++i) group[i] = static_cast<unsigned>(big_endian(raw.substr(2 * i, 2)));
  std::size_t begin = 8, length = 1;  // the longest run of zeros, of two at least, is "::"
  for (std::size_t i = 0; i < 8; ++i) {
    std::size_t n = 0;
    while (i + n < 8 && group[i + n] == 0) ++n;
    if (n > length) {
      begin = i;
      length = n;
    }
  }
  for (std::size_t i = 0; i < 8; ++i) {
    if (i == begin) {
      *out++ = ':';
      *out++ = ':';
      i += length - 1;
      continue;
    }
    if (i > 0 && out[-1] != ':') *out++ = ':';
    out = std::to_chars(out, out + 4, group[i], 16).ptr;
  }
  return out;
}

}  // namespace

std::span<const TokenKind> token_kinds() { return kKinds; }

const TokenKind* token_kind(std::uint8_t id) noexcept {
  const auto* const found =
      std::lower_bound(std::begin(kKinds), std::end(kKinds), id,
                       [](const TokenKind& kind, std::uint8_t wanted) { return kind.id < wanted; });
  return found != std::end(kKinds) && found->id == id ? found : nullptr;
}

Status read_token(std::string_view rest, Token& token) noexcept {
  if (rest.empty()) return Error{Errc::truncated, 0, kTooLong};
  token.kind = token_kind(static_cast<std::uint8_t>(rest.front()));
  if (token.kind == nullptr) return Error{Errc::unsupported, 0, "unknown token: the rest of the record was left out"};
  Taker in(rest.substr(1));
  std::size_t address_size = 0;
  for (std::size_t i = 0; i < token.kind->parts.size(); ++i) {
    token.raw[i] = {};
    if (token.kind->parts[i].part == P::none) break;
    const Status status = take_part(token.kind->parts[i].part, in, address_size, token.raw[i]);
    if (!status) return status;
  }
  token.size = rest.size() - in.rest().size();
  return Ok{};
}

Make make_of(Part part) noexcept {
  switch (part) {
    case P::number8:
    case P::number16:
    case P::number32:
    case P::number64: return make_number;
    case P::id32:
    case P::ids:
    case P::ids16: return make_id;
    case P::octal32: return make_octal;
    case P::status8: return make_status;
    case P::ip4:
    case P::ip16:
    case P::address: return ip_text;
    case P::tid32: return make_tid<4, 0>;
    case P::tid64: return make_tid<8, 0>;
    case P::tid_ex32: return make_tid<4, 4>;
    case P::tid_ex64: return make_tid<8, 4>;
    case P::bytes:
    case P::ip_header: return hex;
    case P::uuid: return make_uuid;
    case P::data: return make_data;
    case P::address_size16:
    case P::address_size32:
    case P::text:
    case P::c_text:
    case P::strings:
    case P::none: break;
  }
  return nullptr;
}

ValueKind kind_of(Part part) noexcept {
  switch (part) {
    case P::number8:
    case P::number16:
    case P::number32:
    case P::number64:
    case P::id32:
    case P::ids:
    case P::ids16: return ValueKind::integer;
    default: return ValueKind::string;
  }
}

std::uint64_t big_endian(std::string_view raw) noexcept {
  std::uint64_t v = 0;
  for (const char c : raw) v = (v << 8) | static_cast<unsigned char>(c);
  return v;
}

std::string_view ip_text(std::string_view raw, Arena& arena) {
  constexpr std::size_t kLongest = 40;
  char* const out = arena.allocate(kLongest);
  char* const end = raw.size() == 4 ? write_ip4(raw, out) : raw.size() == 16 ? write_ip16(raw, out) : out;
  const auto size = static_cast<std::size_t>(end - out);
  arena.shrink_last(kLongest, size);
  return {out, size};
}

std::string_view address_of_tid(std::string_view raw, Part part) noexcept {
  const std::size_t head = part == P::tid32 ? 4 : part == P::tid64 || part == P::tid_ex32 ? 8 : 12;
  const std::string_view address = raw.size() > head ? raw.substr(head) : std::string_view{};
  return address.find_first_not_of('\0') == address.npos ? std::string_view{} : address;
}

}  // namespace stopwarden::bsm
