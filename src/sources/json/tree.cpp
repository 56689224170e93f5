// SPDX-License-Identifier: Apache-2.0
#include "sources/json/tree.h"

#include <simdjson.h>

#include <cstring>
#include <optional>

#include "base/text.h"
#include "sources/json/scanner.h"

namespace stopwarden::json {

namespace od = simdjson::ondemand;

namespace {

constexpr std::size_t kKeepMax = 1024 * std::size_t{1024};  // buffers of larger objects are given back

std::string_view trim_end(std::string_view s) noexcept {
  while (!s.empty() && (s.back() == ' ' || s.back() == '\t' || s.back() == '\n' || s.back() == '\r'))
    s.remove_suffix(1);
  return s;
}

std::size_t digits(std::string_view s, std::size_t at) noexcept {
  std::size_t i = at;
  while (i < s.size() && s[i] >= '0' && s[i] <= '9') ++i;
  return i - at;
}

/// RFC 8259 section 6.
bool is_number(std::string_view s) noexcept {
  std::size_t i = (!s.empty() && s[0] == '-') ? 1 : 0;
  const std::size_t whole = digits(s, i);
  if (whole == 0 || (whole > 1 && s[i] == '0')) return false;
  i += whole;
  if (i < s.size() && s[i] == '.') {
    const std::size_t fraction = digits(s, ++i);
    if (fraction == 0) return false;
    i += fraction;
  }
  if (i < s.size() && (s[i] == 'e' || s[i] == 'E')) {
    ++i;
    if (i < s.size() && (s[i] == '+' || s[i] == '-')) ++i;
    const std::size_t exponent = digits(s, i);
    if (exponent == 0) return false;
    i += exponent;
  }
  return i == s.size();
}

constexpr Error kNotJson{Errc::bad_value, 0, "an object that is no JSON"};
constexpr Error kTooDeep{Errc::limit_exceeded, 0, "nested over 64 deep"};
constexpr Error kTooMany{Errc::limit_exceeded, 0, "an object with over 65,536 values"};

}  // namespace

struct Tree::Reader {
  od::parser parser;
  std::vector<Node>* nodes = nullptr;
  Error error = kNotJson;  // of the latest step that returned false

  bool fail(const Error& e) {
    error = e;
    return false;
  }

  template <class Value>
  bool value(Value& v, Node node, std::uint32_t depth) {
    if (nodes->size() >= kNodesMax) return fail(kTooMany);
    od::json_type type{};
    if (v.type().get(type) != simdjson::SUCCESS) return fail(kNotJson);
    switch (type) {
      case od::json_type::object: return object(v, node, depth);
      case od::json_type::array: return array(v, node, depth);
      case od::json_type::string:
      case od::json_type::number:
      case od::json_type::boolean:
      case od::json_type::null: break;
    }
    const std::string_view raw = trim_end(v.raw_json_token());
    if (!scalar(raw, node)) return fail(kNotJson);
    if (type == od::json_type::string) {  // consumed, or simdjson would take it for a key when a colon follows
      od::raw_json_string string;
      if (v.get_raw_json_string().get(string) != simdjson::SUCCESS) return fail(kNotJson);
    }
    node.next = static_cast<std::uint32_t>(nodes->size()) + 1;
    nodes->push_back(node);
    return true;
  }

  static bool scalar(std::string_view raw, Node& node) noexcept {
    if (raw.empty()) return false;
    if (raw.front() == '"') {
      if (raw.size() < 2 || raw.back() != '"') return false;
      node.type = NodeType::string;
      node.raw = raw.substr(1, raw.size() - 2);
      node.escaped = node.raw.find('\\') != std::string_view::npos;
      return true;
    }
    node.raw = raw;
    if (raw == "true" || raw == "false") {
      node.type = NodeType::boolean;
      return true;
    }
    if (raw == "null") {
      node.type = NodeType::null;
      node.raw = {};
      return true;
    }
    node.type = NodeType::number;
    return is_number(raw);
  }

