// SPDX-License-Identifier: Apache-2.0
#include "sources/evtx/value.h"

#include <array>
#include <bit>
#include <charconv>
#include <chrono>

#include "base/text.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace stopwarden::evtx {
namespace {

/// Code points of the bytes 0x80..0x9F in Windows-1252; the five unassigned ones map to themselves, as Windows does.
constexpr std::array<char16_t, 32> kCp1252{0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
                                           0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x008D, 0x017D, 0x008F,
                                           0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                           0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x009D, 0x017E, 0x0178};

/// Copies as long as the units are ASCII; returns how many were.
std::size_t copy_ascii(Bytes utf16, char* out) noexcept {
  const std::size_t units = utf16.size() / 2;
  std::size_t i = 0;
#if defined(__SSE2__)
  // OPTIMIZATION: 16 units a step; ValueText.AsciiFastPathEqualsBase compares with the plain way at every length.
  const auto load = [&utf16](std::size_t unit) {
    return _mm_loadu_si128(static_cast<const __m128i*>(static_cast<const void*>(utf16.data() + 2 * unit)));
  };
  const __m128i high = _mm_set1_epi16(static_cast<short>(0xFF80));
  for (; units - i >= 16; i += 16) {
    const __m128i a = load(i), b = load(i + 8);
    const __m128i other = _mm_and_si128(_mm_or_si128(a, b), high);
    if (_mm_movemask_epi8(_mm_cmpeq_epi16(other, _mm_setzero_si128())) != 0xFFFF) break;
    _mm_storeu_si128(static_cast<__m128i*>(static_cast<void*>(out + i)), _mm_packus_epi16(a, b));
  }
  for (; units - i >= 8; i += 8) {
    const __m128i a = load(i);
    if (_mm_movemask_epi8(_mm_cmpeq_epi16(_mm_and_si128(a, high), _mm_setzero_si128())) != 0xFFFF) break;
    _mm_storel_epi64(static_cast<__m128i*>(static_cast<void*>(out + i)), _mm_packus_epi16(a, a));
  }
#endif
  for (; i < units; ++i) {
    const auto u = load_le<std::uint16_t>(utf16, 2 * i);
    if (u >= 0x80) break;
    out[i] = static_cast<char>(u);
  }
  return i;
}

std::string_view ansi_text(Bytes bytes, Arena& arena) {
  while (!bytes.empty() && bytes.back() == std::byte{0}) bytes = bytes.first(bytes.size() - 1);
  const std::size_t room = bytes.size() * 3;
  char* out = arena.allocate(room);
  std::size_t n = 0;
  for (const std::byte byte : bytes) {
    char32_t c = static_cast<unsigned char>(byte);
    if (c >= 0x80 && c < 0xA0) c = kCp1252[c - 0x80];
    if (c < 0x80) {
      out[n++] = static_cast<char>(c);
    } else if (c < 0x800) {
      out[n++] = static_cast<char>(0xC0 | (c >> 6));
      out[n++] = static_cast<char>(0x80 | (c & 0x3F));
    } else {
      out[n++] = static_cast<char>(0xE0 | (c >> 12));
      out[n++] = static_cast<char>(0x80 | ((c >> 6) & 0x3F));
      out[n++] = static_cast<char>(0x80 | (c & 0x3F));
    }
  }
  arena.shrink_last(room, n);
  return {out, n};
}

std::string_view hex_text(Bytes bytes, Arena& arena) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  char* out = arena.allocate(2 * bytes.size());
  std::size_t n = 0;
  for (const std::byte b : bytes) {
    out[n++] = kDigits[static_cast<unsigned>(b) >> 4];
    out[n++] = kDigits[static_cast<unsigned>(b) & 15];
  }
  return {out, n};
}

/// Decimal or shortest round trip, straight into the arena.
template <class Number>
std::string_view number_text(Number value, Arena& arena) {
  constexpr std::size_t kRoom = 40;
  char* out = arena.allocate(kRoom);
  const auto [end, error] = std::to_chars(out, out + kRoom, value);
  const auto n = error == std::errc{} ? static_cast<std::size_t>(end - out) : 0;
  arena.shrink_last(kRoom, n);
  return {out, n};
}

