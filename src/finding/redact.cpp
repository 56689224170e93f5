// SPDX-License-Identifier: Apache-2.0
#include "finding/redact.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/text.h"

namespace stopwarden {
namespace redaction {
namespace {

/// Words that name a secret when they stand as an option (`--password x`, `/pass:x`) or a key (`password=x`).
struct SecretWord {
  std::string_view word;  ///< lowercase
  enum class Match : std::uint8_t {
    suffix,  ///< also at the end of a longer word: ClientSecret, PGPASSWORD
    part,    ///< only as a whole word or after `-` or `_`: "token", but not PublicKeyToken
  } match;
};
using Match = SecretWord::Match;
constexpr std::array kSecretWords{
    SecretWord{"password", Match::suffix},    SecretWord{"passwd", Match::suffix},
    SecretWord{"passphrase", Match::suffix},  SecretWord{"apikey", Match::suffix},
    SecretWord{"api-key", Match::suffix},     SecretWord{"api_key", Match::suffix},
    SecretWord{"accesskey", Match::suffix},   SecretWord{"access-key", Match::suffix},
    SecretWord{"access_key", Match::suffix},  SecretWord{"secretkey", Match::suffix},
    SecretWord{"secret-key", Match::suffix},  SecretWord{"secret_key", Match::suffix},
    SecretWord{"accountkey", Match::suffix},  SecretWord{"clientsecret", Match::suffix},
    SecretWord{"accesstoken", Match::suffix}, SecretWord{"authtoken", Match::suffix},
    SecretWord{"storepass", Match::suffix},   SecretWord{"keypass", Match::suffix},
    SecretWord{"pass", Match::part},          SecretWord{"pwd", Match::part},
    SecretWord{"secret", Match::part},        SecretWord{"token", Match::part},
    SecretWord{"passwordd", Match::part},     SecretWord{"passwordo", Match::part},  // netdom
};

constexpr std::size_t kLookahead = 256;  // bytes looked through for the shape of a call; keeps the whole linear

bool is_alnum(char c) noexcept {
  const char f = fold_ascii(c);
  return (f >= 'a' && f <= 'z') || (c >= '0' && c <= '9');
}
bool is_word(char c) noexcept { return is_alnum(c) || c == '_' || c == '-'; }
bool is_blank(char c) noexcept { return c == ' ' || c == '\t'; }
bool is_space(char c) noexcept { return is_blank(c) || c == '\n' || c == '\r' || c == '\0'; }
bool is_quote(char c) noexcept { return c == '"' || c == '\'' || c == '`'; }

bool ends_with_folded(std::string_view s, std::string_view lower) noexcept {
  return s.size() >= lower.size() && equal_ignore_ascii_case(s.substr(s.size() - lower.size()), lower);
}

bool names_secret(std::string_view word) noexcept {
  for (const SecretWord& w : kSecretWords) {
    if (!ends_with_folded(word, w.word)) continue;
    if (w.match == Match::suffix || word.size() == w.word.size()) return true;
    const char before = word[word.size() - w.word.size() - 1];
    if (before == '-' || before == '_') return true;
  }
  return false;
}

class WordScan {
 public:
  WordScan(std::string_view text, std::vector<Range>& out) : s_(text), out_(out) {}

  void run() {
    while (at_ < s_.size()) {
      if (s_[at_] == ':' && s_.substr(at_, 3) == "://") {
        url();
      } else if (is_alnum(s_[at_]) || s_[at_] == '_') {
        word();
      } else {
        ++at_;
      }
    }
  }

 private:
  enum class Ends : std::uint8_t { option, key, item };  ///< what ends a value without quotes

  char peek(std::size_t i) const noexcept { return i < s_.size() ? s_[i] : '\0'; }
  bool escaped_quote(std::size_t i) const noexcept { return peek(i) == '\\' && peek(i + 1) == '"'; }

  std::size_t skip_blanks(std::size_t i) const noexcept {
    while (i < s_.size() && is_blank(s_[i])) ++i;
    return i;
  }

  void hide(std::size_t begin, std::size_t end) {
    if (end > begin) out_.push_back({begin, end});
    at_ = std::max(at_, end);
  }

  /// The end of a value that starts at `i` and has no quotes of its own.
  std::size_t bare_end(std::size_t i, Ends ends) const noexcept {
    for (; i < s_.size(); ++i) {
      const char c = s_[i];
      if (c == '\n' || c == '\r' || is_quote(c) || escaped_quote(i)) break;
      if (ends != Ends::item && is_space(c)) break;
      if (ends != Ends::option && c == ';') break;
      if (ends == Ends::key && (c == '&' || c == ')' || c == '}')) break;
      if (ends == Ends::option && (c == '|' || c == '&')) break;
    }
    return i;
  }