  template <class Value>
  bool object(Value& v, Node node, std::uint32_t depth) {
    if (depth == kDepthMax) return fail(kTooDeep);
    const std::size_t own = nodes->size();
    node.type = NodeType::object;
    nodes->push_back(node);
    od::object members;
    if (v.get_object().get(members) != simdjson::SUCCESS) return fail(kNotJson);
    for (auto step : members) {
      od::field field;
      if (std::move(step).get(field) != simdjson::SUCCESS) return fail(kNotJson);
      Node child;
      const char* begin = field.key().raw();
      const char* end = begin;
      while (*end != '"') {  // stage 1 has seen that every string is closed
        if (*end == '\\') {
          child.key_escaped = true;
          ++end;
        }
        ++end;
      }
      child.key = {begin, static_cast<std::size_t>(end - begin)};
      do {
        ++end;
      } while (*end == ' ' || *end == '\t' || *end == '\n' || *end == '\r');
      if (*end != ':') return fail(kNotJson);  // simdjson looks at the next token only
      if (!value(field.value(), child, depth + 1)) return false;
    }
    (*nodes)[own].next = static_cast<std::uint32_t>(nodes->size());
    return true;
  }

  template <class Value>
  bool array(Value& v, Node node, std::uint32_t depth) {
    if (depth == kDepthMax) return fail(kTooDeep);
    const std::size_t own = nodes->size();
    node.type = NodeType::array;
    nodes->push_back(node);
    od::array elements;
    if (v.get_array().get(elements) != simdjson::SUCCESS) return fail(kNotJson);
    for (auto step : elements) {
      od::value element;
      if (std::move(step).get(element) != simdjson::SUCCESS) return fail(kNotJson);
      if (!value(element, Node{}, depth + 1)) return false;
    }
    (*nodes)[own].next = static_cast<std::uint32_t>(nodes->size());
    return true;
  }
};

Tree::Tree() : reader_(std::make_unique<Reader>()) {
  reader_->nodes = &nodes_;
  copy_.reserve(64 * std::size_t{1024});  // a Windows event's most: the last line of a block is copied
}
Tree::~Tree() = default;

Status Tree::read(std::string_view text, std::size_t readable) {
  nodes_.clear();
  if (readable < text.size() || readable - text.size() < simdjson::SIMDJSON_PADDING) {
    copy_.assign(text);
    copy_.append(simdjson::SIMDJSON_PADDING, ' ');
    text = std::string_view(copy_).substr(0, text.size());
    readable = copy_.size();
  }
  od::document document;
  const simdjson::error_code error = reader_->parser.iterate(text.data(), text.size(), readable).get(document);
  repairable_ = error == simdjson::UTF8_ERROR || error == simdjson::UNESCAPED_CHARS;
  if (error != simdjson::SUCCESS) return kNotJson;
  if (!reader_->object(document, Node{}, 0)) return reader_->error;
  const char* rest = nullptr;
  if (document.current_location().get(rest) != simdjson::OUT_OF_BOUNDS) return kNotJson;  // more than one value
  return Ok{};
}

std::uint32_t Tree::find(std::uint32_t parent, std::string_view key) const {
  const Node& p = nodes_[parent];
  if (p.type != NodeType::object) return 0;
  for (std::uint32_t i = parent + 1; i < p.next; i = nodes_[i].next)
    if (nodes_[i].key == key) return i;
  return 0;
}

void Tree::release_excess() {
  if (copy_.capacity() > kKeepMax) std::string().swap(copy_);
  if (nodes_.capacity() > kKeepMax / sizeof(Node)) std::vector<Node>().swap(nodes_);
  if (reader_->parser.capacity() > kKeepMax) reader_->parser = od::parser();
}

std::string repair(std::string_view text) {
  const std::string valid = to_valid_utf8(text);
  std::string out;
  out.reserve(valid.size() + 64);
  bool in_string = false;
  for (std::size_t i = 0; i < valid.size(); ++i) {
    const char c = valid[i];
    if (in_string && static_cast<unsigned char>(c) < 0x20) {
      constexpr std::string_view kHex = "0123456789abcdef";
      out += "\\u00";
      out += kHex[static_cast<unsigned char>(c) >> 4];
      out += kHex[static_cast<unsigned char>(c) & 15];
      continue;
    }
    out += c;
    if (c == '"') {
      in_string = !in_string;
    } else if (c == '\\' && in_string && i + 1 < valid.size() && static_cast<unsigned char>(valid[i + 1]) >= 0x20) {
      out += valid[++i];
    }
  }
  return out;
}

namespace {

std::optional<std::uint32_t> hex4(std::string_view s, std::size_t at) noexcept {
  if (at > s.size() || s.size() - at < 4) return std::nullopt;
  std::uint32_t v = 0;
  for (std::size_t i = at; i < at + 4; ++i) {
    const char c = fold_ascii(s[i]);
    const bool digit = c >= '0' && c <= '9';
    if (!digit && (c < 'a' || c > 'f')) return std::nullopt;
    v = v * 16 + static_cast<std::uint32_t>(digit ? c - '0' : c - 'a' + 10);
  }
  return v;
}

char* put_utf8(char* out, std::uint32_t c) noexcept {
  const auto put = [&out](std::uint32_t byte) { *out++ = static_cast<char>(static_cast<unsigned char>(byte)); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | (c >> 6));
    put(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    put(0xE0 | (c >> 12));
    put(0x80 | ((c >> 6) & 0x3F));
    put(0x80 | (c & 0x3F));
  } else {
    put(0xF0 | (c >> 18));
    put(0x80 | ((c >> 12) & 0x3F));
    put(0x80 | ((c >> 6) & 0x3F));
    put(0x80 | (c & 0x3F));
  }
  return out;
}

/// The \u escape whose `u` stands at `at`. Moves `at` behind it (and behind the other half of a pair).
std::optional<std::uint32_t> unicode_escape(std::string_view s, std::size_t& at) noexcept {
  const auto first = hex4(s, at + 1);
  if (!first) return std::nullopt;
  at += 5;
  if (*first < 0xD800 || *first > 0xDFFF) return *first;
  if (*first <= 0xDBFF && s.size() - at >= 6 && s[at] == '\\' && s[at + 1] == 'u') {
    const auto second = hex4(s, at + 2);
    if (second && *second >= 0xDC00 && *second <= 0xDFFF) {
      at += 6;
      return 0x10000 + ((*first - 0xD800) << 10) + (*second - 0xDC00);
    }
  }
  return 0xFFFD;
}

char simple_escape(char c) noexcept {
  switch (c) {
    case '"':
    case '\\':
    case '/': return c;
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return 0;
  }
}

}  // namespace

std::string_view unescape(std::string_view raw, bool escaped, Arena& arena) {
  if (!escaped) return raw;
  char* const begin = arena.allocate(raw.size());  // an escape is never shorter than what it stands for
  char* out = begin;
  std::size_t i = 0;
  while (i < raw.size()) {
    const void* stop = std::memchr(raw.data() + i, '\\', raw.size() - i);
    const std::size_t run =
        stop ? static_cast<std::size_t>(static_cast<const char*>(stop) - raw.data()) - i : raw.size() - i;
    std::memcpy(out, raw.data() + i, run);
    out += run;
    i += run;
    if (i == raw.size()) break;
    const char next = i + 1 < raw.size() ? raw[i + 1] : '\0';
    if (const char c = simple_escape(next)) {
      *out++ = c;
      i += 2;
      continue;
    }
    std::size_t at = i + 1;
    if (const auto c = next == 'u' ? unicode_escape(raw, at) : std::nullopt) {
      out = put_utf8(out, *c);
      i = at;
      continue;
    }
    *out++ = '\\';
    ++i;
  }
  const auto kept = static_cast<std::size_t>(out - begin);
  arena.shrink_last(raw.size(), kept);
  return {begin, kept};
}

}  // namespace stopwarden::json