std::string_view hex_number_text(std::uint64_t value, Arena& arena) {
  constexpr std::size_t kRoom = 18;
  char* out = arena.allocate(kRoom);
  out[0] = '0';
  out[1] = 'x';
  const auto n = static_cast<std::size_t>(std::to_chars(out + 2, out + kRoom, value, 16).ptr - out);
  arena.shrink_last(kRoom, n);
  return {out, n};
}

void put_digits(char* out, std::uint64_t value, int count) noexcept {
  for (int i = count - 1; i >= 0; --i, value /= 10) out[i] = static_cast<char>('0' + value % 10);
}

struct CivilTime {
  std::uint64_t year, month, day, hour, minute, second, fraction;
};

/// "2026-11-25T01:02:03.1234567Z" with `fraction_digits` digits of `fraction`. Years above 9999 do not occur.
std::string_view civil_text(const CivilTime& t, int fraction_digits, Arena& arena) {
  const std::size_t size = 21 + static_cast<std::size_t>(fraction_digits);
  char* out = arena.allocate(size);
  put_digits(out, t.year, 4);
  out[4] = '-';
  put_digits(out + 5, t.month, 2);
  out[7] = '-';
  put_digits(out + 8, t.day, 2);
  out[10] = 'T';
  put_digits(out + 11, t.hour, 2);
  out[13] = ':';
  put_digits(out + 14, t.minute, 2);
  out[16] = ':';
  put_digits(out + 17, t.second, 2);
  out[19] = '.';
  put_digits(out + 20, t.fraction, fraction_digits);
  out[size - 1] = 'Z';
  return {out, size};
}

