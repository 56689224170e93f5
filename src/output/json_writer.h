// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace stopwarden {

/// Writes JSON, compact, keys in the order given. The caller pairs begin and end and gives a key before each value of
/// an object. Text is always valid UTF-8: a byte that is none becomes U+FFFD; characters that could steer a terminal or
/// hide (safe_text.h) are written as \u escapes, which mean the same to a reader of JSON.
class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}
  void begin_object() { open('{'); }
  void end_object() { close('}'); }
  void begin_array() { open('['); }
  void end_array() { close(']'); }
  void begin_object(std::string_view name) {
    key(name);
    begin_object();
  }
  void begin_array(std::string_view name) {
    key(name);
    begin_array();
  }
  void key(std::string_view name);
  void text(std::string_view value);
  void number(std::int64_t value);
  void number(std::uint64_t value);
  void boolean(bool value);  // a value, not a switch

  void text(std::string_view name, std::string_view value) {
    key(name);
    text(value);
  }
  /// Nothing when `value` is empty: what is unknown is absent.
  void text_if(std::string_view name, std::string_view value) {
    if (!value.empty()) text(name, value);
  }
  template <class N>
  void number(std::string_view name, N value) {
    key(name);
    if constexpr (static_cast<N>(-1) < N{0})
      number(static_cast<std::int64_t>(value));
    else
      number(static_cast<std::uint64_t>(value));
  }
  void boolean(std::string_view name, bool value) {
    key(name);
    boolean(value);
  }

 private:
  void open(char bracket);
  void close(char bracket);
  void before_value();
  std::string& out_;
  bool comma_ = false;  // the next key or element needs one
};

}  // namespace stopwarden
