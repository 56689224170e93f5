// SPDX-License-Identifier: Apache-2.0
#include "sources/auditd/decode.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "sources/auditd/tokens.h"

namespace stopwarden::auditd {
namespace {

constexpr std::uint8_t kNoDigit = 0xFF;

constexpr auto kHexDigits = [] {
  std::array<std::uint8_t, 256> digits{};
  for (auto& d : digits) d = kNoDigit;
  for (std::uint8_t i = 0; i < 10; ++i) digits[static_cast<std::size_t>('0' + i)] = i;
  for (std::uint8_t i = 0; i < 6; ++i) digits[static_cast<std::size_t>('A' + i)] = static_cast<std::uint8_t>(10 + i);
  return digits;
}();

std::uint8_t digit(char c) noexcept { return kHexDigits[static_cast<unsigned char>(c)]; }
char byte_at(std::string_view hex, std::size_t i) noexcept {
  return static_cast<char>(digit(hex[i]) << 4 | digit(hex[i + 1]));
}

constexpr auto kPlain = [] {
  std::array<bool, 256> plain{};
  for (std::size_t c = '!'; c < 256; ++c) plain[c] = c != 0x7F;
  for (const char c : std::string_view("'\"\\;|&<>()$`")) plain[static_cast<unsigned char>(c)] = false;
  return plain;
}();
bool is_plain(char c) noexcept { return kPlain[static_cast<unsigned char>(c)]; }

/// Writes a command line argument by argument. What does not fit is left out.
class LineWriter {
 public:
  LineWriter(std::size_t room, Arena& arena) : arena_(arena), begin_(arena.allocate(room)), room_(room) {}
  void begin_argument() noexcept {
    full_ = full_ || room_ - size_ < kAround;
    if (full_) return;
    if (size_ > 0) begin_[size_++] = ' ';
    start_ = size_;
    begin_[size_++] = '\'';
    plain_ = true;
  }
  void add(char c) noexcept {
    full_ = full_ || room_ - size_ < kQuote.size() + kAround;
    if (full_) return;
    plain_ = plain_ && is_plain(c);
    if (c != '\'') {
      begin_[size_++] = c;
      return;
    }
    std::memcpy(begin_ + size_, kQuote.data(), kQuote.size());
    size_ += kQuote.size();
  }
  void add(std::string_view raw, bool in_hex) noexcept {
    if (in_hex) {
      for (std::size_t i = 0; i + 1 < raw.size(); i += 2) add(byte_at(raw, i));
    } else if (std::all_of(raw.begin(), raw.end(), is_plain) && !full_ && room_ - size_ >= raw.size() + kAround) {
      std::memcpy(begin_ + size_, raw.data(), raw.size());
      size_ += raw.size();
    } else {
      for (const char c : raw) add(c);
    }
  }
  void end_argument() noexcept {
    if (plain_ && !full_ && size_ > start_ + 1) {
      std::memmove(begin_ + start_, begin_ + start_ + 1, size_ - start_ - 1);
      --size_;
    } else if (size_ < room_) {
      begin_[size_++] = '\'';
    }
  }
  std::string_view take() noexcept {
    arena_.shrink_last(room_, size_);
    return {begin_, size_};
  }

