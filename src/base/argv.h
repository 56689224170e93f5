// SPDX-License-Identifier: Apache-2.0
// From the arguments of a Unix process to one command line, as a person would have typed it: blanks between, quotes
// only where a shell needs them. What is joined here can be taken apart again.
#pragma once
#include <cstddef>
#include <string_view>

#include "base/arena.h"

namespace stopwarden {

/// Bytes that `arg` takes as a word of a command line. An argument that is empty, or holds blanks, quotes or what a
/// shell acts on (; | & < > ( ) $ ` \), stands in single quotes, a single quote in it as '\''.
std::size_t word_size(std::string_view arg) noexcept;

/// Writes the word, word_size() bytes. Returns the place behind it.
char* write_word(std::string_view arg, char* out) noexcept;

/// Joins arguments. `each(f)` calls `f(std::string_view)` for every argument in order, the same ones every time; it is
/// called twice, so that nothing but the result is allocated. Lifetime: as the arena's.
template <class Each>
std::string_view join_argv(const Each& each, Arena& arena) {
  std::size_t size = 0;
  each([&size](std::string_view arg) { size += (size == 0 ? 0 : 1) + word_size(arg); });
  char* const begin = arena.allocate(size);
  char* out = begin;
  each([&out, begin](std::string_view arg) {
    if (out != begin) *out++ = ' ';
    out = write_word(arg, out);
  });
  return {begin, size};
}

}  // namespace stopwarden