std::string_view filetime_text(std::uint64_t ticks, Arena& arena) {
  constexpr std::uint64_t kTicksPerSecond = 10'000'000;
  constexpr std::uint64_t kYear10000 = 2'650'467'744'000'000'000;  // no four digits for what comes later
  if (ticks >= kYear10000) return number_text(ticks, arena);
  constexpr std::chrono::sys_days kEpoch{std::chrono::year{1601} / 1 / 1};
  const std::uint64_t seconds = ticks / kTicksPerSecond;
  const std::chrono::year_month_day date{kEpoch + std::chrono::days{static_cast<int>(seconds / 86'400)}};
  const CivilTime t{static_cast<std::uint64_t>(static_cast<int>(date.year())),
                    static_cast<unsigned>(date.month()),
                    static_cast<unsigned>(date.day()),
                    seconds / 3600 % 24,
                    seconds / 60 % 60,
                    seconds % 60,
                    ticks % kTicksPerSecond};
  return civil_text(t, 7, arena);
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

std::string_view guid_text(Bytes b, Arena& arena) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  static constexpr std::array<std::uint8_t, 16> kOrder{3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
  char* out = arena.allocate(38);
  std::size_t n = 0;
  out[n++] = '{';
  for (std::size_t i = 0; i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out[n++] = '-';
    const auto v = static_cast<unsigned>(b[kOrder[i]]);
    out[n++] = kDigits[v >> 4];
    out[n++] = kDigits[v & 15];
  }
  out[n++] = '}';
  return {out, n};
}

/// [MS-DTYP] 2.4.2. Nothing when the bytes are too few.
std::optional<std::string_view> sid_text(Bytes b, Arena& arena) {
  if (b.size() < 8) return std::nullopt;
  const auto count = static_cast<std::size_t>(b[1]);
  if (count > 15 || b.size() - 8 < 4 * count) return std::nullopt;
  constexpr std::size_t kRoom = 4 + 3 + 1 + 20 + 15 * 11;
  char* const out = arena.allocate(kRoom);
  char* at = out;
  const auto put = [&at, out](std::uint64_t v, int base) { at = std::to_chars(at, out + kRoom, v, base).ptr; };
  *at++ = 'S';
  *at++ = '-';
  put(static_cast<std::uint64_t>(b[0]), 10);
  *at++ = '-';
  std::uint64_t authority = 0;
  for (std::size_t i = 2; i < 8; ++i) authority = authority << 8 | static_cast<std::uint64_t>(b[i]);
  if (authority >> 32 != 0) {
    *at++ = '0';
    *at++ = 'x';
    put(authority, 16);
  } else {
    put(authority, 10);
  }
  for (std::size_t i = 0; i < count; ++i) {
    *at++ = '-';
    put(load_le<std::uint32_t>(b, 8 + 4 * i), 10);
  }
  const auto n = static_cast<std::size_t>(at - out);
  arena.shrink_last(kRoom, n);
  return std::string_view{out, n};
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

std::optional<Text> format_fixed(Type type, Bytes b, Arena& arena) {
  switch (type) {
    case Type::int8:
    case Type::int16:
    case Type::int32:
    case Type::int64:
      if (const auto v = load_any(b)) return Text{ValueKind::integer, number_text(sign_extend(*v, b.size()), arena)};
      break;
    case Type::uint8:
    case Type::uint16:
    case Type::uint32:
    case Type::uint64:
      if (const auto v = load_any(b)) return Text{ValueKind::integer, number_text(*v, arena)};
      break;
    case Type::hex32:
    case Type::hex64:
    case Type::size:
    case Type::evt_handle:
      if (const auto v = load_any(b)) return Text{ValueKind::string, hex_number_text(*v, arena)};
      break;
    case Type::real32:
      if (b.size() == 4)
        return Text{ValueKind::real, number_text(std::bit_cast<float>(load_le<std::uint32_t>(b, 0)), arena)};
      break;
    case Type::real64:
      if (b.size() == 8)
        return Text{ValueKind::real, number_text(std::bit_cast<double>(load_le<std::uint64_t>(b, 0)), arena)};
      break;
    case Type::boolean: {
      bool any = false;
      for (const std::byte byte : b) any = any || byte != std::byte{0};
      if (!b.empty()) return Text{ValueKind::boolean, any ? "true" : "false"};
      break;
    }
    case Type::guid:
      if (b.size() == 16) return Text{ValueKind::string, guid_text(b, arena)};
      break;
    case Type::filetime:
      if (b.size() == 8) return Text{ValueKind::string, filetime_text(load_le<std::uint64_t>(b, 0), arena)};
      break;
    case Type::systemtime:
      if (const auto t = system_time(b))
        return Text{ValueKind::string,
                    civil_text({t->year, t->month, t->day, t->hour, t->minute, t->second, t->millisecond}, 3, arena)};
      break;
    case Type::sid:
      if (const auto text = sid_text(b, arena)) return Text{ValueKind::string, *text};
      break;
    case Type::null:
    case Type::string:
    case Type::ansi_string:
    case Type::binary:
    case Type::binxml:
    case Type::evt_xml: break;
  }
  return std::nullopt;
}

}  // namespace

std::string_view string_text(Bytes utf16, Arena& arena) {
  std::size_t units = utf16.size() / 2;
  while (units != 0 && load_le<std::uint16_t>(utf16, 2 * (units - 1)) == 0) --units;
  utf16 = utf16.first(2 * units);
  if (units == 0) return "";
  char* out = arena.allocate(units);
  if (copy_ascii(utf16, out) == units) return {out, units};
  arena.shrink_last(units, 0);
  return utf16le_to_utf8(utf16, arena);
}

Text format_value(std::uint8_t type, Bytes bytes, Arena& arena, bool& fits) {
  const Type t{type};
  switch (t) {
    case Type::null: return {ValueKind::null, ""};
    case Type::string:
    case Type::evt_xml: return {ValueKind::string, string_text(bytes, arena)};
    case Type::ansi_string: return {ValueKind::string, ansi_text(bytes, arena)};
    case Type::binary: return {ValueKind::string, hex_text(bytes, arena)};
    default: break;
  }
  if (const auto text = format_fixed(t, bytes, arena)) {
    // A wrong but usable size: bools of other sizes are common enough to be no oddity.
    const std::size_t size = fixed_size(t);
    if (size != 0 && bytes.size() != size && t != Type::boolean) fits = false;
    return *text;
  }
  fits = false;
  return {ValueKind::string, hex_text(bytes, arena)};
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
