// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cassert>
#include <cstdint>
#include <utility>
#include <variant>

namespace stopwarden {

/// What went wrong, for code that must decide. The `what` of an Error says it for people.
enum class Errc : std::uint8_t {
  truncated,       ///< the input ends before the thing it promised
  bad_magic,       ///< a signature differs: this is something else
  bad_checksum,    ///< bytes were changed after they were written
  bad_value,       ///< a field holds what its format does not allow
  limit_exceeded,  ///< one of our limits was reached; the input may be sound
  unsupported,     ///< sound, but not read by this version
  io,              ///< the operating system refused
  assumed,         ///< nothing is wrong, but the input leaves open what had to be assumed
};

/// The stable name of a code, as it stands in messages and summaries ("truncated").
const char* errc_name(Errc code) noexcept;

/// One error of a hot path. Copying it costs nothing; it never owns memory.
struct Error {
  Errc code;
  std::uint64_t offset = 0;  ///< bytes from the start of the input
  const char* what = "";     ///< a string literal only
};

/// A value or an Error. Dropping it is a warning; reading the wrong side is our own bug.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, error) {}
  explicit operator bool() const noexcept { return state_.index() == 0; }
  const T& value() const& {
    assert(*this);
    return *std::get_if<0>(&state_);
  }
  T& value() & {
    assert(*this);
    return *std::get_if<0>(&state_);
  }
  T take() && {
    assert(*this);
    return std::move(*std::get_if<0>(&state_));
  }
  const Error& error() const {
    assert(!*this);
    return *std::get_if<1>(&state_);
  }

 private:
  std::variant<T, Error> state_;
};

struct Ok {};
using Status = Result<Ok>;

}  // namespace stopwarden

/// Gives the value of a Result, or returns its error from the function around it. Do not nest.
#define SW_TRY(expr)                 \
  __extension__({                    \
    auto sw_try_result = (expr);     \
    if (!sw_try_result) [[unlikely]] \
      return sw_try_result.error();  \
    std::move(sw_try_result).take(); \
  })
