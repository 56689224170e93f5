// SPDX-License-Identifier: Apache-2.0
#include "sources/json/skip.h"

#include "sources/json/scanner.h"

namespace stopwarden::json {
namespace {

constexpr bool is_blank(char c) noexcept { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/// The grammar of TreeBuilder (tree.cpp), nothing kept.
class Skipper {
 public:
  Skipper(std::string_view text, std::span<const std::uint32_t> tokens, std::size_t at)
      : text_(text.data()), tokens_(tokens.data()), count_(tokens.size()), at_(at) {}

  bool object(std::uint32_t depth) {
    if (depth == kDepthMax) return false;
    ++at_;
    if (at_ < count_ && *token(at_) == '}') {
      ++at_;
      return true;
    }
    bool may_wrap = depth == 0;  // no value but plain ones so far
    for (char after = ','; after != '}'; ++at_) {
      if (after != ',' || count_ - at_ < 4) return false;  // a key, a colon, a value, and what follows it
      // Behind a string nothing but blanks stands before the next token (tokens.h), so its end is not looked at.
      if (*token(at_) != '"' || *token(at_ + 1) != ':') return false;
      at_ += 2;
      if (may_wrap && !wraps_nothing(may_wrap)) return false;
      if (!value(depth + 1) || at_ == count_) return false;
      after = *token(at_);
    }
    return true;
  }
  std::size_t at() const noexcept { return at_; }

 private:
  bool array(std::uint32_t depth) {
    if (depth == kDepthMax) return false;
    ++at_;
    if (at_ < count_ && *token(at_) == ']') {
      ++at_;
      return true;
    }
    for (char after = ','; after != ']'; ++at_) {
      if (after != ',' || count_ - at_ < 2 || !value(depth + 1) || at_ == count_) return false;
      after = *token(at_);
    }
    return true;
  }

  bool value(std::uint32_t depth) {
    const char* const first = token(at_);
    const char c = *first;
    if (c == '"') {
      ++at_;
      return true;
    }
    if (c == '{') return object(depth);
    if (c == '[') return array(depth);
    if (at_ + 1 >= count_ || c == '}' || c == ']' || c == ',' || c == ':') return false;
    // A quote inside of a number or word begins no token.
    const char* const last = last_of(at_++);
    for (const char* p = first; p <= last; ++p)
      if (*p == '"') return false;
    return true;
  }

  /// The member whose value is at hand, at the top of the object.
  bool wraps_nothing(bool& may_wrap) const {
    const char first = *token(at_), *begin = token(at_ - 2) + 1;
    const std::string_view key(begin, static_cast<std::size_t>(last_of(at_ - 2) - begin));
    if (is_event_key(key)) may_wrap = false;
    if (first != '{' && first != '[') return true;
    if (!may_wrap) return true;
    if (is_wrapper_companion(key)) return true;
    may_wrap = false;
    return first != '[' || !is_wrapper_name(key);
  }

  const char* token(std::size_t i) const noexcept { return text_ + tokens_[i]; }
  /// The last byte of token `i`; there is a token behind it.
  const char* last_of(std::size_t i) const noexcept {
    const char* p = token(i + 1) - 1;
    while (is_blank(*p)) --p;
    return p;
  }

  const char* text_;
  const std::uint32_t* tokens_;
  std::size_t count_, at_;
};

}  // namespace

bool skip_object(std::string_view text, std::span<const std::uint32_t> tokens, std::size_t& at) {
  if (at >= tokens.size() || text[tokens[at]] != '{') return false;
  Skipper skipper(text, tokens, at);
  if (!skipper.object(0)) return false;
  at = skipper.at();
  return true;
}

}  // namespace stopwarden::json
