// SPDX-License-Identifier: Apache-2.0
#include "base/digest.h"

#include <nettle/sha2.h>

#include "base/bytes.h"

namespace stopwarden {

static_assert(sizeof(sha256_ctx) <= 128 && alignof(sha256_ctx) <= 8);

namespace {
sha256_ctx* context(std::array<std::byte, 128>& state) { return reinterpret_cast<sha256_ctx*>(state.data()); }
}  // namespace

Digest::Digest() { sha256_init(context(state_)); }

Digest& Digest::add(std::string_view part) {
  add(static_cast<std::uint64_t>(part.size()));
  sha256_update(context(state_), part.size(), reinterpret_cast<const std::uint8_t*>(part.data()));
  return *this;
}

Digest& Digest::add(std::uint64_t number) {
  std::array<std::uint8_t, 8> raw;
  for (std::size_t i = 0; i < raw.size(); ++i) raw[i] = static_cast<std::uint8_t>(number >> (8 * i));
  sha256_update(context(state_), raw.size(), raw.data());
  return *this;
}

std::array<std::byte, 32> Digest::bytes() {
  static_assert(SHA256_DIGEST_SIZE == 32);
  std::array<std::byte, 32> out{};
  sha256_digest(context(state_), out.size(), reinterpret_cast<std::uint8_t*>(out.data()));
  return out;
}

std::string Digest::hex() { return to_hex(Bytes(bytes()).first(16)); }

}  // namespace stopwarden
