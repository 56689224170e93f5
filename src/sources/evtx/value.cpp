// SPDX-License-Identifier: Apache-2.0
#include "sources/evtx/value.h"

#include <array>
#include <bit>
#include <charconv>
#include <chrono>
#include <cstring>

namespace stopwarden::evtx {
namespace {

/// Code points of the bytes 0x80..0x9F in Windows-1252; the five unassigned ones map to themselves, as Windows does.
constexpr std::array<char16_t, 32> kCp1252{0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
                                           0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x008D, 0x017D, 0x008F,
                                           0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                           0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x009D, 0x017E, 0x0178};

char* put_ansi(char* out, Bytes bytes) noexcept {
  while (!bytes.empty() && bytes.back() == std::byte{0}) bytes = bytes.first(bytes.size() - 1);
  for (std::size_t i = 0; i < bytes.size();) {
    constexpr std::uint64_t kHigh = 0x8080808080808080;
    if (bytes.size() - i >= 8 && (load_le<std::uint64_t>(bytes, i) & kHigh) == 0) {  // eight of ASCII at once
      store_text(out, load_le<std::uint64_t>(bytes, i));
      i += 8;
      out += 8;
      continue;
    }
    char32_t c = static_cast<unsigned char>(bytes[i++]);
    if (c >= 0x80 && c < 0xA0) c = kCp1252[c - 0x80];
    if (c < 0x80) {
      *out++ = static_cast<char>(c);
    } else if (c < 0x800) {
      *out++ = static_cast<char>(0xC0 | (c >> 6));
      *out++ = static_cast<char>(0x80 | (c & 0x3F));
    } else {
      *out++ = static_cast<char>(0xE0 | (c >> 12));
      *out++ = static_cast<char>(0x80 | ((c >> 6) & 0x3F));
      *out++ = static_cast<char>(0x80 | (c & 0x3F));
    }
  }
  return out;
}

std::uint32_t load_be32(Bytes b, std::size_t at) noexcept {
  const auto v = load_le<std::uint32_t>(b, at);
  return v >> 24 | ((v >> 8) & 0xFF00) | ((v << 8) & 0xFF0000) | v << 24;
}

char* put_hex_bytes(char* out, Bytes bytes) noexcept {
  std::size_t i = 0;
  for (; bytes.size() - i >= 4; i += 4, out += 8) store_text(out, hex_characters(load_be32(bytes, i), HexCase::upper));
  for (; i < bytes.size(); ++i, out += 2)
    store_text(out, hex_characters(static_cast<std::uint32_t>(bytes[i]) << 24, HexCase::upper));
  return out;
}

char* put_signed(char* out, std::int64_t v) noexcept {
  if (v < 0) *out++ = '-';
  return put_decimal(out, v < 0 ? 0 - static_cast<std::uint64_t>(v) : static_cast<std::uint64_t>(v));
}

char* put_boolean(char* out, Bytes bytes) noexcept {
  bool any = false;
  for (const std::byte byte : bytes) any = any || byte != std::byte{0};
  const std::string_view text = any ? "true" : "false";
  std::memcpy(out, text.data(), text.size());
  return out + text.size();
}

/// The shortest text that reads back the same.
template <class Real>
char* put_real(char* out, Real value) noexcept {
  constexpr std::size_t kRoom = 40;
  const auto [end, error] = std::to_chars(out, out + kRoom, value);
  return error == std::errc{} ? end : out;
}

struct SystemTime {
  Le<std::uint16_t> year, month, weekday, day, hour, minute, second, millisecond;
};
static_assert(sizeof(SystemTime) == 16 && alignof(SystemTime) == 1);

/// Are all fields in range, so that the text is a time?
bool is_time(const SystemTime& t) noexcept {
  return t.year <= 9999 && t.month >= 1 && t.month <= 12 && t.day >= 1 && t.day <= 31 && t.hour < 24 && t.minute < 60 &&
         t.second < 60 && t.millisecond < 1000;
}

std::optional<SystemTime> system_time(Bytes bytes) noexcept {
  if (bytes.size() != sizeof(SystemTime)) return std::nullopt;
  SystemTime t;
  std::memcpy(&t, bytes.data(), sizeof t);
  if (!is_time(t)) return std::nullopt;
  return t;
}

/// "2026-11-25T01:02:03.045Z". Years above 9999 do not occur.
char* put_systemtime(char* out, const SystemTime& t) noexcept {
  const auto number = [](std::uint16_t v) { return static_cast<std::uint32_t>(v); };
  store_text(out, (decimal_digits(number(t.year)) + kZeros) >> 32);
  out[4] = '-';
  put_pair(out + 5, t.month);
  out[7] = '-';
  put_pair(out + 8, t.day);
  out[10] = 'T';
  put_pair(out + 11, t.hour);
  out[13] = ':';
  put_pair(out + 14, t.minute);
  out[16] = ':';
  put_pair(out + 17, t.second);
  out[19] = '.';
  store_text(out + 20, (decimal_digits(number(t.millisecond)) + kZeros) >> 40);
  out[23] = 'Z';
  return out + 24;
}

/// An integer by the bytes that are there: 1, 2, 4 or 8, whatever its type promises.
std::optional<std::uint64_t> load_any(Bytes b) noexcept {
  switch (b.size()) {
    case 1: return static_cast<std::uint64_t>(b[0]);
    case 2: return load_le<std::uint16_t>(b, 0);
    case 4: return load_le<std::uint32_t>(b, 0);
    case 8: return load_le<std::uint64_t>(b, 0);
    default: return std::nullopt;
  }
}

std::int64_t sign_extend(std::uint64_t v, std::size_t bytes) noexcept {
  const auto shift = static_cast<int>(64 - 8 * bytes);
  return static_cast<std::int64_t>(v << shift) >> shift;
}

/// Bytes an integer, real, GUID, ... takes; 0 for types of any length.
std::size_t fixed_size(Type type) noexcept {
  switch (type) {
    case Type::int8:
    case Type::uint8: return 1;
    case Type::int16:
    case Type::uint16: return 2;
    case Type::int32:
    case Type::uint32:
    case Type::real32:
    case Type::boolean:
    case Type::hex32: return 4;
    case Type::int64:
    case Type::uint64:
    case Type::real64:
    case Type::filetime:
    case Type::hex64: return 8;
    case Type::guid:
    case Type::systemtime: return 16;
    case Type::null:
    case Type::string:
    case Type::ansi_string:
    case Type::binary:
    case Type::size:
    case Type::sid:
    case Type::evt_handle:
    case Type::binxml:
    case Type::evt_xml: return 0;
  }
  return 0;
}

ValueKind kind_of(Type type) noexcept {
  switch (type) {
    case Type::null: return ValueKind::null;
    case Type::int8:
    case Type::uint8:
    case Type::int16:
    case Type::uint16:
    case Type::int32:
    case Type::uint32:
    case Type::int64:
    case Type::uint64: return ValueKind::integer;
    case Type::real32:
    case Type::real64: return ValueKind::real;
    case Type::boolean: return ValueKind::boolean;
    default: return ValueKind::string;
  }
}

}  // namespace

/// [MS-DTYP] 2.4.2.
char* ValueWriter::put_sid(char* out, Bytes b) noexcept {
  if (b.size() < 8) return nullptr;
  const auto count = static_cast<std::size_t>(b[1]);
  if (count > 15 || b.size() - 8 < 4 * count) return nullptr;
  *out++ = 'S';
  *out++ = '-';
  out = put_decimal(out, static_cast<std::uint64_t>(b[0]));
  *out++ = '-';
  std::uint64_t authority = 0;
  for (std::size_t i = 2; i < 8; ++i) authority = authority << 8 | static_cast<std::uint64_t>(b[i]);
  out = authority >> 32 != 0 ? put_hex_number(out, authority) : put_decimal(out, authority);
  for (std::size_t i = 0; i < count; ++i) {
    *out++ = '-';
    out = put_decimal(out, load_le<std::uint32_t>(b, 8 + 4 * i));
  }
  return out;
}

char* ValueWriter::put_guid(char* out, Bytes b) noexcept {
  const auto characters = [](std::uint32_t v) { return hex_characters(v, HexCase::upper); };
  const std::uint64_t two_and_three =
      characters(static_cast<std::uint32_t>(load_le<std::uint16_t>(b, 4)) << 16 | load_le<std::uint16_t>(b, 6));
  const std::uint64_t four_and_five = characters(load_be32(b, 8));
  out[0] = '{';
  store_text(out + 1, characters(load_le<std::uint32_t>(b, 0)));
  out[9] = '-';
  store_text(out + 10, two_and_three);
  out[14] = '-';
  store_text(out + 15, two_and_three >> 32);
  out[19] = '-';
  store_text(out + 20, four_and_five);
  out[24] = '-';
  store_text(out + 25, four_and_five >> 32);
  store_text(out + 29, characters(load_be32(b, 12)));
  out[37] = '}';
  return out + 38;
}

char* ValueWriter::put_filetime(char* out, std::uint64_t ticks) noexcept {
  constexpr std::uint64_t kTicksPerSecond = 10'000'000;
  constexpr std::uint64_t kYear10000 = 2'650'467'744'000'000'000;  // no four digits for what comes later
  if (ticks >= kYear10000) return put_decimal(out, ticks);
  const std::uint64_t seconds = ticks / kTicksPerSecond, day = seconds / 86'400;
  const auto second = static_cast<unsigned>(seconds - 86'400 * day);
  if (day != day_) {
    constexpr std::chrono::sys_days kEpoch{std::chrono::year{1601} / 1 / 1};
    const std::chrono::year_month_day date{kEpoch + std::chrono::days{static_cast<int>(day)}};
    store_text(date_, (decimal_digits(static_cast<std::uint32_t>(static_cast<int>(date.year()))) + kZeros) >> 32);
    date_[4] = '-';
    put_pair(date_ + 5, static_cast<unsigned>(date.month()));
    date_[7] = '-';
    put_pair(date_ + 8, static_cast<unsigned>(date.day()));
    date_[10] = 'T';
    day_ = day;
  }
  std::memcpy(out, date_, sizeof date_);
  put_pair(out + 11, second / 3600);
  out[13] = ':';
  put_pair(out + 14, second / 60 % 60);
  out[16] = ':';
  put_pair(out + 17, second % 60);
  out[19] = '.';
  const auto fraction = static_cast<std::uint32_t>(ticks - kTicksPerSecond * seconds);
  store_text(out + 20, (decimal_digits(fraction) + kZeros) >> 8);
  out[27] = 'Z';
  return out + 28;
}

/// Everything that is no plain run of bytes. False when the size fits no reading of the type; `out` is then as before.
bool ValueWriter::write_fixed(Type type, Bytes b, char*& out) {
  switch (type) {
    case Type::int8:
    case Type::int16:
    case Type::int32:
    case Type::int64: {
      const auto v = load_any(b);
      if (!v) return false;
      out = put_signed(out, sign_extend(*v, b.size()));
      return true;
    }
    case Type::uint8:
    case Type::uint16:
    case Type::uint32:
    case Type::uint64: {
      const auto v = load_any(b);
      if (!v) return false;
      out = put_decimal(out, *v);
      return true;
    }
    case Type::hex32:
    case Type::hex64:
    case Type::size:
    case Type::evt_handle: {
      const auto v = load_any(b);
      if (!v) return false;
      out = put_hex_number(out, *v);
      return true;
    }
    case Type::real32:
      if (b.size() != 4) return false;
      out = put_real(out, std::bit_cast<float>(load_le<std::uint32_t>(b, 0)));
      return true;
    case Type::real64:
      if (b.size() != 8) return false;
      out = put_real(out, std::bit_cast<double>(load_le<std::uint64_t>(b, 0)));
      return true;
    case Type::boolean:
      if (b.empty()) return false;
      out = put_boolean(out, b);
      return true;
    case Type::guid:
      if (b.size() != 16) return false;
      out = put_guid(out, b);
      return true;
    case Type::filetime:
      if (b.size() != 8) return false;
      out = put_filetime(out, load_le<std::uint64_t>(b, 0));
      return true;
    case Type::systemtime: {
      const auto t = system_time(b);
      if (!t) return false;
      out = put_systemtime(out, *t);
      return true;
    }
    case Type::sid: {
      char* const end = put_sid(out, b);
      if (end == nullptr) return false;
      out = end;
      return true;
    }
    default: return false;
  }
}

ValueKind ValueWriter::write_any(Type type, Bytes bytes, char*& out, bool& fits) {
  switch (type) {
    case Type::null: return ValueKind::null;
    case Type::string:
    case Type::evt_xml: out = put_utf16(out, bytes, bytes.data() + bytes.size()); return ValueKind::string;
    case Type::ansi_string: out = put_ansi(out, bytes); return ValueKind::string;
    case Type::binary: out = put_hex_bytes(out, bytes); return ValueKind::string;
    default: break;
  }
  if (write_fixed(type, bytes, out)) {
    // A wrong but usable size: bools of other sizes are common enough to be no oddity.
    const std::size_t size = fixed_size(type);
    if (size != 0 && bytes.size() != size && type != Type::boolean) fits = false;
    return kind_of(type);
  }
  fits = false;
  out = put_hex_bytes(out, bytes);
  return ValueKind::string;
}

Text format_value(std::uint8_t type, Bytes bytes, Arena& arena, bool& fits) {
  const std::size_t room = text_cost(bytes.size()) + kTextSlack;
  char* out = arena.allocate(room);
  const Text text = ValueWriter().write(type, bytes, bytes.data() + bytes.size(), out, fits);
  arena.shrink_last(room, text.text.size());
  return text;
}

std::string_view string_text(Bytes utf16, Arena& arena) {
  const std::size_t room = utf16.size() / 2 * 3 + kTextSlack;
  char* const out = arena.allocate(room);
  const auto size = static_cast<std::size_t>(put_utf16(out, utf16, utf16.data() + utf16.size()) - out);
  arena.shrink_last(room, size);
  return {out, size};
}

ArrayWalk::ArrayWalk(std::uint8_t array_type, Bytes bytes) noexcept
    : left_(bytes), type_(static_cast<std::uint8_t>(array_type & ~kArrayBit)) {
  const Type t{type_};
  if (t == Type::string || t == Type::ansi_string || t == Type::evt_xml) return;
  stride_ = fixed_size(t);
  // A pointer-sized array does not say its stride; eight bytes where they fit, as on every 64-bit machine.
  if (t == Type::size || t == Type::evt_handle) stride_ = bytes.size() % 8 == 0 ? 8 : 4;
  if (stride_ == 0) stride_ = bytes.empty() ? 1 : bytes.size();  // unknown types: one element
}

bool ArrayWalk::next(Bytes& element) noexcept {
  if (left_.empty()) return false;
  if (stride_ != 0) {
    if (Type{type_} == Type::sid && left_.size() >= 8) stride_ = 8 + 4 * static_cast<std::size_t>(left_[1]);
    const std::size_t n = stride_ < left_.size() ? stride_ : left_.size();
    element = left_.first(n);
    left_ = left_.subspan(n);
    return true;
  }
  const std::size_t width = Type{type_} == Type::ansi_string ? 1 : 2;
  std::size_t n = 0;
  while (left_.size() - n >= width) {
    if (left_[n] == std::byte{0} && (width == 1 || left_[n + 1] == std::byte{0})) {
      element = left_.first(n);
      left_ = left_.subspan(n + width);
      return true;
    }
    n += width;
  }
  element = left_.first(n);
  left_ = {};
  return n != 0;
}

std::optional<std::uint64_t> unsigned_value(std::uint8_t type, Bytes bytes) noexcept {
  const Type t{type};
  if (t < Type::int8 || t > Type::uint64) return std::nullopt;
  return load_any(bytes);
}

std::optional<EventTime> time_value(std::uint8_t type, Bytes bytes) noexcept {
  if (Type{type} == Type::filetime && bytes.size() == 8) return from_filetime(load_le<std::uint64_t>(bytes, 0));
  if (Type{type} != Type::systemtime) return std::nullopt;
  const auto t = system_time(bytes);
  if (!t || t->year < 1678 || t->year > 2261) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{t->year}, std::chrono::month{t->month},
                                         std::chrono::day{t->day}};
  if (!date.ok()) return std::nullopt;
  return EventTime{std::chrono::sys_days{date}} + std::chrono::hours{t->hour} + std::chrono::minutes{t->minute} +
         std::chrono::seconds{t->second} + std::chrono::milliseconds{t->millisecond};
}

}  // namespace stopwarden::evtx