 private:
  static constexpr std::size_t kAround = 3;  // a blank and two quotes
  static constexpr std::string_view kQuote = "'\\''";
  Arena& arena_;
  char* begin_;
  std::size_t room_, size_ = 0, start_ = 0;
  bool plain_ = true, full_ = false;
};

/// Arguments in hex, each ended by NUL, quoted where they need it.
std::string_view quote_arguments(std::string_view raw, Arena& arena) {
  LineWriter line(2 * raw.size() + 16, arena);
  line.begin_argument();
  for (std::size_t i = 0; i < raw.size(); i += 2) {
    if (const char c = byte_at(raw, i); c != '\0') {
      line.add(c);
      continue;
    }
    line.end_argument();
    line.begin_argument();
  }
  line.end_argument();
  return line.take();
}

}  // namespace

bool is_hex_text(std::string_view raw) noexcept {
  if (raw.empty() || raw.size() % 2 != 0) return false;
  for (const char c : raw)
    if (digit(c) == kNoDigit) return false;
  return true;
}

std::string_view decode_hex(std::string_view raw, Arena& arena) {
  if (!is_hex_text(raw)) return raw;
  char* out = arena.allocate(raw.size() / 2);
  for (std::size_t i = 0; i < raw.size(); i += 2) out[i / 2] = byte_at(raw, i);
  return {out, raw.size() / 2};
}

std::string_view decode_arguments(std::string_view raw, Arena& arena) {
  if (!is_hex_text(raw)) return raw;
  while (!raw.empty() && raw.substr(raw.size() - 2) == "00") raw.remove_suffix(2);
  // Mostly no argument needs quotes.
  const std::size_t size = raw.size() / 2;
  char* text = arena.allocate(size);
  bool plain = true, several = false;
  for (std::size_t i = 0; i < size; ++i) {
    text[i] = byte_at(raw, 2 * i);
    if (text[i] != '\0') {
      plain = plain && is_plain(text[i]);
      continue;
    }
    plain = plain && i > 0 && text[i - 1] != ' ';  // an empty argument
    several = true;
    text[i] = ' ';
  }
  if (plain || !several) return {text, size};  // one alone is a title that the program gave itself
  arena.shrink_last(size, 0);
  return quote_arguments(raw, arena);
}

bool ArgumentWalk::next() noexcept {
  Token token;
  while (next_token(body_, at_, token)) {
    const std::string_view name = token.name;
    if (name.size() < 2 || name[0] != 'a') continue;
    std::size_t digits = 1;
    number_ = 0;
    while (digits < name.size() && digits < 8 && name[digits] >= '0' && name[digits] <= '9')
      number_ = number_ * 10 + static_cast<std::uint32_t>(name[digits++] - '0');
    if (digits == 1) continue;
    const std::string_view rest = name.substr(digits);
    length_ = rest == "_len";
    piece_ = !rest.empty() && rest[0] == '[';
    if (!rest.empty() && !length_ && !piece_) continue;
    name_ = name.substr(0, digits);
    raw_ = token.value;
    hex_ = !token.quoted() && is_hex_text(token.value);
    return true;
  }
  return false;
}

std::string_view join_execve(std::string_view body, Arena& arena) {
  // A byte of an argument takes one, in hex half of four at most; an apostrophe four; what stands around an argument
  // takes less than its name.
  const auto apostrophes = static_cast<std::size_t>(std::count(body.begin(), body.end(), '\''));
  LineWriter line(2 * body.size() + 4 * apostrophes + 16, arena);
  bool open = false;
  std::uint32_t of = 0;
  for (ArgumentWalk walk(body); walk.next();) {
    if (walk.is_length()) continue;
    const bool goes_on = open && walk.is_piece() && walk.number() == of;
    if (open && !goes_on) line.end_argument();
    if (!goes_on) line.begin_argument();
    line.add(walk.raw(), walk.in_hex());
    open = true;
    of = walk.is_piece() ? walk.number() : ~std::uint32_t{0};
  }
  if (open) line.end_argument();
  return line.take();
}

namespace {

/// Reads hex as bytes, two digits each; beyond the end zeros.
class HexBytes {
 public:
  explicit HexBytes(std::string_view hex) noexcept : hex_(hex) {}
  std::size_t size() const noexcept { return hex_.size() / 2; }
  std::uint8_t at(std::size_t i) const noexcept {
    return i < size() ? static_cast<std::uint8_t>(byte_at(hex_, 2 * i)) : std::uint8_t{0};
  }
  std::uint32_t big(std::size_t i) const noexcept { return static_cast<std::uint32_t>(at(i) << 8 | at(i + 1)); }

