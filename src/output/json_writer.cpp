// SPDX-License-Identifier: Apache-2.0
#include "output/json_writer.h"

#include <array>
#include <charconv>

#include "base/text.h"
#include "output/safe_text.h"

namespace stopwarden {
namespace {

void put_unit(std::string& out, std::uint32_t unit) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  out += "\\u";
  for (unsigned shift = 16; shift > 0;) {
    shift -= 4;
    out += kHex[(unit >> shift) & 15];
  }
}

void put_escape(std::string& out, char32_t c) {
  switch (c) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: break;
  }
  if (c < 0x10000) return put_unit(out, c);
  put_unit(out, 0xD800 + ((c - 0x10000) >> 10));
  put_unit(out, 0xDC00 + ((c - 0x10000) & 0x3FF));
}

void put_string(std::string& out, std::string_view s) {
  out += '"';
  std::size_t plain = 0;  // start of what can be copied as it is
  for (std::size_t i = 0; i < s.size();) {
    const auto byte = static_cast<unsigned char>(s[i]);
    if (byte >= 0x20 && byte < 0x7F && byte != '"' && byte != '\\') {
      ++i;
      continue;
    }
    const CodePoint c = code_point_at(s, i);
    if (!c.valid || c.value == '"' || c.value == '\\' || is_unsafe(c.value)) {
      out += s.substr(plain, i - plain);
      if (c.valid)
        put_escape(out, c.value);
      else
        out += "\xEF\xBF\xBD";
      plain = i + c.length;
    }
    i += c.length;
  }
  out += s.substr(plain);
  out += '"';
}

template <class N>
void put_number(std::string& out, N value) {
  std::array<char, 24> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  out.append(buffer.data(), end);
}

}  // namespace

void JsonWriter::before_value() {
  if (comma_) out_ += ',';
  comma_ = true;
}

void JsonWriter::open(char bracket) {
  before_value();
  out_ += bracket;
  comma_ = false;
}

void JsonWriter::close(char bracket) {
  out_ += bracket;
  comma_ = true;
}

void JsonWriter::key(std::string_view name) {
  before_value();
  put_string(out_, name);
  out_ += ':';
  comma_ = false;
}

void JsonWriter::text(std::string_view value) {
  before_value();
  put_string(out_, value);
}

void JsonWriter::number(std::int64_t value) {
  before_value();
  put_number(out_, value);
}

void JsonWriter::number(std::uint64_t value) {
  before_value();
  put_number(out_, value);
}

void JsonWriter::boolean(bool value) {
  before_value();
  out_ += value ? "true" : "false";
}

}  // namespace stopwarden
