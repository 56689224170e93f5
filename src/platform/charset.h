// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace stopwarden::platform {

/// While it lives, this thread's character set is UTF-8, for a library that asks for it (libarchive turns names of
/// entries into the thread's character set and gives up on what does not fit in ASCII). The process' locale stays as it
/// is, and so does everything else of the thread's (numbers, sorting). Does nothing on a system without any UTF-8
/// locale, and in the portable binary, which needs none (charset_static.cpp). Keep it around single calls, not around
/// our own code.
class Utf8Charset {
 public:
  Utf8Charset() noexcept;
  ~Utf8Charset();
  Utf8Charset(const Utf8Charset&) = delete;
  Utf8Charset& operator=(const Utf8Charset&) = delete;

 private:
  void* before_ = nullptr;
};

}  // namespace stopwarden::platform
