// SPDX-License-Identifier: Apache-2.0
#include "sources/evtx/crc32.h"

#include <array>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace stopwarden::evtx {
namespace {

constexpr std::uint32_t kPolynomial = 0xEDB88320;  // x^32 + x^26 + ... + 1, bits reversed

using Tables = std::array<std::array<std::uint32_t, 256>, 8>;

/// tables[k][b]: what byte b does to the remainder when k more bytes follow.
constexpr Tables make_tables() noexcept {
  Tables t{};
  for (std::uint32_t b = 0; b < 256; ++b) {
    std::uint32_t r = b;
    for (int bit = 0; bit < 8; ++bit) r = (r >> 1) ^ ((r & 1) != 0 ? kPolynomial : 0);
    t[0][b] = r;
  }
  for (std::size_t k = 1; k < 8; ++k)
    for (std::size_t b = 0; b < 256; ++b) t[k][b] = (t[k - 1][b] >> 8) ^ t[0][t[k - 1][b] & 0xFF];
  return t;
}
constexpr Tables kTables = make_tables();

/// Without the complement before and after.
std::uint32_t raw_by_tables(std::uint32_t r, Bytes data) noexcept {
  std::size_t i = 0;
  for (; data.size() - i >= 8; i += 8) {
    const std::uint64_t v = load_le<std::uint64_t>(data, i) ^ r;
    r = 0;
    for (std::size_t k = 0; k < 8; ++k) r ^= kTables[7 - k][(v >> (8 * k)) & 0xFF];
  }
  for (; i < data.size(); ++i) r = (r >> 8) ^ kTables[0][(r ^ static_cast<std::uint32_t>(data[i])) & 0xFF];
  return r;
}

#if defined(__x86_64__)

/// x^n mod P in the reflected form that a carry-less product of reflected operands needs (33 bits).
template <unsigned n>
constexpr long long kPower = [] {
  std::uint32_t r = 0x80000000;  // x^0
  for (unsigned i = 0; i < n; ++i) r = (r >> 1) ^ ((r & 1) != 0 ? kPolynomial : 0);
  return static_cast<long long>(r) << 1;
}();

__attribute__((target("pclmul,sse4.1"))) inline __m128i fold_128(__m128i a, __m128i b, __m128i k) noexcept {
  return _mm_xor_si128(b, _mm_xor_si128(_mm_clmulepi64_si128(a, k, 0x00), _mm_clmulepi64_si128(a, k, 0x11)));
}

/// Folds 16-byte pieces onto the ones that follow (Gopal et al., "Fast CRC Computation for Generic Polynomials Using
/// PCLMULQDQ"); the last 16 bytes are finished by table, which keeps the code short and costs nothing on long input.
/// `data` has at least 64 bytes. Returns the remainder and how many bytes are in it.
__attribute__((target("pclmul,sse4.1"))) std::uint32_t raw_by_clmul(std::uint32_t r, Bytes data,
                                                                    std::size_t& done) noexcept {
  const auto load = [&data](std::size_t at) {
    return _mm_loadu_si128(static_cast<const __m128i*>(static_cast<const void*>(data.data() + at)));
  };
  // A 64-bit half that lies n bits before its place is multiplied by x^n; the reflected product is one bit short.
  const __m128i by_64 = _mm_set_epi64x(kPower<4 * 128 - 32>, kPower<4 * 128 + 32>);
  const __m128i by_16 = _mm_set_epi64x(kPower<128 - 32>, kPower<128 + 32>);
  __m128i a = _mm_xor_si128(load(0), _mm_cvtsi32_si128(static_cast<int>(r)));
  __m128i b = load(16), c = load(32), d = load(48);
  std::size_t i = 64;
  for (; data.size() - i >= 64; i += 64) {
    a = fold_128(a, load(i), by_64);
    b = fold_128(b, load(i + 16), by_64);
    c = fold_128(c, load(i + 32), by_64);
    d = fold_128(d, load(i + 48), by_64);
  }
  a = fold_128(fold_128(fold_128(a, b, by_16), c, by_16), d, by_16);
  for (; data.size() - i >= 16; i += 16) a = fold_128(a, load(i), by_16);
  std::array<std::byte, 16> rest;
  _mm_storeu_si128(static_cast<__m128i*>(static_cast<void*>(rest.data())), a);
  done = i;
  return raw_by_tables(0, rest);
}

__attribute__((target("avx2,vpclmulqdq"))) inline __m256i fold_256(__m256i a, __m256i b, __m256i k) noexcept {
  return _mm256_xor_si256(b,
                          _mm256_xor_si256(_mm256_clmulepi64_epi128(a, k, 0x00), _mm256_clmulepi64_epi128(a, k, 0x11)));
}

/// The same, 128 bytes a step. `data` has at least 128.
__attribute__((target("avx2,vpclmulqdq,pclmul,sse4.1"))) std::uint32_t raw_by_wide_clmul(std::uint32_t r, Bytes data,
                                                                                         std::size_t& done) noexcept {
  const auto load = [&data](std::size_t at) __attribute__((target("avx2"))) {
    return _mm256_loadu_si256(static_cast<const __m256i*>(static_cast<const void*>(data.data() + at)));
  };
  constexpr long long low = kPower<8 * 128 + 32>, high = kPower<8 * 128 - 32>;
  const __m256i by_128 = _mm256_set_epi64x(high, low, high, low);
  const __m128i by_16 = _mm_set_epi64x(kPower<128 - 32>, kPower<128 + 32>);
  __m256i a = _mm256_xor_si256(load(0), _mm256_zextsi128_si256(_mm_cvtsi32_si128(static_cast<int>(r))));
  __m256i b = load(32), c = load(64), d = load(96);
  std::size_t i = 128;
  for (; data.size() - i >= 128; i += 128) {
    a = fold_256(a, load(i), by_128);
    b = fold_256(b, load(i + 32), by_128);
    c = fold_256(c, load(i + 64), by_128);
    d = fold_256(d, load(i + 96), by_128);
  }
  __m128i x = fold_128(_mm256_castsi256_si128(a), _mm256_extracti128_si256(a, 1), by_16);
  x = fold_128(fold_128(x, _mm256_castsi256_si128(b), by_16), _mm256_extracti128_si256(b, 1), by_16);
  x = fold_128(fold_128(x, _mm256_castsi256_si128(c), by_16), _mm256_extracti128_si256(c, 1), by_16);
  x = fold_128(fold_128(x, _mm256_castsi256_si128(d), by_16), _mm256_extracti128_si256(d, 1), by_16);
  std::array<std::byte, 16> rest;
  _mm_storeu_si128(static_cast<__m128i*>(static_cast<void*>(rest.data())), x);
  done = i;
  return raw_by_tables(0, rest);
}

#endif

}  // namespace

CrcWay best_crc_way() noexcept {
#if defined(__x86_64__)
  if (!__builtin_cpu_supports("pclmul") || !__builtin_cpu_supports("sse4.1")) return CrcWay::tables;
  const bool wide = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("vpclmulqdq");
  return wide ? CrcWay::wide_clmul : CrcWay::clmul;
#else
  return CrcWay::tables;
#endif
}

std::uint32_t crc32_by(CrcWay way, std::uint32_t crc, Bytes data) noexcept {
  std::uint32_t r = ~crc;
  std::size_t done = 0;
#if defined(__x86_64__)
  if (way == CrcWay::wide_clmul && data.size() >= 128)
    r = raw_by_wide_clmul(r, data, done);
  else if (way != CrcWay::tables && data.size() >= 64)
    r = raw_by_clmul(r, data, done);
#else
  (void)way;
#endif
  return ~raw_by_tables(r, data.subspan(done));
}

std::uint32_t crc32(std::uint32_t crc, Bytes data) noexcept {
  static const CrcWay best = best_crc_way();
  return crc32_by(best, crc, data);
}

}  // namespace stopwarden::evtx
