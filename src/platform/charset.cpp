// SPDX-License-Identifier: Apache-2.0
#include "platform/charset.h"

#include <locale.h>

#include <array>

namespace stopwarden::platform {
namespace {

locale_t utf8_locale() noexcept {
  static const locale_t found = []() noexcept -> locale_t {
    for (const char* name : std::array{"C.UTF-8", "C.utf8", "en_US.UTF-8"})
      if (const locale_t l = ::newlocale(LC_CTYPE_MASK, name, nullptr)) return l;
    return nullptr;
  }();
  return found;
}

}  // namespace

Utf8Charset::Utf8Charset() noexcept {
  if (const locale_t utf8 = utf8_locale()) before_ = ::uselocale(utf8);
}

Utf8Charset::~Utf8Charset() {
  if (before_ != nullptr) ::uselocale(static_cast<locale_t>(before_));
}

}  // namespace stopwarden::platform
