// SPDX-License-Identifier: Apache-2.0
// Stands in for charset.cpp in the portable binary, whose C library is linked in. There the C library's own way cannot
// be used: for a character set it has no table for (UTF-16, which 7z names are in) iconv_open loads a module of the
// system it happens to run on, made for that system's C library, and the program dies in it. A locale, too, would be
// read from files of a system we do not know and may not be there.
//
// So the binary says that its character set is UTF-8 and that it has no converters. libarchive has its own between
// UTF-8 and UTF-16, the only two our formats use, and takes them when both ends are known by name.
#include <iconv.h>
#include <langinfo.h>

#include <cerrno>
#include <cstddef>

#include "platform/charset.h"

namespace stopwarden::platform {

Utf8Charset::Utf8Charset() noexcept { before_ = nullptr; }  // nothing to give back
Utf8Charset::~Utf8Charset() = default;

}  // namespace stopwarden::platform

// These names are the C library's. This object is linked before it, so that its own are left out.
extern "C" {

char* nl_langinfo(nl_item item) noexcept {
  static char utf8[] = "UTF-8";
  static char nothing[] = "";
  return item == CODESET ? utf8 : nothing;
}

iconv_t iconv_open(const char*, const char*) {
  errno = EINVAL;
  return reinterpret_cast<iconv_t>(-1);  // what the function's manual says an error is
}

std::size_t iconv(iconv_t, char**, std::size_t*, char**, std::size_t*) {
  errno = EBADF;
  return static_cast<std::size_t>(-1);
}

int iconv_close(iconv_t) { return 0; }

}  // extern "C"
