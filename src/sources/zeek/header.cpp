// SPDX-License-Identifier: Apache-2.0
#include "sources/zeek/header.h"

#include <optional>

#include "base/text.h"
#include "sources/text/lines.h"

namespace stopwarden::zeek {
namespace {

/// Takes the part of `rest` before the next `separator`.
std::string_view take(std::string_view& rest, char separator) noexcept {
  const std::size_t end = rest.find(separator);
  const std::string_view part = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  return part;
}

ColumnType type_of(std::string_view word) noexcept {
  if (word == "bool") return ColumnType::boolean;
  if (word == "count" || word == "int" || word == "port") return ColumnType::integer;
  if (word == "time" || word == "interval" || word == "double") return ColumnType::real;
  return ColumnType::text;
}

std::optional<unsigned> digit(char c) noexcept {
  const char f = fold_ascii(c);
  if (f >= '0' && f <= '9') return static_cast<unsigned>(f - '0');
  if (f >= 'a' && f <= 'f') return static_cast<unsigned>(f - 'a') + 10;
  return std::nullopt;
}

std::optional<char> hex_byte(char high, char low) noexcept {
  const auto h = digit(high), l = digit(low);
  if (!h || !l) return std::nullopt;
  return static_cast<char>(*h << 4 | *l);
}

}  // namespace

std::string_view unescape(std::string_view text, Arena& arena) {
  if (text.find('\\') == std::string_view::npos) return text;
  char* out = arena.allocate(text.size());
  std::size_t size = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '\\' && text.size() - i >= 2 && text[i + 1] == '\\') {
      ++i;
    } else if (c == '\\' && text.size() - i >= 4 && text[i + 1] == 'x') {
      if (const auto byte = hex_byte(text[i + 2], text[i + 3])) {
        c = *byte;
        i += 3;
      }
    }
    out[size++] = c;
  }
  arena.shrink_last(text.size(), size);
  return {out, size};
}

Status Header::read(std::string_view text) {
  columns.clear();
  for (text::LineWalk walk(text); walk.next();) SW_TRY(read_line(walk.line()));
  if (columns.empty()) return Error{Errc::bad_value, 0, "a table without #fields"};
  return Ok{};
}

Status Header::read_line(std::string_view line) {
  constexpr std::string_view kSeparator = "#separator ";
  if (line.substr(0, kSeparator.size()) == kSeparator) {
    *this = Header{};
    Arena arena;
    const std::string_view value = unescape(trim(line.substr(kSeparator.size())), arena);
    if (value.size() != 1) return Error{Errc::bad_value, 0, "#separator is not one character"};
    separator = value[0];
    return Ok{};
  }
  std::string_view rest = line;
  const std::string_view key = take(rest, separator);
  if (key == "#set_separator") set_separator = rest;
  if (key == "#empty_field") empty = rest;
  if (key == "#unset_field") unset = rest;
  if (key == "#path") path = rest;
  if (key == "#fields") return read_fields(rest);
  if (key == "#types") read_types(rest);
  return Ok{};
}

Status Header::read_fields(std::string_view names) {
  columns.clear();
  while (!names.empty()) {
    if (columns.size() == kColumnsMax) return Error{Errc::limit_exceeded, 0, "a table has too many columns"};
    columns.push_back({take(names, separator)});
  }
  return Ok{};
}

void Header::read_types(std::string_view types) {
  for (Column& column : columns) {
    std::string_view type = take(types, separator);
    const std::size_t open = type.find('[');
    column.many = open != std::string_view::npos && type.back() == ']';
    if (column.many) type = type.substr(open + 1, type.size() - open - 2);
    column.type = type_of(type);
  }
}

}  // namespace stopwarden::zeek