  /// Hides the value at `i`: what stands between quotes, or up to where such a value ends.
  void hide_value(std::size_t i, Ends ends) {
    if (escaped_quote(i)) {
      const std::size_t close = s_.find("\\\"", i + 2);
      return hide(i + 2, close == std::string_view::npos ? s_.size() : close);
    }
    if (i < s_.size() && is_quote(s_[i])) {
      const std::size_t close = s_.find(s_[i], i + 1);
      return hide(i + 1, close == std::string_view::npos ? s_.size() : close);
    }
    hide(i, bare_end(i, ends));
  }

  /// scheme://user:password@host
  void url() {
    at_ += 3;
    std::size_t colon = std::string_view::npos, last_at = std::string_view::npos;
    for (; at_ < s_.size(); ++at_) {
      const char c = s_[at_];
      if (is_space(c) || is_quote(c) || c == '/' || c == '?' || c == '#' || c == '<' || c == '>' || c == '|') break;
      if (c == ':' && colon == std::string_view::npos && last_at == std::string_view::npos) colon = at_;
      if (c == '@') last_at = at_;
    }
    if (last_at != std::string_view::npos && colon != std::string_view::npos && colon < last_at)
      hide(colon + 1, last_at);
  }

  void word() {
    const std::size_t begin = at_;
    while (at_ < s_.size() && is_word(s_[at_])) ++at_;
    const std::string_view w = s_.substr(begin, at_ - begin);
    if (names_secret(w)) return secret_word(begin);
    if (equal_ignore_ascii_case(w, "authorization") || ends_with_folded(w, "-authorization")) return authorization();
    if (equal_ignore_ascii_case(w, "bearer")) return bearer();
    if (ends_with_folded(w, "NetworkCredential") || ends_with_folded(w, "PSCredential")) return credential_call();
    if (equal_ignore_ascii_case(w, "name")) return parameter_binding(begin);
    if (looks_like_key(w)) return hide(begin, at_);
    if (w.substr(0, 3) == "eyJ" && w.size() >= 10 && peek(at_) == '.') return json_web_token(begin);
  }

  bool is_option(std::size_t begin) const noexcept {
    if (begin == 0) return false;
    if (s_[begin - 1] == '-' || s_[begin - 1] == '/') {
      if (begin < 2) return true;
      const char before = s_[begin - 2];
      return is_space(before) || is_quote(before) || before == '-' || before == '(' || before == '{' || before == ',';
    }
    return begin >= 3 && s_.substr(begin - 3, 3) == "\xE2\x80\x93";  // PowerShell takes an en dash, too
  }

  bool another_option(std::size_t i, char own_prefix) const noexcept {
    const char second = fold_ascii(peek(i + 1));
    if (peek(i) == '-' && (second == '-' || (second >= 'a' && second <= 'z'))) return true;
    return own_prefix == '/' && peek(i) == '/' && is_alnum(peek(i + 1));
  }

  /// "(ConvertTo-SecureString ...": an expression that makes the value; its own literals are found by themselves.
  bool cmdlet_call(std::size_t i) const noexcept {
    if (peek(i) == '$') ++i;
    if (peek(i) != '(') return false;
    const std::string_view ahead = s_.substr(i, kLookahead);
    std::size_t j = 1;
    while (j < ahead.size() && is_blank(ahead[j])) ++j;
    const std::size_t from = j;
    while (j < ahead.size() && is_alnum(ahead[j])) ++j;
    return j > from && j < ahead.size() && ahead[j] == '-';
  }

  /// The word before at_ names a secret: is there a value?
  void secret_word(std::size_t begin) {
    const bool option = is_option(begin);
    const char prefix = begin > 0 ? s_[begin - 1] : '\0';
    std::size_t i = at_;
    if (escaped_quote(i))  // \"password\": ...
      i += 2;
    else if (is_quote(peek(i)) && (prefix == peek(i)))
      ++i;
    const std::size_t mark = skip_blanks(i);
    if (peek(mark) == '=' || peek(mark) == ':') {
      const std::size_t value = skip_blanks(mark + 1);
      if (prefix == '$' && !is_quote(peek(value))) return;  // PowerShell: an expression, not a literal
      if (s_.substr(begin, at_ - begin) == "PWD" && peek(value) == '/') return;  // the working directory
      if (peek(mark) == ':' && peek(mark + 1) == ':') return;                    // a namespace
      if (cmdlet_call(value)) return;
      const bool in_list = prefix == ';' || is_quote(prefix);
      return hide_value(value, option ? Ends::option : in_list ? Ends::item : Ends::key);
    }
    if (!option || mark == i || another_option(mark, prefix) || cmdlet_call(mark)) return;
    hide_value(mark, Ends::option);
  }

