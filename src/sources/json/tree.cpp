// SPDX-License-Identifier: Apache-2.0
#include "sources/json/tree.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <optional>

#include "base/text.h"
#include "sources/json/bytes16.h"
#include "sources/json/scanner.h"

namespace stopwarden::json {

namespace {

constexpr std::size_t kKeepMax = 1024 * std::size_t{1024};  // buffers of larger objects are given back

constexpr bool is_blank(char c) noexcept { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

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

/// Walks the tokens of one object. A token's own bytes and blanks are all that stands before the next token, so a
/// value's end is found from there, backwards.
class TreeBuilder {
 public:
  TreeBuilder(Tree& tree, std::string_view text, std::span<const std::uint32_t> tokens, std::size_t at)
      : tree_(tree), text_(text.data()), tokens_(tokens.data()), count_(tokens.size()), at_(at) {}

  /// All nodes are filled where they lie: to build them on the stack and copy them cost a fifth of the whole walk.
  bool object(std::size_t own, std::uint32_t depth);
  std::size_t at() const noexcept { return at_; }
  const Error& error() const noexcept { return error_; }
  bool ran_out() const noexcept { return ran_out_; }

 private:
  bool array(std::size_t own, std::uint32_t depth);
  bool value(Node& node, std::uint32_t depth);
  static bool scalar(std::string_view raw, Node& node) noexcept;
  bool fail(const Error& e) noexcept {
    error_ = e;
    return false;
  }
  bool run_out() noexcept {
    ran_out_ = true;
    return fail(kNotJson);
  }
  const char* token(std::size_t i) const noexcept { return text_ + tokens_[i]; }
  /// The closing bracket of node `own` was read.
  void close(std::size_t own, const char* begin) noexcept {
    Node& node = tree_.nodes_[own];
    node.next = static_cast<std::uint32_t>(tree_.size_);
    node.raw = {begin, static_cast<std::size_t>(token(at_ - 1) - begin) + 1};
  }
  /// The last byte of token `i`; there is a token behind it.
  const char* last_of(std::size_t i) const noexcept {
    const char* p = token(i + 1) - 1;
    while (is_blank(*p)) --p;
    return p;
  }

  Tree& tree_;
  const char* text_;
  const std::uint32_t* tokens_;
  std::size_t count_;
  std::size_t at_;
  Error error_ = kNotJson;  // of the latest step that returned false
  bool ran_out_ = false;
};

bool TreeBuilder::object(std::size_t own, std::uint32_t depth) {
  if (depth == kDepthMax) return fail(kTooDeep);
  const char* const begin = token(at_++);
  if (at_ < count_ && *token(at_) == '}') {
    ++at_;
  } else {
    for (char after = ','; after != '}'; ++at_) {
      if (after != ',') return fail(kNotJson);
      if (count_ - at_ < 4) return run_out();  // a key, a colon, a value, and what follows it
      const char* const quote = token(at_);
      if (*quote != '"' || *token(at_ + 1) != ':') return fail(kNotJson);
      const char* const end = last_of(at_);
      if (end == quote || *end != '"') return fail(kNotJson);
      if (tree_.size_ >= kNodesMax) return fail(kTooMany);
      Node& child = tree_.add();
      child.key = tree_.keys_.find({quote + 1, static_cast<std::size_t>(end - quote) - 1});
      child.traits = tree_.keys_.key(child.key).traits;
      at_ += 2;
      if (!value(child, depth + 1)) return false;
      if (at_ == count_) return run_out();
      after = *token(at_);
    }
  }
  close(own, begin);
  return true;
}

bool TreeBuilder::array(std::size_t own, std::uint32_t depth) {
  if (depth == kDepthMax) return fail(kTooDeep);
  const char* const begin = token(at_++);
  if (at_ < count_ && *token(at_) == ']') {
    ++at_;
  } else {
    for (char after = ','; after != ']'; ++at_) {
      if (after != ',') return fail(kNotJson);
      if (count_ - at_ < 2) return run_out();  // a value and what follows it
      if (tree_.size_ >= kNodesMax) return fail(kTooMany);
      Node& child = tree_.add();
      child.key = 0;
      child.traits = {};
      if (!value(child, depth + 1)) return false;
      if (at_ == count_) return run_out();
      after = *token(at_);
    }
  }
  close(own, begin);
  return true;
}

/// `node` is the latest one and has its key.
inline bool TreeBuilder::value(Node& node, std::uint32_t depth) {
  const char* const first = token(at_);
  if (*first == '{' || *first == '[') {
    node.type = *first == '{' ? NodeType::object : NodeType::array;
    const std::size_t own = tree_.size_ - 1;  // the node may move when more come
    return *first == '{' ? object(own, depth) : array(own, depth);
  }
  const char* const last = last_of(at_);
  node.next = static_cast<std::uint32_t>(tree_.size_);
  ++at_;
  if (*first == '"') {
    node.type = NodeType::string;
    if (last == first || *last != '"') return fail(kNotJson);
    node.raw = {first + 1, static_cast<std::size_t>(last - first) - 1};
    return true;
  }
  return scalar({first, static_cast<std::size_t>(last - first) + 1}, node) || fail(kNotJson);
}

bool TreeBuilder::scalar(std::string_view raw, Node& node) noexcept {
  node.raw = raw;
  if (raw == "null") {
    node.type = NodeType::null;
    node.raw = {};
    return true;
  }
  node.type = raw == "true" || raw == "false" ? NodeType::boolean : NodeType::number;
  return node.type == NodeType::boolean || is_number(raw);
}

void Tree::grow() { nodes_.resize(std::max(std::size_t{64}, nodes_.size() * 2)); }

bool Tree::build(TreeBuilder& builder) {
  keys_.limit();
  size_ = 0;
  Node& root = add();
  root = Node{};
  root.type = NodeType::object;
  return builder.object(0, 0);
}

bool Tree::read_at(std::string_view text, std::span<const std::uint32_t> tokens, std::size_t& at) {
  TreeBuilder builder(*this, text, tokens, at);
  if (!build(builder)) {
    ran_out_ = builder.ran_out();
    return false;
  }
  at = builder.at();
  return true;
}

Status Tree::read(std::string_view text) {
  const Tokens::Outcome found = tokens_.find(text);
  repairable_ = found == Tokens::Outcome::repairable;
  if (found != Tokens::Outcome::good) return kNotJson;
  const auto tokens = tokens_.places();
  if (text[tokens.front()] != '{' || text[tokens.back()] != '}') return kNotJson;
  TreeBuilder builder(*this, text, tokens, 0);
  if (!build(builder)) return builder.error();
  if (builder.at() != tokens.size()) return kNotJson;  // more than one value
  return Ok{};
}

std::uint32_t Tree::find(std::uint32_t parent, std::string_view key) const {
  const Node& p = nodes_[parent];
  if (p.type != NodeType::object) return 0;
  for (std::uint32_t i = parent + 1; i < p.next; i = nodes_[i].next)
    if (keys_.key(nodes_[i].key).raw == key) return i;
  return 0;
}

void Tree::release_excess() {
  size_ = 0;
  if (nodes_.capacity() > kKeepMax / sizeof(Node)) std::vector<Node>().swap(nodes_);
  tokens_.release_excess();
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

/// What the letter behind a backslash stands for; 0 when it is none of JSON's.
constexpr auto kSimpleEscapes = [] {
  std::array<char, 256> out{};
  out['"'] = '"';
  out['\\'] = '\\';
  out['/'] = '/';
  out['b'] = '\b';
  out['f'] = '\f';
  out['n'] = '\n';
  out['r'] = '\r';
  out['t'] = '\t';
  return out;
}();
char simple_escape(char c) noexcept { return kSimpleEscapes[static_cast<unsigned char>(c)]; }

#ifdef __SSE2__
/// Resolves the simple escapes of `s` up to one that is not, or to where less than 80 bytes are left; moves `out`
/// behind what it wrote, which is never more than it read. Returns how much it read. OPTIMIZATION: paths have an escape
/// every ten bytes. Where the backslashes of 64 bytes are is found at once, so that one escape need not wait for the
/// one before. Guarded by JsonUnescape.EveryRunLength.
std::size_t unescape_blocks(std::string_view s, char*& out) noexcept {
  constexpr std::size_t kBlock = 64, kStep = 16;
  std::size_t i = 0;
  while (s.size() - i >= kBlock + kStep) {
    const char* const block = s.data() + i;
    std::size_t done = 0;  // bytes of the block; one more when its last begins an escape
    const auto copy_until = [&](std::size_t end) {
      for (std::size_t at = done; at < end; at += kStep)  // up to 15 bytes too many, which are written again
        _mm_storeu_si128(reinterpret_cast<__m128i*>(out + (at - done)), load_bytes(block + at));
      out += end - done;
    };
    for (std::uint64_t left = equal_bytes_of_64(block, '\\'); left != 0;) {
      const auto at = static_cast<std::size_t>(std::countr_zero(left));
      copy_until(at);
      done = at;
      const char c = simple_escape(block[at + 1]);
      if (c == 0) return i + at;
      *out++ = c;
      done = at + 2;
      left &= ~(std::uint64_t{3} << at);  // the escaped one may be a backslash, too
    }
    if (done < kBlock) copy_until(kBlock);
    i += std::max(done, kBlock);
  }
  return i;
}
#endif

}  // namespace

std::string_view unescape(std::string_view raw, Arena& arena) {
  const void* first = raw.empty() ? nullptr : std::memchr(raw.data(), '\\', raw.size());
  if (first == nullptr) return raw;
  char* const begin = arena.allocate(raw.size());  // an escape is never shorter than what it stands for
  auto i = static_cast<std::size_t>(static_cast<const char*>(first) - raw.data());
  std::memcpy(begin, raw.data(), i);
  char* out = begin + i;
  while (i < raw.size()) {
#ifdef __SSE2__
    i += unescape_blocks(raw.substr(i), out);
#endif
    i += copy_run(raw.substr(i), out);
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
    } else {
      *out++ = raw[i++];  // no escape: the backslash itself
    }
  }
  const auto size = static_cast<std::size_t>(out - begin);
  arena.shrink_last(raw.size(), size);
  return {begin, size};
}

}  // namespace stopwarden::json