 private:
  std::string_view hex_;
};

std::string_view ip4(const HexBytes& bytes, std::size_t from, Arena& arena) {
  constexpr std::size_t kRoom = 16;
  char* out = arena.allocate(kRoom);
  char* end = out;
  for (std::size_t i = 0; i < 4; ++i) {
    if (i > 0) *end++ = '.';
    end = std::to_chars(end, out + kRoom, bytes.at(from + i)).ptr;
  }
  const auto size = static_cast<std::size_t>(end - out);
  arena.shrink_last(kRoom, size);
  return {out, size};
}

/// RFC 5952: the longest run of zero groups, two at least, is "::"; an IPv4 address in it is given as such.
std::string_view ip6(const HexBytes& bytes, std::size_t from, Arena& arena) {
  std::array<std::uint32_t, 8> groups{};
  for (std::size_t i = 0; i < groups.size(); ++i) groups[i] = bytes.big(from + 2 * i);
  if (std::all_of(groups.begin(), groups.begin() + 5, [](std::uint32_t g) { return g == 0; }) && groups[5] == 0xFFFF)
    return ip4(bytes, from + 12, arena);
  std::size_t run = groups.size(), length = 1;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    std::size_t n = 0;
    while (i + n < groups.size() && groups[i + n] == 0) ++n;
    if (n > length) {
      run = i;
      length = n;
    }
  }
  constexpr std::size_t kRoom = 48;
  char* out = arena.allocate(kRoom);
  char* end = out;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (i == run) {
      *end++ = ':';
      *end++ = ':';
      i += length - 1;
      continue;
    }
    if (end != out && end[-1] != ':') *end++ = ':';
    end = std::to_chars(end, out + kRoom, groups[i], 16).ptr;
  }
  const auto size = static_cast<std::size_t>(end - out);
  arena.shrink_last(kRoom, size);
  return {out, size};
}

/// sun_path: up to its NUL; an abstract name begins with one, written "@" as everywhere.
std::string_view local_path(std::string_view hex, Arena& arena) {
  const std::string_view path = decode_hex(hex, arena);
  if (path.empty()) return path;
  const std::string_view rest = path.substr(1);
  if (path[0] != '\0') return path.substr(0, path.find('\0'));
  const std::string_view name = rest.substr(0, rest.find('\0'));
  char* out = arena.allocate(name.size() + 1);
  out[0] = '@';
  std::memcpy(out + 1, name.data(), name.size());
  return {out, name.size() + 1};
}

}  // namespace

std::optional<SocketAddress> decode_address(std::string_view hex, Arena& arena) {
  constexpr std::uint32_t kLocal = 1, kInet = 2, kInet6 = 10;
  if (!is_hex_text(hex)) return std::nullopt;
  const HexBytes bytes(hex);
  const std::uint32_t family = bytes.at(0) | std::uint32_t{bytes.at(1)} << 8;  // little-endian machines only
  SocketAddress address;
  if (family == kInet && bytes.size() >= 8) {
    address = {"inet", ip4(bytes, 4, arena), bytes.big(2)};
  } else if (family == kInet6 && bytes.size() >= 24) {
    address = {"inet6", ip6(bytes, 8, arena), bytes.big(2)};
  } else if (family == kLocal) {
    address = {"local", local_path(hex.substr(std::min<std::size_t>(hex.size(), 4)), arena), 0};
  } else {
    return std::nullopt;
  }
  return address;
}

std::string_view decimal(std::uint64_t number, Arena& arena) {
  constexpr std::size_t kRoom = 20;
  char* out = arena.allocate(kRoom);
  const auto done = std::to_chars(out, out + kRoom, number);
  const auto size = static_cast<std::size_t>(done.ptr - out);
  arena.shrink_last(kRoom, size);
  return {out, size};
}

}  // namespace stopwarden::auditd