  /// Authorization: Bearer x, also as "Authorization"="Basic x" and --header forms.
  void authorization() {
    std::size_t i = at_;
    while (i < s_.size() && i - at_ < 8 && (is_quote(s_[i]) || is_blank(s_[i]) || s_[i] == '\\')) ++i;
    if (peek(i) != ':' && peek(i) != '=') return;
    ++i;
    while (i < s_.size() && (is_quote(s_[i]) || is_blank(s_[i]) || s_[i] == '\\')) ++i;
    const std::size_t first = i;
    while (i < s_.size() && is_alnum(s_[i])) ++i;
    static constexpr std::array<std::string_view, 8> kSchemes{"basic", "bearer", "digest", "negotiate",
                                                              "ntlm",  "token",  "apikey", "aws4-hmac-sha256"};
    const std::string_view scheme = s_.substr(first, i - first);
    const bool known = std::any_of(kSchemes.begin(), kSchemes.end(),
                                   [&](std::string_view k) { return equal_ignore_ascii_case(k, scheme); });
    const std::size_t from = known ? skip_blanks(i) : first;
    hide(from, bare_end(from, Ends::item));
  }

  void bearer() {
    const std::size_t from = skip_blanks(at_);
    const std::size_t end = bare_end(from, Ends::key);
    if (from > at_ && end - from >= 8)
      hide(from, end);
    else
      at_ = std::max(at_, end);
  }

  /// NetworkCredential('user', 'password'): the second argument, when it is a literal.
  void credential_call() {
    const std::string_view ahead = s_.substr(at_, kLookahead);
    const std::size_t open = ahead.find('(');
    if (open == std::string_view::npos) return;
    const std::size_t comma = ahead.find(',', open);
    if (comma == std::string_view::npos) return;
    const std::size_t value = skip_blanks(at_ + comma + 1);
    if (is_quote(peek(value))) hide_value(value, Ends::option);
  }

  /// PowerShell 4103: ParameterBinding(ConvertTo-SecureString): name="String"; value="..."
  void parameter_binding(std::size_t begin) {
    static constexpr std::string_view kBefore = "ConvertTo-SecureString): ", kMiddle = "; value=\"";
    if (s_.substr(at_, 2) != "=\"") return;
    const std::size_t close = s_.substr(at_ + 2, kLookahead).find('"');
    if (close == std::string_view::npos) return;
    const std::string_view parameter = s_.substr(at_ + 2, close);
    const std::size_t after = at_ + 2 + close + 1;
    if (s_.substr(after, kMiddle.size()) != kMiddle) return;
    const bool secure = begin >= kBefore.size() &&
                        equal_ignore_ascii_case(s_.substr(begin - kBefore.size(), kBefore.size()), kBefore) &&
                        equal_ignore_ascii_case(parameter, "String");
    if (!secure && !names_secret(parameter)) return;
    const std::size_t value = after + kMiddle.size();
    const std::size_t line = std::min(s_.find('\n', value), s_.size());
    std::size_t end = line;
    while (end > value && is_space(s_[end - 1])) --end;
    if (end > value && s_[end - 1] == '"') --end;
    hide(value, end);
  }

  static bool looks_like_key(std::string_view w) noexcept {
    const std::string_view four = w.substr(0, 4);
    if (w.size() == 20 && (four == "AKIA" || four == "ASIA")) {
      return std::all_of(w.begin(), w.end(), [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); });
    }
    if (w.size() >= 24 && w[0] == 'g' && w[1] == 'h' && w[3] == '_')
      return std::string_view{"pousr"}.find(w[2]) != std::string_view::npos;
    if (w.size() >= 24 && w.substr(0, 11) == "github_pat_") return true;
    return w.size() >= 16 && w.substr(0, 3) == "xox" && w[4] == '-';
  }

  void json_web_token(std::size_t begin) {
    std::size_t end = at_, parts = 1;
    while (end < s_.size() && (is_word(s_[end]) || s_[end] == '.')) {
      if (s_[end++] == '.') ++parts;
    }
    if (parts >= 3) hide(begin, end);
    at_ = std::max(at_, end);
  }

  std::string_view s_;
  std::vector<Range>& out_;
  std::size_t at_ = 0;
};

}  // namespace

void find_by_word(std::string_view text, std::vector<Range>& out) { WordScan(text, out).run(); }

}  // namespace redaction

std::string redact(std::string_view text) {
  std::vector<redaction::Range> ranges;
  redaction::find_by_word(text, ranges);
  redaction::find_by_program(text, ranges);
  if (ranges.empty()) return std::string{text};
  std::sort(ranges.begin(), ranges.end(), [](const auto& a, const auto& b) { return a.begin < b.begin; });
  std::string out;
  std::size_t at = 0;
  for (std::size_t i = 0; i < ranges.size();) {
    const std::size_t begin = ranges[i].begin;
    std::size_t end = ranges[i].end;
    for (++i; i < ranges.size() && ranges[i].begin <= end; ++i) end = std::max(end, ranges[i].end);
    const std::string_view secret = text.substr(begin, end - begin);
    out += text.substr(at, begin - at);
    // `*` asks for a prompt, `***` was redacted before.
    out += secret.find_first_not_of('*') == std::string_view::npos ? secret : std::string_view{"***"};
    at = end;
  }
  out += text.substr(at);
  return out;
}

}  // namespace stopwarden
