// SPDX-License-Identifier: Apache-2.0
#include "support/evtx_value.h"

#include <array>
#include <bit>
#include <chrono>

#include "base/text.h"

namespace stopwarden::test {

namespace {

constexpr std::uint64_t kTicksTo1970 = 116'444'736'000'000'000;  // from 1601-01-01

struct NamedType {
  std::string_view word;
  ValueType type;
};
constexpr std::array<NamedType, 22> kTypes{{
    {"null", ValueType::null},
    {"string", ValueType::string},
    {"ansi", ValueType::ansi},
    {"int8", ValueType::int8},
    {"uint8", ValueType::uint8},
    {"int16", ValueType::int16},
    {"uint16", ValueType::uint16},
    {"int32", ValueType::int32},
    {"uint32", ValueType::uint32},
    {"int64", ValueType::int64},
    {"uint64", ValueType::uint64},
    {"float", ValueType::real32},
    {"double", ValueType::real64},
    {"bool", ValueType::boolean},
    {"binary", ValueType::binary},
    {"guid", ValueType::guid},
    {"size", ValueType::size_t_},
    {"filetime", ValueType::filetime},
    {"systemtime", ValueType::systemtime},
    {"sid", ValueType::sid},
    {"hex32", ValueType::hex32},
    {"hex64", ValueType::hex64},
}};

std::string hex_digits(std::uint64_t number) {
  std::string out;
  do {
    out.insert(out.begin(), "0123456789abcdef"[number & 15]);
    number >>= 4;
  } while (number != 0);
  return out;
}

int width_of(ValueType type) {
  switch (type) {
    case ValueType::int8:
    case ValueType::uint8: return 1;
    case ValueType::int16:
    case ValueType::uint16: return 2;
    case ValueType::int32:
    case ValueType::uint32:
    case ValueType::real32:
    case ValueType::boolean:
    case ValueType::hex32: return 4;
    case ValueType::int64:
    case ValueType::uint64:
    case ValueType::real64:
    case ValueType::size_t_:
    case ValueType::filetime:
    case ValueType::hex64: return 8;
    case ValueType::guid:
    case ValueType::systemtime: return 16;
    case ValueType::null:
    case ValueType::string:
    case ValueType::ansi:
    case ValueType::binary:
    case ValueType::sid:
    case ValueType::binxml: return 0;
  }
  std::abort();
}

bool is_signed(ValueType type) {
  return type == ValueType::int8 || type == ValueType::int16 || type == ValueType::int32 || type == ValueType::int64;
}

std::optional<Value> parse_integer_value(ValueType type, std::string_view text) {
  const int bits = width_of(type) * 8;
  if (is_signed(type)) {
    const auto n = parse_integer(text);
    if (!n) return std::nullopt;
    const std::int64_t most = bits == 64 ? INT64_MAX : (std::int64_t{1} << (bits - 1)) - 1;
    if (*n > most || *n < -most - 1) return std::nullopt;
    return number_value(type, static_cast<std::uint64_t>(*n));
  }
  const bool hex = text.substr(0, 2) == "0x";
  const auto n = hex ? parse_hex(text) : parse_unsigned(text);
  if (!n || (bits < 64 && (*n >> bits) != 0)) return std::nullopt;
  return number_value(type, *n);
}

/// Reals keep the digits of the description as their canonical text, so descriptions use the shortest ones.
std::optional<Value> parse_real(ValueType type, std::string_view text) {
  const auto n = parse_number(text);
  if (!n) return std::nullopt;
  Value v;
  v.type = type;
  v.texts.emplace_back(text);
  if (type == ValueType::real32) {
    put_le(v.bytes, std::bit_cast<std::uint32_t>(static_cast<float>(*n)), 4);
  } else {
    put_le(v.bytes, std::bit_cast<std::uint64_t>(*n), 8);
  }
  return v;
}

std::optional<Value> parse_guid(std::string_view text) {
  std::string digits, canonical = "{";
  if (text.size() != 38 || text.front() != '{' || text.back() != '}') return std::nullopt;
  for (std::size_t i = 1; i < 37; ++i) {
    const bool dash = i == 9 || i == 14 || i == 19 || i == 24;
    if (dash != (text[i] == '-')) return std::nullopt;
    const char folded = fold_ascii(text[i]);
    canonical += (folded >= 'a' && folded <= 'f') ? static_cast<char>(folded & ~0x20) : folded;
    if (!dash) digits += text[i];
  }
  canonical += '}';
  const auto part = [&digits](std::size_t at, std::size_t n) {
    return parse_hex(std::string_view(digits).substr(at, n));
  };
  Value v;
  v.type = ValueType::guid;
  v.texts.push_back(canonical);
  const auto a = part(0, 8), b = part(8, 4), c = part(12, 4);
  if (!a || !b || !c) return std::nullopt;
  put_le(v.bytes, *a, 4);
  put_le(v.bytes, *b, 2);
  put_le(v.bytes, *c, 2);
  for (std::size_t i = 16; i < 32; i += 2) {
    const auto byte = part(i, 2);
    if (!byte) return std::nullopt;
    put_le(v.bytes, *byte, 1);
  }
  return v;
}

/// S-1-AUTHORITY-SUB-SUB...: revision, count, authority big-endian in 6 bytes, subs little-endian in 4.
std::optional<Value> parse_sid(std::string_view text) {
  if (text.substr(0, 4) != "S-1-") return std::nullopt;
  std::vector<std::uint64_t> numbers;
  std::size_t at = 4;
  while (at <= text.size()) {
    const std::size_t end = std::min(text.find('-', at), text.size());
    const auto n = parse_unsigned(text.substr(at, end - at));
    if (!n) return std::nullopt;
    numbers.push_back(*n);
    at = end + 1;
  }
  if (numbers.empty() || numbers.size() > 16) return std::nullopt;
  Value v;
  v.type = ValueType::sid;
  v.texts.emplace_back(text);
  put_le(v.bytes, 1, 1);
  put_le(v.bytes, numbers.size() - 1, 1);
  for (int shift = 40; shift >= 0; shift -= 8) put_le(v.bytes, (numbers[0] >> shift) & 0xFF, 1);
  for (std::size_t i = 1; i < numbers.size(); ++i) put_le(v.bytes, numbers[i], 4);
  return v;
}

std::optional<Value> parse_systemtime(std::string_view text) {
  const auto time = parse_time(text);
  if (!time) return std::nullopt;
  const auto day = std::chrono::floor<std::chrono::days>(*time);
  const std::chrono::year_month_day date{day};
  const auto ms = static_cast<std::uint64_t>(std::chrono::floor<std::chrono::milliseconds>(*time - day).count());
  Value v;
  v.type = ValueType::systemtime;
  v.texts.push_back(format_time(*time, 3));
  put_le(v.bytes, static_cast<std::uint64_t>(static_cast<int>(date.year())), 2);
  put_le(v.bytes, static_cast<unsigned>(date.month()), 2);
  put_le(v.bytes, std::chrono::weekday{day}.c_encoding(), 2);
  put_le(v.bytes, static_cast<unsigned>(date.day()), 2);
  put_le(v.bytes, ms / 3'600'000, 2);
  put_le(v.bytes, ms / 60'000 % 60, 2);
  put_le(v.bytes, ms / 1000 % 60, 2);
  put_le(v.bytes, ms % 1000, 2);
  return v;
}

}  // namespace

void put_le(std::string& out, std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>((value >> (8 * i)) & 0xFF);
}

void patch_le(std::string& out, std::size_t at, std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out[at + static_cast<std::size_t>(i)] = static_cast<char>((value >> (8 * i)) & 0xFF);
}

std::uint64_t get_le(std::string_view in, std::size_t at, int bytes) {
  std::uint64_t v = 0;
  for (int i = 0; i < bytes; ++i) {
    v |= std::uint64_t{static_cast<unsigned char>(in[at + static_cast<std::size_t>(i)])} << (8 * i);
  }
  return v;
}

std::uint64_t to_filetime(EventTime time) {
  const auto ticks = std::chrono::floor<std::chrono::nanoseconds>(time).time_since_epoch().count() / 100;
  return kTicksTo1970 + static_cast<std::uint64_t>(ticks);
}

std::optional<ValueType> type_named(std::string_view word) {
  for (const NamedType& t : kTypes) {
    if (t.word == word) return t.type;
  }
  return std::nullopt;
}

Value null_value() { return {}; }

Value string_value(const std::u16string& units) {
  Value v;
  v.type = ValueType::string;
  for (const char16_t c : units) put_le(v.bytes, c, 2);
  std::u16string shown = units;
  while (!shown.empty() && shown.back() == 0) shown.pop_back();
  v.texts.push_back(to_utf8(shown));
  return v;
}

Value string_value(std::string_view utf8) { return string_value(to_units(utf8)); }

Value number_value(ValueType type, std::uint64_t number) {
  Value v;
  v.type = type;
  put_le(v.bytes, number, width_of(type));
  if (type == ValueType::hex32 || type == ValueType::hex64 || type == ValueType::size_t_) {
    v.texts.push_back("0x" + hex_digits(number));
  } else if (is_signed(type)) {
    v.texts.push_back(std::to_string(static_cast<std::int64_t>(number)));
  } else {
    v.texts.push_back(std::to_string(number));
  }
  return v;
}

Value filetime_value(EventTime time) {
  Value v = number_value(ValueType::filetime, to_filetime(time));
  v.texts = {format_time(time, 7)};
  return v;
}

Value binary_value(std::string bytes) {
  Value v;
  v.type = ValueType::binary;
  std::string text;
  for (const char c : bytes) {
    const auto b = static_cast<unsigned char>(c);
    text += "0123456789ABCDEF"[b >> 4];
    text += "0123456789ABCDEF"[b & 15];
  }
  v.bytes = std::move(bytes);
  v.texts.push_back(text);
  return v;
}

std::optional<Value> ansi_value(const std::u16string& units) {
  Value v;
  v.type = ValueType::ansi;
  for (const char16_t c : units) {
    if (c > 0xFF) return std::nullopt;
    v.bytes += static_cast<char>(c);
  }
  std::string shown = v.bytes;
  while (!shown.empty() && shown.back() == 0) shown.pop_back();
  v.texts.push_back(shown);
  return v;
}

std::optional<Value> parse_value(ValueType type, std::string_view text) {
  switch (type) {
    case ValueType::int8:
    case ValueType::uint8:
    case ValueType::int16:
    case ValueType::uint16:
    case ValueType::int32:
    case ValueType::uint32:
    case ValueType::int64:
    case ValueType::uint64:
    case ValueType::size_t_:
    case ValueType::hex32:
    case ValueType::hex64: return parse_integer_value(type, text);
    case ValueType::real32:
    case ValueType::real64: return parse_real(type, text);
    case ValueType::boolean: {
      if (text != "true" && text != "false") return std::nullopt;
      Value v = number_value(type, text == "true" ? 1 : 0);
      v.texts = {std::string(text)};
      return v;
    }
    case ValueType::guid: return parse_guid(text);
    case ValueType::sid: return parse_sid(text);
    case ValueType::systemtime: return parse_systemtime(text);
    case ValueType::filetime: {
      const auto time = parse_time(text);
      if (!time) return std::nullopt;
      return filetime_value(*time);
    }
    case ValueType::null:
    case ValueType::string:
    case ValueType::ansi:
    case ValueType::binary:
    case ValueType::binxml: return std::nullopt;
  }
  return std::nullopt;
}

Value array_value(ValueType type, const std::vector<Value>& parts) {
  Value v;
  v.type = type;
  v.is_array = true;
  for (const Value& part : parts) {
    v.bytes += part.bytes;
    if (type == ValueType::string) put_le(v.bytes, 0, 2);
    if (type == ValueType::ansi) put_le(v.bytes, 0, 1);
    v.texts.insert(v.texts.end(), part.texts.begin(), part.texts.end());
  }
  return v;
}

std::u16string to_units(std::string_view utf8) {
  const std::string bytes = utf8_to_utf16(utf8, ByteOrder::little);
  std::u16string units;
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) units += static_cast<char16_t>(get_le(bytes, i, 2));
  return units;
}

std::string to_utf8(const std::u16string& units) {
  std::string bytes;
  for (const char16_t c : units) put_le(bytes, c, 2);
  return utf16le_to_utf8(as_bytes(bytes));
}

}  // namespace stopwarden::test
